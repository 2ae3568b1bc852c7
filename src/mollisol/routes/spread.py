"""Whether strata differ in the spread of change between their sampling units: a result, not a switch."""

from __future__ import annotations

from mollisol.methodology.results.budget import SpreadTest
from mollisol.methodology.results.figure import figure
from mollisol.routes.interface import PeriodInputs
from mollisol.uncertainty.scaling.spread import brown_forsythe_statistic, upper_tail_of_f


def spread_between_strata(inputs: PeriodInputs) -> SpreadTest | None:
    """Test the spread between strata; None where there is one stratum, or nothing to tell them apart by."""
    context, side = inputs.context, inputs.project_side
    group = [name for name, count in zip(side.labels, side.replicates, strict=True) for _ in range(count)]
    if inputs.stocks.anew:  # of points drawn anew there is no change of a unit
        return None
    try:
        statistic = context.compute(
            "spread_statistic", brown_forsythe_statistic, value=side.change, group=group
        )
    except ValueError:
        return None
    between, within = float(len(side.labels) - 1), float(len(group) - len(side.labels))
    chance = context.compute(
        "spread_p_value",
        upper_tail_of_f,
        statistic=statistic,
        numerator_degrees_of_freedom=between,
        denominator_degrees_of_freedom=within,
    )
    return SpreadTest(
        statistic=figure(statistic),
        numerator_degrees_of_freedom=between,
        denominator_degrees_of_freedom=within,
        p_value=figure(chance),
    ).beside(chance)
