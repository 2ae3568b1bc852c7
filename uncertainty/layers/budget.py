"""Where the deduction comes from, and what one more core, field or control would buy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import FloatArray, Value, at_least, positive, ratio, row, whole
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.student import degrees, t_quantile


@dataclass(frozen=True, slots=True)
class ErrorSource:
    """One source of error, as it adds to the variance of the mean.

    Parameters
    ----------
    name
        For example laboratory, density, within field, between fields, model, control sites.
    variance_of_mean
        What it adds. [(t CO2e/ha)^2]
    falls_with
        Names of the counts that stand under it: ``("field", "core")`` for the spread between cores of a field,
        ``("field",)`` between fields, nothing for an error that all share. Nested counts from the outside in.
    replicate
        The count whose number less one gives the degrees of freedom; empty where they do not change.
    degrees_of_freedom
        Of the variance, infinity where it is known.
    """

    name: str
    variance_of_mean: float
    falls_with: tuple[str, ...] = ()
    replicate: str = ""
    degrees_of_freedom: float = np.inf


@dataclass(frozen=True, slots=True)
class Budget:
    """The deduction and its sources.

    Parameters
    ----------
    standard_error, degrees_of_freedom, deduction
        Of the mean. [t CO2e/ha; -; t CO2e/ha]
    share
        Of the variance, by source; they sum to 1.
    part_of_deduction
        Share times the deduction, by source. [t CO2e/ha]
    one_more
        How much one more of each count takes off the deduction. [t CO2e/ha]
    """

    standard_error: float
    degrees_of_freedom: float
    deduction: float
    share: dict[str, float]
    part_of_deduction: dict[str, float]
    one_more: dict[str, float]


@equation(
    "mollisol:variance-shares",
    symbol="u_i",
    unit="1",
    locator=Locator("JCGM 100 (GUM)", "2008", section="5.1"),
)
def variance_shares(*, variance_of_mean: ArrayLike) -> Value:
    """Share of each source in the variance of the mean, and so in the deduction.

    Parameters
    ----------
    variance_of_mean
        By source, shape (..., k), not all 0. [(t CO2e/ha)^2, 0 or more]

    Returns
    -------
    array
        Same shape, sums to 1 along the last axis. [fraction]

    Raises
    ------
    ValueError
        For variances that are all 0, or an argument outside the ranges above.

    Notes
    -----
    Source: independent errors add in variance. Shares of standard errors would not sum to anything.
    """
    variance = row("variance_of_mean", at_least("variance_of_mean", variance_of_mean, 0.0))
    return ratio("variance_of_mean", variance, variance.sum(axis=-1, keepdims=True))


def _deduction(variance: FloatArray, freedom: FloatArray, confidence: float) -> tuple[float, float, float]:
    """Give standard error, degrees of freedom and deduction."""
    nu = float(satterthwaite(variances=variance, degrees_of_freedom=freedom))
    error = float(np.sqrt(variance.sum()))
    return error, nu, float(t_quantile(probability=confidence, degrees_of_freedom=nu)) * error


def _factor(source: ErrorSource, count: str, number: float) -> float:
    """Give the factor on a source's variance for one more of a count; what lies inside it keeps its density."""
    return number / (number + 1) if count in source.falls_with else 1.0


def variance_budget(
    *, sources: Sequence[ErrorSource], counts: Mapping[str, int], confidence: float = 2 / 3
) -> Budget:
    """Split the deduction over its sources, and say what one more of each count would buy.

    Parameters
    ----------
    sources
        One or more, names all different; shared errors (batch, calibration, bias) as sources of their own.
    counts
        How many there are of what ``falls_with`` and ``replicate`` name. A nested count (cores in fields) is the
        total; one more field brings as many cores as the others have.
    confidence
        Probability that the truth is at least what is credited. [fraction, 0.5 to below 1]

    Returns
    -------
    Budget
        With no variance at all every share is 0.

    Raises
    ------
    ValueError
        For no source, two of one name, a count that is missing, or a number out of range.
    """
    if not sources:
        raise ValueError("sources must be one or more, found none")
    names = [source.name for source in sources]
    if len(set(names)) < len(names):
        raise ValueError(f"sources must have names that differ, found {', '.join(names)}")
    number = {count: float(whole(f"counts[{count}]", n, 1)) for count, n in counts.items()}
    for source in sources:
        for count in (*source.falls_with, *filter(None, (source.replicate,))):
            if count not in number:
                raise ValueError(f"counts must hold {count}, which {source.name} names")
    variance = at_least("variance_of_mean", [source.variance_of_mean for source in sources], 0.0)
    freedom = degrees("degrees_of_freedom", [source.degrees_of_freedom for source in sources])
    error, nu, deduction = _deduction(variance, freedom, confidence)
    shares = np.asarray(variance_shares(variance_of_mean=variance)) if error > 0 else np.zeros(variance.size)
    one_more = {}
    for count, n in number.items():
        fewer = variance * np.array([_factor(source, count, n) for source in sources])
        more = freedom + np.array([1.0 if source.replicate == count else 0.0 for source in sources])
        one_more[count] = deduction - _deduction(fewer, more, confidence)[2]
    return Budget(
        standard_error=error,
        degrees_of_freedom=nu,
        deduction=deduction,
        share=dict(zip(names, shares.tolist(), strict=True)),
        part_of_deduction=dict(zip(names, (shares * deduction).tolist(), strict=True)),
        one_more=one_more,
    )


def cost_of_one_tonne(
    *, budget: Budget, area_ha: float, cost_of_one_more: Mapping[str, float]
) -> dict[str, float]:
    """Give the cost of one more credited tonne, by what is bought.

    Parameters
    ----------
    budget
        Of the project.
    area_ha
        Area of the project. [ha, above 0]
    cost_of_one_more
        Cost of one more of each count, a field with its cores. [any currency, 0 or more]

    Returns
    -------
    dict
        Cost over tonnes gained; infinity where nothing is gained. [currency per t CO2e]

    Raises
    ------
    ValueError
        For a count that the budget does not have, or a number out of range.
    """
    hectares = float(positive("area_ha", area_ha))
    result = {}
    for count, cost in cost_of_one_more.items():
        if count not in budget.one_more:
            raise ValueError(f"cost_of_one_more must name a count of the budget, found {count}")
        price = float(at_least("cost_of_one_more", cost, 0.0))
        gained = budget.one_more[count] * hectares
        result[count] = price / gained if gained > 0 else np.inf
    return result
