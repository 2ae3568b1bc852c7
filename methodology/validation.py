"""Validation of a process model against experiments: the typed values that later steps read. No arithmetic.

All effects and errors are in t CO2e/ha over the period of the comparison, above zero where carbon is gained or an
emission falls. An error is modelled less observed.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items, Text
from mollisol.methodology.findings import Finding
from mollisol.methodology.rules_in_force.rule import ChosenValue
from mollisol.methodology.soil_models.calibrated import ModelIdentity

type EmissionSource = Literal["SOC", "N2O", "CH4"]
type Use = Literal["calibration", "validation", "cross-validation"]
type Unit = Literal["none", "study", "experiment", "block"]
"""What cross-validation leaves out at a time; ``none`` is a validation on data that calibration did not see."""
type Verdict = Literal["pass", "fail", "not judged"]

_Share = Annotated[float, Field(ge=0, le=1)]
_Positive = Annotated[float, Field(gt=0)]
_FromZero = Annotated[float, Field(ge=0)]


class Study(DomainObject):
    """A study of the validation set, or of the calibration set."""

    study: Identifier
    experiment: Identifier
    practice_category: Identifier
    crop_group: Identifier
    source: EmissionSource
    climate_zone: Identifier
    texture_class: Identifier
    clay_percent: float
    latitude_deg: float
    longitude_deg: float
    use: Use
    citation: Text
    licence: Text


class Comparison(DomainObject):
    """A modelled effect beside a measured one.

    Parameters
    ----------
    reference_site
        What the treated site is compared with; empty where the comparison is the change of one site. Then it tells of
        one scenario and not of the effect of a practice.
    fold
        Fold whose parameter set modelled it; empty without cross-validation.
    standard_error_t_co2e_per_ha, replicates
        Of the observed effect; None and 1 where they were not published.
    interval_low_t_co2e_per_ha, interval_high_t_co2e_per_ha
        90 % posterior predictive interval; None for a parameter set without draws.
    """

    comparison: Identifier
    study: Identifier
    experiment: Identifier
    site: Identifier
    reference_site: str = ""
    practice_category: Identifier
    crop_group: Identifier
    source: EmissionSource
    climate_zone: Identifier
    texture_class: Identifier
    clay_percent: float
    fold: str = ""
    from_year: int
    to_year: int
    duration_years: _Positive
    observed_t_co2e_per_ha: float
    modelled_t_co2e_per_ha: float
    standard_error_t_co2e_per_ha: _FromZero | None = None
    replicates: Annotated[int, Field(ge=1)] = 1
    interval_low_t_co2e_per_ha: float | None = None
    interval_high_t_co2e_per_ha: float | None = None

    @property
    def practice_effect(self) -> bool:
        """Whether it is the effect of a practice and not the change of one site."""
        return bool(self.reference_site)

    @property
    def error_t_co2e_per_ha(self) -> float:
        """Modelled less observed."""
        return self.modelled_t_co2e_per_ha - self.observed_t_co2e_per_ha


def combination_of(item: Comparison | CombinationResult) -> tuple[str, str, str, bool]:
    """Return what a comparison counts toward: practice category, crop group, source, and whether it is of an effect."""
    return item.practice_category, item.crop_group, item.source, item.practice_effect


class Fold(DomainObject):
    """A fold of cross-validation: what it left out, and the parameter set that it was predicted with."""

    fold: Identifier
    left_out: Items[str]
    fitted_on: Items[str]
    parameter_set: str
    parameters_sha256: str
    folder: str = ""


class StudyBias(DomainObject):
    """Mean error of a study."""

    study: str
    comparisons: int
    bias_t_co2e_per_ha: float


class Domain(DomainObject):
    """Land that a validation set covers."""

    climate_zones: Items[str]
    texture_classes: Items[str]
    lowest_clay_percent: float
    highest_clay_percent: float


class ProjectPoint(DomainObject):
    """A point of a project that a model is run at, with the area that it stands for."""

    point: Identifier
    climate_zone: Identifier
    texture_class: Identifier
    clay_percent: float
    area_ha: _Positive


class BiasGate(DomainObject):
    """The printed gate on bias, and the equivalence test beside it.

    Parameters
    ----------
    mean_bias_t_co2e_per_ha
        Unweighted mean over studies.
    pooled_measurement_uncertainty_t_co2e_per_ha
        With n - 1 weights; None where no standard error with two replicates or more is known.
    by_default
        Whether it comes from a declared error of a stock, no replicates being known.
    equivalence_p_value, bias_low_t_co2e_per_ha, bias_high_t_co2e_per_ha
        Of two one-sided t tests against that margin, and the two-sided 90 % interval of the bias; None for one study.
    """

    mean_bias_t_co2e_per_ha: float
    pooled_measurement_uncertainty_t_co2e_per_ha: float | None
    by_default: bool = False
    verdict: Verdict
    equivalence_p_value: float | None
    bias_low_t_co2e_per_ha: float | None
    bias_high_t_co2e_per_ha: float | None


class Coverage(DomainObject):
    """How many observations lay in their interval, by one way of making it.

    ``half_width_t_co2e_per_ha`` is None where each observation has its own.
    """

    form: Literal["printed", "new observation", "posterior predictive"]
    inside: int
    of: int
    share: _Share
    multiplier: float | None
    half_width_t_co2e_per_ha: float | None


class CombinationResult(DomainObject):
    """What the comparisons say of a practice category, crop functional group and emission source.

    Parameters
    ----------
    practice_effect
        Comparisons of effects and comparisons of single sites are never mixed; only effects are judged.
    studies
        Bias by study, the largest in size first.
    model_variance
        As printed, with what the field measurement adds. [(t CO2e/ha)^2]
    model_variance_without_noise
        With the known squared standard errors taken out; told beside it, not used. [(t CO2e/ha)^2]
    between_study_variance, within_study_variance
        None where there is one study, or one comparison a study. [(t CO2e/ha)^2]
    chance_right_model_passes
        Probability that a right model passes the printed coverage gate with so many comparisons.
    horizon_years
        Longest period that the errors may stand for: the median duration, over studies or comparisons, the lower.
    """

    practice_category: Identifier
    crop_group: Identifier
    source: EmissionSource
    practice_effect: bool
    comparisons: int
    studies: Items[StudyBias]
    domain: Domain
    bias: BiasGate
    mean_square_error: float
    model_variance: float | None
    model_variance_without_noise: float | None
    between_study_variance: float | None
    within_study_variance: float | None
    coverage_verdict: Verdict
    coverage: Items[Coverage]
    chance_right_model_passes: float | None
    horizon_years: float
    growth_constant: float | None
    growth_per_year: float | None
    verdict: Verdict


class ValidationResult(DomainObject):
    """A validation of one model with one parameter set."""

    title: Text
    identity: ModelIdentity
    calibrated: bool
    cross_validation: Unit
    folds: Items[Fold]
    studies: Items[Study]
    calibration_studies: Items[Study]
    comparisons: Items[Comparison]
    combinations: Items[CombinationResult]
    domain: Domain
    horizon_years: float
    substitutions: Items[Text]
    limits: Items[Text]
    rule_set: str
    rule_set_hash: str
    rules: Items[ChosenValue]
    findings: Items[Finding]

    @property
    def passed(self) -> bool:
        """Whether every combination that can be judged passed both gates, and one was judged."""
        judged = [item.verdict for item in self.combinations if item.verdict != "not judged"]
        return bool(judged) and all(verdict == "pass" for verdict in judged)

    @property
    def sha256(self) -> str:
        """Hash of everything above."""
        return hashlib.sha256(_text(self.model_dump(mode="json")).encode()).hexdigest()

    def of(self, practice_category: str, crop_group: str, source: str) -> CombinationResult | None:
        """Return the result of a combination's practice effects; None where it was not validated."""
        key = (practice_category, crop_group, source)
        return next(
            (
                item
                for item in self.combinations
                if item.practice_effect and (item.practice_category, item.crop_group, item.source) == key
            ),
            None,
        )

    def to_json(self) -> str:
        """Write ``validation.json``: the result with its hash, keys sorted, the same bytes each time."""
        document = {**self.model_dump(mode="json"), "sha256": self.sha256}
        return json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> ValidationResult:
        """Read ``validation.json``.

        Raises
        ------
        ValueError
            For JSON that is not a validation, or one whose numbers are not those that its hash was made of.
        """
        document = json.loads(text)
        if not isinstance(document, dict):
            raise ValueError("validation.json must hold one object")
        told = document.pop("sha256", None)
        result = cls.model_validate_json(json.dumps(document))
        if told != result.sha256:
            raise ValueError(
                f"sha256 is {told}, and the content gives {result.sha256}: it was changed by hand"
            )
        return result


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False)
