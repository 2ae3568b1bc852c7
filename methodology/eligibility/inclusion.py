"""Inclusion of sources, and the joint de minimis test (VM0042 v2.2 section 5): two tests of 5 % that are not one.

The trigger looks at one source, project against baseline: more than 5 % more, and it must be in. The de minimis test
looks at everything that was left out, together, against the benefit of the project.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items
from mollisol.methodology.boundary import POOLS_AND_GASES
from mollisol.methodology.eligibility.thresholds import EligibilityThresholds
from mollisol.methodology.findings import Finding, finding

type Tonnes = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]

SOIL = "soil_organic_carbon"
LIVESTOCK = frozenset({"enteric_fermentation_ch4", "manure_deposition_ch4", "manure_deposition_n2o"})
FERTILIZER = "nitrogen_fertilizer_n2o"
FIXING = "nitrogen_fixing_species_n2o"
WOODY = "aboveground_woody_biomass"
TRIGGERED = frozenset(
    {
        "fossil_fuel_co2",
        "liming_co2",
        "soil_methanogenesis_ch4",
        "biomass_burning_ch4",
        "biomass_burning_n2o",
    }
)
"""Sources with S* in Table 3."""


class SourceAmounts(DomainObject):
    """One source or pool, by the ids of the boundary tables, in both scenarios. A pool: loss of stock per scenario."""

    id: Identifier
    included: bool
    baseline_t_co2e: Tonnes
    project_t_co2e: Tonnes


class BoundaryFacts(DomainObject):
    """What decides inclusion besides amounts."""

    sources: Items[SourceAmounts]
    livestock_in_baseline: bool
    livestock_in_project: bool
    baseline_fertilized: bool
    project_fertilizes_more: bool
    project_plants_fixing_species: bool
    omitted_as_de_minimis: Items[Identifier] = ()
    """Left to :func:`check_de_minimis`; soil carbon cannot be."""


def increases_significantly(source: SourceAmounts, thresholds: EligibilityThresholds) -> bool:
    """Return whether the project raises a source by more than 5 %; over a baseline of nothing, anything does."""
    return source.project_t_co2e > source.baseline_t_co2e * (1 + thresholds.inclusion_increase)


def check_inclusion(facts: BoundaryFacts, thresholds: EligibilityThresholds) -> Iterator[Finding]:
    """Return a finding for each source that must be in and is not, and for each unknown one."""
    known = {row.id: row for row in POOLS_AND_GASES}
    given = {source.id: source for source in facts.sources}
    yield from (
        finding("boundary-unknown", f"boundary {id}", f"a pool or gas called {id}", names=", ".join(known))
        for id in given
        if id not in known
    )
    for id, row in known.items():
        source = given.get(id)
        if id != SOIL and id in facts.omitted_as_de_minimis:
            continue
        reason = _must_be_in(id, source, facts, thresholds)
        if reason and (source is None or not source.included):
            yield finding(
                "source-must-be-included",
                f"boundary {id}",
                f"{row.label} ({row.gas}) is left out although {reason}",
                clause=row.clause,
            )


def _must_be_in(
    id: str, source: SourceAmounts | None, facts: BoundaryFacts, thresholds: EligibilityThresholds
) -> str:
    if id == SOIL:
        return "it is always monitored and never de minimis"
    if id in LIVESTOCK and (facts.livestock_in_baseline or facts.livestock_in_project):
        return "there is livestock in the baseline or the project"
    if id == FERTILIZER and (facts.baseline_fertilized or facts.project_fertilizes_more):
        return "the baseline is fertilized or the project fertilizes more"
    if id == FIXING and facts.project_plants_fixing_species:
        return "the project plants nitrogen-fixing species"
    if id in TRIGGERED | {WOODY} and source is not None and increases_significantly(source, thresholds):
        return f"the project raises it by more than {thresholds.inclusion_increase:.0%}"
    return ""


def check_de_minimis(
    omitted: tuple[str, ...], omitted_share: float | None, thresholds: EligibilityThresholds
) -> Iterator[Finding]:
    """Return the findings on everything that was left out, together,, held against the benefit of the project.

    Parameters
    ----------
    omitted
        Ids of pools, sources and leaks that are set to 0 as de minimis.
    omitted_share
        Their joint share of the benefit (``vm0042:5-omitted-share``); None where there is no benefit to compare with.
    """
    if SOIL in omitted:
        yield finding("soil-carbon-de-minimis", f"boundary {SOIL}", "soil organic carbon is set to 0")
    if not omitted:
        return
    if omitted_share is None or not omitted_share < thresholds.de_minimis_share:
        share = (
            "no benefit to compare with" if omitted_share is None else f"{omitted_share:.2%} of the benefit"
        )
        yield finding(
            "omissions-not-de-minimis",
            "boundary",
            f"{share} left out together: {', '.join(omitted)}",
            de_minimis_share=thresholds.de_minimis_share,
        )
