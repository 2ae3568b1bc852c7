"""``mollisol model``: the process models by themselves. numpy is imported only by ``run``."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import typer

from mollisol.cli.model_calibrate import calibrate_model
from mollisol.cli.model_validate import report, validate
from mollisol.cli.printing import print_findings, print_json
from mollisol.methodology.findings import Finding, FindingsError, Place, Severity, blocking, finding, in_order
from mollisol.methodology.soil_models.catalogue import MODELS
from mollisol.methodology.soil_models.parameters import ParameterSet, parameter_sets
from mollisol.output import write_beside
from mollisol.templates.documents.inert import inert

model_app = typer.Typer(
    name="model",
    help="The soil carbon models by themselves: list them, check their inputs, run them.",
    no_args_is_help=True,
    add_completion=False,
)
model_app.command("calibrate")(calibrate_model)
model_app.command()(validate)
model_app.command()(report)

_AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output, nothing else there.")
]
_Folder = Annotated[
    Path, typer.Argument(help="Folder with sites.csv, weather.csv, schedule.csv and model.toml.")
]
_Model = Annotated[str, typer.Option("--model", help="rothc, tier2, amg or icbm; else what model.toml says.")]
_Set = Annotated[str, typer.Option("--parameters", help="Id of a parameter set; else the model's own.")]
_Option = Annotated[
    list[str] | None, typer.Option("--option", help="group=name, for example temperature=1996.")
]


@model_app.command("list")
def list_models(as_json: _AsJson = False) -> None:
    """List the models, what they respond to, what they refuse, and their parameter sets."""
    sets = parameter_sets()
    if as_json:
        print_json({"models": [_card(name, sets) for name in MODELS]})
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


def _card(name: str, sets: list[ParameterSet]) -> dict[str, Any]:
    """Give a model card with its parameter sets, for JSON."""
    own = [
        {
            "id": s.id,
            "version": s.version,
            "vintage": s.vintage,
            "status": s.status,
            "source": s.source.title,
            "sha256": s.sha256,
            "values": s.values,
            "options": [
                {"group": o.group, "name": o.name, "default": o.default, "note": o.note} for o in s.option
            ],
        }
        for s in sets
        if s.model == name
    ]
    return {**MODELS[name].model_dump(mode="json"), "parameter_sets": own}


@model_app.command("check")
def check(
    folder: _Folder,
    model: _Model = "",
    parameters: _Set = "",
    option: _Option = None,
    external: Annotated[
        bool, typer.Option("--external", help="FOLDER is a CSV file of an external model's results.")
    ] = False,
    as_json: _AsJson = False,
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
        print_json({**what, "ok": not stop, "findings": [f.model_dump(mode="json") for f in findings]})
    else:
        print_findings(findings, err=True)
        typer.echo("nothing blocks" if not stop else f"{len(stop)} blocking", err=True)
    raise typer.Exit(2 if stop else 0)


@model_app.command("run")
def run(
    folder: _Folder,
    model: _Model = "",
    parameters: _Set = "",
    option: _Option = None,
    out: Annotated[Path | None, typer.Option("--out", help="Also write the stocks to this CSV file.")] = None,
    as_json: _AsJson = False,
) -> None:
    """Run every scenario of a folder through one model with one parameter set."""
    from mollisol.reading.model_folder import read_folder

    inputs, findings = read_folder(folder, model=model, parameters=parameters, options=option or [])
    runs = None
    if inputs is not None and not blocking(findings):
        try:
            from mollisol.quantification.models.run_inputs import run_inputs

            runs = run_inputs(inputs)
            findings += runs.findings
        except FindingsError as error:
            findings += list(error.findings)
    findings = in_order(findings)
    if blocking(findings) or runs is None:
        if as_json:
            print_json({"ok": False, "findings": [f.model_dump(mode="json") for f in findings]})
        else:
            print_findings(findings, err=True)
        raise typer.Exit(2)
    rows = runs.rows()
    if out is not None:
        fault = _write(out, rows)
        if fault is not None:
            if as_json:
                print_json({"ok": False, "findings": [fault.model_dump(mode="json")]})
            else:
                print_findings([fault], err=True)
            raise typer.Exit(2)
    if as_json:
        print_json(
            {
                "ok": True,
                "model": runs.model,
                "parameters": runs.label,
                "sha256": inputs.parameters.sha256 if inputs else "",
                "stocks": rows,
                "findings": [f.model_dump(mode="json") for f in findings],
            }
        )
    else:
        print_findings(findings, err=True)
        typer.echo(f"{MODELS[runs.model].title}, parameters {runs.label}")
        for line in runs.summary():
            typer.echo(line)
    refused = any(f.severity is Severity.REFUSAL for f in findings)
    raise typer.Exit(3 if refused else 0)


def _write(path: Path, rows: list[dict[str, Any]]) -> Finding | None:
    """Write rows as CSV beside the target and rename it into place."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: inert(value) if isinstance(value, str) else value for key, value in row.items()} for row in rows
    )
    try:
        write_beside(path, text.getvalue().encode())
    except OSError as error:
        return finding(
            "output-not-writable", Place(file=path.name), error.strerror or "an error of the file system"
        )
    return None
