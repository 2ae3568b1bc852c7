"""What the printed gates let through, and what they turn away."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from scipy.special import bdtrc

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import Count, Probability, equation, ours
from mollisol.quantification.checks import FloatArray, Value

_ROUNDING = 1e-9


@equation("vmd0053:5.2.5-needed", "n_min", "1", Locator("VMD0053", "2.1", "5.2.5"))
def observations_needed(*, comparisons: Count, least_share: Probability) -> Value:
    r"""Return how many observations must lie in their interval for the coverage gate to pass.

    Parameters
    ----------
    comparisons
        [whole number]
    least_share
        [fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined; whole numbers. [1]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: n_{needed} = \lceil a \, n \rceil

    Here :math:`n` is ``comparisons`` and :math:`a` is ``least_share``.

    Source: section 5.2.5: the share of observations is at least 90 %; five comparisons need all five.

    Examples
    --------
    >>> print(observations_needed(comparisons=[5, 10, 20], least_share=0.9))
    [ 5.  9. 18.]
    """
    return np.ceil(comparisons * least_share - _ROUNDING)[()]


@equation("mollisol:coverage-gate-chance", "P", "1", ours("what the coverage gate lets through"))
def coverage_gate_chance(
    *,
    comparisons: Annotated[FloatArray, Range(1, whole=True)],
    coverage: Probability,
    observations_needed: Count,
) -> Value:
    r"""Return the probability that a model whose intervals hold what they promise passes the coverage gate.

    Parameters
    ----------
    comparisons
        Independent ones. [whole number]
    coverage
        Probability with which an interval holds its observation. [fraction]
    observations_needed
        To pass. [whole number, 1 to comparisons]

    Returns
    -------
    float or array
        Shape of the arguments combined. [0 to 1]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: P = \sum_{j=k}^{n} \binom{n}{j} \, c^j (1 - c)^{n - j}

    Here :math:`n` is ``comparisons``, :math:`c` is ``coverage`` and :math:`k` is ``observations_needed``.

    Source: the binomial distribution. At coverage 0.9 and a gate of 0.9 a right model fails about a third of the time,
    however many comparisons there are.

    Examples
    --------
    >>> print(coverage_gate_chance(comparisons=[5, 10], coverage=0.9, observations_needed=[5, 9]))
    [0.59049    0.73609893]
    """
    if np.any(observations_needed > comparisons):
        raise ValueError("observations_needed must not be above comparisons")
    return np.asarray(
        bdtrc(observations_needed - 1, comparisons.astype(np.int64), coverage), dtype=np.float64
    )[()]
