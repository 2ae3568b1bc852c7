"""Error of the process model over strata, fields and practices, and what trials say of it (VM0042 section 8.6.1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

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
    between,
    finite,
    ratio,
    row,
    same_shape,
)
from mollisol.uncertainty.groups import Labels, places
from mollisol.uncertainty.measurement.laboratory import batch_variance
from mollisol.uncertainty.model.project_variance import project_model_variance


def group_correlation(*, group: Labels, between_groups: ArrayLike = 0.0) -> FloatArray:
    """Return the correlation of strata's model errors: 1 in a group, a declared number between groups.

    Parameters
    ----------
    group
        Parameter set, practice and climate zone of each stratum, shape (H,).
    between_groups
        Correlation between groups, one number. [0 to 1]

    Returns
    -------
    array
        Shape (H, H).

    Raises
    ------
    ValueError
        For a number outside the range above.
    """
    rho = between("between_groups", between_groups, 0.0, 1.0)
    ids = np.asarray(group)
    if ids.ndim != 1 or not ids.size:
        raise ValueError(f"group must hold one id for each stratum, found shape {ids.shape}")
    same: FloatArray = np.where(ids[:, None] == ids[None, :], 1.0, rho)
    return same


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
        Of the errors, shape (H, H), see :func:`group_correlation`. [-1 to 1]

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


@dataclass(frozen=True, slots=True)
class TrialErrors:
    """What validation trials say of a practice, by study.

    Parameters
    ----------
    bias, bias_variance
        Unweighted mean over studies of modelled less observed, and its variance. [t CO2e/ha; squared]
    site_variance, residual_variance
        Between studies, and within. [(t CO2e/ha)^2]
    degrees_of_freedom
        Studies less one: the trials of a study are not independent.
    """

    bias: float
    bias_variance: float
    site_variance: float
    residual_variance: float
    degrees_of_freedom: float


def trial_errors(*, error_t_co2e_per_ha: ArrayLike, study: Labels) -> TrialErrors:
    """Split the errors of validation trials into bias, study effect and residual.

    Parameters
    ----------
    error_t_co2e_per_ha
        Modelled less observed effect of the practice, shape (v,). [t CO2e/ha]
    study
        Id of the study (site) of each, shape (v,), two studies or more, one of them with two trials.

    Returns
    -------
    TrialErrors
        By analysis of variance; the bias as VMD0053 averages it, over studies.

    Raises
    ------
    ValueError
        For too few studies or trials, shapes that differ, or a number that is not finite.
    """
    error = row("error_t_co2e_per_ha", finite("error_t_co2e_per_ha", error_t_co2e_per_ha))
    site_variance = float(batch_variance(value=error, batch=study))
    place, size = places("study", study, error)
    mean = np.bincount(place, weights=error) / size
    within = float(((error - mean[place]) ** 2).sum() / (size.sum() - size.size))
    return TrialErrors(
        bias=float(mean.mean()),
        bias_variance=float(mean.var(ddof=1) / size.size),
        site_variance=site_variance,
        residual_variance=within,
        degrees_of_freedom=size.size - 1.0,
    )


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


def printed_and_grouped(
    *, area_ha: ArrayLike, model_variance: ArrayLike, group: Sequence[str], between_groups: float = 0.0
) -> dict[str, float]:
    """Return Eq. 64 as printed, fully correlated, and by group, side by side.

    Parameters
    ----------
    area_ha, model_variance
        As in :func:`grouped_model_variance`.
    group, between_groups
        As in :func:`group_correlation`.

    Returns
    -------
    dict
        ``printed``, ``corrected`` and ``grouped``. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        As in :func:`grouped_model_variance`.
    """
    given = {"area_ha": np.asarray(area_ha), "model_variance": np.asarray(model_variance)}
    matrix = group_correlation(group=group, between_groups=between_groups)
    return {
        "printed": float(project_model_variance(**given, form="printed")),
        "corrected": float(project_model_variance(**given, form="corrected")),
        "grouped": float(grouped_model_variance(**given, correlation=matrix)),
    }
