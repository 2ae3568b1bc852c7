"""From the results of a run to the rows that a portfolio keeps of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mollisol.methodology.findings import Finding
from mollisol.methodology.project import ProjectHead
from mollisol.portfolio.store import Row
from mollisol.uncertainty.deduction.shared import relative_error_of_range

LABORATORY: Final = "laboratory"
MODEL: Final = "model"
CONTROLS: Final = "control sites"
FACTOR: Final = "factor "
"""Sources of error that projects may share; those of factors begin so."""
_TERMS: Final = {"project stratum": "between fields", "control group": CONTROLS, "model error": MODEL}
LABELS: Final = ("reduction", "removal")
_HASH: Final = 12


def rows_of_findings(name: str, findings: Iterable[Finding]) -> list[Row]:
    """Return how often each reason code was found in a project."""
    times: Counter[tuple[str, str]] = Counter()
    for one in findings:
        times[one.severity.value, one.code] += 1 + one.more
    return [
        {"project": name, "severity": severity, "code": code, "times": number}
        for (severity, code), number in times.items()
    ]


def rows_of_results(name: str, results: Mapping[str, Any], head: ProjectHead) -> dict[str, list[Row]]:
    """Return the rows of a project by table.

    Parameters
    ----------
    name
        Of the project in the store.
    results
        ``results.json`` of its bundle, as plain data.
    head
        Of the project.
    """
    tables: dict[str, list[Row]] = {"period": [], "credit": [], "error": []}
    factors: dict[str, str] = {}
    for period in results["periods"]:
        own = {"project": name, "period": period["name"]}
        other = period["woody_t_co2e"] + period["source_terms_t_co2e"] - period["leakage_t_co2e"]
        tables["period"].append(
            {
                **own,
                "first": period["during"]["start"],
                "last": period["during"]["end"],
                "state": period["state"],
                "area_ha": period["area_ha"],
                "gross_t": period["gross_t_co2e"],
                "deducted_t": period["deducted_t_co2e"],
                "other_terms_t": other,
                "buffer_t": period["buffer_t_co2e"],
                "verified_t": period["verified_total_t_co2e"],
                "units_to_issue_t": period["units_to_issue_t"],
                "units_if_eligible_t": period["units_if_eligible_t"] or 0,
            }
        )
        tables["credit"] += [
            {
                **own,
                "year": part["year"],
                "label": label,
                "verified_t": part[f"verified_{label}s_t_co2e"],
                "units_to_issue_t": part[f"{label}_units_t"],
            }
            for part in period["calendar"]
            for label in LABELS
        ]
        errors = [*_of_soil(period), *_of_factors(period["sources"], factors)]
        tables["error"] += [
            {**own, "source": source, "standard_error_t": error} for source, error in errors if error
        ]
    return tables | {"shared": [*_shared(name, results, head, factors)]}


def _of_soil(period: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the standard error of each source of the soil's change, in t CO2e over the period."""
    budget = period["variance_budget"]
    if budget is not None:
        parts = [(part["source"], part["variance_t_co2e_per_ha_2"]) for part in budget["parts"]]
    else:
        parts = [(_TERMS[term["kind"]], term["variance_t_co2e_per_ha_2"]) for term in period["variance"]]
    variance: Counter[str] = Counter()
    for source, part in parts:
        variance[source] += part
    for source, whole in variance.items():
        yield source, whole**0.5 * period["area_ha"]


def _of_factors(sources: Iterable[Mapping[str, Any]], factors: dict[str, str]) -> Iterator[tuple[str, float]]:
    """Yield the error of emissions by each row of a factor table, with its sign, and note which row it is."""
    for source in sources:
        for factor in source["factors"]:
            low, central, high = (factor[end] for end in ("low", "central", "high"))
            if low is None or not central:
                continue
            row = f"{factor['name']}, {factor['citation']}, {low:g} to {high:g} {factor['unit']}"
            name = f"{FACTOR}{hashlib.sha256(row.encode()).hexdigest()[:_HASH]}"
            factors[name] = row
            relative = float(relative_error_of_range(low=low, central=central, high=high))
            yield name, source["reduction_t_co2e"] * relative


def _shared(
    name: str, results: Mapping[str, Any], head: ProjectHead, factors: Mapping[str, str]
) -> Iterator[Row]:
    """Yield what a project may share with another one, by name and, of what is a file, by hash."""
    for method in head.laboratory_methods:
        if laboratory := _plain(method.laboratory):
            yield {"project": name, "source": LABORATORY, "label": laboratory}
        if method.calibration_model:
            parts = (method.calibration_model, method.instrument, method.sample_matrix)
            yield {"project": name, "source": LABORATORY, "label": f"calibration {_plain(', '.join(parts))}"}
    if (model := results["model"]) is not None:
        for label in (model["parameter_set"], f"validation {model['validation_sha256'][:_HASH]}"):
            yield {"project": name, "source": MODEL, "label": label}
    for source, row in factors.items():
        yield {"project": name, "source": source, "label": row}


def _plain(words: str) -> str:
    """Return words as they are compared: whatever their case and spaces."""
    return " ".join(words.casefold().split())
