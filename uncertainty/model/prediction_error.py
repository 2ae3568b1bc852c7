"""Error of the process model over strata, fields and practices, and what trials say of it (VM0042 section 8.6.1.1)."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import (
    Amount,
    Count,
    Numbers,
    Positives,
    TonnesPerHa,
    checked,
    equation,
    ours,
    vm0042,
)
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    ratio,
    same_shape,
)
from mollisol.uncertainty.groups import Labels, places
from mollisol.uncertainty.measurement.laboratory import batch_variance


@equation("mollisol:model-error-groups", "s2_model", "(t CO2e/ha)^2", vm0042("8.6.1.1", "64, general form"))
def grouped_model_variance(
    *, area_ha: Positives, model_variance: Amount, correlation: Annotated[FloatArray, Range(-1, 1)]
) -> Value:
    r"""Return the model variance of the project mean with any correlation between strata.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha]
    model_variance
        Variance of the prediction error by stratum, shape (H,). [(t CO2e/ha)^2]
    correlation
        Of the errors, shape (H, H). [-1 to 1]

    Returns
    -------
    float
        w' S w. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For a matrix that is not a correlation matrix, shapes that do not fit, or an argument outside the ranges.

    Notes
    -----
    .. math:: s_{model}^2 = \sum_{h,k} \frac{A_h}{A} \frac{A_k}{A} \, s_h \, s_k \, \rho_{h,k}

    Here :math:`A_h` is ``area_ha``, :math:`s_h^2` is ``model_variance`` and :math:`\rho_{h,k}` is
    ``correlation``.

    Source: variance of a weighted sum. The unit matrix gives Eq. 64 as printed, all ones the corrected form.

    Examples
    --------
    >>> result = grouped_model_variance(
    ...     area_ha=[120.0, 60.0, 20.0], model_variance=[0.25, 0.36, 0.49],
    ...     correlation=[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    ... )
    >>> print(result)
    0.1273
    """
    same_shape(area_ha=area_ha, model_variance=model_variance)
    if area_ha.ndim != 1 or correlation.shape != (area_ha.size, area_ha.size):
        raise ValueError(
            f"correlation must have a row and a column for each stratum, found {correlation.shape}"
        )
    if np.abs(correlation - correlation.T).max() > 1e-9 or np.abs(np.diag(correlation) - 1).max() > 1e-9:
        raise ValueError("correlation must be symmetric with ones on the diagonal")
    if np.linalg.eigvalsh(correlation).min() < -1e-9 * area_ha.size:
        raise ValueError(
            "correlation must be positive semi-definite: these correlations cannot hold together"
        )
    lever = ratio("area_ha", area_ha, area_ha.sum()) * np.sqrt(model_variance)
    return max(0.0, float(lever @ correlation @ lever))


@equation(
    "mollisol:climate-bias",
    "s2_climate",
    "(t CO2e/ha)^2",
    Locator("Searle and others, Variance Components", "1992", "3.6"),
)
def climate_bias_variance(*, error_t_co2e_per_ha: Numbers, study: Labels, climate_zone: Labels) -> Value:
    r"""Return the variance of the model's bias between climate zones, the mean of a study being one observation.

    Parameters
    ----------
    error_t_co2e_per_ha
        Modelled less observed effect of one practice, shape (v,). [t CO2e/ha]
    study
        Id of the study of each, shape (v,).
    climate_zone
        Its zone, shape (v,); two zones or more, one of them with two studies.

    Returns
    -------
    float
        Between zones, that within taken off, 0 where nothing is left. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For fewer zones or studies, a study in two zones, shapes that differ, or a number that is not finite.

    Notes
    -----
    .. math:: s_{climate}^2 = \max\left(0, \frac{MS_b - MS_w}{n_0}\right)

    Source: analysis of variance with unequal numbers. The posterior learns it with the bias of practices instead.

    Examples
    --------
    >>> result = climate_bias_variance(
    ...     error_t_co2e_per_ha=[10.0, 12.0, 10.0, 12.0], study=["a", "b", "c", "d"],
    ...     climate_zone=["cool", "cool", "warm", "warm"]
    ... )
    >>> print(result)
    0.0
    """
    place, size = places("study", study, error_t_co2e_per_ha)
    zone, _ = places("climate_zone", climate_zone, error_t_co2e_per_ha)
    zone_of_study = np.zeros(size.size, np.int64)
    zone_of_study[place] = zone
    if np.any(zone_of_study[place] != zone):
        raise ValueError("climate_zone must be one zone for all trials of a study")
    zones = np.unique(zone_of_study).size
    if zones < 2 or zones == size.size:
        raise ValueError(
            f"climate_zone must name two zones or more, one of them with two studies, found {zones}"
        )
    return batch_variance(
        value=np.bincount(place, weights=error_t_co2e_per_ha) / size, batch=zone_of_study.tolist()
    )


@equation(
    "mollisol:site-and-bias", "s2_model", "(t CO2e/ha)^2", ours("practice bias shared, site effects by field")
)
def site_and_bias_variance(
    *,
    bias_variance: Amount,
    site_variance: Amount,
    residual_variance: Amount,
    fields: Count,
    climate_variance: Amount = 0.0,
) -> Value:
    r"""Return the model variance of the mean of a practice over the project's fields in one climate zone.

    Parameters
    ----------
    bias_variance
        Of the practice's bias, shared by all fields. [(t CO2e/ha)^2]
    site_variance, residual_variance
        Of the effect of a site and of what is left; each field draws its own. [(t CO2e/ha)^2]
    fields
        Of the project that were modelled. [whole number]
    climate_variance
        Of the zone's bias, shared by all fields in it. [(t CO2e/ha)^2]

    Returns
    -------
    float or array
        The biases whole, the others over the fields. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: s_{model}^2 = s_{bias}^2 + s_{climate}^2 + \frac{s_{site}^2 + s_{residual}^2}{n}

    Here :math:`s_{bias}^2` is ``bias_variance``, :math:`s_{climate}^2` is ``climate_variance``,
    :math:`s_{site}^2` is ``site_variance``, :math:`s_{residual}^2` is ``residual_variance`` and :math:`n` is
    ``fields``.

    Source: `u_f` of new fields are independent, `beta_p` is one number; the bias does not fall with fields.

    Examples
    --------
    >>> result = site_and_bias_variance(
    ...     bias_variance=0.04, site_variance=0.5, residual_variance=0.3, fields=8.0
    ... )
    >>> print(result)
    0.14
    """
    return bias_variance + climate_variance + (site_variance + residual_variance) / fields


@checked
def credited_with_bias(*, credited_t_co2e_per_ha: TonnesPerHa, bias_t_co2e_per_ha: TonnesPerHa) -> Value:
    """Take a learned bias off what is credited where it lowers it, and never add one.

    Parameters
    ----------
    credited_t_co2e_per_ha
        With a bias of 0. [t CO2e/ha]
    bias_t_co2e_per_ha
        Modelled less observed: above 0 the model promises too much. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For a number that is not finite, or shapes that do not fit.
    """
    return credited_t_co2e_per_ha - np.maximum(bias_t_co2e_per_ha, 0.0)
