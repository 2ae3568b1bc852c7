"""Emission sources of a period, the end of each factor, modelled gases and woody stocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.emissions.factors import Picked
from mollisol.emissions.grid import Grid
from mollisol.emissions.land import land_sources
from mollisol.emissions.livestock import livestock_sources
from mollisol.emissions.modelled_gases import gas_reduction
from mollisol.emissions.terms import Scenario, Source, UnitsOfPeriod, units_of_period
from mollisol.emissions.woody import woody_changes, woody_result
from mollisol.methodology.activity import PracticeSample
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.factors.conservative import (
    Selection,
    SourceFactors,
    check_direction_kept,
    choose_ends,
    less_credit,
)
from mollisol.methodology.factors.factor import End, FactorError
from mollisol.methodology.findings import Finding
from mollisol.methodology.results.figure import figure
from mollisol.methodology.results.sources import FactorUse, SourceResult, WoodyResult
from mollisol.methodology.trace import Quantity
from mollisol.quantification.sources import soil_n2o, totals
from mollisol.quantification.totals import areal_total_t_co2e, total_t_co2e
from mollisol.uncertainty.student import t_quantile

_REDUCTION: dict[str, totals.SourceReduction] = {
    "fossil_fuel_co2": totals.fossil_fuel_reduction_t_co2e,
    "liming_co2": totals.liming_reduction_t_co2e,
    "enteric_fermentation_ch4": totals.enteric_methane_reduction_t_co2e,
    "manure_deposition_ch4": totals.manure_methane_reduction_t_co2e,
    "biomass_burning_ch4": totals.burning_methane_reduction_t_co2e,
    "biomass_burning_n2o": totals.burning_nitrous_oxide_reduction_t_co2e,
}
_SOIL_NITROGEN = {
    "nitrogen_fertilizer_n2o": "fertilizer_t_co2e_per_ha",
    "manure_deposition_n2o": "manure_t_co2e_per_ha",
    "nitrogen_fixing_species_n2o": "fixing_species_t_co2e_per_ha",
}
"""The three that Eq. 16 adds, and what they are called in it."""


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


@dataclass(frozen=True, slots=True, eq=False)
class _Means:
    """The areal means of a source in both scenarios. [t CO2e/ha]."""

    baseline: Quantity
    project: Quantity
    factors: Mapping[str, Quantity]

    def totals(self, area_ha: Any) -> dict[str, float]:
        """Return the sums over the units and years, as the choice of ends takes them. [t CO2e]."""
        return {
            f"{name}_t_co2e": float((mean.value * area_ha).sum())
            for name, mean in (("baseline", self.baseline), ("project", self.project))
        }


@dataclass(frozen=True, slots=True, eq=False)
class _Computed:
    """A source with the ends that were chosen for its factors."""

    source: Source
    means: _Means
    chosen: SourceFactors
    findings: tuple[Finding, ...]


def sources_of_period(context: PeriodContext, grid: Grid) -> SourcesOfPeriod:
    """Compute every source of a period that has rows, and add up those that the boundary includes."""
    units, boundary = units_of_period(context, grid), context.project.head.boundary
    computed = [_compute(units, source) for source in (*land_sources(units), *livestock_sources(units))]
    results = tuple(_result(units, one) for one in computed)
    included = {one.source.id: one.means for one in computed if boundary.includes(one.source.id)}
    parts = [
        _reduction(units, f"{id}_reduction", means, _REDUCTION[id])
        for id, means in included.items()
        if id in _REDUCTION
    ]
    nitrogen = {id: means for id, means in included.items() if id in _SOIL_NITROGEN}
    if nitrogen:
        parts.append(_soil_nitrogen(units, nitrogen))
    parts += [
        _sampled(units, row, included[row.source])
        for row in context.project.practice_samples
        if row.source in included
    ]
    ch4, uncertainty_ch4 = gas_reduction(units, "CH4")
    n2o, uncertainty_n2o = gas_reduction(units, "N2O")
    trees = context.project.woody_stocks and boundary.includes("aboveground_woody_biomass")
    woody = woody_changes(units) if trees else {}
    return SourcesOfPeriod(
        default=_total(units, parts),
        soil_ch4=ch4,
        soil_n2o=n2o,
        uncertainty_ch4=uncertainty_ch4,
        uncertainty_n2o=uncertainty_n2o,
        woody=woody,
        results=results,
        woody_result=woody_result(woody),
        findings=tuple(finding for one in computed for finding in one.findings),
    )


def _compute(units: UnitsOfPeriod, source: Source) -> _Computed:
    """Compute a source with central factors, choose the ends by its direction, and compute it with them."""
    _put_own_factors(units, source)
    rule = units.context.rules.value("vm0042.factors.selection").value
    selection: Selection = "central" if rule == "central" else "conservative_end"
    chosen = choose_ends(
        source=source.id,
        factors=source.book.factors,
        **_means(units, source, ".central").totals(units.grid.area),
        selection=selection,
        rule="vm0042.factors.selection",
    )
    ends: dict[str, End] = {one.name: one.end for one in chosen.chosen}
    means = _means(units, source, "", ends, {one.name: one.reason for one in chosen.chosen})
    turned = check_direction_kept(chosen, **means.totals(units.grid.area))
    if turned:
        means, chosen = _turned(units, source, chosen)
    return _Computed(source, means, chosen, (*chosen.findings, *turned))


def _put_own_factors(units: UnitsOfPeriod, source: Source) -> None:
    """Put factors of the project's own in place of defaults (sections 8.1 and 8.3).

    Raises
    ------
    FactorError
        If the source has no factor of that name, or the unit is another one.
    """
    for own in units.project.head.factors:
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


def _turned(units: UnitsOfPeriod, source: Source, chosen: SourceFactors) -> tuple[_Means, SourceFactors]:
    """Take the end that credits less, where the direction turns with the factors."""
    means: dict[End, _Means] = {}
    cut: dict[End, float] = {}
    sides: tuple[End, End] = ("low", "high")
    for side in sides:
        ends: dict[str, End] = {one.name: side for one in chosen.chosen if one.factor.has_choice}
        reasons = {one.name: f"the {side} end, tried since the direction turns" for one in chosen.chosen}
        means[side] = _means(units, source, f".{side}", ends, reasons)
        both = means[side].totals(units.grid.area)
        cut[side] = both["baseline_t_co2e"] - both["project_t_co2e"]
    end = less_credit(reduction_with_low_t_co2e=cut["low"], reduction_with_high_t_co2e=cut["high"])
    why = f"the direction turns with the factors: the {end} end credits less"
    picked = tuple(
        one.model_copy(update={"end": end, "value": one.factor.number(end, one.factor.unit), "reason": why})
        if one.factor.has_choice
        else one
        for one in chosen.chosen
    )
    return means[end], chosen.model_copy(update={"chosen": picked})


def _means(
    units: UnitsOfPeriod,
    source: Source,
    end: str,
    ends: Mapping[str, End] | None = None,
    reasons: Mapping[str, str] | None = None,
) -> _Means:
    """Compute both scenarios with the same ends; without any the factors are central."""
    picked = Picked(source.id, end, source.book.factors, ends or {}, reasons or {}, units.context)
    baseline, project = (source.term(Scenario(units, picked, name)) for name in ("baseline", "project"))
    return _Means(baseline, project, picked.entered)


def _result(units: UnitsOfPeriod, computed: _Computed) -> SourceResult:
    source, means = computed.source, computed.means
    before, after = (
        figure(
            units.context.compute(
                f"source_total.{source.id}.{scenario}",
                areal_total_t_co2e,
                mean_t_co2e_per_ha=mean,
                area_ha=units.area_ha,
            )
        )
        for scenario, mean in (("baseline", means.baseline), ("project", means.project))
    )
    return SourceResult(
        id=source.id,
        label=source.label,
        included=units.project.head.boundary.includes(source.id),
        baseline_t_co2e=before,
        project_t_co2e=after,
        reduction_t_co2e=(before - after).said("baseline less project"),
        direction=computed.chosen.direction,
        factors=tuple(
            FactorUse(
                name=one.name,
                value=figure(means.factors[one.name]),
                unit=one.factor.unit,
                end=one.end,
                low=one.factor.low,
                central=one.factor.central,
                high=one.factor.high,
                status=one.factor.status,
                reason=one.reason,
                citation=one.factor.citation,
            ).beside(means.factors[one.name], words="of the same row of the factor table")
            for one in computed.chosen.chosen
        ),
    )


def _reduction(units: UnitsOfPeriod, name: str, means: _Means, function: totals.SourceReduction) -> Quantity:
    return units.context.compute(
        name,
        function,
        index=units.grid.labels,
        baseline_t_co2e_per_ha=means.baseline,
        project_t_co2e_per_ha=means.project,
        area_ha=units.area_ha,
    )


def _sampled(units: UnitsOfPeriod, row: PracticeSample, means: _Means) -> Quantity:
    """Take off what a sample of practice data leaves open of a source (section 8.6.3)."""
    context, id = units.context, row.source
    function = _REDUCTION.get(id, totals.soil_nitrous_oxide_reduction_t_co2e)
    return context.compute(
        f"practice_sampling.{id}",
        totals.practice_sampling_t_co2e,
        index=units.grid.labels,
        reduction_t_co2e=_reduction(units, f"sampled_reduction.{id}", means, function),
        standard_error_percent=context.given(
            f"practice_standard_error.{id}", row.standard_error_percent, "%", ["practice_samples.csv"]
        ),
        t_quantile=context.compute(
            f"practice_t_quantile.{id}",
            t_quantile,
            probability=context.trace.rule("programme.deduction.confidence"),
            degrees_of_freedom=context.given(
                f"practice_freedom.{id}", row.units_sampled - 1.0, "1", ["practice_samples.csv"]
            ),
        ),
    )


def _soil_nitrogen(units: UnitsOfPeriod, soil: Mapping[str, _Means]) -> Quantity:
    """Add the nitrous oxide of soils up in each scenario (Eq. 16); what the project has no rows of is 0."""

    def added(scenario: str) -> Quantity:
        given: dict[str, Any] = {
            argument: getattr(soil[id], scenario) if id in soil else 0.0
            for id, argument in _SOIL_NITROGEN.items()
        }
        name = f"soil_nitrous_oxide.{scenario}"
        equation = soil_n2o.soil_nitrous_oxide_t_co2e_per_ha
        return units.context.compute(name, equation, index=units.grid.labels, **given)

    means = _Means(added("baseline"), added("project"), {})
    name = "soil_nitrous_oxide_reduction"
    return _reduction(units, name, means, totals.soil_nitrous_oxide_reduction_t_co2e)


def _total(units: UnitsOfPeriod, parts: Sequence[Quantity]) -> Quantity:
    if not parts:
        return units.zeros("default_factor_sources", "t CO2e")
    stacked = units.context.arrange(
        "source_reductions",
        np.stack([part.value for part in parts]),
        parts,
        index=[part.name for part in parts],
    )
    return units.context.compute(
        "default_factor_sources", total_t_co2e, index=units.grid.labels, parts_t_co2e=stacked
    )
