"""The weight of each point in the estimate of a period."""

from __future__ import annotations

from collections import Counter

import numpy as np

from mollisol.methodology.checks.control_sites import control_groups
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
    points = {point.point: point for point in project.sample_points}
    unit = [
        (point.stratum or point.control_site or "", point.sampling_unit)
        for point in (points[id] for id in errors.points)
    ]
    points_in, units_in = Counter(unit), Counter(home for home, _ in set(unit))
    return np.array([share.get(key[0], 0.0) / units_in[key[0]] / points_in[key] for key in unit])
