"""Sums that the report prints and ``results.json`` does not hold: over periods, and over the years of a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mollisol.methodology.result_paths import numbers_of
from mollisol.methodology.results.figure import Origin

ALL_PERIODS: Final = "totals"
ALL_COMPUTED: Final = "computed"
ALL_YEARS: Final = "all_years"
FORMS: Final = "forms"
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
    """Return what the report adds up, by path.

    ``totals.FIELD`` over periods that issue, ``computed.FIELD`` over all, ``periods.P.all_years.FIELD`` over the years
    of one, and ``periods.P.forms.FIELD``: printed less in force, both forms over the area, what the moment form takes.
    """
    found: dict[tuple[str, ...], float] = {}
    for group, periods in ((ALL_PERIODS, _issued(results)), (ALL_COMPUTED, results["periods"])):
        for field in _TOTALS:
            found[group, field] = sum(period[field] for period in periods)
        if gross := found[group, "gross_t_co2e"]:
            found[group, "deducted_percent"] = 100 * found[group, "deducted_t_co2e"] / abs(gross)
    for period in results["periods"]:
        name = str(period["name"])
        for field, first in (period["vintages"] or [{}])[0].items():
            if field not in _NOT_SUMMED and isinstance(first, int | float):
                total = sum(vintage[field] for vintage in period["vintages"])
                found["periods", name, ALL_YEARS, field] = total
        for field, value in _forms(period).items():
            found["periods", name, FORMS, field] = value
    return {".".join(steps): (steps, value) for steps, value in found.items()}


def _forms(period: Mapping[str, Any]) -> dict[str, float]:
    own, printed = period["deduction"], period["deduction_printed"]
    less = {
        f"printed_less_{field}": printed[field] - value
        for field, value in own.items()
        if isinstance(value, float) and isinstance(printed[field], float)
    }
    area = period["area_ha"]
    over = {
        "credited_t_co2e": own["credited_t_co2e_per_ha"] * area,
        "printed_credited_t_co2e": printed["credited_t_co2e_per_ha"] * area,
    }
    both = {"printed_less_credited_t_co2e": over["printed_credited_t_co2e"] - over["credited_t_co2e"]}
    taken = {"moment_deduction_t_co2e_per_ha": own["mean_t_co2e_per_ha"] - own["credited_t_co2e_per_ha"]}
    return less | over | both | taken


def figures_of(
    results: Mapping[str, Any], origins: Mapping[str, Origin]
) -> Iterator[tuple[str, float, Origin | None]]:
    """Return each number of the results and each sum by its path, with its origin; None where that is not known."""
    for path, value in numbers_of(results).items():
        yield path, value, origins.get(path)
    for path, (steps, value) in sums_of(results).items():
        yield path, value, origin_of_sum(origins, results, steps)


def origin_of_sum(
    origins: Mapping[str, Origin], results: Mapping[str, Any], steps: tuple[str, ...]
) -> Origin | None:
    """Return where a sum comes from, by the figures that it adds up; None for any other figure."""
    parts: list[tuple[str, ...]]
    adds_up = True
    match steps:
        case ("totals" | "computed" as group, field):
            words = f"sum over {'the periods that issue' if group == ALL_PERIODS else 'all periods'}"
            periods = _issued(results) if group == ALL_PERIODS else results["periods"]
            fields = [field]
            if field == "deducted_percent":
                words, fields, adds_up = (
                    "deducted over gross, in per cent",
                    ["deducted_t_co2e", "gross_t_co2e"],
                    False,
                )
            parts = [("periods", str(period["name"]), one) for period in periods for one in fields]
        case ("periods", name, "all_years", field):
            words = "sum over the years of the period"
            period = next(item for item in results["periods"] if str(item["name"]) == name)
            parts = [("periods", name, "vintages", str(year["number"]), field) for year in period["vintages"]]
        case ("periods", name, "forms", field):
            words, parts = _parts_of_forms(name, field)
            adds_up = False
        case _:
            return None
    own = [origin for part in parts if (origin := origins.get(".".join(part))) is not None]
    if not any(origin.terms for origin in own):
        return Origin(declared="no period issues, or no row in any table")
    whole = tuple(term for origin in own for term in origin.terms)
    plus = sum(origin.plus for origin in own)
    return own[0]._replace(words=words, terms=whole, plus=plus, adds_up=adds_up, declared="")


def _parts_of_forms(name: str, field: str) -> tuple[str, list[tuple[str, ...]]]:
    both = [("periods", name, "deduction_printed"), ("periods", name, "deduction")]
    area = ("periods", name, "area_ha")
    match field:
        case "credited_t_co2e":
            return "credited per hectare times the area", [(*both[1], "credited_t_co2e_per_ha"), area]
        case "printed_credited_t_co2e":
            return "credited per hectare times the area", [(*both[0], "credited_t_co2e_per_ha"), area]
        case "printed_less_credited_t_co2e":
            parts = [(*form, "credited_t_co2e_per_ha") for form in both]
            return "printed form less the one in force, times the area", [*parts, area]
        case "moment_deduction_t_co2e_per_ha":
            fields = ("mean_t_co2e_per_ha", "credited_t_co2e_per_ha")
            return "the mean less what the moment form credits", [(*both[1], one) for one in fields]
    own = field.removeprefix("printed_less_")
    return "printed form less the one in force", [(*form, own) for form in both]


def _issued(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [period for period in results["periods"] if period["issuance"] == "issued"]
