"""``mollisol trueup``: a re-measurement against what was forecast and issued."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mollisol.cli.printing import Json, count, exit_with, print_findings, print_json, tell
from mollisol.methodology.findings import FindingsError

if TYPE_CHECKING:
    from mollisol.methodology.true_up import TrueUpResult


def trueup(
    project: Annotated[
        Path,
        typer.Argument(help="The project folder with the re-measurement in its cores.", metavar="PROJECT"),
    ],
    against: Annotated[
        Path,
        typer.Option("--against", help="The bundle of the periods that were credited.", metavar="BUNDLE"),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for the result, the page and the validation that future periods take.",
            metavar="DIR",
        ),
    ] = None,
    recalibrated: Annotated[
        bool, typer.Option("--recalibrated", help="The parameter set was calibrated again on purpose.")
    ] = False,
    assimilate: Annotated[
        bool,
        typer.Option(
            "--assimilate",
            help="Also condition the forecast on the re-measurement, outside the printed rule.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare a re-measurement with what a bundle forecast and issued: what changes from here on, and why."""
    from mollisol.output import check_output, write_folder
    from mollisol.templates.trueup_report.render import render_true_up
    from mollisol.true_up.run import true_up

    if out is not None:
        check_output(out)
    try:
        done = true_up(project, against, recalibrated=recalibrated, assimilate=assimilate, tell=tell)
    except FindingsError as error:
        exit_with(error.findings, as_json)
    if out is not None:
        write_folder(
            out,
            {
                "trueup.json": done.result.to_json().encode(),
                "validation.json": done.validation.to_json().encode(),
                "trueup.html": render_true_up(done.result).encode(),
            },
        )
    if as_json:
        print_json(done.result.model_dump(mode="json"))
    else:
        _print(done.result, out)


def _print(result: TrueUpResult, out: Path | None) -> None:
    typer.echo(
        typer.style(f"campaign {result.remeasurement}, {result.remeasured_on}", bold=True)
        + f"  {result.project}"
    )
    for row in result.forecasts:
        typer.echo(
            f"  {row.place}, {row.what}, {row.years} years: forecast {row.forecast_t_co2e_per_ha:.2f} "
            f"(90 % of re-measurements {row.low_t_co2e_per_ha:.2f} to {row.high_t_co2e_per_ha:.2f}), measured "
            f"{row.measured_t_co2e_per_ha:.2f} t CO2e/ha: {'inside' if row.inside else 'outside'}"
        )
    amount = result.remeasured
    if amount is not None:
        typer.echo(
            f"  re-measured amount since the start {amount.mean_t_co2e_per_ha:.2f} t CO2e/ha, "
            f"baseline {amount.baseline}; credited {amount.given_t_co2e_per_ha:.2f}; "
            f"the truth lies below that with probability {amount.chance_below_credited:.2f}"
        )
    for change in result.changes:
        typer.echo(f"  {change.what}: {change.before} -> {change.after} ({change.why})")
    if result.assimilation is not None:
        told = result.assimilation
        typer.echo(
            f"  outside the printed rule: forecast of period {told.next_period} "
            f"{told.next_mean_before_t_co2e_per_ha:.2f} (sd {told.next_sd_before_t_co2e_per_ha:.2f}) -> "
            f"{told.next_mean_after_t_co2e_per_ha:.2f} (sd {told.next_sd_after_t_co2e_per_ha:.2f})"
        )
    print_findings(result.findings, err=True)
    typer.echo(f"findings: {count(result.findings)}")
    if out is not None:
        typer.echo(f"page:       {out / 'trueup.html'}\nvalidation: {out / 'validation.json'}")
