"""What other programs load: credits by vintage and label, and every table of a document, as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from mollisol.templates.documents.blocks import Cell, Document, Table
from mollisol.templates.documents.inert import inert
from mollisol.templates.filters import slug
from mollisol.templates.monitoring_report.report import ReportModel

_PLAIN: Final = str.maketrans({"\u202f": "", "\u00a0": " ", "\u2212": "-"})
_LABELS: Final = ("reduction", "removal")


def credit_rows(model: ReportModel) -> list[dict[str, Any]]:
    """Return one row for each period, calendar year and label, in the order of time.

    Whole units of all rows add up to the units of the report; a period that was refused, or has nothing to issue, has
    rows with 0 units.
    """
    results = model.results
    rows = []
    for period in results.periods:
        for part in period.calendar:
            amounts = (part.verified_reductions_t_co2e, part.verified_removals_t_co2e)
            units = (part.reduction_units_t, part.removal_units_t)
            for label, amount, whole in zip(_LABELS, amounts, units, strict=True):
                rows.append(
                    {
                        "project": results.project,
                        "proponent": results.proponent,
                        "country": results.country,
                        "kind": results.kind,
                        "rule_set": results.rule_set,
                        "verification_period": period.name,
                        "period_start": str(period.during.start),
                        "period_end": str(period.during.end),
                        "vintage_year": part.year,
                        "label": label,
                        "verified_t_co2e": amount,
                        "units_t_co2e": whole if period.issuance == "issued" else 0,
                        "outcome": period.issuance,
                    }
                )
    return rows


def credits_csv(model: ReportModel) -> bytes:
    """Return the credits as CSV."""
    rows = credit_rows(model)
    names = list(rows[0]) if rows else ["project"]
    return _csv([names, *([_text(row[name]) for name in names] for row in rows)])


def credits_json(model: ReportModel) -> bytes:
    """Return the credits as JSON, with what stands behind the number beside them."""
    results = model.results
    periods = [
        {
            "name": period.name,
            "start": str(period.during.start),
            "end": str(period.during.end),
            "outcome": period.issuance,
            "gross_t_co2e": period.gross_t_co2e,
            "deducted_t_co2e": period.deducted_t_co2e,
            "leakage_t_co2e": period.leakage_t_co2e,
            "buffer_t_co2e": period.buffer_t_co2e,
            "verified_total_t_co2e": period.verified_total_t_co2e,
            "units_t_co2e": period.units_to_issue_t if period.issuance == "issued" else 0,
        }
        for period in results.periods
    ]
    document = {
        "project": results.project,
        "kind": results.kind,
        "rule_set": results.rule_set,
        "rule_set_sha256": results.rule_set_hash,
        "mollisol": model.mollisol,
        "units_t_co2e": model.issued.units_to_issue_t,
        "periods": periods,
        "credits": credit_rows(model),
    }
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def table_files(document: Document) -> dict[str, bytes]:
    """Return every table of a document as CSV, numbers in full, named by place and caption."""
    tables = [block for block in document.blocks if isinstance(block, Table)]
    width = len(str(len(tables)))
    return {
        f"{place:0{width}d}-{slug(table.title.lower())[:60].strip('-.')}.csv": _csv(_lines(table))
        for place, table in enumerate(tables, start=1)
    }


def _lines(table: Table) -> Iterable[Sequence[str]]:
    """Lay spans out, so that every row stands by itself; several rows of heads become one."""
    grid = table.grid()
    filled: list[list[str]] = []
    for place, line in enumerate(grid):
        row: list[str] = []
        for column, cell in enumerate(line):
            if cell is not None:
                row.append(_value(cell))
            elif place and column < len(filled[place - 1]) and _covers(grid, place, column):
                row.append(filled[place - 1][column])
            else:
                row.append(row[-1] if place < len(table.head) and row else "")
        filled.append(row)
    count = len(table.head)
    if count:
        heads = [
            list(dict.fromkeys(part for part in parts if part))
            for parts in zip(*filled[:count], strict=False)
        ]
        yield [" ".join(parts) for parts in heads]
    yield from filled[count:]


def _covers(grid: list[list[Cell | None]], place: int, column: int) -> bool:
    """Whether a cell above spans down to here."""
    for up in range(place - 1, -1, -1):
        cell = grid[up][column] if column < len(grid[up]) else None
        if cell is not None:
            return up + cell.rows > place
    return False


def _value(cell: Cell) -> str:
    if cell.exact:
        return cell.exact
    text = cell.text
    return text.translate(_PLAIN) if cell.number or re.fullmatch(r"[−\d\u202f.]+", text) else inert(text)


def _text(value: Any) -> str:
    return inert(value) if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows(lines)
    return target.getvalue().encode()
