"""The map of a large project: cells of a grid in place of thousands of outlines."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from mollisol.templates.drawing import LAND
from mollisol.templates.figures.map import site_map


def drawn(strata: int) -> Any:
    """Draw squares of 0.0008 degrees, 0.001 apart, 100 in a row, each with a point in its middle."""
    corners = {f"s{n}": (n % 100 * 0.001, 50 + n // 100 * 0.001) for n in range(strata)}
    rings = {
        name: [[(x, y), (x + 0.0008, y), (x + 0.0008, y + 0.0008), (x, y + 0.0008)]]
        for name, (x, y) in corners.items()
    }
    points = [
        SimpleNamespace(longitude_deg=x + 0.0004, latitude_deg=y + 0.0004, control_site="")
        for x, y in corners.values()
    ]
    project: Any = SimpleNamespace(
        sample_points=points, strata=[SimpleNamespace(area_ha=0.5) for _ in corners]
    )
    return site_map(project, rings)


def test_a_large_map_stays_small_and_tells_all_strata() -> None:
    large, small = drawn(9_000), drawn(1_000)
    assert len(large.svg()) < 1_000_000
    assert "strata of together 4,500 ha" in large.told.replace("\xa0", " ")
    paths = re.compile(f'<path d="([^"]*)" fill="{LAND}"')
    land, outlines = (paths.findall(drawing.svg())[-1].count("M") for drawing in (large, small))
    assert outlines == 1_000
    assert 1_000 < land <= 42 * 42
