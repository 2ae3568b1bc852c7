"""How many draws are enough: the Monte Carlo error of the credited value beside the deduction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.checks import FloatArray, at_least, finite, row, whole
from mollisol.uncertainty.student import probability_of

FEWEST_DRAWS = 30


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Draws, and how well they settle what is credited.

    Parameters
    ----------
    draws
        Shape (L,).
    deduction
        What the credited value lies below the mean. [t CO2e/ha]
    monte_carlo_error
        Standard error of the credited value over repetitions of the draws. [t CO2e/ha]
    enough
        Whether the error is within the allowed share of the deduction.
    """

    draws: FloatArray
    deduction: float
    monte_carlo_error: float
    enough: bool


def variance_error(*, draws: ArrayLike) -> tuple[float, float]:
    """Return the variance of independent draws and its Monte Carlo error.

    Parameters
    ----------
    draws
        Shape (L,), 30 or more. [any unit]

    Returns
    -------
    variance, error
        The error is from the fourth moment, so long tails widen it. [squared unit]

    Raises
    ------
    ValueError
        For fewer than 30 draws, or a number that is not finite.
    """
    values = row("draws", finite("draws", draws), FEWEST_DRAWS)
    if values.ndim != 1:
        raise ValueError(f"draws must be one row, found shape {values.shape}")
    number = values.size
    squares = (values - values.mean()) ** 2
    variance = float(squares.sum()) / (number - 1)
    of_variance = float((squares**2).mean()) - (number - 3) / (number - 1) * variance**2
    return variance, float(np.sqrt(max(0.0, of_variance) / number))


def deduction_error(*, draws: ArrayLike, other_variance: float, multiplier: float) -> tuple[float, float]:
    """Return the deduction of a moment form with drawn errors, and its Monte Carlo error.

    Parameters
    ----------
    draws
        Of the mean, shape (L,), 30 or more. [t CO2e/ha]
    other_variance
        Of the mean, known without draws: the sampling term. [(t CO2e/ha)^2, 0 or more]
    multiplier
        Of the standard error, Student's t. [0 or more]

    Returns
    -------
    deduction, error
        To first order in the variance over draws. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.
    """
    variance, of_variance = variance_error(draws=draws)
    total = float(at_least("other_variance", other_variance, 0.0)) + variance
    times = float(at_least("multiplier", multiplier, 0.0))
    spread = float(np.sqrt(total))
    return times * spread, times * of_variance / (2 * spread) if spread > 0 else 0.0


def draw_until_sure(
    *,
    draw: Callable[[int, int], FloatArray],
    credit: Callable[[FloatArray], tuple[float, float]],
    share_of_deduction: float,
    first: int,
    most: int,
) -> Drawn:
    """Draw until what is credited is known well enough, doubling the draws each time.

    Parameters
    ----------
    draw
        Gives independent draws: ``draw(number, batch)``; the batch number is for the seed.
    credit
        Gives deduction and its Monte Carlo error from all draws so far.
    share_of_deduction
        Largest Monte Carlo error over the deduction. [fraction, above 0 and below 1]
    first, most
        Draws to begin with, and to stop at. [whole numbers, 30 or more]

    Returns
    -------
    Drawn
        ``enough`` is false where the most draws did not do: then nothing may be issued on it.

    Raises
    ------
    ValueError
        For draws that are not finite or not as many as asked for, or an argument outside the ranges above.
    """
    allowed = float(probability_of("share_of_deduction", share_of_deduction))
    number, limit = int(whole("first", first, FEWEST_DRAWS)), int(whole("most", most, FEWEST_DRAWS))
    held = np.empty(0)
    batch = 0
    while True:
        wanted = min(number, limit) - held.size
        fresh = row("the result of draw", finite("the result of draw", draw(wanted, batch)))
        if fresh.shape != (wanted,):
            raise ValueError(f"draw must give {wanted} numbers in a row, found shape {fresh.shape}")
        held = np.concatenate([held, fresh])
        deduction, error = credit(held)
        enough = error <= allowed * deduction
        if enough or held.size >= limit:
            return Drawn(held, deduction, error, bool(enough))
        number, batch = number * 2, batch + 1
