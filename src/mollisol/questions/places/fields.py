"""Outlines of single fields held against ``fields.csv``, against each other and against the points that name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.look_alikes import did_you_mean
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.fields import FIELDS_FILE, LandField
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.questions.places.outlines import Outlines
from mollisol.questions.places.overlaps import shared_land
from mollisol.questions.places.points import POINTS


def check_fields(project: Project, outlines: Outlines, rules: RulesInForce) -> list[Finding]:
    """Return what is wrong with the outlines of fields; nothing where none is drawn."""
    if not outlines.fields:
        return []
    known = {item.field: item for item in project.fields}
    return [
        *gathered(_names(project, outlines)),
        *gathered(_areas(project, outlines, rules.number("mollisol.area.agreement"))),
        *_overlaps(known, outlines, rules.number("mollisol.overlap.seam")),
        *gathered(_points(project, outlines)),
    ]


def _names(project: Project, outlines: Outlines) -> Iterable[Finding]:
    known = set(project.fields.column("field").values())
    for name in sorted(known - outlines.fields.keys()):
        yield finding("polygon-missing", Place(file=outlines.file, thing=f"field {name}"), "no polygon")
    for name in sorted(outlines.fields.keys() - known):
        yield finding(
            "unknown-reference",
            Place(file=outlines.file, thing=f"field {name[:60]}"),
            f"no such field{did_you_mean(name, known)}",
            table=FIELDS_FILE,
            clause="VM0042 2.2, section 9.1, parameter A",
        )


def _areas(project: Project, outlines: Outlines, tolerance: float) -> Iterable[Finding]:
    for row, item in project.fields.numbered_rows:
        drawn = outlines.field_areas.get(item.field)
        if drawn is not None and abs(drawn - item.area_ha) > tolerance * item.area_ha:
            yield finding(
                "area-mismatch",
                Place(file=FIELDS_FILE, row=row, thing=f"field {item.field}"),
                f"{drawn:.4g} ha on the ellipsoid, {item.area_ha:.4g} ha declared",
                allowed=f"the declared area, within {tolerance:.0%}",
                do=f"correct the outline or {FIELDS_FILE}",
            )
        home = outlines.valid.get(item.stratum)
        if drawn is not None and home is not None:
            inside = home.covers(outlines.fields[item.field].representative_point())
            if not inside:
                where = Place(file=outlines.file, thing=f"field {item.field}")
                found = f"drawn outside of stratum {item.stratum}, which {FIELDS_FILE} says it is a part of"
                yield finding("field-of-another-stratum", where, found)


def _overlaps(known: dict[str, LandField], outlines: Outlines, seam_ha: float) -> Iterable[Finding]:
    """Yield land that two fields hold at the same time; that of one which left another may hold later."""
    names = list(outlines.fields)
    for land in shared_land(list(outlines.fields.values()), names, seam_ha):
        one, other = (known.get(names[place]) for place in (land.one, land.other))
        if one and other and _together(one, other):
            where = Place(file=outlines.file, thing=f"fields {one.field}, {other.field}")
            yield finding("polygons-overlap", where, f"{land.area_ha:.4g} ha in both")


def _together(one: LandField, other: LandField) -> bool:
    return all(
        first.left_on is None or first.left_on > second.joined_on
        for first, second in ((one, other), (other, one))
    )


def _points(project: Project, outlines: Outlines) -> Iterator[Finding]:
    """Yield points that lie outside the field which they name."""
    import shapely

    points = project.sample_points
    names = ("point", "field", "longitude_deg", "latitude_deg")
    for row, *cells in zip(
        points.row_numbers.tolist(), *(points.column(name).values() for name in names), strict=True
    ):
        point, field, x, y = cells
        shape = outlines.fields.get(field) if field is not None else None
        if shape is None or x is None or y is None:
            continue
        if not any(shape.covers(shapely.Point(x + turn, y)) for turn in (0.0, 360.0)):
            where = Place(file=POINTS, row=row, column="field", thing=f"point {point}")
            yield finding("point-outside-field", where, f"{x}, {y} outside field {field}")
