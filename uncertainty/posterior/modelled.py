"""The posterior of a modelled project, and of a measured one with a hybrid baseline: from draws to the quantile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.arguments import equation, ours, takes
from mollisol.quantification.checks import FloatArray, between, finite, positive, row, whole
from mollisol.uncertainty.posterior.declaration import (
    ControlPoints,
    IntArray,
    ModelDraws,
    ProjectPoints,
    SharedEffect,
    Strata,
    Validation,
)
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.replicates import PriorStandsOn, with_prior
from mollisol.uncertainty.posterior.results import PosteriorResult
from mollisol.uncertainty.posterior.specification import Specification

_SPREAD_OF_ONE = 2.0


@dataclass(frozen=True, slots=True)
class ValidationErrors:
    """Comparisons of the model with measured effects, as the posterior takes them; one number each, shape (V,).

    Parameters
    ----------
    residual_t_co2e_per_ha
        Observed less modelled, out of fold. [t CO2e/ha]
    standard_error_t_co2e_per_ha
        Of the observed effect; 0 where it is not known, which counts the noise as model error. [t CO2e/ha]
    study, practice
        Codes.
    duration_years
        [years, above 0]
    bias_scale_t_co2e_per_ha
        Prior scale of a practice's bias: the pooled measurement uncertainty. [t CO2e/ha]
    climate
        Codes of climate zones; none where all comparisons are of one zone.
    """

    residual_t_co2e_per_ha: Sequence[float]
    standard_error_t_co2e_per_ha: Sequence[float]
    study: Sequence[int]
    practice: Sequence[int]
    duration_years: Sequence[float]
    bias_scale_t_co2e_per_ha: float
    climate: Sequence[int] = ()

    def comparisons(self) -> Validation:
        """Return them as the specification wants them."""
        return Validation(
            residual=np.array(self.residual_t_co2e_per_ha, np.float64),
            standard_error=np.array(self.standard_error_t_co2e_per_ha, np.float64),
            study=np.array(self.study, np.int64),
            practice=np.array(self.practice, np.int64),
            duration=np.array(self.duration_years, np.float64),
            climate=np.array(self.climate, np.int64),
        )

    @classmethod
    def of(cls, errors: ValidationErrors | Mapping[str, Any]) -> ValidationErrors:
        """Take them as they are, or make them from plain values by name.

        Raises
        ------
        ValueError
            If it is neither.
        """
        if isinstance(errors, ValidationErrors):
            return errors
        if not isinstance(errors, Mapping) or {*errors, "climate"} != set(cls.__slots__):
            raise ValueError(f"validation must hold {', '.join(cls.__slots__)}, found {errors!r}")
        return cls(**errors)


def _codes(name: str, value: ArrayLike) -> IntArray:
    return row(name, whole(name, value, 0)).astype(np.int64)


def _row(name: str, value: ArrayLike) -> FloatArray:
    return row(name, finite(name, value))


def _years(value: float) -> float:
    return float(positive("years", value))


def _offset(value: ArrayLike) -> float:
    return float(finite("offset_t_co2e_per_ha", value))


def modelled_posterior(
    *,
    area_ha: ArrayLike,
    effect_t_co2e_per_ha: ArrayLike,
    stratum: Sequence[int],
    sampling_unit: Sequence[int],
    practice: Sequence[int],
    validation: ValidationErrors | Mapping[str, Any],
    years: float,
    confidence: ArrayLike,
    effect_draws_t_co2e_per_ha: ArrayLike | None = None,
    offset_t_co2e_per_ha: ArrayLike = 0.0,
    climate: Sequence[int] = (),
    prior: PriorStandsOn = "half-normal",
    shared: tuple[SharedEffect, ...] = (),
) -> PosteriorResult:
    """Return the posterior of the mean effect over the project's area, where both scenarios are modelled.

    Parameters
    ----------
    area_ha
        Areas of the strata, shape (H,). [ha]
    effect_t_co2e_per_ha
        Project less baseline at each point, mean over draws, shape (n,). [t CO2e/ha]
    stratum, sampling_unit
        Number of the stratum and of the sampling unit of each point, shape (n,).
    practice
        Code of each stratum's practice, shape (H,), as in the validation.
    effect_draws_t_co2e_per_ha
        Mean effect of each stratum in each joint draw, shape (H, L); None where the parameters have no draws.
    validation
        The comparisons.
    years
        Length of the period.
    confidence
        Probability with which the truth exceeds what is credited. [fraction]
    offset_t_co2e_per_ha
        Known amount taken off the effect, such as biochar carbon. [t CO2e/ha]
    climate
        Code of each stratum's climate zone, shape (H,), as in the validation; none where there is one zone.
    prior
        As in :func:`mollisol.uncertainty.posterior.measured.measured_specification`; of the units alone.
    shared
        Errors that initial stocks share, with what each adds to the effect of a point.

    Returns
    -------
    PosteriorResult
        Its ``credited`` is what the truth exceeds with that probability; a learned bias never raises it.

    Raises
    ------
    ValueError
        For data that cannot carry the model; the message says what to do.
    """
    effect = _row("effect_t_co2e_per_ha", effect_t_co2e_per_ha)
    trials = ValidationErrors.of(validation)
    zones = _codes("climate", climate) if np.size(climate) else np.empty(0, np.int64)
    area = row("area_ha", positive("area_ha", area_ha))
    strata = Strata(area, practice=_codes("practice", practice), climate=zones)
    name = "effect_draws_t_co2e_per_ha"
    draws = None if effect_draws_t_co2e_per_ha is None else _row(name, effect_draws_t_co2e_per_ha)
    return posterior_of_change(
        with_prior(
            Specification(
                strata=strata,
                project=ProjectPoints(
                    effect - _offset(offset_t_co2e_per_ha),
                    _codes("stratum", stratum),
                    _codes("sampling_unit", sampling_unit),
                ),
                baseline="modelled",
                shared=shared,
                validation=trials.comparisons(),
                model=None if draws is None else ModelDraws(effect=draws),
                period_years=_years(years),
                bias_scale=trials.bias_scale_t_co2e_per_ha,
                validation_scale=_scale(trials),
            ),
            prior,
        ),
        confidence=confidence,
    )


def _scale(validation: ValidationErrors) -> float | None:
    """Return the prior scale where a single comparison shows no spread: twice its size, and its error."""
    if len(validation.residual_t_co2e_per_ha) > 1:
        return None
    size = abs(validation.residual_t_co2e_per_ha[0]) + validation.standard_error_t_co2e_per_ha[0]
    return _SPREAD_OF_ONE * (size or validation.bias_scale_t_co2e_per_ha)


def hybrid_posterior(
    *,
    area_ha: ArrayLike,
    project_change_t_co2e_per_ha: ArrayLike,
    project_stratum: Sequence[int],
    project_unit: Sequence[int],
    control_change_t_co2e_per_ha: ArrayLike,
    control_site: Sequence[int],
    site_link: ArrayLike,
    baseline_draws_t_co2e_per_ha: ArrayLike,
    control_draws_t_co2e_per_ha: ArrayLike,
    validation: ValidationErrors | Mapping[str, Any],
    years: float,
    confidence: ArrayLike,
    offset_t_co2e_per_ha: ArrayLike = 0.0,
    prior: PriorStandsOn = "half-normal",
) -> PosteriorResult:
    """Return the posterior of the mean difference: measured project less modelled baseline, corrected at controls.

    Parameters
    ----------
    area_ha, project_change_t_co2e_per_ha, project_stratum, project_unit
        As in :func:`mollisol.uncertainty.posterior.measured.measured_specification`.
    control_change_t_co2e_per_ha, control_site, site_link, offset_t_co2e_per_ha
        As there.
    baseline_draws_t_co2e_per_ha, control_draws_t_co2e_per_ha
        Modelled baseline change of strata and of control sites in the same joint draws, shapes (H, L) and (C, L).
        [t CO2e/ha]
    validation
        The comparisons: how far the model's bias may go before control sites are looked at.
    years
        Length of the period.
    confidence
        Probability with which the truth exceeds what is credited. [fraction]
    prior
        As in :func:`mollisol.uncertainty.posterior.measured.measured_specification`.

    Returns
    -------
    PosteriorResult
        Its ``credited`` is what the truth exceeds with that probability.

    Raises
    ------
    ValueError
        For data that cannot carry the model; the message says what to do.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    link = between("site_link", site_link, 0.0, 1.0) * area
    if link.ndim != 2 or not (link.sum(axis=1) > 0).all():
        raise ValueError("site_link must have a row for each control site, each linked to a stratum")
    trials = ValidationErrors.of(validation)
    return posterior_of_change(
        with_prior(
            Specification(
                strata=Strata(area),
                project=ProjectPoints(
                    _row("project_change_t_co2e_per_ha", project_change_t_co2e_per_ha)
                    - _offset(offset_t_co2e_per_ha),
                    _codes("project_stratum", project_stratum),
                    _codes("project_unit", project_unit),
                ),
                control=ControlPoints(
                    _row("control_change_t_co2e_per_ha", control_change_t_co2e_per_ha),
                    _codes("control_site", control_site),
                    link / link.sum(axis=1, keepdims=True),
                ),
                baseline="hybrid",
                validation=trials.comparisons(),
                model=ModelDraws(
                    baseline_stratum=_row("baseline_draws_t_co2e_per_ha", baseline_draws_t_co2e_per_ha),
                    baseline_control=_row("control_draws_t_co2e_per_ha", control_draws_t_co2e_per_ha),
                ),
                period_years=_years(years),
                bias_scale=trials.bias_scale_t_co2e_per_ha,
                validation_scale=_scale(trials),
            ),
            prior,
        ),
        confidence=confidence,
    )


