"""Step 3a: emission sources of a period, the end of each factor, modelled gases and woody stocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mollisol.emissions.factors import Picked
from mollisol.emissions.grid import Grid
from mollisol.emissions.land import LandSources
from mollisol.emissions.livestock import LivestockSources
from mollisol.emissions.modelled_gases import ModelledGases
from mollisol.emissions.terms import Period, Source, no_rows
from mollisol.emissions.woody import woody_changes, woody_result
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.factors.conservative import (
    Selection,
    SourceFactors,
    check_direction_kept,
    choose_ends,
    less_credit,
)
from mollisol.methodology.factors.factor import End, Factor, FactorError
from mollisol.methodology.findings import Finding
from mollisol.methodology.results.sources import FactorUse, SourceResult, WoodyResult
from mollisol.methodology.trace import Quantity
from mollisol.quantification.sources import soil_n2o, totals
from mollisol.quantification.totals import areal_total_t_co2e, total_t_co2e

type Gas = Literal["CH4", "N2O"]

_REDUCTION: dict[str, totals.SourceReduction] = {
    "fossil_fuel_co2": totals.fossil_fuel_reduction_t_co2e,
    "liming_co2": totals.liming_reduction_t_co2e,
    "enteric_fermentation_ch4": totals.enteric_methane_reduction_t_co2e,
    "manure_deposition_ch4": totals.manure_methane_reduction_t_co2e,
    "biomass_burning_ch4": totals.burning_methane_reduction_t_co2e,
    "biomass_burning_n2o": totals.burning_nitrous_oxide_reduction_t_co2e,
}
SOIL_NITROGEN = ("nitrogen_fertilizer_n2o", "manure_deposition_n2o", "nitrogen_fixing_species_n2o")
"""The three that Eq. 16 adds."""

INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class SourcesOfPeriod:
    """What the sources give the crediting: arrays over the years of the period, and yearly woody changes."""

    default: Quantity
    soil_ch4: Quantity
    soil_n2o: Quantity
    uncertainty_ch4: Quantity
    uncertainty_n2o: Quantity
    woody: dict[str, Quantity]
    results: tuple[SourceResult, ...]
    woody_result: WoodyResult | None
    findings: tuple[Finding, ...]


def sources_of_period(context: PeriodContext, grid: Grid) -> SourcesOfPeriod:
    """Compute every source of a period that has rows, and add up those that the boundary includes."""
    return _Sources(context, grid).run()


class _Sources:
    """The sources of one verification period."""

    def __init__(self, context: PeriodContext, grid: Grid) -> None:
        self._context, self.grid = context, grid
        self._project, self._rules, self._trace = context.project, context.rules, context.trace
        self._of = Period(context, grid)
        self._at = context.place
        self._findings: list[Finding] = []

    def run(self) -> SourcesOfPeriod:
        """Compute every source that has rows, and add up those that the boundary includes."""
        means: dict[str, tuple[Quantity, Quantity]] = {}
        results: list[SourceResult] = []
        for source in (*LandSources(self._of).all(), *LivestockSources(self._of).all()):
            self._own_factors(source)
            baseline, project, chosen = self._source(source)
            means[source.id] = (baseline, project)
            results.append(self._result(source, baseline, project, chosen))
        parts = [
            self._reduction(id, f"{id}_reduction", pair, _REDUCTION[id])
            for id, pair in means.items()
            if id in _REDUCTION and self._included(id)
        ]
        soil = {id: means[id] for id in SOIL_NITROGEN if id in means and self._included(id)}
        if soil:
            parts.append(self._soil_nitrogen(soil))
        gases = ModelledGases(self._of)
        ch4, unc_ch4 = gases.reduction("CH4", included=self._included("soil_methanogenesis_ch4"))
        n2o, unc_n2o = gases.reduction("N2O", included=self._included("nitrogen_fertilizer_n2o"))
        woody = {}
        if self._project.woody_stocks and self._included("aboveground_woody_biomass"):
            woody = woody_changes(self._of)
        return SourcesOfPeriod(
            default=self._total(parts),
            soil_ch4=ch4,
            soil_n2o=n2o,
            uncertainty_ch4=unc_ch4,
            uncertainty_n2o=unc_n2o,
            woody=woody,
            results=tuple(results),
            woody_result=woody_result(woody),
            findings=tuple(self._findings),
        )

    def _included(self, id: str) -> bool:
        entry = self._project.head.boundary.entry(id)
        return entry is not None and entry.included

    def _own_factors(self, source: Source) -> None:
        """Put factors of the project's own in place of defaults (sections 8.1 and 8.3).

        Raises
        ------
        FactorError
            If the source has no factor of that name, or the unit is another one.
        """
        for own in self._project.head.factors:
            if own.source != source.id:
                continue
            default = source.book.factors.get(own.name)
            if default is None:
                raise FactorError(
                    f"{source.id} has no factor {own.name!r}; it has: {', '.join(source.book.factors)}"
                )
            if own.factor.unit != default.unit:
                raise FactorError(f"{own.name} of {source.id} is in {own.factor.unit}, not in {default.unit}")
            source.book.factors[own.name] = own.factor

    def _source(self, source: Source) -> tuple[Quantity, Quantity, SourceFactors]:
        """Compute a source with central factors, choose the ends by its direction, and compute it with them."""
        selection: Selection = (
            "central"
            if self._rules.value("vm0042.factors.selection").value == "central"
            else "conservative_end"
        )
        central = self._both(source, f".central{self._at}", {}, {})
        chosen = choose_ends(
            source=source.id,
            factors=source.book.factors,
            baseline_t_co2e=self._sum(central[0]),
            project_t_co2e=self._sum(central[1]),
            selection=selection,
            rule="vm0042.factors.selection",
        )
        baseline, project = self._both(source, self._at, *_ends_of(chosen))
        turned = check_direction_kept(
            chosen, baseline_t_co2e=self._sum(baseline), project_t_co2e=self._sum(project)
        )
        self._findings += [*chosen.findings, *turned]
        if turned:
            baseline, project, chosen = self._turned(source, chosen)
        return baseline, project, chosen

    def _turned(self, source: Source, chosen: SourceFactors) -> tuple[Quantity, Quantity, SourceFactors]:
        """Take the end that credits less, where the direction turns with the factors."""
        both: dict[End, tuple[Quantity, Quantity]] = {}
        sides: tuple[End, End] = ("low", "high")
        for end in sides:
            ends: dict[str, End] = {one.name: end for one in chosen.chosen if one.factor.has_choice}
            reasons = {one.name: f"the {end} end, tried since the direction turns" for one in chosen.chosen}
            both[end] = self._both(source, f".{end}{self._at}", ends, reasons)
        cut = {end: self._sum(pair[0]) - self._sum(pair[1]) for end, pair in both.items()}
        end = less_credit(reduction_with_low_t_co2e=cut["low"], reduction_with_high_t_co2e=cut["high"])
        why = f"the direction turns with the factors: the {end} end credits less"
        picked = tuple(
            one.model_copy(
                update={"end": end, "value": one.factor.number(end, one.factor.unit), "reason": why}
            )
            if one.factor.has_choice
            else one
            for one in chosen.chosen
        )
        return *both[end], chosen.model_copy(update={"chosen": picked})

    def _both(
        self, source: Source, at: str, ends: Mapping[str, End], reasons: Mapping[str, str]
    ) -> tuple[Quantity, Quantity]:
        picked = Picked(source.id, at, source.book.factors, ends, reasons, self._trace)
        return source.term(picked, "baseline"), source.term(picked, "project")

    def _sum(self, mean: Quantity) -> float:
        return float((mean.value * self.grid.area).sum())

    def _result(
        self, source: Source, baseline: Quantity, project: Quantity, chosen: SourceFactors
    ) -> SourceResult:
        before, after = (
            float(
                self._trace.compute(
                    f"source_total.{source.id}.{scenario}{self._at}",
                    areal_total_t_co2e,
                    mean_t_co2e_per_ha=mean,
                    area_ha=self._of.area_ha,
                ).value
            )
            for scenario, mean in (("baseline", baseline), ("project", project))
        )
        return SourceResult(
            id=source.id,
            label=source.label,
            included=self._included(source.id),
            baseline_t_co2e=before,
            project_t_co2e=after,
            reduction_t_co2e=before - after,
            direction=chosen.direction,
            factors=tuple(_use(one.name, one.factor, one.end, one.reason) for one in chosen.chosen),
        )

    def _reduction(
        self, id: str, name: str, pair: tuple[Quantity, Quantity], function: Callable[..., Any]
    ) -> Quantity:
        return self._trace.compute(
            f"{name}{self._at}",
            function,
            index=self.grid.labels,
            baseline_t_co2e_per_ha=pair[0],
            project_t_co2e_per_ha=pair[1],
            area_ha=self._of.area_ha,
        )

    def _soil_nitrogen(self, soil: Mapping[str, tuple[Quantity, Quantity]]) -> Quantity:
        arguments = ("fertilizer_t_co2e_per_ha", "manure_t_co2e_per_ha", "fixing_species_t_co2e_per_ha")
        pair = []
        for side, scenario in enumerate(("baseline", "project")):
            given: dict[str, Any] = {
                argument: soil[id][side] if id in soil else 0.0
                for argument, id in zip(arguments, SOIL_NITROGEN, strict=True)
            }
            pair.append(
                self._trace.compute(
                    f"soil_nitrous_oxide.{scenario}{self._at}",
                    soil_n2o.soil_nitrous_oxide_t_co2e_per_ha,
                    index=self.grid.labels,
                    **given,
                )
            )
        return self._reduction(
            "soil",
            "soil_nitrous_oxide_reduction",
            (pair[0], pair[1]),
            totals.soil_nitrous_oxide_reduction_t_co2e,
        )

    def _total(self, parts: Sequence[Quantity]) -> Quantity:
        if not parts:
            return no_rows(self._of, "default_factor_sources", "t CO2e")
        stacked = self._trace.arrange(
            f"source_reductions{self._at}",
            np.stack([part.value for part in parts]),
            parts,
            index=[part.name for part in parts],
        )
        return self._trace.compute(
            f"default_factor_sources{self._at}", total_t_co2e, index=self.grid.labels, parts_t_co2e=stacked
        )


def _ends_of(chosen: SourceFactors) -> tuple[dict[str, End], dict[str, str]]:
    return (
        {one.name: one.end for one in chosen.chosen},
        {one.name: one.reason for one in chosen.chosen},
    )


def _use(name: str, factor: Factor, end: End, reason: str) -> FactorUse:
    return FactorUse(
        name=name,
        value=factor.number(end, factor.unit),
        unit=factor.unit,
        end=end,
        low=factor.low,
        central=factor.central,
        high=factor.high,
        status=factor.status,
        reason=reason,
        citation=factor.citation,
    )
