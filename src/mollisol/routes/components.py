"""The terms of a variance as results show them: the share of each, and what one more replicate of it would buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.figure import BESIDE, Count, Figure, Origin, Term, terms_of_entries
from mollisol.methodology.results.run import VarianceComponent
from mollisol.methodology.trace import Quantity
from mollisol.quantification.totals import total_t_co2e
from mollisol.routes.interface import Side, Spread
from mollisol.uncertainty.deduction.budget import deduction_with_one_more, variance_shares
from mollisol.uncertainty.monte_carlo.modelled import variance_of_mean_from_total

type Kind = Literal["project stratum", "control group", "model error"]


class SpreadTerm(NamedTuple):
    """What a term of the variance is of, and how often that was replicated."""

    kind: Kind
    label: str
    replicates: int
    replicate: str


def terms_of_side(kind: Kind, side: Side) -> list[SpreadTerm]:
    """Return a term for each stratum or control group of a side."""
    return [
        SpreadTerm(kind, *each) for each in zip(side.labels, side.replicates, side.replicate, strict=True)
    ]


def variance_components(
    context: PeriodContext, spread: Spread, terms: Sequence[SpreadTerm], scale: float = 1.0
) -> tuple[VarianceComponent, ...]:
    """Return each term of the variance of the mean: its share, and what one more replicate of it would buy.

    Parameters
    ----------
    spread
        Its first terms are those of ``terms``.
    scale
        Turns the variances of the spread into those of the mean.
    """
    variances = np.asarray(spread.terms.value, dtype=np.float64)[: len(terms)] * scale
    freedom = np.asarray(spread.replicates_less_one.value, dtype=np.float64)[: len(terms)]
    deduction, one_more = deduction_with_one_more(
        variance_of_mean=variances,
        degrees_of_freedom=freedom,
        confidence=float(context.trace.rule("programme.deduction.confidence").value),
    )
    none = np.zeros(len(terms))
    share = np.asarray(variance_shares(variance_of_mean=variances)) if variances.any() else none
    # one more study of the model is no measurement that the project could take
    saved = np.where([term.kind == "model error" for term in terms], none, deduction - np.asarray(one_more))
    words = "over the square of the area" if scale != 1 else ""
    behind = tuple(Term(each.name) for each in (spread.terms, spread.replicates_less_one))
    beside = partial(Figure, origin=Origin(BESIDE, behind, adds_up=False))
    columns = (part.tolist() for part in (variances, freedom, share, share * deduction, saved))
    return tuple(
        VarianceComponent(
            kind=term.kind,
            label=term.label,
            replicates=Count(term.replicates, beside.keywords["origin"]),
            replicate=term.replicate,
            variance_t_co2e_per_ha_2=Figure(variance, Origin(words, (entry,))),
            degrees_of_freedom=beside(nu),
            share=beside(part),
            deduction_t_co2e_per_ha=beside(taken),
            one_more_t_co2e_per_ha=beside(less),
        )
        for term, entry, variance, nu, part, taken, less in zip(
            terms, terms_of_entries(spread.terms, scale)[: len(terms)], *columns, strict=True
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PerHectare:
    """The area of the project, and the sampling variance of its strata per hectare of it. [ha, (t CO2e/ha)^2]."""

    hectares: Quantity
    variance: Quantity


def sampling_per_hectare(context: PeriodContext, area: Quantity, side: Side) -> PerHectare:
    """Compute the part of each stratum in the variance of the mean."""
    hectares = context.compute("area_total", total_t_co2e, unit="ha", parts_t_co2e=area)
    variance = context.compute(
        "sampling_variance_of_mean",
        variance_of_mean_from_total,
        index=side.labels,
        variance_of_total_t2=side.variance,
        area_ha=hectares,
    )
    return PerHectare(hectares=hectares, variance=variance)
