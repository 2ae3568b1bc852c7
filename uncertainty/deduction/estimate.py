"""An estimate of a declared quantity: where the shared core ends, and a programme begins to deduct."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.uncertainty.deduction.tail import lengthened_multiplier
from mollisol.uncertainty.scaling.spread_of_sites import level_of_sites
from mollisol.uncertainty.student import t_quantile


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """An estimate, the same for every route.

    Parameters
    ----------
    quantity
        What is estimated.
    mean, standard_error
        Of it. [t CO2e/ha]
    degrees_of_freedom
        Of the standard error; None where nothing varies, or where the distribution is no Student's t.
    quantile
        The value below which the truth lies with a probability between 0 and 1. [t CO2e/ha]
    """

    quantity: str
    mean: float
    standard_error: float
    degrees_of_freedom: float | None
    quantile: Callable[[float], float]


def student_estimate(
    quantity: str, mean: float, standard_error: float, degrees_of_freedom: float | None
) -> Estimate:
    """Return an estimate whose error is Student's t, or nothing where nothing varies."""
    freedom = np.inf if degrees_of_freedom is None else degrees_of_freedom

    def quantile(probability: float) -> float:
        t = float(t_quantile(probability=probability, degrees_of_freedom=freedom))
        return mean + t * standard_error

    return Estimate(quantity, mean, standard_error, degrees_of_freedom, quantile)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the deduction off the samples.

    Parameters
    ----------
    standard_error, degrees_of_freedom, skewness_of_losses
        Of the mean as this reading has them.
    below_confidence
        How far its level lies below the one that is asked.
    """

    standard_error: float
    degrees_of_freedom: float
    skewness_of_losses: float
    below_confidence: float

    def deduction(self, confidence: float) -> float:
        """Return the deduction at a confidence. [t CO2e/ha]."""
        level = level_of_sites(confidence=confidence, below_confidence=self.below_confidence)
        t = float(t_quantile(probability=level, degrees_of_freedom=self.degrees_of_freedom))
        longer = lengthened_multiplier(t_quantile=t, skewness_of_losses=self.skewness_of_losses)
        return float(longer) * self.standard_error


def sharp_estimate(plain: Estimate, readings: Sequence[Reading]) -> Estimate:
    """Return an estimate whose lower quantiles are those of the largest of some deductions, its own among them."""

    def quantile(probability: float) -> float:
        value = plain.quantile(probability)
        if probability >= 0.5:
            return value
        return min(value, *(plain.mean - reading.deduction(1 - probability) for reading in readings))

    return Estimate(plain.quantity, plain.mean, plain.standard_error, plain.degrees_of_freedom, quantile)
