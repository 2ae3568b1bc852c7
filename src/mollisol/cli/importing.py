"""``mollisol import``: raw files to tables by a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mollisol.cli.printing import EXIT_BLOCKED, Json, as_data, print_findings, print_json, tell

if TYPE_CHECKING:
    from mollisol.importing.perform import Import

import_app = typer.Typer(
    help="Raw files to tables, by a mapping that holds every decision.", no_args_is_help=True
)

Project = Annotated[Path, typer.Option("--project", help="The project folder.", metavar="DIR")]


@import_app.callback()
def _group() -> None:
    """Raw files to tables, by a mapping that holds every decision."""


@import_app.command()
def sniff(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Files in raw/; none means all that no mapping names.", metavar="[FILE]..."),
    ] = None,
    project: Project = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write no mapping.")] = False,
    as_json: Json = False,
) -> None:
    """Guess how raw files are laid out; write a mapping of each with every guess marked, and list what is asked."""
    from mollisol.importing.asked import told
    from mollisol.importing.sniff import sniffed

    made, questions, findings = sniffed(project, files or [], writes=not dry_run)
    if as_json:
        document = {"mappings": made, "questions": [question.as_data() for question in questions]}
        print_json(document | {"findings": as_data(findings)})
    else:
        print_findings(findings, err=True)
        typer.echo(
            "\n".join([*told(questions), *(f"{file} {'written' if not dry_run else ''}" for file in made)])
        )
        tell(f"{len(questions)} questions: answer the marks, then mollisol import run")
    raise typer.Exit(EXIT_BLOCKED if questions else 0)


@import_app.command()
def run(
    name: Annotated[str, typer.Argument(help="One mapping alone, without .toml.", metavar="[NAME]")] = "",
    project: Project = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Make the tables that the mappings in imports/ say; ask for all that is open, and then write nothing."""
    from mollisol.importing.perform import imported, write_import

    tell(f"reading the raw files of {project}")
    made = imported(project, name)
    if not made.is_open and not dry_run:
        write_import(project, made)
    if as_json:
        print_json(_document(made, written=not made.is_open and not dry_run))
    else:
        _print(made, dry_run)
    raise typer.Exit(EXIT_BLOCKED if made.is_open else 0)


def _document(made: Import, *, written: bool) -> dict[str, object]:
    return {
        "written": sorted(made.tables) if written else [],
        "rows": dict(made.rows),
        "raw_rows": {name: dict(counts) for name, counts in made.counts.items()},
        "decided": dict(made.decided),
        "questions": [question.as_data() for question in made.questions],
        "findings": as_data(made.findings),
    }


def _print(made: Import, dry_run: bool) -> None:
    from mollisol.importing.asked import told

    print_findings(made.findings, err=True)
    if made.questions:
        typer.echo("\n".join(told(made.questions)))
        tell(f"{len(made.questions)} questions; nothing was written: answer them in the mappings")
        return
    for name, counts in made.counts.items():
        typer.echo(f"{name}: {', '.join(f'{number:,} {word}' for word, number in counts.items() if number)}")
    for word, number in made.decided.items():
        typer.echo(f"  decided {number:,} times: {word}")
    for line in made.lines:
        typer.echo(line)
    for table, number in made.rows.items():
        typer.echo(f"{table}: {number:,} rows")
    if made.is_open:
        tell("nothing was written")
    elif dry_run:
        tell("a dry run: nothing was written")
