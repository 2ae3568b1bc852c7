"""The change of a stratum from all campaigns of a period, whichever points each of them measured.

Units that were measured in the same campaigns are a panel. Nothing is assumed of what happened between campaigns:
each has a mean of its own. What units of several campaigns share links these means, so that a campaign in the middle
helps where points were drawn anew in part, and changes nothing where all points were measured at both ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.quantification.arguments import Hectares, Numbers, Places, equation, ours
from mollisol.quantification.checks import FloatArray, Value, whole
from mollisol.uncertainty.degrees_of_freedom import satterthwaite

CORRELATION: Final = 0.7
"""Between the stocks of a unit in two campaigns, in the weights alone: the estimate is free of bias and its variance
right whatever it truly is. At 0.7 the variance is within 8 % of the least there is for a true correlation of 0.5 to
0.8, a third above it at 0.9, and below that of independent ends from 0.5 on (docs/campaigns.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class Panels:
    """What each unit adds to the change, and the panel of each.

    Parameters
    ----------
    unit
        The units that count, in the order of their numbers.
    contribution
        Of each of them; they add up to the change. [t CO2e/ha]
    panel
        Number of the panel of each.
    """

    unit: NDArray[np.int64]
    contribution: FloatArray
    panel: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Return the units of each panel."""
        return np.bincount(self.panel)

    @property
    def variances(self) -> FloatArray:
        """Return what each panel adds to the variance of the change. [(t CO2e/ha)^2]."""
        size = self.sizes
        mean = np.bincount(self.panel, self.contribution) / size
        squares = np.bincount(self.panel, (self.contribution - mean[self.panel]) ** 2)
        return np.asarray(size * squares / (size - 1))


def panels_of(stock_t_co2e_per_ha: FloatArray, sampling_unit: ArrayLike, campaign: ArrayLike) -> Panels:
    """Return the contribution of each unit to the change from the first campaign to the last.

    Weights are those of generalised least squares with one correlation between the campaigns of a unit. They hang on
    the design alone, so that the change is free of bias, and the variance is taken from the contributions, so that it
    is right whatever the correlation is. Estimated from the same units, the correlation made the variance 12 % too
    small in panels of four.

    Parameters
    ----------
    stock_t_co2e_per_ha, sampling_unit, campaign
        Of each measurement, shape (m,): stock, number of its unit, and of its campaign from 0 on. [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that differ, a unit twice in a campaign, or an end that no panel of two units or more measured.
    """
    number, order = whole("sampling_unit", sampling_unit, 0), whole("campaign", campaign, 0)
    if not stock_t_co2e_per_ha.shape == number.shape == order.shape:
        raise ValueError(
            "stock_t_co2e_per_ha, sampling_unit and campaign must hold one number for each measurement"
        )
    units, place = np.unique(number.astype(np.int64), return_inverse=True)
    when = order.astype(np.int64)
    count = int(when.max()) + 1
    stock = np.full((units.size, count), np.nan)
    stock[place, when] = stock_t_co2e_per_ha
    held = ~np.isnan(stock)
    if held.sum() != when.size:
        raise ValueError("a unit is measured twice in a campaign: average its points first")
    pattern, panel, size = np.unique(held, axis=0, return_inverse=True, return_counts=True)
    panel = panel.reshape(-1)
    # a unit that stands alone in its panel shows no spread
    kept = size[panel] > 1
    stock, held, panel, units = stock[kept], held[kept], panel[kept], units[kept]
    if not kept.any() or count < 2 or not (held[:, 0].any() and held[:, -1].any()):
        raise ValueError(
            "each end of the period needs two units or more that were measured in the same campaigns"
        )
    used, panel = np.unique(panel, return_inverse=True)
    pattern, size = pattern[used], size[used]
    there, stock = held.any(axis=0), np.where(held, stock, 0.0)
    inverse = [_inverse(row) for row in pattern]
    precision = np.sum([n * each for n, each in zip(size, inverse, strict=True)], axis=0)
    contrast, solved = np.zeros(count), np.zeros(count)
    contrast[0], contrast[-1] = -1.0, 1.0
    solved[there] = np.linalg.solve(precision[np.ix_(there, there)], contrast[there])
    weight = np.stack([each @ solved for each in inverse])
    return Panels(units, (weight[panel] * stock).sum(axis=1), panel)


def _inverse(pattern: NDArray[np.bool_]) -> FloatArray:
    """Return the inverse of the correlations between the campaigns of a panel, 0 at those that it has not."""
    count = int(pattern.sum())
    within = np.full((count, count), CORRELATION)
    np.fill_diagonal(within, 1.0)
    inverse = np.zeros((pattern.size, pattern.size))
    inverse[np.ix_(pattern, pattern)] = np.linalg.inv(within)
    return inverse


@equation(
    "mollisol:change-over-campaigns", "d_h", "t CO2e/ha", ours("docs/campaigns.md, generalised least squares")
)
def change_over_campaigns_t_co2e_per_ha(
    *, stock_t_co2e_per_ha: Numbers, sampling_unit: Places, campaign: Places
) -> Value:
    r"""Return the mean change of a stratum from the first campaign to the last, from the units of all of them.

    Parameters
    ----------
    stock_t_co2e_per_ha
        Of each measurement, shape (m,). [t CO2e/ha]
    sampling_unit, campaign
        Number of the sampling unit of each measurement, and of its campaign from 0 on, shape (m,).

    Returns
    -------
    float
        [t CO2e/ha over the period]

    Raises
    ------
    ValueError
        For shapes that differ, a unit twice in a campaign, or an end that no panel of two units or more measured.

    Notes
    -----
    .. math:: d = \sum_k \sum_{u \in k} b_k^\top y_u, \qquad b_k = R_k^{-1} X_k \left(\sum_j n_j X_j^\top
        R_j^{-1} X_j\right)^{-1} c

    Here :math:`y_u` holds the ``stock_t_co2e_per_ha`` of a ``sampling_unit`` in each ``campaign``, and :math:`k` is the
    panel of units of the same campaigns. :math:`n_k` are its units, :math:`X_k` says which campaigns it has,
    :math:`R_k` has one correlation between them, and :math:`c` is -1 at the first campaign and 1 at the last.

    Source: docs/campaigns.md. With the same units at both ends this is the mean of their changes, whatever lies
    between; with other units at each end it is the difference of two means.

    Examples
    --------
    >>> print(change_over_campaigns_t_co2e_per_ha(
    ...     stock_t_co2e_per_ha=[30.0, 34.0, 35.0, 41.0], sampling_unit=[0, 1, 0, 1], campaign=[0, 0, 1, 1]
    ... ))
    6.0
    """
    return float(panels_of(stock_t_co2e_per_ha, sampling_unit, campaign).contribution.sum())


@equation(
    "mollisol:variance-over-campaigns",
    "v_h",
    "(t CO2e)^2",
    ours("docs/campaigns.md, the spread of contributions"),
)
def variance_over_campaigns_t2(
    *, area_ha: Hectares, stock_t_co2e_per_ha: Numbers, sampling_unit: Places, campaign: Places
) -> Value:
    r"""Return the variance of the change of a stratum's total, from the units of all campaigns of a period.

    Parameters
    ----------
    area_ha
        Of the stratum. [ha]
    stock_t_co2e_per_ha, sampling_unit, campaign
        As in :func:`change_over_campaigns_t_co2e_per_ha`.

    Returns
    -------
    float
        [(t CO2e)^2]

    Raises
    ------
    ValueError
        As there.

    Notes
    -----
    .. math:: v = A_h^2 \sum_k n_k \, s_k^2

    Here :math:`A_h` is ``area_ha``, :math:`s_k^2` is the variance, within a panel, of what its units add to the change,
    and :math:`n_k` their number; ``stock_t_co2e_per_ha``, ``sampling_unit`` and ``campaign`` give them.

    Source: docs/campaigns.md. Units are independent, so that the covariance of the campaigns of a unit is in its
    contribution. With the same units at both ends this is Eq. 71, with other units that without a covariance.

    Examples
    --------
    >>> print(variance_over_campaigns_t2(
    ...     area_ha=10.0, stock_t_co2e_per_ha=[30.0, 34.0, 35.0, 41.0], sampling_unit=[0, 1, 0, 1],
    ...     campaign=[0, 0, 1, 1]
    ... ))
    100.0
    """
    return area_ha**2 * float(panels_of(stock_t_co2e_per_ha, sampling_unit, campaign).variances.sum())


@equation(
    "mollisol:values-over-campaigns",
    "y_u",
    "t CO2e/ha",
    ours("docs/campaigns.md, control sites whose points were drawn anew"),
)
def values_over_campaigns_t_co2e_per_ha(
    *, stock_t_co2e_per_ha: Numbers, sampling_unit: Places, campaign: Places
) -> FloatArray:
    r"""Return a value for each unit, so that all of them stand for the change of a place as changes of units would.

    Parameters
    ----------
    stock_t_co2e_per_ha, sampling_unit, campaign
        As in :func:`change_over_campaigns_t_co2e_per_ha`.

    Returns
    -------
    array
        Of the units that count, in the order of their numbers; the mean of them is the change, and the variance of
        that mean what :func:`variance_over_campaigns_t2` gives for one hectare. [t CO2e/ha]

    Raises
    ------
    ValueError
        As there.

    Notes
    -----
    .. math:: y_u = d + \sqrt{\frac{n_k n (n - 1)}{n_k - 1}} \, (b_k^\top y_u - c_k)

    Here :math:`d` is the change, :math:`b_k^\top y_u` what the unit adds to it by its ``stock_t_co2e_per_ha`` of each
    ``campaign``, :math:`c_k` the mean of that in its panel of :math:`n_k` units, and :math:`n` the number of units,
    each a ``sampling_unit``. With the same units at both ends these are their changes.

    Source: docs/campaigns.md; the sum of squares of all values over :math:`n (n - 1)` is
    :math:`\sum_k n_k s_k^2`.

    Examples
    --------
    >>> print(values_over_campaigns_t_co2e_per_ha(
    ...     stock_t_co2e_per_ha=[30.0, 34.0, 35.0, 41.0], sampling_unit=[0, 1, 0, 1], campaign=[0, 0, 1, 1]
    ... ))
    [5. 7.]
    """
    of = panels_of(stock_t_co2e_per_ha, sampling_unit, campaign)
    size, count = of.sizes, of.unit.size
    mean = np.bincount(of.panel, of.contribution) / size
    stretch = np.sqrt(size * count * (count - 1) / (size - 1))
    return np.asarray(of.contribution.sum() + stretch[of.panel] * (of.contribution - mean[of.panel]))


@equation(
    "mollisol:freedom-over-campaigns", "nu_h", "1", ours("docs/campaigns.md, Satterthwaite over panels")
)
def freedom_over_campaigns(*, stock_t_co2e_per_ha: Numbers, sampling_unit: Places, campaign: Places) -> Value:
    r"""Return the degrees of freedom of the variance over all campaigns: each panel has its units less one.

    Parameters
    ----------
    stock_t_co2e_per_ha, sampling_unit, campaign
        As in :func:`change_over_campaigns_t_co2e_per_ha`.

    Returns
    -------
    float
        [1]

    Raises
    ------
    ValueError
        As there.

    Notes
    -----
    .. math:: \nu = \frac{v^2}{\sum_k v_k^2 / (n_k - 1)}

    Here :math:`v_k` is what a panel adds to the variance :math:`v` and :math:`n_k` are its units;
    ``stock_t_co2e_per_ha``, ``sampling_unit`` and ``campaign`` give them.

    Source: Satterthwaite (1946); Welch's for two samples.

    Examples
    --------
    >>> print(freedom_over_campaigns(
    ...     stock_t_co2e_per_ha=[30.0, 34.0, 35.0, 41.0], sampling_unit=[0, 1, 0, 1], campaign=[0, 0, 1, 1]
    ... ))
    1.0
    """
    of = panels_of(stock_t_co2e_per_ha, sampling_unit, campaign)
    return satterthwaite(variances=of.variances, degrees_of_freedom=of.sizes.astype(np.float64) - 1)
