"""What a project's files hold, as a guide to read or as JSON Schema; an older project brought to the present schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.printing import Json, print_json


def schema(
    table: Annotated[
        str, typer.Argument(help="project, or a table such as core_increments.csv.", metavar="[TABLE]")
    ] = "",
    as_json: Json = False,
) -> None:
    """Print each column of the tables: needed or not, unit, what is allowed, an example; --json gives JSON Schema."""
    from pydantic import BaseModel

    from mollisol.methodology.eligibility_facts import EligibilityFacts
    from mollisol.methodology.ledger import Ledger
    from mollisol.methodology.measurement import PLAN_POINTS_FILE, PlanHead, PlannedPoint
    from mollisol.methodology.project import ProjectHead
    from mollisol.reading.guide import guide_of
    from mollisol.reading.project import TABLES

    heads: dict[str, type[BaseModel]] = {
        "project": ProjectHead,
        "eligibility": EligibilityFacts,
        "ledger": Ledger,
        "plan": PlanHead,
    }
    tables: dict[str, type[BaseModel]] = {item.file: item.row_type for item in TABLES}
    tables[PLAN_POINTS_FILE] = PlannedPoint
    needed = {item.file for item in TABLES if item.required}
    known = {**heads, **tables}
    if table and table not in known:
        raise typer.BadParameter(f"there is no table {table}; there are: {', '.join(known)}")
    chosen = {table: known[table]} if table else known
    if as_json:
        schemas = {name: kind.model_json_schema() for name, kind in chosen.items()}
        print_json(schemas[table] if table else schemas)
        return
    blocks = []
    for name, kind in chosen.items():
        rows = [("column" if name in tables else "key", "needed", "unit", "allowed", "example")]
        rows += [
            (row.column, "needed" if row.needed else "", row.unit, row.allowed, row.example)
            for row in guide_of(name, kind)
        ]
        widths = [min(max(len(row[place]) for row in rows), 44) for place in range(4)]
        file = name if name in tables else f"{'plan/' if name == 'plan' else ''}{name}.toml"
        word = "" if name not in tables else ", always there" if name in needed else ", where there is any"
        lines = [f"{file}{word}"]
        lines += [
            "  "
            + "  ".join(f"{cell:{width}}" for cell, width in zip(row, [*widths, 0], strict=True)).rstrip()
            for row in rows
        ]
        blocks.append("\n".join(lines))
    typer.echo("\n\n".join(blocks))


def upgrade(
    project: Annotated[Path, typer.Argument(help="The project folder.", metavar="PROJECT")],
    as_json: Json = False,
) -> None:
    """Bring project.toml to the present schema and show the change; what it cannot know becomes undeclared."""
    from mollisol.output import write_beside
    from mollisol.reading.schema import SCHEMA, upgrade_project

    done = upgrade_project(project)
    if done.changes:
        write_beside(done.file, done.new.encode())
    if as_json:
        print_json({"schema": SCHEMA, "changes": done.changes, "undeclared": list(done.undeclared)})
        return
    typer.echo(done.changes or f"{done.file} is of schema {SCHEMA} already; nothing was changed\n", nl=False)
    for key in done.undeclared:
        typer.echo(f"undeclared: {key}; mollisol check {project} says what is allowed", err=True)
