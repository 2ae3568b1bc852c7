"""Domains that a model cannot represent: refused with the clause, not warned about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.soil_models.catalogue import ModelCard
from mollisol.methodology.soil_models.inputs import SiteRow

VM0042_DEPTH_CM = 30.0


def site_refusals(model: ModelCard, sites: Iterable[SiteRow]) -> Iterator[Finding]:
    """Return the findings on the land use, soil and depth of each site, held against what the model can represent."""
    for site in sites:
        where = Place(file=site.file, row=site.row, thing=f"site {site.site}")
        if site.land not in model.lands:
            wet = site.land in ("paddy", "wetland")
            yield finding(
                "model-domain-waterlogged" if wet else "model-domain-land",
                where.model_copy(update={"column": "land"}),
                f"{site.land} under {model.title}",
                lands=", ".join(model.lands),
                condition="8" if site.land == "wetland" else "4(b)",
                document=model.document,
            )
        if site.soil not in model.soils:
            yield finding(
                "model-domain-soil",
                where.model_copy(update={"column": "soil"}),
                f"{site.soil} soil under {model.title}",
                soils=", ".join(model.soils),
                document=model.document,
            )
        elif site.soil in model.caution:
            yield finding(
                "model-domain-caution",
                where.model_copy(update={"column": "soil"}),
                f"{site.soil} soil under {model.title}",
                document=model.document,
            )
        yield from _depth(model, site, where.model_copy(update={"column": "depth_cm"}))


def _depth(model: ModelCard, site: SiteRow, where: Place) -> Iterator[Finding]:
    """Return a finding where a site is not of the depth of the model, or of less than 30 cm."""
    low, high = model.depth_cm
    if site.depth_cm < low or site.depth_cm > high:
        yield finding(
            "model-domain-depth",
            where,
            f"{site.depth_cm:g} cm under {model.title}",
            allowed=f"{low:g} cm" if low == high else f"{low:g} to {high:g} cm",
            document=model.document,
        )
        return
    if site.depth_cm < VM0042_DEPTH_CM:
        yield finding("model-depth-short", where, f"{site.depth_cm:g} cm")
        return


def practice_refusals(
    model: ModelCard, practices: Collection[str], *, crediting: bool = True
) -> Iterator[Finding]:
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
    yield from (
        finding(
            f"model-domain-{practice.replace(' ', '-')}-claim",
            f"model {model.id}",
            f"the scenarios differ in {practice}, which {model.title} does not respond to",
            answers_to=", ".join(model.answers_to),
            document=model.document,
        )
        for practice in sorted(set(practices) & set(model.silent_on))
    )
    if crediting and not model.creditable:
        yield finding(
            "model-not-for-credit",
            f"model {model.id}",
            f"{model.title} is shipped as a test of the calibration",
        )
