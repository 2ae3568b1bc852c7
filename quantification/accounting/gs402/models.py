"""What is asked of soil models (Gold Standard 402.7 v1.0, section 6)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import AboveZero, Amount, Fraction, Number, equation
from mollisol.quantification.checks import Value

_models = partial(Locator, "Gold Standard 402.7", "1.0")


@equation("gs402.7:table-4", "TU", "fraction", _models("6.2.3", "", "4"))
def total_uncertainty(*, unc_fraction: Amount, discount_fraction: Fraction) -> Value:
    r"""Return the uncertainty with the safety discount of a model.

    Parameters
    ----------
    unc_fraction
        Eq. 10. [fraction]
    discount_fraction
        Safety discount of the source of the model. [fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined. [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: TU = UNC + s

    Here :math:`UNC` is ``unc_fraction`` and :math:`s` is ``discount_fraction``.

    Source: 402.7 v1.0, Table 4.

    Examples
    --------
    >>> print(total_uncertainty(unc_fraction=[0.25, 0.75], discount_fraction=[0.1, 0.5]))
    [0.35 1.25]
    """
    return unc_fraction + discount_fraction


@equation("gs402.7:bias", "bias passes", "0 or 1", _models("6.1.3"))
def bias_passes(*, mean_predicted: Number, mean_measured: Number, half_width: Amount) -> Value:
    r"""Return 1 where the bias of a model is no larger than the doubt of the measured mean, else 0.

    Parameters
    ----------
    mean_predicted
        Any unit.
    mean_measured
        In the same unit.
    half_width
        Of the two-sided 90 % interval of the measured mean, in the same unit.

    Returns
    -------
    float or array
        Shape of the arguments combined. [0 or 1]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: |\bar p - \bar m| \le h

    Here :math:`\bar p` is ``mean_predicted``, :math:`\bar m` is ``mean_measured`` and :math:`h` is
    ``half_width``.

    Source: 402.7 v1.0, 6.1.3; its printed example has the half-width of a 95 % interval.

    Examples
    --------
    >>> print(bias_passes(mean_predicted=10.29, mean_measured=11.81, half_width=[1.9676474919007896, 1.0]))
    [1. 0.]
    """
    return np.where(np.abs(mean_predicted - mean_measured) <= half_width, 1.0, 0.0)[()]


@equation("gs402.7:r2", "R2", "1", _models("6.1.3"))
def explained_share(*, rmse: Amount, sd_measured: AboveZero) -> Value:
    r"""Return the share of the variance of measurements that a model explains; it passes above 0.

    Parameters
    ----------
    rmse
        Root mean squared error of the model.
    sd_measured
        Standard deviation of the measured values, in the same unit.

    Returns
    -------
    float or array
        Shape of the arguments combined; may be negative. [1]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: R^2 = 1 - \frac{RMSE^2}{s^2}

    Here :math:`RMSE` is ``rmse`` and :math:`s` is ``sd_measured``.

    Source: 402.7 v1.0, 6.1.3.

    Examples
    --------
    >>> print(explained_share(rmse=5.31, sd_measured=11.42))
    0.7837994301
    """
    return 1 - (rmse / sd_measured) ** 2
