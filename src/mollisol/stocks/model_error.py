"""The error of the model in its practice effects, from the validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.checks.baseline_model import comparisons_of, error_variance
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.model_setup import MODEL_FOLDER, ModelHead, ModelledStrata
from mollisol.methodology.project import Project
from mollisol.methodology.trace import Quantity
from mollisol.methodology.validation import ValidationResult
from mollisol.uncertainty.model.scenario_error import correlated_error_variance, scenario_correlation_used
from mollisol.uncertainty.posterior.modelled import ValidationErrors


@dataclass(frozen=True, slots=True)
class ModelError:
    """Error of the model's practice effect by stratum, from the validation.

    Parameters
    ----------
    variance
        By stratum. [(t CO2e/ha)^2]
    freedom
        Independent studies less one, the fewest of all combinations, at least 1.
    practice, climate
        Codes of each stratum's combination and climate zone, as in the comparisons; no climate where all of these are
        of one zone.
    errors
        The comparisons, for the posterior.
    """

    variance: Quantity
    freedom: float
    practice: tuple[int, ...]
    climate: tuple[int, ...]
    errors: ValidationErrors


def effective_draws(project: Project) -> float | None:
    """Return the smallest effective sample size of the calibrated numbers; None where the set has none."""
    calibrated = project.model.calibrated if project.model is not None else None
    if calibrated is None or not calibrated.diagnostics:
        return None
    sizes = [min(item.ess_bulk, item.ess_tail) for item in calibrated.diagnostics]
    return min(float(len(calibrated.draws)), *sizes)


def model_error(context: PeriodContext) -> ModelError:
    """Return the model's error by stratum (Eqs. 60 and 61 where only single sites were compared)."""
    project, trace, at = context.project, context.trace, context.place
    head, model = project.head.model, project.model
    validation = model.validation if model is not None else None
    if head is None or validation is None:
        raise ValueError("the project declares no validation; the checks find this first")
    means = [head.stands_for(stratum.stratum) for stratum in project.strata]
    known = [entry for entry in means if entry is not None]
    keys = sorted({(entry.practice_category, entry.crop_group) for entry in known})
    results = [error_variance(validation, entry) for entry in known]
    found = [result for result in results if result is not None]
    names = tuple(stratum.stratum for stratum in project.strata)
    place = f"{MODEL_FOLDER}/{head.validation_file}: sha256 {validation.sha256[:12]}"
    rows = [f"{place}, {entry.practice_category}, {entry.crop_group}" for entry in known]
    told = np.array([result.model_variance or 0.0 for result in found])
    variance = trace.given(f"validated_error_variance{at}", told, "(t CO2e/ha)^2", rows, names)
    if not all(result.practice_effect for result in found):
        variance = trace.compute(
            f"model_error_variance{at}",
            correlated_error_variance,
            index=names,
            scenario_variance=variance,
            correlation=_correlation(head, context),
        )
    return ModelError(
        variance,
        float(max(1, min(len(result.studies) for result in found) - 1)),
        tuple(keys.index((entry.practice_category, entry.crop_group)) for entry in known),
        *_errors(validation, known, keys),
    )


def _correlation(head: ModelHead, context: PeriodContext) -> Quantity:
    declared = head.scenario_correlation
    used = (
        0.0
        if declared is None
        else scenario_correlation_used(
            correlation=declared.value,
            trials=declared.trials,
            confidence=float(context.trace.rule("programme.deduction.confidence").value),
        )
    )
    source = "none declared: 0" if declared is None else f"{declared.trials} trials, {declared.source}"
    return context.trace.given(
        f"scenario_correlation{context.place}", used, "1", [f"project.toml:project.model, {source}"]
    )


def _errors(
    validation: ValidationResult, known: Sequence[ModelledStrata], keys: list[tuple[str, str]]
) -> tuple[tuple[int, ...], ValidationErrors]:
    """Return each stratum's climate zone, and the comparisons of the combinations, as the posterior takes them."""
    by_key = {
        (entry.practice_category, entry.crop_group): comparisons_of(validation, entry) for entry in known
    }
    rows = [(keys.index(key), item) for key in keys for item in by_key[key]]
    studies = sorted({item.study for _, item in rows})
    several = len({item.climate_zone for _, item in rows}) > 1
    zones = sorted({item.climate_zone for _, item in rows} | {entry.climate_zone for entry in known})
    margins = [
        item.bias.pooled_measurement_uncertainty_t_co2e_per_ha
        for item in validation.combinations
        if (item.practice_category, item.crop_group) in keys and item.source == "SOC"
    ]
    measured = [margin for margin in margins if margin]
    spread = float(np.std([item.error_t_co2e_per_ha for _, item in rows]))
    errors = ValidationErrors(
        residual_t_co2e_per_ha=[-item.error_t_co2e_per_ha for _, item in rows],
        standard_error_t_co2e_per_ha=[item.standard_error_t_co2e_per_ha or 0.0 for _, item in rows],
        study=[studies.index(item.study) for _, item in rows],
        practice=[code for code, _ in rows],
        duration_years=[item.duration_years for _, item in rows],
        bias_scale_t_co2e_per_ha=max(measured) if measured else max(spread, 1e-6),
        climate=[zones.index(item.climate_zone) for _, item in rows] if several else (),
    )
    return tuple(zones.index(entry.climate_zone) for entry in known) if several else (), errors
