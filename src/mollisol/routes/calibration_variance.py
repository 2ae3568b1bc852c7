"""Step 2e, where carbon was predicted: what calibrations add to the variance of the mean, carried and as printed."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.spectroscopy import VALIDATION
from mollisol.methodology.results.spectroscopy import CalibrationResult, SpectroscopyResult
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.trace import Quantity
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.soil_carbon_stock import soil_carbon_mass_kg_per_ha
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha, tonnes
from mollisol.routes.declared_errors import DeclaredErrors
from mollisol.routes.interface import PeriodInputs
from mollisol.routes.spectroscopy import CalibrationsOfPeriod
from mollisol.routes.weights import weight_of_points
from mollisol.uncertainty.measurement.spectroscopy import (
    spectroscopy_model_variance_t2,
    spectroscopy_variance_t2,
)
from mollisol.uncertainty.measurement.spectroscopy_errors import (
    calibration_variance_of_mean,
    calibration_variance_printed,
)

_FORMS: tuple[Form, ...] = ("corrected", "printed")


def calibration_variance(inputs: PeriodInputs) -> tuple[dict[Form, Quantity], SpectroscopyResult | None]:
    """Give the calibration part of the variance of the mean in both forms, and what the results show of it.

    Corrected is exact: joint over points, times and scenarios, so that what cancels is out. Printed is Eq. 73 in
    every stratum, at both times, in both scenarios.
    """
    errors = inputs.errors
    if errors is None or errors.calibrations is None:
        return {}, None
    calibrations = errors.calibrations
    carried = _carried(inputs, errors, calibrations)
    eq73 = {form: _equation_73(inputs, calibrations, form) for form in _FORMS}
    campaigns = (inputs.context.period.first_campaign, inputs.context.period.last_campaign)
    of_time = [
        max(
            (found for id, found in eq73["printed"].items() if campaign in used[id]),
            key=lambda found: float(found.value),
        )
        for used in [dict(zip(calibrations.ids, calibrations.campaigns, strict=True))]
        for campaign in campaigns
        if any(campaign in own for own in used.values())
    ]
    trace, at = inputs.context.trace, inputs.context.place
    printed = trace.compute(
        f"calibration_variance.printed{at}",
        calibration_variance_printed,
        variance_of_time_t2=trace.arrange(
            f"calibration_variance_of_time{at}", np.array([float(part.value) for part in of_time]), of_time
        ),
        area_ha=trace.quantities[f"area_ha{at}"],
    )
    trace.given(
        f"calibration_degrees_of_freedom{at}",
        min(len(trace.quantities[f"validation_predicted.{id}"].index) for id in calibrations.ids) - 2.0,
        "1",
        [VALIDATION],
    )
    eq72 = _equation_72(inputs, errors, calibrations)
    result = SpectroscopyResult(
        calibrations=tuple(
            _of_calibration(inputs, id, used)
            for id, used in zip(calibrations.ids, calibrations.campaigns, strict=True)
        ),
        draws=int(inputs.context.rules.number("mollisol.montecarlo.draws")),
        carried_t_co2e_per_ha_2=float(carried.value),
        printed_t_co2e_per_ha_2=float(printed.value),
        equation_72_printed_t2=float(eq72["printed"].value),
        equation_72_corrected_t2=float(eq72["corrected"].value),
    )
    both: dict[Form, Quantity] = {"corrected": carried, "printed": printed}
    in_force: dict[Form, Quantity] = {
        **both,
        "corrected": both[inputs.context.rules.form("switch.spectroscopy-once")],
    }
    return in_force, result


def _carried(inputs: PeriodInputs, errors: DeclaredErrors, calibrations: CalibrationsOfPeriod) -> Quantity:
    weight = errors.weights(weight_of_points(inputs, errors))
    own = calibrations.errors
    offset, slope = (effect @ weight for effect in own.effects())
    value = calibration_variance_of_mean(
        offset_error_g_per_kg=own.offset_error_g_per_kg,
        offset_lever=offset,
        slope_error=own.slope_error,
        slope_lever=slope,
        sample_error_t_c_per_ha=own.place_errors(),
        weight_of_stock=weight,
    )
    return inputs.context.trace.record(
        f"calibration_variance.corrected{inputs.context.place}",
        value,
        calibration_variance_of_mean,
        **_behind(inputs, calibrations),
    )


def _behind(inputs: PeriodInputs, calibrations: CalibrationsOfPeriod) -> dict[str, Any]:
    """Give what the levers of the calibrations' errors rest on: profiles, reference masses, areas, weights."""
    trace, at = inputs.context.trace, inputs.context.place
    behind: dict[str, Any] = {quantity.name: quantity for quantity in calibrations.sd}
    for id in calibrations.ids:
        behind[f"calibration_centre.{id}"] = trace.quantities[f"calibration_centre.{id}"]
    return behind | {
        "changes_of_units": trace.quantities[f"change_of_unit{at}"],
        "area_ha": trace.quantities[f"area_ha{at}"],
        "control_group_weight": inputs.weight,
    }


