"""``mollisol report``: render a bundle again, from the bundle alone, in the formats that registries take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.printing import BundlePath, Json, chosen, print_json, tell
from mollisol.methodology.findings import UserError
from mollisol.output import write_beside


def report(
    bundle: BundlePath,
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="LIST",
            help="Some of html,pdf,docx,xlsx,csv,json,kml,project,farms,datapackage, with commas between.",
        ),
    ] = "html",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Folder for the files; by default report, beside the bundle."
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(
            "--template", metavar="FILE", help="Word file with the styles and marks of the shipped one."
        ),
    ] = None,
    registry: Annotated[
        bool,
        typer.Option("--registry", help="In the order of the registry's template, with what is missing."),
    ] = False,
    messages: Annotated[
        Path | None,
        typer.Option(
            "--messages", metavar="FILE", help="Translated message catalogue for the pages of farms."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Render the report again from the bundle alone: page, PDF, Word, workbook with formulas, tables, credits."""
    from mollisol.bundle.render import render_bundle
    from mollisol.extensions import extension_names

    wanted = chosen("--format", formats, extension_names("mollisol.exports"))
    target = out if out is not None else bundle.absolute().parent / "report"
    _check_target(target)
    files = render_bundle(bundle, wanted, template=template, registry=registry, messages=messages, tell=tell)
    for name, content in files.items():
        _make_folder((target / name).parent)
        write_beside(target / name, content)
    if as_json:
        print_json(
            {"folder": str(target), "files": {name: len(content) for name, content in sorted(files.items())}}
        )
        return
    shown = [name for name in files if "/" not in name]
    for name in shown:
        typer.echo(str(target / name))
    for folder, what in (("tables", "tables"), ("data", "tables"), ("farms", "pages")):
        if inside := sum(name.startswith(f"{folder}/") for name in files):
            typer.echo(f"{target / folder}: {inside} {what}")


def _check_target(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise UserError(f"{target} is a file; name a folder")
    if (target / "manifest.json").exists() or (target / "project.toml").exists():
        raise UserError(
            f"{target} is a bundle or a project, which a report leaves as it is; name another folder"
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror or error}") from None
