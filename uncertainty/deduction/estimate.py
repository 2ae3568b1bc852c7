"""An estimate of a declared quantity: where the shared core ends, and a programme begins to deduct."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mollisol.uncertainty.deduction.skew_guard import guarded_multiplier
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


def guarded_estimate(plain: Estimate, skewness_of_estimate: float) -> Estimate:
    """Return the same with its lower half lengthened for a tail of losses; the guard never shortens a deduction."""
    freedom = np.inf if plain.degrees_of_freedom is None else plain.degrees_of_freedom

    def quantile(probability: float) -> float:
        if probability >= 0.5:
            return plain.quantile(probability)
        t = float(t_quantile(probability=1 - probability, degrees_of_freedom=freedom))
        longer = guarded_multiplier(t_quantile=t, skewness_of_estimate=skewness_of_estimate)
        return plain.mean - float(longer) * plain.standard_error

    return Estimate(plain.quantity, plain.mean, plain.standard_error, plain.degrees_of_freedom, quantile)
