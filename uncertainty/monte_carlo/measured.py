"""The Monte Carlo route for measured units: measurement error drawn, joint over points, times and scenarios.

Groups are the project's strata and the control groups; the lever of a group is what a tonne per hectare of its mean
adds to the project's total: the area of a stratum, and for a control minus the areas that lean on it. The sampling
term is Eqs. 70 and 71; the spread of the project's mean over joint draws of the measurement errors is added to it.
Without measurement error this is the analytic route.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Amount, equation, vm0042
from mollisol.quantification.checks import FloatArray, Value, finite, positive, row


def group_levers_ha(*, area_ha: ArrayLike, group_weight: ArrayLike | None = None) -> FloatArray:
    """Return the levers of the strata, then those of the control groups.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha, above 0]
    group_weight
        Weight of each control group in the control mean of each stratum, shape (H, G); none without controls.

    Returns
    -------
    array
        Shape (H + G,). [ha]

    Raises
    ------
    ValueError
        For shapes that do not fit, an area not above 0, or weights that do not sum to 1.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    if group_weight is None:
        return area
    weight = finite("group_weight", group_weight)
    if area.ndim != 1 or weight.ndim != 2 or weight.shape[0] != area.size:
        raise ValueError(f"group_weight must have a row for each stratum, found {weight.shape}")
    if (np.abs(weight.sum(axis=1) - 1) > 1e-9).any():
        raise ValueError(f"group_weight must sum to 1 in each stratum, found {weight.sum(axis=1)}")
    return np.concatenate([area, -(area @ weight)])


@equation(
    "mollisol:variance-over-draws",
    "s2_model",
    "(t CO2e/ha)^2",
    vm0042("8.6.1.2", "68, second term, of a mean"),
)
def variance_over_draws(*, drawn_mean_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)]) -> Value:
    r"""Return the variance of a mean over joint draws of what it was computed from.

    Parameters
    ----------
    drawn_mean_t_co2e_per_ha
        The project's mean in each draw, shape (L,), two or more. [t CO2e/ha]

    Returns
    -------
    float
        [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For fewer than two draws or a number that is not finite.

    Notes
    -----
    .. math:: V = \frac{1}{L - 1} \sum_{l=1}^{L} (m_l - \bar{m})^2

    Here :math:`m_l` is ``drawn_mean_t_co2e_per_ha``.

    Source: Eq. 68. The draws are of the whole project: taken by point they would leave out what points share.

    Examples
    --------
    >>> print(variance_over_draws(drawn_mean_t_co2e_per_ha=[6.0, 7.0, 5.0]))
    1.0
    """
    return np.var(drawn_mean_t_co2e_per_ha, axis=-1, ddof=1)


@equation("vm0042:8.6.1.2.2", "s2_d", "(t CO2e/ha)^2", vm0042("8.6.1.2.2 and 8.6.1.2.3"))
def sampling_and_drawn_variance(*, sampling_variance: Amount, drawn_variance: Amount, draws: Amount) -> Value:
    r"""Return the variance of the mean where inputs were drawn: the sampling term and the spread over draws.

    Parameters
    ----------
    sampling_variance
        Of the mean, Eq. 70. [(t CO2e/ha)^2]
    drawn_variance
        Of the mean over draws. [(t CO2e/ha)^2]
    draws
        How many; 0 where nothing was drawn. [0 or more]

    Returns
    -------
    float or array
        The sum, times 1 + 1/L where anything was drawn. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or a drawn variance without draws.

    Notes
    -----
    .. math:: V = (s_{sampling}^2 + s_{draws}^2) \left(1 + \frac{1}{L}\right)

    Here :math:`s_{sampling}^2` is ``sampling_variance``, :math:`s_{draws}^2` is ``drawn_variance`` and
    :math:`L` is ``draws``. Without a drawn variance there is no factor.

    Source: sections 8.6.1.2.2 (the spread of drawn inputs goes into the sampling term) and 8.6.1.2.3 (a finite number
    of draws widens the standard error by sqrt(1 + 1/L)). Errors of single points are in the sampling term already, as
    spread between points: drawn too, they count twice.

    Examples
    --------
    >>> print(sampling_and_drawn_variance(sampling_variance=1.0, drawn_variance=1.0, draws=3.0))
    2.666667
    """
    if np.any((drawn_variance > 0) & (draws < 1)):
        raise ValueError("draws must be 1 or more where the drawn variance is above 0")
    return (sampling_variance + drawn_variance) * np.where(
        drawn_variance > 0, 1 + 1 / np.maximum(draws, 1.0), 1.0
    )
