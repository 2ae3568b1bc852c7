"""Means over what is not a replicate (samples of a point, points of a unit), and the difference of the scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.quantification.arguments import (
    Hectares,
    Number,
    Numbers,
    Places,
    Positives,
    Tonnes,
    TonnesPerHa,
    Years,
    equation,
    vm0042,
)
from mollisol.quantification.checks import FloatArray, Value


@dataclass(frozen=True, slots=True, eq=False)
class ByEntry:
    """What values say, each for one entry of a result: how many there are, their mean and squares, shape (entries,).

    ``deviation`` is that of each value from the mean of its entry; ``squares`` sums its squares.
    """

    entry: NDArray[np.intp]
    count: NDArray[np.intp]
    mean: FloatArray
    deviation: FloatArray
    squares: FloatArray

    @property
    def variance_of_mean(self) -> FloatArray:
        """Return s^2 / n of each entry."""
        found: FloatArray = self.squares / (self.count * (self.count - 1.0))
        return found


def by_entry(name: str, values: FloatArray, entry: NDArray[Any] | None, least: int = 1) -> ByEntry:
    """Return the statistics of values by the number of their entry; without numbers all are of one.

    Raises
    ------
    ValueError
        For numbers that do not fit the values, leave a gap or give an entry fewer values than ``least``.
    """
    place = np.zeros(values.size, np.intp) if entry is None else entry.astype(np.intp)
    if values.ndim != 1 or place.shape != values.shape:
        raise ValueError(f"{name} and its entry numbers must be rows of one length, found {values.shape}")
    count = np.bincount(place)
    if count.min() < least:
        raise ValueError(f"{name} needs at least {least} value(s) for each entry, found {count.min()}")
    mean = np.bincount(place, weights=values) / count
    deviation = values - mean[place]
    return ByEntry(place, count, mean, deviation, np.bincount(place, weights=deviation**2))


def of_entries(result: FloatArray, entry: NDArray[Any] | None) -> Value:
    """Return the results by entry; a number where there were no entries."""
    return float(result[0]) if entry is None else result


@equation("mollisol:mean-by-group", "mean", "unit of the values", vm0042("8.2.1.6", "step 5"))
def mean_by_group(*, values: Numbers, group: Sequence[int]) -> FloatArray:
    r"""Return the plain mean of the values of each group.

    Parameters
    ----------
    values
        One value per member, shape (n,). [any unit]
    group
        Number of the group of each member, from 0 to the last without a gap, shape (n,).

    Returns
    -------
    array
        Shape (groups,). [unit of the values]

    Raises
    ------
    ValueError
        For shapes that differ, a group without members, or a value that is not finite.

    Notes
    -----
    .. math:: \bar{x}_g = \frac{1}{n_g} \sum_{i \in g} x_i

    Here :math:`x` is ``values`` and :math:`g` is ``group``.

    Source: hand arithmetic; averaging before a variance is what keeps cores from counting as replicates.

    Examples
    --------
    >>> print(mean_by_group(values=[1.0, 3.0, 7.0], group=[0, 0, 1]))
    [2. 7.]
    """
    place = np.asarray(group, dtype=np.intp)
    if place.shape != values.shape or values.ndim != 1:
        raise ValueError(
            f"values and group must be rows of one length, found {values.shape} and {place.shape}"
        )
    count = np.bincount(place)
    if place.min() < 0 or not count.all():
        raise ValueError("group must number the groups from 0 without a gap")
    return np.bincount(place, weights=values) / count


@equation(
    "mollisol:mean-over-parts", "mean", "unit of the values", vm0042("Appendix 6", "A6.1, mean of a field")
)
def mean_over_parts(*, values: Numbers, part: Places, unit_of_part: Places, area_ha: Positives) -> FloatArray:
    r"""Return the mean of each sampling unit whose parts were sampled by themselves.

    Parameters
    ----------
    values
        One value per point, shape (n,). [any unit]
    part
        Number of the part of each point, from 0 to the last without a gap, shape (n,).
    unit_of_part
        Number of the unit of each part, from 0 to the last without a gap, shape (parts,).
    area_ha
        Area of each part, shape (parts,). [ha]

    Returns
    -------
    array
        Shape (units,). [unit of the values]

    Raises
    ------
    ValueError
        For shapes that differ, a part without points, or an argument outside its range.

    Notes
    -----
    .. math:: \bar{y}_u = \frac{\sum_{h \in u} A_h \, \bar{y}_h}{\sum_{h \in u} A_h}

    Here :math:`A_h` is ``area_ha``, :math:`\bar{y}_h` is the plain mean of the ``values`` of a ``part``, and :math:`u`
    is ``unit_of_part``.

    Source: Eq. A6.1, the sum over the strata of a field, per hectare of the field.

    Examples
    --------
    >>> print(mean_over_parts(
    ...     values=[1.0, 1.4, 0.6, 1.0, 0.8], part=[0, 0, 1, 1, 2], unit_of_part=[0, 0, 1],
    ...     area_ha=[12.0, 8.0, 30.0]
    ... ))
    [1.04 0.8 ]
    """
    means = mean_by_group(values=values, group=part.astype(np.intp).tolist())
    unit = unit_of_part.astype(np.intp)
    if not means.shape == unit.shape == area_ha.shape:
        raise ValueError(
            f"unit_of_part and area_ha must have one entry per part, found {unit.shape} and {area_ha.shape}"
        )
    return np.bincount(unit, weights=area_ha * means) / np.bincount(unit, weights=area_ha)


@equation("mollisol:mean-difference", "d_mean", "t CO2e/ha", vm0042("8.6.4", "74, the mean"))
def mean_difference_t_co2e_per_ha(
    *, project_change_t_co2e: Tonnes, baseline_change_t_co2e: Tonnes, years: Years, area_ha: Hectares
) -> Value:
    r"""Return project minus baseline over the whole verification period, per hectare.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Yearly totals of Eqs. 47 and 46. [t CO2e per year]
    years
        Length of the period. [year]
    area_ha
        Areas of the strata, shape (H,), or their sum. [ha]

    Returns
    -------
    float or array
        Shape of the totals. [t CO2e/ha over the period]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: \bar{d} = \frac{(\Delta CO2_{wp} - \Delta CO2_{bsl}) \, T}{\sum_h A_h}

    Here :math:`\Delta CO2_{wp}` is ``project_change_t_co2e``, :math:`\Delta CO2_{bsl}` is
    ``baseline_change_t_co2e``, :math:`T` is ``years`` and :math:`A_h` is ``area_ha``.

    Source: the mean that Eq. 74 divides by. Mean and standard error are taken over the same whole period (D13).

    Examples
    --------
    >>> result = mean_difference_t_co2e_per_ha(
    ...     project_change_t_co2e=150.0, baseline_change_t_co2e=30.0, years=5.0, area_ha=[80.0, 40.0]
    ... )
    >>> print(result)
    5.0
    """
    return (project_change_t_co2e - baseline_change_t_co2e) * years / np.sum(area_ha)


@equation(
    "mollisol:weighted-control-mean",
    "theta_h",
    "t CO2e/ha",
    vm0042("8.5.1", "46, control sites of a stratum"),
)
def control_mean_by_stratum(*, group_mean_t_co2e_per_ha: TonnesPerHa, group_weight: Number) -> FloatArray:
    r"""Return the baseline change of each stratum from the groups of control sites linked to it.

    Parameters
    ----------
    group_mean_t_co2e_per_ha
        Mean change of each control group, shape (G,). [t CO2e/ha]
    group_weight
        Weight of group g in the control mean of stratum h, shape (H, G); rows sum to 1.

    Returns
    -------
    array
        Shape (H,). [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that do not fit, or weights that do not sum to 1.

    Notes
    -----
    .. math:: \theta_h = \sum_g w_{h,g} \, \bar{d}_g

    Here :math:`w_{h,g}` is ``group_weight`` and :math:`\bar{d}_g` is ``group_mean_t_co2e_per_ha``.

    Source: section 8.5.1 asks for the mean of the linked sites; where several are linked the text does not say how
    to join them, and the plain mean is taken.

    Examples
    --------
    >>> result = control_mean_by_stratum(
    ...     group_mean_t_co2e_per_ha=[2.0, -4.0], group_weight=[[0.5, 0.5], [0.0, 1.0]]
    ... )
    >>> print(result)
    [-1. -4.]
    """
    means, weight = np.asarray(group_mean_t_co2e_per_ha), np.asarray(group_weight)
    if means.ndim != 1 or weight.ndim != 2 or weight.shape[1] != means.size:
        raise ValueError(f"group_weight must have a column per group, found {weight.shape} for {means.shape}")
    if (np.abs(weight.sum(axis=1) - 1) > 1e-9).any():
        raise ValueError(f"group_weight must sum to 1 in each stratum, found {weight.sum(axis=1)}")
    result: FloatArray = weight @ means
    return result


@equation("mollisol:cumulate", "M_cum", "unit of the values", vm0042("8.2.1.6", "step 2"))
def cumulate(*, values: Numbers) -> FloatArray:
    r"""Return the running sums down each profile, increment by increment.

    Parameters
    ----------
    values
        Mass of each increment from the surface down, shape (profiles, k). [any unit]

    Returns
    -------
    array
        Shape (profiles, k). [unit of the values]

    Raises
    ------
    ValueError
        For a value that is not finite.

    Notes
    -----
    .. math:: M_k = \sum_{j \le k} m_j

    Here :math:`m_j` is ``values``.

    Source: section 8.2.1.6; the running sum starts at (0, 0), which the interpolation adds.

    Examples
    --------
    >>> print(cumulate(values=[[1950.0, 1303.0], [1498.0, 988.0]]))
    [[1950. 3253.]
     [1498. 2486.]]
    """
    return values.cumsum(axis=-1)
