"""An import: every mapping of a project, all questions at once, and either all tables or none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from mollisol.importing.asked import Question
from mollisol.importing.context import Context
from mollisol.importing.mapping import FileMapping, load_mappings
from mollisol.importing.marks import ask_marks
from mollisol.importing.outputs import MOST_PLACES, Made, written
from mollisol.methodology.findings import Finding, FindingsError, Place, UserError, blocking, finding
from mollisol.output import canonical_json, write_beside
from mollisol.reading.imports import LOCK, LOG, PROVENANCE
from mollisol.templates.documents.inert import inert


@dataclass(frozen=True, slots=True)
class Import:
    """What came of an import.

    Parameters
    ----------
    questions
        What is open; where there is any, no table was made.
    findings
        What is wrong or remarkable.
    tables
        The files to be written, by name.
    counts, lines
        Rows by mapping and file, and what else there is to tell.
    """

    questions: tuple[Question, ...]
    findings: tuple[Finding, ...]
    tables: Mapping[str, bytes]
    rows: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]
    decided: Mapping[str, int]
    lines: tuple[str, ...] = field(default=())

    @property
    def is_open(self) -> bool:
        """Whether something has to be answered or mended first."""
        return bool(self.questions) or bool(blocking(self.findings))


def imported(folder: Path, name: str = "") -> Import:
    """Return what the mappings of a project make of its raw files; nothing is written.

    Parameters
    ----------
    folder
        The project.
    name
        A mapping: only the tables that it writes to are made, by all mappings that do.

    Raises
    ------
    UserError
        If there is no such folder or mapping.
    """
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}")
    mappings, contents = load_mappings(folder)
    if not mappings:
        raise UserError(f"{folder}/imports holds no mapping: mollisol import sniff writes them")
    if name and name not in [one.name for one in mappings]:
        raise UserError(f"there is no mapping {name!r}; there are: {', '.join(one.name for one in mappings)}")
    context = evaluated(folder, mappings)
    return _import(context, folder, contents, name)


def evaluated(folder: Path, mappings: Sequence[FileMapping]) -> Context:
    """Return what mappings come to: their questions, findings and rows."""
    context = Context.of(folder)
    names = context.raw_files()
    for mapping in mappings:
        ask_marks(mapping, context)
        for pattern in mapping.patterns:
            if not [one for one in mapping.files(names) if one == pattern or "*" in pattern]:
                context.findings.append(
                    finding("import-raw-missing", Place(file=mapping.file, thing="file"), pattern)
                )
    for kind, action in _actions().items():
        inside = [one for one in mappings if one.kind == kind]
        for mapping in sorted(inside, key=lambda one: "control_site" in one.fields):
            try:
                action(mapping, context)
            except FindingsError as error:
                context.findings += error.findings
        if kind == "places" and context.lands:
            from mollisol.importing.kinds.places import finish_places

            finish_places(context)
        if kind == "points":
            context.known_points()
    return context


def _actions() -> Mapping[str, Callable[[FileMapping, Context], None]]:
    """Return what each kind of mapping does, in its order: points need places, and all others need points."""
    from mollisol.importing.kinds.amounts import import_amounts
    from mollisol.importing.kinds.laboratory import import_laboratory
    from mollisol.importing.kinds.model_results import import_results
    from mollisol.importing.kinds.places import import_places
    from mollisol.importing.kinds.plain import import_table
    from mollisol.importing.kinds.points import import_points
    from mollisol.importing.kinds.schedule import import_schedule
    from mollisol.importing.kinds.sites import import_sites
    from mollisol.importing.kinds.weather import import_weather

    return {
        "places": import_places,
        "points": import_points,
        "laboratory": import_laboratory,
        "schedule": import_schedule,
        "amounts": import_amounts,
        "weather": import_weather,
        "sites": import_sites,
        "model results": import_results,
        "table": import_table,
    }


def _import(context: Context, folder: Path, contents: Mapping[str, bytes], name: str) -> Import:
    outputs = context.outputs
    wanted = [table for table in outputs.tables if not name or name in outputs.writers.get(table, ())]
    findings = [*dict.fromkeys(context.findings)]
    decided: dict[str, int] = {}
    for one in context.log:
        decided[one.decided] = decided.get(one.decided, 0) + 1
    tables: dict[str, bytes] = {}
    if not context.asked and not blocking(findings):
        for table in wanted:
            tables[table] = _table([row.cells for row in outputs.tables[table].values()])
        tables |= outputs.files if not name or "strata.csv" in wanted else {}
        findings += _in_the_way(folder, tables)
        tables |= _records(context, folder, contents, wanted, name, tables)
    rows = {table: len(made) for table, made in outputs.tables.items() if table in wanted}
    return Import(
        tuple(context.asked), tuple(findings), tables, rows, context.counts, decided, tuple(context.lines)
    )


def write_import(folder: Path, made: Import) -> None:
    """Write what an import made, each file whole; the lock last.

    Raises
    ------
    UserError
        If a file cannot be written.
    """
    for name in sorted(made.tables, key=lambda one: one == LOCK):
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_beside(path, made.tables[name])
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error.strerror}") from None


def _table(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as CSV; a column that is empty in all of them is left out, text never begins like a formula."""
    columns = [
        name
        for name in dict.fromkeys(name for row in rows for name in row)
        if any(row.get(name) not in (None, "") for row in rows) or name in ("stratum", "control_site")
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(
            [inert(value) if isinstance(value, str) else written(value) for value in map(row.get, columns)]
        )
    return out.getvalue().encode()


def _records(
    context: Context,
    folder: Path,
    contents: Mapping[str, bytes],
    wanted: Sequence[str],
    name: str,
    tables: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Return the log, the provenance and the lock of an import."""
    log: list[tuple[str, ...]] = [
        (one.mapping, one.file, one.at, one.column, inert(one.found), inert(one.decided), inert(one.becomes))
        for one in context.log
    ]
    provenance = [
        line
        for table in wanted
        for row in context.outputs.tables[table].values()
        for line in _ways_back(context, table, row)
    ]
    kept_tables: dict[str, str] = {}
    if name:
        log = [
            *(row for row in _kept(folder / LOG) if row[0] != name),
            *(row for row in log if row[0] == name),
        ]
        provenance = [*(row for row in _kept(folder / PROVENANCE) if row[0] not in wanted), *provenance]
        kept_tables = _lock(folder).get("tables", {})
    raw = dict(sorted(context.digests.items()))
    lock = {
        "mappings": {file: sha256(content).hexdigest() for file, content in contents.items()},
        "raw": raw,
        "tables": kept_tables | {table: sha256(content).hexdigest() for table, content in tables.items()},
    }
    head = ("table", "key", "file", "at", "sha256", "done", "laboratory_number", "batch", "analyst")
    return {
        LOG: _csv(("mapping", "file", "at", "column", "found", "decided", "becomes"), log),
        PROVENANCE: _csv(head, provenance),
        LOCK: canonical_json(lock),
    }


def _ways_back(context: Context, table: str, row: Made) -> Iterable[tuple[str, ...]]:
    merged: dict[str, Any] = {}
    for origin in row.origins:
        kept = merged.setdefault(origin.file, ([], [], origin.carried))
        kept[0].extend(place for place in origin.places if place not in kept[0][-1:])
        if origin.done and origin.done not in kept[1]:
            kept[1].append(origin.done)
    for key in context.outputs.names_of(table, row):
        for file, (places, done, carried) in merged.items():
            at = ", ".join(places[:MOST_PLACES]) + (
                f", ... {len(places)} in all" if len(places) > MOST_PLACES else ""
            )
            yield (
                table, key, file, at, context.digests.get(file, ""), inert("; ".join(done)),
                *(inert(carried.get(name, "")) for name in ("number", "batch", "analyst")),
            )  # fmt: skip


def _in_the_way(folder: Path, tables: Mapping[str, bytes]) -> list[Finding]:
    """Return a finding for each table that is there and that no import wrote, or that was changed by hand since."""
    kept = _lock(folder).get("tables", {})
    found = []
    for name in tables:
        path = folder / name
        if path.is_file() and kept.get(name) != sha256(path.read_bytes()).hexdigest():
            state = (
                "changed by hand since it was imported"
                if name in kept
                else "there already, and not from an import"
            )
            found.append(finding("import-table-there", Place(file=name), state))
    return found


def _lock(folder: Path) -> dict[str, Any]:
    try:
        data = json.loads((folder / LOCK).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _kept(path: Path) -> list[tuple[str, ...]]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return [tuple(row) for row in csv.reader(stream)][1:]


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode()
