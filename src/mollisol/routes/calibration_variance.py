"""Where carbon was predicted: what calibrations add to the variance of the mean, carried and as printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.spectroscopy import VALIDATION
from mollisol.methodology.land.design import shares_in_unit
from mollisol.methodology.results.figure import count, figure, whole
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
from mollisol.stocks.calibrations import Calibration
from mollisol.uncertainty.measurement.spectroscopy import (
    spectroscopy_model_variance_t2,
    spectroscopy_variance_t2,
)
from mollisol.uncertainty.measurement.spectroscopy_errors import (
    calibration_variance_of_mean,
    calibration_variance_printed,
)

type ByForm = dict[Form, Quantity]

_FORMS: tuple[Form, ...] = ("corrected", "printed")


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationVariance:
    """The calibration part of the variance of the mean in both forms, its degrees of freedom, and what results show."""

    variance: Mapping[Form, Quantity]
    freedom: Quantity
    result: SpectroscopyResult


def calibration_variance(inputs: PeriodInputs) -> CalibrationVariance | None:
    """Return what calibrations add to the variance of the mean; None where nothing was predicted.

    Corrected is exact: joint over points, times and scenarios, so that what cancels is out, and what a sample has to
    itself, which is in the spread between points. Printed is Eq. 73 in
    every stratum, at both times, in both scenarios.
    """
    errors = inputs.errors
    if errors is None or errors.calibrations is None:
        return None
    context, calibrations = inputs.context, errors.calibrations
    period = context.period
    carried = _carried(inputs, errors, calibrations)
    eq73 = [_equation_73(inputs, calibration) for calibration in calibrations.calibrations]
    # as printed the largest Eq. 73 of the calibrations that were used at a time stands for that time
    used_at = [
        [
            forms["printed"]
            for forms, used in zip(eq73, calibrations.campaigns, strict=True)
            if campaign in used
        ]
        for campaign in (period.first_campaign, period.last_campaign)
    ]
    of_time = [max(parts, key=lambda part: float(part.value)) for parts in used_at if parts]
    printed = context.compute(
        "calibration_variance.printed",
        calibration_variance_printed,
        variance_of_time_t2=context.join("calibration_variance_of_time", of_time),
        area_ha=inputs.area,
    )
    freedom = context.given(
        "calibration_degrees_of_freedom",
        min(len(calibration.predicted.index) for calibration in calibrations.calibrations) - 2.0,
        "1",
        [VALIDATION],
    )
    draws = figure(inputs.context.trace.rule("mollisol.montecarlo.draws"))
    eq72 = _equation_72(inputs, errors, calibrations)
    result = SpectroscopyResult(
        calibrations=tuple(
            _result(calibration, used, forms)
            for calibration, used, forms in zip(
                calibrations.calibrations, calibrations.campaigns, eq73, strict=True
            )
        ),
        draws=whole(draws),
        carried_t_co2e_per_ha_2=figure(carried),
        printed_t_co2e_per_ha_2=figure(printed),
        equation_72_printed_t2=figure(eq72["printed"]),
        equation_72_corrected_t2=figure(eq72["corrected"]),
    )
    once = context.rules.form("switch.spectroscopy-once")
    corrected = carried if once == "corrected" else printed
    return CalibrationVariance({"corrected": corrected, "printed": printed}, freedom, result)


def _carried(inputs: PeriodInputs, errors: DeclaredErrors, calibrations: CalibrationsOfPeriod) -> Quantity:
    weight = errors.weights(weight_of_points(inputs, errors))
    added = errors.added(inputs.context).calibrations or calibrations
    lines = added.errors
    offset, slope = (effect @ weight for effect in lines.effects())
    value = calibration_variance_of_mean(
        offset_error_g_per_kg=lines.offset_error_g_per_kg,
        offset_lever=offset,
        slope_error=lines.slope_error,
        slope_lever=slope,
        sample_error_t_c_per_ha=lines.place_errors(),
        weight_of_stock=weight,
    )
    return inputs.context.record(
        "calibration_variance.corrected", value, calibration_variance_of_mean, **_behind(inputs, calibrations)
    )


def _behind(inputs: PeriodInputs, calibrations: CalibrationsOfPeriod) -> dict[str, Any]:
    """Return what the levers of the calibrations' errors rest on: profiles, reference masses, areas, weights."""
    centres = [calibration.centre for calibration in calibrations.calibrations]
    return {quantity.name: quantity for quantity in (*calibrations.sd, *centres)} | {
        "changes_of_units": inputs.change,
        "area_ha": inputs.area,
        "control_group_weight": inputs.control_side.weight,
    }


