"""From core increments to the stock of each sampling unit at equal soil mass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from mollisol.methodology.checks.sampling import reporting_depth_by_point
from mollisol.methodology.columns import Columns
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.findings import Finding
from mollisol.methodology.land.covered import project_of_period
from mollisol.methodology.measurement import CoreIncrement, SamplePoint
from mollisol.methodology.project import Project
from mollisol.methodology.results.figure import Figure, figure
from mollisol.methodology.trace import Quantity
from mollisol.quantification.equivalent_soil_mass import (
    Interpolation,
    carbon_at_equivalent_soil_mass_t_per_ha,
)
from mollisol.stocks.groups import Book, group_means
from mollisol.stocks.interpolation import interpolation_in_force
from mollisol.stocks.profiles import (
    Increments,
    Profiles,
    extrapolation,
    gather_profiles,
    home_of_point,
    increment_masses,
    reference_mass,
)
from mollisol.stocks.units import unit_label, unit_means

SHARED_REFERENCE = "all"
"""The reference that all but shallow soils share."""


@dataclass(frozen=True, slots=True, eq=False)
class PlaceAnew:
    """A stratum or control site whose points were drawn anew in a period.

    Parameters
    ----------
    stocks
        Of its sampling units in each campaign from the first of the period to its last.
    places
        What each of them was measured at: the same in two campaigns where all of its points are. [id]
    """

    stocks: tuple[Quantity, ...]
    places: tuple[tuple[str, ...], ...]

    @property
    def apart(self) -> bool:
        """Return whether two campaigns measured it, each at places of its own."""
        return len(self.stocks) == 2 and not set(self.places[0]) & set(self.places[1])


@dataclass(frozen=True, slots=True)
class UnitStocks:
    """Stocks at equal soil mass.

    Parameters
    ----------
    increments
        What all of it was computed from.
    by_campaign
        Stock of each sampling unit in t C/ha, labelled ``home/sampling unit``, where home is the stratum or the
        control site.
    points_by_campaign
        Stock of each sample point in t C/ha.
    home_of
        From the label of a sampling unit to its stratum or control site.
    reference_of
        Reference soil mass in t/ha by stratum.
    profiles
        What the stocks were interpolated from, each with its reference soil mass.
    interpolation
        What they were interpolated by.
    anew, sites_anew
        By stratum and by control site, of those whose points were drawn anew in a period.
    of_period
        By period, of those that cover a part of the land: stocks at the reference mass of its samples alone. What left,
        or joined elsewhere, does not move them.
    """

    increments: Increments
    by_campaign: dict[str, Quantity]
    points_by_campaign: dict[str, Quantity]
    home_of: dict[str, str]
    reference_of: dict[str, Figure]
    profiles: tuple[tuple[Profiles, Quantity], ...]
    interpolation: Interpolation
    anew: Mapping[str, PlaceAnew] = field(default_factory=dict)
    sites_anew: Mapping[str, PlaceAnew] = field(default_factory=dict)
    of_period: Mapping[str, UnitStocks] = field(default_factory=dict)

    def members(self, campaign: str) -> dict[str, list[int]]:
        """Return the places of the sampling units of each stratum and control site in a campaign's stocks."""
        places: dict[str, list[int]] = defaultdict(list)
        stock = self.by_campaign.get(campaign)
        for place, unit in enumerate(stock.index if stock is not None else ()):
            places[self.home_of[unit]].append(place)
        return places


def quantify_stocks(context: Context) -> tuple[UnitStocks, list[Finding]]:
    """Compute the stock of each sampling unit in each campaign at equal soil mass.

    Returns
    -------
    tuple
        The stocks, and what is to be said of how far each reference mass lies beyond the sampled one.
    """
    project = context.project
    increments = increment_masses(project.core_increments, context.trace)
    stocks, findings = _stocks_of(context, context.trace, project.core_increments, increments)
    parts: dict[str, UnitStocks] = {}
    told: list[Finding] = []
    for period in project.head.verification_periods:
        land = project_of_period(project, period)
        if len(land.sample_points) < len(project.sample_points):
            current = PeriodContext(land, context.rules, context.trace, period)
            parts[period.name], more = _stocks_of(current, current, project.core_increments, increments)
            told += more
    if parts and len(parts) == len(project.head.verification_periods):
        findings = []  # no period compares all samples with each other
    return replace(stocks, of_period=parts), [*findings, *told]


