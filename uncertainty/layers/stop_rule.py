"""How many draws are enough: the Monte Carlo error of the credited quantile beside the deduction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.checks import FloatArray, finite, row, whole
from mollisol.uncertainty.student import probability_of

SHARE_OF_DEDUCTION: Final = 0.023
"""Largest Monte Carlo error of the credited quantile, over the deduction: 1 % of the standard deviation."""


@dataclass(frozen=True, slots=True)
class Credited:
    """What joint draws of the reduction credit.

    Parameters
    ----------
    mean, quantile
        Of the draws. [t CO2e/ha]
    monte_carlo_error
        Standard error of the quantile. [t CO2e/ha]
    draws
        Used.
    enough
        Whether the error is within the allowed share of the deduction.
    """

    mean: float
    quantile: float
    monte_carlo_error: float
    draws: int
    enough: bool

    @property
    def deduction(self) -> float:
        """Mean less quantile. [t CO2e/ha]."""
        return self.mean - self.quantile


def quantile_error(*, draws: ArrayLike, probability: ArrayLike = 1 / 3) -> tuple[float, float]:
    """Give a quantile of independent draws and its Monte Carlo error.

    Parameters
    ----------
    draws
        Shape (L,), 30 or more. [any unit]
    probability
        Share below the quantile, one number. [fraction]

    Returns
    -------
    quantile, error
        The error is half the width between the order statistics one binomial standard deviation to each side.
        [the same unit]

    Raises
    ------
    ValueError
        For fewer than 30 draws, or an argument outside the ranges above.
    """
    values = row("draws", finite("draws", draws), 30)
    share = probability_of("probability", probability)
    if values.ndim != 1 or share.ndim:
        raise ValueError("draws must be a row and probability one number")
    aside = float(np.sqrt(share * (1 - share) / values.size))
    ends = np.clip([float(share) - aside, float(share) + aside], 0.0, 1.0)
    low, middle, high = np.quantile(values, [ends[0], float(share), ends[1]])
    return float(middle), float(high - low) / 2


def draw_until_sure(
    *,
    draw: Callable[[int, int], FloatArray],
    confidence: float = 2 / 3,
    share_of_deduction: float = SHARE_OF_DEDUCTION,
    first: int = 1000,
    most: int = 1_000_000,
) -> Credited:
    """Draw until the credited quantile is known well enough, doubling the draws each time.

    Parameters
    ----------
    draw
        Gives independent draws of the mean reduction: ``draw(number, batch)``; the batch number is for the seed.
        [t CO2e/ha]
    confidence
        Probability that the truth is at least what is credited. [fraction, 0.5 to below 1]
    share_of_deduction
        Largest Monte Carlo error over the deduction. [fraction, above 0 and below 1]
    first, most
        Draws to begin with, and to stop at. [whole numbers, 30 or more]

    Returns
    -------
    Credited
        ``enough`` is false where the most draws did not do: then nothing may be issued on it.

    Raises
    ------
    ValueError
        For draws that are not finite or not as many as asked for, or an argument outside the ranges above.
    """
    chance = float(probability_of("confidence", confidence, 0.5))
    allowed = float(probability_of("share_of_deduction", share_of_deduction))
    number, limit = int(whole("first", first, 30)), int(whole("most", most, 30))
    held = np.empty(0)
    batch = 0
    while True:
        wanted = min(number, limit) - held.size
        fresh = row("the result of draw", finite("the result of draw", draw(wanted, batch)))
        if fresh.shape != (wanted,):
            raise ValueError(f"draw must give {wanted} numbers in a row, found shape {fresh.shape}")
        held = np.concatenate([held, fresh])
        quantile, error = quantile_error(draws=held, probability=1 - chance)
        mean = float(held.mean())
        # draws without spread need no more draws
        enough = error <= allowed * (mean - quantile) or error == 0
        if enough or held.size >= limit:
            return Credited(mean, quantile, error, held.size, bool(enough))
        number, batch = number * 2, batch + 1
