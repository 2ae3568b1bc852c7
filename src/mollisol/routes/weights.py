"""The weight of each point in the estimate of a period."""

from __future__ import annotations

from collections import Counter

import numpy as np

from mollisol.methodology.checks.control_sites import control_groups
from mollisol.routes.declared_errors import DeclaredErrors, FloatArray
from mollisol.routes.interface import PeriodInputs
from mollisol.uncertainty.monte_carlo.measured import (
    group_levers_ha,
)


def weight_of_points(inputs: PeriodInputs, errors: DeclaredErrors) -> FloatArray:
    """Weight of the change of each point in the project's mean: points to units, units to sites, sites to groups."""
    project = inputs.context.project
    area = inputs.context.trace.quantities[f"area_ha{inputs.context.place}"].value
    lever = group_levers_ha(area_ha=area, group_weight=inputs.weight.value) / area.sum()
    share: dict[str, float] = {}
    for number, stratum in enumerate(project.strata):
        share[stratum.stratum] = float(lever[number])
    for number, sites in enumerate(control_groups(project).values(), start=len(project.strata)):
        share |= {site: float(lever[number]) / len(sites) for site in sites}
    of = {point.point: point for point in project.sample_points}
    home = [of[point].stratum or of[point].control_site or "" for point in errors.points]
    unit = [(at, of[point].sampling_unit) for at, point in zip(home, errors.points, strict=True)]
    points_in, units_in = Counter(unit), Counter(at for at, _ in set(unit))
    weights = [share.get(key[0], 0.0) / units_in[key[0]] / points_in[key] for key in unit]
    return np.array(weights)
