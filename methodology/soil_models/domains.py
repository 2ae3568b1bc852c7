"""Domains that a model cannot represent: refused with the clause, not warned about."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.soil_models.catalogue import ModelCard
from mollisol.methodology.soil_models.inputs import SiteRow

_SHOWN = "VM0042 2.2, section 4, condition 4(b)"
_WETLAND = "VM0042 2.2, section 4, condition 8"
_VALIDATED = "VM0042 2.2, section 4, condition 4(d); VMD0053, section 5.2"
_DEPTH = "VM0042 2.2, section 8.2"
VM0042_DEPTH_CM = 30.0


def site_refusals(model: ModelCard, sites: Iterable[SiteRow]) -> list[Finding]:
    """Hold the land use, soil and depth of each site against what the model can represent."""
    found = []
    for site in sites:
        where = Place(file=site.file, row=site.row, thing=f"site {site.site}")
        if site.land not in model.lands:
            wet = site.land in ("paddy", "wetland")
            found.append(
                Finding(
                    code="model-domain-waterlogged" if wet else "model-domain-land",
                    severity=Severity.BLOCKING,
                    where=where.model_copy(update={"column": "land"}),
                    found=f"{site.land} under {model.title}",
                    allowed=", ".join(model.lands),
                    do="take a model made for this land use and bring its results in through the external reader",
                    clause=f"{_WETLAND if site.land == 'wetland' else _SHOWN}; {model.document}",
                )
            )
        if site.soil not in model.soils:
            found.append(
                Finding(
                    code="model-domain-soil",
                    severity=Severity.BLOCKING,
                    where=where.model_copy(update={"column": "soil"}),
                    found=f"{site.soil} soil under {model.title}",
                    allowed=", ".join(model.soils),
                    do="take a model made for this soil and bring its results in through the external reader",
                    clause=f"{_SHOWN}; {model.document}",
                )
            )
        elif site.soil in model.caution:
            found.append(
                Finding(
                    code="model-domain-caution",
                    severity=Severity.WARNING,
                    where=where.model_copy(update={"column": "soil"}),
                    found=f"{site.soil} soil under {model.title}",
                    allowed="use with caution",
                    do="show in the validation report that the model holds on this soil",
                    clause=f"{_VALIDATED}; {model.document}",
                )
            )
        found += _depth(model, site, where.model_copy(update={"column": "depth_cm"}))
    return found


def _depth(model: ModelCard, site: SiteRow, where: Place) -> list[Finding]:
    """Hold the depth of a site against the model's layer and against the methodology's 30 cm."""
    low, high = model.depth_cm
    if site.depth_cm < low or site.depth_cm > high:
        return [
            Finding(
                code="model-domain-depth",
                severity=Severity.BLOCKING,
                where=where,
                found=f"{site.depth_cm:g} cm under {model.title}",
                allowed=f"{low:g} cm" if low == high else f"{low:g} to {high:g} cm",
                do="run the layer that the model is made for",
                clause=f"{_SHOWN}; {model.document}",
            )
        ]
    if site.depth_cm < VM0042_DEPTH_CM:
        return [
            Finding(
                code="model-depth-short",
                severity=Severity.WARNING,
                where=where,
                found=f"{site.depth_cm:g} cm",
                allowed="30 cm or more",
                do="model 0-30 cm if the result is to be credited",
                clause=_DEPTH,
            )
        ]
    return []


def practice_refusals(
    model: ModelCard, practices: Collection[str], *, crediting: bool = True
) -> list[Finding]:
    """Refuse practices that the scenarios differ in and the model cannot see.

    Parameters
    ----------
    model
        The model.
    practices
        What differs between the scenarios: ``tillage``, ``cover``, ``irrigation``, ``manure``, ``plant input``.
    crediting
        Whether the result is to stand behind a credit; a model that is for tests only is then refused.
    """
    found = [
        Finding(
            code=f"model-domain-{practice.replace(' ', '-')}-claim",
            severity=Severity.BLOCKING if practice == "tillage" else Severity.WARNING,
            where=Place(thing=f"model {model.id}"),
            found=f"the scenarios differ in {practice}, which {model.title} does not respond to",
            allowed=f"differences in {', '.join(model.answers_to)}",
            do="take a model that responds to it, or leave the practice out of what is credited by this one",
            clause=f"{_SHOWN}; {model.document}",
        )
        for practice in sorted(set(practices) & set(model.silent_on))
    ]
    if crediting and not model.creditable:
        found.append(
            Finding(
                code="model-not-for-credit",
                severity=Severity.REFUSAL,
                where=Place(thing=f"model {model.id}"),
                found=f"{model.title} is shipped as a test of the calibration",
                allowed="a model validated for the domain of the project",
                do="take another model, or use the result as a check only",
                clause=_VALIDATED,
            )
        )
    return found
