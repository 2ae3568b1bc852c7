"""What a cell at fault most likely means, so that the questions that follow are asked; nothing is computed from it.

The fault itself is told and blocks. Where the other tables leave one reading, checks go on with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from mollisol.methodology.checks.unread import UnreadError
from mollisol.methodology.columns import Columns
from mollisol.methodology.project import Project

type _Reading = Callable[[Project, Columns[Any], list[Any]], list[Any]]


def likely_meant(project: Project, field: str, column: str, table: Columns[Any]) -> Columns[Any]:
    """Return a table with the cells of a column at fault as they are likely meant; itself where nothing says so."""
    reading = _READINGS.get((field, column))
    if reading is None:
        return table
    try:
        cells = reading(project, table, table.cells(column))
        left = [place for place, cell in enumerate(cells) if cell is not None]
        if len(left) < len(cells) and field != "control_links":
            return table
        # a link to a place that is not there is left out: all else stands on a row of its own
        meant = table.with_cells(column, cells).at(left)
        meant.rows  # noqa: B018  # values that cannot be stay unread
    except (UnreadError, ValidationError):
        return table
    return meant


def _points(project: Project, _table: Columns[Any], cells: list[Any]) -> list[Any]:
    """Return the names of points; one without a name is the one that cores are of and that no row names."""
    missing = set(project.core_increments.column("point").labels) - {*cells}
    return [cell or missing.pop() if len(missing) == 1 else cell for cell in cells]


def _sampling_units(_project: Project, table: Columns[Any], cells: list[Any]) -> list[Any]:
    """Return the sampling units; a point without one is its own."""
    return [cell or point for cell, point in zip(cells, table.column("point").values(), strict=True)]


def _areas_of_strata(project: Project, table: Columns[Any], cells: list[Any]) -> list[Any]:
    """Return the areas in ha; a stratum has what the others leave of its unit."""
    units = project.quantification_units
    whole = dict(
        zip(units.column("quantification_unit").values(), units.column("area_ha").values(), strict=True)
    )
    of = table.column("quantification_unit").values()
    for unit, area in zip(of, cells, strict=True):
        whole[unit] = whole.get(unit, 0.0) - (area or 0.0)
    unknown = Counter(unit for unit, area in zip(of, cells, strict=True) if area is None)
    return [
        max(whole[unit], 0.0) or None if area is None and unknown[unit] == 1 else area
        for unit, area in zip(of, cells, strict=True)
    ]


def _areas_of_units(project: Project, table: Columns[Any], cells: list[Any]) -> list[Any]:
    """Return the areas in ha; a unit has what its strata have."""
    strata = project.strata
    areas: dict[str, float] = defaultdict(float)
    for unit, area in zip(
        strata.column("quantification_unit").values(), strata.column("area_ha").values(), strict=True
    ):
        areas[unit] += area
    names = table.column("quantification_unit").values()
    return [cell or areas[unit] or None for unit, cell in zip(names, cells, strict=True)]


def _linked_strata(project: Project, _table: Columns[Any], cells: list[Any]) -> list[Any]:
    """Return the strata of links; a name that is not there is the one stratum without a link, or no link at all."""
    known = project.strata.column("stratum").labels
    unlinked = [stratum for stratum in known if stratum not in cells]
    if unlinked and (len(unlinked), sum(cell not in known for cell in cells)) != (1, 1):
        raise UnreadError
    return [cell if cell in known else unlinked[0] if unlinked else None for cell in cells]


_READINGS: Mapping[tuple[str, str], _Reading] = {
    ("sample_points", "point"): _points,
    ("sample_points", "sampling_unit"): _sampling_units,
    ("strata", "area_ha"): _areas_of_strata,
    ("quantification_units", "area_ha"): _areas_of_units,
    ("control_links", "stratum"): _linked_strata,
}
