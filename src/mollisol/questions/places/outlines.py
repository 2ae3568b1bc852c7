"""Outlines of a project as drawn, and the smaller of declared and drawn area, which counts.

Areas are taken on the WGS 84 ellipsoid with pyproj.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np

from mollisol.methodology.checks.unread import UnreadError
from mollisol.methodology.columns import Column, Columns
from mollisol.methodology.findings import Finding, Place, blocking, finding
from mollisol.methodology.land.covered import fields_that_count
from mollisol.methodology.land.fields import LandField
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.reading.outlines import areas_ha, read_outlines


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
    sound = shapely.is_valid(np.array(list(polygons.values()), dtype=object)).tolist()
    valid = {name: shape for (name, shape), whole in zip(polygons.items(), sound, strict=True) if whole}
    crossing = {name: shapely.is_valid_reason(shape) for name, shape in polygons.items() if name not in valid}
    areas = areas_ha(ellipsoid, valid)
    drawn = read_outlines(file, inputs[file], "field")[0] if project.fields else {}
    fields = {name: polygon for name, polygon in drawn.items() if polygon.is_valid}
    of_field = areas_ha(ellipsoid, fields)
    for stratum, (_, counting) in fields_that_count(project).items() if fields else ():
        if stratum in areas and all(item.field in of_field for item in counting):
            areas[stratum] = sum(of_field[item.field] for item in counting)
    return Outlines(file, digest, valid, crossing, areas, tuple(findings), fields, of_field)


def frame_on(project: Project, outlines: Outlines, day: date) -> dict[str, Any]:
    """Return the shapes of strata that points are drawn in on a day: without the fields that have left by then.

    A stratum whose fields have all left has none.
    """
    import shapely

    frame = dict(outlines.valid)
    for stratum in {item.stratum for item in project.fields if item.has_left(day)} if outlines.fields else ():
        frame.pop(stratum, None)
        own = (item.field for item in project.fields if item.stratum == stratum and not item.has_left(day))
        if kept := [outlines.fields[name] for name in own if name in outlines.fields]:
            frame[stratum] = shapely.union_all(kept)
    return frame


def counted_areas(
    project: Project, inputs: Mapping[str, bytes], rules: RulesInForce
) -> tuple[Project, Outlines]:
    """Return the project with the smaller of declared and drawn area in each stratum and field, and its outlines.

    A tolerance between the two is for error and not for gain. Areas of units fall by what their strata lose, those of
    strata by what their fields lose. Beyond the tolerance nothing is counted: the difference blocks.
    """
    try:
        outlines = outlines_drawn(project, inputs)
    except UnreadError:  # of the fields, which are told
        project_without = project.model_copy(update={"fields": Columns.of(LandField, ())})
        outlines = outlines_drawn(project_without, inputs)
    try:
        return _counted(project, outlines, rules)
    except UnreadError:
        return project, outlines  # areas that could not be read are told


def _counted(project: Project, outlines: Outlines, rules: RulesInForce) -> tuple[Project, Outlines]:
    tolerance = rules.number("mollisol.area.agreement")
    fields = []
    for item in project.fields:
        gone = item.area_ha - outlines.field_areas.get(item.field, np.inf)
        gone = gone if 0 < gone <= tolerance * item.area_ha else 0.0
        fields.append(item.model_copy(update={"area_ha": item.area_ha - gone}))
    names, homes = (project.strata.column(name).values() for name in ("stratum", "quantification_unit"))
    declared_ha = project.strata.column("area_ha").numbers()
    drawn_ha = np.array([outlines.areas.get(name, np.inf) for name in names])
    less = declared_ha - drawn_ha
    less = np.where((less > 0) & (less <= tolerance * declared_ha), less, 0.0)
    if not less.any() and list(project.fields) == fields:
        return project, outlines
    lost: dict[str, float] = defaultdict(float)
    for unit, lost_ha in zip(homes, less.tolist(), strict=True):
        lost[unit] += lost_ha
    units = project.quantification_units
    columns = (units.column(name).values() for name in ("quantification_unit", "area_ha"))
    areas = [area - lost[unit] for unit, area in zip(*columns, strict=True)]
    strata_ha = (declared_ha - less).tolist()
    tables = {
        "strata": project.strata.with_column("area_ha", Column.of(strata_ha)),
        "quantification_units": units.with_column("area_ha", Column.of(areas)),
        "fields": Columns.of(LandField, fields, project.fields.file),
    }
    counted, declared = (f"{sum(ha):.4g}" for ha in (strata_ha, declared_ha.tolist()))
    state = f"{counted} ha count of {declared} ha declared"
    if counted != declared:
        noted = finding("area-drawn-counts", Place(file=outlines.file), state)
        outlines = replace(outlines, findings=(*outlines.findings, noted))
    return project.model_copy(update=tables), outlines
