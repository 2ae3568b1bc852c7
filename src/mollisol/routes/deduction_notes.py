"""What is told beside a deduction: which of its parts decides, what the samples cannot show, and what the bar does."""

from __future__ import annotations

from math import sqrt

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.project import VerificationPeriod
from mollisol.methodology.results.deductions import SelectionByBar, SharpDeduction
from mollisol.methodology.results.figure import figure
from mollisol.methodology.trace import Quantity
from mollisol.routes.interface import Moment, PeriodInputs, RouteInputs
from mollisol.uncertainty.deduction.moment import credited_after_deduction
from mollisol.uncertainty.deduction.selection import HALF_WIDTH, bound_given_the_bar, least_creditable
from mollisol.uncertainty.deduction.sharp import DEFAULT
from mollisol.uncertainty.student import t_quantile

UNITS_THAT_SHOW_A_TAIL = 150
COVERED_BY_A_LONE_SITE = 0.8
"""Difference between sites that the lone site's factor covers, in standard errors of the site's mean."""


def no_spread(period: VerificationPeriod) -> Finding:
    """Return the refusal of data without any spread: they would credit everything."""
    return finding("sharp-not-computed", _place(period), "no spread between samples on either side")


def notes_of_sharp(
    inputs: PeriodInputs, moment: Moment, deduction: SharpDeduction, lone_site_error: float
) -> tuple[Finding, ...]:
    """Return the notes on a sharp deduction, each with its size in t CO2e/ha.

    Parameters
    ----------
    lone_site_error
        Standard error of the mean of a control site that stands alone; 0 where there are several. [t CO2e/ha]
    """
    period, side = inputs.context.period, inputs.project_side
    units = sum(side.replicates)
    taken = deduction.uncertainty_percent * abs(moment.deduction.mean_t_co2e_per_ha) / 100
    plain = moment.deduction.mean_t_co2e_per_ha - moment.deduction.credited_t_co2e_per_ha
    by_points = deduction.deduction_a_t_co2e_per_ha
    notes: list[tuple[str, str]] = []
    if deduction.decided_by == "a" and (deduction.excess_project or deduction.excess_control):
        notes.append(("tail-lengthens-deduction", f"credits {taken - plain:.3g} t CO2e/ha less for it"))
    if deduction.decided_by != "a" and deduction.variance_between_sites_t_co2e_per_ha_2 is not None:
        spread = sqrt(deduction.variance_between_sites_t_co2e_per_ha_2)
        found = f"their means spread by {spread:.3g} t CO2e/ha: {taken - by_points:.3g} t CO2e/ha are credited less"
        notes.append(("sites-decide-deduction", found))
    if lone_site_error:
        covered = COVERED_BY_A_LONE_SITE * lone_site_error
        notes.append(("lone-site-covers", f"a difference between sites of up to {covered:.3g} t CO2e/ha"))
    links = inputs.site_link
    if links.shape[0] > 1 and (links.sum(axis=0) == 1).all() and (links.sum(axis=1) == 1).all():
        notes.append(("own-sites-alone", f"{links.shape[0]} strata with one control site each"))
    few = inputs.context.rules.number("mollisol.sharp.few-samples")
    if units < few and deduction.setting != DEFAULT.name:
        notes.append(("few-samples-setting", f"{units} sampling units: setting {deduction.setting}"))
    if units < UNITS_THAT_SHOW_A_TAIL:
        notes.append(("long-tail-unseen", f"{units} sampling units"))
    return tuple(
        finding(code, _place(period), found, few=few, units_that_show_a_tail=UNITS_THAT_SHOW_A_TAIL)
        for code, found in notes
    )


def _place(period: VerificationPeriod) -> str:
    return f"verification period {period.name}"


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


def selected_by_the_bar(inputs: RouteInputs, selection: SelectionByBar) -> Finding:
    """Return the note on it."""
    return finding(
        "selected-by-the-bar",
        f"verification period {inputs.context.period.name}",
        f"a project whose change is below {selection.least_creditable_t_co2e_per_ha:.3g} t CO2e/ha is over-credited "
        f"whenever it passes; given that the bar was passed the bound is "
        f"{selection.bound_given_the_bar_t_co2e_per_ha:.3g} in place of {selection.credited_t_co2e_per_ha:.3g}",
    )
