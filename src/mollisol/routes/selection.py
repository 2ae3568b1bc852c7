"""What passing the bar does to the promise of a period: information without any population behind it."""

from __future__ import annotations

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.results.deductions import SelectionByBar
from mollisol.methodology.results.figure import figure
from mollisol.methodology.trace import Quantity
from mollisol.routes.interface import Moment, RouteInputs
from mollisol.uncertainty.deduction.moment import credited_after_deduction
from mollisol.uncertainty.deduction.selection import HALF_WIDTH, bound_given_the_bar, least_creditable
from mollisol.uncertainty.student import t_quantile

BAR = "programme.eligibility.half-width"


def selection_by_bar(inputs: RouteInputs, moment: Moment, issuing: Quantity) -> SelectionByBar | None:
    """Return what the bar does to a period that passes it; None without a bar, behind it, and where nothing varies."""
    context, own = inputs.context, moment.deduction
    if (
        not context.rules.has(BAR)
        or not own.eligible
        or moment.error.value == 0
        or inputs.difference.value <= 0
    ):
        return None
    bar, confidence = context.trace.rule(BAR), context.trace.rule("programme.deduction.confidence")
    least = context.compute(
        "least_creditable",
        least_creditable,
        standard_error_t_co2e_per_ha=moment.error,
        degrees_of_freedom=moment.spread.freedom,
        confidence=confidence,
        widest_half_width_percent=bar,
    )
    bound = context.compute(
        "bound_given_the_bar",
        bound_given_the_bar,
        mean_change_t_co2e_per_ha=inputs.difference,
        standard_error_t_co2e_per_ha=moment.error,
        degrees_of_freedom=moment.spread.freedom,
        confidence=confidence,
        widest_half_width_percent=bar,
    )
    credited = credited_after_deduction(
        mean_change=inputs.difference.value,
        uncertainty_percent=issuing.value,
        form=context.rules.form("switch.deduction-denominator"),
    )
    at_bar = t_quantile(probability=HALF_WIDTH, degrees_of_freedom=moment.spread.freedom.value)
    error = own.standard_error_t_co2e_per_ha
    return SelectionByBar(
        least_creditable_t_co2e_per_ha=figure(least),
        standard_errors_above_bar=float(inputs.difference.value / error - 100 * at_bar / bar.value),
        bound_given_the_bar_t_co2e_per_ha=figure(bound),
        credited_t_co2e_per_ha=float(credited),
    ).beside(least, bound)


def selected_by_the_bar(inputs: RouteInputs, found: SelectionByBar) -> Finding:
    """Return the note on it."""
    return finding(
        "selected-by-the-bar",
        f"verification period {inputs.context.period.name}",
        f"a project whose change is below {found.least_creditable_t_co2e_per_ha:.3g} t CO2e/ha is over-credited "
        f"whenever it passes; given that the bar was passed the bound is "
        f"{found.bound_given_the_bar_t_co2e_per_ha:.3g} in place of {found.credited_t_co2e_per_ha:.3g}",
    )
