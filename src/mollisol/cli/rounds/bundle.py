"""``mollisol bundle``: two rounds of a project beside each other, and a bundle without what names people and places."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.printing import BundlePath, Json, print_found, tell

EXIT_DIFFERENT = 1

bundle_app = typer.Typer(
    help="Bundles of a project held against each other, and redacted.", no_args_is_help=True
)


@bundle_app.callback()
def _group() -> None:
    """Compare bundles of a project, and take values out of one."""


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


@bundle_app.command()
def redact(
    bundle: BundlePath,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the redacted bundle goes.")],
    nonces: Annotated[
        Path | None,
        typer.Option("--nonces", metavar="FILE.csv", help="What opens it, to keep; by default beside it."),
    ] = None,
) -> None:
    """Take coordinates, names, free words and ids of people out of a bundle; commitments stand in their place."""
    from mollisol.bundle.redacted import openings_csv
    from mollisol.methodology.findings import UserError
    from mollisol.output import check_output, write_beside, write_folder
    from mollisol.rounds.redact import redact_bundle

    kept = nonces or out.with_name(out.name + ".nonces.csv")
    check_output(out)
    if kept.exists() or out.resolve() in kept.resolve().parents:
        raise UserError(f"{kept} is there already, or lies in the bundle; name another file with --nonces")
    files, openings = redact_bundle(bundle, tell)
    write_beside(kept, openings_csv(openings), mode=0o600)
    write_folder(out, files)
    typer.echo(f"redacted: {out}\nnonces:   {kept} (keep it; {len(openings):,} values)")


@bundle_app.command(name="open")
def open_values(
    bundle: BundlePath,
    nonces: Annotated[Path, typer.Argument(help="Rows of the file of nonces.", metavar="NONCES")],
    row: Annotated[
        list[str] | None,
        typer.Option("--row", metavar="FILE:ROW", help="Only this row; several may be asked for."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Open values of a redacted bundle by their nonces; one that is not what was committed to is refused."""
    from mollisol.bundle.read import open_bundle
    from mollisol.bundle.redacted import opened, read_openings
    from mollisol.methodology.findings import UserError

    redaction = open_bundle(bundle).redaction
    if redaction is None:
        raise UserError(f"{bundle} is not redacted")
    try:
        content = nonces.read_bytes()
    except OSError as error:
        raise UserError(f"{nonces} cannot be read: {error.strerror}") from None
    found = opened(redaction, read_openings(content, str(nonces)), row or ())
    lines = [f"{one.file}:{one.row} [{one.column}] {one.value!r}" for one in found]
    print_found([one._asdict() for one in found], lines, as_json)
