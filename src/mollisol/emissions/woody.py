"""Trees and shrubs at the ends of a period (Eqs. 48 to 51); harvested stands up to their long-term average."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from mollisol.emissions.grid import Floats
from mollisol.emissions.terms import UnitsOfPeriod
from mollisol.methodology.results.figure import Figure, figure
from mollisol.methodology.results.sources import WoodyResult
from mollisol.methodology.trace import Quantity
from mollisol.quantification.sources import tree_and_shrub_tool, woody_biomass
from mollisol.quantification.totals import total_t_co2e

_FUNCTIONS: dict[tuple[str, str], woody_biomass.WoodyChange] = {
    ("tree", "baseline"): woody_biomass.baseline_tree_change_t_co2e,
    ("tree", "project"): woody_biomass.project_tree_change_t_co2e,
    ("shrub", "baseline"): woody_biomass.baseline_shrub_change_t_co2e,
    ("shrub", "project"): woody_biomass.project_shrub_change_t_co2e,
}
_NO_CAP = 4000.0


def woody_changes(units: UnitsOfPeriod) -> dict[str, Quantity]:
    """Return yearly changes by ``kind.scenario``. [t CO2e per year]."""
    during = units.context.period.during
    ends = {"start": during.start, "end": during.end + timedelta(days=1)}
    changes = {}
    for kind in ("tree", "shrub"):
        baseline = {end: _read(units, kind, "baseline", end, day) for end, day in ends.items()}
        project = {end: _counted(units, kind, end, day, baseline[end]) for end, day in ends.items()}
        baseline = _discounted(units, kind, "baseline", ends.values(), baseline)
        project = _discounted(units, kind, "project", ends.values(), project)
        for scenario, stocks in (("baseline", baseline), ("project", project)):
            given: dict[str, Any] = {f"stock_{end}_t_co2e_per_ha": stock for end, stock in stocks.items()}
            changes[f"{kind}.{scenario}"] = units.context.compute(
                f"{kind}_change.{scenario}",
                _FUNCTIONS[kind, scenario],
                **given,
                years=units.context.years,
                area_ha=units.area_ha,
            )
    return changes


def _discounted(
    units: UnitsOfPeriod, kind: str, scenario: str, days: Collection[date], stocks: dict[str, Quantity]
) -> dict[str, Quantity]:
    """Return the stocks at both ends after the tool's discount; themselves where none is taken.

    The wider interval of the two holds for both, so that a change is not made of it, and its direction makes the
    baseline change larger and that of the project smaller.
    """
    wide, lines = np.zeros(len(units.grid.units)), []
    place = {unit: number for number, unit in enumerate(units.grid.units)}
    for number, row in units.project.woody_stocks.numbered_rows:
        if (
            row.kind == kind
            and row.scenario == scenario
            and row.measured_on in days
            and row.uncertainty_percent
        ):
            at = place[row.quantification_unit]
            wide[at] = max(wide[at], row.uncertainty_percent)
            lines.append(f"woody_stocks.csv:{number}")
    if not lines:
        return stocks
    names, rises = units.grid.units, stocks["end"].value >= stocks["start"].value
    sign = np.where(rises, 1.0, -1.0) * (1.0 if scenario == "baseline" else -1.0)
    given: dict[str, Any] = {
        "uncertainty_percent": units.context.given(f"{kind}_uncertainty.{scenario}", wide, "%", lines, names),
        "direction": units.context.given(
            f"{kind}_discount_direction.{scenario}",
            sign,
            "1",
            ["upward in the baseline, downward in the project"],
            names,
        ),
    }
    return {
        end: units.context.compute(
            f"{kind}_stock_discounted.{scenario}.{end}",
            tree_and_shrub_tool.discounted_stock_t_co2e_per_ha,
            index=names,
            stock_t_co2e_per_ha=stock,
            **given,
        )
        for end, stock in stocks.items()
    }


def _read(units: UnitsOfPeriod, kind: str, scenario: str, end: str, day: date) -> Quantity:
    """Enter the stock of each unit in a scenario on the day of an end."""
    value, lines = np.zeros(len(units.grid.units)), []
    place = {unit: number for number, unit in enumerate(units.grid.units)}
    for number, row in units.project.woody_stocks.numbered_rows:
        if row.kind == kind and row.measured_on == day and row.scenario == scenario:
            value[place[row.quantification_unit]] = row.stock_t_co2e_per_ha
            lines.append(f"woody_stocks.csv:{number}")
    return units.context.given(
        f"{kind}_stock.{scenario}.{end}",
        value,
        "t CO2e/ha",
        lines or ["woody_stocks.csv: no row"],
        units.grid.units,
    )


def _counted(units: UnitsOfPeriod, kind: str, end: str, day: date, baseline: Quantity) -> Quantity:
    """Return the project's stock, of what is harvested no more above the baseline than its long-term average."""
    context, names = units.context, units.grid.units
    project = _read(units, kind, "project", end, day)
    averages = {
        row.quantification_unit: row.long_term_average_t_co2e_per_ha
        for row in units.project.woody_stocks
        if row.kind == kind and row.measured_on == day and row.long_term_average_t_co2e_per_ha is not None
    }
    if not averages:
        return project

    def total(name: str, parts_name: str, parts: list[Quantity], values: list[Floats]) -> Quantity:
        stacked = context.arrange(f"{kind}_{parts_name}.{end}", np.stack(values), parts)
        return context.compute(
            f"{kind}_{name}.{end}", total_t_co2e, unit="t CO2e/ha", index=names, parts_t_co2e=stacked
        )

    highest = np.array([averages.get(unit, _NO_CAP) for unit in names])
    above = context.compute(
        f"{kind}_advantage_counted.{end}",
        tree_and_shrub_tool.stock_up_to_average_t_co2e_per_ha,
        index=names,
        advantage_t_co2e_per_ha=total(
            "advantage", "sides", [project, baseline], [project.value, -baseline.value]
        ),
        long_term_average_t_co2e_per_ha=context.given(
            f"{kind}_long_term_average.{end}", highest, "t CO2e/ha", project.rows, names
        ),
    )
    return total("stock_counted", "counted_parts", [baseline, above], [baseline.value, above.value])


def woody_result(changes: Mapping[str, Quantity]) -> WoodyResult | None:
    """Return the sums over trees and shrubs; None where there are none."""
    if not changes:
        return None
    return WoodyResult(
        baseline_t_co2e_per_year=_both(changes, "baseline"),
        project_t_co2e_per_year=_both(changes, "project"),
    )


def _both(changes: Mapping[str, Quantity], scenario: str) -> Figure:
    tree, shrub = (figure(changes[f"{kind}.{scenario}"]) for kind in ("tree", "shrub"))
    return (tree + shrub).said("trees and shrubs")
