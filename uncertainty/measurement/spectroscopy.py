"""Variance of a change in stock measured by spectroscopy (VM0042 section 8.6.2, Eqs. 72 and 73).

Equation 72 takes draws from the calibration's predictive distribution, the same draw at all points and at
both times; Eq. 73 takes the errors at samples that the laboratory measured too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Count, Hectares, equation, vm0042
from mollisol.quantification.checks import (
    FloatArray,
    Form,
    Value,
    finite,
    form_of,
    positive,
    row,
    same_shape,
)


@dataclass(frozen=True, slots=True)
class SpectroscopyParts:
    """The terms of Eq. 72, all in (t CO2e)^2.

    Parameters
    ----------
    sample_start, sample_end
        Sampling part at each time, summed over strata.
    model_start, model_end
        Calibration part at each time, as often as the form counts it.
    covariance
        Covariance of the two times, summed over strata.
    """

    sample_start: float
    sample_end: float
    model_start: float
    model_end: float
    covariance: float

    @property
    def total(self) -> float:
        """Return the variance of the change."""
        sample = self.sample_start + self.sample_end
        return sample + self.model_start + self.model_end - 2 * self.covariance


def _draws(name: str, strata: Sequence[ArrayLike]) -> list[FloatArray]:
    """Return one (points, draws) array per stratum."""
    if isinstance(strata, str) or not isinstance(strata, Sequence | np.ndarray) or not len(strata):
        raise ValueError(f"{name} must hold one array (points, draws) per stratum, found {strata!r}")
    arrays = [row(f"{name}[{h}]", finite(f"{name}[{h}]", values), 2) for h, values in enumerate(strata)]
    for h, array in enumerate(arrays):
        if array.ndim != 2 or array.shape[0] < 2:
            raise ValueError(
                f"{name}[{h}] must have a row per point (2 or more) and a column per draw: {array.shape}"
            )
    if len({array.shape[1] for array in arrays}) > 1:
        raise ValueError(f"{name} must hold the same draws in all strata")
    return arrays


def spectroscopy_parts_t2(
    *,
    area_ha: ArrayLike,
    stock_start_t_co2e_per_ha: Sequence[ArrayLike],
    stock_end_t_co2e_per_ha: Sequence[ArrayLike],
    form: Form = "corrected",
    covariance: Form = "printed",
) -> SpectroscopyParts:
    """Return the terms of Eq. 72 one by one.

    Parameters
    ----------
    area_ha, stock_start_t_co2e_per_ha, stock_end_t_co2e_per_ha, form, covariance
        As in :func:`spectroscopy_variance_t2`.

    Returns
    -------
    SpectroscopyParts
        [(t CO2e)^2]

    Raises
    ------
    ValueError
        As in :func:`spectroscopy_variance_t2`.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    start = _draws("stock_start_t_co2e_per_ha", stock_start_t_co2e_per_ha)
    end = _draws("stock_end_t_co2e_per_ha", stock_end_t_co2e_per_ha)
    if area.ndim != 1 or not area.size == len(start) == len(end):
        raise ValueError(
            f"area_ha, stock_start and stock_end must hold the same strata, found {area.shape}, "
            f"{len(start)} and {len(end)}"
        )
    for first, second in zip(start, end, strict=True):
        same_shape(stock_start_t_co2e_per_ha=first, stock_end_t_co2e_per_ha=second)
    printed = form_of(form)
    times_counted = area.size if printed else 1

    def off_mean(values: FloatArray, hectares: float) -> FloatArray:
        points: FloatArray = values.mean(axis=1)
        return values - points.sum() / (hectares if printed else points.size)

    def joined(one: list[FloatArray], other: list[FloatArray], over_draws: bool) -> float:
        total = 0.0
        for hectares, a, b in zip(area, one, other, strict=True):
            n = a.shape[0]
            u, v = off_mean(a, hectares), off_mean(b, hectares)
            sums = (u * v).sum(axis=0).mean() if over_draws else (u.mean(axis=1) * v.mean(axis=1)).sum()
            total += float(hectares**2 / (n * (n - 1)) * sums)
        return total

    def totals(strata: list[FloatArray]) -> FloatArray:
        parts = [hectares * values.mean(axis=0) for hectares, values in zip(area, strata, strict=True)]
        return np.asarray(np.sum(parts, axis=0))

    def calibration(one: FloatArray, other: FloatArray) -> float:
        return float(np.cov(one, other, ddof=1)[0, 1]) * times_counted

    first_total, last_total = totals(start), totals(end)
    shared = joined(start, end, over_draws=form_of(covariance))
    if not form_of(covariance):
        shared += calibration(first_total, last_total)
    return SpectroscopyParts(
        sample_start=joined(start, start, over_draws=False),
        sample_end=joined(end, end, over_draws=False),
        model_start=calibration(first_total, first_total),
        model_end=calibration(last_total, last_total),
        covariance=shared,
    )


