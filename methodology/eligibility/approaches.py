"""Which approach may quantify which source (VM0042 v2.2 section 8.1, Table 5), and that both scenarios share it."""

from __future__ import annotations

from typing import Final, Literal

from mollisol.methodology.base import DomainObject, Identifier
from mollisol.methodology.findings import Finding, finding

type Approach = Literal["measure_and_model", "measure_and_remeasure", "default_factors"]

TABLE_5: Final[dict[str, frozenset[str]]] = {
    "soil_organic_carbon": frozenset({"measure_and_model", "measure_and_remeasure"}),
    "fossil_fuel_co2": frozenset({"default_factors"}),
    "liming_co2": frozenset({"default_factors"}),
    "soil_methanogenesis_ch4": frozenset({"measure_and_model"}),
    "enteric_fermentation_ch4": frozenset({"default_factors"}),
    "manure_deposition_ch4": frozenset({"default_factors"}),
    "biomass_burning_ch4": frozenset({"default_factors"}),
    "nitrogen_fertilizer_n2o": frozenset({"measure_and_model", "default_factors"}),
    "nitrogen_fixing_species_n2o": frozenset({"measure_and_model", "default_factors"}),
    "manure_deposition_n2o": frozenset({"measure_and_model", "default_factors"}),
    "biomass_burning_n2o": frozenset({"default_factors"}),
}
"""Source, by the ids of the boundary tables, and the approaches that it may take."""

SOIL_N2O: Final = ("nitrogen_fertilizer_n2o", "nitrogen_fixing_species_n2o", "manure_deposition_n2o")


class SourceApproach(DomainObject):
    """The approach of one source in one quantification unit."""

    unit: Identifier
    source: Identifier
    baseline: Approach
    project: Approach


def check_approaches(given: tuple[SourceApproach, ...]) -> list[Finding]:
    """Give a finding for each approach that a source may not take, that differs between scenarios, or counts twice."""
    found = []
    for one in given:
        thing = f"{one.source} of {one.unit}"
        allowed = TABLE_5.get(one.source)
        if allowed is None:
            found.append(finding("approach-unknown-source", thing, f"a source called {one.source}"))
            continue
        found += [
            finding(
                "approach-not-allowed",
                thing,
                _words(approach),
                allowed=" or ".join(_words(approach) for approach in sorted(allowed)),
            )
            for approach in dict.fromkeys((one.baseline, one.project))
            if approach not in allowed
        ]
        if one.baseline != one.project:
            found.append(
                finding(
                    "approach-differs",
                    thing,
                    f"{_words(one.baseline)} in the baseline, {_words(one.project)} in the project",
                )
            )
    return found + _counted_twice(given)


def _counted_twice(given: tuple[SourceApproach, ...]) -> list[Finding]:
    """Find units that add default factors to a model, which covers all soil N2O together (Eq. 15)."""
    found = []
    for unit in dict.fromkeys(one.unit for one in given):
        of_unit = [one for one in given if one.unit == unit and one.source in SOIL_N2O]
        modelled = [one.source for one in of_unit if one.project == "measure_and_model"]
        by_default = [one.source for one in of_unit if one.project == "default_factors"]
        if modelled and by_default:
            found.append(
                finding(
                    "soil-n2o-counted-twice",
                    f"soil N2O of {unit}",
                    f"modelled: {', '.join(modelled)}; default factors: {', '.join(by_default)}",
                )
            )
    return found


def _words(approach: str) -> str:
    return approach.replace("_", " ")
