"""``mollisol bundle``: two rounds of a project beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.printing import Json, print_found, tell

EXIT_DIFFERENT = 1

bundle_app = typer.Typer(help="Bundles of a project held against each other.", no_args_is_help=True)


@bundle_app.callback()
def _group() -> None:
    """Compare bundles of a project."""


@bundle_app.command()
def diff(
    a: Annotated[Path, typer.Argument(help="The earlier bundle.", metavar="A")],
    b: Annotated[Path, typer.Argument(help="The later bundle.", metavar="B")],
    log: Annotated[
        Path | None, typer.Option("--log", metavar="LOG", help="A findings log that speaks of them.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--page", metavar="FILE.html", help="Also write it as a page.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print what changed between two rounds, and what each change moved in tonnes: 0 same, 1 different."""
    from mollisol.output import write_beside
    from mollisol.rounds.compare import compare_rounds
    from mollisol.rounds.text import lines_of
    from mollisol.templates.rounds_report.render import render_rounds

    found = compare_rounds(a, b, log=log, tell=tell)
    document = found.model_dump(mode="json")
    if page is not None:
        write_beside(page, render_rounds(document).encode())
    print_found(document, lines_of(found), as_json)
    raise typer.Exit(0 if found.same else EXIT_DIFFERENT)
