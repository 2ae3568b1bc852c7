"""The guarded moment form: what release 0.1.0 issued where it was the lowest. Bundles of it are performed again by it.

Control sites are pooled over the project, and the multiplier is lengthened by a skewness that is shrunk to a sceptical
prior. The sharp form (``sharp.py``) took its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Amount, Number, equation
from mollisol.quantification.checks import FloatArray, Value
from mollisol.uncertainty.deduction.tail import (
    pooled_skewness,
    samples_that_show_a_tail,
    skewness_of_estimate,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.scaling.pooled_controls import pooled_control_variance
from mollisol.uncertainty.student import t_quantile


@dataclass(frozen=True, slots=True)
class Guard:
    """The skewness that is expected until samples say otherwise, and how many samples that is worth."""

    prior_skewness: float
    prior_samples: float

    def harm(self, groups: Sequence[FloatArray], sign: float) -> float:
        """Return the skewness of single values in the direction of the estimate; only a tail that over-credits counts.

        Parameters
        ----------
        sign
            1 for the project, -1 for control sites.
        """
        label = np.repeat(np.arange(len(groups)), [values.size for values in groups])
        samples = samples_that_show_a_tail(label) if groups else 0
        found = float(pooled_skewness(value=np.concatenate(groups), group=label)) if samples else 0.0
        weight = samples + self.prior_samples
        shrunk = samples * found - self.prior_samples * sign * self.prior_skewness
        return min(sign * shrunk / weight, 0.0) if weight else 0.0


@dataclass(frozen=True, slots=True)
class GuardedCredit:
    """Mean, standard error, degrees of freedom, skewness, and multiplier of the form. [t CO2e/ha]."""

    standard_error: float
    degrees_of_freedom: float
    skewness_of_estimate: float
    multiplier: float


def guarded_credit(
    *,
    area_ha: FloatArray,
    project_t_co2e_per_ha: Sequence[FloatArray],
    control_t_co2e_per_ha: Sequence[FloatArray],
    link_weight: FloatArray,
    guard: Guard,
    confidence: float,
) -> GuardedCredit:
    """Return the guarded moment form of a campaign.

    Parameters
    ----------
    area_ha
        Of the strata, shape (H,). [ha]
    project_t_co2e_per_ha, control_t_co2e_per_ha
        Changes of each stratum (two or more) and of each control site. [t CO2e/ha]
    link_weight
        Weight of each site in the control mean of each stratum, shape (H, C).

    Raises
    ------
    ValueError
        For a stratum with one sample, or one control site with one point.
    """
    fewest = {"a stratum": project_t_co2e_per_ha}
    if len(control_t_co2e_per_ha) == 1:
        fewest["a control site that stands alone"] = control_t_co2e_per_ha
    for name, groups in fewest.items():
        if min(values.size for values in groups) < 2:
            raise ValueError(f"{name} must have two samples or more")
    share = area_ha / area_ha.sum()
    lever = share @ link_weight
    own, samples = share**2 * _variances(project_t_co2e_per_ha), _sizes(project_t_co2e_per_ha)
    within, points = _variances(control_t_co2e_per_ha), _sizes(control_t_co2e_per_ha)
    means = np.array([values.mean() for values in control_t_co2e_per_ha])
    _, place = np.unique(link_weight > 0, axis=1, return_inverse=True)
    group = np.asarray(place).ravel()
    pooled = pooled_control_variance(
        lever_ha=lever,
        site_mean_t_co2e_per_ha=means,
        site_mean_variance=within,
        site_degrees_of_freedom=np.maximum(points - 1, 1.0),
        group=group,
    )
    variances = np.append(own, pooled.variance_t2)
    nu = float(
        satterthwaite(
            variances=variances, degrees_of_freedom=np.append(samples - 1, pooled.degrees_of_freedom)
        )
    )
    parts = [
        (own, samples, guard.harm(project_t_co2e_per_ha, 1.0)),
        (lever**2 * within, points, guard.harm(control_t_co2e_per_ha, -1.0)),
    ]
    if means.size > 1:
        kinds = [means[group == number] for number in np.unique(group)]
        if max(kind.size for kind in kinds) < 2:
            kinds = [means]
        large = [kind for kind in kinds if kind.size > 2]
        parts.append((lever**2 * pooled.between_sites, np.ones(means.size), guard.harm(large, -1.0)))
    skewness = skewness_of_estimate(
        part_variance=np.concatenate([variance for variance, _, _ in parts]),
        samples=np.concatenate([number for _, number, _ in parts]),
        skewness=np.concatenate([np.full(variance.size, harm) for variance, _, harm in parts]),
    )
    t = float(t_quantile(probability=confidence, degrees_of_freedom=nu))
    multiplier = guarded_multiplier(t_quantile=t, skewness_of_estimate=skewness)
    return GuardedCredit(float(np.sqrt(variances.sum())), nu, float(skewness), float(multiplier))


def _sizes(groups: Sequence[FloatArray]) -> FloatArray:
    return np.array([values.size for values in groups], dtype=np.float64)


def _variances(groups: Sequence[FloatArray]) -> FloatArray:
    spread = [values.var(ddof=1) if values.size > 1 else 0.0 for values in groups]
    variances: FloatArray = np.array(spread) / _sizes(groups)
    return variances


@equation(
    "mollisol:skew-guard",
    "q",
    "1",
    Locator("Hall, Journal of the Royal Statistical Society B 54", "1992", page="221-228"),
)
def guarded_multiplier(*, t_quantile: Amount, skewness_of_estimate: Number) -> Value:
    r"""Return the multiplier of the standard error in the deduction, lengthened for skewness to losses.

    Parameters
    ----------
    t_quantile
        Of the plain deduction. [0 to 100]
    skewness_of_estimate
        Of the estimated reduction; below 0 the tail is one of losses. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined; never below the t quantile. Hall's cubic turns at a skewness of about -1.4;
        beyond, the value at the turn holds. [1]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: q = \frac{3}{a} \left(1 - \sqrt[3]{1 - a \, (t + a / 6)}\right), \qquad a = \max(0, -\lambda)

    Here :math:`t` is ``t_quantile`` and :math:`\lambda` is ``skewness_of_estimate``.

    Source: Hall (1992): T + a T^2/3 + a^2 T^3/27 + a/6 is nearly symmetric for an estimate of skewness a. Terms
    of the order of kurtosis / n are dropped.

    Examples
    --------
    >>> print(guarded_multiplier(t_quantile=0.5, skewness_of_estimate=3.0))
    0.5
    """
    size = np.maximum(-skewness_of_estimate, 0.0)
    first_term = t_quantile + size * (2 * t_quantile**2 + 1) / 6
    # at the turn 1 - a t - a^2/6 is 0 and the cubic is flat; up to it the solution grows with the skewness
    size = np.minimum(size, 3 * (np.sqrt(t_quantile**2 + 2 / 3) - t_quantile))
    some = size > 1e-5
    safe = np.where(some, size, 1.0)
    solved = 3 / safe * (1 - np.cbrt(1 - safe * (t_quantile + safe / 6)))
    return np.maximum(np.where(some, solved, first_term), t_quantile)[()]
