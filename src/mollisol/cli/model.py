"""``mollisol model``: the process models by themselves. ``list`` imports no numpy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mollisol.cli.model_calibrate import calibrate_model
from mollisol.cli.model_validate import report, validate
from mollisol.cli.printing import (
    EXIT_BLOCKED,
    EXIT_REFUSED,
    Json,
    as_data,
    exit_with,
    print_findings,
    print_json,
    tell,
)
from mollisol.methodology.findings import FindingsError, Place, Severity, blocking, finding, in_order

if TYPE_CHECKING:
    from mollisol.methodology.soil_models.parameters import ParameterSet

model_app = typer.Typer(
    name="model",
    help="The soil carbon models by themselves: list them, check their inputs, run them.",
    no_args_is_help=True,
    add_completion=False,
)
model_app.command("calibrate")(calibrate_model)
model_app.command()(validate)
model_app.command()(report)

_Folder = Annotated[
    Path, typer.Argument(help="Folder with sites.csv, weather.csv, schedule.csv and model.toml.")
]
_Model = Annotated[str, typer.Option("--model", help="rothc, tier2, amg or icbm; else what model.toml says.")]
_Set = Annotated[str, typer.Option("--parameters", help="Id of a parameter set; else the model's own.")]
_Option = Annotated[
    list[str] | None, typer.Option("--option", help="group=name, for example temperature=1996.")
]


@model_app.command("list")
def list_models(as_json: Json = False) -> None:
    """List the models, what they respond to, what they refuse, and their parameter sets."""
    from mollisol.methodology.soil_models.catalogue import MODELS
    from mollisol.methodology.soil_models.parameters import parameter_sets
    from mollisol.soil_models import model_names

    names = model_names()
    sets = parameter_sets()
    if as_json:
        cards = {name: MODELS[name].model_dump(mode="json") for name in names}
        own = {name: [_set(one) for one in sets if one.model == name] for name in names}
        print_json({"models": [{**card, "parameter_sets": own[name]} for name, card in cards.items()]})
        return
    for name, card in MODELS.items():
        typer.echo(f"{name}: {card.title}, by {card.step}; pools {', '.join(card.pools)}")
        typer.echo(f"  responds to {', '.join(card.answers_to)}; not to {', '.join(card.silent_on)}")
        typer.echo(f"  {', '.join(card.lands)} on {', '.join(card.soils)} soil, {_depth(card.depth_cm)}")
        if not card.creditable:
            typer.echo("  for tests of a calibration; not for credits")
        for one in sets:
            if one.model == name:
                options = ", ".join(f"{o.group}={o.name}" for o in one.option)
                typer.echo(f"  parameters {one.label} ({one.status}); options {options or 'none'}")


def _depth(depth: tuple[float, float]) -> str:
    return f"0-{depth[0]:g} cm" if depth[0] == depth[1] else f"{depth[0]:g} to {depth[1]:g} cm deep"


def _set(one: ParameterSet) -> dict[str, Any]:
    options = [{"group": o.group, "name": o.name, "default": o.default, "note": o.note} for o in one.option]
    names = ("id", "version", "vintage", "status", "sha256", "values")
    return {
        **{name: getattr(one, name) for name in names},
        "source": one.source.title,
        "options": options,
    }


@model_app.command("check")
def check(
    folder: _Folder,
    model: _Model = "",
    parameters: _Set = "",
    option: _Option = None,
    external: Annotated[
        bool, typer.Option("--external", help="FOLDER is a CSV file of an external model's results.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the inputs of a model, or the results of an external one: every finding at once."""
    from mollisol.reading.model_folder import read_external, read_folder

    if external:
        rows, findings = read_external(folder)
        what = {"model": "", "parameters": ""}
        if rows:
            first = rows[0]
            what = {"model": first.model, "parameters": f"{first.model_version}, {first.parameter_set}"}
    else:
        inputs, findings = read_folder(folder, model=model, parameters=parameters, options=option or [])
        what = {"model": inputs.model, "parameters": inputs.parameters.label} if inputs else {"model": model}
    findings = in_order(findings)
    stop = blocking(findings)
    if as_json:
        print_json({**what, "ok": not stop, "findings": as_data(findings)})
    else:
        print_findings(findings, err=True)
        tell("nothing blocks" if not stop else f"{len(stop)} blocking")
    raise typer.Exit(EXIT_BLOCKED if stop else 0)


@model_app.command("run")
def run(
    folder: _Folder,
    model: _Model = "",
    parameters: _Set = "",
    option: _Option = None,
    out: Annotated[Path | None, typer.Option("--out", help="Also write the stocks to this CSV file.")] = None,
    as_json: Json = False,
) -> None:
    """Run every scenario of a folder through one model with one parameter set."""
    from mollisol.methodology.soil_models.catalogue import MODELS
    from mollisol.output import BundleError, csv_table, write_beside
    from mollisol.trials.scenarios import run_folder

    try:
        runs, sha256, findings = run_folder(folder, model=model, parameters=parameters, options=option or [])
    except FindingsError as error:
        exit_with(error.findings, as_json, ok=False)
    rows = runs.rows()
    if out is not None:
        try:
            write_beside(out, csv_table(rows))
        except BundleError as error:
            fault = finding("output-not-writable", Place(file=out.name), str(error))
            exit_with([fault], as_json, words="nothing was written", ok=False)
    if as_json:
        identity = {"model": runs.model, "parameters": runs.label, "sha256": sha256}
        print_json({"ok": True, **identity, "stocks": rows, "findings": as_data(findings)})
    else:
        print_findings(findings, err=True)
        typer.echo(f"{MODELS[runs.model].title}, parameters {runs.label}")
        for line in runs.summary():
            typer.echo(line)
    raise typer.Exit(EXIT_REFUSED if any(f.severity is Severity.REFUSAL for f in findings) else 0)
