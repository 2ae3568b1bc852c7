"""Sets made by hand for tests."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.soil_models.calibrated import CalibratedSet, CalibrationData
from mollisol.methodology.soil_models.calibration_plan import CalibrationPlan
from mollisol.methodology.soil_models.trials import Trials


def set_of(
    plan: CalibrationPlan, values: np.ndarray, trials: Trials, *, data: tuple[str, ...] = ()
) -> CalibratedSet:
    """Make a set of these draws, (draw, quantity)."""
    inputs = trials.inputs
    return CalibratedSet(
        id="by-hand",
        model=inputs.model,
        version=inputs.parameters.version,
        title="made by hand",
        base=inputs.parameters.label,
        base_sha256=inputs.parameters.sha256,
        base_values=inputs.parameters.values,
        climate_zones=("cool-temperate-moist",),
        priors=plan.prior,
        draws=tuple(tuple(float(v) for v in row) for row in values),
        data=tuple(
            CalibrationData(study=name, stocks=1, citation="c", licence="l", sha256="0") for name in data
        ),
        settings=(),
        method="by hand",
        sampler=(),
        seed=0,
        diagnostics=(),
        limits="for tests",
    )
