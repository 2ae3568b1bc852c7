"""Land and places that two owners hold, found by a spatial index: strata of a project, or projects among many.

Nothing here compares each with each: the cost grows with the number of shapes and with what is found.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.reading.outlines import area_ha

_WHOLE_TURN = 360.0
_EARTH_RADIUS_M = 6_371_000.0

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SharedLand:
    """Land that two shapes hold: their places in what was asked, the area on the ellipsoid, and its outline."""

    one: int
    other: int
    area_ha: float
    shape: Any


def shared_land(shapes: Sequence[Any], owners: Sequence[Hashable], seam_ha: float) -> list[SharedLand]:
    """Return the land that shapes of different owners share, by their order.

    Parameters
    ----------
    shapes
        Polygons in WGS 84, sound ones; a shape across the date line goes on beyond 180 degrees.
    owners
        Whose each is; shapes of one owner are not compared.
    seam_ha
        Land up to which it is a seam of digitising.
    """
    import shapely
    from pyproj import Geod

    ellipsoid = Geod(ellps="WGS84")
    turned, index = _turned(shapes)
    if not len(index):
        return []
    owner = np.unique(np.array([hash(name) for name in owners], dtype=np.int64), return_inverse=True)[1]
    tree = shapely.STRtree(turned)
    left, right = tree.query(turned, predicate="intersects")
    one, other = index[left], index[right]
    ask = (one < other) & (owner[one] != owner[other])
    found: dict[tuple[int, int], SharedLand] = {}
    shared = shapely.intersection(turned[left[ask]], turned[right[ask]])
    for pair, shape in zip(zip(one[ask].tolist(), other[ask].tolist(), strict=True), shared, strict=True):
        if shape.area <= 0:
            continue
        area = area_ha(ellipsoid, shape)
        if area > seam_ha and (pair not in found or area > found[pair].area_ha):
            found[pair] = SharedLand(*pair, area, shape)
    return [found[pair] for pair in sorted(found)]


def land_of_points(shapes: Sequence[Any], longitude: Floats, latitude: Floats) -> NDArray[np.intp]:
    """Return pairs of points and shapes that they lie within: places of both, shape (2, pairs)."""
    import shapely

    turned, index = _turned(shapes)
    if not len(index) or not len(longitude):
        return np.zeros((2, 0), dtype=np.intp)
    point, shape = shapely.STRtree(turned).query(shapely.points(longitude, latitude), predicate="within")
    pairs: NDArray[np.intp] = np.unique(np.stack([point, index[shape]]), axis=1)
    return pairs


def shared_places(
    longitude: Floats, latitude: Floats, owners: NDArray[np.intp], metres: float
) -> tuple[NDArray[np.intp], Floats]:
    """Return pairs of points of different owners that lie within some metres, shape (pairs, 2), and how far apart."""
    from scipy.spatial import cKDTree

    globe = on_globe(longitude, latitude)
    pairs = cKDTree(globe).query_pairs(metres, output_type="ndarray")
    pairs = pairs[owners[pairs[:, 0]] != owners[pairs[:, 1]]]
    pairs = pairs[np.lexsort([pairs[:, 1], pairs[:, 0]])]
    apart: Floats = np.linalg.norm(globe[pairs[:, 0]] - globe[pairs[:, 1]], axis=1)
    return pairs, apart


def on_globe(longitude: Floats, latitude: Floats) -> Floats:
    """Return points on a sphere in metres from its centre, shape (points, 3): near ones are near, whatever the turn."""
    east, north = np.radians(longitude), np.radians(latitude)
    globe: Floats = _EARTH_RADIUS_M * np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )
    return globe


def _turned(shapes: Sequence[Any]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the shapes, and those beyond 180 degrees once more a whole turn to the west, with the place of each."""
    import shapely

    beyond = [number for number, shape in enumerate(shapes) if shape.bounds[2] > _WHOLE_TURN / 2]
    again = [
        shapely.transform(shapely.force_2d(shapes[number]), lambda xy: xy - [_WHOLE_TURN, 0.0])
        for number in beyond
    ]
    every = np.array([*shapes, *again], dtype=object)
    return every, np.array([*range(len(shapes)), *beyond], dtype=np.intp)
