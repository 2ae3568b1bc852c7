"""The Monte Carlo route for measured units: measurement error drawn per point, joint over points, times and scenarios.

Groups are the project's strata and the control groups; the lever of a group is what a tonne per hectare of its mean
adds to the project's total: the area of a stratum, and for a control minus the areas that lean on it. The sampling
term is Eqs. 70 and 71 on the points' means over draws; the spread of the total over draws is added to it. Without
measurement error this is the analytic route.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import FloatArray, Value, finite, positive, row, same_shape
from mollisol.uncertainty.layers.monte_carlo import drawn_groups
from mollisol.uncertainty.sampling_error import paired_change_variance_t2


@dataclass(frozen=True, slots=True)
class MeasuredVariance:
    """Variance of the difference in change, project less control, over the project.

    Parameters
    ----------
    mean_t_co2e_per_ha
        Of the difference, over points and draws.
    sampling
        By group, shape (G,); goes with points - 1 into Satterthwaite. [(t CO2e/ha)^2]
    measurement
        Spread of the mean over draws. [(t CO2e/ha)^2]
    shared
        The part of it that points share, which no number of points takes away. [(t CO2e/ha)^2]
    draws
        How many.
    """

    mean_t_co2e_per_ha: float
    sampling: FloatArray
    measurement: float
    shared: float
    draws: int

    @property
    def total(self) -> float:
        """Variance of the mean."""
        return float(self.sampling.sum()) + self.measurement


def group_levers_ha(*, area_ha: ArrayLike, group_weight: ArrayLike | None = None) -> FloatArray:
    """Give the levers of the strata, then those of the control groups.

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


def measured_variance(
    *,
    area_ha: ArrayLike,
    stock_start_t_co2e_per_ha: Sequence[ArrayLike],
    stock_end_t_co2e_per_ha: Sequence[ArrayLike],
    group_weight: ArrayLike | None = None,
) -> MeasuredVariance:
    """Give mean and variance of the difference in change from joint draws of the stocks.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha, above 0]
    stock_start_t_co2e_per_ha, stock_end_t_co2e_per_ha
        One array (points, draws) per group, strata first, then control groups; the same points at both times, and
        column l the same draw everywhere; two points and two draws or more. [t CO2e/ha]
    group_weight
        As in :func:`group_levers_ha`.

    Returns
    -------
    MeasuredVariance
        In t CO2e/ha.

    Raises
    ------
    ValueError
        For groups, points or draws that differ, or an argument outside the ranges above.

    Notes
    -----
    Errors of single points are also in the sampling term, as spread between points; adding their part of the spread
    over draws counts them twice, to the safe side. :attr:`MeasuredVariance.shared` leaves that part out.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    lever = group_levers_ha(area_ha=area, group_weight=group_weight)
    start = drawn_groups("stock_start_t_co2e_per_ha", stock_start_t_co2e_per_ha, fewest_points=2)
    end = drawn_groups("stock_end_t_co2e_per_ha", stock_end_t_co2e_per_ha, fewest_points=2)
    if not len(start) == len(end) == lever.size:
        raise ValueError(f"stocks must hold {lever.size} groups, found {len(start)} and {len(end)}")
    hectares = float(area.sum())
    total: FloatArray = np.zeros(start[0].shape[1])
    sampling, own = [], 0.0
    for weight, first, last in zip(lever / hectares, start, end, strict=True):
        same_shape(stock_start_t_co2e_per_ha=first, stock_end_t_co2e_per_ha=last)
        change = last - first
        n, draws = change.shape
        total = total + weight * change.mean(axis=0)
        lever_size = abs(float(weight))
        sampling.append(
            float(
                paired_change_variance_t2(
                    area_ha=lever_size,
                    stock_start_t_co2e_per_ha=first.mean(axis=1),
                    stock_end_t_co2e_per_ha=last.mean(axis=1),
                )
            )
            if lever_size > 0
            else 0.0
        )
        rest = change - change.mean(axis=1, keepdims=True) - change.mean(axis=0) + change.mean()
        own += weight**2 * float((rest**2).sum()) / ((n - 1) * (draws - 1)) / n
    spread = float(np.var(total, ddof=1))
    return MeasuredVariance(
        mean_t_co2e_per_ha=float(total.mean()),
        sampling=np.array(sampling),
        measurement=spread,
        shared=max(0.0, spread - own),
        draws=total.size,
    )


@equation(
    "mollisol:measured-draws",
    symbol="s2_d",
    unit="(t CO2e/ha)^2",
    locator=Locator("VM0042", "2.2", section="8.6.1.2.2", equation="70 and 71 with drawn stocks"),
)
def measured_draws_variance(
    *,
    area_ha: ArrayLike,
    stock_start_t_co2e_per_ha: Sequence[ArrayLike],
    stock_end_t_co2e_per_ha: Sequence[ArrayLike],
    group_weight: ArrayLike | None = None,
) -> Value:
    """Variance of the mean difference in change with drawn measurement error.

    Parameters
    ----------
    area_ha, stock_start_t_co2e_per_ha, stock_end_t_co2e_per_ha, group_weight
        As in :func:`measured_variance`.

    Returns
    -------
    float
        Sampling term plus the spread over draws. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        As in :func:`measured_variance`.

    Notes
    -----
    Source: Eqs. 70 and 71; the spread of a drawn input goes into the sampling term, as section 8.6.1.2.2 has it.
    """
    return measured_variance(
        area_ha=area_ha,
        stock_start_t_co2e_per_ha=stock_start_t_co2e_per_ha,
        stock_end_t_co2e_per_ha=stock_end_t_co2e_per_ha,
        group_weight=group_weight,
    ).total
