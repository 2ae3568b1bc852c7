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
    r"""Return the degrees of freedom of a sum of independent variances, after Satterthwaite.

    Parameters
    ----------
    variances
        What each component adds to the variance of the total, shape (..., k). [one unit squared]
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
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \nu = \frac{\left(\sum_i v_i\right)^2}{\sum_i v_i^2 / \nu_i}

    Here :math:`v_i` is ``variances`` and :math:`\nu_i` is ``degrees_of_freedom``.

    Source: Satterthwaite (1946). VM0042 asks for degrees of freedom "appropriate to the sampling design".

    Examples
    --------
    >>> print(satterthwaite(variances=[0.0, 0.0], degrees_of_freedom=[4.0, 2.0]))
    inf
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
    r"""Return the degrees of freedom where all components share one variance: their sum.

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
        For an argument outside its range.

    Notes
    -----
    .. math:: \nu = \sum_i \nu_i

    Here :math:`\nu_i` is ``degrees_of_freedom``.

    Source: n - H of a stratified sample; exact only for equal variances and weights, else too many.

    Examples
    --------
    >>> print(pooled_degrees_of_freedom(degrees_of_freedom=[4.0, 2.0, 3.0, 2.0]))
    11.0
    """
    total: FloatArray = degrees_of_freedom.sum(axis=-1)
    return total
