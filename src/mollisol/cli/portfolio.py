"""``mollisol portfolio``: many projects and their bundles in one store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mollisol.cli.printing import EXIT_BLOCKED, EXIT_REFUSED, Json, chosen, print_found, tell
from mollisol.methodology.findings import UserError

if TYPE_CHECKING:
    from mollisol.portfolio.store import Store

portfolio_app = typer.Typer(
    help="Many projects in one store: shared errors shared, overlaps found.", no_args_is_help=True
)

_KINDS = (("shared", ""), ("independent", " without shared errors"))
StoreFolder = Annotated[Path, typer.Argument(help="The folder of the portfolio.", metavar="STORE")]


@portfolio_app.command()
def add(
    store: StoreFolder,
    projects: Annotated[list[Path], typer.Argument(help="Project folders.", metavar="PROJECT...")],
    as_json: Json = False,
) -> None:
    """Put projects into a portfolio, which is made where it is not there; their folders stay where they are."""
    from mollisol.portfolio.store import opened

    with opened(store, new=True) as kept:
        names = kept.add(projects)
    print_found({"projects": names}, [f"{store}: {', '.join(names)}"], as_json)


@portfolio_app.command()
def check(store: StoreFolder, as_json: Json = False) -> None:
    """Check each project that changed, and all against each other; exit 3 where they hold land or cores twice."""
    from mollisol.portfolio.store import opened
    from mollisol.portfolio.work import check_portfolio

    with opened(store) as kept:
        number = check_portfolio(kept, tell)
        stands = _told(kept, f"{number} checked", as_json)
    raise typer.Exit(EXIT_BLOCKED if stands["stopped"] else EXIT_REFUSED if stands["overlaps"] else 0)


@portfolio_app.command()
def run(
    store: StoreFolder,
    workers: Annotated[int, typer.Option(help="Processes that run projects.", min=1)] = 1,
    as_json: Json = False,
) -> None:
    """Run each project that changed, write its bundle, and compare all; what was interrupted goes on."""
    from mollisol.portfolio.store import opened
    from mollisol.portfolio.work import run_portfolio

    with opened(store) as kept:
        number = run_portfolio(kept, workers, tell)
        stands = _told(kept, f"{number} run", as_json)
    refused = stands["overlaps"] or stands["projects"] > stands["eligible"]
    raise typer.Exit(EXIT_BLOCKED if stands["stopped"] else EXIT_REFUSED if refused else 0)


@portfolio_app.command()
def report(
    store: StoreFolder,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The page; by default portfolio.html in the store.", metavar="FILE.html"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the page: the sum and how sure it is, errors in common, credits, what is held twice."""
    from mollisol.output import write_beside
    from mollisol.portfolio.page import report_of
    from mollisol.portfolio.store import opened
    from mollisol.templates.portfolio_report.render import render_portfolio

    page = out or store / "portfolio.html"
    with opened(store) as kept:
        found = report_of(kept)
        write_beside(page, render_portfolio(found).encode())
    print_found(found, [f"page: {page}"], as_json)


@portfolio_app.command()
def export(
    store: StoreFolder,
    out: Annotated[Path, typer.Option("--out", help="Folder for the tables.", metavar="DIR")],
    as_json: Json = False,
) -> None:
    """Write every table as Parquet, and the sums as JSON."""
    from mollisol.output import write_folder
    from mollisol.portfolio.page import tables_of
    from mollisol.portfolio.store import opened

    if out.resolve() == store.resolve():
        raise UserError(f"{out} is the portfolio itself; name another folder")
    with opened(store) as kept:
        files = tables_of(kept)
    write_folder(out, files)
    sizes = {name: len(content) for name, content in sorted(files.items())}
    print_found({"folder": str(out), "files": sizes}, [f"{out}: {', '.join(sizes)}"], as_json)


def _told(store: Store, done: str, as_json: bool) -> dict[str, int]:
    """Print where a portfolio stands, and return it in numbers."""
    from mollisol.portfolio.page import report_of

    found = report_of(store)
    states: dict[str, int] = found["states"]
    lines = [f"{done}; " + ", ".join(f"{number} {state}" for state, number in states.items())]
    for name, one in found["sums"].items():
        if one:
            errors, chances = (
                " and ".join(form.format(one[kind][column]) + words for kind, words in _KINDS)
                for column, form in (("standard_error_t", "{:,.0f}"), ("chance_reached", "{:.3f}"))
            )
            lines.append(
                f"{name}: {one['credited_t']:,.0f} t CO2e credited of {one['true_t']:,.0f} in {one['projects']} "
                f"projects; SE {errors}; reached with probability {chances}"
            )
    if twice := found["overlaps"]["known"]:
        lines.append(f"held twice: land, places or core values in {twice} of the pairs of projects")
    print_found(found, lines, as_json)
    numbers = {"projects": sum(states.values()), "eligible": states.get("eligible", 0), "overlaps": twice}
    return numbers | {"stopped": states.get("blocked", 0) + states.get("failed", 0)}


def compare(
    project: Annotated[Path, typer.Argument(help="The project folder.", metavar="PROJECT")],
    programmes: Annotated[
        str,
        typer.Option(help="Programmes with commas between, the first to be held against; all without it."),
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", help="A page to write.", metavar="FILE")] = None,
    as_json: Json = False,
) -> None:
    """Set a project under several programmes side by side; nothing issues."""
    from importlib.metadata import version

    from mollisol.output import write_beside
    from mollisol.portfolio.comparing import STEPS, compare_programmes, lines_of
    from mollisol.programmes.registry import programme_names
    from mollisol.templates.comparison.render import render_comparison

    names = programme_names()
    asked = chosen("--programmes", programmes, names) if programmes else names
    found = compare_programmes(project, asked)
    if out is not None:
        write_beside(out, render_comparison(found, STEPS, version("mollisol")).encode())
    print_found(found, lines_of(found), as_json)
