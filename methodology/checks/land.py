"""Fields against strata, their dates, and units that periods leave out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mollisol.methodology.checks.unread import heard
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.covered import fields_that_count, units_of
from mollisol.methodology.land.fields import FIELDS_FILE, LandField, areas_of_strata
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

HEAD: Final = "project.toml"
LEAVES: Final = "vcs.loss.land-that-leaves"
LOST: Final = "counts as lost"


def check_land(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return every finding on fields and on the land of periods; references must already meet."""
    return [
        *heard(_dates, project),
        *heard(_areas, project, rules),
        *heard(_points, project),
        *heard(_overlaps, project),
        *heard(_landless, project),
        *heard(_left_out, project),
        *heard(_left, project, rules),
    ]


def _dates(project: Project) -> Iterable[Finding]:
    for row, item in project.fields.numbered_rows:
        where = Place(file=FIELDS_FILE, row=row, thing=f"field {item.field}")
        if item.left_on is None:
            continue
        if item.left_on <= item.joined_on:
            found = f"left {item.left_on}, joined {item.joined_on}"
            yield finding("dates-out-of-order", where, found, allowed="left after it joined")
        if not item.reason:
            yield finding("field-left-without-reason", where, f"left on {item.left_on}")


def _areas(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    """Yield strata whose area is not the sum of their fields."""
    if not project.fields:
        return
    tolerance, counting = rules.number("mollisol.area.agreement"), fields_that_count(project)
    for row, stratum in project.strata.numbered_rows:
        where = Place(file="strata.csv", row=row, column="area_ha")
        if stratum.stratum not in counting:
            yield finding("stratum-without-fields", where, f"stratum {stratum.stratum}")
            continue
        day, fields = counting[stratum.stratum]
        area = sum(item.area_ha for item in fields)
        if abs(area - stratum.area_ha) > tolerance * stratum.area_ha:
            found = f"stratum {stratum.stratum}: {stratum.area_ha:g} ha, its fields {area:g} ha on {day}"
            yield finding("field-areas-differ", where, found, tolerance=tolerance)


def _points(project: Project) -> Iterable[Finding]:
    """Yield points that lie in another stratum than their field."""
    stratum_of = {item.field: item.stratum for item in project.fields}
    points = project.sample_points
    names = ("point", "stratum", "field")
    cells = zip(points.row_numbers.tolist(), *(points.column(name).values() for name in names), strict=True)
    for row, point, stratum, field in cells:
        if field is not None and stratum_of[field] != stratum:
            where = Place(file="sample_points.csv", row=row, column="field")
            found = f"point {point} of stratum {stratum or '(none)'}, field {field} of {stratum_of[field]}"
            yield finding("field-of-another-stratum", where, found)


def _overlaps(project: Project) -> Iterable[Finding]:
    """Yield periods that cover land which another one covers at the same time."""
    periods = project.head.verification_periods
    for number, one in enumerate(periods):
        for other in periods[number + 1 :]:
            both = sorted(set(units_of(project, one)) & set(units_of(project, other)))
            if both and one.during.start <= other.during.end and other.during.start <= one.during.end:
                where = Place(file=HEAD, thing=f"verification period {other.name}")
                found = f"{', '.join(both[:5])} in {one.name} too, at the same time"
                yield finding(
                    "periods-not-chained", where, found, allowed="each unit in one period at a time"
                )


def _landless(project: Project) -> Iterable[Finding]:
    """Yield periods of which no field is there from the first day to the last."""
    for period in project.head.verification_periods if project.fields else ():
        units = set(units_of(project, period))
        areas = areas_of_strata(project.fields, period.during)
        if not any(
            areas.get(item.stratum, 1.0) for item in project.strata if item.quantification_unit in units
        ):
            where = Place(file=HEAD, thing=f"verification period {period.name}")
            found = f"no field is there from {period.during.start} to {period.during.end}"
            yield finding("period-without-land", where, found)


def _left_out(project: Project) -> Iterable[Finding]:
    """Yield units that are in no period, or in none of the later ones, though their land did not leave."""
    periods = project.head.verification_periods
    if not periods:
        return
    end = max(period.during.end for period in periods)
    covered = {unit: period for period in periods for unit in units_of(project, period)}
    closed = {unit for entry in (project.ledger.entry if project.ledger else ()) for unit in entry.units}
    unit_of = {item.stratum: item.quantification_unit for item in project.strata}
    staying: set[str] = {
        unit for unit in covered if unit not in {unit_of[item.stratum] for item in project.fields}
    }
    first: dict[str, LandField] = {}
    for item in project.fields:
        unit = unit_of[item.stratum]
        if item.left_on is None or item.left_on > end:
            staying.add(unit)
            first[unit] = min(first.get(unit, item), item, key=lambda one: one.joined_on)
    for row, declared in project.quantification_units.numbered_rows:
        name = declared.quantification_unit
        where = Place(file="quantification_units.csv", row=row, thing=f"unit {name}")
        if name in covered:
            gap = (end - covered[name].during.end).days
            if name in staying and any(covered[name].during.end < period.during.start for period in periods):
                yield finding(
                    "unit-left-out", where, f"last in period {covered[name].name}, {gap} days before {end}"
                )
        elif name in closed and name not in staying:
            continue
        elif not (name in first and first[name].joined_on > end) and _has_land(project, name, unit_of):
            yield finding("unit-left-out", where, "in no verification period")


def _has_land(project: Project, unit: str, unit_of: dict[str, str]) -> bool:
    own = [item for item in project.fields if unit_of[item.stratum] == unit]
    start = min(period.during.start for period in project.head.verification_periods)
    return not own or any(item.left_on is None or item.left_on > start for item in own)


def _left(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    """Yield land that left, with what was verified on it by its share of the area of each closed period.

    Where the programme counts that as lost, it is held against what the closed periods put into the buffer.
    """
    held, lost = sum(entry.buffer_t_co2e for entry in project.ledger.entry) if project.ledger else 0.0, 0.0
    unit_of = {item.stratum: item.quantification_unit for item in project.strata}
    for row, item in project.fields.numbered_rows:
        if item.left_on is None:
            continue
        credited, periods = 0.0, []
        for entry in project.ledger.entry if project.ledger else ():
            units = entry.units or tuple(unit_of.values())
            fields = [
                one for one in project.fields if unit_of[one.stratum] in units and one.is_there(entry.during)
            ]
            if item in fields:
                share = item.area_ha / sum(one.area_ha for one in fields)
                credited += share * entry.verified_total_t_co2e
                periods.append(entry.period)
        where = Place(file=FIELDS_FILE, row=row, thing=f"field {item.field}")
        found = f"{item.area_ha:g} ha left on {item.left_on}: {item.reason or 'no reason'}"
        if not periods:
            yield finding("field-left", where, f"{found}; nothing in the ledger was verified on them")
            continue
        found += f"; by area {credited:,.1f} t CO2e of periods {', '.join(periods)} were verified on them"
        day = max(item.left_on, rules.rule_set.rules[LEAVES].value[0].start)
        if rules.value(LEAVES, day).value == LOST:
            found += f"; the buffer has {held:,.1f} t of all closed periods"
            lost += credited
            code = "credited-land-left" if lost <= held else "lost-land-reversal"
            yield finding(code, where, found + ", and the rest is a reversal" * (lost > held))
        else:
            yield finding("field-left", where, found)
