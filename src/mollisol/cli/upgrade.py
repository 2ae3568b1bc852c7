"""The command ``upgrade``: an older project folder brought to the present schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.printing import Json, print_json


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
