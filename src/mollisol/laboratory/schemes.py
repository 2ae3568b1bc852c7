"""What proposals do beside values of the deduction: a bar on the design, a prior, pools, credits below zero."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import ndtri, stdtrit

from mollisol.laboratory.draws import Block, Group
from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.deduction.moment import credited_mean, half_width_percent
from mollisol.uncertainty.degrees_of_freedom import satterthwaite

_NODES: Final = 256
"""Quantiles of the prior at which its product with the likelihood is added up."""


def design_variance(group: Group, block: Block) -> tuple[FloatArray, FloatArray]:
    """Return the variance of the mean that a design has, with its degrees of freedom. [(t CO2e/ha)^2], [1]."""
    index = group.index
    lever = group.share @ group.link
    parts = [
        (share**2 * block.spread_of(index, h) ** 2 / x.shape[-1], x.shape[-1] - 1.0)
        for h, (share, x) in enumerate(zip(group.share, group.project, strict=True))
    ]
    of_site, points = block.between_sites[index] ** 2, [y.shape[-1] for y in group.control]
    between = sum(
        part**2 * (of_site + block.spread_of_points[index] ** 2 / m)
        for part, m in zip(lever, points, strict=True)
    )
    parts.append((np.asarray(between), len(points) - 1.0 if len(points) > 1 else points[0] - 1.0))
    variances = np.stack([variance for variance, _ in parts], axis=-1)
    freedom = satterthwaite(
        variances=variances, degrees_of_freedom=np.broadcast_to([nu for _, nu in parts], variances.shape)
    )
    return variances.sum(axis=-1), np.asarray(freedom)


def design_half_width_percent(group: Group, block: Block) -> FloatArray:
    """Return the half-width that a design promises, in per cent of the effect that is declared before the data.

    The spreads are those that the projects have, and the declared effect is the mean of the population times what the
    world says of declarations.
    """
    variance, freedom = design_variance(group, block)
    return np.asarray(
        half_width_percent(
            mean_change=block.world.declared * block.declared_effect[group.index],
            variance_of_mean=variance,
            degrees_of_freedom=freedom,
        )
    )


def quantile_with_prior(
    estimate: FloatArray,
    error: FloatArray,
    freedom: FloatArray,
    prior: tuple[float, float],
    confidence: float,
) -> FloatArray:
    """Return what the truth exceeds with a probability, given an estimate and the population that it is from.

    The density is that of the prior, normal with ``prior`` as mean and standard deviation, times Student's t of the
    estimate; it is added up over quantiles of the prior.
    """
    mean, sd = prior
    level = (np.arange(_NODES) + 0.5) / _NODES
    found = np.empty_like(estimate)
    for low in range(0, estimate.size, 2000):
        part = slice(low, low + 2000)
        e, s, v = estimate[part, None], error[part, None], freedom[part, None]
        # half of the nodes from the prior and half from the estimate, so that neither is missed by the other
        wide = e - s * stdtrit(np.minimum(v, 1e6), level)
        nodes = np.sort(
            np.concatenate([np.broadcast_to(mean + sd * ndtri(level), wide.shape), wide], axis=1), axis=1
        )
        log = -0.5 * ((nodes - mean) / sd) ** 2 - (v + 1) / 2 * np.log1p(((e - nodes) / s) ** 2 / v)
        density = np.exp(log - log.max(axis=1, keepdims=True))
        mass = np.cumsum((density[:, 1:] + density[:, :-1]) / 2 * np.diff(nodes, axis=1), axis=1)
        target = (1 - confidence) * mass[:, -1]
        place = np.argmax(mass >= target[:, None], axis=1)
        rows = np.arange(place.size)
        before = np.where(place > 0, mass[rows, place - 1], 0.0)
        within = (target - before) / (mass[rows, place] - before)
        found[part] = nodes[rows, place] + within * (nodes[rows, place + 1] - nodes[rows, place])
    return found


def pooled(
    estimate: FloatArray,
    error: FloatArray,
    freedom: FloatArray,
    area: FloatArray,
    members: int,
    confidence: float,
) -> tuple[FloatArray, FloatArray]:
    """Return credit [t CO2e/ha] and half-width [% of the estimate] of each project's pool of successive ones."""
    pool = np.arange(area.size) // members
    share = area / np.bincount(pool, weights=area)[pool]
    mean = np.bincount(pool, weights=share * estimate)
    parts = (share * error) ** 2
    variance = np.bincount(pool, weights=parts)
    nu = variance**2 / np.bincount(pool, weights=parts**2 / freedom)
    credit = credited_mean(
        mean_change=mean, variance_of_mean=variance, degrees_of_freedom=nu, confidence=confidence
    )
    width = half_width_percent(mean_change=mean, variance_of_mean=variance, degrees_of_freedom=nu)
    return np.asarray(credit)[pool], np.asarray(width)[pool]
