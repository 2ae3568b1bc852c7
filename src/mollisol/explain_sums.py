"""Sums that the report prints and ``results.json`` does not hold: over periods, and over the years of a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from mollisol.explain_figures import Figures, Origin

ALL_PERIODS: Final = "totals"
ALL_YEARS: Final = "all_years"
_TOTALS: Final = (
    "gross_t_co2e",
    "deducted_t_co2e",
    "after_deduction_t_co2e",
    "woody_t_co2e",
    "source_terms_t_co2e",
    "leakage_t_co2e",
    "buffer_t_co2e",
    "verified_total_t_co2e",
    "units_to_issue_t",
)
_NOT_SUMMED: Final = ("number", "removals_switch", "cumulative_project_change_t_co2e")

type Numbers = dict[str, tuple[tuple[str, ...], float]]


def sums_of(results: Mapping[str, Any]) -> Numbers:
    """Give the sums by path: ``totals.FIELD`` over periods that issue, ``periods.P.all_years.FIELD`` over its years."""
    found: dict[tuple[str, ...], float] = {}
    issued = _issued(results)
    for field in _TOTALS:
        found[ALL_PERIODS, field] = sum(period[field] for period in issued)
    for period in results["periods"]:
        for field, first in (period["vintages"] or [{}])[0].items():
            if field not in _NOT_SUMMED and isinstance(first, int | float):
                total = sum(vintage[field] for vintage in period["vintages"])
                found["periods", str(period["name"]), ALL_YEARS, field] = total
    return {".".join(steps): (steps, value) for steps, value in found.items()}


def origin_of_sum(figures: Figures, results: Mapping[str, Any], steps: tuple[str, ...]) -> Origin | None:
    """Give where a sum comes from, by the figures that it adds up; None for any other figure."""
    parts: list[tuple[str, ...]]
    match steps:
        case ("totals", field):
            words = "sum over the periods that issue"
            parts = [("periods", str(period["name"]), field) for period in _issued(results)]
        case ("periods", name, "all_years", field):
            words = "sum over the years of the period"
            period = next(item for item in results["periods"] if str(item["name"]) == name)
            parts = [("periods", name, "vintages", str(year["number"]), field) for year in period["vintages"]]
        case _:
            return None
    origins = [origin for part in parts if (origin := figures.origin(part)) is not None]
    if not any(origin.terms for origin in origins):
        return Origin(declared="no period issues, or no row in any table")
    whole = tuple(term for origin in origins for term in origin.terms)
    return replace(
        origins[0], words=words, terms=whole, plus=sum(origin.plus for origin in origins), declared=""
    )


def _issued(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [period for period in results["periods"] if period["issuance"] == "issued"]
