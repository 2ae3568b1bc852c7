"""``mollisol sample``: plan how many samples are taken, and where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.printing import Json, as_data, exit_with, print_findings, print_json, tell
from mollisol.methodology.findings import FindingsError, UserError

sample_app = typer.Typer(help="Where and how often to sample.", no_args_is_help=True)

_BY_STRATUM = "VALUE for all strata, or STRATUM=VALUE; may be repeated."


@sample_app.callback()
def _group() -> None:
    """Where and how often to sample."""


@sample_app.command()
def plan(
    project: Annotated[Path, typer.Argument(help="The project folder.", metavar="PROJECT")],
    detect: Annotated[
        float | None,
        typer.Option(help="Change in t CO2e/ha to be shown, at 5 % two-sided with a power of 90 %."),
    ] = None,
    budget: Annotated[float | None, typer.Option(help="Money to spend; goes with --cost.")] = None,
    spread: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Standard deviation of the change, t CO2e/ha, instead of the measured: {_BY_STRATUM}"
        ),
    ] = None,
    cost: Annotated[
        list[str] | None, typer.Option(help=f"Of one sample, in the currency of the budget: {_BY_STRATUM}")
    ] = None,
    correlation: Annotated[
        float,
        typer.Option(help="Of a point's stock with its stock at the next campaign, where one was measured."),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the places.", min=0)] = 0,
    public_value: Annotated[
        str,
        typer.Option(
            "--public-value",
            metavar="TEXT",
            help="A value named in advance and published later: the seed follows from it, outlines and strata.",
        ),
    ] = "",
    spares: Annotated[
        int, typer.Option(help="Further points of each stratum, for the folder of the plan.", min=0, max=1000)
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Points as rows of sample_points.csv or as GeoJSON, or the folder plan/ of the project.",
            metavar="FILE.csv|FILE.geojson|FOLDER",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Return strata, number and places of samples for a change to be shown or a budget."""
    from mollisol.output import write_beside, write_folder
    from mollisol.sampling_plan.plan import Draw, plan_files, planned, points_file
    from mollisol.sampling_plan.text import document_of, lines_of

    _targets(detect, budget, cost, correlation)
    _output(out)
    tell(f"reading {project}")
    try:
        made, findings = planned(
            project,
            detect_t_co2e_per_ha=detect,
            budget=budget,
            spreads=partial(_by_stratum, "--spread", spread or []),
            costs=partial(_by_stratum, "--cost", cost or []),
            correlation=correlation,
            draw=Draw(today := date.today(), seed, public_value, spares),
        )
    except FindingsError as error:
        exit_with(error.findings, as_json, words="nothing was planned")
    if out is not None and not out.suffix:
        write_folder(out, plan_files(made, today))
    elif out is not None:
        write_beside(out, points_file(made, out.suffix))
    if as_json:
        print_json(document_of(made) | {"findings": as_data(findings)})
    else:
        print_findings(findings, err=True)
        typer.echo("\n".join(lines_of(made)))
    if out is not None:
        tell(f"{out}: {made.samples} points")


def _targets(detect: float | None, budget: float | None, cost: list[str] | None, correlation: float) -> None:
    if (detect is None) == (budget is None):
        raise UserError("say what the plan is for: --detect T_CO2E_PER_HA or --budget MONEY, one of them")
    for name, value in (("--detect", detect), ("--budget", budget)):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise UserError(f"{name} {value:g}: a number above 0 is needed")
    if budget is not None and not cost:
        raise UserError("--budget needs --cost: what one sample costs")
    if not -1 <= correlation < 1:
        raise UserError(f"--correlation {correlation:g}: a number from -1 to below 1 is needed")


def _output(out: Path | None) -> None:
    if out is None:
        return
    if out.suffix not in {"", ".csv", ".geojson"}:
        raise UserError(f"{out}: name a file that ends in .csv or .geojson, or the folder plan")
    if out.exists():
        raise UserError(f"{out} is there already; name a file that is not")
    if not out.parent.is_dir():
        raise UserError(f"{out}: there is no folder {out.parent}")


def _by_stratum(option: str, given: list[str], names: Sequence[str]) -> dict[str, float]:
    """Read ``VALUE`` for all strata and ``STRATUM=VALUE`` for one; the one wins."""
    every: dict[str, float] = {}
    one: dict[str, float] = {}
    for text in given:
        name, equals, number = text.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value > 0):
            raise UserError(
                f"{option} {text!r}: a number above 0 with a decimal point, or STRATUM=NUMBER, is needed"
            )
        if not equals:
            every = dict.fromkeys(names, value)
        elif name in names:
            one[name] = value
        else:
            raise UserError(
                f"{option} {text!r}: there is no stratum {name}; there are: {', '.join(names[:20])}"
            )
    return every | one
