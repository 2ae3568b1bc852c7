"""Closed posteriors: normal combination, true-up, and what several strata with variances of their own give.

The engine does not run through these; they are the numbers it is held against.
"""

from __future__ import annotations

import math
from typing import Annotated, Final

import numpy as np
from scipy.special import stdtr, stdtrit

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import (
    AboveZero,
    Amount,
    Correlation,
    Number,
    Numbers,
    Positives,
    Probability,
    equation,
)
from mollisol.quantification.checks import FloatArray, Value, ratio

_NODES: Final = 160


@equation(
    "mollisol:normal-combination-weight",
    "K",
    "1",
    Locator("Gelman and others, Bayesian Data Analysis", "3", "2.5", "2.10"),
)
def combination_weight(*, prior_sd: Amount, datum_sd: AboveZero) -> Value:
    r"""Return the weight of a datum against a normal prior.

    Parameters
    ----------
    prior_sd
        Standard deviation of the prior. [any unit]
    datum_sd
        Standard error of the datum. [the same unit]

    Returns
    -------
    float or array
        Shape of the arguments combined. [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: K = \frac{\tau_0^2}{\tau_0^2 + s^2}

    Here :math:`\tau_0` is ``prior_sd`` and :math:`s` is ``datum_sd``.

    Source: precision weighting of a normal mean with known variance.

    Examples
    --------
    >>> print(combination_weight(prior_sd=0.9, datum_sd=0.6))
    0.6923077
    """
    return ratio("prior_sd", prior_sd**2, prior_sd**2 + datum_sd**2)


@equation(
    "mollisol:normal-combination-mean",
    "mu_n",
    "t CO2e/ha",
    Locator("Gelman and others, Bayesian Data Analysis", "3", "2.5", "2.11"),
)
def combined_mean(*, prior_mean: Number, prior_sd: Amount, datum: Number, datum_sd: AboveZero) -> Value:
    r"""Return the mean of a quantity known from a prior (a model run) and from a datum (its control sites).

    Parameters
    ----------
    prior_mean
        Mean of the prior. [t CO2e/ha]
    prior_sd
        Its standard deviation. [t CO2e/ha]
    datum
        Observed value. [t CO2e/ha]
    datum_sd
        Its standard error. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: \mu_n = \mu_0 + \frac{\tau_0^2}{\tau_0^2 + s^2} \, (y - \mu_0)

    Here :math:`\mu_0` is ``prior_mean``, :math:`\tau_0` is ``prior_sd``, :math:`y` is ``datum`` and :math:`s`
    is ``datum_sd``.

    Source: precision weighting; a forecast met by a measurement (true-up) is the same with other names.

    Examples
    --------
    >>> print(combined_mean(prior_mean=3.0, prior_sd=1.2, datum=1.8, datum_sd=0.9))
    2.232
    """
    return prior_mean + combination_weight(prior_sd=prior_sd, datum_sd=datum_sd) * (datum - prior_mean)


@equation(
    "mollisol:normal-combination-variance",
    "tau_n^2",
    "(t CO2e/ha)^2",
    Locator("Gelman and others, Bayesian Data Analysis", "3", "2.5", "2.12"),
)
def combined_variance(*, prior_sd: Amount, datum_sd: AboveZero) -> Value:
    r"""Return the variance that goes with the combined mean.

    Parameters
    ----------
    prior_sd
        Standard deviation of the prior. [t CO2e/ha]
    datum_sd
        Standard error of the datum. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: \tau_n^2 = \tau_0^2 \left(1 - \frac{\tau_0^2}{\tau_0^2 + s^2}\right)

    Here :math:`\tau_0` is ``prior_sd`` and :math:`s` is ``datum_sd``.

    Source: precisions add.

    Examples
    --------
    >>> print(combined_variance(prior_sd=1.2, datum_sd=0.9))
    0.5184
    """
    weight = combination_weight(prior_sd=prior_sd, datum_sd=datum_sd)
    return prior_sd**2 * (1 - weight)


@equation(
    "mollisol:forward-mean",
    "m_2|y",
    "t CO2e/ha",
    Locator("Rauch, Tung and Striebel, AIAA Journal 3", "1965", equation="Kalman step"),
)
def forward_mean(
    *, next_mean: Number, next_sd: Amount, sd: AboveZero, correlation: Correlation, moved: Number
) -> Value:
    r"""Return the mean of the next period's change after a true-up of this one.

    Parameters
    ----------
    next_mean, next_sd
        Forecast of the next period and its sd. [t CO2e/ha; sd 0 or more]
    sd
        sd of this period's forecast. [t CO2e/ha]
    correlation
        Of the two forecasts' errors. [-1 to 1]
    moved
        Posterior less forecast of this period. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: m_{2 \mid y} = m_2 + \rho \, \frac{s_2}{s_1} \, \delta

    Here :math:`m_2` is ``next_mean``, :math:`s_2` is ``next_sd``, :math:`s_1` is ``sd``, :math:`\rho` is
    ``correlation`` and :math:`\delta` is ``moved``.

    Source: conditional mean of a normal pair.

    Examples
    --------
    >>> print(forward_mean(next_mean=2.5, next_sd=1.0, sd=1.2, correlation=0.6, moved=-0.768))
    2.116
    """
    slope = correlation * next_sd / sd
    return next_mean + slope * moved


