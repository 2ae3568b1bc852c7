"""What the outcome of a period asks of its reader, as findings."""

from __future__ import annotations

from collections.abc import Mapping

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.results.run import PeriodResult


def outcome_findings(result: PeriodResult, issued_before_t: int, clauses: Mapping[str, str]) -> list[Finding]:
    """Return what a loss, also one after earlier units, and a switch that turns ask of the reader of a period.

    Parameters
    ----------
    issued_before_t
        Units issued before the period. [t CO2e]
    clauses
        The programme's clause behind each code.
    """
    where = f"verification period {result.name}"
    found = {}
    if result.verified_total_t_co2e < 0:
        found["loss-event"] = f"{result.verified_total_t_co2e:.1f} t CO2e"
    if result.after_deduction_t_co2e < 0 and issued_before_t > 0:
        found["loss-after-issue"] = (
            f"stocks fell by {-result.after_deduction_t_co2e:.1f} t CO2e against the baseline, after "
            f"{issued_before_t} units were issued"
        )
    if len({vintage.removals_switch for vintage in result.vintages}) > 1:
        years = ", ".join(f"{v.number}: {v.cumulative_project_change_t_co2e:.1f}" for v in result.vintages)
        found["switch-turns-inside-period"] = f"the cumulative project change crosses zero, by year: {years}"
    return [finding(code, where, told, clause=clauses.get(code, "")) for code, told in found.items()]
