"""Carbon farming in the European Union behind the seam, as far as it is known: it compares, and never issues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mollisol.methodology.checks.periods import whole_years
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.programmes.facts import ProgrammeFacts
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule import MissingRuleError
from mollisol.methodology.rules_in_force.rule_set import RuleFolders
from mollisol.methodology.trace import Quantity
from mollisol.programmes.declared import (
    HEAD,
    Sense,
    answers_held,
    campaigns_named,
    nitrogen,
    not_met,
    unchanged_start,
)
from mollisol.programmes.interface import (
    Activity,
    Carried,
    Deducted,
    Net,
    Programme,
    Shares,
    Split,
    Verified,
    Year,
    nothing,
)
from mollisol.quantification.accounting.crcf import deficit, emissions, net_benefit, uncertainty
from mollisol.quantification.accounting.gs402.credits import amount_of_year_t_co2e
from mollisol.quantification.accounting.gs402.doubt import probability_of_limit
from mollisol.quantification.accounting.units import units_of_kinds_t
from mollisol.templates.monitoring_report.chapters import CHAPTERS, Chapter
from mollisol.uncertainty.student import t_quantile

if TYPE_CHECKING:
    from mollisol.changes.change import ChangeOfPeriod

_ASKED: Mapping[str, Sense] = {
    "crcf.additionality.beyond-law": "is",
    "crcf.biodiversity.co-benefit": "is",
    "crcfa.land.no-tree-removal": "is",
    "crcfa.land.no-drainage": "is",
    "crcfa.land.no-ploughed-grassland": "is",
    "crcfa.tillage.with-another": "is",
}
_OPEN = (
    "crcfa.inc.definition",
    "crcfa.inc.per-year",
    "crcfa.sampling.least",
    "crcfa.soil.depth",
    "crcfa.soil.equal-mass",
    "crcfa.liability.share",
    "crcfa.monitoring.years",
    "crcfa.baseline.standardised",
)
"""Rules whose value was not seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Beside(Activity):
    """Nitrous oxide that is spared, and emissions that rose, each of a year. [t CO2e]."""

    spared: Quantity | None = None
    associated: Quantity | None = None
    told: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is missing of them."""
        return self.told


class CRCF(Programme):
    """Regulation (EU) 2024/3012 with the delegated act on carbon farming, whose text was not seen."""

    id = "crcf"
    rules = RuleFolders(
        files("mollisol.methodology").joinpath("programmes", "crcf"),
        shared=frozenset({"mollisol"}),
        prefix="crcf-",
    )
    complete_rules = "crcf-c2026-4666"
    rule_names: ClassVar[Mapping[str, str]] = {
        "deduction.confidence": "crcfa.reading.confidence",
        "materiality.share": "crcfa.materiality.share",
    }

    compared: ClassVar[Mapping[str, str]] = {
        "gross": "crcfa.reading.baseline: without a known standardised value no trend is taken off",
        "deducted": "crcfa.inc.least, or the estimated uncertainty by crcfa.reading.uncertainty",
        "beside": "nitrous oxide that is spared, less crcfa.inc.n2o-tier1; no tree and no other fall is credited",
        "leakage": "associated emissions, Art. 4(4)",
        "buffer": "crcfa.liability.share is open: none is taken",
    }

    def prepared(self, project: Project) -> Project:
        """Return the project with its stock at the start as baseline beside what it declares."""
        static = unchanged_start(project).soil_baselines
        declared = tuple(item for item in project.soil_baselines if item.kind != "static")
        head = project.head.model_copy(update={"baselines": (*static, *declared)})
        return project.model_copy(update={"head": head})

    def why_not(self, context: Context, baseline: Any) -> str:
        """Return why a kind of baseline is not the one that the reading in force takes."""
        reading = str(context.rules.value("crcfa.reading.baseline").value)
        fits = (baseline.kind == "static") == (reading == "no-trend")
        return "" if fits else f"the reading in force takes the baseline as {reading}"

    def check(self, context: Context) -> list[Finding]:
        """Return what the Regulation and accounts of the act ask, and what is open."""
        facts = context.project.head.crcf or ProgrammeFacts()
        draft = finding("programme-draft", Place(file=HEAD, thing="crcf"), context.rules.rule_set.head.note)
        return [
            draft,
            *campaigns_named(context.project),
            *answers_held(context, facts, _ASKED, "crcf"),
            *_time(context, facts),
            *_open(context),
        ]

    def activity(self, context: PeriodContext, carried: Carried) -> Beside:
        """Return the nitrous oxide that is spared, or what rose, by year (Art. 4(4))."""
        facts = context.project.head.crcf or ProgrammeFacts()
        period, number = facts.of(context.period.name), context.trace.rule
        own, before, file = nitrogen(context, period)
        told = []
        if not own or before is None:
            where = Place(file=HEAD, thing=f"crcf: {context.period.name}")
            told.append(finding("programme-amount-missing", where, "nitrogen of the period and before it"))
            own, before = [], 0.0
        both = {
            f"{name}_t_co2e": context.compute(
                f"nitrous_oxide.{name}",
                emissions.nitrous_oxide_t_co2e,
                nitrogen_kg=context.given(f"nitrogen.{name}", amount, "kg N", [file]),
                factor=number("crcfa.n2o.factor"),
                gwp_n2o=number("crcfa.gwp.nitrous-oxide"),
            )
            for name, amount in (("baseline", before * len(own)), ("activity", sum(own)))
        }
        tier = "crcfa.inc.n2o-tier1" if facts.tier == 1 else "crcfa.inc.n2o-tier2"
        spared = context.compute(
            "spared_nitrous_oxide",
            emissions.spared_nitrous_oxide_t_co2e,
            **both,
            taken_fraction=number(tier),
        )
        risen = context.compute("risen_nitrous_oxide", emissions.risen_nitrous_oxide_t_co2e, **both)
        other = context.given("other_associated", period.other_t_co2e, "t CO2e", [HEAD])
        associated = context.arrange(
            "associated_emissions", float(risen.value) + float(other.value), [risen, other]
        )
        spared, associated = (
            context.compute(
                f"{name}_of_year", amount_of_year_t_co2e, amount_t_co2e=amount, years=context.years
            )
            for name, amount in (("spared", spared), ("associated", associated))
        )
        return Beside(spared=spared, associated=associated, told=tuple(told))

    def deduct(self, context: PeriodContext, change: ChangeOfPeriod, activity: Activity) -> Deducted:
        """Return the yearly removals beyond the baseline after what is taken for uncertainty (annex 2.5)."""
        rules, estimate, place = context.rules, change.estimate, context.place
        signed = {
            f"{name}_t_co2e": context.compute(
                f"removals.{name}", net_benefit.as_removal_t_co2e, change_t_co2e=amount
            )
            for name, amount in (("baseline", change.totals.baseline), ("total", change.totals.project))
        }
        gross = context.compute("gross_removal", net_benefit.gross_removal_t_co2e, **signed)
        freedom = np.inf if estimate.degrees_of_freedom is None else estimate.degrees_of_freedom
        t = context.compute(
            "t_of_benefit",
            t_quantile,
            probability=self._probability(context),
            degrees_of_freedom=context.quantity_of(freedom, "1", "freedom"),
        )
        estimated = context.compute(
            "estimated_uncertainty",
            uncertainty.estimated_uncertainty,
            mean=context.quantity_of(estimate.mean, "t CO2e/ha", "mean"),
            standard_error=context.quantity_of(estimate.standard_error, "t CO2e/ha", "error"),
            t=t,
        )
        taken = context.compute(
            "uncertainty_taken",
            uncertainty.uncertainty_fraction_taken,
            estimated_fraction=estimated,
            least_fraction=context.trace.rule("crcfa.inc.least"),
            form=rules.form("switch.crcfa-inc-cap"),
        )
        after = context.compute(
            "project_change_after_deduction",
            uncertainty.benefit_after_uncertainty_t_co2e,
            gross_t_co2e=gross,
            taken_fraction=taken,
            form=rules.form("switch.crcfa-loss"),
        )
        return Deducted(after, nothing(context.trace, f"baseline_change_after_deduction{place}"))

    def _probability(self, context: PeriodContext) -> Quantity:
        """Return the probability of the reading of what is called estimated uncertainty."""
        if context.rules.value("crcfa.reading.uncertainty").value == "two-thirds":
            return context.given("probability_of_reading", 2 / 3, "1", ["crcfa.reading.uncertainty"])
        confidence = context.trace.rule("crcfa.reading.confidence")
        return context.compute("probability_of_reading", probability_of_limit, confidence=confidence)

    def split(self, year: Year, activity: Activity) -> Split:
        """Return removals of the soil, and the nitrous oxide that is spared as reductions."""
        trace, after = year.context.trace, year.deducted.project
        spared, _ = _beside(activity)
        removals = trace.arrange(f"removals{year.place}", float(after.value), [after])
        reductions = trace.arrange(f"reductions{year.place}", float(spared.value), [spared])
        switch = trace.given(f"removals_switch{year.place}", 1.0, "1", ["two kinds, never mixed"])
        return Split(Shares(reductions, removals), switch, reductions)

    def leakage(self, year: Year, split: Split, activity: Activity) -> Net:
        """Return both less their shares of associated emissions (annex 2.1)."""
        _, associated = _beside(activity)
        share = year.compute(
            "share_of_removals",
            net_benefit.share_of_removals,
            removal_t_co2e=split.shares.removals,
            reduction_t_co2e=split.shares.reductions,
            form=year.context.rules.form("switch.crcfa-share"),
        )
        rest = year.compute("share_of_reductions", net_benefit.rest_of_share, share_fraction=share)
        reductions, removals = (
            year.compute(
                f"net_{name}",
                net_benefit.net_benefit_t_co2e,
                after_t_co2e=amount,
                share_fraction=part,
                associated_t_co2e=associated,
            )
            for name, amount, part in (
                ("reductions", split.shares.reductions, rest),
                ("removals", split.shares.removals, share),
            )
        )
        return Net(Shares(reductions, removals), associated)

    def buffer(self, year: Year, split: Split, net: Net, carried: Carried) -> Verified:
        """Return what is certifiable once earlier losses are made good; what answers for reversals is open."""
        trace, place, left = year.context.trace, year.place, 0.0
        pairs = zip(carried.net[::2], carried.net[1::2], strict=True)
        for earlier in (float(one.value) + float(other.value) for one, other in pairs):
            left = float(deficit.deficit_t_co2e(net_t_co2e=earlier, deficit_before_t_co2e=left))
        both = [net.shares.reductions, net.shares.removals]
        benefit = trace.arrange(f"net_benefit{place}", sum(float(one.value) for one in both), both)
        total = year.compute(
            "verified_total",
            deficit.certifiable_t_co2e,
            net_t_co2e=benefit,
            deficit_before_t_co2e=trace.given(
                f"deficit_before{place}", left, "t CO2e", ["net benefits of the years before"]
            ),
        )
        good = float(benefit.value) - float(total.value) if float(benefit.value) > 0 else 0.0
        removals = trace.arrange(
            f"verified_removals{place}", float(both[1].value) - good, [both[1], benefit, total]
        )
        reductions = trace.arrange(f"verified_reductions{place}", float(both[0].value), [both[0]])
        held = Shares(*(nothing(trace, f"buffer_on_{name}{place}") for name in ("reductions", "removals")))
        return Verified(held, Shares(reductions, removals), total)

    def count(self, context: PeriodContext, total: Quantity, years: Sequence[Shares]) -> Quantity:
        """Return whole units, each kind rounded downward by itself (Art. 12(4))."""
        context.trace.rule("mollisol.issuance.rounding")
        kinds = [[one.reductions for one in years], [one.removals for one in years]]
        sums = np.array([sum(float(one.value) for one in kind) for kind in kinds])
        amounts = context.arrange(
            "verified_by_kind",
            sums,
            [one for kind in kinds for one in kind],
            index=("reductions", "removals"),
        )
        return context.compute("units_if_eligible", units_of_kinds_t, amount_t_co2e=amounts)

    def chapters(self) -> tuple[Chapter, ...]:
        """Return the chapters of data and rules: it has no report of its own."""
        return tuple(
            chapter for chapter in CHAPTERS if chapter.id in ("project", "data", "findings", "rules")
        )


def _beside(activity: Activity) -> tuple[Quantity, Quantity]:
    if not isinstance(activity, Beside) or activity.spared is None or activity.associated is None:
        raise ValueError("nitrous oxide of carbon farming was not computed")
    return activity.spared, activity.associated


def _time(context: Context, facts: ProgrammeFacts) -> Iterator[Finding]:
    """Return what the activity period and the time between certifications do not meet."""
    least = context.rules.number("crcf.activity.least-years")
    if facts.years is not None and facts.years < least:
        yield not_met(context, "crcf.activity.least-years", f"{facts.years} years", f"{least:g} years")
    most = context.rules.number("crcf.recertify.most-years")
    for period in context.project.head.verification_periods:
        if (years := whole_years(period.during) or 0) > most:
            told = f"{period.name}: {years} years"
            yield not_met(context, "crcf.recertify.most-years", told, f"{most:g} years")


def _open(context: Context) -> Iterator[Finding]:
    for rule in _OPEN:
        try:
            context.rules.value(rule)
        except MissingRuleError as error:
            label = context.rules.rule_set.rules[rule].label
            where = Place(file=HEAD, thing=f"crcf: {rule}")
            yield finding("programme-rule-open", where, f"{label}: {error}", rule=rule)
