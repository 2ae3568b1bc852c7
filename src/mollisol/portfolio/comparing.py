"""The same project under several programmes, side by side: what each would credit, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mollisol.engine import run_project
from mollisol.methodology.findings import Finding, FindingsError, Severity
from mollisol.methodology.results.run import PeriodResult
from mollisol.programmes.registry import programme
from mollisol.reading.intake import Handed
from mollisol.run import Run

STEPS: Final[Mapping[str, str]] = {
    "gross": "change over the baseline",
    "deducted": "deducted for uncertainty",
    "beside": "sources and trees",
    "leakage": "leakage and emissions that rose",
    "buffer": "buffer",
}
"""From the change over the baseline to what is credited, in this order."""
_MISSING: Final = frozenset({"programme-answer-missing", "programme-amount-missing"})
_NOT_TOLD: Final = frozenset({"programme-beside"})


def compare_programmes(folder: Path | Handed, names: Sequence[str]) -> dict[str, Any]:
    """Return a project under each programme, and each difference from the first down to a rule or a baseline.

    Each programme computes with the complete rule set of this version, the project's own one with the project's rules;
    what is not its own never issues.
    """
    found = [_under(folder, name) for name in names]
    computed = [one for one in found if one["computed"]]
    project = computed[0]["project"] if computed else str(folder)
    differences = [_difference(computed[0], one) for one in computed[1:]]
    return {"project": project, "programmes": found, "differences": differences}


def _under(folder: Path | Handed, name: str) -> dict[str, Any]:
    one = programme(name)
    row: dict[str, Any] = {"programme": name, "reasons": dict(one.compared)}
    try:
        run = run_project(folder, programme=name)
    except FindingsError as error:
        stops = [finding for finding in error.findings if finding.severity is Severity.BLOCKING]
        return row | {"computed": False, "eligible": False, "why": _told(stops), "missing": []}
    refusals = [finding for finding in run.findings if finding.severity is Severity.REFUSAL]
    why = [finding for finding in refusals if finding.code not in _MISSING | _NOT_TOLD]
    return row | _amounts(run) | {
        "computed": True,
        "project": run.results.project,
        "rule_set": run.results.rule_set,
        "eligible": not why and not any(finding.code in _MISSING for finding in refusals),
        "why": _told(why),
        "missing": _told(finding for finding in refusals if finding.code in _MISSING),
        "open": _told(finding for finding in run.findings if finding.code == "programme-rule-open"),
    }  # fmt: skip


def _told(findings: Any) -> list[dict[str, str]]:
    def row(one: Finding) -> dict[str, str]:
        return {"code": one.code, "where": str(one.where), "found": one.found, "rule": one.clause}

    return [row(one) for one in findings]


def _amounts(run: Run) -> dict[str, Any]:
    def total(amount: Any) -> float:
        return float(sum(amount(period) for period in run.results.periods))

    amounts: Mapping[str, Any] = {
        "gross": lambda p: p.gross_t_co2e,
        "deducted": lambda p: -p.deducted_t_co2e,
        "beside": lambda p: p.woody_t_co2e + p.source_terms_t_co2e,
        "leakage": lambda p: -p.leakage_t_co2e,
        "buffer": lambda p: -p.buffer_t_co2e,
    }
    return {
        "baselines": sorted({_baseline(period) for period in run.results.periods}),
        "amounts_t_co2e": {name: total(of) for name, of in amounts.items()},
        "credited_t_co2e": total(lambda p: p.verified_total_t_co2e),
        "units_if_eligible_t": int(total(lambda p: p.units_if_eligible_t or 0)),
        "units_to_issue_t": int(total(lambda p: p.units_to_issue_t)),
    }


def _baseline(period: PeriodResult) -> str:
    return next((row.kind for row in period.baselines if row.issues), "measured_controls")


def _difference(first: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    steps = [
        {
            "step": name,
            "words": words,
            "difference_t_co2e": other["amounts_t_co2e"][name] - first["amounts_t_co2e"][name],
            first["programme"]: first["reasons"].get(name, ""),
            other["programme"]: other["reasons"].get(name, ""),
        }
        for name, words in STEPS.items()
    ]
    whole = other["credited_t_co2e"] - first["credited_t_co2e"]
    return {
        "programme": other["programme"],
        "against": first["programme"],
        "steps": steps,
        "credited_t_co2e": whole,
        "rest_t_co2e": whole - sum(step["difference_t_co2e"] for step in steps),
    }


def lines_of(comparison: Mapping[str, Any]) -> Iterator[str]:
    """Return the comparison as lines for the screen."""
    yield comparison["project"]
    for one in comparison["programmes"]:
        if not one["computed"]:
            yield f"{one['programme']}: not computed"
        else:
            words = "eligible" if one["eligible"] else "not eligible"
            units, amounts = one["units_if_eligible_t"], one["amounts_t_co2e"]
            yield f"{one['programme']} ({one['rule_set']}): {words}; {units:,} units if it were"
            yield "    " + ", ".join(f"{STEPS[name]} {amounts[name]:,.1f}" for name in STEPS)
        for row in one["why"]:
            yield f"    {row['code']}: {row['found']}" + (f" ({row['rule']})" if row["rule"] else "")
        if one["missing"]:
            yield "    missing: " + "; ".join(row["found"] for row in one["missing"])
    for difference in comparison["differences"]:
        one, first = difference["programme"], difference["against"]
        yield f"{one} against {first}: {difference['credited_t_co2e']:+,.1f} t CO2e"
        for step in difference["steps"]:
            if step["difference_t_co2e"]:
                told = "; ".join(f"{name}: {step[name]}" for name in (first, one) if step[name])
                yield f"    {step['words']} {step['difference_t_co2e']:+,.1f}: {told}"
