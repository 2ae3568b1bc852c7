"""What the printed gates let through, and what they turn away."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtrc

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, together, whole
from mollisol.uncertainty.student import probability_of

_ROUNDING = 1e-9


@equation(
    "vmd0053:5.2.5-needed",
    symbol="n_min",
    unit="1",
    locator=Locator("VMD0053", "2.1", section="5.2.5"),
)
def observations_needed(*, comparisons: ArrayLike, least_share: ArrayLike) -> Value:
    """Give how many observations must lie in their interval for the coverage gate to pass.

    Parameters
    ----------
    comparisons
        [whole number, 1 or more]
    least_share
        [fraction, above 0 and below 1]

    Returns
    -------
    float or array
        Shape of the arguments combined; whole numbers. [1]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: section 5.2.5: the share of observations is at least 90 %; five comparisons need all five.
    """
    number = whole("comparisons", comparisons, 1)
    share = probability_of("least_share", least_share)
    together(comparisons=number, least_share=share)
    return np.ceil(number * share - _ROUNDING)[()]


@equation(
    "mollisol:coverage-gate-chance",
    symbol="P",
    unit="1",
    locator=Locator("mollisol", "0.1", section="what the coverage gate lets through"),
)
def coverage_gate_chance(
    *, comparisons: ArrayLike, coverage: ArrayLike, observations_needed: ArrayLike
) -> Value:
    """Probability that a model whose intervals hold what they promise passes the coverage gate.

    Parameters
    ----------
    comparisons
        Independent ones. [whole number, 1 or more]
    coverage
        Probability with which an interval holds its observation. [fraction, above 0 and below 1]
    observations_needed
        To pass. [whole number, 1 to comparisons]

    Returns
    -------
    float or array
        Shape of the arguments combined. [0 to 1]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: the binomial distribution. At coverage 0.9 and a gate of 0.9 a right model fails about a third of the time,
    however many comparisons there are.
    """
    number = whole("comparisons", comparisons, 1)
    share = probability_of("coverage", coverage)
    needed = whole("observations_needed", observations_needed, 1)
    together(comparisons=number, coverage=share, observations_needed=needed)
    if (needed > number).any():
        raise ValueError("observations_needed must not be above comparisons")
    return np.asarray(bdtrc(needed - 1, number.astype(np.int64), share), dtype=np.float64)[()]
