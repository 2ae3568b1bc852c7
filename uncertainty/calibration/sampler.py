"""Markov chains that advance together, so that one call of the kernel runs the proposals of all of them.

Warm-up begins with DE-MCz (ter Braak and Vrugt 2008): a chain jumps along the difference of two past states of any
chain, or by the snooker move. Later most moves are proposed from a Student t fitted to past states, independently of
where the chain stands. After the warm-up the archive and the fit are frozen: nothing adapts any more, so that the kept
draws have the posterior as their stationary distribution whatever the fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from mollisol.quantification.models.arrays import FloatArray
from mollisol.uncertainty.calibration.diagnostics import Diagnosis, diagnose

type LogDensity = Callable[[FloatArray], FloatArray]
type Report = Callable[[int, int, str], None]

DEGREES = 5.0
"""Of the Student t that is proposed from: heavier tails than a normal."""


@dataclass(frozen=True, slots=True)
class SamplerSettings:
    """How the chains run.

    Parameters
    ----------
    chains
        How many advance together.
    warmup
        Generations that are not kept: half of them DE-MCz alone, then with proposals that are fitted every ``refit``.
    block
        Generations between two looks at the diagnostics, and two checkpoints.
    least, most
        Kept generations at least and at most.
    independent
        Share of the kept moves that are proposed from the Student t.
    r_hat, ess
        What every quantity must reach, both in bulk and tail.
    """

    chains: int = 24
    warmup: int = 400
    refit: int = 40
    block: int = 50
    least: int = 100
    most: int = 4000
    independent: float = 0.8
    r_hat: float = 1.01
    ess: float = 400.0


@dataclass(frozen=True, slots=True)
class Chains:
    """Where the chains stand; all of it goes into a checkpoint.

    Parameters
    ----------
    generation
        Generations done.
    points, log_density
        State of each chain, (chain, quantity), (chain,).
    archive
        Past states, (state, quantity).
    kept
        Kept states, (generation, chain, quantity).
    accepted
        Accepted moves since the warm-up.
    """

    generation: int
    points: FloatArray
    log_density: FloatArray
    archive: FloatArray
    kept: FloatArray
    accepted: int

    @classmethod
    def begin(cls, draw: Callable[[int], FloatArray], density: LogDensity, settings: SamplerSettings) -> Self:
        """Begin at draws from the prior.

        Raises
        ------
        ValueError
            If the density is zero at most of them.
        """
        archive = draw(max(10 * settings.chains, 200))
        values = density(archive[: 4 * settings.chains])
        best = np.argsort(-values, kind="stable")[: settings.chains]
        if not np.isfinite(values[best]).all():
            raise ValueError("the density is zero at most draws of the prior: look at priors and data")
        n = archive.shape[1]
        return cls(0, archive[best], values[best], archive, np.empty((0, settings.chains, n)), 0)


def advance(
    state: Chains, density: LogDensity, settings: SamplerSettings, *, seed: int, until: int
) -> Chains:
    """Advance all chains to a generation; the same seed and state give the same draws, whenever it is called."""
    points, values, archive = state.points.copy(), state.log_density.copy(), state.archive
    kept = [state.kept]
    accepted = state.accepted
    alone = settings.warmup // 2
    student: Student | None = None
    for generation in range(state.generation, until):
        rng = np.random.default_rng([seed, generation])
        if alone <= generation <= settings.warmup and (generation - alone) % settings.refit == 0:
            archive = archive[-settings.refit * len(points) :]
            student = None
        if generation < alone:
            proposed, correction = _differences(points, archive, rng)
        else:
            student = student or Student.fitted(archive[: settings.refit * len(points)])
            proposed, correction = _mixed(points, archive, student, settings.independent, rng)
        new = density(proposed)
        with np.errstate(invalid="ignore"):
            better = np.log(rng.random(len(points))) < new - values + correction
        points[better], values[better] = proposed[better], new[better]
        if generation < settings.warmup:
            archive = np.concatenate([archive, points])
        else:
            accepted += int(better.sum())
            kept.append(points[None].copy())
    return Chains(until, points, values, archive, np.concatenate(kept), accepted)


def _differences(
    points: FloatArray, archive: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Propose by differences of archived states, one in ten by the snooker move."""
    n, d = points.shape
    picked = np.stack([rng.choice(len(archive), 3, replace=False) for _ in range(n)])
    a, b, c = (archive[picked[:, k]] for k in range(3))
    gamma = np.where(rng.random((n, 1)) < 0.1, 1.0, 2.38 / np.sqrt(2.0 * d))
    proposed = points + gamma * (a - b) + rng.normal(0.0, 1e-6, (n, d))
    line = points - c
    length = np.maximum((line**2).sum(axis=1), 1e-300)
    along = ((a - b) * line).sum(axis=1) / length
    snooked = points + rng.uniform(1.2, 2.2, (n, 1)) * along[:, None] * line
    after = np.maximum(((snooked - c) ** 2).sum(axis=1), 1e-300)
    snooker = rng.random((n, 1)) < 0.1
    correction = np.where(snooker[:, 0], 0.5 * (d - 1) * (np.log(after) - np.log(length)), 0.0)
    return np.where(snooker, snooked, proposed), correction


