"""Quasi-Monte Carlo importance sampling in a few dimensions, and what says whether it may be believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import gammaincinv, gammaln, ndtri

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.integration.sobol import shifted_sobol

type LogDensity = Callable[[FloatArray], FloatArray]

SHIFTS: Final = 8
_FREEDOM: Final = 6.0
STAGES: Final = (32, 64, 64)
SHORT_STAGES: Final = (16, 32)
"""Points by shift in the stages that only shape the proposal; the short ones where an evaluation is dear."""
_INFLATION: Final = 1.15


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Weighted settings of the variances, in groups by shift: ``eta`` (R, n, d), ``log_weight`` (R, n)."""

    eta: FloatArray
    log_weight: FloatArray

    @property
    def weight(self) -> FloatArray:
        """Return the weights that sum to 1 over all, shape (R n,)."""
        weight = np.exp(self.log_weight - self.log_weight.max()).reshape(-1)
        return np.asarray(weight / weight.sum())

    @property
    def effective_size(self) -> float:
        """Return Kish's effective number of draws."""
        return float(1 / (self.weight**2).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """Student-t in whitened coordinates, each with a scale of its own on either side of the centre.

    A log standard deviation that the data hardly show has a long tail to the left only. ``centre`` (d,),
    ``root`` (d, d) of the scale matrix, ``sides`` (2, d): scales below and above the centre.
    """

    centre: FloatArray
    root: FloatArray
    sides: FloatArray

    def draw(self, count: int, stream: int) -> tuple[FloatArray, FloatArray]:
        """Return settings (R, count, d) and the log density they were proposed with, (R, count)."""
        d = self.centre.size
        uniform = shifted_sobol(count, d + 1, SHIFTS, stream)
        below, above = self.sides
        share = below / (below + above)
        u = uniform[..., :d]
        left = u < share
        normal = ndtri(np.where(left, 0.5 * u / share, 0.5 + 0.5 * (u - share) / (1 - share)))
        stretch = np.sqrt(0.5 * _FREEDOM / gammaincinv(0.5 * _FREEDOM, uniform[..., d]))
        standard = normal * stretch[..., None]
        eta = self.centre + (standard * np.where(left, below, above)) @ self.root.T
        log_scale = np.linalg.slogdet(self.root)[1] + np.log(0.5 * (below + above)).sum()
        constant = (
            gammaln(0.5 * (_FREEDOM + d)) - gammaln(0.5 * _FREEDOM) - 0.5 * d * np.log(_FREEDOM * np.pi)
        )
        square = (standard**2).sum(axis=-1)
        return eta, constant - log_scale - 0.5 * (_FREEDOM + d) * np.log1p(square / _FREEDOM)


def two_sides(values: FloatArray, weight: FloatArray) -> tuple[float, float, float]:
    """Fit a normal with different scales on its two sides to weighted values, by maximum likelihood.

    Returns
    -------
    tuple
        Centre, scale below, scale above.
    """
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order])
    centres = np.interp(np.linspace(0.05, 0.95, 37), share, values[order])
    off = values - centres[:, None]
    low = (np.minimum(off, 0) ** 2) @ weight
    high = (np.maximum(off, 0) ** 2) @ weight
    best = int((np.cbrt(low) + np.cbrt(high)).argmin())
    left, right = np.cbrt(low[best]), np.cbrt(high[best])
    return float(centres[best]), float(left * np.sqrt(left + right)), float(right * np.sqrt(left + right))


def bounded(log_density: LogDensity, low: FloatArray, high: FloatArray) -> LogDensity:
    """Return the density with nothing outside the bounds, and nothing where it is not a number."""

    def inside(eta: FloatArray) -> FloatArray:
        kept = ((eta > low) & (eta < high)).all(axis=-1)
        value = np.full(len(eta), -np.inf)
        if kept.any():
            with np.errstate(all="ignore"):
                value[kept] = log_density(eta[kept])
        value[~np.isfinite(value)] = -np.inf
        return value

    return inside


