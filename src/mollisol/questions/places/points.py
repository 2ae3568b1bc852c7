"""The sample points that have coordinates, in columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.findings import Place
from mollisol.methodology.project import Project

POINTS = "sample_points.csv"

type Flags = NDArray[np.bool_]


class Points:
    """The sample points that have coordinates, in columns."""

    def __init__(self, project: Project) -> None:
        table = project.sample_points
        longitude, latitude = (table.column(name).numbers() for name in ("longitude_deg", "latitude_deg"))
        given = np.flatnonzero(~np.isnan(longitude + latitude))
        self.rows = table.row_numbers[given]
        self.x, self.y = longitude[given], latitude[given]
        names = ("point", "stratum", "control_site", "sampling_unit")
        self.names, self.stratum, self.control, self.unit = (
            np.array(table.column(name).values(), dtype=object)[given] for name in names
        )
        self.of_control = np.array([site is not None for site in self.control], dtype=np.bool_)

    def inside(self, valid: Mapping[str, Any], x: NDArray[np.float64], y: NDArray[np.float64]) -> Flags:
        """Return for each point whether a place lies in its stratum; also beyond 180 degrees."""
        import shapely

        inside = np.zeros(len(self.rows), dtype=np.bool_)
        number = {name: place for place, name in enumerate(valid)}
        home = np.array([number.get(name, -1) for name in self.stratum.tolist()], dtype=np.intp)
        own = np.flatnonzero(home >= 0)
        if not own.size:
            return inside
        shapes = np.array(list(valid.values()), dtype=object)
        shapely.prepare(shapes)
        for turn in (0.0, 360.0):
            inside[own] |= shapely.covers(shapes[home[own]], shapely.points(x[own] + turn, y[own]))
        return inside

    def place(self, number: int, thing: str = "") -> Place:
        """Return where a point stands."""
        return Place(file=POINTS, row=int(self.rows[number]), thing=thing or f"point {self.names[number]}")
