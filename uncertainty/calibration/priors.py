"""Prior densities of the sampled quantities, and the coordinates in which they are sampled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from mollisol.methodology.soil_models.calibrated import CalibrationPrior
from mollisol.quantification.models.arrays import FloatArray


class Priors:
    """The priors together; a point is (quantity,) or (point, quantity) in sampling coordinates.

    An sd is sampled by its logarithm, every other quantity by the logarithm of its odds within its range.
    """

    def __init__(self, priors: Sequence[CalibrationPrior]) -> None:
        self.priors = tuple(priors)
        self.names = tuple(p.name for p in priors)
        self._by_log = np.array([p.role in ("effect", "error") for p in priors])
        self._low = np.array([p.low for p in priors])
        self._high = np.array([p.high for p in priors])

    def values(self, points: FloatArray) -> FloatArray:
        """Return the quantities of points in sampling coordinates."""
        share = special.expit(points)
        within = self._low + (self._high - self._low) * share
        return np.where(self._by_log, np.exp(np.where(self._by_log, points, 0.0)), within)

    def points(self, values: FloatArray) -> FloatArray:
        """Return the sampling coordinates of quantities."""
        share = (values - self._low) / (self._high - self._low)
        odds = special.logit(np.where(self._by_log, 0.5, share))
        return np.where(self._by_log, np.log(np.where(self._by_log, values, 1.0)), odds)

    def log_density(self, points: FloatArray) -> FloatArray:
        """Return the log prior density of points, (point,), in sampling coordinates; up to a constant."""
        values = self.values(points)
        stretch = special.log_expit(points) + special.log_expit(-points)
        total = np.where(self._by_log, points, stretch).sum(axis=-1)
        for place, prior in enumerate(self.priors):
            here = values[..., place]
            if prior.distribution in ("normal", "half-normal"):
                middle = prior.location if prior.distribution == "normal" else 0.0
                total = total - 0.5 * ((here - middle) / prior.scale) ** 2
            elif prior.distribution == "lognormal":
                log = np.log(np.maximum(here, 1e-300))
                total = total - 0.5 * ((log - np.log(prior.location)) / prior.scale) ** 2 - log
        return np.asarray(np.where(self.inside(values), total, -np.inf))

    def inside(self, values: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return which points have all quantities within their ranges, off the edges by more than rounding."""
        return np.asarray(((values > self._low) & (values < self._high)).all(axis=-1))

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Draw points from the priors, in sampling coordinates, (point, quantity)."""
        out = np.empty((count, len(self.priors)))
        for place, prior in enumerate(self.priors):
            out[:, place] = _one(prior, count, rng)
        return self.points(out)


def _one(prior: CalibrationPrior, count: int, rng: np.random.Generator) -> FloatArray:
    """Draw one quantity, again and again until all lie in its range."""
    kept = np.empty(0)
    while len(kept) < count:
        size = 2 * count
        if prior.distribution == "normal":
            drawn = rng.normal(prior.location, prior.scale, size)
        elif prior.distribution == "half-normal":
            drawn = np.abs(rng.normal(0.0, prior.scale, size))
        elif prior.distribution == "lognormal":
            drawn = prior.location * np.exp(rng.normal(0.0, prior.scale, size))
        else:
            drawn = rng.uniform(prior.low, prior.high, size)
        kept = np.concatenate([kept, drawn[(drawn > prior.low) & (drawn < prior.high)]])
    return kept[:count]