def find_mode(
    log_density: LogDensity,
    gradient: Callable[[FloatArray], FloatArray],
    low: FloatArray,
    high: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the mode, found by Newton's method from the best of a coarse set of points.

    Returns
    -------
    tuple
        The mode (d,) and the negative Hessian there (d, d), from differences of the exact gradient.

    Raises
    ------
    ValueError
        If the density is nowhere finite.
    """
    d = low.size
    coarse = np.minimum(low + 7.0, high - 5.0) + shifted_sobol(64, d, 1)[0] * 6.0
    values = log_density(coarse)
    if not np.isfinite(values).any():
        raise ValueError("no setting of the variances fits the data: check the data and the prior scales")
    at, value = coarse[values.argmax()], float(values.max())
    curvature = np.eye(d)
    for _ in range(100):
        slope = gradient(at[None])[0]
        curvature = _curvature(gradient, at)
        size, axis = np.linalg.eigh(curvature)
        firm = np.maximum(np.abs(size), 1e-3 * max(1.0, float(np.abs(size).max()) * 1e-6))
        step = axis @ ((axis.T @ slope) / firm)
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        tried = at + step * 0.5 ** np.arange(12)[:, None]
        found = log_density(tried)
        best = int(found.argmax())
        if not found[best] > value:
            break
        moved = float(np.abs(tried[best] - at).max())
        at, value = tried[best], float(found[best])
        if moved < 1e-10:
            break
    curvature = _curvature(gradient, at)
    for _ in range(2):  # the value no longer tells steps apart, the slope does
        slope = gradient(at[None])[0]
        size = np.linalg.eigvalsh(curvature)
        if size[0] <= 0:
            break
        step = np.linalg.solve(curvature, slope)
        if not np.abs(gradient((at + step)[None])[0]).max() < np.abs(slope).max():
            break
        at = at + step
    return at, curvature


def _curvature(gradient: Callable[[FloatArray], FloatArray], point: FloatArray) -> FloatArray:
    step = 1e-4
    moves = step * np.eye(point.size)
    slopes = gradient(np.concatenate([point + moves, point - moves]))
    hessian = (slopes[: point.size] - slopes[point.size :]) / (2 * step)
    return np.asarray(-0.5 * (hessian + hessian.T))


def _first(mode: FloatArray, curvature: FloatArray) -> Proposal:
    size, axis = np.linalg.eigh(curvature)
    variance = (axis / np.maximum(size, 0.25)) @ axis.T
    return Proposal(mode, np.linalg.cholesky(variance), np.ones((2, mode.size)))


def shape_proposal(
    log_density: LogDensity, mode: FloatArray, curvature: FloatArray, stages: tuple[int, ...] = STAGES
) -> Proposal:
    """Fit centre and scale of the proposal to weighted draws, in stages."""
    proposal = _first(mode, curvature)
    for stage, count in enumerate(stages):
        eta, log_q = proposal.draw(count, stream=stage)
        log_weight = log_density(eta.reshape(-1, mode.size)).reshape(log_q.shape) - log_q
        draws = Draws(eta, log_weight)
        flat = eta.reshape(-1, mode.size)
        weight = np.minimum(draws.weight, 1 / np.sqrt(draws.weight.size))
        weight /= weight.sum()
        white = np.linalg.solve(proposal.root, (flat - proposal.centre).T).T
        off = white - weight @ white
        spread = (off * weight[:, None]).T @ off + 1e-3 * np.eye(mode.size)
        turn = np.linalg.cholesky(spread)
        fits = np.array([two_sides(column, weight) for column in np.linalg.solve(turn, white.T)])
        sides = np.sqrt(_INFLATION) * np.maximum(fits[:, 1:].T, 0.1)
        proposal = Proposal(proposal.centre + proposal.root @ turn @ fits[:, 0], proposal.root @ turn, sides)
    return proposal


def pareto_k(log_weight: FloatArray) -> float:
    """Return the shape of a generalised Pareto distribution fitted to the largest weights.

    Parameters
    ----------
    log_weight
        Logarithms of the raw weights, any shape.

    Returns
    -------
    float
        k-hat; below 0.7 the weights may be used. -inf where the largest weights are equal.

    Notes
    -----
    Zhang and Stephens (2009), with the weak prior of Vehtari and others (2024).
    """
    ratio = np.sort(np.exp(log_weight - log_weight.max()).reshape(-1))
    size = int(min(0.2 * ratio.size, 3 * np.sqrt(ratio.size)))
    tail = ratio[-size:] - ratio[-size - 1]
    if tail[-1] <= 0 or tail[size // 4] <= 0:
        return -np.inf
    grid = 30 + int(np.sqrt(size))
    quarter = tail[int(size / 4 + 0.5) - 1]
    b = 1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))
    b = b / (3 * quarter) + 1 / tail[-1]
    k = np.log1p(-b[:, None] * tail).mean(axis=1)
    profile = size * (np.log(-b / k) - k - 1)
    weight = 1 / np.exp(profile - profile[:, None]).sum(axis=1)
    b_hat = float((b * weight).sum() / weight.sum())
    shape = float(np.log1p(-b_hat * tail).mean())
    return (shape * size + 5.0) / (size + 10.0)
