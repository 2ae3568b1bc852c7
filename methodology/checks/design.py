"""The declared sampling design against the tables that hold it: parts of drawn fields, and the nodes of a grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from mollisol.methodology.checks.look_alikes import did_you_mean
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.design import DRAWN_FIELDS_FILE, StratumDesign, grid_of_units, neighbours
from mollisol.methodology.measurement import SamplePoint
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

_POINTS = "sample_points.csv"


def check_design(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield what stands against the design, and what its tables lack."""
    declared = project.head.design
    known = set(project.strata.column("stratum").values())
    for stratum, design in ((None, declared), *declared.of_strata.items()):
        where = Place(file="project.toml", thing="design" + (f".of_strata.{stratum}" if stratum else ""))
        if stratum and stratum not in known:
            found = f"{stratum}{did_you_mean(stratum, known)}"
            yield finding("unknown-reference", where, found, table="strata.csv")
        if design.kind not in ("stratified_random", "multi_stage"):
            yield finding("design-not-stratified-random", where, design.kind)

        def here(name: str | None, wanted: StratumDesign = design) -> bool:
            return declared.of(name) is wanted

        points, fields = project.sample_points, project.drawn_fields
        if declared.of_strata:
            points = points.at(points.column("stratum").holds(here).nonzero()[0].tolist())
            fields = fields.at(fields.column("stratum").holds(here).nonzero()[0].tolist())
        gridded = _given(points, "grid_row", "grid_column")
        if (len(fields) > 0 or _given(points, "part")) and design.kind != "multi_stage":
            state = f"{design.kind}, and {DRAWN_FIELDS_FILE} or column part has rows"
            yield finding("design-table-unused", where, state, kind="multi_stage")
        if gridded and not design.has_grid:
            start = "" if design.random_start else " without random_start"
            state = f"{design.kind}{start}, and column grid_row or grid_column has numbers"
            yield finding("design-table-unused", where, state, kind="systematic with random_start = true")
    if len(project.drawn_fields) > 0 or _given(project.sample_points, "part"):
        yield from _parts(project, rules)
    yield from _grid(project)


def _given(points: Columns[Any], *columns: str) -> bool:
    return any(bool(points.column(name).given().any()) for name in columns)


def _parts(project: Project, rules: RulesInForce) -> Iterable[Finding]:
    """Yield parts that are named on one side alone, or twice, and fields that are larger than the land they lie in."""
    rows = project.drawn_fields
    known: dict[tuple[str, str], set[str]] = defaultdict(set)
    area: dict[tuple[str, str], float] = defaultdict(float)
    row_of: dict[tuple[str, str], int] = {}
    for item, row in zip(rows, rows.row_numbers.tolist(), strict=True):
        key = (item.stratum, item.sampling_unit)
        row_of.setdefault(key, row)
        if item.part in known[key]:
            yield finding(
                "field-part-unknown",
                Place(file=DRAWN_FIELDS_FILE, row=row, column="part"),
                f"part {item.part} of {' / '.join(key)} a second time",
            )
        known[key].add(item.part)
        area[key] += item.area_ha
    sampled: dict[tuple[str, str], set[str]] = defaultdict(set)
    points = project.sample_points
    for point, row in zip(points, points.row_numbers.tolist(), strict=True):
        key = (point.stratum or point.control_site or "", point.sampling_unit)
        sampled[key].add(point.part or "")
        if (point.part or "") not in (known[key] or {""}):
            yield finding(
                "field-part-unknown",
                Place(file=_POINTS, row=row, column="part"),
                f"{point.part or 'no part'}; {' / '.join(key)} has {', '.join(sorted(known[key])) or 'no parts'}",
            )
    tolerance = rules.number("mollisol.area.agreement")
    whole = {stratum.stratum: stratum.area_ha for stratum in project.strata}
    for key, row in row_of.items():
        where = Place(file=DRAWN_FIELDS_FILE, row=row)
        if missing := sorted(known[key] - sampled[key]):
            state = f"{' / '.join(key)}: no point in {', '.join(missing)}"
            yield finding("field-part-not-sampled", where, state)
        if area[key] > whole.get(key[0], area[key]) * (1 + tolerance):
            state = f"field {key[1]} has {area[key]:g} ha, the land of {key[0]} {whole[key[0]]:g} ha"
            yield finding("area-mismatch", where, state, tolerance=tolerance)


def _grid(project: Project) -> Iterable[Finding]:
    """Yield strata whose grid gives no pair of neighbours."""
    if not any(one.has_grid for one in (project.head.design, *project.head.design.of_strata.values())):
        return
    of_stratum: dict[str, list[SamplePoint]] = defaultdict(list)
    for point in project.sample_points:
        of_stratum[point.stratum or ""].append(point)
    for stratum in project.strata.column("stratum").values():
        if project.head.design.of(stratum).has_grid and not neighbours(grid_of_units(of_stratum[stratum])):
            yield finding(
                "grid-incomplete",
                Place(file=_POINTS, column="grid_row", thing=f"stratum {stratum}"),
                "a unit without a node, two on one node, or none side by side",
            )
