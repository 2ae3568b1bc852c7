"""An import: every mapping of a project, all questions at once, and either all tables or none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from mollisol.importing.asked import Question
from mollisol.importing.context import Context
from mollisol.importing.mapping import FileMapping, load_mappings, mapping_fault
from mollisol.importing.marks import ask_marks
from mollisol.importing.outputs import MOST_PLACES, Outputs, OutputTable, written
from mollisol.importing.summary import summary_lines
from mollisol.methodology.columns import FIRST_ROW
from mollisol.methodology.findings import Finding, FindingsError, Place, UserError, blocking, finding
from mollisol.output import canonical_json, write_beside
from mollisol.reading.imports import LOCK, LOG, PROVENANCE
from mollisol.reading.project import TABLES
from mollisol.reading.tables import read_table
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
        for mapping in sorted(inside, key=lambda one: bool({"control_site", "campaign"} & set(one.fields))):
            try:
                action(mapping, context)
            except FindingsError as error:
                context.findings += error.findings
            except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
                # a value of a mapping that is of another kind than its key asks for
                found = f"{type(error).__name__}: {error}"
                context.findings += mapping_fault(mapping.file, "", found).findings
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
    from mollisol.importing.kinds.tables import import_tables
    from mollisol.importing.kinds.weather import import_weather

    return {
        "tables": import_tables,
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
    wanted = [table for table, made in outputs.tables.items() if not name or name in made.writers]
    findings = [*dict.fromkeys(context.findings)]
    decided: dict[str, int] = {}
    for one in context.log:
        decided[one.decided] = decided.get(one.decided, 0) + 1
    tables: dict[str, bytes] = {}
    if not context.asked and not blocking(findings):
        for table in wanted:
            tables[table] = _table(outputs.tables[table])
        tables |= outputs.files if not name or "strata.csv" in wanted else {}
        findings += [*_in_the_way(folder, tables), *_not_as_tables(tables, outputs)]
        tables |= _records(context, folder, contents, wanted, name, tables)
    rows = {table: len(outputs.tables[table].rows) for table in wanted}
    tables = tables if not blocking(findings) else {}
    return Import(
        tuple(context.asked),
        tuple(findings),
        tables,
        rows,
        context.counts,
        decided,
        tuple(summary_lines(context)),
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


def _table(table: OutputTable) -> bytes:
    """Return a table as CSV; a column that is empty in all rows is left out, and no text begins like a formula."""
    rows = [row.cells for row in table.rows.values()]
    filled = [False] * len(table.columns)
    for cells in rows:
        for place, cell in enumerate(cells):
            if not filled[place] and cell not in (None, ""):
                filled[place] = True
    kept = [n for n, name in enumerate(table.columns) if filled[n] or name in ("stratum", "control_site")]

    def texts() -> Iterator[list[str]]:
        for cells in rows:
            values = [cells[place] if place < len(cells) else None for place in kept]
            yield [inert(value) if isinstance(value, str) else written(value) for value in values]

    return _csv([table.columns[place] for place in kept], texts())


def _records(
    context: Context,
    folder: Path,
    contents: Mapping[str, bytes],
    wanted: Sequence[str],
    name: str,
    tables: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Return the log, the provenance and the lock of an import."""
    log: Iterable[Sequence[str]] = (
        (one.mapping, one.file, one.at, one.column, inert(one.found), inert(one.decided), inert(one.becomes))
        for one in context.log
        if not name or one.mapping == name
    )
    provenance: Iterable[Sequence[str]] = (
        line for table in wanted for line in _ways_back(context, table, context.outputs.tables[table])
    )
    kept_tables: dict[str, str] = {}
    if name:
        log = chain((row for row in _kept(folder / LOG) if row[0] != name), log)
        provenance = chain((row for row in _kept(folder / PROVENANCE) if row[0] not in wanted), provenance)
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


def _ways_back(context: Context, name: str, table: OutputTable) -> Iterator[tuple[str, ...]]:
    """Yield the lines of ``provenance.csv`` for a table: one for each row and raw file."""
    for key, row in table.rows.items():
        merged: dict[str, tuple[list[str], list[str], tuple[str, ...]]] = {}
        for origin in row.origins:
            places, done, _ = merged.setdefault(origin.file, ([], [], origin.carried))
            places += [place for place in origin.places if place not in places[-1:]]
            done += [origin.done] if origin.done and origin.done not in done else []
        for text in table.keys_of(key, row):
            for file, (places, done, carried) in merged.items():
                more = f", ... {len(places)} in all" if len(places) > MOST_PLACES else ""
                at, digest = ", ".join(places[:MOST_PLACES]) + more, context.digests.get(file, "")
                yield name, text, file, at, digest, inert("; ".join(done)), *map(inert, carried)


def _not_as_tables(tables: Mapping[str, bytes], outputs: Outputs) -> Iterator[Finding]:
    """Yield what the readers of our tables find in those that would be written, at the place in the raw file."""
    types = {table.file: table.row_type for table in TABLES}
    for name in types.keys() & tables.keys():
        places = (
            [row.origins[0] for row in outputs.tables[name].rows.values()] if name in outputs.tables else []
        )
        for fault in read_table(tables[name], name, types[name])[1]:
            row = (fault.where.row or 0) - FIRST_ROW
            if 0 <= row < len(places):
                origin = places[row]
                where = Place(file=f"raw/{origin.file}", column=fault.where.column, thing=origin.places[0])
                yield fault.model_copy(update={"where": where})
            else:
                yield fault


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
    """Return rows as CSV; they are written as they come, so that a million need not stand beside their text."""
    out = io.BytesIO()
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    text.flush()
    text.detach()
    return out.getvalue()
