"""Places of sampling units: independent and uniform over the area."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

DRAWN_WITH = "mollisol sample plan"
"""What a plan names that :func:`draw_places` gave its points."""
_DEGREES_DIGITS = 7


def draw_places(polygon: Any, number: int, *, name: str, seed: int) -> tuple[tuple[float, float], ...]:
    """Draw points uniformly over the area of a polygon in longitude and latitude, in degrees.

    They depend on the seed and the stratum's name only, and a larger number begins with the same points.
    """
    import shapely

    generator = np.random.default_rng([seed, *name.encode()])
    flat = shapely.transform(polygon, _equal_area)
    triangles = [
        np.asarray(part.exterior.coords)[:3] for part in shapely.constrained_delaunay_triangles(flat).geoms
    ]
    sizes = np.array([shapely.Polygon(corners).area for corners in triangles])
    edges = np.cumsum(sizes) / sizes.sum()
    shapely.prepare(polygon)
    places: list[tuple[float, float]] = []
    while len(places) < number:
        which, one, two = generator.random(3)
        corner, left, right = triangles[min(int(np.searchsorted(edges, which, "right")), len(edges) - 1)]
        if one + two > 1:
            one, two = 1 - one, 1 - two
        x, y = corner + one * (left - corner) + two * (right - corner)
        place = (
            round(float(x), _DEGREES_DIGITS),
            round(float(np.degrees(np.arcsin(np.radians(y)))), _DEGREES_DIGITS),
        )
        if polygon.covers(shapely.Point(place)):  # edges bend a little, and digits are cut
            places.append(place)
    return tuple(places)


def _equal_area(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitude and the sine of the latitude, both scaled alike: Lambert's cylinder keeps areas."""
    return np.column_stack([degrees[:, 0], np.degrees(np.sin(np.radians(degrees[:, 1])))])
