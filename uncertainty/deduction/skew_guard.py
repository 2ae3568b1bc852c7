"""A one-sided guard against skewness in the moment form.

A few samples seldom catch a long tail of losses: mean and standard error come out too good in the same campaign, and
Student's t does not know of it. The skewness of the estimate moves its studentised distribution; the guard estimates
it, pooled over the project and shrunk to a sceptical prior, and lengthens the deduction. It never shortens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    at_least,
    between,
    finite,
    row,
    same_shape,
    together,
)
from mollisol.uncertainty.student import degrees

type Transformation = Literal["hall", "johnson"]


@dataclass(frozen=True, slots=True)
class SkewGuard:
    """The guard's settings.

    Parameters
    ----------
    prior_skewness
        Of the change, in the direction that over-credits: losses in the project, gains at the controls. [0 or more]
    prior_samples
        How many samples the prior is worth. [0 or more]
    transformation
        ``hall`` or ``johnson``.

    Notes
    -----
    The defaults come from simulation: mild ones that keep P(truth >= credited) at 0.647 or more where the change has
    a lognormal tail of skewness 1.75 (docs/coverage-grid.md has what they close and what they cost).
    """

    prior_skewness: float = 2.0
    prior_samples: float = 20.0
    transformation: Transformation = "hall"


SCEPTICAL: Final = SkewGuard()
"""The default."""

DATA_ALONE: Final = SkewGuard(prior_skewness=0.0, prior_samples=3.0)
"""Shrinks to no skewness: nearly free in symmetric landscapes, and closes little with few samples."""


def third_moment(*, value: ArrayLike) -> Value:
    """Give the unbiased third central moment along the last axis.

    Parameters
    ----------
    value
        Shape (..., n) with n of 3 or more. [any unit]

    Returns
    -------
    float or array
        Shape (...). [cubed unit of the value]

    Raises
    ------
    ValueError
        For fewer than three values or one that is not finite.
    """
    values = row("value", finite("value", value), 3)
    n = values.shape[-1]
    off = values - values.mean(axis=-1, keepdims=True)
    moment: FloatArray = n * (off**3).sum(axis=-1) / ((n - 1) * (n - 2))
    return moment


@equation(
    "mollisol:pooled-skewness",
    symbol="g",
    unit="1",
    locator=Locator("mollisol", "0.1", section="skewness pooled over the project"),
)
def pooled_skewness(*, third_moment: ArrayLike, variance: ArrayLike, samples: ArrayLike) -> Value:
    """Skewness of the change, pooled over groups of samples.

    Parameters
    ----------
    third_moment
        Unbiased third central moment of each group, shape (..., G). [cubed unit]
    variance
        Sample variance of each group, same shape. [squared unit, 0 or more]
    samples
        Of each group, shape (G,). [3 or more]

    Returns
    -------
    float or array
        Mean third moment over mean variance to the power 1.5, means weighted by samples; 0 without spread. [1]

    Raises
    ------
    ValueError
        For shapes that do not fit, or an argument outside the ranges above.

    Notes
    -----
    Source: moments; for one group it is the usual adjusted skewness. It comes out too small where samples are few.
    """
    third = row("third_moment", finite("third_moment", third_moment))
    spread = at_least("variance", variance, 0.0)
    number = at_least("samples", samples, 3.0)
    same_shape(third_moment=third, variance=spread)
    if number.shape != third.shape[-1:]:
        raise ValueError(f"samples must be one number for each group, found {number.shape} for {third.shape}")
    weight = number / number.sum()
    # scaled first, so that a cube neither overflows nor vanishes
    scale = np.sqrt(spread.max(axis=-1, keepdims=True))
    unit = np.where(scale > 0, scale, 1.0)
    mean_variance = (spread / unit**2) @ weight
    mean_third = (third / unit**3) @ weight
    some = mean_variance > 0
    return np.where(some, mean_third / np.where(some, mean_variance, 1.0) ** 1.5, 0.0)[()]


@equation(
    "mollisol:shrunk-skewness",
    symbol="g_shrunk",
    unit="1",
    locator=Locator("mollisol", "0.1", section="skewness shrunk to a prior"),
)
def shrunk_skewness(
    *, skewness: ArrayLike, samples: ArrayLike, prior_skewness: ArrayLike, prior_samples: ArrayLike
) -> Value:
    """Mean of estimated and prior skewness, weighted by samples.

    Parameters
    ----------
    skewness
        Estimated; any number where there is no sample. [1]
    samples
        It rests on. [0 or more]
    prior_skewness
        [1]
    prior_samples
        What the prior is worth. [0 or more]

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 where there are neither samples nor prior. [1]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: weighted mean.
    """
    found, prior = finite("skewness", skewness), finite("prior_skewness", prior_skewness)
    number, worth = at_least("samples", samples, 0.0), at_least("prior_samples", prior_samples, 0.0)
    together(skewness=found, prior_skewness=prior, samples=number, prior_samples=worth)
    weight = number + worth
    return (number * found + worth * prior) / np.where(weight > 0, weight, 1.0)


@equation(
    "mollisol:skewness-of-estimate",
    symbol="lambda",
    unit="1",
    locator=Locator("Hall, The Bootstrap and Edgeworth Expansion", "1992", section="2.6"),
)
def skewness_of_estimate(*, part_variance: ArrayLike, samples: ArrayLike, skewness: ArrayLike) -> Value:
    """Skewness of a sum of independent means.

    Parameters
    ----------
    part_variance
        What each mean adds to the variance of the estimate, shape (..., G). [one unit squared, 0 or more]
    samples
        Of each mean, shape (G,); infinity for a normal error. [above 0]
    skewness
        Of single values in the direction of the estimate (turned round for a control), shape (G,) or (..., G). [1]

    Returns
    -------
    float or array
        Sum of skewness x v^1.5 / sqrt(n), over the total variance to the power 1.5; 0 without variance. [1]

    Raises
    ------
    ValueError
        For shapes that do not fit, or an argument outside the ranges above.

    Notes
    -----
    Source: third cumulant of a sum over its standard deviation cubed; skewness / sqrt(n) for one sample.
    """
    variance = row("part_variance", at_least("part_variance", part_variance, 0.0))
    number = degrees("samples", samples)
    known = np.isfinite(number)
    single = finite("skewness", skewness)
    together(part_variance=variance, samples=number, skewness=single)
    total = variance.sum(axis=-1, keepdims=True)
    share = variance / np.where(total > 0, total, 1.0)
    root = np.where(known, 1 / np.sqrt(np.where(known, number, 1.0)), 0.0)
    skew: FloatArray = (share**1.5 * root * single).sum(axis=-1)
    return skew[()]


@equation(
    "mollisol:skew-guard",
    symbol="q",
    unit="1",
    locator=Locator("Hall, Journal of the Royal Statistical Society B 54", "1992", page="221-228"),
)
def guarded_multiplier(
    *, t_quantile: ArrayLike, skewness_of_estimate: ArrayLike, transformation: Transformation = "hall"
) -> Value:
    """Give the multiplier of the standard error in the deduction, lengthened for skewness to losses.

    Parameters
    ----------
    t_quantile
        Of the plain deduction. [0 to 100]
    skewness_of_estimate
        Of the estimated reduction; below 0 the tail is one of losses. [1]
    transformation
        ``hall``: the cubic transformation, solved exactly; ``johnson``: its first term, t + (2 t^2 + 1)/6 of the
        skewness.

    Returns
    -------
    float or array
        Shape of the arguments combined; never below the t quantile. Hall's cubic turns at a skewness of about -1.4;
        beyond, the value at the turn holds. [1]

    Raises
    ------
    ValueError
        For another transformation, an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: Hall (1992): T + a T^2/3 + a^2 T^3/27 + a/6 is nearly symmetric for an estimate of skewness a; Johnson
    (1978), Journal of the American Statistical Association 73:536-544. Both drop terms of the order of kurtosis / n.
    """
    if transformation not in ("hall", "johnson"):
        raise ValueError(f"transformation must be 'hall' or 'johnson', found {transformation!r}")
    t = between("t_quantile", t_quantile, 0.0, 100.0)
    skew = finite("skewness_of_estimate", skewness_of_estimate)
    together(t_quantile=t, skewness_of_estimate=skew)
    size = np.maximum(-skew, 0.0)
    first_term = t + size * (2 * t**2 + 1) / 6
    if transformation == "johnson":
        return first_term
    # at the turn 1 - a t - a^2/6 is 0 and the cubic is flat; up to it the solution grows with the skewness
    size = np.minimum(size, 3 * (np.sqrt(t**2 + 2 / 3) - t))
    some = size > 1e-5
    safe = np.where(some, size, 1.0)
    solved = 3 / safe * (1 - np.cbrt(1 - safe * (t + safe / 6)))
    return np.maximum(np.where(some, solved, first_term), t)[()]
