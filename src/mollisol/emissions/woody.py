"""Trees and shrubs at the ends of a period (Eqs. 48 to 51); harvested stands up to their long-term average."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from mollisol.emissions.grid import FIRST_ROW
from mollisol.emissions.terms import Period
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


def woody_changes(of: Period) -> dict[str, Quantity]:
    """Give yearly changes by ``kind.scenario`` [t CO2e per year]."""
    during = of.context.period.during
    ends = {"start": during.start, "end": during.end + timedelta(days=1)}
    changes = {}
    for (kind, scenario), function in _FUNCTIONS.items():
        stocks = {
            f"stock_{end}_t_co2e_per_ha": _stock(of, kind, scenario, end, day) for end, day in ends.items()
        }
        given: dict[str, Any] = {**stocks, "years": of.context.years, "area_ha": of.area_ha}
        changes[f"{kind}.{scenario}"] = of.trace.compute(
            f"{kind}_change.{scenario}@{of.grid.period}", function, **given
        )
    return changes


def _stock(of: Period, kind: str, scenario: str, end: str, day: date) -> Quantity:
    at = f"@{of.grid.period}"
    value, lines = np.zeros(len(of.grid.units)), []
    cap: dict[int, float] = {}
    other = np.zeros(len(of.grid.units))
    for number, row in enumerate(of.project.woody_stocks, start=FIRST_ROW):
        if row.kind != kind or row.measured_on != day:
            continue
        place = of.grid.units.index(row.quantification_unit)
        if row.scenario == scenario:
            value[place] = row.stock_t_co2e_per_ha
            lines.append(f"woody_stocks.csv:{number}")
        if row.scenario == "baseline":
            other[place] = row.stock_t_co2e_per_ha
        if row.long_term_average_t_co2e_per_ha is not None:
            cap[place] = row.long_term_average_t_co2e_per_ha
    read = of.trace.given(
        f"{kind}_stock.{scenario}.{end}{at}",
        value,
        "t CO2e/ha",
        lines or ["woody_stocks.csv: no row"],
        of.grid.units,
    )
    if not cap or scenario == "baseline":
        return read
    beside = of.trace.quantities[f"{kind}_stock.baseline.{end}{at}"]
    high = np.array([cap.get(place, _NO_CAP) for place in range(len(value))])
    above = of.trace.compute(
        f"{kind}_advantage_counted.{end}{at}",
        tree_and_shrub_tool.stock_up_to_average_t_co2e_per_ha,
        index=of.grid.units,
        advantage_t_co2e_per_ha=of.trace.compute(
            f"{kind}_advantage.{end}{at}",
            total_t_co2e,
            unit="t CO2e/ha",
            index=of.grid.units,
            parts_t_co2e=of.trace.arrange(
                f"{kind}_sides.{end}{at}", np.stack([value, -other]), [read, beside]
            ),
        ),
        long_term_average_t_co2e_per_ha=of.trace.given(
            f"{kind}_long_term_average.{end}{at}", high, "t CO2e/ha", lines, of.grid.units
        ),
    )
    return of.trace.compute(
        f"{kind}_stock_counted.{end}{at}",
        total_t_co2e,
        unit="t CO2e/ha",
        index=of.grid.units,
        parts_t_co2e=of.trace.arrange(
            f"{kind}_counted_parts.{end}{at}", np.stack([other, above.value]), [beside, above]
        ),
    )


def woody_result(changes: Mapping[str, Quantity]) -> WoodyResult | None:
    """Give the sums over trees and shrubs; None where there are none."""
    if not changes:
        return None
    return WoodyResult(
        baseline_t_co2e_per_year=sum(float(changes[f"{kind}.baseline"].value) for kind in ("tree", "shrub")),
        project_t_co2e_per_year=sum(float(changes[f"{kind}.project"].value) for kind in ("tree", "shrub")),
    )
