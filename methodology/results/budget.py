"""Where a deduction comes from, as a result: budget by source of error, and spread between strata."""

from __future__ import annotations

from typing import Literal

from mollisol.methodology.base import Items
from mollisol.methodology.results.figure import Number, Result

type ErrorSourceName = Literal[
    "laboratory", "soil mass", "within fields", "between fields", "control sites", "model"
]


class SpreadTest(Result):
    """Whether strata differ in the spread of change between their sampling units (Brown and Forsythe).

    A result, not a switch: where strata differ clearly, the analytic form carries it, stratum by stratum.
    """

    statistic: Number
    numerator_degrees_of_freedom: Number
    denominator_degrees_of_freedom: Number
    p_value: Number


class BudgetPart(Result):
    """What a source of error adds to the variance of the project mean, and its part of the deduction, per hectare."""

    source: ErrorSourceName
    variance_t_co2e_per_ha_2: Number
    share: Number
    deduction_t_co2e_per_ha: Number
    note: str = ""


class OneMore(Result):
    """What one more core in each field, one more field or one more control site would take off the deduction."""

    what: Literal["core in each sampling unit", "sampling unit", "control site"]
    where: str
    saves_t_co2e_per_ha: Number
    saves_t_co2e: Number


class VarianceBudget(Result):
    """Where the deduction of a route comes from, by source of error, and what would lower it.

    The posterior's where it was computed; the analytic route cannot tell all sources apart.
    """

    route: Literal["analytic", "posterior"]
    standard_error_t_co2e_per_ha: Number
    deduction_t_co2e_per_ha: Number
    parts: Items[BudgetPart]
    one_more: Items[OneMore]
