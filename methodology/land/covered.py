"""What of the land of a project a period covers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from mollisol.methodology.base import Day
from mollisol.methodology.columns import Columns
from mollisol.methodology.land.fields import LandField, areas_of_strata, day_before, day_of
from mollisol.methodology.project import Project, VerificationPeriod


def units_of(project: Project, period: VerificationPeriod) -> tuple[str, ...]:
    """Return the quantification units that a period covers: those that it names, else all."""
    return period.units or tuple(project.quantification_units.column("quantification_unit").values())


def periods_before(project: Project, period: VerificationPeriod) -> list[VerificationPeriod]:
    """Return the last period before a period, in the order of the file, of each of its units."""
    last: dict[str, VerificationPeriod] = {}
    for other in project.head.verification_periods:
        if other.name == period.name:
            break
        last |= dict.fromkeys(units_of(project, other), other)
    found = [last[unit] for unit in units_of(project, period) if unit in last]
    return list({other.name: other for other in found}.values())


def places_drawn_anew(project: Project, period: VerificationPeriod) -> set[str]:
    """Return the strata and control sites that were drawn anew after the first campaign of a period, up to its last."""
    names = [campaign.name for campaign in project.head.campaigns]
    if period.first_campaign not in names or period.last_campaign not in names:
        return set()
    span = slice(names.index(period.first_campaign) + 1, names.index(period.last_campaign) + 1)
    return {name for campaign in project.head.campaigns[span] for name in campaign.drawn_anew}


def fields_of_period(project: Project, period: VerificationPeriod) -> list[LandField]:
    """Return the fields that a period covers: of its units, there from its first day to its last."""
    unit_of = {item.stratum: item.quantification_unit for item in project.strata}
    units = set(units_of(project, period))
    return [
        item for item in project.fields if unit_of.get(item.stratum) in units and item.is_there(period.during)
    ]


def places_gone(project: Project) -> set[str]:
    """Return fields, instances and units whose fields have all left, and that no open period covers."""
    unit_of = {item.stratum: item.quantification_unit for item in project.strata}
    covered = {
        item.field
        for period in project.head.verification_periods
        for item in fields_of_period(project, period)
    }
    staying, gone = set[str](), set[str]()
    for item in project.fields:
        names = {item.field, item.instance or item.field, unit_of.get(item.stratum, item.field)}
        (gone if item.left_on is not None and item.field not in covered else staying).update(names)
    return gone - staying


def fields_that_count(project: Project) -> dict[str, tuple[Day, list[LandField]]]:
    """Return, of each stratum that has fields, those whose areas it declares, and the day of that.

    It is the last day of the last period that covers the stratum, or else the last on which any field was there.
    """
    last = {
        unit: period.during.end
        for period in project.head.verification_periods
        for unit in units_of(project, period)
    }
    own: dict[str, list[LandField]] = defaultdict(list)
    for item in project.fields:
        own[item.stratum].append(item)
    found = {}
    for stratum in project.strata:
        if fields := own[stratum.stratum]:
            gone = [item.left_on for item in fields if item.left_on is not None]
            days = [last[stratum.quantification_unit]] if stratum.quantification_unit in last else []
            days += [day_before(max(gone))] if gone else []
            days += [max(item.joined_on for item in fields)]
            there = ((day, [item for item in fields if item.is_there(day_of(day))]) for day in days)
            found[stratum.stratum] = next(((day, kept) for day, kept in there if kept), (days[0], []))
    return found


def periods_of_units(project: Project) -> dict[str, tuple[VerificationPeriod, ...]]:
    """Return the periods that cover each quantification unit, in the order of the file."""
    units = project.quantification_units.column("quantification_unit").values()
    whole = tuple(period for period in project.head.verification_periods if not period.units)
    found = dict.fromkeys(units, whole)
    for unit in {unit for period in project.head.verification_periods for unit in period.units}:
        own = (
            period for period in project.head.verification_periods if not period.units or unit in period.units
        )
        found[unit] = tuple(own)
    return found


def first_periods(project: Project) -> dict[str, VerificationPeriod]:
    """Return the first period of each quantification unit that any covers."""
    first: dict[str, VerificationPeriod] = {}
    for period in project.head.verification_periods:
        for unit in units_of(project, period):
            first.setdefault(unit, period)
    return first


def starts_of_units(project: Project) -> dict[str, Day]:
    """Return the start date of each quantification unit: the day its fields joined, else that of the project."""
    head = project.head
    unit_of = {item.stratum: item.quantification_unit for item in project.strata}
    joined: dict[str, Day] = {}
    for item in project.fields:
        unit = unit_of.get(item.stratum, "")
        joined[unit] = min(joined.get(unit, item.joined_on), item.joined_on)
    names = project.quantification_units.column("quantification_unit").values()
    return {unit: max(head.start_date, joined.get(unit, head.start_date)) for unit in names}


def look_back_years(project: Project) -> dict[str, int]:
    """Return the number of years that the schedule of each unit has before its start."""
    starts = starts_of_units(project)
    years = dict.fromkeys(starts, 0)
    for place, scenario, year in project.schedule.distinct("place", "scenario", "year"):
        if scenario == "baseline" and place in starts and year < starts[place].year:
            years[place] += 1
    return years


def project_of_period(project: Project, period: VerificationPeriod) -> Project:
    """Return the project as far as a period covers it; itself where that is all of it.

    A period covers the units that it names, and of them the fields that are there from its first day to its last. What
    stands for other land alone is left out: strata, points, increments, links, control sites, rows of the activity.
    """
    if not period.units and not project.fields:
        return project
    areas = areas_of_strata(project.fields, period.during)
    named = set(units_of(project, period))
    kept = [
        place
        for place, stratum in enumerate(project.strata)
        if stratum.quantification_unit in named and areas.get(stratum.stratum, stratum.area_ha) > 0
    ]
    strata = _with_areas(project.strata.at(kept), areas, "stratum")
    of_unit: dict[str, float] = defaultdict(float)
    for stratum in strata:
        of_unit[stratum.quantification_unit] += stratum.area_ha
    # a unit keeps the area that it declares unless fields say another
    by_fields = {item.quantification_unit for item in strata if item.stratum in areas}
    units = project.quantification_units
    with_land = _where(units, "quantification_unit", of_unit)
    changed: dict[str, Any] = {
        "strata": strata,
        "quantification_units": _with_areas(
            with_land, {unit: of_unit[unit] for unit in by_fields}, "quantification_unit"
        ),
    }
    gone = {item.field for item in project.fields if not item.is_there(period.during)}
    changed |= _places(project, set(strata.column("stratum").values()), gone)
    changed["last_joined_on"] = max(
        (item.joined_on for item in project.fields), default=project.last_joined_on
    )
    changed["production_share"] = _share_of_production(project, period)
    for name, table in project:
        if name in changed or not isinstance(table, Columns) or not len(table):
            continue
        if "quantification_unit" in table.row_type.model_fields:
            changed[name] = _where(table, "quantification_unit", of_unit)
    sites = set(changed["control_sites"].column("control_site").values())
    changed["schedule"] = _where(project.schedule, "place", of_unit.keys() | sites)
    return project.model_copy(update=changed)


def _share_of_production(project: Project, period: VerificationPeriod) -> float:
    """Return the area of a period over that of all units which periods cover at the same time."""
    area = {item.quantification_unit: item.area_ha for item in project.quantification_units}
    beside = {
        unit
        for other in project.head.verification_periods
        if other.during.start <= period.during.end and period.during.start <= other.during.end
        for unit in units_of(project, other)
    }
    if not beside <= area.keys():  # the land of a period already
        return project.production_share
    return sum(area[unit] for unit in units_of(project, period)) / sum(area[unit] for unit in sorted(beside))


def _places(project: Project, strata: Collection[str], gone: Collection[str]) -> dict[str, Any]:
    """Return links, sites, points and increments of some strata, without the points on fields that are not there."""
    links = _where(project.control_links, "stratum", strata)
    linked = set(links.column("control_site").values())
    unlinked = set(project.control_sites.column("control_site").values()) - set(
        project.control_links.column("control_site").values()
    )
    sites = _where(project.control_sites, "control_site", linked | unlinked)
    points = project.sample_points
    own = points.column("stratum").holds(lambda name: name in strata)
    own &= ~points.column("field").holds(lambda name: name in gone)
    own |= points.column("control_site").holds(lambda name: name in linked or name in unlinked)
    points = points.at(own.nonzero()[0].tolist())
    names = set(points.column("point").values())
    tables = ("core_increments", "point_statuses", "core_places")
    return {
        "control_links": links,
        "control_sites": sites,
        "sample_points": points,
        **{name: _where(getattr(project, name), "point", names) for name in tables},
    }


def _where(table: Columns[Any], column: str, names: Collection[str]) -> Columns[Any]:
    kept = table.column(column).holds(lambda name: name in names).nonzero()[0].tolist()
    return table if len(kept) == len(table) else table.at(kept)


def _with_areas(table: Columns[Any], areas: dict[str, float], column: str) -> Columns[Any]:
    """Return a table with other areas of some rows, by the name in a column."""
    rows: Sequence[Any] = table.rows
    if not any(areas.get(getattr(row, column), row.area_ha) != row.area_ha for row in rows):
        return table
    made = [row.model_copy(update={"area_ha": areas.get(getattr(row, column), row.area_ha)}) for row in rows]
    return Columns.of(table.row_type, made, table.file).numbered(table.row_numbers)
