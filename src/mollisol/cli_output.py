"""What the commands print: messages to standard error, findings and JSON to standard output."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import typer

from mollisol.methodology.findings import Finding, Severity

_COLOURS = {
    Severity.BLOCKING: typer.colors.RED,
    Severity.REFUSAL: typer.colors.RED,
    Severity.WARNING: typer.colors.YELLOW,
    Severity.NOTE: typer.colors.BLUE,
}


def tell(line: str) -> None:
    """Print a line on standard error."""
    typer.echo(line, err=True)


def print_json(data: Any) -> None:
    """Print one JSON document on standard output."""
    typer.echo(json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False))


def print_findings(findings: Iterable[Finding], *, err: bool = False) -> None:
    """Print findings, each with what was found, what is allowed, what to do and the clause."""
    for finding in findings:
        head = typer.style(finding.severity.value.upper(), fg=_COLOURS[finding.severity], bold=True)
        more = f"  (and {finding.more} more)" if finding.more else ""
        lines = [
            f"{head} {finding.code}  {finding.where}{more}",
            f"  found    {finding.found}",
            f"  allowed  {finding.allowed}",
        ]
        lines.append(f"  do       {finding.do}")
        if finding.clause:
            lines.append(f"  clause   {finding.clause}")
        if finding.answered_by:
            lines.append(f"  answered by the declared deviation {finding.answered_by}")
        typer.echo("\n".join(lines), err=err)


def count(findings: Iterable[Finding]) -> str:
    """Say how many findings there are of each severity."""
    found = [finding.severity for finding in findings]
    return (
        ", ".join(f"{found.count(severity)} {severity.value}" for severity in Severity if severity in found)
        or "none"
    )
