"""Do the control sites stand for their units? Equivalence, trends before the start, regression to the mean."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mollisol.methodology.checks.baseline_controls import contaminated_sites, lost_sites
from mollisol.methodology.columns import one_behind_the_other
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.results.figure import Count, Figure, Origin, entries, figure
from mollisol.methodology.results.run import ControlDiagnostics, PeriodResult
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import by_entry
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.stocks.groups import Comparisons
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.samples import Samples, Similarity
from mollisol.uncertainty.comparison.control_sites import (
    equivalence_margin,
    equivalence_p_value,
    regression_to_mean_t_co2e_per_ha,
    starts_vary,
    trend_difference_t_co2e_per_ha_yr,
)
from mollisol.uncertainty.comparison.similarity import welch_p_value

_DAYS_PER_YEAR = 365.25


def diagnose_controls(
    context: Context, samples: Samples, first: PeriodResult
) -> tuple[tuple[ControlDiagnostics, ...], list[Finding]]:
    """Look at the control sites of each unit beside the printed similarity test.

    Parameters
    ----------
    first
        The first period: a regression to the mean is held against the standard error of its difference.

    Returns
    -------
    tuple
        One row for each unit that has control sites to compare with, and what there is to say. Nothing here refuses.
    """
    project, alike = context.project, samples.similarity
    if not project.measured_controls or alike is None:
        return (), []
    findings = list(_without_carbon(alike))
    left_out = frozenset(
        alike.comparisons.names[number]
        for number in alike.comparisons.entry[np.asarray(alike.units.value) <= 0].tolist()
    )
    compared, units, controls = alike.comparisons, alike.units, alike.controls
    if left_out:
        compared = Comparisons.of(project, samples.stocks.members(alike.campaign), left_out)
        units, controls = compared.sides(
            context.trace, "equivalence", samples.stocks.by_campaign[alike.campaign]
        )
    if not compared.names:
        return (), findings
    rows = tuple(_rows(context, samples, alike, compared, (units, controls)))
    error = _standard_error(first)
    confidence = context.rules.number("programme.control.similarity-confidence")
    findings += [finding for row in rows for finding in _findings(row, error, confidence)]
    return rows, findings


def _without_carbon(alike: Similarity) -> Iterator[Finding]:
    """Find stocks of 0 in a unit: a margin that is a share of them means nothing."""
    entry, empty = alike.comparisons.entry, np.asarray(alike.units.value) <= 0
    for number in np.unique(entry[empty]).tolist():
        own = np.flatnonzero(entry == number)
        places = own[empty[own]]
        yield finding(
            "zero-stock",
            Place(
                file="core_increments.csv",
                column="soc_g_per_kg",
                thing=f"sampling unit {alike.units.index[places[0]]}",
            ),
            f"{places.size} of {own.size} sampling units with a stock of 0 t C/ha or less at the start",
        )


def _rows(
    context: Context,
    samples: Samples,
    alike: Similarity,
    compared: Comparisons,
    sides: tuple[Quantity, Quantity],
) -> Iterator[ControlDiagnostics]:
    """Yield the diagnosis of each unit; all are computed at once."""
    trace, confidence = context.trace, context.rules.number("programme.control.similarity-confidence")
    share = trace.rule("mollisol.control.equivalence-margin")
    own, others = compared.entry.tolist(), compared.controls.entry.tolist()
    margin = trace.compute(
        "equivalence_margin",
        equivalence_margin,
        index=compared.names,
        stock_t_c_per_ha=sides[0],
        share=share,
        entry=own,
    )
    chance = trace.compute(
        "equivalence_p_value",
        equivalence_p_value,
        index=compared.names,
        first=sides[0],
        second=sides[1],
        margin=margin,
        first_entry=own,
        second_entry=others,
    )
    units, controls = (
        by_entry("stocks", np.asarray(side.value), entry)
        for side, entry in zip(sides, (compared.entry, compared.controls.entry), strict=True)
    )
    apart = 100 * (units.mean - controls.mean) / units.mean
    printed = dict(zip(alike.p_value.index, entries(alike.p_value), strict=True))
    start = context.project.head.verification_periods[0].first_campaign
    at_start = alike.comparisons
    if alike.campaign != start:
        at_start = Comparisons.of(context.project, samples.stocks.members(start), frozenset())
    trends, years = _trends(context, samples.stocks, at_start)
    regressed = _regressions(context, samples.stocks, at_start, frozenset(compared.names))
    contaminated, lost = set(contaminated_sites(context.project)), set(lost_sites(context.project))
    margin_percent = (figure(share) * 100).said("in per cent")
    for number, (name, shown) in enumerate(zip(compared.names, entries(chance), strict=True)):
        of, linked, trend = shown.origin.terms, set(compared.linked[number]), trends.get(name)
        counted = Origin("how many there are", of, adds_up=False)
        yield ControlDiagnostics(
            quantification_unit=name,
            sampling_units=Count(units.count[number], counted),
            control_values=Count(controls.count[number], counted),
            difference_percent=Figure(
                apart[number],
                Origin("mean of the unit less that of its controls, over the former", of, adds_up=False),
            ),
            similarity_p_value=printed[name],
            similar=printed[name] >= 1 - confidence,
            equivalence_p_value=shown,
            equivalence_margin_percent=margin_percent,
            equivalent=shown <= (1 - confidence) / 2,
            trend_difference_t_co2e_per_ha_yr=trend and trend[0],
            trend_p_value=trend and trend[1],
            look_back_years=years if trend else None,
            regression_to_mean_t_co2e_per_ha=regressed.get(name),
            contaminated=tuple(sorted(linked & contaminated)),
            lost=tuple(sorted(linked & lost)),
        )


def _trends(
    context: Context, stocks: UnitStocks, compared: Comparisons
) -> tuple[dict[str, tuple[Figure, Figure]], float]:
    """Compare the changes before the start, where a campaign of the look-back measured the same units."""
    trace, head = context.trace, context.project.head
    first = head.verification_periods[0].first_campaign
    earlier = [
        campaign
        for campaign in head.campaigns
        if campaign.name in stocks.by_campaign
        and campaign.during.end < head.start_date
        and campaign.name != first
    ]
    start = stocks.by_campaign.get(first)
    back = stocks.by_campaign[earlier[0].name] if earlier else None
    if start is None or back is None or back.index != start.index or not compared.names:
        return {}, 0.0
    change = trace.compute(
        "look_back_change",
        stock_change_t_co2e_per_ha,
        index=start.index,
        stock_start_t_c_per_ha=back,
        stock_end_t_c_per_ha=start,
    )
    unit, control = compared.sides(trace, "look_back_change", change)
    own, others = compared.entry.tolist(), compared.controls.entry.tolist()
    begun = next(campaign for campaign in head.campaigns if campaign.name == first)
    years = (begun.during.start - earlier[0].during.start).days / _DAYS_PER_YEAR
    trend = trace.compute(
        "trend_difference",
        trend_difference_t_co2e_per_ha_yr,
        index=compared.names,
        unit_change_t_co2e_per_ha=unit,
        control_change_t_co2e_per_ha=control,
        years=years,
        unit_entry=own,
        control_entry=others,
    )
    chance = trace.compute(
        "trend_p_value",
        welch_p_value,
        index=compared.names,
        first=unit,
        second=control,
        first_entry=own,
        second_entry=others,
    )
    return dict(zip(compared.names, zip(entries(trend), entries(chance), strict=True), strict=True)), years


def _first_period(context: Context, stocks: UnitStocks) -> tuple[Quantity, Quantity] | None:
    period = context.project.head.verification_periods[0]
    start, end = stocks.by_campaign.get(period.first_campaign), stocks.by_campaign.get(period.last_campaign)
    if start is None or end is None or start.index != end.index:
        return None
    change = context.trace.compute(
        "first_change",
        stock_change_t_co2e_per_ha,
        index=start.index,
        stock_start_t_c_per_ha=start,
        stock_end_t_c_per_ha=end,
    )
    level = context.trace.compute(
        "first_stock", stock_t_co2e_per_ha, index=start.index, stock_t_c_per_ha=start
    )
    return change, level


def _regressions(
    context: Context, stocks: UnitStocks, compared: Comparisons, kept: frozenset[str]
) -> dict[str, Figure]:
    """Compute what of the first period's difference unlike starting stocks explain, unit by unit.

    Where starting stocks agree exactly nothing can regress: such a unit has none.
    """
    moves, trace = _first_period(context, stocks), context.trace
    if moves is None or not compared.names:
        return {}
    sides = {
        key: compared.sides(trace, f"first_{key}", values)
        for key, values in zip(("change", "start"), moves, strict=True)
    }
    entry = np.concatenate([compared.entry, compared.controls.entry])
    group = np.repeat([1, 0], [compared.entry.size, compared.controls.entry.size])
    whole = one_behind_the_other(side.value for side in sides["start"])
    varies = starts_vary(whole, group, entry) & [name in kept for name in compared.names]
    places = np.flatnonzero(varies[entry]).tolist()
    if not places:
        return {}
    names = [name for name, there in zip(compared.names, varies.tolist(), strict=True) if there]
    labels = [label for side in sides["start"] for label in side.index]
    start, change = (
        trace.arrange(
            f"regression_{key}",
            one_behind_the_other(side.value for side in sides[key])[places],
            sides[key],
            index=[labels[place] for place in places],
            places=places,
        )
        for key in ("start", "change")
    )
    explained = trace.compute(
        "regression_to_mean",
        regression_to_mean_t_co2e_per_ha,
        index=names,
        start_t_co2e_per_ha=start,
        change_t_co2e_per_ha=change,
        group=group[places].tolist(),
        entry=(np.cumsum(varies) - 1)[entry[places]].tolist(),
    )
    return dict(zip(names, entries(explained), strict=True))


def _findings(row: ControlDiagnostics, error: float, confidence: float) -> Iterator[Finding]:
    """Yield what the diagnostics of a unit say; ``error`` is the standard error of the first difference."""
    where = Place(file="control_links.csv", thing=f"unit {row.quantification_unit}")
    if row.similar and not row.equivalent:
        told = (
            f"start {row.difference_percent:+.1f} % apart; two one-sided tests p = "
            f"{row.equivalence_p_value:.3f}, where the printed test finds nothing (p = {row.similarity_p_value:.3f})"
        )
        margin, level = row.equivalence_margin_percent, (1 - confidence) / 2
        yield finding(
            "control-equivalence-not-shown", where, told, equivalence_margin_percent=margin, confidence=level
        )
    if row.trend_p_value is not None and row.trend_p_value < 1 - confidence:
        told = (
            f"{row.trend_difference_t_co2e_per_ha_yr:+.2f} t CO2e/(ha yr) apart over "
            f"{row.look_back_years:.1f} years before the start, p = {row.trend_p_value:.3f}"
        )
        yield finding("control-trend-differs", where, told)
    moved = row.regression_to_mean_t_co2e_per_ha
    if moved is not None and moved > error:
        told = f"{moved:.2f} t CO2e/ha of the first period's difference follow from unlike starting stocks"
        yield finding("control-regression-to-mean", where, told, error=error)


def _standard_error(first: PeriodResult) -> float:
    """Return the largest standard error of the moment forms of a period, over its baselines."""
    others = (row for item in first.baselines for row in item.routes if row.form == "moment")
    return max(
        first.deduction.standard_error_t_co2e_per_ha,
        *(row.standard_error_t_co2e_per_ha for row in others),
        0.0,
    )