def _mixed(
    points: FloatArray, archive: FloatArray, student: Student, share: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Propose from the Student t, or by differences of the frozen archive."""
    near, correction = _differences(points, archive, rng)
    far = student.draw(len(points), rng)
    jump = np.asarray(rng.random(len(points)) < share)
    ratio = student.log_density(points) - student.log_density(far)
    return np.where(jump[:, None], far, near), np.where(jump, ratio, correction)


@dataclass(frozen=True, slots=True)
class Student:
    """A multivariate Student t."""

    centre: FloatArray
    root: FloatArray

    @classmethod
    def fitted(cls, states: FloatArray) -> Self:
        """Fit centre and scale to past states."""
        spread = np.cov(states, rowvar=False) + 1e-12 * np.eye(states.shape[1])
        return cls(states.mean(axis=0), np.linalg.cholesky(spread * (DEGREES - 2.0) / DEGREES * 1.2))

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Draw points."""
        z = rng.normal(size=(count, len(self.centre)))
        scale = np.sqrt(rng.chisquare(DEGREES, count) / DEGREES)
        return np.asarray(self.centre + (z @ self.root.T) / scale[:, None])

    def log_density(self, points: FloatArray) -> FloatArray:
        """Return the log density up to a constant."""
        z = np.linalg.solve(self.root, (points - self.centre).T)
        d = len(self.centre)
        return np.asarray(-0.5 * (DEGREES + d) * np.log1p((z**2).sum(axis=0) / DEGREES))


def sample(
    state: Chains,
    density: LogDensity,
    settings: SamplerSettings,
    *,
    seed: int,
    keep: Callable[[Chains], None] = lambda _: None,
    report: Report = lambda _done, _total, _text: None,
) -> tuple[Chains, Diagnosis]:
    """Advance the chains until every gate is met, or the most generations are done.

    Parameters
    ----------
    state
        Where the chains stand: the beginning, or a checkpoint.
    density
        Log density of points, (point,).
    settings
        How they run.
    seed
        Of all random numbers: each generation has its own stream.
    keep
        Called with the state after each block, to write a checkpoint.
    report
        Called with generations done, generations at most, and a text.
    """
    last = settings.warmup + settings.most
    while True:
        done = len(state.kept)
        verdict = diagnose(state.kept) if done >= settings.least else None
        if verdict is not None and (verdict.passes(settings.r_hat, settings.ess) or state.generation >= last):
            return state, verdict
        until = min(state.generation + settings.block, last)
        if state.generation < settings.warmup:
            until = min(until, settings.warmup)
        state = advance(state, density, settings, seed=seed, until=until)
        keep(state)
        report(state.generation, last, verdict.words() if verdict else "warm-up")
