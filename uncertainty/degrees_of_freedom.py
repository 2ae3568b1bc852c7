"""Degrees of freedom of a variance that is a sum of estimated variances."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import Amounts, Freedom, equation
from mollisol.quantification.checks import FloatArray, Value


@equation(
    "mollisol:satterthwaite",
    "nu",
    "degrees of freedom",
    Locator("Satterthwaite, Biometrics Bulletin 2(6)", "1946", page="110-114"),
)
def satterthwaite(*, variances: Amounts, degrees_of_freedom: Freedom) -> Value:
    """Degrees of freedom of a sum of independent variances, after Satterthwaite.

    Parameters
    ----------
    variances
        What each component adds to the variance of the total, shape (..., k). [one unit squared, 0 or more]
    degrees_of_freedom
        Of each component, shape (k,) or (..., k); infinity for a known variance. [above 0]

    Returns
    -------
    float or array
        (sum v)^2 / sum (v^2 / df) along the last axis. A component of zero variance counts for nothing;
        where all are zero, or only known variances are left, the result is infinite.

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: Satterthwaite (1946). VM0042 asks for degrees of freedom "appropriate to the sampling design".
    """
    largest = variances.max(axis=-1, keepdims=True)
    share = variances / np.where(largest > 0, largest, 1.0)
    spread: FloatArray = (share**2 / degrees_of_freedom).sum(axis=-1)
    total: FloatArray = share.sum(axis=-1) ** 2
    return np.where(spread > 0, total / np.where(spread > 0, spread, 1.0), np.inf)[()]


@equation(
    "mollisol:pooled-degrees-of-freedom",
    "nu",
    "degrees of freedom",
    Locator("Cochran, Sampling Techniques", "3rd", "5.4"),
)
def pooled_degrees_of_freedom(
    *, degrees_of_freedom: Annotated[FloatArray, Range(0, math.inf, above=True, least=1)]
) -> Value:
    """Degrees of freedom where all components share one variance: their sum.

    Parameters
    ----------
    degrees_of_freedom
        Of each component, shape (..., k). [above 0]

    Returns
    -------
    float or array
        Sum along the last axis.

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: n - H of a stratified sample; exact only for equal variances and weights, else too many.
    """
    total: FloatArray = degrees_of_freedom.sum(axis=-1)
    return total
