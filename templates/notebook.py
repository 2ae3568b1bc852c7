"""What a notebook shows of a project, its findings and its results: small HTML tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from mollisol.methodology.findings import Finding
from mollisol.methodology.results.run import RunResult

_FIGURES: Final = (
    "gross_t_co2e", "deducted_t_co2e", "leakage_t_co2e", "buffer_t_co2e", "verified_total_t_co2e",
    "units_to_issue_t", "units_if_eligible_t",
)  # fmt: skip


def html_of_rows(caption: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as an HTML table; no text in it acts on the page."""
    head = "".join(f"<th>{escape(name)}</th>" for name in (rows[0] if rows else ()))
    lines = "".join(f"<tr>{''.join(map(_cell, row.values()))}</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{lines}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, int | float):
        return f'<td style="text-align:right">{value:,.1f}</td>'.replace(".0<", "<")
    return f"<td>{escape(str('' if value is None else value))}</td>"


def html_of_findings(findings: Iterable[Finding]) -> str:
    """Return findings as an HTML table, worst first as they come."""
    columns = ("severity", "code", "where", "found", "allowed", "do")
    rows = [{name: str(getattr(one, name)) for name in columns} for one in findings]
    return html_of_rows(f"findings: {len(rows)}", rows)


def html_of_results(results: RunResult) -> str:
    """Return the figures of each period as an HTML table, with what becomes of its units. [t CO2e]."""
    rows = [
        {"period": one.name, **{name: getattr(one, name) for name in _FIGURES}, "issuance": one.issuance}
        for one in results.periods
    ]
    return html_of_rows(f"{results.project} ({results.kind}), {results.rule_set}", rows)
