"""The moment form of a measured campaign: as printed, mended, with pooled controls, with the skew guard.

All of it works on many campaigns at once: leading axes of the changes are campaigns (or simulated replicates).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.checks import FloatArray, at_least, between, finite, positive, row
from mollisol.uncertainty.deduction.skew_guard import (
    SCEPTICAL,
    SkewGuard,
    guarded_multiplier,
    pooled_skewness,
    shrunk_skewness,
    skewness_of_estimate,
    third_moment,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.scaling.control_sites import control_variance_components_t2
from mollisol.uncertainty.scaling.pooled_controls import pooled_control_variance
from mollisol.uncertainty.student import t_quantile

type Controls = Literal["printed", "points", "pooled"]
"""How control sites enter: their points squared by stratum, their points with shared sites exact, or pooled sites."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """Measured changes of one verification period.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha]
    project_t_co2e_per_ha
        Changes at the sampling units of each stratum, H arrays of shape (..., n). [t CO2e/ha]
    control_t_co2e_per_ha
        Changes at the points of each control site, C arrays of shape (..., m). One point will do where there are
        several sites and they are pooled. [t CO2e/ha]
    link_weight
        Weight of each site in the control mean of each stratum, shape (H, C).
    model_variance
        Variance of the model's error in each stratum, fully correlated over strata, shape (...). [(t CO2e/ha)^2]
    model_degrees_of_freedom
        Of the model variance.
    """

    area_ha: ArrayLike
    project_t_co2e_per_ha: Sequence[ArrayLike]
    control_t_co2e_per_ha: Sequence[ArrayLike] = ()
    link_weight: ArrayLike | None = None
    model_variance: ArrayLike = 0.0
    model_degrees_of_freedom: float = np.inf


@dataclass(frozen=True, slots=True)
class MomentCredit:
    """What the moment form credits.

    Parameters
    ----------
    mean_t_co2e_per_ha, standard_error_t_co2e_per_ha, degrees_of_freedom
        Of the mean difference in change.
    skewness_of_estimate
        As the guard sees it, 0 without a guard.
    multiplier
        Of the standard error in the deduction.
    credited_t_co2e_per_ha
        Mean less multiplier times standard error.
    """

    mean_t_co2e_per_ha: FloatArray
    standard_error_t_co2e_per_ha: FloatArray
    degrees_of_freedom: FloatArray
    skewness_of_estimate: FloatArray
    multiplier: FloatArray
    credited_t_co2e_per_ha: FloatArray


@dataclass(frozen=True, slots=True)
class _Groups:
    """Means, variances of the means, and what the guard needs, of groups of samples (last axis)."""

    mean: FloatArray
    variance: FloatArray
    samples: FloatArray
    skewness: FloatArray
    known_samples: float


def _groups(name: str, values: Sequence[ArrayLike], fewest: int = 2) -> _Groups:
    arrays = [row(name, finite(name, value), fewest) for value in values]
    variance = np.stack(
        [a.var(axis=-1, ddof=1) if a.shape[-1] > 1 else np.zeros(a.shape[:-1]) for a in arrays], axis=-1
    )
    samples = np.array([a.shape[-1] for a in arrays], dtype=np.float64)
    enough = samples >= 3
    if enough.any():
        third = np.stack([np.asarray(third_moment(value=a)) for a in arrays if a.shape[-1] >= 3], axis=-1)
        skewness = np.asarray(
            pooled_skewness(third_moment=third, variance=variance[..., enough], samples=samples[enough])
        )
    else:
        skewness = np.zeros(variance.shape[:-1])
    mean = np.stack([a.mean(axis=-1) for a in arrays], axis=-1)
    return _Groups(mean, variance / samples, samples, skewness, float(samples[enough].sum()))


@dataclass(frozen=True, slots=True)
class _Part:
    """Parts of the variance that share a skewness."""

    variance: FloatArray
    samples: FloatArray
    skewness: FloatArray
    known_samples: float
    sign: float


def _controls(
    campaign: Campaign, area: FloatArray, how: Controls
) -> tuple[FloatArray, FloatArray, FloatArray, list[_Part]]:
    """Return the control mean over the project, the variances with their degrees of freedom, and the guard's parts."""
    name = "control_t_co2e_per_ha"
    sites = len(campaign.control_t_co2e_per_ha)
    alone = how != "pooled" or sites == 1
    found = _groups(name, campaign.control_t_co2e_per_ha, fewest=2 if alone else 1)
    if campaign.link_weight is None:
        raise ValueError("link_weight must be given where there are control sites")
    weight = between("link_weight", campaign.link_weight, 0.0, 1.0)
    share = area / area.sum()
    lever = share @ weight if weight.shape == (area.size, sites) else None
    if lever is None:
        raise ValueError(f"link_weight must have shape {(area.size, sites)}, found {weight.shape}")
    estimate = found.mean @ lever
    within = _Part(lever**2 * found.variance, found.samples, found.skewness, found.known_samples, -1.0)
    if how != "pooled":
        parts = control_variance_components_t2(
            area_ha=share,
            group_weight=weight,
            group_mean_variance=np.ones(sites),
            form="printed" if how == "printed" else "corrected",
        )
        return estimate, parts * found.variance, found.samples - 1, [within]
    _, group = np.unique(weight > 0, axis=1, return_inverse=True)
    group = np.asarray(group).ravel()
    pooled = pooled_control_variance(
        lever_ha=lever,
        site_mean_t_co2e_per_ha=found.mean,
        site_mean_variance=found.variance,
        site_degrees_of_freedom=np.maximum(found.samples - 1, 1.0),
        group=group,
    )
    of_guard = [within]
    if sites > 1:
        kinds = [np.flatnonzero(group == number) for number in np.unique(group)]
        if max(members.size for members in kinds) < 2:
            kinds = [np.arange(sites)]
        large = [members for members in kinds if members.size > 2]
        spread = _groups(name, [found.mean[..., members] for members in large]) if large else None
        of_guard.append(
            _Part(
                lever**2 * pooled.between_sites[..., None],
                np.ones(sites),
                spread.skewness if spread else np.zeros(estimate.shape),
                spread.known_samples if spread else 0.0,
                -1.0,
            )
        )
    return estimate, pooled.variance_t2[..., None], pooled.degrees_of_freedom[..., None], of_guard