def _equation_73(inputs: PeriodInputs, calibrations: CalibrationsOfPeriod, form: Form) -> dict[str, Quantity]:
    """Compute Eq. 73 of each calibration: its samples as stocks at the largest reference mass of the period."""
    trace, at = inputs.context.trace, inputs.context.place
    reference = max((mass for _, mass in inputs.stocks.profiles), key=lambda mass: float(mass.value))
    found = {}
    for id in calibrations.ids:
        for name in ("predicted", "reference"):
            stock = f"validation_{name}_stock.{id}{at}"
            if f"{stock}.co2e" not in trace.quantities:
                mass = trace.compute(
                    f"{stock}.mass",
                    soil_carbon_mass_kg_per_ha,
                    fine_soil_mass_t_per_ha=reference,
                    soc_g_per_kg=trace.quantities[f"validation_{name}.{id}"],
                )
                trace.compute(
                    f"{stock}.co2e",
                    stock_t_co2e_per_ha,
                    stock_t_c_per_ha=trace.compute(f"{stock}.t", tonnes, mass_kg=mass),
                )
        found[id] = trace.compute(
            f"spectroscopy_equation_73.{form}.{id}{at}",
            spectroscopy_model_variance_t2,
            area_ha=float(trace.quantities[f"area_ha{at}"].value.sum()),
            predicted_t_co2e_per_ha=trace.quantities[f"validation_predicted_stock.{id}{at}.co2e"],
            laboratory_t_co2e_per_ha=trace.quantities[f"validation_reference_stock.{id}{at}.co2e"],
            points=sum(inputs.project_side.replicates),
            strata=len(inputs.project_side.labels),
            form=form,
        )
    return found


def _equation_72(
    inputs: PeriodInputs, errors: DeclaredErrors, calibrations: CalibrationsOfPeriod
) -> dict[Form, Quantity]:
    """Compute Eq. 72 of the project side from joint draws of the stocks of its sampling units."""
    trace, at = inputs.context.trace, inputs.context.place
    number = int(inputs.context.rules.number("mollisol.montecarlo.draws"))
    drawn = CO2E_PER_C * calibrations.errors.draw(
        draws=number, generator=np.random.default_rng([inputs.seed, 72])
    )
    count = len(errors.points)
    of = {point.point: point for point in inputs.context.project.sample_points}
    members: dict[str, list[int]] = defaultdict(list)
    for place, id in enumerate(errors.points):
        members[f"{of[id].stratum or of[id].control_site}/{of[id].sampling_unit}"].append(place)
    times: tuple[list[NDArray[np.float64]], ...] = ([], [])
    behind = _behind(inputs, calibrations)
    for stratum in inputs.project_side.labels:
        for held, label, shift in zip(times, ("first", "last"), (0, count), strict=True):
            stock = trace.quantities[f"{label}_stock_co2e.{stratum}{at}"]
            behind[stock.name] = stock
            more = [drawn[[shift + place for place in members[unit]]].mean(axis=0) for unit in stock.index]
            held.append(np.asarray(stock.value)[:, None] + np.array(more))
    area = trace.quantities[f"area_ha{at}"]
    return {
        form: trace.record(
            f"spectroscopy_equation_72.{form}{at}",
            float(
                spectroscopy_variance_t2(
                    area_ha=area.value,
                    stock_start_t_co2e_per_ha=times[0],
                    stock_end_t_co2e_per_ha=times[1],
                    form=form,
                )
            ),
            spectroscopy_variance_t2,
            **behind,
            draws=trace.rule("mollisol.montecarlo.draws"),
            seed=inputs.seed,
        )
        for form in _FORMS
    }


def _of_calibration(inputs: PeriodInputs, id: str, used: tuple[str, ...]) -> CalibrationResult:
    quantities, at = inputs.context.trace.quantities, inputs.context.place

    def found(name: str) -> float:
        return float(quantities[f"{name}.{id}"].value)

    return CalibrationResult(
        id=id,
        samples=len(quantities[f"validation_predicted.{id}"].index),
        used_at=used,
        bias_g_per_kg=found("calibration_bias"),
        bias_p_value=found("calibration_bias_p_value"),
        slope=found("calibration_slope"),
        slope_p_value=found("calibration_slope_p_value"),
        offset_error_g_per_kg=found("calibration_offset_error"),
        slope_error=found("calibration_slope_error"),
        sample_error_g_per_kg=found("calibration_sample_error"),
        equation_73_printed_t2=float(quantities[f"spectroscopy_equation_73.printed.{id}{at}"].value),
        equation_73_corrected_t2=float(quantities[f"spectroscopy_equation_73.corrected.{id}{at}"].value),
    )
