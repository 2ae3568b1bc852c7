"""The folder of a validation: the result, tables, trace, parameter sets and the report."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

import numpy as np

from mollisol.bundle.write import trace_document
from mollisol.methodology.findings import FindingsError, UserError
from mollisol.methodology.soil_models.calibrated import (
    SET_FILE,
    CalibratedSet,
    calibrated_set,
    calibrated_sets,
)
from mollisol.methodology.validation import ValidationResult
from mollisol.output import canonical_json, csv_table, made_with
from mollisol.reading.calibrated_sets import calibrated_of
from mollisol.reading.intake import Intake
from mollisol.templates.validation_report.model import validation_report
from mollisol.templates.validation_report.render import report_files
from mollisol.trials.validate import Validation
from mollisol.uncertainty.validation.gates import coverage_gate_chance, observations_needed

NAME = "validation.json"
_MOST_COMPARISONS = 100


def validation_files(
    validation: Validation, calibrated: CalibratedSet | None, formats: Collection[str]
) -> dict[str, bytes]:
    """Return every file of the folder by its path, manifest included.

    Parameters
    ----------
    validation
        The validation.
    calibrated
        The set that was validated; None for a published one.
    formats
        Of the report.
    """
    result = validation.result
    found = {
        NAME: result.to_json().encode(),
        "findings.json": canonical_json([item.model_dump(mode="json") for item in result.findings]),
        "trace.json": canonical_json(trace_document(validation)),
        **tables(result),
    }
    if calibrated is not None:
        found |= {f"parameters/{name}": content for name, content in calibrated.files().items()}
    for fold in result.folds:
        if fold.fold in validation.sets:
            own = validation.sets[fold.fold].files()
            found |= {f"{fold.folder}/{name}": content for name, content in own.items()}
    found |= rendered(result, calibrated, formats)
    manifest = {
        **made_with(),
        "kind": "model validation",
        "validation_sha256": result.sha256,
        "model_sha256": result.identity.sha256,
        "rule_set": result.rule_set,
        "rule_set_hash": result.rule_set_hash,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(found.items())},
    }
    return {**found, "manifest.json": canonical_json(manifest)}


def rendered_again(place: str, formats: Collection[str]) -> dict[str, bytes]:
    """Return the files of a report, from ``validation.json`` and the parameter set beside it alone.

    Parameters
    ----------
    place
        Folder of a validation, or the id of a calibrated set that ships with one.
    formats
        Of the report.

    Raises
    ------
    UserError
        If there is no validation that can be read, or the set beside it is not the one that was validated.
    """
    try:
        text, calibrated = shipped_validation(place)
        result = ValidationResult.from_json(text)
    except (OSError, ValueError, KeyError) as error:
        found = str(error).splitlines()[0]
        raise UserError(f"{place} holds no validation that can be read: {found}; validate again") from None
    if calibrated is not None and calibrated.sha256 != result.identity.parameters_sha256:
        raise UserError(f"{place}: the set beside validation.json is not the one that was validated")
    manifest = {**made_with(), "kind": "model validation report", "validation_sha256": result.sha256}
    return {**rendered(result, calibrated, formats), "manifest.json": canonical_json(manifest)}


def rendered(
    result: ValidationResult, calibrated: CalibratedSet | None, formats: Collection[str]
) -> dict[str, bytes]:
    """Return the report and its figures."""
    return report_files(validation_report(result, calibrated=calibrated, chances=_chances(result)), formats)


def shipped_validation(place: str) -> tuple[str, CalibratedSet | None]:
    """Return ``validation.json`` and the set beside it: of a folder, or of a calibrated set that ships.

    Raises
    ------
    FindingsError
        If there is none, or the set cannot be read.
    """
    if place in calibrated_sets():
        folder = files("mollisol.methodology.soil_models").joinpath("data", "calibrated", place)
        return folder.joinpath(NAME).read_text(encoding="utf-8"), calibrated_set(place)
    intake = Intake(Path(place))
    text = intake.text(NAME)
    inside = "parameters/" if Path(place, "parameters", SET_FILE).is_file() else ""
    calibrated = calibrated_of(intake, "", inside) if Path(place, inside, SET_FILE).is_file() else None
    if text is None or intake.findings:
        raise FindingsError(intake.findings)
    return text, calibrated


def tables(result: ValidationResult) -> dict[str, bytes]:
    """Return comparisons, combinations and study biases as CSV."""
    comparisons = [
        {**item.model_dump(mode="json"), "error_t_co2e_per_ha": item.error_t_co2e_per_ha}
        for item in result.comparisons
    ]
    combinations = [
        {
            **item.model_dump(mode="json", exclude={"studies", "domain", "bias", "coverage"}),
            **{f"bias_{name}": value for name, value in item.bias.model_dump(mode="json").items()},
            **{f"inside_{one.form.replace(' ', '_')}": one.inside for one in item.coverage},
        }
        for item in result.combinations
    ]
    studies = [
        {
            "practice_category": item.practice_category,
            "crop_group": item.crop_group,
            "source": item.source,
            "practice_effect": item.practice_effect,
            **study.model_dump(mode="json"),
        }
        for item in result.combinations
        for study in item.studies
    ]
    return {
        "comparisons.csv": csv_table(comparisons),
        "combinations.csv": csv_table(combinations),
        "studies.csv": csv_table(studies),
    }


def _chances(result: ValidationResult) -> list[tuple[int, float]]:
    """Return how often a right model passes the coverage gate, by number of comparisons."""
    rule = {item.rule: float(item.value) for item in result.rules if isinstance(item.value, float | int)}
    most = max(_MOST_COMPARISONS, *(item.comparisons for item in result.combinations))
    least, level = rule["vmd0053.coverage.least-share"], rule["vmd0053.interval.coverage"]
    numbers = list(range(2, most + 1))
    needed = observations_needed(comparisons=np.asarray(numbers, float), least_share=least)
    chances = np.atleast_1d(
        coverage_gate_chance(
            comparisons=np.asarray(numbers, float), coverage=level, observations_needed=needed
        )
    )
    return [(number, float(chance)) for number, chance in zip(numbers, chances, strict=True)]
