"""The stocks of a period: of the points that both of its campaigns measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.land.covered import places_drawn_anew
from mollisol.methodology.measurement import SamplePoint
from mollisol.methodology.trace import Quantity
from mollisol.stocks.measured import PlaceAnew, UnitStocks
from mollisol.stocks.profiles import home_of_point
from mollisol.stocks.units import unit_label, unit_means


def paired_stocks(context: PeriodContext, stocks: UnitStocks) -> UnitStocks:
    """Return the stocks of the points of a period that both of its campaigns have; as they are where none differs.

    A point that was lost, or joined later, would change the mean of its unit without any change of the soil.
    """
    campaigns = (context.period.first_campaign, context.period.last_campaign)
    of_point = {name: stocks.points_by_campaign[name] for name in campaigns}
    known = {point.point: point for point in context.project.sample_points}
    anew = places_drawn_anew(context.project, context.period)
    strata, sites = (
        _drawn_anew(context, stocks, known, sorted(anew & set(table.column(name).values())))
        for name, table in (
            ("stratum", context.project.strata),
            ("control_site", context.project.control_links),
        )
    )
    stocks = replace(stocks, anew=strata, sites_anew=sites)
    both = set.intersection(*(set(stock.index) for stock in of_point.values())) & known.keys()
    both = {name for name in both if home_of_point(known[name]) not in anew}
    if all(len(stock.index) == len(both) for stock in of_point.values()):
        return stocks
    points: dict[str, Quantity] = {}
    units: dict[str, Quantity] = {}
    for name, stock in of_point.items():
        places = [place for place, point in enumerate(stock.index) if point in both]
        points[name] = context.pick(f"paired_stock_of_point.{name}", stock, places)
        units[name] = unit_means(
            context, f"paired_stock_of_unit.{name}", points[name], known, context.project.drawn_fields
        )
    return replace(
        stocks,
        by_campaign={**stocks.by_campaign, **units},
        points_by_campaign={**stocks.points_by_campaign, **points},
    )


def _drawn_anew(
    context: PeriodContext, stocks: UnitStocks, known: Mapping[str, SamplePoint], homes: Sequence[str]
) -> dict[str, PlaceAnew]:
    """Gather the stocks of the units of some places in all campaigns of a period, of whatever points each has."""
    names = [campaign.name for campaign in context.project.head.campaigns]
    first, last = names.index(context.period.first_campaign), names.index(context.period.last_campaign)
    found = {}
    for home in homes:
        units, places, held = [], [], []
        for name in names[first : last + 1]:
            stock = stocks.points_by_campaign.get(name)
            index = () if stock is None else stock.index
            own = [
                n for n, point in enumerate(index) if point in known and home_of_point(known[point]) == home
            ]
            if stock is None or not own:
                continue
            of_points = context.pick(f"anew_stock_of_point.{home}.{name}", stock, own)
            unit = f"anew_stock_of_unit.{home}.{name}"
            of_units = unit_means(context, unit, of_points, known, context.project.drawn_fields)
            points: dict[str, list[str]] = defaultdict(list)
            for point in of_points.index:
                points[unit_label(known[point])].append(point)
            units.append(of_units)
            places.append(tuple("+".join(sorted(points[label])) for label in of_units.index))
            held.append(name)
        if held and (held[0], held[-1]) == (names[first], names[last]):
            found[home] = PlaceAnew(tuple(units), tuple(places))
    return found
