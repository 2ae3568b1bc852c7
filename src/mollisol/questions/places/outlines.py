"""Outlines of a project as drawn, and the smaller of declared and drawn area, which counts.

Areas are taken on the WGS 84 ellipsoid with pyproj.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from mollisol.methodology.checks.unread import UNREAD
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, blocking, finding
from mollisol.methodology.land.covered import fields_that_count
from mollisol.methodology.land.fields import LandField
from mollisol.methodology.project import Project, QuantificationUnit, Stratum
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.reading.outlines import area_ha, read_outlines


@dataclass(frozen=True, slots=True)
class Outlines:
    """What the file of outlines gave: sound shapes and their areas in ha by stratum, those at fault, and findings.

    ``fields`` are sound shapes by field, where features name one. The area of a stratum is then that of the fields
    which count, and its shape holds all that ever did: points of earlier days lie there.
    """

    file: str = ""
    sha256: str = ""
    valid: Mapping[str, Any] = field(default_factory=dict)
    crossing: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    field_areas: Mapping[str, float] = field(default_factory=dict)


def outlines_drawn(project: Project, inputs: Mapping[str, bytes]) -> Outlines:
    """Return the outlines of a project, read once."""
    import shapely
    from pyproj import Geod

    file = project.head.geometry_file
    if not file:
        where = Place(file="project.toml", thing="geometry_file")
        return Outlines(findings=(finding("geometry-missing", where, "no polygons"),))
    if file not in inputs:
        return Outlines()  # what stood in the way of its bytes is told
    polygons, findings = read_outlines(file, inputs[file])
    digest = sha256(inputs[file]).hexdigest()
    if blocking(findings):
        return Outlines(file, digest, findings=tuple(findings))
    ellipsoid = Geod(ellps="WGS84")
    valid = {name: polygon for name, polygon in polygons.items() if polygon.is_valid}
    crossing = {name: shapely.is_valid_reason(shape) for name, shape in polygons.items() if name not in valid}
    areas = {name: area_ha(ellipsoid, polygon) for name, polygon in valid.items()}
    drawn = read_outlines(file, inputs[file], "field")[0] if project.fields else {}
    fields = {name: polygon for name, polygon in drawn.items() if polygon.is_valid}
    of_field = {name: area_ha(ellipsoid, polygon) for name, polygon in fields.items()}
    for stratum, (_, counting) in fields_that_count(project).items() if fields else ():
        if stratum in areas and all(item.field in of_field for item in counting):
            areas[stratum] = sum(of_field[item.field] for item in counting)
    return Outlines(file, digest, valid, crossing, areas, tuple(findings), fields, of_field)


def counted_areas(
    project: Project, inputs: Mapping[str, bytes], rules: RulesInForce
) -> tuple[Project, Outlines]:
    """Return the project with the smaller of declared and drawn area in each stratum and field, and its outlines.

    A tolerance between the two is for error and not for gain. Areas of units fall by what their strata lose, those of
    strata by what their fields lose. Beyond the tolerance nothing is counted: the difference blocks.
    """
    outlines = outlines_drawn(project, inputs)
    if any(table is UNREAD for table in (project.strata, project.quantification_units)):
        return project, outlines
    tolerance = rules.number("mollisol.area.agreement")
    lost: dict[str, float] = defaultdict(float)
    strata, fields = [], []

    def less_of(declared: float, drawn: float | None) -> float:
        less = 0.0 if drawn is None else declared - drawn
        return less if 0 < less <= tolerance * declared else 0.0

    for item in project.fields:
        less = less_of(item.area_ha, outlines.field_areas.get(item.field))
        fields.append(item.model_copy(update={"area_ha": item.area_ha - less}))
    for stratum in project.strata:
        less = less_of(stratum.area_ha, outlines.areas.get(stratum.stratum))
        lost[stratum.quantification_unit] += less
        strata.append(stratum.model_copy(update={"area_ha": stratum.area_ha - less}))
    if not any(lost.values()) and list(project.fields) == fields:
        return project, outlines
    units = [
        unit.model_copy(update={"area_ha": unit.area_ha - lost[unit.quantification_unit]})
        for unit in project.quantification_units
    ]
    tables = {
        "strata": Columns.of(Stratum, strata, project.strata.file),
        "quantification_units": Columns.of(QuantificationUnit, units, project.quantification_units.file),
        "fields": Columns.of(LandField, fields, project.fields.file),
    }
    counted, declared = (f"{sum(row.area_ha for row in rows):.4g}" for rows in (strata, project.strata))
    state = f"{counted} ha count of {declared} ha declared"
    if counted != declared:
        noted = finding("area-drawn-counts", Place(file=outlines.file), state)
        outlines = replace(outlines, findings=(*outlines.findings, noted))
    return project.model_copy(update=tables), outlines
