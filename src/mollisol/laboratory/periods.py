"""Games with a known error: the best of several routes or dates, many periods, and leaving after a good one.

The error of a design is known here, and quantiles are normal. What a project's fields and sites bring in stays from
campaign to campaign (``persistent``, a share of the variance); the rest is new each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from mollisol.laboratory.figures import Outcome
from mollisol.quantification.checks import FloatArray

SCHEMES: Final = ("dropped", "losses_booked", "since_last_issue", "ratchet", "trueup", "no_bar")
"""How periods add up; docs/laboratory.md has their definitions."""
LOOKS: Final = 4
_HALF: Final = 0.95


@dataclass(frozen=True, slots=True)
class Known:
    """Projects with a known error of one campaign pair.

    Parameters
    ----------
    truth, sigma, area
        True change of a period, and standard error of its estimate. [t CO2e/ha], [t CO2e/ha], [ha]
    confidence, bar
        Of the rule; the bar as a share of the estimate.
    """

    truth: FloatArray
    sigma: FloatArray
    area: FloatArray
    confidence: float
    bar: float

    def outcome(self, estimate: FloatArray, error: FloatArray, truth: FloatArray) -> Outcome:
        """Return what is credited of estimates, where they pass the bar and are above zero."""
        credit = estimate - float(ndtri(self.confidence)) * error
        return Outcome(truth, credit, self.area, (credit > 0) & self.passes(estimate, error))

    def passes(self, estimate: FloatArray, error: FloatArray) -> NDArray[np.bool_]:
        """Return whether estimates pass the bar."""
        return np.asarray(float(ndtri(_HALF)) * error <= self.bar * np.abs(estimate))


def best_of(
    known: Known, number: int, correlation: float, generator: np.random.Generator
) -> tuple[Outcome, Outcome]:
    """Return one estimate by itself, and the highest of several: routes, approaches, or dates of verification."""
    shared = generator.standard_normal(known.truth.size)
    own = generator.standard_normal((number, known.truth.size))
    error = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    estimates = known.truth + known.sigma * error
    first, highest = (
        known.outcome(e, known.sigma, known.truth) for e in (estimates[0], estimates.max(axis=0))
    )
    return first, highest


def correlation_of_dates(persistent: float) -> float:
    """Return the correlation of estimates from two campaigns that lie close in time, with one start."""
    new = (1 - persistent) / 2
    return (persistent + new) / (persistent + 2 * new)


def _cumulative(
    known: Known, periods: int, persistent: float, generator: np.random.Generator
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return the estimates of the change since the start after each period, and their standard errors."""
    stays, new = persistent * known.sigma**2, (1 - persistent) / 2 * known.sigma**2
    stay = np.sqrt(stays) * generator.standard_normal(known.truth.size)
    start = np.sqrt(new) * generator.standard_normal(known.truth.size)
    estimates, errors = [], []
    for p in range(1, periods + 1):
        now = np.sqrt(new) * generator.standard_normal(known.truth.size)
        estimates.append(p * (known.truth + stay) + now - start)
        errors.append(np.sqrt(p**2 * stays + 2 * new))
    return estimates, errors


def stopped(known: Known, persistent: float, generator: np.random.Generator) -> tuple[Outcome, Outcome]:
    """Return one look after the first period, and the first of four looks that passes the bar, after which it ends."""
    estimates, errors = _cumulative(known, LOOKS, persistent, generator)
    honest = known.outcome(estimates[0], errors[0], known.truth)
    credit, truth = honest.credit.copy(), known.truth.copy()
    issued = honest.issued.copy()
    for p, (estimate, error) in enumerate(zip(estimates, errors, strict=True), 1):
        look = known.outcome(estimate, error, p * known.truth)
        now = look.issued & ~issued
        credit[now], truth[now] = look.credit[now], look.truth[now]
        issued |= look.issued
    truth[~issued] *= LOOKS
    return honest, Outcome(truth, credit, known.area, issued)


def many_periods(
    known: Known, periods: int, persistent: float, generator: np.random.Generator
) -> Mapping[str, Outcome]:
    """Return what each scheme has credited in all after so many periods, and who ever issued."""
    estimates, errors = _cumulative(known, periods, persistent, generator)
    z, size = float(ndtri(known.confidence)), known.truth.size
    total = {scheme: np.zeros(size) for scheme in SCHEMES}
    ever = {scheme: np.zeros(size, dtype=bool) for scheme in SCHEMES}
    before, base = np.zeros(size), np.zeros(size)
    stays, new = persistent * known.sigma**2, (1 - persistent) / 2 * known.sigma**2
    waited = np.zeros(size)
    for estimate, error in zip(estimates, errors, strict=True):
        step = known.outcome(estimate - before, known.sigma, known.truth)
        gain = np.where(step.issued, step.credit, 0.0)
        total["dropped"] += gain
        total["losses_booked"] += gain + np.where(estimate < before, estimate - before, 0.0)
        waited += 1
        since = known.outcome(estimate - base, np.sqrt(waited**2 * stays + 2 * new), known.truth)
        total["since_last_issue"] += np.where(since.issued, since.credit, 0.0)
        base, waited = np.where(since.issued, estimate, base), np.where(since.issued, 0.0, waited)
        now, passes = estimate - z * error, known.passes(estimate, error)
        total["ratchet"] = np.where(passes, np.maximum(total["ratchet"], now), total["ratchet"])
        total["trueup"] = np.where(
            passes & (estimate > 0), now, np.minimum(total["trueup"], np.maximum(now, 0.0))
        )
        total["no_bar"] = np.maximum(now, 0.0)
        before = estimate
        for scheme, amount in total.items():
            ever[scheme] |= amount > 0
    return {
        scheme: Outcome(periods * known.truth, total[scheme], known.area, ever[scheme]) for scheme in SCHEMES
    }
