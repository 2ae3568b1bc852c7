"""The hybrid baseline: a modelled baseline corrected by what the model missed at control sites."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import AboveZero, Amount, Number, TonnesPerHa, equation, ours
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    positive,
    ratio,
    same_shape,
)

_HERE = ours("docs/measure-and-model.md, hybrid")


@equation("mollisol:control-residual", "r", "t CO2e/ha", _HERE)
def control_residual_t_co2e_per_ha(
    *, measured_change_t_co2e_per_ha: TonnesPerHa, modelled_change_t_co2e_per_ha: TonnesPerHa
) -> Value:
    """Return what the model missed at control sites.

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
    .. math:: r = d_{measured} - d_{modelled}

    Here :math:`d_{measured}` is ``measured_change_t_co2e_per_ha`` and :math:`d_{modelled}` is
    ``modelled_change_t_co2e_per_ha``.

    Source: uncertainty digest 4.3, estimator 3; the unit of replication is the control site.

    Examples
    --------
    >>> result = control_residual_t_co2e_per_ha(
    ...     measured_change_t_co2e_per_ha=[-0.9], modelled_change_t_co2e_per_ha=[-1.8]
    ... )
    >>> print(result)
    [0.9]
    """
    same_shape(
        measured_change_t_co2e_per_ha=measured_change_t_co2e_per_ha,
        modelled_change_t_co2e_per_ha=modelled_change_t_co2e_per_ha,
    )
    return measured_change_t_co2e_per_ha - modelled_change_t_co2e_per_ha


@equation("mollisol:draw-covariance", "cov(b, m)", "(t CO2e/ha)^2", _HERE)
def draw_covariance_t2(
    *,
    first_draws_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
    second_draws_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)],
) -> Value:
    r"""Return the covariance of two modelled changes over joint draws of the parameters.

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
    .. math:: \operatorname{cov}(b, m) = \frac{1}{L - 1} \sum_{l=1}^{L} (b_l - \bar{b})(m_l - \bar{m})

    Here :math:`b_l` is ``first_draws_t_co2e_per_ha`` and :math:`m_l` is ``second_draws_t_co2e_per_ha``.

    Source: sample covariance. Draws are joint: what the parameters leave open is shared by project and control sites.

    Examples
    --------
    >>> result = draw_covariance_t2(
    ...     first_draws_t_co2e_per_ha=[1.0, 2.0, 3.0], second_draws_t_co2e_per_ha=[1.0, 2.0, 6.0]
    ... )
    >>> print(result)
    2.5
    """
    first, second = first_draws_t_co2e_per_ha, second_draws_t_co2e_per_ha
    same_shape(first_draws_t_co2e_per_ha=first, second_draws_t_co2e_per_ha=second)
    if first.ndim != 1:
        raise ValueError(f"first_draws_t_co2e_per_ha must be a row, found shape {first.shape}")
    return float((first - first.mean()) @ (second - second.mean()) / (first.size - 1))


@equation("mollisol:hybrid-weight", "K", "1", _HERE)
def hybrid_weight(
    *,
    bias_sd_t_co2e_per_ha: Amount,
    residual_error_t_co2e_per_ha: AboveZero,
    control_variance_t2: Amount = 0.0,
    covariance_t2: Number = 0.0,
) -> Value:
    r"""Return the weight of the control sites' mean residual in the hybrid baseline.

    Parameters
    ----------
    bias_sd_t_co2e_per_ha
        Prior sd of the model's bias, which units and control sites share. [t CO2e/ha]
    residual_error_t_co2e_per_ha
        Standard error of the mean residual. [t CO2e/ha]
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
        For an argument outside its range.

    Notes
    -----
    .. math:: K = \frac{\tau^2 + c}{\tau^2 + v_m + s_r^2}

    Here :math:`\tau` is ``bias_sd_t_co2e_per_ha``, :math:`s_r` is ``residual_error_t_co2e_per_ha``, :math:`v_m`
    is ``control_variance_t2`` and :math:`c` is ``covariance_t2``.

    Source: regression of what the model missed on the area on what it missed at the control sites (normal theory);
    without draws the precision weight tau^2 / (tau^2 + v) of uncertainty digest 4.3.

    Examples
    --------
    >>> print(hybrid_weight(bias_sd_t_co2e_per_ha=0.9, residual_error_t_co2e_per_ha=0.6))
    0.6923077
    """
    prior = bias_sd_t_co2e_per_ha**2
    error = residual_error_t_co2e_per_ha**2
    return ratio("residual_error_t_co2e_per_ha", prior + covariance_t2, prior + control_variance_t2 + error)


@equation("mollisol:hybrid-control-part", "(K s_r)^2", "(t CO2e/ha)^2", _HERE)
def hybrid_control_part_t2(*, weight: Number, residual_error_t_co2e_per_ha: Amount) -> Value:
    r"""Return the variance that the control sites bring into a hybrid baseline.

    Parameters
    ----------
    weight
        Of their mean residual. [1]
    residual_error_t_co2e_per_ha
        Its standard error. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: V = (K \, s_r)^2

    Here :math:`K` is ``weight`` and :math:`s_r` is ``residual_error_t_co2e_per_ha``.

    Source: variance of K times a mean; goes with the control sites less one into Satterthwaite.

    Examples
    --------
    >>> print(hybrid_control_part_t2(weight=0.6923076923, residual_error_t_co2e_per_ha=0.6))
    0.1725444
    """
    return (weight * residual_error_t_co2e_per_ha) ** 2


@equation("mollisol:hybrid-model-part", "s2_left", "(t CO2e/ha)^2", _HERE)
def hybrid_model_part_t2(
    *,
    weight: Number,
    bias_sd_t_co2e_per_ha: Amount,
    baseline_variance_t2: Amount = 0.0,
    control_variance_t2: Amount = 0.0,
    covariance_t2: Number = 0.0,
) -> Value:
    r"""Return the variance that the model leaves in a hybrid baseline after the correction.

    Parameters
    ----------
    weight
        Of the control sites' mean residual. [1]
    bias_sd_t_co2e_per_ha
        Prior sd of the model's bias. [t CO2e/ha]
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
        For an argument outside its range, or a covariance larger than the variances allow.

    Notes
    -----
    .. math:: V = (1 - K)^2 \tau^2 + \max(0, v_b - 2 K c + K^2 v_m)

    Here :math:`K` is ``weight``, :math:`\tau` is ``bias_sd_t_co2e_per_ha``, :math:`v_b` is
    ``baseline_variance_t2``, :math:`v_m` is ``control_variance_t2`` and :math:`c` is ``covariance_t2``.

    Source: variance of (b + d) - K (m + d). Where area and controls move alike, correcting takes it away.

    Examples
    --------
    >>> print(hybrid_model_part_t2(weight=0.6923076923, bias_sd_t_co2e_per_ha=0.9))
    0.07668639
    """
    prior = bias_sd_t_co2e_per_ha**2
    if np.any(covariance_t2**2 > baseline_variance_t2 * control_variance_t2 * (1 + 1e-9) + 1e-300):
        raise ValueError("covariance_t2 must not be larger than the variances allow")
    left = baseline_variance_t2 - 2 * weight * covariance_t2 + weight**2 * control_variance_t2
    return (1 - weight) ** 2 * prior + np.maximum(left, 0.0)


@equation("mollisol:mean-residual-error", "s_r/sqrt(n)", "t CO2e/ha", _HERE)
def mean_residual_error_t_co2e_per_ha(
    *, residual_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)]
) -> Value:
    r"""Return the standard error of the mean residual over control sites.

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
    .. math:: s_{\bar{r}} = \frac{s_r}{\sqrt{n}}

    Source: standard error of a mean. It holds sampling inside the sites and how sites differ from the model's line.

    Examples
    --------
    >>> print(mean_residual_error_t_co2e_per_ha(residual_t_co2e_per_ha=[1.0, 2.0, 6.0]))
    1.527525
    """
    error = residual_t_co2e_per_ha.std(ddof=1) / np.sqrt(residual_t_co2e_per_ha.size)
    return float(positive("residual_t_co2e_per_ha, as a spread,", error))


@equation("mollisol:hybrid-baseline", "b_h + K r", "t CO2e/ha", _HERE)
def hybrid_baseline_t_co2e_per_ha(
    *, modelled_change_t_co2e_per_ha: TonnesPerHa, correction_t_co2e_per_ha: TonnesPerHa
) -> Value:
    r"""Return the hybrid baseline: the modelled change and the part of the control sites' residual that is believed.

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
    .. math:: b_h = b + K \, r

    Here :math:`b` is ``modelled_change_t_co2e_per_ha`` and :math:`K \, r` is ``correction_t_co2e_per_ha``.

    Source: uncertainty digest 4.3, estimator 3. Without control sites it is the model, with very many the controls.

    Examples
    --------
    >>> result = hybrid_baseline_t_co2e_per_ha(
    ...     modelled_change_t_co2e_per_ha=[2.0], correction_t_co2e_per_ha=-0.3287671233
    ... )
    >>> print(result)
    [1.67123288]
    """
    return modelled_change_t_co2e_per_ha + correction_t_co2e_per_ha


@equation("mollisol:hybrid-correction", "K r", "t CO2e/ha", _HERE)
def hybrid_correction_t_co2e_per_ha(*, weight: Number, mean_residual_t_co2e_per_ha: TonnesPerHa) -> Value:
    r"""Return the part of the control sites' mean residual that is taken for the model's bias.

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
    .. math:: k = K \, \bar{r}

    Here :math:`K` is ``weight`` and :math:`\bar{r}` is ``mean_residual_t_co2e_per_ha``.

    Source: uncertainty digest 4.3, estimator 3.

    Examples
    --------
    >>> print(hybrid_correction_t_co2e_per_ha(weight=0.6923076923, mean_residual_t_co2e_per_ha=0.9))
    0.6230769
    """
    return weight * mean_residual_t_co2e_per_ha
