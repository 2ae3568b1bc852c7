"""``mollisol model validate``: a model held against trials, with its validation report."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mollisol.cli.printing import count, print_findings, print_json, tell
from mollisol.methodology.findings import (
    Finding,
    FindingsError,
    Place,
    Severity,
    UserError,
    blocking,
    in_order,
)

if TYPE_CHECKING:
    from mollisol.methodology.soil_models.calibrated import CalibratedSet
    from mollisol.methodology.soil_models.calibration_plan import CalibrationPlan
    from mollisol.methodology.soil_models.trials import Trials
    from mollisol.trials.validate import Validation, Words

UNITS = ("none", "study", "experiment", "block")
FORMATS = ("html", "pdf", "docx")
WORDS = "validation.toml"
SEED = 20260611
"""Of a cross-validation whose final set is made here, the same as that of ``model calibrate``."""


def validate(
    trials: Annotated[
        Path,
        typer.Argument(
            help="Trial folder: model tables, studies.csv, trial_sites.csv, observations.csv, comparisons.csv.",
            metavar="TRIALS",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write, new or empty.")],
    parameters: Annotated[
        str,
        typer.Option(
            "--parameters",
            metavar="SET",
            help="Calibrated set: a folder, or the id of one that ships; else the published set of model.toml.",
        ),
    ] = "",
    cross_validate: Annotated[
        str,
        typer.Option(
            "--cross-validate",
            metavar="UNIT",
            help="Leave out study, experiment or block in turn, calibrate on the rest and predict what was left out.",
        ),
    ] = "none",
    formats: Annotated[
        str, typer.Option("--format", help="Formats of the report: html, pdf, docx, several with commas.")
    ] = "html",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
) -> None:
    """Validate a model on trials: bias, uncertainty, coverage, the printed gates and what they hide, and the report."""
    asked = _asked(formats)
    if cross_validate not in UNITS:
        raise typer.BadParameter(f"--cross-validate takes {', '.join(UNITS[1:])}; not {cross_validate}")
    try:
        validation, calibrated = _validated(trials, parameters, cross_validate)
        _write(out, validation, calibrated, asked)
    except FindingsError as error:
        if as_json:
            print_json({"ok": False, "findings": [f.model_dump(mode="json") for f in error.findings]})
        else:
            print_findings(in_order(error.findings), err=True)
            tell(f"{count(error.findings)}; nothing was computed")
        raise typer.Exit(2) from None
    except UserError as error:
        tell(str(error))
        raise typer.Exit(2) from None
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
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write, new or empty.")],
    formats: Annotated[
        str, typer.Option("--format", help="Formats: html, pdf, docx, several with commas.")
    ] = "html",
) -> None:
    """Render a model validation report again, from validation.json and the parameter set beside it alone."""
    try:
        _report(place, out, _asked(formats))
    except UserError as error:
        tell(str(error))
        raise typer.Exit(2) from None
    typer.echo(f"{out}: {formats}")


def _report(place: str, out: Path, formats: tuple[str, ...]) -> None:
    """Read, render and write."""
    from mollisol.bundle.write import canonical_json, check_output, made_with, write_folder
    from mollisol.methodology.validation import ValidationResult
    from mollisol.trials.files import rendered, shipped_validation

    check_output(out)
    try:
        text, calibrated = shipped_validation(place)
        result = ValidationResult.from_json(text)
    except (OSError, ValueError, KeyError) as error:
        said = str(error).splitlines()[0]
        raise UserError(f"{place} holds no validation that can be read: {said}; validate again") from None
    if calibrated is not None and calibrated.sha256 != result.identity.parameters_sha256:
        raise UserError(f"{place}: the set beside validation.json is not the one that was validated")
    files = rendered(result, calibrated, formats)
    manifest = {**made_with(), "kind": "model validation report", "validation_sha256": result.sha256}
    write_folder(out, {**files, "manifest.json": canonical_json(manifest)})


def _asked(formats: str) -> tuple[str, ...]:
    """Read the formats that are asked for."""
    asked = tuple(word.strip() for word in formats.split(",") if word.strip())
    if not asked or not set(asked) <= set(FORMATS):
        raise typer.BadParameter(f"--format takes {', '.join(FORMATS)}; not {formats}")
    return asked


def _validated(folder: Path, parameters: str, cross: str) -> tuple[Validation, CalibratedSet | None]:
    """Read, check and validate."""
    from mollisol.methodology.soil_models.calibrated import model_settings
    from mollisol.reading.trials import read_calibrated, read_trials
    from mollisol.trials.calibrate import read_for_calibration
    from mollisol.trials.predictions import published, under_draws
    from mollisol.trials.validate import validate as run

    plan: CalibrationPlan | None = None
    if parameters or cross != "none":
        trials, plan, findings = read_for_calibration(folder)
    else:
        trials, findings = read_trials(folder)
    calibrated: CalibratedSet | None = None
    if parameters:
        calibrated, more = read_calibrated(parameters)
        findings += more
    words, more = _words(folder / WORDS)
    findings += more
    if trials is None or blocking(findings):
        raise FindingsError(in_order(findings))
    fit = None
    if plan is not None and cross != "none":
        if calibrated is None:
            calibrated, more = _whole(trials, plan)
            findings += more
        fit = _folds(plan, calibrated)
    validation = run(
        trials,
        settings=model_settings(trials.inputs),
        predict=under_draws(plan) if plan is not None else published,
        calibrated=calibrated,
        cross=cross,  # type: ignore[arg-type]
        fit=fit,
        words=words,
        read=findings,
    )
    return validation, calibrated


def _words(path: Path) -> tuple[Words, list[Finding]]:
    """Read what the folder says of its validation: title, substitutions, limits."""
    from mollisol.trials.validate import Words

    if not path.is_file():
        return Words(), []
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Words(), [_malformed(path.name, str(error))]
    lists = {key: given.pop(key, []) for key in ("substitutions", "limits")}
    texts = {key: given.pop(key, "") for key in ("title", "stock_error_source")}
    spread = given.pop("stock_error_t_c_per_ha", None)
    said = [*texts.values(), *(text for one in lists.values() if isinstance(one, list) for text in one)]
    sound = all(isinstance(one, list) for one in lists.values()) and all(
        isinstance(text, str) and not set(text) & set("<>\x00") for text in said
    )
    if spread is not None:
        sound = (
            sound
            and isinstance(spread, float | int)
            and 0 < spread < 1e3
            and bool(texts["stock_error_source"])
        )
    if given or not sound:
        return Words(), [_malformed(path.name, ", ".join(given) or "a value that does not fit")]
    return Words(
        title=texts["title"],
        substitutions=tuple(lists["substitutions"]),
        limits=tuple(lists["limits"]),
        stock_error_t_c_per_ha=None if spread is None else float(spread),
        stock_error_source=texts["stock_error_source"],
    ), []


def _malformed(file: str, found: str) -> Finding:
    return Finding(
        code="validation-words-malformed",
        severity=Severity.BLOCKING,
        where=Place(file=file),
        found=found,
        allowed="title, lists of substitutions and limits, stock_error_t_c_per_ha above 0 with stock_error_source; "
        "texts without < and >",
        do="mend the file",
    )


def _whole(trials: Trials, plan: CalibrationPlan) -> tuple[CalibratedSet, list[Finding]]:
    """Calibrate on all data but that of studies for validation."""
    from mollisol.uncertainty.calibration.fit import calibration_trials, fit

    tell("all data: calibrating")
    return fit(calibration_trials(trials), plan, seed=SEED)


def _folds(plan: CalibrationPlan, whole: CalibratedSet) -> Any:
    """Give what calibrates a fold as the whole was calibrated."""
    from dataclasses import fields

    from mollisol.trials.folds import FoldPlan
    from mollisol.uncertainty.calibration.fit import calibration_trials, fit
    from mollisol.uncertainty.calibration.sampler import SamplerSettings

    told = dict(whole.sampler)
    default = SamplerSettings()
    settings = SamplerSettings(
        **{
            field.name: type(getattr(default, field.name))(told[name])
            for field in fields(SamplerSettings)
            if (name := field.name.replace("_", " ")) in told
        }
    )

    def fold(one: FoldPlan) -> tuple[CalibratedSet, list[Finding]]:
        tell(f"without {one.name}: calibrating")
        names = one.names or (one.name,)
        fitted = calibration_trials(one.fitted)
        return fit(fitted, plan, seed=whole.seed, settings=settings, left_out=names)

    return fold


def _write(
    out: Path, validation: Validation, calibrated: CalibratedSet | None, formats: tuple[str, ...]
) -> None:
    """Write the folder, whole or not at all."""
    from mollisol.bundle.write import check_output, write_folder
    from mollisol.trials.files import validation_files

    check_output(out)
    write_folder(out, validation_files(validation, calibrated, formats))


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
                "combinations": [item.model_dump(mode="json") for item in result.combinations],
                "findings": [finding.model_dump(mode="json") for finding in result.findings],
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
