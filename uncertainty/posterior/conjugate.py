"""Closed posteriors: normal combination, true-up, and what several strata with variances of their own give.

The engine does not run through these; they are the numbers it is held against.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, at_least, between, finite, positive, ratio, row
from mollisol.uncertainty.student import degrees, probability_of

_NODES: Final = 160


@equation(
    "mollisol:normal-combination-weight",
    symbol="K",
    unit="1",
    locator=Locator("Gelman and others, Bayesian Data Analysis", "3", section="2.5", equation="2.10"),
)
def combination_weight(*, prior_sd: ArrayLike, datum_sd: ArrayLike) -> Value:
    """Weight of a datum against a normal prior.

    Parameters
    ----------
    prior_sd
        Standard deviation of the prior. [any unit, 0 or more]
    datum_sd
        Standard error of the datum. [the same unit, above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined. [fraction]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: precision weighting of a normal mean with known variance.
    """
    prior, datum = at_least("prior_sd", prior_sd, 0.0), positive("datum_sd", datum_sd)
    return ratio("prior_sd", prior**2, prior**2 + datum**2)


@equation(
    "mollisol:normal-combination-mean",
    symbol="mu_n",
    unit="t CO2e/ha",
    locator=Locator("Gelman and others, Bayesian Data Analysis", "3", section="2.5", equation="2.11"),
)
def combined_mean(
    *, prior_mean: ArrayLike, prior_sd: ArrayLike, datum: ArrayLike, datum_sd: ArrayLike
) -> Value:
    """Mean of a quantity known from a prior (a model run) and from a datum (its control sites).

    Parameters
    ----------
    prior_mean
        Mean of the prior. [t CO2e/ha]
    prior_sd
        Its standard deviation. [t CO2e/ha, 0 or more]
    datum
        Observed value. [t CO2e/ha]
    datum_sd
        Its standard error. [t CO2e/ha, above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: precision weighting; a forecast met by a measurement (true-up) is the same with other names.
    """
    mean, value = finite("prior_mean", prior_mean), finite("datum", datum)
    return mean + combination_weight(prior_sd=prior_sd, datum_sd=datum_sd) * (value - mean)


@equation(
    "mollisol:normal-combination-variance",
    symbol="tau_n^2",
    unit="(t CO2e/ha)^2",
    locator=Locator("Gelman and others, Bayesian Data Analysis", "3", section="2.5", equation="2.12"),
)
def combined_variance(*, prior_sd: ArrayLike, datum_sd: ArrayLike) -> Value:
    """Variance that goes with the combined mean.

    Parameters
    ----------
    prior_sd
        Standard deviation of the prior. [t CO2e/ha, 0 or more]
    datum_sd
        Standard error of the datum. [t CO2e/ha, above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: precisions add.
    """
    weight = combination_weight(prior_sd=prior_sd, datum_sd=datum_sd)
    return at_least("prior_sd", prior_sd, 0.0) ** 2 * (1 - weight)


@equation(
    "mollisol:forward-mean",
    symbol="m_2|y",
    unit="t CO2e/ha",
    locator=Locator("Rauch, Tung and Striebel, AIAA Journal 3", "1965", equation="Kalman step"),
)
def forward_mean(
    *, next_mean: ArrayLike, next_sd: ArrayLike, sd: ArrayLike, correlation: ArrayLike, moved: ArrayLike
) -> Value:
    """Mean of the next period's change after a true-up of this one.

    Parameters
    ----------
    next_mean, next_sd
        Forecast of the next period and its sd. [t CO2e/ha; sd 0 or more]
    sd
        sd of this period's forecast. [t CO2e/ha, above 0]
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
        For an argument outside the ranges above.

    Notes
    -----
    Source: conditional mean of a normal pair.
    """
    mean, ahead = finite("next_mean", next_mean), at_least("next_sd", next_sd, 0.0)
    slope = between("correlation", correlation, -1.0, 1.0) * ahead / positive("sd", sd)
    return mean + slope * finite("moved", moved)


@equation(
    "mollisol:forward-variance",
    symbol="P_2|y",
    unit="(t CO2e/ha)^2",
    locator=Locator("Rauch, Tung and Striebel, AIAA Journal 3", "1965", equation="Kalman step"),
)
def forward_variance(
    *, next_sd: ArrayLike, sd: ArrayLike, correlation: ArrayLike, posterior_variance: ArrayLike
) -> Value:
    """Variance of the next period's change after a true-up of this one.

    Parameters
    ----------
    next_sd
        sd of the next period's forecast. [t CO2e/ha, 0 or more]
    sd
        sd of this period's forecast. [t CO2e/ha, above 0]
    correlation
        Of the two forecasts' errors. [-1 to 1]
    posterior_variance
        Of this period after the true-up. [(t CO2e/ha)^2, 0 or more]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: conditional variance of a normal pair; the covariance of the periods is the slope, correlation
    times next_sd over sd, times the posterior variance.
    """
    ahead, rho = at_least("next_sd", next_sd, 0.0), between("correlation", correlation, -1.0, 1.0)
    left = at_least("posterior_variance", posterior_variance, 0.0)
    return ahead**2 * (1 - rho**2) + (rho * ahead / positive("sd", sd)) ** 2 * left


@equation(
    "mollisol:behrens-fisher-quantile",
    symbol="q_p",
    unit="t CO2e/ha",
    locator=Locator("Jeffreys, Annals of Eugenics 10", "1940", section="Behrens-Fisher"),
)
def behrens_fisher_quantile(
    *,
    mean: ArrayLike,
    standard_error: ArrayLike,
    degrees_of_freedom: ArrayLike,
    weight: ArrayLike,
    probability: ArrayLike,
) -> Value:
    """Quantile of a weighted sum of up to three independent Student variables.

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
        For an argument outside the ranges above, or more strata.

    Notes
    -----
    Source: Gauss-Legendre integration over all but one variable; the last enters by its distribution function.
    """
    centre, error = (
        row("mean", finite("mean", mean)),
        row("standard_error", positive("standard_error", standard_error)),
    )
    nu = row("degrees_of_freedom", degrees("degrees_of_freedom", degrees_of_freedom))
    share = row("weight", between("weight", weight, 0.0, 1.0))
    chance = float(probability_of("probability", probability))
    if not centre.shape == error.shape == nu.shape == share.shape or not 1 <= centre.size <= 3:
        raise ValueError(
            "mean, standard_error, degrees_of_freedom and weight must hold one to three strata each"
        )
    order = np.argsort(-nu)
    scale, nu = (share * error)[order], nu[order]
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
    return float(share @ centre) + 0.5 * (low + high)
