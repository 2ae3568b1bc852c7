"""``mollisol model validate``: a model held against trials, with its validation report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mollisol.cli.printing import Json, as_data, chosen, exit_with, print_findings, print_json, tell
from mollisol.methodology.findings import FindingsError, Severity, in_order

if TYPE_CHECKING:
    from mollisol.trials.validate import Validation

FORMATS = ("html", "pdf", "docx")
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write, new or empty.")]


def validate(
    trials: Annotated[
        Path,
        typer.Argument(
            help="Trial folder: model tables, studies.csv, trial_sites.csv, observations.csv, comparisons.csv.",
            metavar="TRIALS",
        ),
    ],
    out: OutFolder,
    parameters: Annotated[
        str,
        typer.Option(
            "--parameters",
            metavar="SET",
            help="Calibrated set: a folder, or the id of one that ships; else the published set of model.toml.",
        ),
    ] = "",
    cross_validate: Annotated[
        Literal["none", "study", "experiment", "block"],
        typer.Option(
            "--cross-validate",
            metavar="UNIT",
            help="Leave out study, experiment or block in turn, calibrate on the rest and predict what was left out.",
        ),
    ] = "none",
    formats: Annotated[
        str, typer.Option("--format", help="Formats of the report: html, pdf, docx, several with commas.")
    ] = "html",
    as_json: Json = False,
) -> None:
    """Validate a model on trials: bias, uncertainty, coverage, the printed gates and what they hide, and the report."""
    from mollisol.output import check_output, write_folder
    from mollisol.trials.files import validation_files
    from mollisol.trials.prepare import prepared_validation

    asked = chosen("--format", formats, FORMATS)
    try:
        validation, calibrated = prepared_validation(trials, parameters, cross_validate, tell)
        check_output(out)
        write_folder(out, validation_files(validation, calibrated, asked))
    except FindingsError as error:
        exit_with(in_order(error.findings), as_json, ok=False)
    _say(validation, out, as_json)
    refused = any(finding.severity is Severity.REFUSAL for finding in validation.result.findings)
    raise typer.Exit(0 if validation.result.passed and not refused else 3)


def report(
    place: Annotated[
        str,
        typer.Argument(
            help="Folder of a validation, or the id of a calibrated set that ships with one.", metavar="DIR"
        ),
    ],
    out: OutFolder,
    formats: Annotated[
        str, typer.Option("--format", help="Formats: html, pdf, docx, several with commas.")
    ] = "html",
) -> None:
    """Render a model validation report again, from validation.json and the parameter set beside it alone."""
    from mollisol.output import check_output, write_folder
    from mollisol.trials.files import rendered_again

    asked = chosen("--format", formats, FORMATS)
    check_output(out)
    write_folder(out, rendered_again(place, asked))
    typer.echo(f"{out}: {formats}")


def _say(validation: Validation, out: Path, as_json: bool) -> None:
    """Print the verdicts."""
    result = validation.result
    if as_json:
        print_json(
            {
                "ok": result.passed,
                "out": str(out),
                "validation_sha256": result.sha256,
                "model_sha256": result.identity.sha256,
                "parameter_set": result.identity.parameter_set,
                "horizon_years": result.horizon_years,
                "combinations": as_data(result.combinations),
                "findings": as_data(result.findings),
            }
        )
        return
    print_findings(result.findings, err=True)
    typer.echo(f"{result.title}: {result.identity.parameter_set}")
    for item in result.combinations:
        gate = item.bias
        margin = gate.pooled_measurement_uncertainty_t_co2e_per_ha
        printed = next((one for one in item.coverage if one.form == "printed"), None)
        kind = "" if item.practice_effect else " (single sites)"
        typer.echo(f"{item.practice_category} x {item.crop_group} x {item.source}{kind}: {item.verdict}")
        typer.echo(
            f"  {len(item.studies)} studies, {item.comparisons} comparisons; mean bias "
            f"{gate.mean_bias_t_co2e_per_ha:.2f} t CO2e/ha, PMU {'not known' if margin is None else f'{margin:.2f}'}: "
            f"{gate.verdict}"
        )
        if printed is not None:
            typer.echo(f"  coverage {printed.inside} of {printed.of}: {item.coverage_verdict}")
        typer.echo(f"  periods up to {item.horizon_years:g} years")
    verdict = "every gate passed" if result.passed else "not passed; the report says what failed"
    typer.echo(f"{verdict}: {out / 'report.html' if (out / 'report.html').is_file() else out}")
