"""Step 3: from the change of a period to reductions, removals, buffer and units, year by year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mollisol.changes.change import ChangeOfPeriod
from mollisol.crediting.calendar_years import calendar_parts
from mollisol.emissions.leakage import LeakageOfPeriod
from mollisol.emissions.sources import SourcesOfPeriod
from mollisol.methodology.base import Interval
from mollisol.methodology.checks.periods import anniversary
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding, FindingsError, Place, Severity
from mollisol.methodology.results.run import PeriodResult, Vintage
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Quantity, Trace
from mollisol.quantification.accounting.units import units_to_issue_t
from mollisol.quantification.accounting.vm0042.issuance import (
    buffer_on_reductions_t_co2e,
    buffer_on_removals_t_co2e,
    verified_reductions_t_co2e,
    verified_removals_t_co2e,
    verified_total_t_co2e,
)
from mollisol.quantification.accounting.vm0042.reductions_removals import (
    emission_reductions_t_co2e,
    leakage_on_reductions_t_co2e,
    leakage_on_removals_t_co2e,
    net_reductions_t_co2e,
    net_removals_t_co2e,
    removals_switch,
    removals_t_co2e,
    source_terms_t_co2e,
)
from mollisol.quantification.soil_carbon_change import (
    baseline_change_after_deduction,
    project_change_after_deduction,
)
from mollisol.quantification.totals import running_total_t_co2e, total_t_co2e, uncertainty_fraction


def credit_period(
    context: PeriodContext,
    change: ChangeOfPeriod,
    cumulative: Quantity,
    rating: Quantity,
    biochar_carbon_t: float,
    sources: SourcesOfPeriod,
    leakage: LeakageOfPeriod,
) -> tuple[PeriodResult, Quantity]:
    """Split a period into vintages, take the buffer off and count the units.

    Parameters
    ----------
    cumulative
        Project stock change since the start, before this period, after deductions. [t CO2e]
    rating
        Non-permanence risk rating. [%]
    sources, leakage
        Of this period, by year.

    Returns
    -------
    tuple
        The period, and the cumulative project change after it: the removals switch needs all that came before.
    """
    period, years, rules, trace = context.period, context.years, context.rules, context.trace
    after = _after_deduction(period.name, change, sources.woody, trace)
    vintages = []
    for number in range(1, years + 1):
        during = Interval(
            start=anniversary(period.during.start, number - 1),
            end=anniversary(period.during.start, number) - timedelta(days=1),
        )
        vintage, cumulative = _vintage(
            f"@{period.name}.{number}",
            number,
            during,
            after,
            cumulative,
            rating,
            sources,
            leakage,
            rules,
            trace,
        )
        vintages.append(vintage)
    total = trace.compute(
        f"verified_total@{period.name}",
        total_t_co2e,
        parts_t_co2e=trace.arrange(
            f"verified_totals@{period.name}",
            [vintage.verified_total_t_co2e for vintage in vintages],
            [trace.quantities[f"verified_total@{period.name}.{n}"] for n in range(1, years + 1)],
        ),
    )
    deduction = change.deductions["corrected"]
    trace.rule("mollisol.issuance.rounding")
    counted = trace.compute(f"units_if_eligible@{period.name}", units_to_issue_t, verified_total_t_co2e=total)
    refused = not deduction.eligible or any(f.severity is Severity.REFUSAL for f in change.findings)
    units = 0 if refused else int(counted.value)
    issued = trace.arrange(f"units_unless_refused@{period.name}", float(units), [counted, change.half_width])
    gross = years * (float(change.project_annual.value) - float(change.baseline_annual.value))
    woody = years * _net_woody(sources)
    net = years * (float(after[0].value) - float(after[1].value)) - woody
    result = PeriodResult(
        name=period.name,
        during=period.during,
        years=years,
        first_campaign=period.first_campaign,
        last_campaign=period.last_campaign,
        area_ha=float(change.area.value.sum()),
        project_change_t_co2e=years * float(change.project_annual.value),
        baseline_change_t_co2e=years * float(change.baseline_annual.value),
        biochar_carbon_t=biochar_carbon_t,
        gross_t_co2e=gross,
        deducted_t_co2e=gross - net,
        after_deduction_t_co2e=net,
        woody_t_co2e=woody,
        source_terms_t_co2e=sum(vintage.source_terms_t_co2e for vintage in vintages),
        leakage_t_co2e=sum(vintage.leakage_t_co2e for vintage in vintages),
        buffer_t_co2e=sum(v.buffer_on_reductions_t_co2e + v.buffer_on_removals_t_co2e for v in vintages),
        verified_total_t_co2e=float(total.value),
        units_to_issue_t=units,
        units_if_eligible_t=int(counted.value),
        issuance="refused" if refused else "issued" if units > 0 else "nothing to issue",
        deduction=deduction,
        deduction_printed=change.deductions["printed"],
        guarded=change.guarded,
        montecarlo=change.montecarlo,
        posterior=change.posterior,
        credited_form=change.credited_form,
        issuing_uncertainty_percent=float(change.uncertainty.value),
        strata=change.strata,
        variance=change.variance,
        routes=change.routes,
        variance_budget=change.variance_budget,
        spread_between_strata=change.spread_between_strata,
        spectroscopy=change.spectroscopy,
        vintages=tuple(vintages),
        sources=sources.results,
        woody=sources.woody_result,
        leakage=leakage.result if leakage.result.any else None,
        calendar=calendar_parts(period.name, vintages, issued, trace),
    )
    return result, cumulative


def _after_deduction(
    name: str, change: ChangeOfPeriod, woody: Mapping[str, Quantity], trace: Trace
) -> tuple[Quantity, Quantity]:
    given: dict[str, Any] = {
        "uncertainty_fraction": trace.compute(
            f"uncertainty_fraction@{name}", uncertainty_fraction, uncertainty_percent=change.uncertainty
        ),
        "project_minus_baseline_t_co2e": change.difference,
    }
    project = trace.compute(
        f"project_change_after_deduction@{name}",
        project_change_after_deduction,
        soil_change_t_co2e=change.project_annual,
        **given,
        **_woody(woody, "project"),
    )
    baseline = trace.compute(
        f"baseline_change_after_deduction@{name}",
        baseline_change_after_deduction,
        soil_change_t_co2e=change.baseline_annual,
        **given,
        **_woody(woody, "baseline"),
    )
    return project, baseline


def _woody(woody: Mapping[str, Quantity], scenario: str) -> dict[str, Any]:
    return {
        f"{kind}_change_t_co2e": woody[f"{kind}.{scenario}"]
        for kind in ("tree", "shrub")
        if f"{kind}.{scenario}" in woody
    }


def _net_woody(sources: SourcesOfPeriod) -> float:
    result = sources.woody_result
    return result.project_t_co2e_per_year - result.baseline_t_co2e_per_year if result else 0.0


def _of_year(name: str, of: Quantity, number: int, trace: Trace) -> Quantity:
    """Take one year out of a quantity that has one value for each year of the period."""
    return trace.arrange(name, float(of.value[number - 1]), [of], places=[number - 1])


def _vintage(
    at: str,
    number: int,
    during: Interval,
    after: tuple[Quantity, Quantity],
    cumulative: Quantity,
    rating: Quantity,
    given: SourcesOfPeriod,
    lost: LeakageOfPeriod,
    rules: RulesInForce,
    trace: Trace,
) -> tuple[Vintage, Quantity]:
    project, baseline = after
    cumulative = trace.compute(
        f"cumulative_project_change{at}", running_total_t_co2e, before_t_co2e=cumulative, added_t_co2e=project
    )
    switch = trace.compute(
        f"removals_switch{at}", removals_switch, cumulative_project_change_t_co2e=cumulative
    )
    sources = trace.compute(
        f"source_terms{at}",
        source_terms_t_co2e,
        default_factor_sources_t_co2e=_of_year(f"default_sources{at}", given.default, number, trace),
        soil_ch4_t_co2e=_of_year(f"soil_ch4{at}", given.soil_ch4, number, trace),
        soil_n2o_t_co2e=_of_year(f"soil_n2o{at}", given.soil_n2o, number, trace),
        uncertainty_ch4=_of_year(f"uncertainty_ch4{at}", given.uncertainty_ch4, number, trace),
        uncertainty_n2o=_of_year(f"uncertainty_n2o{at}", given.uncertainty_n2o, number, trace),
        form=rules.form("switch.ch4-n2o-sign"),
    )
    stock: dict[str, Any] = {
        "project_change_t_co2e": project,
        "baseline_change_t_co2e": baseline,
        "removals_switch": switch,
    }
    reductions = trace.compute(
        f"reductions{at}", emission_reductions_t_co2e, source_terms_t_co2e=sources, **stock
    )
    removals = trace.compute(f"removals{at}", removals_t_co2e, **stock)
    leakage = _of_year(f"leakage{at}", lost.by_year, number, trace)
    form = rules.form("switch.leakage-allocation")
    _must_have_shares(during, leakage, reductions, removals, printed=form == "printed")
    shares: dict[str, Any] = {
        "leakage_t_co2e": leakage,
        "reductions_t_co2e": reductions,
        "removals_t_co2e": removals,
        "form": form,
    }
    net_reductions = trace.compute(
        f"net_reductions{at}",
        net_reductions_t_co2e,
        reductions_t_co2e=reductions,
        leakage_on_reductions_t_co2e=trace.compute(
            f"leakage_on_reductions{at}", leakage_on_reductions_t_co2e, **shares
        ),
    )
    net_removals = trace.compute(
        f"net_removals{at}",
        net_removals_t_co2e,
        removals_t_co2e=removals,
        leakage_on_removals_t_co2e=trace.compute(
            f"leakage_on_removals{at}", leakage_on_removals_t_co2e, **shares
        ),
    )
    stock["non_permanence_rating_percent"] = rating
    buffer_reductions = trace.compute(f"buffer_on_reductions{at}", buffer_on_reductions_t_co2e, **stock)
    buffer_removals = trace.compute(f"buffer_on_removals{at}", buffer_on_removals_t_co2e, **stock)
    verified = [
        trace.compute(
            f"verified_reductions{at}",
            verified_reductions_t_co2e,
            net_t_co2e=net_reductions,
            buffer_t_co2e=buffer_reductions,
        ),
        trace.compute(
            f"verified_removals{at}",
            verified_removals_t_co2e,
            net_t_co2e=net_removals,
            buffer_t_co2e=buffer_removals,
        ),
    ]
    total = trace.compute(
        f"verified_total{at}",
        verified_total_t_co2e,
        verified_reductions_t_co2e=verified[0],
        verified_removals_t_co2e=verified[1],
    )
    figures = {
        "project_change_t_co2e": project,
        "baseline_change_t_co2e": baseline,
        "cumulative_project_change_t_co2e": cumulative,
        "removals_switch": switch,
        "source_terms_t_co2e": sources,
        "reductions_t_co2e": reductions,
        "removals_t_co2e": removals,
        "leakage_t_co2e": leakage,
        "net_reductions_t_co2e": net_reductions,
        "net_removals_t_co2e": net_removals,
        "buffer_on_reductions_t_co2e": buffer_reductions,
        "buffer_on_removals_t_co2e": buffer_removals,
        "verified_reductions_t_co2e": verified[0],
        "verified_removals_t_co2e": verified[1],
        "verified_total_t_co2e": total,
    }
    values = {name: float(quantity.value) for name, quantity in figures.items()}
    return Vintage(number=number, during=during, **values), cumulative


def _must_have_shares(
    during: Interval, leakage: Quantity, reductions: Quantity, removals: Quantity, *, printed: bool
) -> None:
    """Stop where Eqs. 39 and 42 have no shares; the text does not say what to do.

    Raises
    ------
    FindingsError
        If there is leakage and neither reductions nor removals are above zero; as printed, if they sum to zero.
    """
    er, cr = float(reductions.value), float(removals.value)
    without = er + cr == 0 if printed else max(er, cr) <= 0
    if float(leakage.value) == 0 or not without:
        return
    raise FindingsError(
        [
            Finding(
                code="leakage-without-shares",
                severity=Severity.BLOCKING,
                where=Place(thing=f"year {during.start} to {during.end}"),
                found=f"leakage {float(leakage.value):.1f} t CO2e, reductions {er:.1f}, removals {cr:.1f}",
                allowed="leakage is shared between reductions and removals by their positive parts",
                do="report the year as a loss; the methodology says nothing of this case",
                clause="VM0042 2.2, section 8.5, Eqs. 39 and 42 (E-13)",
            )
        ]
    )
