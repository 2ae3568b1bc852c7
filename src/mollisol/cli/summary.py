"""The credited number on the screen, and the steps to it by period."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from mollisol.methodology.findings import Finding, Severity, reasons
from mollisol.methodology.results.state import NOT_DECLARED

if TYPE_CHECKING:
    from mollisol.methodology.results.run import PeriodResult, RunResult

_NO_DISCOUNT = 1e-6
"""What is left of a sum of amounts by rounding. [t CO2e]"""
_FORM_WORDS = {
    "moment": "moment form",
    "sharp": "sharp form",
    "guarded": "guarded form",
    "montecarlo": "Monte Carlo",
    "posterior": "posterior",
}


def print_summary(results: RunResult) -> None:
    """Print what each period would credit, and what of it is issued."""
    kind = {
        "replay": " (history replayed, not an issued project)",
        "constructed": " (constructed)",
        "placeholder": " (placeholders)",
    }
    units = sum(map(_units, results.periods))
    if results.state in ("provisional", "refused"):
        units = sum(period.units_if_eligible_t or 0 for period in results.periods)
        words = f"computed, {results.state}: {sum(p.units_to_issue_t for p in results.periods):,} can be requested"
    else:
        words = (
            "credited, were the proposed rules in force"
            if results.state == "proposed"
            else "eligible to request"
        )
    typer.echo(
        typer.style(f"{units:,} t CO2e {words}", bold=True)
        + f"  {results.project}{kind.get(results.kind, '')}"
    )
    for overlay in results.proposals:
        typer.echo(f"  PROPOSED, nothing is issued: {overlay.label}")
        for line in overlay.lines:
            typer.echo(f"    {line}")
    for period in results.periods:
        moment = period.deduction
        routes = ", ".join(
            f"{_FORM_WORDS[found.form]} {found.credited_t_co2e_per_ha:.2f}" for found in period.routes
        )
        typer.echo(
            f"  period {period.name}, {period.during.start} to {period.during.end}: "
            f"{moment.mean_t_co2e_per_ha:.2f} t CO2e/ha {period.project_side}, "
            f"SE {moment.standard_error_t_co2e_per_ha:.2f}; credited: {routes}; "
            f"the {_FORM_WORDS[period.credited_form]} issues\n"
            f"    {period.gross_t_co2e:,.1f} t gross {_less(period.deducted_t_co2e)} uncertainty "
            f"{_others(period)}{_less(period.leakage_t_co2e)} leakage {_less(period.buffer_t_co2e)} buffer "
            f"{_discount(period)}"
            f"= {period.verified_total_t_co2e:,.1f} t: {_units(period):,} units, " + _outcome(period)
        )


def print_asked(findings: Iterable[Finding], *, most: int) -> None:
    """Print what a registry would still ask: each must that was not declared or shown, with what to do.

    Parameters
    ----------
    most
        Lines that are printed; how many more there are is said.
    """
    asked: dict[str, int] = {}
    for one in findings:
        if one.severity is Severity.REFUSAL and one.code in NOT_DECLARED:
            asked[one.code] = asked.get(one.code, 0) + 1 + one.more
    if not asked:
        return
    typer.echo("A registry would still ask, before units can be requested:")
    for code, number in list(asked.items())[:most]:
        times = f" ({number} of them)" if number > 1 else ""
        typer.echo(f"  {code}{times}: {reasons()[code].means}")
    if len(asked) > most:
        typer.echo(f"  and {len(asked) - most} more: mollisol check tells all, with what to do")


def _outcome(period: PeriodResult) -> str:
    """Return the state of a period in words; of one that is eligible, what there is to request."""
    if period.state != "eligible":
        return str(period.state)
    return "eligible" if period.issuance == "issued" else str(period.issuance)


def _units(period: PeriodResult) -> int:
    """Return the units of a period; under proposed rules those that it would have."""
    return (period.units_if_eligible_t or 0) if period.state == "proposed" else period.units_to_issue_t


def _discount(period: PeriodResult) -> str:
    """Return what a flat discount took off, in words, where a proposal has one."""
    off = period.after_deduction_t_co2e + period.woody_t_co2e + period.source_terms_t_co2e
    off -= period.leakage_t_co2e + period.buffer_t_co2e + period.verified_total_t_co2e
    return f"{_less(off)} discount " if off > _NO_DISCOUNT else ""


def _less(amount: float) -> str:
    return f"{'+' if amount < 0 else '-'} {abs(amount):,.1f}"


def _others(period: PeriodResult) -> str:
    woody, sources = period.woody_t_co2e, period.source_terms_t_co2e
    return f"{woody:+,.1f} woody {sources:+,.1f} other gases " if woody or sources else ""
