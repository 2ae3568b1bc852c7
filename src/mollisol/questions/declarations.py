"""The schedule of activities held against boundary, activity tables and practice changes: missing is not zero."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from mollisol.emissions.grid import years_of_units
from mollisol.methodology.checks.unread import UNREAD, heard
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.land.covered import periods_of_units, starts_of_units
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

HEAD, SCHEDULE = "project.toml", "schedule_of_activities.csv"

type _Years = Mapping[str, Mapping[str, frozenset[int]]]
"""Years by unit and scenario."""


class _Practice(NamedTuple):
    """A column of the schedule, the entries of the boundary that it stirs, and the tables that hold its amounts."""

    column: str
    entries: tuple[str, ...]
    files: tuple[str, ...]
    yearly: bool = False
    soft: bool = False
    """Whether the practice may go without the amounts, as water that flows by itself: told where it begins alone."""


_PRACTICES = (
    _Practice(
        "grazing",
        ("enteric_fermentation_ch4", "manure_deposition_ch4", "manure_deposition_n2o"),
        ("livestock.csv",),
        yearly=True,
    ),
    _Practice("liming", ("liming_co2",), ("liming.csv",)),
    _Practice("synthetic_nitrogen", ("nitrogen_fertilizer_n2o",), ("fertilizers.csv",), yearly=True),
    _Practice(
        "manure", ("nitrogen_fertilizer_n2o",), ("fertilizers.csv", "organic_amendments.csv", "livestock.csv")
    ),
    _Practice("compost", ("nitrogen_fertilizer_n2o",), ("fertilizers.csv", "organic_amendments.csv")),
    _Practice("irrigation", ("fossil_fuel_co2",), ("fuel_use.csv",), soft=True),
)
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "tillage_and_residue": (
        "tillage", "residue_removed", "tillage_depth_cm", "tillage_times", "residue_removed_fraction",
    ),
    "fertilizer": (
        "synthetic_nitrogen", "manure", "compost", "synthetic_n_kg_per_ha", "manure_t_per_ha", "compost_t_per_ha",
    ),
    "water": ("irrigation", "irrigation_mm"),
    "planting_and_harvesting": ("crop", "planting", "harvest", "yield_t_per_ha"),
    "grazing": ("grazing", "stocking_head_days_per_ha"),
}  # fmt: skip
_AMOUNTS = ("head", "lime_t", "applied_t", "fuel_litre")
_PLOUGHLESS = re.compile(
    r"\b(no|zero)[ -]?till(age)?\b|\bdirect[ -]?(drill|seed)|direktsaat|pfluglos|siembra directa|plantio direto",
    re.I,
)
"""Words for soil that is not ploughed: residues that stay do not show it."""
_LESS = frozenset({"tillage_and_residue"})
"""Groups whose practice is to become less: soil that is disturbed and residues that leave the field."""
_TABLES_OF_GROUP: Mapping[str, tuple[str, ...]] = {
    "fertilizer": ("fertilizers", "amendments"),
    "grazing": ("herds",),
    "planting_and_harvesting": ("fixing_species", "woody_stocks"),
}
_ACTIVITY = (
    "fuel_use", "liming", "herds", "fertilizers", "fixing_species", "burning", "amendments", "residue_diversions",
)  # fmt: skip


def check_declarations(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return what schedule, boundary and activity tables say against each other, and what nobody declared."""
    contradiction = Severity(str(rules.value("mollisol.declarations.contradiction").value))
    missing = heard(_years_missing, project, contradiction)
    return [
        *missing,
        *(item for practice in _PRACTICES for item in heard(_practice, project, practice, contradiction)),
        *([] if missing else heard(_not_changed, project, contradiction)),
        *heard(_fuel_ends, project, contradiction),
        *heard(_amended_in_silence, project),
        *heard(_production, project),
        *heard(_absent, project),
    ]


