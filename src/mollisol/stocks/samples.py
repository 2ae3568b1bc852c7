"""What the samples of a project say before any period: stocks, likeness of units and control sites, calibrations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding
from mollisol.methodology.project import Project
from mollisol.methodology.trace import Quantity
from mollisol.stocks.calibrations import Calibration, calibrations_of
from mollisol.stocks.groups import group_means
from mollisol.stocks.measured import UnitStocks, quantify_stocks
from mollisol.uncertainty.comparison.similarity import welch_p_value

FEWEST = 2
"""Values on each side below which nothing can be compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Similarity:
    """Stocks of a unit's sampling units and of its control sites at the first campaign, and how likely they differ."""

    campaign: str
    units: Quantity
    controls: Quantity
    p_value: Quantity


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What a run starts from.

    Parameters
    ----------
    similarity
        By quantification unit; without those that have fewer than two values on a side.
    calibrations
        By id.
    """

    stocks: UnitStocks
    similarity: Mapping[str, Similarity]
    calibrations: Mapping[str, Calibration]


def quantify_samples(context: Context) -> tuple[Samples, list[Finding]]:
    """Return what the samples say, with what is to be said of how far each reference mass was sampled."""
    stocks, findings = quantify_stocks(context)
    similarity = _similarity(context, stocks)
    return Samples(stocks, similarity, calibrations_of(context)), findings


def places_of_units(project: Project) -> dict[str, tuple[list[str], list[str]]]:
    """Return the strata of each quantification unit, and the control sites that are linked to any of them."""
    strata: dict[str, list[str]] = defaultdict(list)
    for stratum in project.strata:
        strata[stratum.quantification_unit].append(stratum.stratum)
    sites: dict[str, set[str]] = defaultdict(set)
    for link in project.control_links:
        sites[link.stratum].add(link.control_site)
    names = (unit.quantification_unit for unit in project.quantification_units)
    return {
        name: (strata[name], sorted(set().union(*(sites[stratum] for stratum in strata[name]))))
        for name in names
    }


def _similarity(context: Context, stocks: UnitStocks) -> dict[str, Similarity]:
    """Compare each unit with its control sites at the first campaign (Table 7).

    At equal soil mass the mean content is the stock over the reference mass, so the test on stocks is the test on
    contents.
    """
    project, trace, head = context.project, context.trace, context.project.head
    if not head.verification_periods or not project.measured_controls:
        return {}
    first = head.campaigns[0].name if project.ledger else head.verification_periods[0].first_campaign
    stock, members = stocks.by_campaign[first], stocks.members(first)
    similarity = {}
    for name, (strata, sites) in places_of_units(project).items():
        own = [place for stratum in strata for place in members[stratum]]
        sites = [site for site in sites if members[site]]  # one that joined later was not measured yet
        linked = [place for site in sites for place in members[site]]
        controls = trace.pick(f"similarity_control_stock.{name}", stock, linked)
        if len(sites) > 1:
            homes = [stocks.home_of[label] for label in controls.index]
            controls = group_means(trace, f"similarity_site_stock.{name}", controls, homes, sites)
        if len(own) < FEWEST or len(controls.index) < FEWEST:
            continue
        units = trace.pick(f"similarity_unit_stock.{name}", stock, own)
        chance = trace.compute(f"similarity_p_value.{name}", welch_p_value, first=units, second=controls)
        similarity[name] = Similarity(first, units, controls, chance)
    return similarity
