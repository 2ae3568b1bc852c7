"""A true-up: a re-measurement beside what was forecast and issued, and what changes from here on. No arithmetic.

Changes are in t CO2e/ha. What was issued stays issued (VM0042 v2.2 section 8.6.1.3).
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items, Text
from mollisol.methodology.findings import Finding
from mollisol.methodology.rules_in_force.rule import ChosenValue
from mollisol.methodology.soil_models.calibrated import ModelIdentity

type What = Literal["project scenario", "practice effect"]
"""What a forecast is of: the change of the project scenario, or project less baseline where controls were measured."""

_FromZero = Annotated[float, Field(ge=0)]


class ForecastCheck(DomainObject):
    """A forecast beside its re-measurement, for a stratum or the whole project.

    Parameters
    ----------
    forecast_sd_t_co2e_per_ha
        Parameters and validated model error together.
    low_t_co2e_per_ha, high_t_co2e_per_ha
        Where 90 % of re-measurements would lie: forecast and sampling error together.
    deviation
        Measured less forecast, in standard deviations of that difference.
    """

    place: Text
    what: What
    years: Annotated[int, Field(ge=1)]
    sampling_units: Annotated[int, Field(ge=0)]
    forecast_t_co2e_per_ha: float
    forecast_sd_t_co2e_per_ha: _FromZero
    measured_t_co2e_per_ha: float
    measured_standard_error_t_co2e_per_ha: _FromZero
    low_t_co2e_per_ha: float
    high_t_co2e_per_ha: float
    deviation: float
    inside: bool


class ErrorChange(DomainObject):
    """The model error of a combination before the re-measurement joined the validation, and after."""

    practice_category: Text
    crop_group: Text
    practice_effect: bool
    comparisons_before: int
    comparisons_after: int
    mean_bias_before_t_co2e_per_ha: float | None
    mean_bias_after_t_co2e_per_ha: float
    model_sd_before_t_co2e_per_ha: float | None
    model_sd_after_t_co2e_per_ha: float | None
    horizon_before_years: float | None
    horizon_after_years: float
    verdict_before: Text
    verdict_after: Text


class IssuedPeriod(DomainObject):
    """A period that was credited in the bundle; nothing of it changes."""

    period: Identifier
    years: int
    credited_t_co2e_per_ha: float
    units: int


class FuturePeriod(DomainObject):
    """A period that is still open, with the validation as it was and with the re-measurement in it."""

    period: Identifier
    years: int
    mean_before_t_co2e_per_ha: float
    mean_after_t_co2e_per_ha: float
    deduction_before_percent: float
    deduction_after_percent: float
    credited_before_t_co2e_per_ha: float
    credited_after_t_co2e_per_ha: float
    units_before: int
    units_after: int


class Remeasured(DomainObject):
    """What was issued beside what the re-measurement gives for the same years.

    Parameters
    ----------
    baseline
        Where the baseline of the re-measured amount is from.
    mean_t_co2e_per_ha
        Re-measured since the start.
    given_t_co2e_per_ha
        Credited since the start: in the bundle, and in the periods that its ledger closes.
    credited_t_co2e_per_ha
        What the re-measurement would be credited by itself.
    chance_allowed
        The probability that the deduction leaves: one less that of the rule.
    """

    baseline: Literal["measured at control sites", "modelled"]
    mean_t_co2e_per_ha: float
    standard_error_t_co2e_per_ha: _FromZero
    degrees_of_freedom: float | None
    given_t_co2e_per_ha: float
    credited_t_co2e_per_ha: float
    chance_below_credited: float
    chance_allowed: float


class Assimilation(DomainObject):
    """State assimilation, outside the printed rule: the forecast conditioned on the re-measurement.

    The next period is the first that is still open; ``correlation`` is of the errors of the two forecasts.
    """

    weight: float
    mean_t_co2e_per_ha: float
    sd_t_co2e_per_ha: float
    next_period: str
    correlation: float
    next_mean_before_t_co2e_per_ha: float
    next_sd_before_t_co2e_per_ha: float
    next_mean_after_t_co2e_per_ha: float
    next_sd_after_t_co2e_per_ha: float


class Change(DomainObject):
    """A row of the table of what changed and why."""

    what: Text
    before: Text
    after: Text
    why: Text


class TrueUpResult(DomainObject):
    """A true-up of a project against a bundle."""

    project: Text
    against_manifest_sha256: Text
    remeasurement: Identifier
    remeasured_on: date
    identity: ModelIdentity
    identity_before: ModelIdentity
    recalibrated: bool
    forecasts: Items[ForecastCheck]
    errors: Items[ErrorChange]
    issued: Items[IssuedPeriod]
    remeasured: Remeasured | None
    future: Items[FuturePeriod]
    assimilation: Assimilation | None
    changes: Items[Change]
    validation_before_sha256: Text
    validation_after_sha256: Text
    rule_set: Text
    rule_set_hash: Text
    rules: Items[ChosenValue]
    findings: Items[Finding]

    def to_json(self) -> str:
        """Write ``trueup.json``: keys sorted, the same bytes each time."""
        document = self.model_dump(mode="json")
        return json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
