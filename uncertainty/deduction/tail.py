"""What the samples show of a tail that over-credits, and how far it lengthens the deduction.

A few samples seldom catch a long tail of losses: mean and standard error come out too good in the same campaign, and
Student's t does not know of it. Skewness beyond what chance gives lengthens the deduction; nothing shortens it.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import Amount, Amounts, Freedom, Number, Numbers, equation, ours
from mollisol.quantification.checks import FloatArray, Value
from mollisol.uncertainty.groups import Labels

FEWEST = 3
"""Samples of a group that can show a skewness."""

type Harmful = Literal["losses", "gains"]


@equation("mollisol:pooled-skewness", "g", "1", ours("skewness pooled over the project"))
def pooled_skewness(*, value: Numbers, group: Labels) -> Value:
    r"""Return the skewness of the changes, pooled over groups of samples.

    Parameters
    ----------
    value
        Changes, shape (..., N). [any unit]
    group
        Id of the stratum or control site of each, shape (N,). Groups of fewer than three count for nothing.

    Returns
    -------
    float or array
        Mean third moment over mean variance to the power 1.5, means weighted by samples; shape (...). 0 without spread,
        and where no group has three samples. [1]

    Raises
    ------
    ValueError
        For shapes that do not fit, or a number that is not finite.

    Notes
    -----
    .. math::

        g = \frac{\sum_g w_g \, m_{3,g}}{\left(\sum_g w_g \, s_g^2\right)^{3/2}}, \qquad w_g = \frac{n_g}{\sum_h n_h},
        \qquad m_{3,g} = \frac{n_g \sum_i (x_{gi} - \bar{x}_g)^3}{(n_g - 1)(n_g - 2)}

    Here :math:`x_{gi}` is ``value`` and :math:`g` is ``group``; :math:`s_g^2` is the sample variance of a group.

    Source: moments; for one group it is the usual adjusted skewness. It comes out too small where samples are few.

    Examples
    --------
    >>> print(pooled_skewness(value=[1.0, 2.0, 6.0], group=[0, 0, 0]))
    1.457863
    """
    ids = np.asarray(group)
    if ids.shape != value.shape[-1:]:
        raise ValueError(f"group must hold one id for each value, found {ids.shape} for {value.shape}")
    # scaled first, so that a cube neither overflows nor vanishes
    scale = np.abs(value - value.mean(axis=-1, keepdims=True)).max(axis=-1, keepdims=True)
    values = value / np.where(scale > 0, scale, 1.0)
    _, place, size = np.unique(ids, return_inverse=True, return_counts=True)
    order = np.argsort(place, kind="stable")
    order = order[size[place[order]] >= FEWEST]
    n = size[size >= FEWEST]
    third, variance = np.zeros(value.shape[:-1]), np.zeros(value.shape[:-1])
    counted = int(n.sum())
    if counted:
        first = np.cumsum(n) - n
        chosen = values[..., order]
        off = chosen - np.repeat(np.add.reduceat(chosen, first, axis=-1) / n, n, axis=-1)
        third = (np.add.reduceat(off**3, first, axis=-1) * (n * n / ((n - 1.0) * (n - 2)))).sum(axis=-1)
        variance = (np.add.reduceat(off**2, first, axis=-1) * (n / (n - 1.0))).sum(axis=-1)
    some = variance > 0
    ratio = np.divide(third, variance**1.5, out=np.zeros_like(third), where=some)
    pooled: FloatArray = ratio * np.sqrt(counted)
    return pooled[()]


def samples_that_show_a_tail(group: Labels) -> int:
    """Return how many samples stand in groups of three or more: what a pooled skewness rests on."""
    _, size = np.unique(np.asarray(group), return_counts=True)
    return int(size[size >= FEWEST].sum())


@equation("mollisol:excess-skewness", "E", "1", ours("skewness beyond chance"))
def excess_skewness(
    *,
    skewness: Number,
    harmful: Harmful,
    samples: Amount,
    gate: Amount,
    sample_term: Amount,
    longest: Amount,
) -> Value:
    r"""Return the skewness in the direction that over-credits, beyond what chance gives, lengthened for few samples.

    Parameters
    ----------
    skewness
        Pooled over a side. [1]
    harmful
        The tail that over-credits: ``losses`` in the project, ``gains`` at control sites.
    samples
        It rests on; 0 where no group has three. [0 or more]
    gate
        Standard deviations of a normal sample's skewness that must be passed. [0 or more]
    sample_term
        How far few samples understate their skewness: they show 1 / (1 + ``sample_term`` / N) of it. [samples]
    longest
        The most that is believed. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined, 0 to ``longest``. [1]

    Raises
    ------
    ValueError
        For another word, an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math::

        E = \min\left(E_{max}, \max\left(0, \left(1 + \frac{k}{N}\right)
        \left(g - c \sqrt{\frac{6}{N}}\right)\right)\right)

    Here :math:`g` is ``skewness``, with the other sign where losses are ``harmful``; :math:`N` is ``samples``,
    :math:`c` is ``gate``, :math:`k` is ``sample_term`` and :math:`E_{max}` is ``longest``.

    Source: docs/deduction.md, with the search that fixed the constants. The square root of 6 / N is about the standard
    deviation of the skewness of N normal values.

    Examples
    --------
    >>> result = excess_skewness(
    ...     skewness=-1.0, harmful="losses", samples=60.0, gate=1.25, sample_term=60.0, longest=5.0
    ... )
    >>> print(result)
    1.209431
    """
    if harmful not in ("losses", "gains"):
        raise ValueError(f"harmful must be 'losses' or 'gains', found {harmful!r}")
    some = samples > 0
    number = np.where(some, samples, 1.0)
    beyond = (skewness if harmful == "gains" else -skewness) - gate * np.sqrt(6 / number)
    return np.where(some, np.clip((1 + sample_term / number) * beyond, 0.0, longest), 0.0)[()]


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
        Of single values, shape (G,) or (..., G), all with the sign that they have in the estimate. [1]

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
    >>> print(skewness_of_estimate(part_variance=[3.0], samples=[4.0], skewness=[-1.0]))
    -0.5
    """
    known = np.isfinite(samples)
    total = part_variance.sum(axis=-1, keepdims=True)
    share = part_variance / np.where(total > 0, total, 1.0)
    root = np.where(known, 1 / np.sqrt(np.where(known, samples, 1.0)), 0.0)
    skew: FloatArray = (share**1.5 * root * skewness).sum(axis=-1)
    return skew[()]


@equation(
    "mollisol:lengthened-multiplier",
    "q",
    "1",
    Locator("Johnson, Journal of the American Statistical Association 73", "1978", page="536-544"),
)
def lengthened_multiplier(*, t_quantile: Amount, skewness_of_losses: Annotated[Value, Range(0)]) -> Value:
    r"""Return the multiplier of the standard error in the deduction, lengthened for a tail that over-credits.

    Parameters
    ----------
    t_quantile
        Of the plain deduction. [0 or more]
    skewness_of_losses
        Of the estimate, as a size: 0 where no tail shows. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined; never below the t quantile. [1]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: q = t + \lambda \, \frac{2 t^2 + 1}{6}

    Here :math:`t` is ``t_quantile`` and :math:`\lambda` is ``skewness_of_losses``.

    Source: Johnson (1978), the first-order term; the same in Hall (1992), Journal of the Royal Statistical Society B
    54:221-228. Terms of the order of kurtosis / n are dropped.

    Examples
    --------
    >>> print(lengthened_multiplier(t_quantile=0.5, skewness_of_losses=1.0))
    0.75
    """
    return t_quantile + skewness_of_losses * (2 * t_quantile**2 + 1) / 6
