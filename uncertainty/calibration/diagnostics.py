"""Diagnostics of chains: rank-normalised split r-hat and effective sample sizes, by ArviZ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.quantification.models.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """By quantity: r-hat, effective sample size in bulk and in the tails."""

    r_hat: FloatArray
    ess_bulk: FloatArray
    ess_tail: FloatArray

    def passes(self, r_hat: float, ess: float) -> bool:
        """Return whether every quantity meets the gates; a NaN does not."""
        small = (self.ess_bulk >= ess).all() and (self.ess_tail >= ess).all()
        return bool((self.r_hat <= r_hat).all() and small)

    def words(self) -> str:
        """Return the worst of each in words."""
        least = min(self.ess_bulk.min(), self.ess_tail.min())
        return f"r-hat {self.r_hat.max():.3f}, ESS {least:.0f}"


def diagnose(kept: FloatArray) -> Diagnosis:
    """Diagnose kept states, (generation, chain, quantity)."""
    import arviz as az  # type: ignore[import-untyped]

    chains = np.moveaxis(kept, 1, 0)
    quantities = range(chains.shape[2])
    return Diagnosis(
        np.array([float(az.rhat(chains[:, :, q])) for q in quantities]),
        np.array([float(az.ess(chains[:, :, q], method="bulk")) for q in quantities]),
        np.array([float(az.ess(chains[:, :, q], method="tail", prob=(0.05, 0.95))) for q in quantities]),
    )