def _years_of(project: Project, column: str) -> _Years:
    """Return the years in which the schedule of a unit says that a practice took place."""
    found: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    table = project.schedule
    took_place = np.flatnonzero(table.column(column).holds(bool))
    if not took_place.size:
        return {}
    names = (table.column(name).at(took_place).values() for name in ("place", "scenario", "year"))
    for place, scenario, year in zip(*names, strict=True):
        found[place][scenario].add(year)
    return {unit: {name: frozenset(years) for name, years in by.items()} for unit, by in found.items()}


def _rows_of(project: Project, practice: _Practice) -> _Years:
    """Return the years for which the activity tables have a row of a practice."""
    found: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    rows: list[Any] = []
    if practice.column in ("grazing", "manure"):
        rows += project.herds  # the manure that a herd drops is counted with the herd
    if practice.column in ("manure", "compost"):
        rows += [row for row in project.fertilizers if row.kind != "synthetic"]
        rows += [row for row in project.amendments if row.amendment == practice.column]
    if practice.column == "synthetic_nitrogen":
        rows += [row for row in project.fertilizers if row.kind == "synthetic"]
    if practice.column == "liming":
        rows += project.liming
    if practice.column == "irrigation":
        rows += project.fuel_use
    modelled = [gas for gas in project.modelled_gases if gas.gas == "N2O"]
    nitrous = practice.column not in ("grazing", "liming", "irrigation")
    for row in [*rows, *(modelled if nitrous else [])]:
        if any(getattr(row, amount, 1.0) == 0 for amount in _AMOUNTS):
            continue  # a row of nothing is no row of something that took place
        found[row.quantification_unit][getattr(row, "scenario", "project")].add(row.year)
    return {unit: {name: frozenset(years) for name, years in by.items()} for unit, by in found.items()}


def _practice(project: Project, practice: _Practice, contradiction: Severity) -> Iterator[Finding]:
    """Yield where a practice of the schedule is in no boundary or table, or where a table has rows and no practice."""
    boundary, scheduled, given = (
        project.head.boundary,
        _years_of(project, practice.column),
        _rows_of(project, practice),
    )
    left_out = [id for id in practice.entries if not boundary.includes(id)]
    word = practice.column.replace("_", " ")
    tables = " and ".join(practice.files)
    declared = {item.table for item in project.head.absent_tables} & set(practice.files)
    severity = Severity.WARNING if declared or practice.soft else contradiction
    begins, years_credited = {}, years_of_units(project)
    for unit in project.quantification_units.column("quantification_unit").values():
        years, rows = scheduled.get(unit, {}), given.get(unit, {})
        if not years and not rows:
            continue
        before, after = years.get("baseline", frozenset()), years.get("project", frozenset())
        where = Place(file=SCHEDULE, column=practice.column, thing=f"unit {unit}")
        if left_out and not rows.get("project") and after and (not before or practice.column == "grazing"):
            begins[unit] = after
        if not left_out and not practice.soft:
            late = after & years_credited[unit] - rows.get("project", frozenset())
            if after and not rows.get("project"):
                state = f"{word} in {_span(after)} of the project, and no row of it above 0 in {tables}"
                yield finding("practice-without-rows", where, state, severity=severity, tables=tables)
            elif late and practice.yearly:
                state = f"{word} in {_span(late)} of the project, years without a row in {tables}"
                yield finding("practice-without-rows", where, state, severity=severity, tables=tables)
            elif before and not rows.get("baseline") and practice.yearly:
                state = f"{word} in {_span(before)} of the baseline, and no row of it in {tables}"
                yield finding("practice-without-rows", where, state, severity=Severity.WARNING, tables=tables)
        for side in rows:
            silent = not years.get(side) and practice.column in ("liming", "synthetic_nitrogen", "grazing")
            if silent and not any(gas.quantification_unit == unit for gas in project.modelled_gases):
                state = f"{tables} has rows of {side} years {_span(rows[side])}, the schedule says no {word}"
                yield finding("rows-against-schedule", where, state)
    if begins:
        unit, when = next(iter(begins.items()))
        reasons = {entry.reason for id in left_out if (entry := boundary.entry(id)) and entry.reason}
        state = (
            f"{word} in {_span(when)} of the project in {len(begins)} units (first {unit}), no row in {tables}, and "
            f"{', '.join(left_out)} left out of the boundary"
            + (f": {'; '.join(sorted(reasons))}" if reasons else "")
        )
        where = Place(file=SCHEDULE, column=practice.column)
        yield finding("source-begins-uncounted", where, state[:600], severity=severity, tables=tables)


