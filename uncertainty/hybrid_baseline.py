"""The hybrid baseline: a modelled baseline corrected by what the model missed at control sites."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    between,
    finite,
    positive,
    row,
    same_shape,
    together,
)

_HERE = Locator("mollisol", "0.1", section="docs/measure-and-model.md, hybrid")


@equation("mollisol:control-residual", symbol="r", unit="t CO2e/ha", locator=_HERE)
def control_residual_t_co2e_per_ha(
    *, measured_change_t_co2e_per_ha: ArrayLike, modelled_change_t_co2e_per_ha: ArrayLike
) -> Value:
    """Give what the model missed at control sites.

    Parameters
    ----------
    measured_change_t_co2e_per_ha
        Mean measured change of each control site, shape (C,). [t CO2e/ha]
    modelled_change_t_co2e_per_ha
        Change of the same sites under their own schedule, mean over draws, shape (C,). [t CO2e/ha]

    Returns
    -------
    array
        Measured less modelled, shape (C,). [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that differ or a number that is not finite.

    Notes
    -----
    Source: uncertainty digest 4.3, estimator 3; the unit of replication is the control site.
    """
    measured = finite("measured_change_t_co2e_per_ha", measured_change_t_co2e_per_ha)
    modelled = finite("modelled_change_t_co2e_per_ha", modelled_change_t_co2e_per_ha)
    same_shape(measured_change_t_co2e_per_ha=measured, modelled_change_t_co2e_per_ha=modelled)
    return measured - modelled


@equation("mollisol:hybrid-draw-variance", symbol="s2_draws", unit="(t CO2e/ha)^2", locator=_HERE)
def hybrid_draw_variance_t2(
    *,
    baseline_draws_t_co2e_per_ha: ArrayLike,
    control_draws_t_co2e_per_ha: ArrayLike,
    correction_weight: ArrayLike,
) -> Value:
    """Variance that the model's parameters leave in a hybrid baseline.

    Parameters
    ----------
    baseline_draws_t_co2e_per_ha
        Modelled baseline change of the project's area in each joint draw, shape (L,). [t CO2e/ha]
    control_draws_t_co2e_per_ha
        Modelled change of the control sites' mean in the same draws, shape (L,). [t CO2e/ha]
    correction_weight
        Weight K of the control sites' residual. [fraction]

    Returns
    -------
    float
        Variance over draws of baseline less K times control: where both move alike, correcting takes it away.
        [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For fewer than two draws, shapes that differ, or an argument outside the ranges above.

    Notes
    -----
    Source: the baseline is b + K (c - m), with b and m from the same draw.
    """
    baseline = _draws("baseline_draws_t_co2e_per_ha", baseline_draws_t_co2e_per_ha)
    control = _draws("control_draws_t_co2e_per_ha", control_draws_t_co2e_per_ha)
    same_shape(baseline_draws_t_co2e_per_ha=baseline, control_draws_t_co2e_per_ha=control)
    weight = float(between("correction_weight", correction_weight, 0.0, 1.0))
    return float(np.var(baseline - weight * control, ddof=1))


def _draws(name: str, value: ArrayLike) -> FloatArray:
    return row(name, finite(name, value), 2)


@equation("mollisol:mean-residual-error", symbol="s_r/sqrt(n)", unit="t CO2e/ha", locator=_HERE)
def mean_residual_error_t_co2e_per_ha(*, residual_t_co2e_per_ha: ArrayLike) -> Value:
    """Standard error of the mean residual over control sites.

    Parameters
    ----------
    residual_t_co2e_per_ha
        One number a control site, shape (C,), two or more that differ. [t CO2e/ha]

    Returns
    -------
    float
        [t CO2e/ha, above 0]

    Raises
    ------
    ValueError
        For fewer than two sites or residuals without spread.

    Notes
    -----
    Source: standard error of a mean. It holds sampling inside the sites and how sites differ from the model's line.
    """
    residual = row("residual_t_co2e_per_ha", finite("residual_t_co2e_per_ha", residual_t_co2e_per_ha), 2)
    error = residual.std(ddof=1) / np.sqrt(residual.size)
    return float(positive("residual_t_co2e_per_ha, as a spread,", error))


@equation("mollisol:hybrid-baseline", symbol="b_h + K r", unit="t CO2e/ha", locator=_HERE)
def hybrid_baseline_t_co2e_per_ha(
    *, modelled_change_t_co2e_per_ha: ArrayLike, correction_t_co2e_per_ha: ArrayLike
) -> Value:
    """Give the hybrid baseline: the modelled change and the part of the control sites' residual that is believed.

    Parameters
    ----------
    modelled_change_t_co2e_per_ha
        Modelled baseline change by stratum, shape (H,). [t CO2e/ha]
    correction_t_co2e_per_ha
        Posterior mean of the model's bias. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For a number that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: uncertainty digest 4.3, estimator 3. Without control sites it is the model, with very many the controls.
    """
    modelled = finite("modelled_change_t_co2e_per_ha", modelled_change_t_co2e_per_ha)
    correction = finite("correction_t_co2e_per_ha", correction_t_co2e_per_ha)
    together(modelled_change_t_co2e_per_ha=modelled, correction_t_co2e_per_ha=correction)
    return modelled + correction
