"""What the commands print: messages to standard error, findings and JSON to standard output."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from pydantic import BaseModel

from mollisol.methodology.findings import Finding, Place, Severity

EXIT_BLOCKED: Final = 2
EXIT_REFUSED: Final = 3

BundlePath = Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

_COLOURS = {
    Severity.BLOCKING: typer.colors.RED,
    Severity.REFUSAL: typer.colors.RED,
    Severity.WARNING: typer.colors.YELLOW,
    Severity.NOTE: typer.colors.BLUE,
}
_IN_FULL = 3
"""Places of one fault that are printed in full."""


def tell(line: str) -> None:
    """Print a line on standard error."""
    typer.echo(line, err=True)


def print_json(data: Any) -> None:
    """Print one JSON document on standard output."""
    typer.echo(json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False))


def print_found(data: Any, lines: Iterable[str], as_json: bool) -> None:
    """Print what was found as one JSON document, or as lines."""
    print_json(data) if as_json else typer.echo("\n".join(lines))


def chosen(option: str, text: str, known: Sequence[str]) -> list[str]:
    """Return the words of an option that takes several with commas between, in the order in which they are known."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    unknown = sorted(set(words) - set(known))
    if unknown or not words:
        raise typer.BadParameter(
            f"{option} {', '.join(unknown) or 'nothing'}: choose from {', '.join(known)}"
        )
    return [word for word in known if word in words]


def as_data(items: Iterable[BaseModel]) -> list[Any]:
    """Return typed values as JSON has them."""
    return [item.model_dump(mode="json") for item in items]


def exit_with(
    findings: Iterable[Finding], as_json: bool, *, words: str = "nothing was computed", **document: Any
) -> NoReturn:
    """Print the findings that stopped a command, and leave it.

    Parameters
    ----------
    findings
        What stopped it.
    as_json
        Print one JSON document: ``document`` with the findings.
    words
        What did not come about.
    """
    told = list(findings)
    if as_json:
        print_json({**(document or {"blocked": True}), "findings": as_data(told)})
    else:
        print_findings(told, err=True)
        tell(f"{words}; findings: {count(told)}")
    raise typer.Exit(EXIT_BLOCKED)


def print_findings(findings: Iterable[Finding], *, err: bool = False) -> None:
    """Print findings, each with what was found, what is allowed, what to do and the clause.

    Of the same fault at many places the first are printed in full, the others by their place.
    """
    same: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        same.setdefault(_fault(finding), []).append(finding)
    for group in same.values():
        for finding in group[:_IN_FULL]:
            typer.echo("\n".join(_lines(finding)), err=err)
        if rest := group[_IN_FULL:]:
            more = sum(finding.more for finding in rest)
            places = ", ".join(_briefly(finding.where) for finding in rest)
            typer.echo(f"{_head(rest[0])}  also at {places}" + (f" and {more} more" if more else ""), err=err)


def _briefly(place: Place) -> str:
    """Return a place in few words: a row is found without what it is about."""
    return str(place if place.row is None else place.model_copy(update={"thing": ""}))


def _fault(finding: Finding) -> tuple[object, ...]:
    """Return what tells faults apart: all that is said but the place and what was found there."""
    parts = (finding.severity, finding.code, finding.where.file, finding.where.column)
    return (*parts, finding.allowed, finding.do, finding.clause, finding.answered_by)


def _head(finding: Finding) -> str:
    return (
        typer.style(finding.severity.value.upper(), fg=_COLOURS[finding.severity], bold=True)
        + f" {finding.code}"
    )


def _lines(finding: Finding) -> list[str]:
    more = f"  (and {finding.more} more)" if finding.more else ""
    lines = [
        f"{_head(finding)}  {finding.where}{more}",
        f"  found    {finding.found}",
        f"  allowed  {finding.allowed}",
        f"  do       {finding.do}",
    ]
    if finding.clause:
        lines.append(f"  clause   {finding.clause}")
    if finding.answered_by:
        lines.append(f"  answered by the declared deviation {finding.answered_by}")
    return lines


def count(findings: Iterable[Finding]) -> str:
    """Return how many findings there are of each severity, in words."""
    found = [finding.severity for finding in findings]
    return (
        ", ".join(f"{found.count(severity)} {severity.value}" for severity in Severity if severity in found)
        or "none"
    )