def _skewness(guard: SkewGuard, parts: list[_Part], normal: FloatArray) -> FloatArray:
    """Return the skewness of the estimate; only what over-credits counts, side by side."""
    variances, samples, skews = [normal[..., None]], [np.array([np.inf])], [np.zeros((*normal.shape, 1))]
    for part in parts:
        shrunk = shrunk_skewness(
            skewness=part.skewness,
            samples=part.known_samples,
            prior_skewness=-part.sign * guard.prior_skewness,
            prior_samples=guard.prior_samples,
        )
        harm = np.minimum(part.sign * np.asarray(shrunk), 0.0)
        variances.append(part.variance)
        samples.append(part.samples)
        skews.append(np.broadcast_to(harm[..., None], part.variance.shape))
    return np.asarray(
        skewness_of_estimate(
            part_variance=np.concatenate(variances, axis=-1),
            samples=np.concatenate(samples),
            skewness=np.concatenate(skews, axis=-1),
        )
    )


def moment_credit(
    *,
    campaign: Campaign,
    controls: Controls = "pooled",
    guard: SkewGuard | None = SCEPTICAL,
    confidence: float = 2 / 3,
) -> MomentCredit:
    """Credit the moment form.

    Parameters
    ----------
    campaign
        What was measured, two samples or more in each stratum.
    controls
        ``printed``: Eqs. 70 and 71 by stratum, and Eq. 64 as printed; ``points``: the same with shared controls and
        model errors exact; ``pooled``: besides, the difference between control sites.
    guard
        Skew guard, none for the plain form.
    confidence
        Probability that the truth is at least what is credited. [fraction, 0.5 to below 1]

    Returns
    -------
    MomentCredit
        Arrays over the campaigns.

    Raises
    ------
    ValueError
        For fewer than two samples in a group, shapes that do not fit, or a number out of range.
    """
    if controls not in ("printed", "points", "pooled"):
        raise ValueError(f"controls must be 'printed', 'points' or 'pooled', found {controls!r}")
    area = row("area_ha", positive("area_ha", campaign.area_ha))
    if area.ndim != 1 or area.size != len(campaign.project_t_co2e_per_ha):
        raise ValueError(f"area_ha must be one number for each stratum, found {area.shape}")
    share = area / area.sum()
    project = _groups("project_t_co2e_per_ha", campaign.project_t_co2e_per_ha)
    estimate = project.mean @ share
    own = share**2 * project.variance
    variances, freedoms = [own], [np.broadcast_to(project.samples - 1, own.shape)]
    parts = [_Part(own, project.samples, project.skewness, project.known_samples, 1.0)]
    if len(campaign.control_t_co2e_per_ha):
        baseline, variance, freedom, more = _controls(campaign, area, controls)
        estimate = estimate - baseline
        variances.append(variance)
        freedoms.append(np.broadcast_to(freedom, variance.shape))
        parts += more
    model = np.broadcast_to(at_least("model_variance", campaign.model_variance, 0.0), estimate.shape)
    model = model * ((share**2).sum() if controls == "printed" else 1.0)
    variances.append(model[..., None])
    freedoms.append(np.full((*estimate.shape, 1), campaign.model_degrees_of_freedom))
    every = np.concatenate(variances, axis=-1)
    nu = np.asarray(satterthwaite(variances=every, degrees_of_freedom=np.concatenate(freedoms, axis=-1)))
    t = np.asarray(t_quantile(probability=confidence, degrees_of_freedom=nu))
    skew = np.zeros(estimate.shape) if guard is None else _skewness(guard, parts, model)
    multiplier = (
        t
        if guard is None
        else np.asarray(
            guarded_multiplier(t_quantile=t, skewness_of_estimate=skew, transformation=guard.transformation)
        )
    )
    error = np.sqrt(every.sum(axis=-1))
    return MomentCredit(estimate, error, nu, skew, multiplier, estimate - multiplier * error)
