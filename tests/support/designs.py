"""Projects with a declared sampling design: drawn fields of landowners, and a grid with a random start."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from tests.support.lives import Life, Part, write_life
from tests.support.projects import write_rows

START = 150.0
FIELDS: Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]] = {
    "west": {"W1": {"rise": (1.0, 1.4), "foot": (0.6, 1.0)}, "W2": {"": (0.8, 1.2, 1.0)}},
    "east": {"E1": {"": (1.5, 1.1)}, "E2": {"": (0.9, 1.3)}},
}
"""Test vector of Appendix 6: landowner, drawn field, part of it, changes at its points in t CO2e/ha.

The land is of 100 and 60 ha, the parts of field W1 of 12 and 8 ha. By hand: W1 expands to 104 t, W2 to 100,
E1 to 78, E2 to 66; the landowners' totals are 102 and 72, their variances ((104 - 100) / 2)^2 = 4 and 36.
"""
AREAS = {"west": 100.0, "east": 60.0}
PARTS = [["west", "W1", "rise", 12.0], ["west", "W1", "foot", 8.0]]
CONTROL = Part(
    {f"c{n}": {"2021": START, "2026": START + change} for n, change in enumerate((0.1, -0.2, 0.1), start=1)},
    strata=["west", "east"],
)
"""Changes 0.1, -0.2 and 0.1: mean 0, variance of the mean 0.03 / 3 = 0.01, over all 160 ha."""


def design(folder: Path, text: str, columns: Mapping[str, Mapping[str, object]]) -> Path:
    """Declare a design, and fill columns of the table of points."""
    head = folder / "project.toml"
    head.write_text(head.read_text("utf-8").replace('kind = "stratified_random"', text, 1), encoding="utf-8")
    with (folder / "sample_points.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row |= {name: str(cells.get(row["point"], row.get(name, ""))) for name, cells in columns.items()}
    write_rows(folder / "sample_points.csv", list(rows[0]), [list(row.values()) for row in rows])
    return folder


def landowners(folder: Path) -> Path:
    """Write the project of the test vector of Appendix 6."""
    points: dict[str, dict[str, dict[str, float]]] = {}
    unit, part = {}, {}
    for owner, fields in FIELDS.items():
        points[owner] = {}
        for field, parts in fields.items():
            for name, changes in parts.items():
                for number, change in enumerate(changes):
                    point = f"{field}{name}{number}"
                    points[owner][point] = {"2021": START + number, "2026": START + number + change}
                    unit[point], part[point] = field, name
    strata = {owner: Part(points[owner], AREAS[owner], "alpha") for owner in FIELDS}
    write_life(folder, Life(strata, {"site": CONTROL}, [("1", 2021, 2026, ())]))
    write_rows(folder / "drawn_fields.csv", ["stratum", "sampling_unit", "part", "area_ha"], PARTS)
    return design(folder, 'kind = "multi_stage"', {"sampling_unit": unit, "part": part})


GRID = np.array([[6.0, 7.5, 9.0, 12.0], [5.0, 8.0, 8.5, 10.0], [4.0, 5.5, 9.5, 11.0]])
"""Changes on a grid of 3 rows and 4 columns, in t CO2e/ha; the land becomes better from west to east."""


def grid(
    folder: Path,
    text: str = 'kind = "systematic"\nrandom_start = true',
    step: float = 0.001,
    beside: Mapping[str, Part] = MappingProxyType({}),
) -> Path:
    """Write a project whose points lie on a grid of 50 ha; a step is some 111 m."""
    nodes = {f"g{row}{column}": (row, column) for row in range(3) for column in range(4)}
    points = {
        name: {"2021": START + 3 * node[0], "2026": START + 3 * node[0] + float(GRID[node])}
        for name, node in nodes.items()
    }
    control = Part(CONTROL.points, strata=["plain", *beside])
    life = Life({"plain": Part(points, 50.0, "alpha"), **beside}, {"site": control}, [("1", 2021, 2026, ())])
    write_life(folder, life)
    design(
        folder,
        text,
        {
            "grid_row": {name: row for name, (row, _) in nodes.items()},
            "grid_column": {name: column for name, (_, column) in nodes.items()},
            "longitude_deg": {name: 10 + step * column for name, (_, column) in nodes.items()},
            "latitude_deg": {name: step * row for name, (row, _) in nodes.items()},
        },
    )
    head = folder / "project.toml"
    reason = '\n[[project.deviations]]\nid = "d"\ncode = "design-not-stratified-random"\nreason = "a grid"\n'
    head.write_text(head.read_text("utf-8") + reason, encoding="utf-8")
    return folder
