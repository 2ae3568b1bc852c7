"""From mean changes of strata to yearly totals of both scenarios, and their mean difference over a period."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import mean_difference_t_co2e_per_ha
from mollisol.quantification.soil_carbon_change import (
    baseline_soil_change_t_co2e,
    less_biochar_carbon_t_co2e,
    project_soil_change_t_co2e,
)


class YearlyTotals(NamedTuple):
    """Both scenarios in t CO2e a year (Eqs. 47 less biochar, 46), and project minus baseline in t CO2e/ha."""

    project: Quantity
    baseline: Quantity
    difference: Quantity


def area_of_strata(context: PeriodContext) -> Quantity:
    """Record the areas of the strata, in the order of their table."""
    names = tuple(stratum.stratum for stratum in context.project.strata)
    areas = np.array([stratum.area_ha for stratum in context.project.strata])
    rows = [f"strata.csv:{row}" for row in context.project.strata.row_numbers]
    return context.given("area_ha", areas, "ha", rows, names)


def yearly_totals(
    context: PeriodContext,
    project: Quantity,
    baseline: Quantity,
    area: Quantity,
    biochar_carbon_per_year: Quantity,
) -> YearlyTotals:
    """Take the mean changes of each stratum, t CO2e/ha over the period, to totals and difference."""
    years = context.years
    baseline_total = context.compute(
        "baseline_soil_change",
        baseline_soil_change_t_co2e,
        mean_change_t_co2e_per_ha=baseline,
        years=years,
        area_ha=area,
    )
    project_total = context.compute(
        "project_soil_change_less_biochar",
        less_biochar_carbon_t_co2e,
        project_soil_change_t_co2e=context.compute(
            "project_soil_change",
            project_soil_change_t_co2e,
            mean_change_t_co2e_per_ha=project,
            years=years,
            area_ha=area,
        ),
        biochar_carbon_t=biochar_carbon_per_year,
    )
    difference = context.compute(
        "mean_difference",
        mean_difference_t_co2e_per_ha,
        project_change_t_co2e=project_total,
        baseline_change_t_co2e=baseline_total,
        years=years,
        area_ha=area,
    )
    return YearlyTotals(project_total, baseline_total, difference)
