"""What each table and figure of the model validation report rests on, and its chapters."""

from __future__ import annotations

from typing import Final

from mollisol.templates.monitoring_report.bases import Basis
from mollisol.templates.monitoring_report.chapters import Chapter

CHAPTERS: Final = (
    Chapter("model", "Model, parameter set and calibration"),
    Chapter("data", "Data and domain"),
    Chapter("bias", "Bias"),
    Chapter("error", "Prediction error and intervals"),
    Chapter("residuals", "Residuals"),
    Chapter("gates", "What the printed gates hide"),
    Chapter("comparisons", "Comparisons"),
    Chapter("limits", "Substitutions, limits and updates"),
    Chapter("findings", "Findings"),
    Chapter("rules", "Rules used"),
)

CONTENTS: Final = (
    ("model version and calibration", "model"),
    ("parameter sets with climate zone", "model"),
    ("citations of calibration and validation data", "data"),
    ("bias by study, ranked, and mean bias", "bias"),
    ("pooled measurement uncertainty by combination", "bias"),
    ("measured against modelled with 90 % intervals", "error"),
    ("residuals", "residuals"),
    ("mean square error by combination", "error"),
    ("substitutions", "limits"),
)
"""What a report must show by section 5.2.6 of VMD0053 2.1, after a public course, and the chapter that has it."""
TRIGGERS: Final = (
    "a practice category, crop group or source that is new",
    "a change of the model that alters its runs",
    "each true-up",
)
"""What asks for a new report by the same section; the third is also in VM0042 2.2, section 8.6.1.3."""

_EFFECT: Final = ("mollisol:trial-effect", "mollisol:trial-effect-error")
_BIAS: Final = ("vmd0053:1", "vmd0053:5.2.4-mean", "vmd0053:2")
_COVERAGE: Final = (
    "vmd0053:5.2.5-interval",
    "vmd0053:5.2.5-coverage",
    "mollisol:left-out-interval",
    "mollisol:new-observation-multiplier",
    "mollisol:predictive-interval",
)
_INTERVAL_RULES: Final = ("vmd0053.interval.coverage", "vmd0053.interval.multiplier")
_GATE: Final = ("vmd0053.coverage.least-share",)

BASES: Final[dict[str, Basis]] = {
    "summary": Basis((*_BIAS, "vmd0053:5.2.5-coverage", "vm0042:8.6.1.1-horizon"), _GATE),
    "identity": Basis(clause="VM0042 2.2, section 4, condition 4"),
    "calibration": Basis((), ("vmd0053.calibration.finest-region",)),
    "parameters": Basis((), (), "set.toml and draws.csv of the parameter set"),
    "folds": Basis((), ("vmd0053.calibration.independent-data",)),
    "domain": Basis(
        (),
        (
            "vmd0053.domain.every-climate-zone",
            "vmd0053.domain.predominant-textures",
            "vmd0053.domain.clay-span",
        ),
    ),
    "studies": Basis(
        (), ("vmd0053.practice.categories", "vmd0053.crop.group-attributes"), "studies.csv of the trials"
    ),
    "calibration_studies": Basis((), ("vmd0053.calibration.independent-data",), "set.toml"),
    "bias": Basis((*_EFFECT, *_BIAS, "mollisol:bias-half-width"), ("vmd0053.interval.coverage",)),
    "error": Basis(
        (
            "mollisol:prediction-error",
            "vmd0053:5.2.5",
            "mollisol:variance-without-noise",
            "vmd0053:5.2.5-mse",
        ),
        (),
    ),
    "coverage": Basis(_COVERAGE, (*_INTERVAL_RULES, *_GATE)),
    "horizon": Basis(("vm0042:8.6.1.1-horizon", "mollisol:prediction-horizon")),
    "residuals": Basis(("mollisol:prediction-error",)),
    "gates": Basis(
        (*_BIAS, "mollisol:bias-equivalence", "vmd0053:5.2.5-needed", "mollisol:coverage-gate-chance"),
        (*_INTERVAL_RULES, *_GATE),
    ),
    "chance": Basis(("vmd0053:5.2.5-needed", "mollisol:coverage-gate-chance"), _GATE),
    "comparisons": Basis((*_EFFECT, "mollisol:prediction-error", "mollisol:predictive-interval")),
    "contents": Basis((), (), "VMD0053 2.1, section 5.2.6"),
    "findings": Basis(clause="the clause or rule that each row names"),
    "rules": Basis(clause="the document that each row names"),
}
