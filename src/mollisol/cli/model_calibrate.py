"""``mollisol model calibrate``: priors, trials, chains, a calibrated set. numpy is imported only when it runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mollisol.cli.printing import Json, as_data, print_findings, print_json
from mollisol.methodology.findings import Finding, Severity, blocking, in_order

if TYPE_CHECKING:
    from mollisol.trials.calibrate import Calibration


def calibrate_model(
    trials: Annotated[
        Path, typer.Argument(help="Trial folder: the tables of a model, studies, stocks, calibration.toml.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the calibrated set: set.toml and draws.csv.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of all random numbers.")] = 20260611,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint in --out.")] = False,
    priors: Annotated[bool, typer.Option("--priors", help="Print priors and effects, and stop.")] = False,
    as_json: Json = False,
) -> None:
    """Calibrate a model on trials: a versioned set of joint draws. Exit 3: computed, but a gate was missed."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if priors or out is None:
        _priors(trials, as_json=as_json, wanted=priors)
        return
    done = _with_bar(trials, out, seed=seed, resume=resume)
    if as_json:
        print_json(_document(done))
    else:
        print_findings(done.findings, err=True)
        if done.made is not None:
            for line in summary(done):
                typer.echo(line)
    if done.made is None:
        raise typer.Exit(2)
    raise typer.Exit(3 if _refused(done.findings) else 0)


def _priors(trials: Path, *, as_json: bool, wanted: bool) -> None:
    """Check the folder and print its priors."""
    from mollisol.trials.calibrate import read_for_calibration

    read, plan, findings = read_for_calibration(trials)
    findings = in_order(findings)
    stop = read is None or plan is None or bool(blocking(findings))
    if as_json:
        document = {
            "ok": not stop and wanted,
            "priors": [] if plan is None else as_data(plan.prior),
            "effects": [] if plan is None else as_data(plan.effect),
            "findings": as_data(findings),
        }
        print_json(document)
    else:
        print_findings(findings, err=True)
        for line in () if plan is None else (*plan.prior, *plan.effect):
            typer.echo(str(line))
    if not wanted and not stop:
        typer.echo("name the folder of the set with --out", err=True)
    raise typer.Exit(2 if stop or not wanted else 0)


def _with_bar(trials: Path, out: Path, *, seed: int, resume: bool) -> Calibration:
    """Calibrate with a progress bar on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from mollisol.trials.calibrate import calibrate

    columns = (TextColumn("calibrating"), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(done: int, total: int, text: str) -> None:
            bar.update(task, completed=done, total=total, description=text)

        return calibrate(trials, out, seed=seed, resume=resume, report=report)


def summary(done: Calibration) -> list[str]:
    """Return the set in words: name, quantities with interval and diagnostics, limits."""
    made = done.made
    if made is None:
        return []
    lines = [f"{made.title}: {made.label}, {len(made.draws)} joint draws", f"base {made.base}"]
    for check in made.diagnostics:
        column = sorted(made.column(check.name))
        low, high = (column[round(share * (len(column) - 1))] for share in (0.05, 0.95))
        lines.append(
            f"  {check.name} {check.mean:.4g} (90 %: {low:.4g} to {high:.4g}); "
            f"r-hat {check.r_hat:.3f}, ESS {check.ess_bulk:.0f} bulk, {check.ess_tail:.0f} tail"
        )
    return [*lines, *(f"  on {d.study}: {d.stocks} stocks" for d in made.data), f"limits: {made.limits}"]


def _document(done: Calibration) -> dict[str, Any]:
    """Return the outcome for JSON."""
    made = done.made
    return {
        "ok": made is not None and not _refused(done.findings),
        "label": made.label if made else "",
        "sha256": made.sha256 if made else "",
        "set": made.model_dump(mode="json", exclude={"draws"}) if made else None,
        "findings": as_data(done.findings),
    }


def _refused(findings: tuple[Finding, ...]) -> bool:
    return any(f.severity is Severity.REFUSAL for f in findings)
