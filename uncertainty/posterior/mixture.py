"""Moments and quantiles of a weighted mixture of normal distributions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr

from mollisol.quantification.checks import FloatArray

_MOST_STEPS: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Normals with these means and sds, weighted; all of shape (B,). Weights sum to 1."""

    weight: FloatArray
    mean: FloatArray
    sd: FloatArray

    @property
    def centre(self) -> float:
        """Return its mean."""
        return float(self.weight @ self.mean)

    @property
    def spread(self) -> float:
        """Return its standard deviation."""
        off = self.mean - self.centre
        return float(np.sqrt(self.weight @ (self.sd**2 + off**2)))

    def below(self, value: float) -> float:
        """Return the probability below the value."""
        return float(self.weight @ ndtr((value - self.mean) / self.sd))

    def density(self, values: FloatArray) -> FloatArray:
        """Return the density at each value."""
        normals = (np.exp(-0.5 * ((value - self.mean) / self.sd) ** 2) / self.sd for value in values)
        return np.asarray([float(self.weight @ one) for one in normals]) / float(np.sqrt(2 * np.pi))

    def quantile(self, probability: float) -> float:
        """Solve for the quantile by Newton steps kept inside a bracket.

        Raises
        ------
        ValueError
            If the probability is not inside (0, 1) or the mixture is not finite.
        """
        if not 0 < probability < 1:
            raise ValueError(f"probability must lie above 0 and below 1, found {probability:g}")
        centre, spread = self.centre, self.spread
        if not np.isfinite(centre + spread):
            raise ValueError("the mixture is not finite")
        low, high = centre - spread, centre + spread
        while self.below(low) > probability:
            low -= 2 * (centre - low)
        while self.below(high) < probability:
            high += 2 * (high - centre)
        value = centre
        for _ in range(_MOST_STEPS):
            z = (value - self.mean) / self.sd
            excess = float(self.weight @ ndtr(z)) - probability
            if excess > 0:
                high = value
            else:
                low = value
            density = float(self.weight @ (np.exp(-0.5 * z**2) / self.sd)) / np.sqrt(2 * np.pi)
            step = value - excess / density if density > 0 else np.inf
            new = step if low < step < high else 0.5 * (low + high)
            if abs(new - value) <= 1e-15 * (abs(value) + spread):
                return float(new)
            value = new
        return float(value)

    def under_normal_prior(self, sd: float, mean: float = 0.0) -> Mixture:
        """Return the mixture times a normal prior on the value itself, which was flat."""
        both = self.sd**2 + sd**2
        log_ratio = -0.5 * (self.mean - mean) ** 2 / both - 0.5 * np.log(both)
        weight = self.weight * np.exp(log_ratio - log_ratio[self.weight > 0].max())
        shrink = sd**2 / both
        return Mixture(weight / weight.sum(), mean + shrink * (self.mean - mean), self.sd * np.sqrt(shrink))