@equation(
    "mollisol:forward-variance",
    "P_2|y",
    "(t CO2e/ha)^2",
    Locator("Rauch, Tung and Striebel, AIAA Journal 3", "1965", equation="Kalman step"),
)
def forward_variance(
    *, next_sd: Amount, sd: AboveZero, correlation: Correlation, posterior_variance: Amount
) -> Value:
    r"""Return the variance of the next period's change after a true-up of this one.

    Parameters
    ----------
    next_sd
        sd of the next period's forecast. [t CO2e/ha]
    sd
        sd of this period's forecast. [t CO2e/ha]
    correlation
        Of the two forecasts' errors. [-1 to 1]
    posterior_variance
        Of this period after the true-up. [(t CO2e/ha)^2]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: P_{2 \mid y} = s_2^2 \, (1 - \rho^2) + \left(\rho \, \frac{s_2}{s_1}\right)^2 P_1

    Here :math:`s_2` is ``next_sd``, :math:`s_1` is ``sd``, :math:`\rho` is ``correlation`` and :math:`P_1` is
    ``posterior_variance``.

    Source: conditional variance of a normal pair; the covariance of the periods is the slope, correlation
    times next_sd over sd, times the posterior variance.

    Examples
    --------
    >>> print(forward_variance(next_sd=1.0, sd=1.2, correlation=0.6, posterior_variance=0.5184))
    0.7696
    """
    return next_sd**2 * (1 - correlation**2) + (correlation * next_sd / sd) ** 2 * posterior_variance


@equation(
    "mollisol:behrens-fisher-quantile",
    "q_p",
    "t CO2e/ha",
    Locator("Jeffreys, Annals of Eugenics 10", "1940", "Behrens-Fisher"),
)
def behrens_fisher_quantile(
    *,
    mean: Numbers,
    standard_error: Positives,
    degrees_of_freedom: Annotated[FloatArray, Range(0, math.inf, above=True, least=1)],
    weight: Annotated[FloatArray, Range(0, 1, least=1)],
    probability: Probability,
) -> Value:
    r"""Return the quantile of a weighted sum of up to three independent Student variables.

    It is the posterior of a stratified mean where every stratum has a variance of its own with prior 1/sigma.
    It is wider than Satterthwaite's form: the known price of flat priors on many variances.

    Parameters
    ----------
    mean, standard_error, degrees_of_freedom, weight
        Of each stratum, shape (H,), H up to 3. [t CO2e/ha; above 0; above 0; 0 to 1]
    probability
        Share below the quantile. [fraction]

    Returns
    -------
    float
        [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or more strata.

    Notes
    -----
    .. math:: P\left(\sum_h w_h \, (m_h + s_h \, T_h) \le q_p\right) = p

    Here :math:`w_h` is ``weight``, :math:`m_h` is ``mean``, :math:`s_h` is ``standard_error`` and :math:`p` is
    ``probability``. The :math:`T_h` are independent Student variables with ``degrees_of_freedom``.

    Source: Gauss-Legendre integration over all but one variable; the last enters by its distribution function.

    Examples
    --------
    >>> result = behrens_fisher_quantile(
    ...     mean=[1.0833333333333333], standard_error=[0.28450737151574995], degrees_of_freedom=[5],
    ...     weight=[1.0], probability=0.3333333333333333
    ... )
    >>> print(result)
    0.95324
    """
    nu = degrees_of_freedom
    chance = float(probability)
    if not mean.shape == standard_error.shape == nu.shape == weight.shape or not 1 <= mean.size <= 3:
        raise ValueError(
            "mean, standard_error, degrees_of_freedom and weight must hold one to three strata each"
        )
    order = np.argsort(-nu)
    scale, nu = (weight * standard_error)[order], nu[order]
    node, part = np.polynomial.legendre.leggauss(_NODES)
    angle, slope = 0.25 * np.pi * (node + 1), 0.25 * np.pi * part
    # u = sin^2, twice: smooth at both ends, where the quantile function of Student's t has no bound
    first = np.sin(angle) ** 2
    smooth, jump = (
        first**2 * (3 - 2 * first),
        slope * 2 * np.sin(angle) * np.cos(angle) * 6 * first * (1 - first),
    )
    moved, chances = np.zeros(1), np.ones(1)
    for s, v in zip(scale[1:], nu[1:], strict=True):
        moved = (moved[:, None] + s * stdtrit(v, smooth)).reshape(-1)
        chances = (chances[:, None] * jump).reshape(-1)

    reach = float(scale.sum()) * 50 + 1e-300
    low, high = -reach / (1 - chance) / chance, reach / (1 - chance) / chance
    for _ in range(200):
        middle = 0.5 * (low + high)
        below = float(chances @ stdtr(nu[0], (middle - moved) / max(float(scale[0]), 1e-300)))
        low, high = (middle, high) if below < chance else (low, middle)
    return float(weight @ mean) + 0.5 * (low + high)
