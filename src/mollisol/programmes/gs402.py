"""Gold Standard 402 behind the seam: a start stock as baseline, approach 1, with its modules 402.1, 402.4 and 402.6."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mollisol.methodology.checks.periods import whole_years
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.findings import Finding, FindingsError, Place, finding
from mollisol.methodology.programmes.facts import ProgrammeFacts
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RuleFolders, RulesInForce
from mollisol.methodology.trace import Quantity
from mollisol.programmes.declared import (
    HEAD,
    Sense,
    answers_held,
    campaigns_named,
    not_met,
    unchanged_start,
)
from mollisol.programmes.gs402_rises import Rises, rises_of_period
from mollisol.programmes.interface import (
    Activity,
    Carried,
    Deducted,
    Longer,
    Net,
    Programme,
    Shares,
    Split,
    Verified,
    Year,
    nothing,
)
from mollisol.quantification.accounting.gs402 import credits, deduction, doubt
from mollisol.quantification.accounting.gs402.models import total_uncertainty
from mollisol.templates.monitoring_report.chapters import CHAPTERS, Chapter
from mollisol.uncertainty.student import t_quantile

if TYPE_CHECKING:
    from mollisol.changes.change import ChangeOfPeriod

_EVERY: Mapping[str, Sense] = {
    "gs402.land.no-wetland-forest": "is",
    "gs402.land.managed-years": "least",
    "gs402.land.no-burning": "is",
    "gs402.land.same-parcel": "is",
    "gs402.water.unchanged": "is",
    "gs402.soil.mineral": "is",
    "gs402.additionality.surplus": "is",
}
_OF_MODULE: Mapping[str, Mapping[str, Sense]] = {
    "402.1": {"gs402.tillage.no-no-till": "is", "gs402.tillage.least-residue": "least"},
    "402.4": {
        "gs402.tillage.least-residue": "least",
        "gs402.zero.most-baseline-years": "most",
        "gs402.zero.last-tillage": "most",
        "gs402.zero.no-reversal": "is",
        "gs402.inputs.most-change": "most",
        "gs402.herbicide.most-rise": "most",
        "gs402.fields.fixed": "is",
        "gs402.sampling.same-phase": "is",
    },
    "402.6": {
        "gs402.cover.most-seasons": "most",
        "gs402.inputs.most-change": "most",
        "gs402.herbicide.most-rise": "most",
        "gs402.fields.fixed": "is",
        "gs402.sampling.same-phase": "is",
    },
}
"""What a project has to answer, whatever its module and by module."""
_OF_MODELS: Mapping[str, Sense] = {
    "gs402.models.calibration-years": "least",
    "gs402.models.verification-years": "least",
}
_DISCOUNTS = {
    "A": "gs402.models.safety-discount-a",
    "B": "gs402.models.safety-discount-b",
    "C": "gs402.models.safety-discount-c",
    "D": "gs402.models.safety-discount-d",
}


class GS402(Programme):
    """Gold Standard 402, Soil Organic Carbon Framework Methodology v1.0."""

    id = "gs402"
    rules = RuleFolders(
        files("mollisol.methodology").joinpath("programmes", "gs402"),
        shared=frozenset({"mollisol"}),
        prefix="gs402-",
    )
    complete_rules = "gs402-1.0"
    rule_names: ClassVar[Mapping[str, str]] = {
        "deduction.confidence": "gs402.uncertainty.confidence",
        "materiality.share": "gs402.materiality.share",
    }
    compared: ClassVar[Mapping[str, str]] = {
        "gross": "the stock at the start is the baseline: a regional trend is credited (section 6)",
        "deducted": "the half-width at gs402.uncertainty.confidence beyond gs402.uncertainty.free",
        "beside": "no fall of emissions and no tree is credited (section 4.4)",
        "leakage": "emissions that rose by gs402.nitrogen.factor and section 10, yields below the lowest so far",
        "buffer": "gs501.buffer.share of all",
    }
    clauses: ClassVar[Mapping[str, str]] = {"loss-event": "Gold Standard 501 v3.2, 11.4"}

    def prepared(self, project: Project) -> Project:
        """Return the project with its stock at the start as baseline (GS 402 v1.0, section 6)."""
        return unchanged_start(project)

    def check_rules(self, rules: RulesInForce) -> list[Finding]:
        """Return a finding where stocks are to be compared at a soil mass that is not computed."""
        chosen = rules.value("gs402.esm.reference")
        if chosen.value == "densest":
            return []
        where = Place(file=HEAD, thing="rules")
        return [
            finding("accounting-not-computed", where, str(chosen.value), allowed="densest", rule=chosen.rule)
        ]

    def check(self, context: Context) -> list[Finding]:
        """Return what sections 3, 4 and 7 ask: answers, depth, campaigns and the crediting period."""
        facts = context.project.head.gs402 or ProgrammeFacts()
        asked: dict[str, Sense] = {
            **_EVERY,
            **_OF_MODULE[facts.module],
            **(_OF_MODELS if facts.approach == 2 else {}),
        }
        unbound = campaigns_named(context.project)
        return [
            *unbound,
            *answers_held(context, facts, asked, "gs402"),
            *_approach(facts),
            *_time(context, facts),
        ]

    def activity(self, context: PeriodContext, carried: Carried) -> Rises:
        """Return emissions that rose (section 10) and leakage of yields (section 11), by year."""
        return rises_of_period(context)

    def deduct(self, context: PeriodContext, change: ChangeOfPeriod, activity: Activity) -> Deducted:
        """Return the yearly gain after the deduction (Eqs. 2, 3 and 7 to 11)."""
        forms, number = context.rules.form, context.trace.rule
        loss: Any = {"form": forms("switch.gs402-loss")}
        ends = _ends(context, change)
        stocks: Any = {"stock_start_t_c": ends["start"][0], "stock_end_t_c": ends["end"][0]}
        before = context.compute(
            "change_before_deduction",
            credits.change_after_deduction_t_c,
            **stocks,
            deduction_fraction=0.0,
            **loss,
        )
        probability = context.compute(
            "probability_of_limit",
            doubt.probability_of_limit,
            confidence=number("gs402.uncertainty.confidence"),
        )
        estimate, place = change.estimate, context.place
        freedom = estimate.degrees_of_freedom
        t = context.compute(
            "t_of_change",
            t_quantile,
            probability=probability,
            degrees_of_freedom=context.quantity_of(np.inf if freedom is None else freedom, "1", "freedom"),
        )
        error = context.compute(
            "error_of_change",
            doubt.error_of_total_t_c,
            standard_error_t_co2e_per_ha=context.quantity_of(estimate.standard_error, "t CO2e/ha", "error"),
            area_ha=change.area,
        )
        halves: Any = {
            f"{end}_half_width_t_c_per_ha": _half_widths(context, end, ends[end][1], probability, change)
            for end in ("start", "end")
        } | {"area_ha": change.area}
        sign, cap = forms("switch.gs402-unc-sign"), forms("switch.gs402-ud-cap")
        chosen = forms("switch.gs402-eq9")
        facts = context.project.head.gs402 or ProgrammeFacts()
        discount = number(_DISCOUNTS[facts.model_source]) if facts.approach == 2 else None
        taken = {}
        for form, name in (("corrected", "change"), ("printed", "literal"), ("", "opposed")):
            width = (
                context.compute(
                    f"half_width.{name}",
                    doubt.half_width_of_change_t_c,
                    **halves,
                    standard_error_t_c=error,
                    t=t,
                    form=form,
                )
                if form
                else context.compute(f"half_width.{name}", doubt.opposed_half_width_t_c, **halves)
            )
            share = context.compute(
                f"uncertainty.{name}",
                deduction.relative_uncertainty,
                half_width_t_c=width,
                change_t_c=before,
                form=sign,
            )
            if discount is not None:
                share = context.compute(
                    f"total_uncertainty.{name}",
                    total_uncertainty,
                    unc_fraction=share,
                    discount_fraction=discount,
                )
            taken[form] = context.compute(
                f"deduction.{name}",
                deduction.deduction_fraction,
                unc_fraction=share,
                change_t_c=before,
                free_fraction=number("gs402.uncertainty.free"),
                form=cap,
                sign=sign,
            )
        after = context.compute(
            "change_after_deduction",
            credits.change_after_deduction_t_c,
            **stocks,
            deduction_fraction=taken[chosen],
            **loss,
        )
        gain = context.compute(
            "project_change_after_deduction",
            credits.gain_of_year_t_co2e,
            change_after_deduction_t_c=after,
            years=context.years,
        )
        return Deducted(gain, nothing(context.trace, f"baseline_change_after_deduction{place}"))

    def bar(self, context: PeriodContext, change: ChangeOfPeriod, longer: Longer) -> list[Finding]:
        """Return a refusal of vintages that need an aligned methodology: whether edition 1.0 is one was not found."""
        first, last = (
            int(context.rules.number("gs119.vintages.aligned-from")),
            context.period.during.end.year,
        )
        if last < first:
            return []
        where = f"verification period {context.period.name}"
        return [finding("vintages-not-aligned", where, f"years to {last}", first=first)]

    def split(self, year: Year, activity: Activity) -> Split:
        """Return the gain of a year; all of it counts as removals."""
        trace, gain = year.context.trace, year.deducted.project
        removals = trace.arrange(f"removals{year.place}", float(gain.value), [gain])
        switch = trace.given(f"removals_switch{year.place}", 1.0, "1", ["removals alone"])
        return Split(Shares(nothing(trace, f"reductions{year.place}"), removals), switch)

    def leakage(self, year: Year, split: Split, activity: Activity) -> Net:
        """Return it less emissions that rose and leakage (Eq. 1)."""
        if not isinstance(activity, Rises) or activity.emissions is None or activity.lost is None:
            raise ValueError("emissions of GS 402 were not computed")
        net = year.compute(
            "net_removals",
            credits.net_t_co2e,
            gain_t_co2e=split.shares.removals,
            project_emissions_t_co2e=activity.emissions,
            leakage_t_co2e=activity.lost,
        )
        lost = [activity.emissions, activity.lost]
        both = year.context.trace.arrange(
            f"emissions_and_leakage{year.place}", sum(float(one.value) for one in lost), lost
        )
        return Net(Shares(split.shares.reductions, net), both)

    def buffer(self, year: Year, split: Split, net: Net, carried: Carried) -> Verified:
        """Return the buffer (501 v3.2, 11.1), and what it leaves (Eq. 1)."""
        trace, place, removals = year.context.trace, year.place, net.shares.removals
        held = year.compute(
            "buffer_on_removals",
            credits.buffer_t_co2e,
            net_t_co2e=removals,
            buffer_fraction=trace.rule("gs501.buffer.share"),
            form=year.context.rules.form("switch.gs402-loss"),
        )
        left = year.compute(
            "verified_removals", credits.emission_reductions_t_co2e, net_t_co2e=removals, buffer_t_co2e=held
        )
        none = (nothing(trace, f"{name}_reductions{place}") for name in ("buffer_on", "verified"))
        before, after = none
        total = trace.arrange(f"verified_total{place}", float(left.value), [left])
        return Verified(Shares(before, held), Shares(after, left), total)

    def chapters(self) -> tuple[Chapter, ...]:
        """Return the chapters that hold under any programme, and its own on the deduction."""
        own = Chapter("gs402", "Gold Standard 402: from stocks to units")
        left_out = ("implementation", "baseline", "deduction", "sources", "leakage", "vintages", "deviations")
        shared = [chapter for chapter in CHAPTERS if chapter.id not in left_out]
        return (*shared[:3], own, *shared[3:])


def _approach(facts: ProgrammeFacts) -> Iterator[Finding]:
    if facts.approach != 1:
        yield finding("approach-not-run", Place(file=HEAD, thing="gs402"), f"approach {facts.approach}")


def _time(context: Context, facts: ProgrammeFacts) -> Iterator[Finding]:
    """Return what depth, campaigns and the crediting period do not meet."""
    rules, head = context.rules, context.project.head
    rule = "gs402.zero.least-depth" if facts.module == "402.4" else "gs402.soil.least-depth"
    if head.reporting_depth_cm < (least := rules.number(rule)):
        yield not_met(context, rule, f"{head.reporting_depth_cm:g} cm", f"{least:g} cm")
    least, most = (
        rules.number("gs402.period.least-years"),
        rules.number("gs402.period.most-years"),
    )
    if facts.years is not None and not least <= facts.years <= most:
        yield not_met(
            context, "gs402.period.most-years", f"{facts.years} years", f"{least:g} to {most:g} years"
        )
    longest = rules.number("gs402.period.remeasure-years")
    for period in head.verification_periods:
        if (years := whole_years(period.during) or 0) > longest:
            told = f"{period.name}: {years} years"
            yield not_met(context, "gs402.period.remeasure-years", told, f"{longest:g} years")
    back = rules.number("gs402.period.retroactive-years")
    if facts.certified_on is not None and (facts.certified_on - head.start_date).days > back * 365.25:
        told = f"start {head.start_date}, certified {facts.certified_on}"
        yield not_met(context, "gs402.period.retroactive-years", told, f"{back:g} years before")


def _ends(context: PeriodContext, change: ChangeOfPeriod) -> dict[str, tuple[Quantity, Quantity]]:
    """Return the stock of all strata and of the sampling units at both ends of a period."""
    names, units = change.area.index, change.units
    if units is None or not all(units.members.get(name) for name in names):
        told = "strata that were modelled, or drawn anew"
        where = f"verification period {context.period.name}"
        raise FindingsError([finding("programme-not-computed", where, told)])
    ends = {}
    for end, stock in (("start", units.start), ("end", units.end)):
        own = context.pick(f"{end}_stock_of_project_unit", stock, units.places(names))
        means = units.means(context, f"{end}_stock_of_stratum", own, names)
        total = context.compute(
            f"stock_{end}", credits.stock_total_t_c, stock_t_c_per_ha=means, area_ha=change.area
        )
        ends[end] = (total, own)
    return ends


def _half_widths(
    context: PeriodContext, end: str, stocks: Quantity, probability: Quantity, change: ChangeOfPeriod
) -> Quantity:
    """Return half of the limits of the mean stock of each stratum at one end (Eqs. 7 and 8)."""
    homes = change.units.home_of if change.units else {}
    parts = []
    for name in change.area.index:
        places = [place for place, unit in enumerate(stocks.index) if homes[unit] == name]
        error = context.compute(
            f"{end}_error.{name}",
            doubt.standard_error_of_mean,
            unit=stocks.unit,
            values=context.pick(f"{end}_stock_of_unit.{name}", stocks, places),
        )
        t = context.compute(
            f"{end}_t.{name}", t_quantile, probability=probability, degrees_of_freedom=len(places) - 1.0
        )
        parts.append(
            context.compute(
                f"{end}_half_width.{name}",
                doubt.half_width_of_mean,
                unit=stocks.unit,
                standard_error=error,
                t=t,
            )
        )
    values = np.array([float(part.value) for part in parts])
    return context.arrange(f"{end}_half_width", values, parts, index=change.area.index)
