"""Where values were brought to those of another method: what the errors of conversions add to the variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.methodology.trace import Quantity
from mollisol.routes.interface import PeriodInputs
from mollisol.routes.weights import weight_of_points
from mollisol.uncertainty.measurement.spectroscopy_errors import calibration_variance_of_mean


@dataclass(frozen=True, slots=True, eq=False)
class ConversionVariance:
    """What conversions add to the variance of the mean, and its degrees of freedom."""

    variance: Quantity
    freedom: Quantity


def conversion_variance(inputs: PeriodInputs) -> ConversionVariance | None:
    """Return what conversions between methods add to the variance of the mean; None where no value was converted.

    A conversion is off by one factor for all values of its method, at both times and on both sides: what cancels is
    out, as in the other routes. It is a line through 0 whose slope is known to the declared error.
    """
    context, errors = inputs.context, inputs.errors
    declared = {
        method.id: method.conversion
        for method in context.project.head.laboratory_methods
        if method.conversion is not None
    }
    if errors is None:
        return None
    measured_by = {method for _, method in errors.batches}
    used = {name: one for name, one in declared.items() if name in measured_by}
    if not used:
        return None
    effect = errors.increments.batch_effects()[0] @ errors.weights(weight_of_points(inputs, errors))
    methods = [method for _, method in errors.batches]
    levers = [
        sum(part for part, method in zip(effect, methods, strict=True) if method == name) for name in used
    ]
    sds = {
        f"conversion_relative_sd.{name}": context.trace.given(
            f"conversion_relative_sd.{name}{context.place}",
            one.relative_sd,
            "fraction",
            [f"project.toml: laboratory method {name}, conversion"],
        )
        for name, one in used.items()
    }
    none = np.zeros(len(used))
    value = calibration_variance_of_mean(
        offset_error_g_per_kg=none,
        offset_lever=none,
        slope_error=np.array([one.relative_sd for one in used.values()]),
        slope_lever=np.array(levers),
        sample_error_t_c_per_ha=np.zeros(errors.increments.places),
        weight_of_stock=np.zeros(errors.increments.places),
    )
    behind: dict[str, Any] = {
        **sds,
        "changes_of_units": inputs.change,
        "area_ha": inputs.area,
        "control_group_weight": inputs.control_side.weight,
    }
    variance = context.record("conversion_variance", float(value), calibration_variance_of_mean, **behind)
    freedom = context.given(
        "conversion_degrees_of_freedom",
        min(one.samples for one in used.values()) - 1.0,
        "1",
        ["project.toml: samples of the conversions"],
    )
    return ConversionVariance(variance, freedom)
