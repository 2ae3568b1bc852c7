"""What a portfolio tells: its page, and its tables for other programs."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from mollisol.output import MANIFEST, canonical_json
from mollisol.portfolio.rows import LABELS
from mollisol.portfolio.store import Row, Store
from mollisol.portfolio.sums import sums_of

_MOST_ROWS: Final = 50
EXPORTED: Final = {
    "projects": "select * exclude (computed) from project order by name",
    "findings": "select * from finding order by project, severity, code",
    "periods": "select * from period order by project, period",
    "credits": "select credit.*, programme, country from credit join project on name = project "
    "order by project, period, year, label",
    "errors": "select * from error order by project, period, source",
    "shared": "select distinct * from shared order by source, label, project",
    "overlaps": "select * from overlap order by one, other",
}
"""The tables that other programs get, by name, each with its query."""
_CREDIT_SUMS: Final = (
    ", ".join(
        f"sum(credit.verified_t) filter (label = '{label}') as {label}s_t, "
        f"cast(sum(credit.units_to_issue_t) filter (label = '{label}') as bigint) as {label}_units_t"
        for label in LABELS
    )
    + ", cast(count(distinct project) as integer) as projects from credit join period using (project, period) "
    "join project on name = project where units_if_eligible_t > 0 group by all order by all"
)
"""Sums over the periods that credit, or would were they eligible: the same as the sum counts."""


def report_of(store: Store) -> dict[str, Any]:
    """Return what the page shows, as plain data; of long lists the first rows, with how many there are."""
    states = store.rows(
        "select state, cast(count(*) as integer) as projects from project group by all order by all"
    )
    credits = {
        title: store.rows(f"select {columns}, {_CREDIT_SUMS}")
        for title, columns in (
            ("year", "year"), ("programme", "programme"), ("country", "country"),
        )
    }  # fmt: skip
    projects = store.rows(
        "select name, title, country, programme, project.state, why, folder, coalesce(sum(area_ha), 0) / "
        "greatest(count(period), 1) as area_ha, coalesce(sum(verified_t), 0) as verified_t, "
        "cast(coalesce(sum(period.units_to_issue_t), 0) as bigint) as units_to_issue_t, "
        "cast(coalesce(sum(units_if_eligible_t), 0) as bigint) as units_if_eligible_t "
        "from project left join period on project = name group by all order by units_if_eligible_t desc, name"
    )
    return {
        "name": store.folder.resolve().name,
        "states": {row["state"]: row["projects"] for row in states},
        "sums": {name: asdict(one) if one else None for name, one in sums_of(store).items()},
        "credits": credits,
        "projects": _first(row for row in projects if row["units_if_eligible_t"]),
        "rest": _first(row for row in projects if not row["units_if_eligible_t"]),
        "findings": _first(
            store.rows(
                "select severity, code, cast(count(*) as integer) as projects, cast(sum(times) as integer) as times "
                "from finding where severity in ('blocking', 'refusal') group by all "
                "order by severity, projects desc, code"
            )
        ),
        "overlaps": _first(store.rows("select * from overlap order by land_ha desc, one, other")),
        "mollisol": version("mollisol"),
    }


def tables_of(store: Store) -> dict[str, bytes]:
    """Return the tables of a portfolio as Parquet files by name, its sums, and a manifest with their hashes."""
    files = {"sums.json": canonical_json(report_of(store)["sums"])}
    with tempfile.TemporaryDirectory(dir=store.folder) as beside:
        for name, query in EXPORTED.items():
            file = Path(beside) / f"{name}.parquet"
            store.export(query, file)
            files[file.name] = file.read_bytes()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    return files | {MANIFEST: canonical_json({"mollisol": version("mollisol"), "files": sums})}


def _first(rows: Iterable[Row]) -> dict[str, Any]:
    known = list(rows)
    return {"rows": known[:_MOST_ROWS], "known": len(known)}