def _fuel_ends(project: Project, contradiction: Severity) -> Iterator[Finding]:
    """Yield units that used fuel before the project and have years of it without a row: machines still run."""
    if not project.head.boundary.includes("fossil_fuel_co2"):
        return
    years: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in project.fuel_use:
        years[row.quantification_unit, row.scenario].add(row.year)
    for unit, credited in years_of_units(project).items():
        lacking = credited - years[unit, "project"]
        if years[unit, "baseline"] and lacking:
            state = (
                f"fuel in {_span(years[unit, 'baseline'])} of the baseline, and no row in {_span(lacking)}"
            )
            where = Place(file="fuel_use.csv", column="year", thing=f"unit {unit}")
            do = "add the rows, with 0 where no machine ran and no contractor came, and show it"
            yield finding("practice-without-rows", where, state, severity=contradiction, do=do)


def _amended_in_silence(project: Project) -> Iterator[Finding]:
    """Yield units that get compost or manure from outside by the table, and never by the schedule."""
    for column in ("manure", "compost"):
        scheduled = _years_of(project, column)
        given: dict[tuple[str, str], set[int]] = defaultdict(set)
        for row in project.amendments:
            if row.amendment == column and row.applied_t > 0:
                given[row.quantification_unit, row.scenario].add(row.year)
        for (unit, side), years in given.items():
            if not scheduled.get(unit, {}).get(side):
                state = (
                    f"organic_amendments.csv has {side} years {_span(years)}, the schedule says no {column}"
                )
                yield finding(
                    "rows-against-schedule", Place(file=SCHEDULE, column=column, thing=f"unit {unit}"), state
                )


def _span(years: Iterable[int]) -> str:
    low, high = min(years), max(years)
    return str(low) if low == high else f"{low} to {high}"


def _years_missing(project: Project, contradiction: Severity) -> Iterator[Finding]:
    """Yield units without a row of the schedule for each year that earns credits.

    A year may be named by its beginning or by its harvest, so the years within are asked for and their number.
    """
    periods = project.head.verification_periods
    if not periods:
        return
    years: dict[str, set[int]] = defaultdict(set)
    for place, scenario, year in project.schedule.distinct("place", "scenario", "year"):
        if scenario == "project":
            years[place].add(year)
    years_credited = years_of_units(project)
    for unit, own in periods_of_units(project).items():
        if not own:
            continue
        first, last = own[0].during.start.year, own[-1].during.end.year
        wanted, within = len(years_credited[unit]), set(range(first + 1, last))
        there = {year for year in years[unit] if first <= year <= last}
        lacking = sorted(within - there)
        if lacking or len(there) < wanted:
            state = f"{len(there)} of {wanted} project years in the schedule" + (
                f"; none for {_span(lacking)}" if lacking else ""
            )
            where = Place(file=SCHEDULE, thing=f"unit {unit}")
            yield finding(
                "schedule-years-missing", where, state, severity=contradiction, first=first, last=last
            )


def _not_changed(project: Project, contradiction: Severity) -> Iterator[Finding]:
    """Yield practice changes that no unit shows: the years of the project are like those before it, or worse."""
    for change in project.head.practice_changes:
        ploughless = change.kind == "adopt" and _PLOUGHLESS.search(change.description)
        names = [name for name in _COLUMNS[change.group] if not ploughless or name.startswith("tillage")]
        shown = _units_by_change(project, names, less=change.group in _LESS)[0]
        tables = (getattr(project, name) for name in _TABLES_OF_GROUP.get(change.group, ()))
        if not shown and not any(len(rows) for rows in tables):
            named = ", ".join(_COLUMNS[change.group][:3])
            state = f"{change.kind} {change.group}: {change.description}; no unit of the schedule shows it ({named})"
            where = Place(file=SCHEDULE, thing=f"practice change {change.group}")
            yield finding("practice-not-changed", where, state[:400], severity=contradiction)


