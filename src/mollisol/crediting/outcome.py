"""What the outcome of a period asks of its reader, as findings."""

from __future__ import annotations

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.results.run import PeriodResult


def outcome_findings(result: PeriodResult, issued_before_t: int = 0) -> list[Finding]:
    """Say what stands in the way of issuing a period: the eligibility bar, or a loss, also after earlier units."""
    where = Place(thing=f"verification period {result.name}")
    findings = []
    if not result.deduction.eligible:
        findings.append(
            Finding(
                code="half-width-over-estimate",
                severity=Severity.REFUSAL,
                where=where,
                found=f"two-sided 90 % half-width {result.deduction.half_width_percent:.1f} % of the estimate",
                allowed=f"up to {result.deduction.widest_half_width_percent:g} %",
                do="sample more units or control sites; nothing is issued for this period",
                clause="vcs.eligibility.half-width",
            )
        )
    if result.verified_total_t_co2e < 0:
        findings.append(
            Finding(
                code="loss-event",
                severity=Severity.WARNING,
                where=where,
                found=f"{result.verified_total_t_co2e:.1f} t CO2e",
                allowed="units are issued for positive totals",
                do="report the loss under the registry's reversal rules; nothing is floored and the switch keeps it",
                clause="VM0042 2.2, section 8.7, Eqs. 75-79",
            )
        )
    if result.after_deduction_t_co2e < 0 and issued_before_t > 0:
        findings.append(
            Finding(
                code="loss-after-issue",
                severity=Severity.WARNING,
                where=where,
                found=f"stocks fell by {-result.after_deduction_t_co2e:.1f} t CO2e against the baseline, after "
                f"{issued_before_t} units were issued",
                allowed="units stand for carbon that stays",
                do="report a reversal to the registry: buffer units are cancelled for what was issued",
                clause="VM0042 2.2, section 8.7; reversal rules of the VCS Standard",
            )
        )
    switches = {vintage.removals_switch for vintage in result.vintages}
    if len(switches) > 1:
        findings.append(
            Finding(
                code="switch-turns-inside-period",
                severity=Severity.NOTE,
                where=where,
                found="the cumulative project change crosses zero, by year: "
                + ", ".join(f"{v.number}: {v.cumulative_project_change_t_co2e:.1f}" for v in result.vintages),
                allowed="labels follow the cumulative change, the total does not",
                do="nothing; the whole gain of a year takes the label of that year",
                clause="VM0042 2.2, section 8.5, Eq. 37",
            )
        )
    return findings
