"""A made-up trial folder with three farms, and a made-up calibrated set."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mollisol.methodology.soil_models.calibrated import (
    CalibratedSet,
    CalibrationData,
    CalibrationPrior,
    ParameterDiagnostics,
)
from mollisol.methodology.soil_models.parameters import parameter_set
from mollisol.methodology.soil_models.trials import Trials
from mollisol.trials.predictions import published
from mollisol.trials.validate import Validation, validate
from tests.support.trial_folder import read_trials

FOLDER = Path(__file__).parents[2] / "support" / "trials"
SETTINGS = {"start": "steady state", "step": "month"}


@cache
def trials() -> Trials:
    """Read the folder."""
    read, findings = read_trials(FOLDER)
    assert [finding.code for finding in findings] == ["weather-repeated"]  # one year, written again for each
    assert read is not None
    return read


@cache
def validated() -> Validation:
    """Validate the published set on it."""
    return validate(trials(), settings=SETTINGS, predict=published)


def calibrated_on(study: str) -> CalibratedSet:
    """Make a set of two draws that says it was calibrated on a study."""
    base = parameter_set("rothc-26.3")
    source = "made up"
    return CalibratedSet(
        id="made-up",
        model="rothc",
        version=base.version,
        title="A set for tests",
        base=base.label,
        base_sha256=base.sha256,
        base_values=base.values,
        climate_zones=("cool-temperate-moist",),
        priors=(
            CalibrationPrior(
                name="k_hum_per_yr",
                role="model",
                distribution="lognormal",
                location=0.02,
                scale=0.2,
                low=0.001,
                high=0.1,
                unit="1/yr",
                source=source,
            ),
            CalibrationPrior(
                name="residual_sd",
                role="error",
                distribution="half-normal",
                location=0.0,
                scale=3.0,
                low=0.0,
                high=30.0,
                unit="t C/ha",
                source=source,
            ),
        ),
        draws=((0.019, 2.0), (0.021, 2.5)),
        data=(CalibrationData(study=study, stocks=4, citation=source, licence="CC0", sha256="0" * 64),),
        settings=tuple(sorted(SETTINGS.items())),
        method="made up",
        sampler=(),
        seed=0,
        diagnostics=(
            ParameterDiagnostics(
                name="k_hum_per_yr", mean=0.02, sd=0.001, r_hat=1.0, ess_bulk=2.0, ess_tail=2.0
            ),
        ),
        limits="Made up: it may be used for nothing.",
    )