def _stocks_of(
    context: Context, book: Book, cores: Columns[CoreIncrement], increments: Increments
) -> tuple[UnitStocks, list[Finding]]:
    """Compute the stocks of a project, or of the land of a period, at the reference mass of its samples.

    Parameters
    ----------
    book
        Where quantities are entered: the context of a period names them by it.
    cores, increments
        Of the whole project.
    """
    project = context.project
    points = {point.point: point for point in project.sample_points}
    reference_group = _reference_groups(project)
    batches = gather_profiles(cores, points, reference_group, increments, book)
    depth_of = reporting_depth_by_point(project)
    depth = {reference_group[home_of_point(point)]: depth_of[point.point] for point in project.sample_points}
    findings: list[Finding] = []
    references: dict[str, Quantity] = {}
    profiles: list[tuple[Profiles, Quantity]] = []
    own_of: dict[str, list[Profiles]] = {}
    for group in sorted({group for group, _ in batches}):
        own = [batch for (of, _), batch in sorted(batches.items()) if of == group]
        references[group] = reference_mass(group, own, depth[group], book)
        profiles += [(batch, references[group]) for batch in own]
        findings.append(extrapolation(group, references[group], own, context.rules, book))
        own_of[group] = own
    interpolation, more = interpolation_in_force(context, profiles)
    parts = [
        book.compute(
            f"stock_at_reference.{group}.{batch.lower_cm.shape[1]}",
            carbon_at_equivalent_soil_mass_t_per_ha,
            index=batch.samples,
            cumulative_soil_mass_t_per_ha=batch.mass,
            cumulative_carbon_t_per_ha=batch.carbon,
            reference_soil_mass_t_per_ha=book.arrange(
                f"reference_soil_masses.{group}.{batch.lower_cm.shape[1]}",
                np.array([references[group].value]),
                [references[group]],
            ),
            interpolation=interpolation,
        )
        for group, own in own_of.items()
        for batch in own
    ]
    stock = book.join("stock_of_sample", parts, [sample for part in parts for sample in part.index])
    points_by_campaign = _point_stocks(project, stock, book)
    by_campaign, home_of = _unit_stocks(points_by_campaign, points, project, book)
    reference_of = {s.stratum: figure(references[reference_group[s.stratum]]) for s in project.strata}
    stocks = UnitStocks(
        increments, by_campaign, points_by_campaign, home_of, reference_of, tuple(profiles), interpolation
    )
    return stocks, [*findings, *more]


def _reference_groups(project: Project) -> dict[str, str]:
    """Return the reference group of each stratum and control site: one for all, its own for each shallow stratum."""
    group = {
        s.stratum: SHARED_REFERENCE if s.shallow_soil_depth_cm is None else s.stratum for s in project.strata
    }
    group |= {site.control_site: SHARED_REFERENCE for site in project.control_sites}
    return group | {link.control_site: group[link.stratum] for link in project.control_links}


def _point_stocks(project: Project, stock: Quantity, book: Book) -> dict[str, Quantity]:
    """Average samples to points, campaign by campaign."""
    cores = project.core_increments
    where = {
        name: (campaign, point) for name, campaign, point in cores.distinct("sample", "campaign", "point")
    }
    by_campaign: dict[str, Quantity] = {}
    for campaign in (item.name for item in project.head.campaigns):
        chosen = [i for i, sample in enumerate(stock.index) if where[sample][0] == campaign]
        if chosen:
            of_sample = book.pick(f"stock_of_sample@{campaign}", stock, chosen)
            point_of = [where[sample][1] for sample in of_sample.index]
            by_campaign[campaign] = group_means(
                book, f"stock_of_point@{campaign}", of_sample, point_of, sorted(set(point_of))
            )
    return by_campaign


def _unit_stocks(
    points_by_campaign: Mapping[str, Quantity],
    points: Mapping[str, SamplePoint],
    project: Project,
    book: Book,
) -> tuple[dict[str, Quantity], dict[str, str]]:
    """Average points to sampling units, campaign by campaign."""
    by_campaign: dict[str, Quantity] = {}
    home_of: dict[str, str] = {}
    for campaign, of_point in points_by_campaign.items():
        name = f"stock_of_unit@{campaign}"
        by_campaign[campaign] = unit_means(book, name, of_point, points, project.drawn_fields)
        home_of |= {unit_label(points[id]): home_of_point(points[id]) for id in of_point.index}
    return by_campaign, home_of
