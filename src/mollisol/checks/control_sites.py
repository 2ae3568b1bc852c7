"""Do the control sites stand for their units? Equivalence, trends before the start, regression to the mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.checks.baseline_controls import contaminated_sites, lost_sites
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.results.figure import beside, count, figure
from mollisol.methodology.results.run import ControlDiagnostics, PeriodResult
from mollisol.methodology.trace import Quantity
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.stocks.groups import group_means
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.samples import FEWEST, Samples, Similarity, places_of_units
from mollisol.uncertainty.comparison.control_sites import (
    equivalence_margin,
    equivalence_p_value,
    regression_to_mean_t_co2e_per_ha,
    trend_difference_t_co2e_per_ha_yr,
)
from mollisol.uncertainty.comparison.similarity import welch_p_value

_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """What the diagnoses of all units share.

    Parameters
    ----------
    members
        The places of the sampling units of each stratum and control site at the start of the first period.
    moves
        Change and starting stock of all sampling units over the first period; None where they are not the same at both
        ends. [t CO2e/ha]
    contaminated, lost
        Control sites.
    confidence
        Of the similarity test.
    """

    context: Context
    stocks: UnitStocks
    members: Mapping[str, list[int]]
    moves: tuple[Quantity, Quantity] | None
    contaminated: set[str]
    lost: set[str]
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _Unit:
    """A quantification unit with its strata, its control sites, and how they compared at the start."""

    name: str
    strata: list[str]
    sites: list[str]
    similarity: Similarity


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
    project = context.project
    if not project.measured_controls or not project.control_links:
        return (), []
    compared: list[_Unit] = []
    findings: list[Finding] = []
    for name, (strata, sites) in places_of_units(project).items():
        similarity = samples.similarity.get(name)
        empty = _without_carbon(similarity.units) if similarity is not None else None
        if empty is not None:
            findings.append(empty)
        elif similarity is not None:
            compared.append(_Unit(name, strata, sites, similarity))
    start = project.head.verification_periods[0].first_campaign
    ground = _Ground(
        context=context,
        stocks=samples.stocks,
        members=samples.stocks.members(start) if start in samples.stocks.by_campaign else {},
        moves=_first_period(context, samples.stocks) if compared else None,
        contaminated=set(contaminated_sites(project)),
        lost=set(lost_sites(project)),
        confidence=context.rules.number("programme.control.similarity-confidence"),
    )
    rows = [_row(ground, unit) for unit in compared]
    error = _standard_error(first)
    findings += [finding for row in rows for finding in _findings(row, error, ground.confidence)]
    return tuple(rows), findings


def _without_carbon(units: Quantity) -> Finding | None:
    """Find stocks of 0 in a unit: a margin that is a share of them means nothing."""
    empty = [units.index[place] for place in np.flatnonzero(np.asarray(units.value) <= 0)]
    if not empty:
        return None
    return finding(
        "zero-stock",
        Place(file="core_increments.csv", column="soc_g_per_kg", thing=f"sampling unit {empty[0]}"),
        f"{len(empty)} of {len(units.index)} sampling units with a stock of 0 t C/ha or less at the start",
    )


def _row(ground: _Ground, unit: _Unit) -> ControlDiagnostics:
    trace, confidence, name = ground.context.trace, ground.confidence, unit.name
    units, controls = unit.similarity.units, unit.similarity.controls
    share = trace.rule("mollisol.control.equivalence-margin")
    level = float(np.mean(units.value))
    chance = trace.compute(
        f"equivalence_p_value.{name}",
        equivalence_p_value,
        first=units,
        second=controls,
        margin=trace.compute(
            f"equivalence_margin.{name}", equivalence_margin, stock_t_c_per_ha=units, share=share
        ),
    )
    printed = figure(unit.similarity.p_value)
    trend, trend_p, years = _trend(ground, unit)
    linked = set(unit.sites)
    return ControlDiagnostics(
        quantification_unit=name,
        sampling_units=count(len(units.index), "how many there are", units),
        control_values=count(len(controls.index), "how many there are", controls),
        difference_percent=beside(
            100 * (level - float(np.mean(controls.value))) / level,
            "mean of the unit less that of its controls, over the former",
            units,
            controls,
        ),
        similarity_p_value=printed,
        similar=printed >= 1 - confidence,
        equivalence_p_value=figure(chance),
        equivalence_margin_percent=(figure(share) * 100).said("in per cent"),
        equivalent=float(chance.value) <= (1 - confidence) / 2,
        trend_difference_t_co2e_per_ha_yr=trend,
        trend_p_value=trend_p,
        look_back_years=years,
        regression_to_mean_t_co2e_per_ha=_regression(ground, unit),
        contaminated=tuple(sorted(linked & ground.contaminated)),
        lost=tuple(sorted(linked & ground.lost)),
    )


def _values(ground: _Ground, name: str, values: Quantity, unit: _Unit) -> tuple[Quantity, Quantity] | None:
    """Pick the sampling units of the unit, and the means of its sites; None where a side has fewer than two."""
    trace, members = ground.context.trace, ground.members
    own = sorted(place for stratum in unit.strata for place in members.get(stratum, ()))
    sites = [site for site in unit.sites for _ in members.get(site, ())]
    linked = [place for site in unit.sites for place in members.get(site, ())]
    if len(own) < FEWEST or len(linked) < FEWEST:
        return None
    units = trace.pick(f"{name}.unit", values, own)
    control = trace.pick(f"{name}.control_unit", values, linked)
    if len(set(sites)) == 1:
        return units, control
    return units, group_means(trace, f"{name}.control_site", control, sites, sorted(set(sites)))


def _trend(ground: _Ground, unit: _Unit) -> tuple[float | None, float | None, float | None]:
    """Compare the changes before the start, where a campaign of the look-back measured the same units."""
    trace, stocks, head = ground.context.trace, ground.stocks, ground.context.project.head
    name = f"look_back_change.{unit.name}"
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
    if start is None or back is None or back.index != start.index:
        return None, None, None
    change = trace.compute(
        name,
        stock_change_t_co2e_per_ha,
        index=start.index,
        stock_start_t_c_per_ha=back,
        stock_end_t_c_per_ha=start,
    )
    sides = _values(ground, name, change, unit)
    if sides is None:
        return None, None, None
    begun = next(campaign for campaign in head.campaigns if campaign.name == first)
    years = (begun.during.start - earlier[0].during.start).days / _DAYS_PER_YEAR
    trend = trace.compute(
        f"trend_difference.{unit.name}",
        trend_difference_t_co2e_per_ha_yr,
        unit_change_t_co2e_per_ha=sides[0],
        control_change_t_co2e_per_ha=sides[1],
        years=years,
    )
    chance = trace.compute(f"trend_p_value.{unit.name}", welch_p_value, first=sides[0], second=sides[1])
    return figure(trend), figure(chance), years


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


def _regression(ground: _Ground, unit: _Unit) -> float | None:
    """Compute what of the first period's difference unlike starting stocks explain."""
    if ground.moves is None:
        return None
    trace, name = ground.context.trace, unit.name
    moved = _values(ground, f"first_change.{name}", ground.moves[0], unit)
    began = _values(ground, f"first_stock.{name}", ground.moves[1], unit)
    if moved is None or began is None:
        return None
    start, change = (
        trace.join(f"regression_{key}.{name}", list(sides), [*sides[0].index, *sides[1].index])
        for key, sides in (("start", began), ("change", moved))
    )
    try:
        explained = trace.compute(
            f"regression_to_mean.{name}",
            regression_to_mean_t_co2e_per_ha,
            start_t_co2e_per_ha=start,
            change_t_co2e_per_ha=change,
            group=[1] * len(moved[0].index) + [0] * len(moved[1].index),
        )
    except ValueError:
        return None  # starting stocks that agree exactly: nothing can regress
    return figure(explained)


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
