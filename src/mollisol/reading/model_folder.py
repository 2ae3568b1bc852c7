"""Reads the folder ``model`` of a project: the model's tables, its calibrated set and its validation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mollisol.methodology.findings import Finding, Place, Severity, blocking
from mollisol.methodology.model_setup import MODEL_FOLDER, ModelHead, ProjectModel
from mollisol.methodology.soil_models.calibrated import (
    DRAWS_FILE,
    SET_FILE,
    CalibratedSet,
    calibrated_sets,
)
from mollisol.methodology.validation import ValidationResult
from mollisol.reading.calibrated_sets import read_calibrated
from mollisol.reading.model_tables import read_folder

TABLES = ("model.toml", "sites.csv", "weather.csv", "schedule.csv")


def read_project_model(
    folder: Path, head: ModelHead, take: Callable[[str], bytes | None]
) -> tuple[ProjectModel | None, list[Finding]]:
    """Read what ``[project.model]`` names.

    Parameters
    ----------
    folder
        The project folder.
    head
        The table of project.toml.
    take
        Looks at a file, keeps its bytes for the bundle and gives them; None, with a finding of its own, where the file
        cannot be had.

    Returns
    -------
    tuple
        The model with the findings that do not block; None where something does, and every blocking finding.
    """
    wanted = [f"{MODEL_FOLDER}/{name}" for name in TABLES]
    if head.parameter_set and head.parameter_set not in calibrated_sets():
        wanted += [f"{MODEL_FOLDER}/{head.parameter_set}/{name}" for name in (SET_FILE, DRAWS_FILE)]
    if head.validation_file:
        wanted.append(f"{MODEL_FOLDER}/{head.validation_file}")
    contents = {name: take(name) for name in wanted}
    if any(content is None for content in contents.values()):
        return None, []
    inputs, findings = read_folder(folder / MODEL_FOLDER)
    calibrated: CalibratedSet | None = None
    if head.parameter_set:
        calibrated, more = read_calibrated(head.parameter_set, beside=folder / MODEL_FOLDER)
        findings += more
    validation = None
    if head.validation_file:
        content = contents[f"{MODEL_FOLDER}/{head.validation_file}"] or b""
        try:
            validation = ValidationResult.from_json(content.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            findings.append(_unreadable(head.validation_file, str(error).splitlines()[0]))
    findings = [_in_folder(finding) for finding in findings]
    if inputs is None or blocking(findings):
        return None, findings
    if inputs is not None and calibrated is not None and calibrated.model != inputs.model:
        return None, [*findings, _other_model(calibrated, inputs.model)]
    model = ProjectModel(
        inputs=inputs, calibrated=calibrated, validation=validation, findings=tuple(findings)
    )
    return model, []


def _in_folder(finding: Finding) -> Finding:
    file = finding.where.file
    if not file or file.startswith(f"{MODEL_FOLDER}/"):
        return finding
    where = finding.where.model_copy(update={"file": f"{MODEL_FOLDER}/{file}"})
    return finding.model_copy(update={"where": where})


def _unreadable(file: str, message: str) -> Finding:
    return Finding(
        code="validation-unreadable",
        severity=Severity.BLOCKING,
        where=Place(file=file),
        found=message,
        allowed="the validation.json that mollisol model validate wrote, untouched",
        do="copy it in again",
    )


def _other_model(calibrated: CalibratedSet, model: str) -> Finding:
    return Finding(
        code="calibrated-set-of-other-model",
        severity=Severity.BLOCKING,
        where=Place(file=f"{MODEL_FOLDER}/model.toml", thing="model"),
        found=f"{model}, and {calibrated.id} is of {calibrated.model}",
        allowed="one model",
        do="name a set of the same model in project.toml, or the set's model in model.toml",
    )
