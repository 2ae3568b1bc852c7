"""Modelled soil methane and nitrous oxide: reductions by year and their deductions (Eqs. 10, 15, 54, 58)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.emissions.hooks import after_allowance
from mollisol.emissions.terms import UnitsOfPeriod
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import mean_difference_t_co2e_per_ha
from mollisol.quantification.sources import modelled_gases, totals
from mollisol.quantification.totals import uncertainty_fraction
from mollisol.uncertainty.deduction.moment import uncertainty_percent
from mollisol.uncertainty.model.project_variance import project_model_variance

INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class _Equations:
    """The equations of a gas, and the source of the boundary that it belongs to."""

    source: str
    mean: Callable[..., Any]
    variance: Callable[..., Any]
    reduction: Callable[..., Any]


_GASES = {
    "CH4": _Equations(
        "soil_methanogenesis_ch4",
        modelled_gases.soil_methane_t_co2e_per_ha,
        modelled_gases.soil_methane_variance,
        totals.soil_methane_reduction_t_co2e,
    ),
    "N2O": _Equations(
        "nitrogen_fertilizer_n2o",
        modelled_gases.soil_nitrous_oxide_modelled_t_co2e_per_ha,
        modelled_gases.soil_nitrous_oxide_variance,
        totals.soil_nitrous_oxide_reduction_t_co2e,
    ),
}


def gas_reduction(units: UnitsOfPeriod, gas: str) -> tuple[Quantity, Quantity]:
    """Return the reductions of a gas by year, and their deductions as fractions; zeros where it is not included."""
    context, grid = units.context, units.grid
    word, equations = gas.lower(), _GASES[gas]
    rows = [
        (number, row)
        for number, row in units.project.modelled_gases.numbered_rows
        if row.gas == gas and row.year in grid.years
    ]
    if not rows or not units.project.head.boundary.includes(equations.source):
        return units.zeros(f"soil_{word}_reduction", "t CO2e"), units.zeros(f"uncertainty_{word}", "1")
    output = {
        name: np.zeros((context.years, len(grid.units))) for name in ("baseline", "project", "variance")
    }
    number = {unit: place for place, unit in enumerate(grid.units)}
    for _, row in rows:
        place = (grid.years.index(row.year), number[row.quantification_unit])
        output["baseline"][place] = row.baseline_t_per_ha
        output["project"][place] = row.project_t_per_ha
        output["variance"][place] = row.difference_variance_t2_per_ha2
    lines = [f"modelled_soil_gases.csv:{number}" for number, _ in rows]
    potential = {f"gwp_{word}": units.gwp(word)}

    def run(name: str, equation: Callable[..., Any], **given: Any) -> Quantity:
        return context.compute(name, equation, index=grid.labels, **given)

    means = {}
    for scenario in ("baseline", "project"):
        mass = units.enter(f"model_{word}.{scenario}", output[scenario], f"t {gas}/ha", lines)
        given = {f"soil_{word}_t_per_ha": mass, **potential}
        means[f"{scenario}_t_co2e_per_ha"] = run(f"soil_{word}.{scenario}", equations.mean, **given)
    reduction = run(f"soil_{word}_reduction", equations.reduction, area_ha=units.area_ha, **means)
    spread = units.enter(f"model_variance_{word}", output["variance"], f"(t {gas}/ha)2", lines)
    doubt = {f"soil_{word}_variance": spread, **potential}
    variance = run(f"soil_{word}_variance", equations.variance, **doubt)
    percents = [
        _deduction(units, f".{word}.{year}", number, reduction, variance)
        for number, year in enumerate(grid.labels)
    ]
    percent = context.join(f"gas_uncertainty_percent.{word}", percents, grid.labels)
    name = f"gas_uncertainty_after_allowance.{word}{context.place}"
    left = after_allowance(percent, name, context.trace, grid.labels)
    return reduction, run(f"uncertainty_{word}", uncertainty_fraction, uncertainty_percent=left)


def _deduction(
    units: UnitsOfPeriod, place: str, number: int, reduction: Quantity, variance: Quantity
) -> Quantity:
    """Return the deduction on a modelled gas in a year: model error is shared by the units (Eq. 64 corrected)."""
    context, form = units.context, units.context.rules.form
    total = context.compute(
        f"gas_variance{place}",
        project_model_variance,
        area_ha=units.area_ha,
        model_variance=context.arrange(
            f"unit_variance{place}", variance.value[number], [variance], places=[number]
        ),
        form=form("switch.eq64-correlation"),
    )
    mean = context.compute(
        f"gas_mean{place}",
        mean_difference_t_co2e_per_ha,
        project_change_t_co2e=context.arrange(
            f"gas_reduction{place}", float(reduction.value[number]), [reduction], places=[number]
        ),
        baseline_change_t_co2e=0.0,
        years=1,
        area_ha=units.area_ha,
    )
    if mean.value == 0 or total.value == 0:
        return context.arrange(f"gas_uncertainty_percent{place}", 0.0, [total, mean])
    return context.compute(
        f"gas_uncertainty_percent{place}",
        uncertainty_percent,
        mean_change=mean,
        variance_of_mean=total,
        degrees_of_freedom=INFINITE,
        confidence=context.trace.rule("programme.deduction.confidence"),
        form=form("switch.deduction-denominator"),
    )
