"""A one-sided guard against skewness in the moment form.

A few samples seldom catch a long tail of losses: mean and standard error come out too good in the same campaign, and
Student's t does not know of it. The skewness of the estimate moves its studentised distribution; the guard estimates
it, pooled over the project and shrunk to a sceptical prior, and lengthens the deduction. It never shortens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import (
    Amount,
    Amounts,
    Freedom,
    Number,
    Numbers,
    Percent,
    equation,
    ours,
)
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    finite,
    row,
    same_shape,
)

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
    """Return the unbiased third central moment along the last axis.

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


@equation("mollisol:pooled-skewness", "g", "1", ours("skewness pooled over the project"))
def pooled_skewness(
    *,
    third_moment: Numbers,
    variance: Annotated[FloatArray, Range(0)],
    samples: Annotated[FloatArray, Range(3)],
) -> Value:
    r"""Return the skewness of the change, pooled over groups of samples.

    Parameters
    ----------
    third_moment
        Unbiased third central moment of each group, shape (..., G). [cubed unit]
    variance
        Sample variance of each group, same shape. [squared unit]
    samples
        Of each group, shape (G,). [3 or more]

    Returns
    -------
    float or array
        Mean third moment over mean variance to the power 1.5, means weighted by samples; 0 without spread. [1]

    Raises
    ------
    ValueError
        For shapes that do not fit, or an argument outside its range.

    Notes
    -----
    .. math::

        g = \frac{\sum_g w_g \, m_{3,g}}{\left(\sum_g w_g \, s_g^2\right)^{3/2}}, \qquad w_g = \frac{n_g}{\sum_h
        n_h}

    Here :math:`m_{3,g}` is ``third_moment``, :math:`s_g^2` is ``variance`` and :math:`n_g` is ``samples``.

    Source: moments; for one group it is the usual adjusted skewness. It comes out too small where samples are few.

    Examples
    --------
    >>> print(pooled_skewness(third_moment=[0.0], variance=[0.0], samples=[10.0]))
    0.0
    """
    same_shape(third_moment=third_moment, variance=variance)
    if samples.shape != third_moment.shape[-1:]:
        raise ValueError(
            f"samples must be one number for each group, found {samples.shape} for {third_moment.shape}"
        )
    weight = samples / samples.sum()
    # scaled first, so that a cube neither overflows nor vanishes
    scale = np.sqrt(variance.max(axis=-1, keepdims=True))
    unit = np.where(scale > 0, scale, 1.0)
    mean_variance = (variance / unit**2) @ weight
    mean_third = (third_moment / unit**3) @ weight
    some = mean_variance > 0
    return np.where(some, mean_third / np.where(some, mean_variance, 1.0) ** 1.5, 0.0)[()]


@equation("mollisol:shrunk-skewness", "g_shrunk", "1", ours("skewness shrunk to a prior"))
def shrunk_skewness(
    *, skewness: Number, samples: Amount, prior_skewness: Number, prior_samples: Amount
) -> Value:
    r"""Return the mean of estimated and prior skewness, weighted by samples.

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
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: g_{shrunk} = \frac{n \, g + n_0 \, g_0}{n + n_0}

    Here :math:`g` is ``skewness``, :math:`n` is ``samples``, :math:`g_0` is ``prior_skewness`` and :math:`n_0`
    is ``prior_samples``.

    Source: weighted mean.

    Examples
    --------
    >>> print(shrunk_skewness(skewness=-1.0, samples=0.0, prior_skewness=-2.0, prior_samples=0.0))
    0.0
    """
    weight = samples + prior_samples
    return (samples * skewness + prior_samples * prior_skewness) / np.where(weight > 0, weight, 1.0)


@equation(
    "mollisol:skewness-of-estimate",
    "lambda",
    "1",
    Locator("Hall, The Bootstrap and Edgeworth Expansion", "1992", "2.6"),
)
def skewness_of_estimate(*, part_variance: Amounts, samples: Freedom, skewness: Number) -> Value:
    r"""Return the skewness of a sum of independent means.

    Parameters
    ----------
    part_variance
        What each mean adds to the variance of the estimate, shape (..., G). [one unit squared]
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
        For shapes that do not fit, or an argument outside its range.

    Notes
    -----
    .. math:: \lambda = \sum_i \left(\frac{v_i}{\sum_j v_j}\right)^{3/2} \frac{g_i}{\sqrt{n_i}}

    Here :math:`v_i` is ``part_variance``, :math:`n_i` is ``samples`` and :math:`g_i` is ``skewness``.

    Source: third cumulant of a sum over its standard deviation cubed; skewness / sqrt(n) for one sample.

    Examples
    --------
    >>> print(skewness_of_estimate(part_variance=[0.0], samples=[4.0], skewness=[-1.0]))
    0.0
    """
    known = np.isfinite(samples)
    total = part_variance.sum(axis=-1, keepdims=True)
    share = part_variance / np.where(total > 0, total, 1.0)
    root = np.where(known, 1 / np.sqrt(np.where(known, samples, 1.0)), 0.0)
    skew: FloatArray = (share**1.5 * root * skewness).sum(axis=-1)
    return skew[()]


@equation(
    "mollisol:skew-guard",
    "q",
    "1",
    Locator("Hall, Journal of the Royal Statistical Society B 54", "1992", page="221-228"),
)
def guarded_multiplier(
    *, t_quantile: Percent, skewness_of_estimate: Number, transformation: Transformation = "hall"
) -> Value:
    r"""Return the multiplier of the standard error in the deduction, lengthened for skewness to losses.

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
        For another transformation, an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: q = \frac{3}{a} \left(1 - \sqrt[3]{1 - a \, (t + a / 6)}\right), \qquad a = \max(0, -\lambda)

    Here :math:`t` is ``t_quantile`` and :math:`\lambda` is ``skewness_of_estimate``. Johnson's form is :math:`t
    + a \, (2 t^2 + 1) / 6`.

    Source: Hall (1992): T + a T^2/3 + a^2 T^3/27 + a/6 is nearly symmetric for an estimate of skewness a; Johnson
    (1978), Journal of the American Statistical Association 73:536-544. Both drop terms of the order of kurtosis / n.

    Examples
    --------
    >>> print(guarded_multiplier(t_quantile=0.5, skewness_of_estimate=3.0))
    0.5
    """
    if transformation not in ("hall", "johnson"):
        raise ValueError(f"transformation must be 'hall' or 'johnson', found {transformation!r}")
    size = np.maximum(-skewness_of_estimate, 0.0)
    first_term = t_quantile + size * (2 * t_quantile**2 + 1) / 6
    if transformation == "johnson":
        return first_term
    # at the turn 1 - a t - a^2/6 is 0 and the cubic is flat; up to it the solution grows with the skewness
    size = np.minimum(size, 3 * (np.sqrt(t_quantile**2 + 2 / 3) - t_quantile))
    some = size > 1e-5
    safe = np.where(some, size, 1.0)
    solved = 3 / safe * (1 - np.cbrt(1 - safe * (t_quantile + safe / 6)))
    return np.maximum(np.where(some, solved, first_term), t_quantile)[()]
