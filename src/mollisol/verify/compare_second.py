"""Hold the figures of a bundle against the second implementation of the design-based path."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from mollisol.methodology.land.design import DRAWN_FIELDS_FILE
from mollisol.methodology.land.fields import FIELDS_FILE
from mollisol.methodology.measurement import STATUS_FILE
from mollisol.methodology.rules_in_force.rule_set import RuleSet
from mollisol.verify.compare import Comparison
from mollisol.verify.results import IndependentFigure
from mollisol.verify.second_implementation import Given, design_based, rows_of

_CONFIDENCE: Final = "vm0042.deduction.confidence"
_BAR: Final = "vcs.eligibility.half-width"
_DEDUCTION: Final = (
    "mean_t_co2e_per_ha",
    "standard_error_t_co2e_per_ha",
    "degrees_of_freedom",
    "t_quantile",
    "uncertainty_percent",
    "credited_t_co2e_per_ha",
    "half_width_percent",
)
_HOOKS: Final = ("mollisol.deduction.allowance", "mollisol.credit.discount")
_STRATUM: Final = (
    "project_change_t_co2e_per_ha",
    "baseline_change_t_co2e_per_ha",
    "difference_t_co2e_per_ha",
    "project_variance_t2",
)
_SOIL: Final = "soil_organic_carbon"
_LEAST_SCALE: Final = 1e-3
_NOTHING: Final = 1e-12
"""A standard error of so small a share of the mean is rounding; what hangs on it is noise."""
_OF_SPREAD: Final = {"degrees_of_freedom", "t_quantile"}


def outside(files: Mapping[str, bytes], rules: RuleSet | None = None) -> str:
    """Return why a bundle is not of the design-based path; empty where it is."""
    hooks = [rules.rules[id].value[-1].value for id in _HOOKS if id in rules.rules] if rules else []
    if rules is not None and (rules.equations or any(hooks)):
        return "under a proposal that swaps an equation, or has an allowance or a discount"
    inputs = {name.removeprefix("inputs/"): content for name, content in files.items()}
    try:
        head = tomllib.loads(inputs["project.toml"].decode("utf-8-sig"))["project"]
        kinds = {item["kind"] for item in head.get("baselines", ()) if item.get("pool", _SOIL) == _SOIL}
        kinds |= {row["approach"] for row in rows_of(inputs, "quantification_units.csv")}
        apart = any(item.get("units") for item in head["verification_periods"])
        anew = any(item.get("drawn_anew") for item in head["campaigns"])
        design = head.get("design", {})
    except (LookupError, TypeError, ValueError, AttributeError):
        return ""
    if FIELDS_FILE in inputs or apart or anew:
        return "one whose land joins or leaves, or whose points were drawn anew"
    if DRAWN_FIELDS_FILE in inputs or design.get("random_start") or design.get("of_strata"):
        return "one whose design has an estimator of its own"
    if STATUS_FILE in inputs:
        return "one whose points were lost or joined"
    other = sorted(kinds - {"measured_controls", "measure_and_remeasure"})
    return f"not of measured control sites alone: {', '.join(other)}" if other else ""


def compare_independent(
    files: Mapping[str, bytes], recorded: Mapping[str, Any], tolerance: float, comparison: Comparison
) -> tuple[IndependentFigure, ...]:
    """Compute the design-based path from the inputs of a bundle and compare every figure that it reaches.

    Woody stocks, source terms, leakage, what calibrations add to the variance and, where the moment form does not
    issue, the deduction that does are taken as recorded; that deduction may not be smaller than that of this path.
    """
    inputs = {n.removeprefix("inputs/"): content for n, content in files.items() if n.startswith("inputs/")}
    try:
        return _compare(
            inputs, recorded["results.json"]["periods"], _rules(recorded["trace.json"]), tolerance, comparison
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        found = f"{type(error).__name__}: {error}"
        comparison.add(
            "independent-not-computable", "the design-based path", "a run that came through", found
        )
        return ()


def _rules(trace: Mapping[str, Any]) -> dict[str, float]:
    return {item["rule"]: item["value"] for item in trace["rules"] if item["rule"] in {_CONFIDENCE, _BAR}}


def _compare(
    inputs: Mapping[str, bytes],
    periods: list[dict[str, Any]],
    rules: Mapping[str, float],
    tolerance: float,
    comparison: Comparison,
) -> tuple[IndependentFigure, ...]:
    figures = design_based(
        inputs,
        confidence=rules[_CONFIDENCE],
        widest_half_width_percent=rules[_BAR],
        given={period["name"]: _given(period) for period in periods},
    )
    rows = []
    for period in periods:
        own = figures[period["name"]]
        still = own["standard_error_t_co2e_per_ha"] < _NOTHING * abs(own["mean_t_co2e_per_ha"])
        for item, value in _recorded(period):
            other = own[item]
            if (math.isinf(other) and value is None) or (still and item in _OF_SPREAD):
                continue
            name = f"period {period['name']}: {item}"
            deviation = (
                None if value is None else abs(value - other) / max(abs(value), abs(other), _LEAST_SCALE)
            )
            row = IndependentFigure(
                item=name,
                recorded=value,
                independent=other,
                deviation=deviation,
                same=deviation is not None and deviation <= tolerance,
            )
            rows.append(row)
            if not row.same:
                comparison.add("independent", name, value, other)
        if (
            period["issuing_uncertainty_percent"]
            < own["uncertainty_percent"] * (1 - tolerance) - 100 * _NOTHING
        ):
            name = f"period {period['name']}: issuing_uncertainty_percent"
            comparison.add(
                "independent", name, period["issuing_uncertainty_percent"], own["uncertainty_percent"]
            )
    return tuple(rows)


def _given(period: Mapping[str, Any]) -> Given:
    woody = period["woody"] or {}
    spectroscopy = period.get("spectroscopy") or {}
    samples = [item["samples"] for item in spectroscopy.get("calibrations", ())]
    return Given(
        sources=[vintage["source_terms_t_co2e"] for vintage in period["vintages"]],
        leakage=[vintage["leakage_t_co2e"] for vintage in period["vintages"]],
        woody_project=woody.get("project_t_co2e_per_year", 0.0),
        woody_baseline=woody.get("baseline_t_co2e_per_year", 0.0),
        uncertainty_percent=None
        if period["credited_form"] == "moment"
        else period["issuing_uncertainty_percent"],
        further=(
            (spectroscopy.get("carried_t_co2e_per_ha_2", 0.0), min(samples) - 2.0 if samples else math.inf),
            (
                period["deduction"].get("conversion_variance_t_co2e_per_ha_2") or 0.0,
                period["deduction"].get("conversion_degrees_of_freedom") or math.inf,
            ),
        ),
    )


def _recorded(period: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    """Return the figures of a period that the path reaches, by the names that it gives them."""
    rows: list[tuple[str, float | None]] = [(name, period["deduction"][name]) for name in _DEDUCTION]
    for stratum in period["strata"]:
        rows += [(f"{stratum['stratum']}: {name}", stratum[name]) for name in _STRATUM]
    given = {"number", "during", "source_terms_t_co2e", "leakage_t_co2e"}
    for vintage in period["vintages"]:
        rows += [
            (f"{vintage['number']}.{name}", value) for name, value in vintage.items() if name not in given
        ]
    rows.append(("verified_total_t_co2e", period["verified_total_t_co2e"]))
    if period["issuance"] != "refused" and period["deduction"]["eligible"]:
        rows.append(("units_to_issue_t", period["units_to_issue_t"]))
    return rows
