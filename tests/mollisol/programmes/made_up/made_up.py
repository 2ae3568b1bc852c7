"""A programme that exists in this test alone: all that the seam asks of one, and nothing of it in the product."""

from pathlib import Path
from typing import Any, ClassVar

from mollisol.changes.change import ChangeOfPeriod
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.rules_in_force.rule_set import RuleFolders
from mollisol.programmes import interface as seam
from mollisol.templates.monitoring_report.chapters import CHAPTERS, Chapter

HERE = Locator("Made up", "1.0", section="2")


@equation("madeup:1", symbol="C", unit="t CO2e", locator=HERE)
def credited_yearly(*, low_t_co2e_per_ha: float, flat_percent: float, area_ha: Any, years: int) -> float:
    """Return what is credited in a year: a low quantile of the change, less a flat share of it."""
    return float(low_t_co2e_per_ha * (1 - flat_percent / 100) * area_ha.sum() / years)


@equation("madeup:2", symbol="B", unit="t CO2e", locator=HERE)
def pool(*, removals_t_co2e: float) -> float:
    """Return what goes to the pool of the programme: a quarter of what is above zero."""
    return max(removals_t_co2e, 0.0) / 4


@equation("madeup:3", symbol="V", unit="t CO2e", locator=HERE)
def less_pool(*, removals_t_co2e: float, pool_t_co2e: float) -> float:
    """Return what is left of the removals."""
    return removals_t_co2e - pool_t_co2e


class MadeUp(seam.Programme):
    """A flat 10 % on top of a 90 % quantile, no bar, a pool of a quarter, removals alone."""

    id = "madeup"
    rules = RuleFolders(
        Path(__file__).with_name("made_up_rules"), shared=frozenset({"mollisol"}), prefix="madeup-"
    )
    complete_rules = "madeup-1.0"
    rule_names: ClassVar = {
        "deduction.confidence": "madeup.deduction.confidence",
        "materiality.share": "madeup.materiality.share",
    }

    def deduct(
        self, context: PeriodContext, change: ChangeOfPeriod, activity: seam.Activity
    ) -> seam.Deducted:
        trace, place = context.trace, context.place
        low = change.estimate.quantile(1 - context.rules.number("programme.deduction.confidence"))
        rows = [f"estimate of {change.estimate.quantity}, form {change.outcome.form}"]
        credited = trace.compute(
            f"project_change_after_deduction{place}",
            credited_yearly,
            low_t_co2e_per_ha=trace.given(f"low_change{place}", low, "t CO2e/ha", rows),
            flat_percent=trace.rule("madeup.deduction.flat"),
            area_ha=change.area,
            years=context.years,
        )
        return seam.Deducted(credited, seam.nothing(trace, f"baseline_change_after_deduction{place}"))

    def split(self, year: seam.Year, activity: seam.Activity) -> seam.Split:
        trace, change = year.context.trace, year.deducted.project
        removals = trace.arrange(f"removals{year.place}", float(change.value), [change])
        switch = trace.given(f"removals_switch{year.place}", 1.0, "1", ["removals alone"])
        return seam.Split(seam.Shares(seam.nothing(trace, f"reductions{year.place}"), removals), switch)

    def buffer(
        self, year: seam.Year, split: seam.Split, net: seam.Net, carried: seam.Carried
    ) -> seam.Verified:
        trace, place, removals = year.context.trace, year.place, net.shares.removals
        held = trace.compute(f"buffer_on_removals{place}", pool, removals_t_co2e=removals)
        left = trace.compute(
            f"verified_removals{place}", less_pool, removals_t_co2e=removals, pool_t_co2e=held
        )
        return seam.Verified(
            seam.Shares(seam.nothing(trace, f"buffer_on_reductions{place}"), held),
            seam.Shares(seam.nothing(trace, f"verified_reductions{place}"), left),
            trace.arrange(f"verified_total{place}", float(left.value), [left]),
        )

    def chapters(self) -> tuple[Chapter, ...]:
        return tuple(
            chapter for chapter in CHAPTERS if chapter.id in ("project", "data", "findings", "rules")
        )
