"""From joint draws to a credited value in one function: what the route of modelled units is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.checks import (
    FloatArray,
    positive,
    row,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.monte_carlo.modelled import (
    drawn_groups,
    draws_factor,
    sampling_variances_t2,
    total_by_draw_t_co2e,
)
from mollisol.uncertainty.student import degrees, t_quantile


@dataclass(frozen=True, slots=True)
class MonteCarloCredit:
    """What the Monte Carlo route credits.

    Parameters
    ----------
    mean_t_co2e_per_ha
        Over points and draws.
    sampling_variance, drawn_variance
        Of the mean: between points, and over draws. [(t CO2e/ha)^2]
    draws
        How many, or the effective number of a chain.
    standard_error_t_co2e_per_ha
        Of both, times sqrt(1 + 1/L) where anything was drawn.
    degrees_of_freedom
        After Satterthwaite.
    multiplier
        Student's t.
    credited_t_co2e_per_ha
        Mean less multiplier times standard error.
    """

    mean_t_co2e_per_ha: float
    sampling_variance: float
    drawn_variance: float
    draws: float
    standard_error_t_co2e_per_ha: float
    degrees_of_freedom: float
    multiplier: float
    credited_t_co2e_per_ha: float


def _credit(
    mean: float,
    sampling: FloatArray,
    freedom: FloatArray,
    drawn: tuple[float, float],
    draws: float,
    chance: float,
) -> MonteCarloCredit:
    """Put the parts together; ``drawn`` is a variance and its degrees of freedom."""
    variance, drawn_freedom = drawn
    nu = float(
        satterthwaite(
            variances=np.append(sampling, variance), degrees_of_freedom=np.append(freedom, drawn_freedom)
        )
    )
    factor = float(draws_factor(draws=draws)) if variance > 0 else 1.0
    error = factor * float(np.sqrt(sampling.sum() + variance))
    t = float(t_quantile(probability=chance, degrees_of_freedom=nu))
    return MonteCarloCredit(
        mean_t_co2e_per_ha=mean,
        sampling_variance=float(sampling.sum()),
        drawn_variance=variance,
        draws=draws,
        standard_error_t_co2e_per_ha=error,
        degrees_of_freedom=nu,
        multiplier=t,
        credited_t_co2e_per_ha=mean - t * error,
    )


def _effective(effective_draws: float | None, draws: int) -> float:
    """Return the number of draws that counts."""
    if effective_draws is None:
        return float(draws)
    number = float(degrees("effective_draws", effective_draws))
    if number > draws:
        raise ValueError(f"effective_draws must be at most the {draws} draws, found {number:g}")
    return number


def credit_modelled_draws(
    *,
    area_ha: ArrayLike,
    reduction_t_co2e_per_ha: Sequence[ArrayLike],
    model_degrees_of_freedom: float = np.inf,
    effective_draws: float | None = None,
    confidence: float = 2 / 3,
) -> MonteCarloCredit:
    """Credit modelled units from joint draws (Eqs. 65 to 69, 74).

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha, above 0]
    reduction_t_co2e_per_ha
        One array (points, draws) per stratum (Eq. 65); column l is the same draw everywhere. [t CO2e/ha]
    model_degrees_of_freedom
        Independent validation sites less one, infinity where the draws already carry that doubt. [above 0]
    effective_draws
        Of a Markov chain, if fewer than the draws. [above 0]
    confidence
        Probability that the truth is at least what is credited. [fraction, 0.5 to below 1]

    Returns
    -------
    MonteCarloCredit
        In t CO2e/ha.

    Raises
    ------
    ValueError
        For one point in a stratum, strata or draws that differ, or an argument outside the ranges above.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    freedom = float(degrees("model_degrees_of_freedom", model_degrees_of_freedom))
    sampling = sampling_variances_t2(area_ha=area, reduction_t_co2e_per_ha=reduction_t_co2e_per_ha)
    total = total_by_draw_t_co2e(area_ha=area, reduction_t_co2e_per_ha=reduction_t_co2e_per_ha)
    hectares = float(area.sum())
    points = [
        array.shape[0] - 1.0 for array in drawn_groups("reduction_t_co2e_per_ha", reduction_t_co2e_per_ha)
    ]
    return _credit(
        float(total.mean()) / hectares,
        sampling / hectares**2,
        np.array(points),
        (float(np.var(total, ddof=1)) / hectares**2, freedom),
        _effective(effective_draws, total.size),
        confidence,
    )