def units_that_read_the_same(project: Project) -> set[str]:
    """Return the units of whose schedule no column differs between the years before the project and its own."""
    names = {name for columns in _COLUMNS.values() for name in columns}
    return _units_by_change(project, names - {"planting", "harvest", "yield_t_per_ha"})[1]


def _units_by_change(
    project: Project, names: Iterable[str], *, less: bool = False
) -> tuple[set[str], set[str]]:
    """Return the units whose schedule differs before and after their start, and those that read the same.

    An empty cell says nothing. Numbers differ by their means, and of what is to become ``less`` where the mean fell.
    """
    table, starts = project.schedule, starts_of_units(project)
    place, scenario = table.column("place"), table.column("scenario")
    first = np.array([starts[unit].year if unit in starts else -np.inf for unit in place.labels])[place.codes]
    before = scenario.holds(lambda name: name == "baseline") & (table.column("year").numbers() < first)
    after = scenario.holds(lambda name: name == "project") & np.isfinite(first)
    size = len(place.labels)
    differs = np.zeros(size, dtype=bool)
    for column in map(table.column, names):
        given, labels = column.given(), max(1, len(column.labels))
        sides = [np.flatnonzero(side & given) for side in (before, after)]
        counts = [np.bincount(place.codes[rows], minlength=size) for rows in sides]
        if any(isinstance(label, str) for label in column.labels):
            keys = [
                np.unique(place.codes[rows].astype(np.int64) * labels + column.codes[rows]) for rows in sides
            ]
            apart = np.isin(np.arange(size), np.setxor1d(keys[0], keys[1], assume_unique=True) // labels)
        else:
            sums = [np.bincount(place.codes[rows], column.numbers()[rows], size) for rows in sides]
            one, other = (total / np.maximum(count, 1) for total, count in zip(sums, counts, strict=True))
            change = one - other if less else np.abs(other - one)
            apart = change > 1e-9 * np.maximum(np.abs(one), np.abs(other))
        differs |= apart & (counts[0] > 0) & (counts[1] > 0)
    there = [np.bincount(place.codes[rows], minlength=size) > 0 for rows in (before, after)]
    same = there[0] & there[1] & ~differs
    changed, alike = ({place.labels[code] for code in np.flatnonzero(each)} for each in (differs, same))
    return changed, alike


def _production(project: Project) -> Iterator[Finding]:
    """Yield whether anything was said of production; a project that counts its sources has the figures at hand."""
    declared = {item.table for item in project.head.absent_tables}
    if len(project.commodities) or declared & {"commodities.csv", "production.csv"}:
        return
    tables = {name: getattr(project, name) for name in _ACTIVITY}
    others = [name for name, table in tables.items() if table is not UNREAD and len(table)]
    if project.head.new_land is not None:
        others.insert(0, "[project.new_land], which is asked for where production falls")
    state = "no commodities.csv and no production.csv: displaced production counts as nothing"
    state += f", beside {', '.join(others)}" if others else ""
    yield finding("production-undeclared", Place(file="production.csv"), state)


def _absent(project: Project) -> Iterator[Finding]:
    """Yield tables that are declared absent and are there."""
    from mollisol.reading.project import TABLES

    for item in project.head.absent_tables:
        known = {table.file: table.field for table in TABLES if not table.required}
        where = Place(file=HEAD, thing=f"absent table {item.table}")
        if item.table not in known:
            yield finding("absent-table-unknown", where, item.table, tables=", ".join(known))
        elif len(getattr(project, known[item.table])):
            yield finding("absent-table-there", where, f"{len(getattr(project, known[item.table]))} rows")
        else:
            yield finding("table-declared-absent", where, f"{item.reason} ({item.period or 'all years'})")
