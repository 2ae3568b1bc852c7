"""The commands of a project: new, check, run and demo."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mollisol.cli.printing import (
    EXIT_BLOCKED,
    EXIT_REFUSED,
    Json,
    as_data,
    count,
    exit_with,
    print_findings,
    print_json,
    tell,
)
from mollisol.cli.summary import print_asked, print_summary
from mollisol.methodology.findings import FindingsError, Severity, UserError, blocking
from mollisol.methodology.results.state import NOT_DECLARED

ProjectFolder = Annotated[Path, typer.Argument(help="The project folder.", metavar="PROJECT")]
RulesKey = Annotated[
    str,
    typer.Option(
        "--rules",
        metavar="KEY",
        help="Rule set to use instead of the project's own: a key, or a file ending in .toml.",
    ),
]
Proposals = Annotated[
    list[Path] | None,
    typer.Option(
        "--proposal",
        metavar="FILE",
        help="Overlay file with proposed rules, or the name of one that ships; may be repeated.",
    ),
]

_ASKED = 3
"""Kinds of what is still asked that a run prints; check tells all."""


def _overlays(files: list[Path] | None) -> list[Any]:
    from mollisol.methodology.rules_in_force.proposal import load_proposal

    return [load_proposal(file) for file in files or []]


def new(
    folder: Annotated[Path, typer.Argument(help="The folder to make.", metavar="DIR")],
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="The tables as a workbook in raw/, for mollisol import run.")
    ] = False,
) -> None:
    """Write a project skeleton that passes check, with placeholders marked."""
    from mollisol.importing.template import project_files
    from mollisol.output import write_folder

    if folder.exists():
        raise typer.BadParameter(f"{folder} is there already; name a folder that is not")
    write_folder(folder, project_files(workbook=xlsx))
    then = f"fill raw/tables.xlsx in, then mollisol import run --project {folder}" if xlsx else ""
    typer.echo(f"{folder} made. Next: {then or f'mollisol check {folder}'}")


def _folder_of(path: Path) -> Path:
    """Return the project folder that a file stands in; anything else as it is."""
    from mollisol.reading.schema import HEAD_FILE

    above = (folder for folder in path.parents if (folder / HEAD_FILE).is_file())
    return next(above, path) if path.is_file() else path


def check(
    projects: Annotated[
        list[Path], typer.Argument(help="Project folders, or files in them.", metavar="PROJECT...")
    ],
    rules: RulesKey = "",
    proposal: Proposals = None,
    form: Annotated[
        Literal["text", "sarif"],
        typer.Option("--format", help="sarif shows each finding beside its line, in editors and code hosts."),
    ] = "text",
    as_json: Json = False,
) -> None:
    """Print every finding at once: where, what was found, what is allowed, what to do, and the clause."""
    from mollisol.computing import told_by_a_run
    from mollisol.engine import assess_project
    from mollisol.questions.words.people import check_people
    from mollisol.reading.schema import HEAD_FILE

    folders = list(dict.fromkeys(map(_folder_of, projects)))
    if (as_json and form == "sarif") or (len(folders) > 1 and (as_json or form == "sarif")):
        raise typer.BadParameter("--json and --format sarif exclude each other, and each takes one project")
    blocked = False
    for project in folders:
        assessment = assess_project(project, rules_key=rules, overlays=_overlays(proposal), tell=tell)
        findings = [*told_by_a_run(assessment), *check_people(assessment.reading)]
        blocked |= bool(blocking(findings))
        if form == "sarif":
            from mollisol.templates.sarif import sarif_log

            print_json(sarif_log(findings, project.as_posix(), HEAD_FILE))
        elif as_json:
            print_json({"blocked": blocked, "findings": as_data(findings)})
        else:
            print_findings(findings)
            typer.echo(f"{f'{project}: ' if len(folders) > 1 else ''}findings: {count(findings)}")
    raise typer.Exit(EXIT_BLOCKED if blocked else 0)


def run(
    project: ProjectFolder,
    out: Annotated[Path, typer.Option("--out", help="Folder for the bundle.", metavar="DIR")],
    rules: RulesKey = "",
    proposal: Proposals = None,
    route: Annotated[
        Literal["all", "analytic", "montecarlo", "posterior", "nuts"],
        typer.Option(
            help="All routes, or one beside the analytic one; what issues of them is a rule. nuts: all, and the "
            "posterior sampled by PyMC too, whose draws are kept; a minute or more."
        ),
    ] = "all",
    programme: Annotated[
        str,
        typer.Option(
            help="Compute under this programme in place of the project's own; nothing issues.", metavar="NAME"
        ),
    ] = "",
    seed: Annotated[
        int, typer.Option(help="Of the draws of declared measurement errors.", min=0, max=2**63 - 1)
    ] = 0,
    workers: Annotated[
        str,
        typer.Option(
            "--workers",
            "--scheduler",
            help="Processes that run the soil model, or the address of a Dask scheduler; the result is the same.",
            metavar="N|ADDRESS",
        ),
    ] = "1",
    as_json: Json = False,
) -> None:
    """Run a project from cores to units and write its bundle and report."""
    from mollisol.workers import started

    options = {"rules_key": rules, "overlays": _overlays(proposal), "route": route, "seed": seed}
    options["programme"] = programme
    with started(workers):
        code = _run(project, out, as_json=as_json, **options)
    raise typer.Exit(code)


def _run(project: Path, out: Path, *, as_json: bool, **options: Any) -> int:
    from mollisol.bundle.write import files_to_write
    from mollisol.engine import run_project
    from mollisol.output import check_output, write_folder

    check_output(out)
    try:
        done = run_project(project, tell=tell, **options)
    except FindingsError as error:
        exit_with(error.findings, as_json)
    tell("writing the bundle and the report")
    write_folder(out, files_to_write(done))
    if as_json:
        print_json(done.results.model_dump(mode="json"))
    else:
        print_summary(done.results)
        refusals = [f for f in done.findings if f.severity is Severity.REFUSAL]
        print_findings((f for f in refusals if f.code not in NOT_DECLARED), err=True)
        print_asked(refusals, most=_ASKED)
        typer.echo(f"findings: {count(done.findings)}\nbundle:   {out}\nreport:   {out / 'report.html'}")
    return 0 if done.results.state == "eligible" else EXIT_REFUSED


def demo(
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the project and its bundle.", metavar="DIR")
    ] = Path("demo"),
    as_json: Json = False,
) -> None:
    """Copy a bundled real project, run it end to end and print its figure and its state."""
    from importlib.resources import as_file, files

    project, bundle = out / "woburn-ley", out / "bundle"
    with as_file(files("mollisol").joinpath("examples", "woburn-ley")) as source:
        try:
            shutil.copytree(source, project, dirs_exist_ok=True)
        except OSError as error:
            raise UserError(f"{project} cannot be written: {error.strerror or error}") from None
    _run(project, bundle, as_json=as_json)
