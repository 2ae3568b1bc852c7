"""A declared grid against the places of its points: neighbours lie one step apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.design import grid_of_units, neighbours
from mollisol.methodology.measurement import SamplePoint
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.questions.plan import metres_between


def check_grid(project: Project, rules: RulesInForce) -> Iterator[Finding]:
    """Yield neighbours of a grid that do not lie one step apart; a note where places do not show the grid."""
    design = project.head.design
    if not any(one.has_grid for one in (design, *design.of_strata.values())):
        return
    of_stratum: dict[str, list[SamplePoint]] = defaultdict(list)
    for point in project.sample_points:
        if point.stratum is not None and design.of(point.stratum).has_grid:
            of_stratum[point.stratum].append(point)
    farthest = rules.number("mollisol.plan.farthest-move")
    for stratum, points in of_stratum.items():
        place = {
            point.sampling_unit: (point.longitude_deg, point.latitude_deg)
            for point in points
            if point.longitude_deg is not None and point.latitude_deg is not None
        }
        grid = grid_of_units(points)
        pairs = [pair for pair in neighbours(grid) if pair[0] in place and pair[1] in place]
        where = Place(file="sample_points.csv", thing=f"stratum {stratum}")
        if len(place) < len(grid) or not pairs:
            if grid:
                state = f"{len(place)} of {len(grid)} units have a place"
                yield finding("grid-not-shown", where, state)
            continue
        ends = (np.array([place[pair[side]] for pair in pairs]) for side in (0, 1))
        metres = metres_between(*ends)
        along = np.array([grid[one][0] == grid[other][0] for one, other in pairs])
        # rows and columns may have steps of their own
        step = np.array([np.median(metres[along == row]) for row in along])
        off = np.abs(metres - step) > farthest
        if off.any():
            worst = int(np.argmax(np.abs(metres - step)))
            state = f"{' and '.join(pairs[worst])} lie {metres[worst]:,.0f} m apart; the step is {step[worst]:,.0f} m"
            yield finding("grid-place-differs", where, state, farthest=farthest, more=int(off.sum()) - 1)