@equation(
    "vm0042:72",
    "s2_dSOC,wp",
    "(t CO2e)^2",
    vm0042("8.6.2", "72"),
    switch=("switch.spectroscopy-once", "switch.spectroscopy-covariance"),
)
def spectroscopy_variance_t2(
    *,
    area_ha: ArrayLike,
    stock_start_t_co2e_per_ha: Sequence[ArrayLike],
    stock_end_t_co2e_per_ha: Sequence[ArrayLike],
    form: Form = "corrected",
    covariance: Form = "printed",
) -> Value:
    r"""Return the variance of the change of all strata's total, stocks predicted by spectroscopy.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha]
    stock_start_t_co2e_per_ha, stock_end_t_co2e_per_ha
        One array (points, draws) per stratum, points and draws 2 or more; the same points at both times, and
        column l the same draw everywhere. [t CO2e/ha]
    form
        ``corrected`` takes stratum means over the points and adds the calibration part once for the project;
        ``printed`` divides by the area instead (D5) and adds it in every stratum (D6).
    covariance
        ``printed`` averages products of deviations over the draws; ``corrected`` pairs the means over draws between
        points, and takes the part that all points share as the covariance of the totals over draws.

    Returns
    -------
    float
        Both times, all strata. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For one point or one draw, strata or shapes that differ, or an argument outside its range.

    Notes
    -----
    .. math:: s^2 = s_{sample,1}^2 + s_{sample,2}^2 + s_{model,1}^2 + s_{model,2}^2 - 2 \, COV_{1,2}

    Source: Eq. 72, summed over strata as Eq. 70 does. The printed covariance has n - 1 under the part that all points
    share, so it takes off less than the whole of a positive covariance. Corrected, model parts and covariance together
    are the variance over draws of the change of the total.

    Examples
    --------
    >>> result = spectroscopy_variance_t2(
    ...     area_ha=[10.0], stock_start_t_co2e_per_ha=[[[95.0, 96.0, 94.0], [103.0, 105.0, 101.0]]],
    ...     stock_end_t_co2e_per_ha=[[[100.0, 102.0, 98.0], [110.0, 113.0, 107.0]]]
    ... )
    >>> print(result)
    416.6667
    """
    return spectroscopy_parts_t2(
        area_ha=area_ha,
        stock_start_t_co2e_per_ha=stock_start_t_co2e_per_ha,
        stock_end_t_co2e_per_ha=stock_end_t_co2e_per_ha,
        form=form,
        covariance=covariance,
    ).total


@equation(
    "vm0042:73", "s2_SOC,model", "(t CO2e)^2", vm0042("8.6.2", "73"), switch=("switch.spectroscopy-once",)
)
def spectroscopy_model_variance_t2(
    *,
    area_ha: Hectares,
    predicted_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
    laboratory_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
    points: Count,
    strata: Count = 1,
    form: Form = "corrected",
) -> Value:
    r"""Return the calibration part of the variance at one time in one scenario, from samples measured both ways.

    Parameters
    ----------
    area_ha
        Area of the project. [ha]
    predicted_t_co2e_per_ha, laboratory_t_co2e_per_ha
        Stocks of the randomly chosen validation samples, shape (v,) with v of 2 or more. [t CO2e/ha]
    points
        Points whose stock was predicted, over all strata. [whole number]
    strata
        Strata into whose sum the term is put. [whole number]
    form
        ``printed`` takes the variance of a single error times A^2, in every stratum; ``corrected`` counts
        it once and splits it (D7): the errors of single samples average out over the points, the bias does
        not. The bias part is the squared mean error plus its sampling variance.

    Returns
    -------
    float
        Takes the place of the calibration part of Eq. 72 at one time. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For fewer than two validation samples, shapes that differ, or an argument outside its range.

    Notes
    -----
    .. math:: s_{model}^2 = A^2 \left(\bar{e}^2 + \frac{s_e^2}{v} + \frac{s_e^2}{n}\right), \qquad e = p - l

    Here :math:`A` is ``area_ha``, :math:`p` is ``predicted_t_co2e_per_ha``, :math:`l` is
    ``laboratory_t_co2e_per_ha`` and :math:`n` is ``points``. :math:`v` is the number of samples measured both
    ways. The printed form is :math:`H \, A^2 s_e^2` with :math:`H` the number of ``strata``.

    Source: Eq. 73. That one calibration's bias cancels between two times is not used.

    Examples
    --------
    >>> result = spectroscopy_model_variance_t2(
    ...     area_ha=10.0, predicted_t_co2e_per_ha=[50.0, 62.0, 71.0, 80.0],
    ...     laboratory_t_co2e_per_ha=[52.0, 60.0, 70.0, 83.0], points=20, strata=3
    ... )
    >>> print(result)
    195.0
    """
    same_shape(
        predicted_t_co2e_per_ha=predicted_t_co2e_per_ha, laboratory_t_co2e_per_ha=laboratory_t_co2e_per_ha
    )
    error = predicted_t_co2e_per_ha - laboratory_t_co2e_per_ha
    single = error.var(axis=-1, ddof=1)
    bias = error.mean(axis=-1) ** 2 + single / error.shape[-1]
    once = area_ha**2 * (bias + single / points)
    everywhere = strata * area_ha**2 * single
    return everywhere if form_of(form) else once
