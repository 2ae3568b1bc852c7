"""Likely causes of a ratio, with the arithmetic that speaks for each; none is taken as the cause."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import log

from mollisol.methodology.base import DomainObject

NEAR = 0.05
"""How far a ratio may lie from a factor, in the logarithm, for the factor to be worth a word."""
MOST = 4


class LikelyCause(DomainObject):
    """A factor between two ways of writing one thing."""

    quantity: str
    factor: float
    cause: str
    source: str


@cache
def known_factors() -> tuple[LikelyCause, ...]:
    """Return the table of factors."""
    text = files("mollisol.methodology").joinpath("tables", "likely_causes.csv").read_text(encoding="utf-8")
    return tuple(LikelyCause.model_validate_strings(row) for row in csv.DictReader(text.splitlines()))


def other_units(quantity: str, value: float, least: float, most: float, unit: str) -> str:
    """Return in which other units a value would be one that is allowed, with the arithmetic; empty where in none.

    Parameters
    ----------
    quantity
        Of which kind the value is, as in the table.
    value, least, most
        The value as it was read, and what it may be, in ``unit``.
    """
    words = [
        f"{cause.cause}: {value:.6g} x {1 / cause.factor:.4g} = {value / cause.factor:.4g} {unit}"
        for cause in known_factors()
        if cause.quantity == quantity and least <= value / cause.factor <= most
    ]
    return f"; likely, none of it shown: {'; '.join(words)}" if words else ""


def likely_causes(
    quantity: str, ratio: float, more: Mapping[str, float] | None = None, near: float = NEAR
) -> str:
    """Return in words which known factors a ratio lies near, the nearest first; a sentence also where none does.

    Parameters
    ----------
    quantity
        Of which kind the values are, as in the table.
    ratio
        What was found over what is expected.
    more
        Factors of this project, by the cause that they would speak for.
    near
        How far a ratio may lie from a factor, in the logarithm.
    """
    factors = [(cause.factor, cause.cause) for cause in known_factors() if cause.quantity == quantity]
    factors += [(factor, cause) for cause, factor in (more or {}).items()]
    found = sorted(
        (abs(log(ratio / factor)), factor, cause)
        for factor, cause in factors
        if ratio > 0 and factor > 0 and abs(log(ratio / factor)) <= near
    )[:MOST]
    if not found:
        return f"no factor between common units or methods lies near {ratio:.3g}"
    words = "; ".join(
        f"{cause}: {ratio:.4g} / {factor:.4g} = {ratio / factor:.3f}" for _, factor, cause in found
    )
    return f"likely, none of it shown: {words}"
