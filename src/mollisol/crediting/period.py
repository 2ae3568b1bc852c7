"""From the change of a period to units, year by year: the programme is asked for each step, in this order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from mollisol.changes.change import ChangeOfPeriod
from mollisol.crediting.calendar_years import calendar_parts
from mollisol.methodology.base import Interval
from mollisol.methodology.checks.periods import anniversary
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.figure import Figure, declared, figure, total, whole
from mollisol.methodology.results.run import PeriodResult, Vintage
from mollisol.methodology.results.state import state_of_period
from mollisol.methodology.trace import Quantity
from mollisol.programmes.interface import Activity, Carried, Deducted, Programme, Verified, Year
from mollisol.quantification.totals import running_total_t_co2e, total_t_co2e


def credit_period(
    programme: Programme,
    context: PeriodContext,
    change: ChangeOfPeriod,
    activity: Activity,
    carried: Carried,
    biochar_carbon_t: Figure,
) -> tuple[PeriodResult, Carried]:
    """Return a period as the programme credits it: deducted, split, less leakage and buffer, counted.

    Returns
    -------
    tuple
        The period, and what it hands to the next one.
    """
    years, trace, period = context.years, context.trace, context.period
    deducted = programme.deduct(context, change, activity)
    vintages, verified = [], []
    for number in range(1, years + 1):
        vintage, left, carried = _vintage(programme, context, number, deducted, activity, carried)
        vintages.append(vintage)
        verified.append(left)
    if activity.leakage is not None:
        carried = replace(carried, displaced=activity.leakage.cumulative)
    verified_total = trace.compute(
        f"verified_total{context.place}",
        total_t_co2e,
        parts_t_co2e=trace.arrange(
            f"verified_totals{context.place}",
            [vintage.verified_total_t_co2e for vintage in vintages],
            [left.total for left in verified],
        ),
    )
    counted = programme.count(context, verified_total, [left.shares for left in verified])
    # A period that a rule refuses anyway is refused; only the others would have units were the proposal in force.
    state = state_of_period(change.findings)
    units = int(counted.value) if state == "eligible" else 0
    issued = trace.arrange(
        f"units_unless_refused{context.place}", float(units), [counted, change.outcome.moment.half_width]
    )
    project, baseline = figure(change.totals.project), figure(change.totals.baseline)
    gross = (project - baseline) * years
    trees = activity.sources.woody_result if activity.sources else None
    woody = (
        years * (trees.project_t_co2e_per_year - trees.baseline_t_co2e_per_year)
        if trees
        else declared(0.0, "no row in any table")
    )
    net = (figure(deducted.project) - figure(deducted.baseline)) * years - woody
    leakage = activity.leakage.result if activity.leakage else None
    details: dict[str, Any] = {**change.outcome.details}
    del details["deductions"]
    result = PeriodResult(
        name=period.name,
        during=period.during,
        years=years,
        first_campaign=period.first_campaign,
        last_campaign=period.last_campaign,
        area_ha=total(change.area, "sum of the strata"),
        project_change_t_co2e=(project * years).said("yearly change times years"),
        baseline_change_t_co2e=(baseline * years).said("yearly change times years"),
        biochar_carbon_t=biochar_carbon_t,
        gross_t_co2e=gross.said("project less baseline, times years"),
        deducted_t_co2e=(gross - net).said("gross less what is left after the deduction"),
        after_deduction_t_co2e=net.said(
            "project less baseline after the deduction, without trees, times years"
        ),
        woody_t_co2e=woody,
        source_terms_t_co2e=sum(vintage.source_terms_t_co2e for vintage in vintages),
        leakage_t_co2e=sum(vintage.leakage_t_co2e for vintage in vintages),
        buffer_t_co2e=sum(v.buffer_on_reductions_t_co2e + v.buffer_on_removals_t_co2e for v in vintages),
        verified_total_t_co2e=figure(verified_total),
        units_to_issue_t=whole(
            figure(issued).said("" if state == "eligible" else f"{state}: nothing is issued")
        ),
        units_if_eligible_t=whole(figure(counted)),
        state=state,
        issuance="refused" if state != "eligible" else "issued" if units > 0 else "nothing to issue",
        deduction=change.deductions["corrected"],
        deduction_printed=change.deductions["printed"],
        credited_form=change.outcome.form,
        issuing_uncertainty_percent=figure(change.outcome.uncertainty),
        strata=change.strata,
        routes=change.outcome.routes,
        spread_between_strata=change.spread_between_strata,
        **details,
        vintages=tuple(vintages),
        sources=activity.sources.results if activity.sources else (),
        woody=trees,
        leakage=leakage if leakage and leakage.any else None,
        calendar=calendar_parts(context, vintages, [left.shares for left in verified], issued),
    )
    return result, carried


def _vintage(
    programme: Programme,
    context: PeriodContext,
    number: int,
    deducted: Deducted,
    activity: Activity,
    carried: Carried,
) -> tuple[Vintage, Verified, Carried]:
    start = context.period.during.start
    during = Interval(
        start=anniversary(start, number - 1), end=anniversary(start, number) - timedelta(days=1)
    )
    cumulative = context.trace.compute(
        f"cumulative_project_change{context.place}.{number}",
        running_total_t_co2e,
        before_t_co2e=carried.cumulative,
        added_t_co2e=deducted.project,
    )
    year = Year(context, number, during, deducted, cumulative)
    split = programme.split(year, activity)
    net = programme.leakage(year, split, activity)
    verified = programme.buffer(year, split, net, carried)
    figures: dict[str, Quantity | None] = {
        "project_change_t_co2e": deducted.project,
        "baseline_change_t_co2e": deducted.baseline,
        "cumulative_project_change_t_co2e": cumulative,
        "removals_switch": split.switch,
        "source_terms_t_co2e": split.sources,
        "reductions_t_co2e": split.shares.reductions,
        "removals_t_co2e": split.shares.removals,
        "leakage_t_co2e": net.leakage,
        "net_reductions_t_co2e": net.shares.reductions,
        "net_removals_t_co2e": net.shares.removals,
        "buffer_on_reductions_t_co2e": verified.buffer.reductions,
        "buffer_on_removals_t_co2e": verified.buffer.removals,
        "verified_reductions_t_co2e": verified.shares.reductions,
        "verified_removals_t_co2e": verified.shares.removals,
        "verified_total_t_co2e": verified.total,
    }
    values = {name: figure(quantity) if quantity else 0.0 for name, quantity in figures.items()}
    vintage = Vintage(number=number, during=during, **values)
    return (
        vintage,
        verified,
        replace(
            carried, cumulative=cumulative, net=(*carried.net, net.shares.reductions, net.shares.removals)
        ),
    )
