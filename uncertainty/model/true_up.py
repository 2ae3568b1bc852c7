"""A forecast met by a re-measurement, and what that says of what was issued (VM0042 v2.2 section 8.6.1.3).

Conditioning a forecast on a measurement (state assimilation, outside the printed rule) is in
:mod:`mollisol.uncertainty.posterior.conjugate`: ``combined_mean``, ``forward_mean`` and their variances.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, stdtr

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, at_least, finite, positive, together, whole
from mollisol.uncertainty.student import degrees, probability_of


@equation(
    "mollisol:forecast-deviation",
    symbol="z",
    unit="1",
    locator=Locator("JCGM 100", "2008", section="5.1", equation="10"),
)
def forecast_deviation(
    *,
    forecast: ArrayLike,
    forecast_sd: ArrayLike,
    measured: ArrayLike,
    measured_standard_error: ArrayLike,
) -> Value:
    """Distance of a re-measurement from its forecast, in standard deviations of their difference.

    Parameters
    ----------
    forecast, forecast_sd
        Forecast change and its sd, parameters and model error together. [t CO2e/ha; 0 or more]
    measured, measured_standard_error
        Re-measured change and its standard error. [t CO2e/ha; above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined; above zero where more was measured than was forecast.

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: the two errors are independent, for the cores of the re-measurement were not in the forecast; their
    variances add.
    """
    ahead, spread = finite("forecast", forecast), at_least("forecast_sd", forecast_sd, 0.0)
    seen, error = (
        finite("measured", measured),
        positive("measured_standard_error", measured_standard_error),
    )
    together(forecast=ahead, forecast_sd=spread, measured=seen, measured_standard_error=error)
    return (seen - ahead) / np.sqrt(spread**2 + error**2)


@equation(
    "mollisol:chance-below-issued",
    symbol="P(ER < issued)",
    unit="1",
    locator=Locator("VM0042", "2.2", section="8.6.4", equation="74 solved for the probability"),
)
def chance_below_issued(
    *,
    issued: ArrayLike,
    mean: ArrayLike,
    standard_error: ArrayLike,
    degrees_of_freedom: ArrayLike,
) -> Value:
    """Probability that the truth lies below what was issued, as a re-measurement tells it.

    Parameters
    ----------
    issued
        What was credited up to the re-measurement. [t CO2e/ha]
    mean, standard_error
        Re-measured amount. [t CO2e/ha; above 0]
    degrees_of_freedom
        Of the standard error. [above 0, infinity for a known one]

    Returns
    -------
    float or array
        Shape of the arguments combined. The deduction leaves one less its confidence.

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: the deduction takes t(confidence, df) standard errors off the mean; here the multiple is known and its
    probability asked for.
    """
    credit, centre = finite("issued", issued), finite("mean", mean)
    error, nu = (
        positive("standard_error", standard_error),
        degrees("degrees_of_freedom", degrees_of_freedom),
    )
    together(issued=credit, mean=centre, standard_error=error, degrees_of_freedom=nu)
    chance: Value = stdtr(nu, (credit - centre) / error)
    return chance


@equation(
    "mollisol:share-bound",
    symbol="p",
    unit="1",
    locator=Locator("Clopper and Pearson, Biometrika 26", "1934", section="exact limits"),
)
def share_bound(*, count: ArrayLike, of: ArrayLike, side: Literal["low", "high"], tail: ArrayLike) -> Value:
    """Bound of a share that was seen in a few trials, exact for the binomial.

    Parameters
    ----------
    count, of
        How often, of how many trials. [whole numbers, 0 up to ``of``; 1 or more]
    side
        Which bound.
    tail
        Probability beyond it. [between 0 and 1]

    Returns
    -------
    float or array
        Shape of the arguments combined.

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: the quantiles of beta(count, of - count + 1) and beta(count + 1, of - count); 0 and 1 at the ends.
    """
    seen, trials = whole("count", count, 0), whole("of", of, 1)
    beyond = probability_of("tail", tail)
    if (np.asarray(seen) > trials).any():
        raise ValueError("count must be at most of")
    if side == "low":
        return np.where(seen == 0, 0.0, betaincinv(np.maximum(seen, 1), trials - seen + 1.0, beyond))[()]
    return np.where(seen == trials, 1.0, betaincinv(seen + 1.0, np.maximum(trials - seen, 1), 1.0 - beyond))[
        ()
    ]