@equation("mollisol:posterior-credited-modelled", "q", "t CO2e/ha", ours("docs/posterior.md"))
@takes(modelled_posterior)
def modelled_credited_t_co2e_per_ha(**data: Any) -> float:
    r"""Return the quantile of the posterior of a modelled project that the truth exceeds with the rule's probability.

    Parameters
    ----------
    area_ha, effect_t_co2e_per_ha, stratum, sampling_unit, practice, effect_draws_t_co2e_per_ha
        As in :func:`modelled_posterior`.
    validation, years, confidence, offset_t_co2e_per_ha, climate, prior, shared
        As in :func:`modelled_posterior`.

    Returns
    -------
    float
        [t CO2e/ha over the period]

    Raises
    ------
    ValueError
        As in :func:`modelled_posterior`.

    Notes
    -----
    .. math:: P(\Delta \ge q \mid y) = c, \qquad \Delta = \sum_h \frac{A_h}{A} \, (\mu_h + b_{p(h)})

    Here :math:`A_h` is ``area_ha`` and :math:`c` is ``confidence``. :math:`\mu_h` is the modelled effect of a
    stratum and :math:`b_p` what the model misses for its practice, both unknown with a posterior given the
    validation trials and the units :math:`y`.

    Source: docs/posterior.md with a modelled baseline; the same data give the same bits.

    Examples
    --------
    >>> result = modelled_credited_t_co2e_per_ha(
    ...     area_ha=[10.0],
    ...     effect_t_co2e_per_ha=[2.0, 6.0] * 30,
    ...     stratum=[0] * 60,
    ...     sampling_unit=list(range(60)),
    ...     practice=[0],
    ...     validation={"residual_t_co2e_per_ha": [2.0, -2.0] * 30, "standard_error_t_co2e_per_ha": [0.1] *
    ...     60, "study": list(range(60)), "practice": [0] * 60, "duration_years": [5.0] * 60,
    ...     "bias_scale_t_co2e_per_ha": 10.0},
    ...     years=5.0,
    ...     confidence=0.6666666666666666,
    ... )
    >>> print(result)
    3.8414
    """
    return modelled_posterior(**data).credited


