"""What a rule does in a population: the nine figures with their Monte Carlo errors, and paired differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.base import DomainObject
from mollisol.quantification.checks import FloatArray

FEWEST_ISSUED: Final = 400
"""Below it no figure is printed."""
REGISTER: Final = 20
SHOWN: Final = 0.1
"""A difference is shown where its Monte Carlo error is this share of it or less."""


class Figure(DomainObject):
    """A figure and its Monte Carlo error."""

    value: float
    error: float


class Difference(DomainObject):
    """A difference between two rules on the same draws; ``shown`` where its error is a tenth of it or less."""

    value: float
    error: float
    shown: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Projects, or pools of them, under one rule: truth and credit per hectare, area, and whether each issues."""

    truth: FloatArray
    credit: FloatArray
    area: FloatArray
    issued: NDArray[np.bool_]

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Outcome:
        """Return some of the projects."""
        return Outcome(self.truth[chosen], self.credit[chosen], self.area[chosen], self.issued[chosen])

    def by_pool(self, pool: NDArray[np.int64]) -> Outcome:
        """Return the pools: one credit per hectare each, held against the truth of all members together."""
        area = np.bincount(pool, weights=self.area)
        _, first = np.unique(pool, return_index=True)
        truth = np.bincount(pool, weights=self.area * self.truth) / area
        return Outcome(truth, self.credit[first], area, self.issued[first])


@dataclass(frozen=True, slots=True)
class Estimated:
    """A figure with what each project adds to its error; paired errors are made of these."""

    value: float
    influence: FloatArray

    @property
    def error(self) -> float:
        """Return the Monte Carlo error."""
        return float(np.sqrt((self.influence**2).sum()))


def estimated(outcome: Outcome) -> Mapping[str, Estimated]:
    """Return the figures of selection by name (docs/selection.md); none where fewer than 400 issued."""
    issued, area = outcome.issued.astype(float), outcome.area
    if issued.sum() < FEWEST_ISSUED:
        return {}
    truth, credit = outcome.truth, outcome.credit
    kept = (truth >= credit).astype(float)
    units, true = area * credit * issued, area * truth * issued
    worth, every = area * np.maximum(truth, 0.0), np.ones(truth.size)
    found = {
        "share_issued": (issued, every),
        "p_all": (kept, every),
        "p_issued": (kept * issued, issued),
        "p_tonne": (kept * units, units),
        "ratio_issued": (units, true),
        "ratio_all": (units, area * truth),
        "unbacked": (area * np.maximum(credit - np.maximum(truth, 0.0), 0.0) * issued, units),
        "no_effect": ((truth <= 0) * issued, issued),
        "refused_tonnes": (worth * (1 - issued), worth),
        "credit_per_ha": (units, area),
        "over_credited": (area * np.maximum(credit - np.maximum(truth, 0.0), 0.0) * issued, area),
        "lost": (area * np.maximum(np.maximum(truth, 0.0) - credit * issued, 0.0), area),
    }
    figures = {name: _ratio(*parts) for name, parts in found.items()}
    return figures | {"register_20": _register(units, true, outcome.issued)}


def price(truth: FloatArray, estimate: FloatArray, credit: FloatArray, oracle: FloatArray) -> Figure:
    """Return the mean credit over that of a judge who knows the standard error, all campaigns alike.

    The error of the estimates, which is chance and 0 in the mean, is taken out.

    Parameters
    ----------
    truth, estimate, credit, oracle
        Of each campaign: its truth and its estimate, what it is credited, below zero too, and what the judge would
        credit on average. [t CO2e/ha]
    """
    found = _ratio(credit - estimate + truth, oracle)
    return Figure(value=found.value, error=found.error)


def _ratio(above: FloatArray, below: FloatArray) -> Estimated:
    ratio = float(above.sum() / below.sum())
    return Estimated(ratio, (above - ratio * below) / abs(below.sum()))


def _register(units: FloatArray, true: FloatArray, issued: NDArray[np.bool_]) -> Estimated:
    """Return the share of registers of twenty successive projects that are credited no more than their truth."""
    every = np.flatnonzero(issued)
    groups = every.size // REGISTER
    at = every[: groups * REGISTER].reshape(groups, REGISTER)
    covered = (units[at].sum(axis=1) <= true[at].sum(axis=1)).astype(float)
    influence = np.zeros(units.size)
    influence[at[:, 0]] = (covered - covered.mean()) / groups
    return Estimated(float(covered.mean()), influence)


def figures_of(outcome: Outcome) -> dict[str, Figure]:
    """Return the figures with their errors; none where fewer than 400 issued."""
    return {name: Figure(value=one.value, error=one.error) for name, one in estimated(outcome).items()}


def differences_of(one: Outcome, other: Outcome) -> dict[str, Difference]:
    """Return what the other rule has more of each figure, on the same draws."""
    before, after = estimated(one), estimated(other)
    if not (before and after):
        return {}
    return {name: paired(first, after[name], alike=name != "register_20") for name, first in before.items()}


def paired(one: Estimated, other: Estimated, *, alike: bool = True) -> Difference:
    """Return what the other figure is above the first.

    Parameters
    ----------
    alike
        Whether the two are of the same projects, so that what each adds to both errors cancels.
    """
    value = other.value - one.value
    if alike and one.influence.size == other.influence.size:
        error = float(np.sqrt(((other.influence - one.influence) ** 2).sum()))
    else:
        error = float(np.hypot(other.error, one.error))
    return Difference(value=value, error=error, shown=value != 0 and error <= SHOWN * abs(value))
