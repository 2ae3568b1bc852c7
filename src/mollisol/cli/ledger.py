"""``mollisol ledger``: what was signed off is closed, and never computed again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.printing import Json, as_data, print_json, tell

ledger_app = typer.Typer(help="What was signed off, and what it hands on.", no_args_is_help=True)


@ledger_app.callback()
def _group() -> None:
    """Close what was signed off: it is never computed again."""


@ledger_app.command()
def close(
    bundle: Annotated[Path, typer.Argument(help="The bundle that was signed off.", metavar="BUNDLE")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who signed it off.")],
    on: Annotated[str, typer.Option("--on", metavar="DAY", help="The day, as 2026-11-21.")],
    project: Annotated[Path, typer.Option("--project", help="The project folder.", metavar="DIR")] = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the entries, and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Move the periods of a bundle from project.toml into ledger.toml, and put its zip into ledger/."""
    from datetime import date

    from pydantic import TypeAdapter, ValidationError

    from mollisol.crediting.closing import close_periods
    from mollisol.crediting.ledger import as_toml, entries_of_bundle
    from mollisol.methodology.base import RequiredText

    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise typer.BadParameter(f"{on!r} is no day: write it as 2026-11-21") from None
    try:
        TypeAdapter(RequiredText).validate_python(by)
    except ValidationError:
        raise typer.BadParameter(f"{by!r} names nobody: give a name of three letters or more") from None
    if dry_run:
        entries = entries_of_bundle(bundle, signed_off_by=by, signed_off_on=day)
    else:
        entries, files = close_periods(project, bundle, signed_off_by=by, signed_off_on=day)
        tell(f"written: {', '.join(files)}. Next: mollisol check {project}")
    if as_json:
        print_json(as_data(entries))
    else:
        typer.echo(as_toml(entries), nl=False)
