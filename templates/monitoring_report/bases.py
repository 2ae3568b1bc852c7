"""What each table and figure of the report rests on, and which switch moves which figure of the deduction."""

from __future__ import annotations

from typing import Final, NamedTuple


class Basis(NamedTuple):
    """Equations and rules by id, and a clause where neither says it."""

    equations: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    clause: str = ""


_ISSUANCE: Final = tuple(f"vm0042:{n}" for n in (75, 76, 77, 78, 79))
_CONFIDENCE: Final = ("vm0042.deduction.confidence",)
_BAR: Final = ("vcs.eligibility.half-width",)
_MEAN_STOCKS: Final = (
    "vm0042:3",
    "vm0042:3-soil",
    "mollisol:soil-mass-from-density",
    "vm0042:4",
    "vm0042:8.2.1.6",
    "mollisol:mean-by-group",
    "mollisol:mean-over-parts",
)
_OF_DESIGN: Final = ("vm0042:A6.1", "vm0042:A6.9", "mollisol:systematic-variance")
_VARIANCE: Final = (
    "vm0042:62",
    "vm0042:70",
    "vm0042:71",
    "vm0042:72",
    *_OF_DESIGN,
    "mollisol:shared-control",
)
_FREEDOM: Final = (
    "mollisol:systematic-degrees-of-freedom",
    "mollisol:satterthwaite",
    "mollisol:pooled-degrees-of-freedom",
)

BASES: Final[dict[str, Basis]] = {
    "credited": Basis(
        ("vm0042:44", "vm0042:45", "vm0042:74", "vm0042:79", "mollisol:units-to-issue"),
        (*_CONFIDENCE, *_BAR, "mollisol.issuance.rounding"),
    ),
    "waterfall": Basis(
        ("vm0042:46", "vm0042:47", "vm0042:condition-7", "vm0042:74", *_ISSUANCE, "mollisol:units-to-issue"),
        ("vcs.buffer.least-rating", "mollisol.issuance.rounding"),
    ),
    "project": Basis(clause="project.toml, declared by the project"),
    "map": Basis(clause="sample_points.csv and the file of outlines; lengths on the WGS 84 ellipsoid"),
    "campaigns": Basis(clause="project.toml and core_increments.csv"),
    "schedule": Basis(clause="schedule_of_activities.csv; VM0042 section 6, table of activities"),
    "monitored": Basis(
        clause="the files that each row names; VM0042 section 9, data and parameters monitored"
    ),
    "strata": Basis(clause="strata.csv, sample_points.csv, control_links.csv and the file of outlines"),
    "statements": Basis(clause="declarations.csv"),
    "control_sites": Basis(clause="control_sites.csv, control_links.csv and sample_points.csv"),
    "points": Basis(clause="sample_points.csv"),
    "baselines": Basis(
        clause="project.toml, baselines; VM0042 section 6, and the clause of each finding on a baseline"
    ),
    "model": Basis(
        clause="project.toml, project.model, and the files of the model's folder among the inputs"
    ),
    "budget": Basis((*_VARIANCE, "vm0042:74"), _CONFIDENCE),
    "findings": Basis(clause="the clause or rule that each row names"),
    "deviations": Basis(clause="project.toml, declared by the project"),
    "stocks": Basis(
        (*_MEAN_STOCKS, "mollisol:esm-reference", "mollisol:esm-extrapolation"),
        (
            "vm0042.soc.minimum-depth",
            "mollisol.esm.extrapolation-warns",
            "mollisol.esm.extrapolation-refuses",
        ),
    ),
    "changes": Basis(
        (
            "mollisol:c-to-co2e",
            "mollisol:stock-change",
            "mollisol:mean-by-group",
            "mollisol:weighted-control-mean",
            "vm0042:71",
            *_OF_DESIGN,
            "mollisol:mean-difference",
        ),
        ("vm0042.control.least-sites", "vm0042.control.least-sites-per-stratum"),
    ),
    "deduction": Basis(
        (*_VARIANCE, *_FREEDOM, "vm0042:74", "mollisol:credited-after-deduction", "vcs-mr:2.4"),
        (*_CONFIDENCE, "mollisol.deduction.degrees-of-freedom", *_BAR),
    ),
    "posterior": Basis(
        (
            "vm0042:74",
            "mollisol:pooled-skewness",
            "mollisol:excess-skewness",
            "mollisol:skewness-of-estimate",
            "mollisol:lengthened-multiplier",
            "mollisol:spread-of-sites",
            "mollisol:lone-site-variance",
            "mollisol:level-of-sites",
            "mollisol:mean-less-multiple",
            "mollisol:posterior-credited",
            "mollisol:deduction-percent",
            "mollisol:lower-of-routes",
        ),
        (
            "mollisol.issuance.form",
            "mollisol.sharp.setting",
            "mollisol.sharp.setting-of-few-samples",
            "mollisol.sharp.few-samples",
        ),
        "docs/deduction.md, docs/posterior.md",
    ),
    "forms": Basis(
        (*_VARIANCE, *_FREEDOM, "vm0042:74", "mollisol:credited-after-deduction", "vcs-mr:2.4"),
        (*_CONFIDENCE, *_BAR),
    ),
    "variance": Basis((*_VARIANCE, *_FREEDOM), ("mollisol.deduction.degrees-of-freedom",)),
    "vintages": Basis(
        (
            "vm0042:44",
            "vm0042:45",
            "mollisol:running-total",
            "vm0042:37-switch",
            "vm0042:37-sources",
            "vm0042:37",
            "vm0042:40",
        ),
        (),
    ),
    "sources": Basis(
        tuple(f"vm0042:{n}" for n in (52, 53, 54, 55, 56, 57, 58, 59)), ("vm0042.factors.selection",)
    ),
    "factors": Basis(("vm0042:7", "vm0042:9", "vm0042:11", "vm0042:12"), ("vm0042.factors.selection",)),
    "leakage": Basis(
        ("vm0042:33", "vm0042:36", "tool16:diversion", "vm0042:39-leakage"),
        ("vm0042.leakage.in-net", "vm0042.leakage.amendment-basis", "vmd0054.production.edition"),
    ),
    "calendar": Basis(("mollisol:calendar-split", "mollisol:units-by-label"), ("mollisol.vintages.split",)),
    "issuance": Basis(
        (*(f"vm0042:{n}" for n in (38, 39, 41, 42, 43)), *_ISSUANCE), ("vcs.buffer.least-rating",)
    ),
    "rules": Basis(clause="the document that each row names"),
    "switches": Basis(clause="the document and equation that each row names"),
    "equations": Basis(clause="the document that each row names"),
    "files": Basis(clause="manifest.json of the bundle"),
    "versions": Basis(clause="manifest.json of the bundle"),
}

SWITCH_OF_FIGURE: Final[dict[str, tuple[str, ...]]] = {
    "standard_error_t_co2e_per_ha": (
        "switch.shared-control",
        "switch.eq64-correlation",
        "switch.spectroscopy-once",
    ),
    "degrees_of_freedom": ("switch.shared-control",),
    "t_quantile": ("switch.shared-control", "switch.confidence"),
    "uncertainty_percent": ("switch.shared-control", "switch.confidence", "switch.deduction-denominator"),
    "credited_t_co2e_per_ha": ("switch.shared-control", "switch.confidence", "switch.deduction-denominator"),
    "half_width_percent": ("switch.shared-control", "switch.eligibility-quantile"),
}
"""The switches that can move a figure of the deduction; only those in the trace are named."""
