"""Draws of the variances with the normal of the estimand at each, and the gates that they must pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.integration.importance import SHIFTS, Draws
from mollisol.uncertainty.posterior.marginal import Conditional, Marginal
from mollisol.uncertainty.posterior.mixture import Mixture

K_HAT_BELOW: Final = 0.7
LEAST_EFFECTIVE: Final = 100.0
MOST_ERROR: Final = 0.01
R_HAT_BELOW: Final = 1.02


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Draws of the variances and the estimand's normal at each, in t CO2e/ha."""

    marginal: Marginal
    draws: Draws
    given: Conditional
    engine: Literal["importance sampling", "ensemble"]
    k_hat: float
    r_hat: float

    @property
    def eta(self) -> FloatArray:
        """Return the settings, shape (B, d)."""
        return self.draws.eta.reshape(-1, self.marginal.dimensions)

    def typical(self) -> FloatArray:
        """Return the root mean square of each component as a setting, shape (d,): for what is shown at one setting."""
        eta, weight = self.eta, self.draws.weight
        top = eta.max(axis=0)
        return np.asarray(top + 0.5 * np.log(weight @ np.exp(2 * (eta - top))))

    def mixture(self, *, without_bias: bool = False) -> Mixture:
        """Return the posterior of the estimand; with ``without_bias`` the learned bias leaves the mean only."""
        unit, given = self.marginal.of.unit, self.given
        mean = given.mean - given.bias if without_bias else given.mean
        return Mixture(self.draws.weight, unit * mean, unit * np.sqrt(given.variance))

    def monte_carlo_error(self, probability: float) -> float:
        """Return the standard error of the quantile, from the spread over the independent shifts."""
        whole = self.mixture()
        shape = self.draws.log_weight.shape
        found = []
        for weight, mean, sd in zip(
            np.exp(self.draws.log_weight - self.draws.log_weight.max(axis=1, keepdims=True)),
            whole.mean.reshape(shape),
            whole.sd.reshape(shape),
            strict=True,
        ):
            found.append(Mixture(weight / weight.sum(), mean, sd).quantile(probability))
        return float(np.std(found, ddof=1) / np.sqrt(SHIFTS))
