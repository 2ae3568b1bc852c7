"""Correlation of the model's errors in the two scenarios (VM0042 section 8.6.1.1, Eqs. 60 and 61)."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Amount, Correlation, Number, equation, vm0042
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    between,
    same_shape,
    whole,
)
from mollisol.uncertainty.student import t_quantile

FEWEST_TRIALS: Final = 10
"""Side-by-side trials below which no correlation is credited."""


@equation("vm0042:60", "s2_model,d", "(t CO2e/ha)^2", vm0042("8.6.1.1", "60"))
def difference_error_variance(*, scenario_variance: Amount, covariance: Number) -> Value:
    r"""Return the error variance of the difference of two scenarios that have one error variance.

    Parameters
    ----------
    scenario_variance
        Of the prediction error of one scenario. [(t CO2e/ha)^2]
    covariance
        Of the errors of both. [(t CO2e/ha)^2, no larger in size than the variance]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For a covariance larger than the variance, or an argument outside its range.

    Notes
    -----
    .. math:: s_{model,d}^2 = 2 \left(s_{model}^2 - COV\right)

    Here :math:`s_{model}^2` is ``scenario_variance`` and :math:`COV` is ``covariance``.

    Source: Eq. 60.

    Examples
    --------
    >>> print(difference_error_variance(scenario_variance=0.64, covariance=0.0))
    1.28
    """
    if np.any(np.abs(covariance) > scenario_variance * (1 + 1e-12)):
        raise ValueError("covariance must not be larger in size than scenario_variance")
    return 2 * np.maximum(scenario_variance - covariance, 0.0)


@equation("vm0042:61", "rho", "1", vm0042("8.6.1.1", "61"))
def error_correlation(
    *,
    project_error_t_co2e_per_ha: Annotated[FloatArray, Range(least=3)],
    baseline_error_t_co2e_per_ha: Annotated[FloatArray, Range(least=3)],
) -> Value:
    r"""Return the correlation of the errors of both scenarios at side-by-side trials.

    Parameters
    ----------
    project_error_t_co2e_per_ha, baseline_error_t_co2e_per_ha
        Predicted less observed in each scenario at the same trials, shape (k,), three or more. [t CO2e/ha]

    Returns
    -------
    float
        [-1 to 1]

    Raises
    ------
    ValueError
        For fewer than three trials, errors without spread, shapes that differ, or a number that is not finite.

    Notes
    -----
    .. math::

        \rho = \frac{\sum_v (u_v - \bar{u})(w_v - \bar{w})}{\sqrt{\sum_v (u_v - \bar{u})^2 \sum_v (w_v -
        \bar{w})^2}}

    Here :math:`u_v` is ``project_error_t_co2e_per_ha`` and :math:`w_v` is ``baseline_error_t_co2e_per_ha``.

    Source: Eq. 61. Few trials say little: below ten take 0 (:func:`scenario_correlation_used`).

    Examples
    --------
    >>> result = error_correlation(
    ...     project_error_t_co2e_per_ha=[1.0, 2.0, 3.0], baseline_error_t_co2e_per_ha=[3.0, 2.0, 1.0]
    ... )
    >>> print(result)
    -1.0
    """
    names = ("project_error_t_co2e_per_ha", "baseline_error_t_co2e_per_ha")
    one, other = project_error_t_co2e_per_ha, baseline_error_t_co2e_per_ha
    same_shape(project_error_t_co2e_per_ha=one, baseline_error_t_co2e_per_ha=other)
    if one.ndim != 1:
        raise ValueError(f"{names[0]} must be a row, found shape {one.shape}")
    u, v = one - one.mean(), other - other.mean()
    sizes = [float((w**2).sum()) for w in (u, v)]
    for name, array, size in zip(names, (one, other), sizes, strict=True):
        if size <= (1e-12 * float(np.abs(array).max())) ** 2:
            raise ValueError(f"{name} must not be the same at all trials")
    return float(np.clip((u * v).sum() / np.sqrt(sizes[0] * sizes[1]), -1.0, 1.0))


@equation("vm0042:61-variance", "s2_model,d", "(t CO2e/ha)^2", vm0042("8.6.1.1", "61, put into 60"))
def correlated_error_variance(*, scenario_variance: Amount, correlation: Correlation) -> Value:
    r"""Return the error variance of the difference of two scenarios, from the correlation of their errors.

    Parameters
    ----------
    scenario_variance
        Of the prediction error of one scenario. [(t CO2e/ha)^2]
    correlation
        Of the errors of both. [-1 to 1]

    Returns
    -------
    float or array
        2 s^2 (1 - rho). [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: s_{model,d}^2 = 2 \, s_{model}^2 \, (1 - \rho)

    Here :math:`s_{model}^2` is ``scenario_variance`` and :math:`\rho` is ``correlation``.

    Source: Eqs. 60 and 61. Not where the residuals are already those of a practice's effect.

    Examples
    --------
    >>> print(correlated_error_variance(scenario_variance=0.64, correlation=0.0))
    1.28
    """
    return 2 * scenario_variance * (1 - correlation)


def scenario_correlation_used(*, correlation: float, trials: int, confidence: float) -> float:
    """Return the correlation to credit with: a lower bound by Fisher's z from ten trials on, else 0.

    Parameters
    ----------
    correlation
        Estimated. [-1 to 1]
    trials
        Side by side. [whole number, 0 or more]
    confidence
        One-sided. [fraction, 0.5 to below 1]

    Returns
    -------
    float
        Below the estimate; 0 with fewer than ten trials.

    Raises
    ------
    ValueError
        For an argument outside the ranges above.
    """
    rho = float(between("correlation", correlation, -1.0, 1.0))
    number = float(whole("trials", trials, 0))
    if number < FEWEST_TRIALS:
        return 0.0
    if abs(rho) == 1.0:
        return rho
    step = float(t_quantile(probability=confidence, degrees_of_freedom=np.inf)) / np.sqrt(number - 3)
    return float(np.tanh(np.arctanh(rho) - step))
