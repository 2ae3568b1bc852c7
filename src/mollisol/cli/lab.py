"""``mollisol lab``: many projects with known truth under several rules, on the same draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.printing import Json, as_data, exit_with, print_findings, print_json, tell
from mollisol.methodology.findings import FindingsError

lab_app = typer.Typer(
    help="Many projects with known truth under several rules.", no_args_is_help=True, rich_markup_mode=None
)

WorldName = Annotated[str, typer.Argument(help="A world: a file, or one that ships.", metavar="WORLD")]
WorldOrFolder = Annotated[
    str,
    typer.Argument(help="A world, or a folder of real project folders for a backtest.", metavar="WORLD"),
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--rules", metavar="KEY", help="Rule set; may be repeated. The first is compared with."),
]
Proposals = Annotated[
    list[str] | None,
    typer.Option(
        "--proposal",
        metavar="FILE",
        help="Proposal laid over the first rule set: a file or a shipped name, A+B for both at once; may be repeated.",
    ),
]
Seed = Annotated[int, typer.Option(help="Of the draws.", min=0, max=2**63 - 1)]
Projects = Annotated[
    int, typer.Option(help="Projects to draw; 0 draws until 50,000 have issued.", min=0, max=2_000_000)
]


@lab_app.command("make")
def lab_make(
    world: Annotated[
        Path, typer.Argument(help="The file to write, or to check where it is there.", metavar="WORLD")
    ],
    like: Annotated[
        str, typer.Option("--like", help="World to start from: a name that ships, or a file.")
    ] = "default",
    around: Annotated[
        Path | None,
        typer.Option(
            "--around", metavar="PROJECT", help="Replicates of one project: its design and measured spreads."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a world to change, or check one: what projects, soils, campaigns and developers are drawn from."""
    from mollisol.laboratory.make import make_world

    try:
        found, written = make_world(world, like, around)
    except FindingsError as error:
        exit_with(error.findings, as_json, words="no world was made")
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
        return
    typer.echo(f"{found.name}: {found.about}")
    for name, status, source in found.weakest:
        typer.echo(f"  {status:12} {name}: {source}")
    typer.echo(f"{'wrote' if written else 'checked'} {world}")


@lab_app.command("run")
def lab_run(
    world: WorldOrFolder,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for what was found.", metavar="DIR")
    ] = None,
    rules: Keys = None,
    proposal: Proposals = None,
    projects: Projects = 0,
    seed: Seed = 0,
    check: Annotated[
        int, typer.Option(help="Projects that the full engine computes too.", min=0, max=10_000)
    ] = 20,
    workers: Annotated[int, typer.Option(help="Processes; the result is the same.", min=1, max=64)] = 1,
    as_json: Json = False,
) -> None:
    """Draw projects of a world and credit them under each rule set, on the same draws."""
    from mollisol.laboratory.backtest import backtest
    from mollisol.laboratory.run import lab_files, run_lab
    from mollisol.laboratory.scenarios import scenarios_of
    from mollisol.laboratory.text import lines_of_backtest, lines_of_run
    from mollisol.laboratory.worlds import world_of, world_text
    from mollisol.output import check_output, write_folder

    if out is not None:
        check_output(out)
    try:
        made = scenarios_of(rules or [], proposal or [])
        if Path(world).is_dir():
            rows = list(backtest(Path(world), made, tell=tell))
            print_json(as_data(rows)) if as_json else typer.echo("\n".join(lines_of_backtest(rows)))
            return
        text = world_text(world)
        result, drawn = run_lab(
            world_of(text, Path(world).name),
            text,
            made,
            seed=seed,
            projects=projects,
            sample=check,
            workers=workers,
            tell=tell,
        )
    except FindingsError as error:
        exit_with(error.findings, as_json)
    if out is not None:
        write_folder(out, lab_files(result, drawn, made, text))
    if as_json:
        print_json(result.model_dump(mode="json"))
        return
    typer.echo("\n".join(lines_of_run(result)))
    print_findings(result.findings, err=True)
    if out is not None:
        typer.echo(f"folder: {out}")


@lab_app.command("report")
def lab_report(
    folder: Annotated[Path, typer.Argument(help="A folder that lab run wrote.", metavar="DIR")],
    as_json: Json = False,
) -> None:
    """Write report.json and report.html: whom each rule meets, which rule did it, and which samples pay."""
    from mollisol.laboratory.report import lab_report as report_of
    from mollisol.laboratory.report import read_folder
    from mollisol.laboratory.text import lines_of_report
    from mollisol.output import canonical_json, write_beside
    from mollisol.templates.laboratory_report.render import render_laboratory

    try:
        read = read_folder(folder)
    except FindingsError as error:
        exit_with(error.findings, as_json)
    report = report_of(read)
    document = report.model_dump(mode="json")
    files = {"report.json": canonical_json(document)}
    files |= render_laboratory(document, read.scenarios[0].terms.confidence)
    for name, content in files.items():
        write_beside(folder / name, content)
    if as_json:
        print_json(document)
        return
    typer.echo("\n".join(lines_of_report(report)))
    typer.echo(f"page: {folder / 'report.html'}")


@lab_app.command("game")
def lab_game(
    world: WorldName,
    rules: Keys = None,
    proposal: Proposals = None,
    projects: Annotated[int, typer.Option(help="Projects that play.", min=1000, max=1_000_000)] = 20_000,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Play best responses against each rule set, beside the honest way on the same draws."""
    from mollisol.laboratory.games import play
    from mollisol.laboratory.scenarios import scenarios_of
    from mollisol.laboratory.text import lines_of_games
    from mollisol.laboratory.worlds import load_world

    try:
        loaded, made = load_world(world), scenarios_of(rules or [], proposal or [])
        rows = list(play(loaded, made, seed=seed, projects=projects))
    except FindingsError as error:
        exit_with(error.findings, as_json)
    if as_json:
        print_json({"world": loaded.name, "about": loaded.about, "games": as_data(rows)})
        return
    typer.echo("\n".join(lines_of_games(loaded, rows)))
