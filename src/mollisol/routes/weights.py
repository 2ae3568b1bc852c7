"""The weight of each point in the estimate of a period."""

from __future__ import annotations

from collections import Counter

import numpy as np

from mollisol.methodology.checks.control_sites import control_groups
from mollisol.methodology.land.design import shares_in_unit
from mollisol.quantification.checks import FloatArray
from mollisol.routes.declared_errors import DeclaredErrors
from mollisol.routes.interface import PeriodInputs
from mollisol.uncertainty.monte_carlo.measured import group_levers_ha


def weight_of_points(inputs: PeriodInputs, errors: DeclaredErrors) -> FloatArray:
    """Return the weight of each point's change in the project's mean: points to units, units to sites, to groups."""
    project, area = inputs.context.project, inputs.area.value
    lever = group_levers_ha(area_ha=area, group_weight=inputs.control_side.weight.value) / area.sum()
    homes = [(stratum.stratum,) for stratum in project.strata] + list(control_groups(project).values())
    share = {
        home: float(part) / len(group) for group, part in zip(homes, lever, strict=True) for home in group
    }
    known = {point.point: point for point in project.sample_points}
    points = [known[id] for id in errors.points]
    home = [point.stratum or point.control_site or "" for point in points]
    pairs = zip(home, points, strict=True)
    units_in = Counter(home for home, _ in {(home, point.sampling_unit) for home, point in pairs})
    in_unit = shares_in_unit(points, project.drawn_fields)
    return np.array(
        [
            share.get(of, 0.0) / units_in[of] * in_unit[point.point]
            for of, point in zip(home, points, strict=True)
        ]
    )
