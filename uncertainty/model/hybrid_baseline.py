"""The hybrid baseline: a modelled baseline corrected by what the model missed at control sites."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, at_least, finite, positive, ratio, row, same_shape, together

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


@equation("mollisol:draw-covariance", symbol="cov(b, m)", unit="(t CO2e/ha)^2", locator=_HERE)
def draw_covariance_t2(
    *, first_draws_t_co2e_per_ha: ArrayLike, second_draws_t_co2e_per_ha: ArrayLike
) -> Value:
    """Covariance of two modelled changes over joint draws of the parameters.

    Parameters
    ----------
    first_draws_t_co2e_per_ha, second_draws_t_co2e_per_ha
        The same draws, shape (L,) each, two or more. [t CO2e/ha]

    Returns
    -------
    float
        The variance where both are the same. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For fewer than two draws or shapes that differ.

    Notes
    -----
    Source: sample covariance. Draws are joint: what the parameters leave open is shared by project and control sites.
    """
    names = ("first_draws_t_co2e_per_ha", "second_draws_t_co2e_per_ha")
    first = row(names[0], finite(names[0], first_draws_t_co2e_per_ha), 2)
    second = row(names[1], finite(names[1], second_draws_t_co2e_per_ha), 2)
    same_shape(first_draws_t_co2e_per_ha=first, second_draws_t_co2e_per_ha=second)
    if first.ndim != 1:
        raise ValueError(f"{names[0]} must be a row, found shape {first.shape}")
    return float((first - first.mean()) @ (second - second.mean()) / (first.size - 1))


@equation("mollisol:hybrid-weight", symbol="K", unit="1", locator=_HERE)
def hybrid_weight(
    *,
    bias_sd_t_co2e_per_ha: ArrayLike,
    residual_error_t_co2e_per_ha: ArrayLike,
    control_variance_t2: ArrayLike = 0.0,
    covariance_t2: ArrayLike = 0.0,
) -> Value:
    """Weight of the control sites' mean residual in the hybrid baseline.

    Parameters
    ----------
    bias_sd_t_co2e_per_ha
        Prior sd of the model's bias, which units and control sites share. [t CO2e/ha, 0 or more]
    residual_error_t_co2e_per_ha
        Standard error of the mean residual. [t CO2e/ha, above 0]
    control_variance_t2, covariance_t2
        Over joint draws of the parameters: of the modelled change at the control sites, and with that of the project's
        area. [(t CO2e/ha)^2]

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 is the model alone, 1 the control sites' residual in full. [1]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: regression of what the model missed on the area on what it missed at the control sites (normal theory);
    without draws the precision weight tau^2 / (tau^2 + v) of uncertainty digest 4.3.
    """
    prior = at_least("bias_sd_t_co2e_per_ha", bias_sd_t_co2e_per_ha, 0.0) ** 2
    error = positive("residual_error_t_co2e_per_ha", residual_error_t_co2e_per_ha) ** 2
    spread = at_least("control_variance_t2", control_variance_t2, 0.0)
    shared = finite("covariance_t2", covariance_t2)
    return ratio("residual_error_t_co2e_per_ha", prior + shared, prior + spread + error)


@equation("mollisol:hybrid-control-part", symbol="(K s_r)^2", unit="(t CO2e/ha)^2", locator=_HERE)
def hybrid_control_part_t2(*, weight: ArrayLike, residual_error_t_co2e_per_ha: ArrayLike) -> Value:
    """Variance that the control sites bring into a hybrid baseline.

    Parameters
    ----------
    weight
        Of their mean residual. [1]
    residual_error_t_co2e_per_ha
        Its standard error. [t CO2e/ha, 0 or more]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: variance of K times a mean; goes with the control sites less one into Satterthwaite.
    """
    error = at_least("residual_error_t_co2e_per_ha", residual_error_t_co2e_per_ha, 0.0)
    return (finite("weight", weight) * error) ** 2


@equation("mollisol:hybrid-model-part", symbol="s2_left", unit="(t CO2e/ha)^2", locator=_HERE)
def hybrid_model_part_t2(
    *,
    weight: ArrayLike,
    bias_sd_t_co2e_per_ha: ArrayLike,
    baseline_variance_t2: ArrayLike = 0.0,
    control_variance_t2: ArrayLike = 0.0,
    covariance_t2: ArrayLike = 0.0,
) -> Value:
    """Variance that the model leaves in a hybrid baseline after the correction.

    Parameters
    ----------
    weight
        Of the control sites' mean residual. [1]
    bias_sd_t_co2e_per_ha
        Prior sd of the model's bias. [t CO2e/ha, 0 or more]
    baseline_variance_t2, control_variance_t2, covariance_t2
        Over joint draws: of the modelled change of the project's area, of that at the control sites, and of both.
        [(t CO2e/ha)^2]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or a covariance larger than the variances allow.

    Notes
    -----
    Source: variance of (b + d) - K (m + d). Where area and controls move alike, correcting takes it away.
    """
    share = finite("weight", weight)
    prior = at_least("bias_sd_t_co2e_per_ha", bias_sd_t_co2e_per_ha, 0.0) ** 2
    own = at_least("baseline_variance_t2", baseline_variance_t2, 0.0)
    control = at_least("control_variance_t2", control_variance_t2, 0.0)
    shared = finite("covariance_t2", covariance_t2)
    if (shared**2 > own * control * (1 + 1e-9) + 1e-300).any():
        raise ValueError("covariance_t2 must not be larger than the variances allow")
    left = own - 2 * share * shared + share**2 * control
    return (1 - share) ** 2 * prior + np.maximum(left, 0.0)


@equation("mollisol:mean-residual-error", symbol="s_r/sqrt(n)", unit="t CO2e/ha", locator=_HERE)
def mean_residual_error_t_co2e_per_ha(*, residual_t_co2e_per_ha: ArrayLike) -> Value:
    """Give the standard error of the mean residual over control sites.

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


@equation("mollisol:hybrid-correction", symbol="K r", unit="t CO2e/ha", locator=_HERE)
def hybrid_correction_t_co2e_per_ha(*, weight: ArrayLike, mean_residual_t_co2e_per_ha: ArrayLike) -> Value:
    """Give the part of the control sites' mean residual that is taken for the model's bias.

    Parameters
    ----------
    weight
        Of the residual. [1]
    mean_residual_t_co2e_per_ha
        Measured less modelled, mean over control sites. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For a number that is not finite.

    Notes
    -----
    Source: uncertainty digest 4.3, estimator 3.
    """
    share = finite("weight", weight)
    residual = finite("mean_residual_t_co2e_per_ha", mean_residual_t_co2e_per_ha)
    together(weight=share, mean_residual_t_co2e_per_ha=residual)
    return share * residual
