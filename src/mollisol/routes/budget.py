"""The variance budget of a period: what each source of error adds to the deduction, and what would lower it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.results.budget import BudgetPart, ErrorSourceName, OneMore, VarianceBudget
from mollisol.methodology.results.deductions import Deduction
from mollisol.methodology.results.run import VarianceComponent
from mollisol.uncertainty.deduction.budget import variance_shares
from mollisol.uncertainty.posterior.budget import one_more
from mollisol.uncertainty.posterior.results import BudgetRow, OneMoreRow, PosteriorResult
from mollisol.uncertainty.posterior.specification import Specification

SOURCES: tuple[ErrorSourceName, ...] = (
    "laboratory",
    "soil mass",
    "within fields",
    "between fields",
    "control sites",
    "model",
)
_COMPONENTS: Mapping[str, ErrorSourceName] = {
    "s_field": "between fields",
    "s_point": "within fields",
    "s_control": "control sites",
    "s_theta": "control sites",
}
_PLACES: Mapping[str, ErrorSourceName] = {
    "project stratum": "between fields",
    "control group": "control sites",
    "model error": "model",
}
_ALL_WITHIN = "with what lies within them, laboratory and soil mass"
_ONE_SITE = "a stratum with one site shows the spread inside it, not between sites"
_ONE_POINT = "with what lies within them: each was measured at one point"
_SAME_SPREAD = "with the points of the control sites, which have the spread of the fields' points"


@dataclass(frozen=True, slots=True)
class ErrorNames:
    """What declared errors come from.

    Parameters
    ----------
    class_sd
        Standard deviation of each measurement class, by source; their squares add up to the class's.
    of_effect
        Source of each shared effect, by its name.
    inside
        Mean square of the errors of what is replicated, by side and source, where they are in its spread.
        [(t CO2e/ha)^2]
    """

    class_sd: Mapping[ErrorSourceName, NDArray[np.float64]]
    of_effect: Mapping[str, ErrorSourceName]
    inside: Mapping[str, Mapping[ErrorSourceName, float]] = field(default_factory=dict)


def posterior_budget(
    result: PosteriorResult,
    specification: Specification,
    names: ErrorNames,
    strata: Sequence[str],
    sites: Sequence[str],
    area_ha: float,
    within: float = 0.0,
) -> VarianceBudget:
    """Gather the posterior's budget by source; what one more replicate buys is at the same spreads.

    Parameters
    ----------
    within
        What points of a unit add to the variance of its mean, where the prior stands on means. [(t CO2e/ha)^2]
    """
    variance = dict.fromkeys(SOURCES, 0.0)
    one_point = not any(row.source.startswith("s_point") for row in result.budget)
    for row in result.budget:
        for source, part in _sources(row, names, one_point, within).items():
            variance[source] += part * row.variance_t_co2e_per_ha_2
    deduction = result.mean - result.credited
    note = {
        "between fields": _ONE_POINT if one_point and not within else "",
        "control sites": "" if one_point or specification.control is None else _SAME_SPREAD,
    }
    return VarianceBudget(
        route="posterior",
        standard_error_t_co2e_per_ha=result.sd,
        deduction_t_co2e_per_ha=deduction,
        parts=budget_parts(variance, deduction, note),
        one_more=tuple(
            _one_more(row, deduction, strata, sites, area_ha)
            for row in one_more(specification, result.budget)
        ),
    )


def moment_budget(
    deduction: Deduction, terms: Sequence[VarianceComponent], area_ha: float, calibration: float = 0.0
) -> VarianceBudget:
    """Gather the budget of the moment form, for where there is no posterior: it sees units, controls, calibrations."""
    variance = dict.fromkeys(SOURCES, 0.0)
    variance["laboratory"] = calibration
    best: dict[str, VarianceComponent] = {}
    for term in terms:
        source = _PLACES[term.kind]
        variance[source] += term.variance_t_co2e_per_ha_2
        what = term.replicate.removesuffix("s")
        if what not in best or term.one_more_t_co2e_per_ha > best[what].one_more_t_co2e_per_ha:
            best[what] = term
    taken = deduction.mean_t_co2e_per_ha - deduction.credited_t_co2e_per_ha
    return VarianceBudget(
        route="analytic",
        standard_error_t_co2e_per_ha=deduction.standard_error_t_co2e_per_ha,
        deduction_t_co2e_per_ha=taken,
        parts=budget_parts(variance, taken, {"between fields": _ALL_WITHIN, "control sites": _ONE_SITE}),
        one_more=tuple(
            OneMore.model_validate(
                {
                    "what": what,
                    "where": f"{term.kind} {term.label}",
                    "saves_t_co2e_per_ha": term.one_more_t_co2e_per_ha,
                    "saves_t_co2e": term.one_more_t_co2e_per_ha * area_ha,
                }
            )
            for what, term in best.items()
        ),
    )


def budget_parts(
    variance: Mapping[ErrorSourceName, float], deduction: float, note: Mapping[str, str]
) -> tuple[BudgetPart, ...]:
    """Return the share of each source in the variance and in the deduction."""
    terms = np.maximum(list(variance.values()), 0.0)
    share = np.asarray(variance_shares(variance_of_mean=terms)) if terms.any() else np.zeros(terms.size)
    return tuple(
        BudgetPart(
            source=source,
            variance_t_co2e_per_ha_2=float(term),
            share=float(part),
            deduction_t_co2e_per_ha=float(part) * deduction,
            note=note.get(source, ""),
        )
        for source, term, part in zip(variance, terms, share, strict=True)
    )


def _sources(
    row: BudgetRow, names: ErrorNames, one_point: bool, within: float
) -> dict[ErrorSourceName, float]:
    """Split a row of the posterior's budget over the sources; the parts sum to 1.

    Parameters
    ----------
    one_point
        Whether the spread of points is that of units and sites.
    within
        What points of a unit add to the variance of its mean, where that is in the spread of units. [(t CO2e/ha)^2]
    """
    if row.kind == "measurement class" and row.source.startswith("class "):
        place = int(row.source.removeprefix("class "))
        square: dict[ErrorSourceName, float] = {
            source: float(sd[place]) ** 2 for source, sd in names.class_sd.items()
        }
        return {source: part / sum(square.values()) for source, part in square.items()}
    if row.source in names.of_effect:
        return {names.of_effect[row.source]: 1.0}
    component = row.source.partition("[")[0]
    side = "control" if row.side == "control" or component == "s_control" else "project"
    rest: ErrorSourceName = "control sites" if side == "control" else _COMPONENTS.get(component, "model")
    if component not in (("s_field", "s_control") if one_point else ("s_point",)):
        return {rest: 1.0}
    whole = row.sd_t_co2e_per_ha**2
    own: dict[ErrorSourceName, float] = {
        source: part / whole for source, part in names.inside.get(side, {}).items()
    }
    if side == "project" and within:
        own["within fields"] = max(0.0, within / whole - sum(own.values()))
    # more than the points show cannot be in their spread
    shares: dict[ErrorSourceName, float] = {
        source: part / max(1.0, sum(own.values())) for source, part in own.items()
    }
    shares[rest] = 1.0 - sum(shares.values())
    return shares


def _one_more(
    row: OneMoreRow, deduction: float, strata: Sequence[str], sites: Sequence[str], area_ha: float
) -> OneMore:
    saves = deduction * (1 - row.sd_then_t_co2e_per_ha / row.sd_now_t_co2e_per_ha)
    where = "all strata"
    if row.what == "sampling unit":
        where = f"stratum {strata[row.place]}"
    elif row.what == "control site":
        where = f"beside {sites[row.place]}"
    return OneMore(what=row.what, where=where, saves_t_co2e_per_ha=saves, saves_t_co2e=saves * area_ha)