@equation("mollisol:posterior-credited-hybrid", "q", "t CO2e/ha", ours("docs/posterior.md"))
@takes(hybrid_posterior)
def hybrid_credited_t_co2e_per_ha(**data: Any) -> float:
    r"""Return the quantile of the posterior with a hybrid baseline that the truth exceeds with the rule's probability.

    Parameters
    ----------
    area_ha, project_change_t_co2e_per_ha, project_stratum, project_unit, control_change_t_co2e_per_ha
        As in :func:`hybrid_posterior`.
    control_site, site_link, baseline_draws_t_co2e_per_ha, control_draws_t_co2e_per_ha
        As in :func:`hybrid_posterior`.
    validation, years, confidence, offset_t_co2e_per_ha, prior
        As in :func:`hybrid_posterior`.

    Returns
    -------
    float
        [t CO2e/ha over the period]

    Raises
    ------
    ValueError
        As in :func:`hybrid_posterior`.

    Notes
    -----
    .. math:: P(\Delta \ge q \mid y) = c, \qquad \Delta = \sum_h \frac{A_h}{A} \, (\mu_h - m_h - \beta)

    Here :math:`A_h` is ``area_ha`` and :math:`c` is ``confidence``. :math:`\mu_h` is the measured change of a
    stratum, :math:`m_h` its modelled baseline and :math:`\beta` what the model misses, which the control sites
    and the validation trials tell.

    Source: docs/posterior.md with a hybrid baseline; the same data give the same bits.

    Examples
    --------
    >>> result = hybrid_credited_t_co2e_per_ha(
    ...     area_ha=[10.0],
    ...     project_change_t_co2e_per_ha=[3.0, 7.0] * 30,
    ...     project_stratum=[0] * 60,
    ...     project_unit=list(range(60)),
    ...     control_change_t_co2e_per_ha=[-1.0, 3.0] * 30,
    ...     control_site=list(range(60)),
    ...     site_link=[[1.0]] * 60,
    ...     baseline_draws_t_co2e_per_ha=[[0.5, 0.5]],
    ...     control_draws_t_co2e_per_ha=[[0.5, 0.5]] * 60,
    ...     validation={"residual_t_co2e_per_ha": [50.0, -50.0] * 30, "standard_error_t_co2e_per_ha": [0.1]
    ...     * 60, "study": list(range(60)), "practice": [0] * 60, "duration_years": [5.0] * 60,
    ...     "bias_scale_t_co2e_per_ha": 10.0},
    ...     years=5.0,
    ...     confidence=0.6666666666666666,
    ... )
    >>> print(result)
    3.8414
    """
    return hybrid_posterior(**data).credited