def _equation_73(inputs: PeriodInputs, calibration: Calibration) -> ByForm:
    """Compute Eq. 73 of a calibration: its samples as stocks at the largest reference mass of the period."""
    trace, place = inputs.context.trace, f"{calibration.id}{inputs.context.place}"
    largest = max((mass for _, mass in inputs.stocks.profiles), key=lambda mass: float(mass.value))

    def stock(name: str, content: Quantity) -> Quantity:
        name = f"validation_{name}_stock.{place}"
        mass = trace.compute(
            f"{name}.mass", soil_carbon_mass_kg_per_ha, fine_soil_mass_t_per_ha=largest, soc_g_per_kg=content
        )
        carbon = trace.compute(f"{name}.t", tonnes, mass_kg=mass)
        return trace.compute(f"{name}.co2e", stock_t_co2e_per_ha, stock_t_c_per_ha=carbon)

    predicted = stock("predicted", calibration.predicted)
    reference = stock("reference", calibration.reference)
    return {
        form: trace.compute(
            f"spectroscopy_equation_73.{form}.{place}",
            spectroscopy_model_variance_t2,
            area_ha=inputs.hectares,
            predicted_t_co2e_per_ha=predicted,
            laboratory_t_co2e_per_ha=reference,
            points=sum(inputs.project_side.replicates),
            strata=len(inputs.project_side.labels),
            form=form,
        )
        for form in _FORMS
    }


def _equation_72(inputs: PeriodInputs, errors: DeclaredErrors, calibrations: CalibrationsOfPeriod) -> ByForm:
    """Compute Eq. 72 of the project side from joint draws of the stocks of its sampling units."""
    context = inputs.context
    number = int(context.rules.number("mollisol.montecarlo.draws"))
    generator = np.random.default_rng([inputs.seed, 72])
    drawn = CO2E_PER_C * calibrations.errors.draw(draws=number, generator=generator)
    count = len(errors.points)
    points = {point.point: point for point in context.project.sample_points}
    members: dict[str, list[int]] = defaultdict(list)
    for place, id in enumerate(errors.points):
        members[f"{points[id].stratum or points[id].control_site}/{points[id].sampling_unit}"].append(place)
    of_unit = shares_in_unit([points[id] for id in errors.points], context.project.drawn_fields)
    share = np.array(list(of_unit.values()))
    times: tuple[list[NDArray[np.float64]], ...] = ([], [])
    behind = _behind(inputs, calibrations)
    for ends in inputs.project_side.ends:
        # draws hold the points at the start, then the same points at the end
        for held, stock, shift in zip(times, ends, (0, count), strict=True):
            behind[stock.name] = stock
            more = [
                share[members[unit]] @ drawn[[shift + place for place in members[unit]]]
                for unit in stock.index
            ]
            whole = np.asarray(stock.value)[:, None] + np.array(more)
            of_strata = [len(list(units)) for _, units in groupby(stock.index, inputs.stocks.home_of.get)]
            held += np.split(whole, np.cumsum(of_strata)[:-1])
    return {
        form: context.record(
            f"spectroscopy_equation_72.{form}",
            float(
                spectroscopy_variance_t2(
                    area_ha=inputs.area.value,
                    stock_start_t_co2e_per_ha=times[0],
                    stock_end_t_co2e_per_ha=times[1],
                    form=form,
                    covariance="printed"
                    if form == "printed"
                    else context.rules.form("switch.spectroscopy-covariance"),
                )
            ),
            spectroscopy_variance_t2,
            **behind,
            draws=context.trace.rule("mollisol.montecarlo.draws"),
            seed=inputs.seed,
        )
        for form in _FORMS
    }


def _result(calibration: Calibration, used: tuple[str, ...], eq73: ByForm) -> CalibrationResult:
    return CalibrationResult(
        id=calibration.id,
        samples=count(len(calibration.predicted.index), "how many there are", calibration.predicted),
        used_at=used,
        bias_g_per_kg=figure(calibration.bias),
        bias_p_value=figure(calibration.bias_p_value),
        slope=figure(calibration.slope),
        slope_p_value=figure(calibration.slope_p_value),
        offset_error_g_per_kg=figure(calibration.offset_error),
        slope_error=figure(calibration.slope_error),
        sample_error_g_per_kg=figure(calibration.sample_error),
        equation_73_printed_t2=figure(eq73["printed"]),
        equation_73_corrected_t2=figure(eq73["corrected"]),
    )
