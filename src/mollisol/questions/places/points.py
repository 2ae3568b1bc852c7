"""The sample points that have coordinates, in columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.findings import Place
from mollisol.methodology.project import Project
from mollisol.questions.grouped import MULTIPLIER, repeated

POINTS = "sample_points.csv"

type Flags = NDArray[np.bool_]


class Points:
    """The sample points that have coordinates, in columns."""

    def __init__(self, project: Project) -> None:
        table = project.sample_points
        longitude, latitude = (table.column(name).numbers() for name in ("longitude_deg", "latitude_deg"))
        given = np.flatnonzero(~np.isnan(longitude + latitude))
        self.rows = table.row_numbers[given]
        self.x, self.y = longitude[given] + 0.0, latitude[given] + 0.0
        self.places: NDArray[np.uint64] = self.x.view(np.uint64) * MULTIPLIER + self.y.view(np.uint64)
        """One number for each place: where two differ so do the places."""
        self.shared = repeated(self.places)
        self._table, self._given = table, given
        stratum = table.column("stratum")
        self._stratum, self._strata = stratum.codes[given], stratum.labels
        self.of_control = table.column("control_site").given()[given]

    @cached_property
    def names(self) -> NDArray[np.object_]:
        """Ids of the points."""
        return self._of("point")

    @cached_property
    def stratum(self) -> NDArray[np.object_]:
        """Strata of the points."""
        return self._of("stratum")

    @cached_property
    def control(self) -> NDArray[np.object_]:
        """Control sites of the points."""
        return self._of("control_site")

    @cached_property
    def unit(self) -> NDArray[np.object_]:
        """Sampling units of the points."""
        return self._of("sampling_unit")

    def _of(self, name: str) -> NDArray[np.object_]:
        column = self._table.column(name)
        labels = np.fromiter(column.labels, dtype=object, count=len(column.labels))
        values: NDArray[np.object_] = labels[column.codes[self._given]]
        return values

    def home(self, valid: Mapping[str, Any]) -> NDArray[np.intp]:
        """Return for each point which of the outlines is that of its stratum; -1 where none is."""
        number = {name: place for place, name in enumerate(valid)}
        home = np.array([number.get(name, -1) for name in self._strata], dtype=np.intp)
        return home[self._stratum] if home.size else np.full(len(self.rows), -1)

    def inside(self, valid: Mapping[str, Any], x: NDArray[np.float64], y: NDArray[np.float64]) -> Flags:
        """Return for each point whether a place lies in its stratum; also beyond 180 degrees."""
        import shapely

        inside = np.zeros(len(self.rows), dtype=np.bool_)
        home = self.home(valid)
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
