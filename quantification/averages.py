"""Means over what is not a replicate (samples of a point, points of a unit), and the difference of the scenarios."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import FloatArray, Value, finite, positive, row


@equation(
    "mollisol:mean-by-group",
    symbol="mean",
    unit="unit of the values",
    locator=Locator("VM0042", "2.2", section="8.2.1.6", equation="step 5"),
)
def mean_by_group(*, values: ArrayLike, group: Sequence[int]) -> FloatArray:
    """Plain mean of the values of each group.

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
    Source: hand arithmetic; averaging before a variance is what keeps cores from counting as replicates.
    """
    members = row("values", finite("values", values))
    place = np.asarray(group, dtype=np.intp)
    if place.shape != members.shape or members.ndim != 1:
        raise ValueError(
            f"values and group must be rows of one length, found {members.shape} and {place.shape}"
        )
    count = np.bincount(place)
    if place.min() < 0 or not count.all():
        raise ValueError("group must number the groups from 0 without a gap")
    return np.bincount(place, weights=members) / count


@equation(
    "mollisol:mean-difference",
    symbol="d_mean",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.6.4", equation="74, the mean"),
)
def mean_difference_t_co2e_per_ha(
    *,
    project_change_t_co2e: ArrayLike,
    baseline_change_t_co2e: ArrayLike,
    years: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Project minus baseline over the whole verification period, per hectare.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Yearly totals of Eqs. 47 and 46. [t CO2e per year]
    years
        Length of the period. [year, above 0]
    area_ha
        Areas of the strata, shape (H,), or their sum. [ha, above 0]

    Returns
    -------
    float or array
        Shape of the totals. [t CO2e/ha over the period]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: the mean that Eq. 74 divides by. Mean and standard error are taken over the same whole period (D13).
    """
    gain = finite("project_change_t_co2e", project_change_t_co2e) - finite(
        "baseline_change_t_co2e", baseline_change_t_co2e
    )
    return gain * positive("years", years) / positive("area_ha", area_ha).sum()


@equation(
    "mollisol:weighted-control-mean",
    symbol="theta_h",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.5.1", equation="46, control sites of a stratum"),
)
def control_mean_by_stratum(*, group_mean_t_co2e_per_ha: ArrayLike, group_weight: ArrayLike) -> FloatArray:
    """Baseline change of each stratum from the groups of control sites linked to it.

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
    Source: section 8.5.1 asks for the mean of the linked sites; where several are linked the text does not say how
    to join them, and the plain mean is taken.
    """
    means, weight = (
        finite("group_mean_t_co2e_per_ha", group_mean_t_co2e_per_ha),
        finite("group_weight", group_weight),
    )
    if means.ndim != 1 or weight.ndim != 2 or weight.shape[1] != means.size:
        raise ValueError(f"group_weight must have a column per group, found {weight.shape} for {means.shape}")
    if (np.abs(weight.sum(axis=1) - 1) > 1e-9).any():
        raise ValueError(f"group_weight must sum to 1 in each stratum, found {weight.sum(axis=1)}")
    result: FloatArray = weight @ means
    return result


@equation(
    "mollisol:cumulate",
    symbol="M_cum",
    unit="unit of the values",
    locator=Locator("VM0042", "2.2", section="8.2.1.6", equation="step 2"),
)
def cumulate(*, values: ArrayLike) -> FloatArray:
    """Sum down each profile, increment by increment.

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
    Source: section 8.2.1.6; the running sum starts at (0, 0), which the interpolation adds.
    """
    return row("values", finite("values", values)).cumsum(axis=-1)
