"""What a re-measurement found by stratum: the change since the initial campaign, and the effect beside controls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from mollisol.changes.change import ChangeOptions
from mollisol.changes.measured import measured_change
from mollisol.methodology.base import Interval
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.routes.laboratory_repeats import laboratory_errors
from mollisol.stocks.groups import FEWEST, mean_of_all
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.samples import Samples
from mollisol.uncertainty.scaling.control_sites import control_variance_t2
from mollisol.uncertainty.scaling.sampling_error import paired_change_variance_t2


@dataclass(frozen=True, slots=True)
class Found:
    """A measured change with its standard error, per hectare since the initial campaign.

    ``units`` is how many sampling units it rests on; the standard error is None below two.
    """

    units: int
    mean: float
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What the re-measurement found.

    Parameters
    ----------
    campaign, on
        The campaign and the middle of its days.
    project
        Change of the project scenario by stratum. [t CO2e/ha]
    effect
        Project less control sites by stratum; empty where no control site was measured in both campaigns.
    effect_degrees_of_freedom, effect_credited
        Of the project's mean effect, and the value that the moment form would credit from it. [t CO2e/ha]
    """

    campaign: str
    on: date
    project: dict[str, Found]
    effect: dict[str, Found]
    effect_of_project: Found | None = None
    effect_degrees_of_freedom: float | None = None
    effect_credited: float | None = None


def middle_day(project: Project, campaign: str) -> date:
    """Return the middle of the days on which the cores of a campaign were taken."""
    taken = project.core_increments.distinct("campaign", "sampled_on")
    days: list[date] = sorted(day for name, day in taken if name == campaign)
    return days[0] + timedelta(days=(days[-1] - days[0]).days // 2)


def remeasured_change(context: Context, samples: Samples, campaign: str) -> Measured:
    """Compute the change from the initial campaign to a re-measurement, on the units that were in both (Eq. 71).

    Stocks stand at the equal soil mass of all campaigns together, the new one included.
    """
    head = context.project.head
    if head.model is None:
        raise ValueError("the project declares no model")
    period = VerificationPeriod(
        name=f"remeasured {campaign}",
        during=Interval(start=head.start_date, end=middle_day(context.project, campaign)),
        first_campaign=head.model.initial_campaign,
        last_campaign=campaign,
    )
    current = context.during(period)
    paired = replace(samples, stocks=_paired(current, samples.stocks))
    measured = Measured(campaign, period.during.end, _by_stratum(current, paired.stocks), {})
    return _with_effect(measured, current, paired)


def _paired(context: PeriodContext, stocks: UnitStocks) -> UnitStocks:
    """Keep the sampling units that both campaigns have, in one order."""
    campaigns = (context.period.first_campaign, context.period.last_campaign)
    first, last = (stocks.by_campaign[name] for name in campaigns)
    in_last = {unit: place for place, unit in enumerate(last.index)}
    both = [place for place, unit in enumerate(first.index) if unit in in_last]
    kept = (
        context.trace.pick(f"paired_stock.{name}{context.place}", stock, places)
        for name, stock, places in (
            ("first", first, both),
            ("last", last, [in_last[first.index[place]] for place in both]),
        )
    )
    return replace(stocks, by_campaign=dict(zip(campaigns, kept, strict=True)))


def _by_stratum(context: PeriodContext, stocks: UnitStocks) -> dict[str, Found]:
    trace, period, at = context.trace, context.period, context.place
    first, last = (stocks.by_campaign[name] for name in (period.first_campaign, period.last_campaign))
    members = stocks.members(period.first_campaign)
    found = {}
    for stratum in context.project.strata:
        name, places = stratum.stratum, members.get(stratum.stratum)
        if not places:
            continue
        ends = [
            trace.pick(f"{label}_of_stratum.{name}{at}", stock, places)
            for label, stock in (("first", first), ("last", last))
        ]
        stocks_of: dict[str, Any] = {"stock_start_t_c_per_ha": ends[0], "stock_end_t_c_per_ha": ends[1]}
        change = trace.compute(
            f"remeasured_change_of_unit.{name}{at}",
            stock_change_t_co2e_per_ha,
            index=ends[0].index,
            **stocks_of,
        )
        mean = mean_of_all(context, f"remeasured_change.{name}", change)
        error = None
        if len(places) >= FEWEST:
            stock: dict[str, Any] = {
                f"stock_{key}_t_co2e_per_ha": trace.compute(
                    f"{label}_co2e_of_stratum.{name}{at}",
                    stock_t_co2e_per_ha,
                    index=end.index,
                    stock_t_c_per_ha=end,
                )
                for key, label, end in zip(("start", "end"), ("first", "last"), ends, strict=True)
            }
            variance = trace.compute(
                f"remeasured_variance.{name}{at}", paired_change_variance_t2, area_ha=1.0, **stock
            )
            error = float(np.sqrt(np.ravel(variance.value)[0]))
        found[name] = Found(len(places), float(np.ravel(mean.value)[0]), error)
    return found


def _with_effect(measured: Measured, context: PeriodContext, samples: Samples) -> Measured:
    """Add project less control sites, where every stratum has sites that were measured in both campaigns."""
    project, trace, stocks = context.project, context.trace, samples.stocks
    homes = {stocks.home_of[unit] for unit in stocks.by_campaign[context.period.first_campaign].index}
    linked = {name: {li.control_site for li in project.control_links if li.stratum == name} for name in homes}
    names = [stratum.stratum for stratum in project.strata]
    if any(not linked.get(name) or not linked[name] <= homes for name in names):
        return measured
    counts = {name: measured.project[name].units for name in names}
    if min(counts.values()) < FEWEST:
        return measured
    zero = trace.given(
        f"biochar_carbon_of_remeasurement{context.place}", 0.0, "t C", ["stocks as measured, biochar in them"]
    )
    options = ChangeOptions(zero, "analytic", 0)
    change = measured_change(context, samples, laboratory_errors(context), options)
    if change.control is None:
        raise ValueError("a measured change has control sites")
    weight = np.asarray(change.control.weight.value)
    effect = {}
    for number, stratum in enumerate(change.strata):
        own = stratum.project_variance_t2 / stratum.area_ha**2
        of_groups = {"group_weight": weight[[number]], "group_mean_variance": change.control.variance.value}
        baseline = float(control_variance_t2(area_ha=np.array([1.0]), **of_groups))
        error = float(np.sqrt(own + baseline))
        effect[stratum.stratum] = Found(stratum.sampling_units, stratum.difference_t_co2e_per_ha, error)
    corrected = change.deductions["corrected"]
    return replace(
        measured,
        effect=effect,
        effect_of_project=Found(
            sum(counts.values()), corrected.mean_t_co2e_per_ha, corrected.standard_error_t_co2e_per_ha
        ),
        effect_degrees_of_freedom=corrected.degrees_of_freedom,
        effect_credited=corrected.credited_t_co2e_per_ha,
    )
