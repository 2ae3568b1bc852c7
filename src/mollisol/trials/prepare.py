"""A validation prepared from a trial folder: words of the author, folds, sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from pydantic import ValidationError

from mollisol.methodology.findings import Finding, FindingsError, blocking, in_order
from mollisol.methodology.soil_models.calibrated import CalibratedSet, model_settings
from mollisol.methodology.soil_models.calibration_plan import CalibrationPlan
from mollisol.methodology.validation import Unit
from mollisol.reading.calibrated_sets import read_calibrated
from mollisol.reading.intake import Intake
from mollisol.reading.trials import trials_of
from mollisol.trials.calibrate import calibration_of
from mollisol.trials.folds import FoldPlan
from mollisol.trials.predictions import published, ran_elsewhere, under_draws
from mollisol.trials.validate import Fit, Validation, Words, validate
from mollisol.uncertainty.calibration.fit import calibration_trials, fit
from mollisol.uncertainty.calibration.sampler import SamplerSettings

WORDS = "validation.toml"
SEED = 20260611
"""Of a cross-validation whose final set is made here, the same as that of ``model calibrate``."""


def prepared_validation(
    folder: Path, parameters: str, cross: Unit, tell: Callable[[str], None]
) -> tuple[Validation, CalibratedSet | None]:
    """Read, check and validate."""
    intake = Intake(folder)
    plan: CalibrationPlan | None = None
    if parameters or cross != "none":
        trials, plan = calibration_of(intake)
    else:
        trials = trials_of(intake)
    words = _words(intake)
    findings = intake.findings
    calibrated: CalibratedSet | None = None
    if parameters:
        calibrated, more = read_calibrated(parameters)
        findings += more
    if trials is None or blocking(findings):
        raise FindingsError(in_order(findings))
    of_fold = None
    if plan is not None and cross != "none":
        if calibrated is None:  # all data but that of studies for validation
            tell("all data: calibrating")
            calibrated, more = fit(calibration_trials(trials), plan, seed=SEED)
            findings += more
        of_fold = _folds(plan, calibrated, tell)
    predict = under_draws(plan) if plan is not None else published
    if trials.inputs.external is not None:
        predict = ran_elsewhere
    validation = validate(
        trials,
        settings=model_settings(trials.inputs),
        predict=predict,
        calibrated=calibrated,
        cross=cross,
        fit=of_fold,
        words=words,
        read=findings,
    )
    return validation, calibrated


def _words(intake: Intake) -> Words:
    """Return what the folder says of its validation: title, substitutions, limits."""
    given = intake.toml(WORDS, required=False)
    if given is None:
        return Words()
    try:
        words = Words.model_validate(given)
    except ValidationError as error:
        places = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors())
        intake.add("validation-words-malformed", WORDS, ", ".join(places))
        return Words()
    if words.stock_error_t_c_per_ha is not None and not words.stock_error_source:
        intake.add("validation-words-malformed", WORDS, "stock_error_t_c_per_ha without stock_error_source")
    return words


def _folds(plan: CalibrationPlan, whole: CalibratedSet, tell: Callable[[str], None]) -> Fit:
    """Return the function that calibrates a fold as the whole was calibrated."""
    told = dict(whole.sampler)
    default = SamplerSettings()
    settings = SamplerSettings(
        **{
            field.name: type(getattr(default, field.name))(told[name])
            for field in fields(SamplerSettings)
            if (name := field.name.replace("_", " ")) in told
        }
    )

    def fold(one: FoldPlan) -> tuple[CalibratedSet, list[Finding]]:
        tell(f"without {one.name}: calibrating")
        names = one.names or (one.name,)
        fitted = calibration_trials(one.fitted)
        return fit(fitted, plan, seed=whole.seed, settings=settings, left_out=names)

    return fold
