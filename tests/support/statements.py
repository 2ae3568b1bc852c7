"""Statements on every clause, made up, so that a project of a test states all that is asked of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

CLAUSES = Path(__file__).parents[2] / "methodology" / "tables" / "clauses.csv"
DOCUMENT = "evidence/made-up.txt"
WRONG = {"text": "-", "number": "a few", "day": "soon", "words": "of no kind", "every word": "of no kind"}
"""An answer of each kind that no clause allows."""


def table_of_clauses() -> list[dict[str, str]]:
    """Return the rows of the table, read by itself."""
    with CLAUSES.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def answer(clause: dict[str, str], end: str) -> str:
    """Return an answer that the clause allows in a project whose last period ends on a day."""
    kind, allowed = clause["kind"], clause["allowed"]
    if kind == "every word":
        return allowed
    if kind == "words":
        return allowed.split(";")[0]
    if kind == "number":
        return "30" if allowed.startswith("at least") else "1"
    if kind == "day":
        return (
            "2199-12-31"
            if allowed.endswith("after end")
            else end
            if allowed.endswith("of end")
            else "1950-01-01"
        )
    return "made up"


def rows(text: str) -> Iterator[list[str]]:
    """Yield a statement on each clause, for a ``project.toml``; a day that a campaign alone asks for is left out."""
    end = max(re.findall(r"end = (\d{4}-\d\d-\d\d)", text))
    for clause in table_of_clauses():
        if clause["id"] != "density-day":
            yield [clause["id"], "", answer(clause, end), DOCUMENT]


def state_all(folder: Path, wrong: str = "") -> Path:
    """Write statements, and the document that shows them, into a project folder; ``wrong`` of all or of documents."""
    kinds = {clause["id"]: clause["kind"] for clause in table_of_clauses()}
    stated = list(rows((folder / "project.toml").read_text(encoding="utf-8")))
    if wrong == "answers":
        stated = [[id, thing, WRONG[kinds[id]], file] for id, thing, _, file in stated]
        stated.append(["density-day", "", "1900-01-01", DOCUMENT])
    if wrong == "documents":
        stated = [[*row[:3], "evidence/none.txt"] for row in stated]
    if wrong == "silent":
        stated = [
            ["density-day", "", answer(row, ""), ""]
            for row in table_of_clauses()
            if row["id"] == "density-day"
        ]
    with (folder / "declarations.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([["clause", "thing", "answer", "document"], *stated])
    register = folder / "evidence" / "register.csv"
    register.parent.mkdir(exist_ok=True)
    document = b"made up\n"
    (folder / DOCUMENT).write_bytes(document)
    if not register.exists():
        register.write_text("file,sha256,kind,table,rows,note\n", encoding="utf-8")
    with register.open("a", encoding="utf-8") as stream:
        stream.write(f"{DOCUMENT},{sha256(document).hexdigest()},statement,declarations.csv,all,\n")
    return folder
