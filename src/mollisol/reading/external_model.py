"""Read a model that ran elsewhere: what ``model.toml`` declares of it, its sites, and its results."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.soil_models.catalogue import EXTERNAL, MODELS
from mollisol.methodology.soil_models.checks import check_sites
from mollisol.methodology.soil_models.domains import site_refusals
from mollisol.methodology.soil_models.external import check_declared, check_external
from mollisol.methodology.soil_models.inputs import (
    ExternalModel,
    ExternalResults,
    ExternalRow,
    ModelInputs,
    SiteRow,
)
from mollisol.methodology.soil_models.parameters import ParameterSet, Source
from mollisol.reading.intake import Intake

SETTINGS, SITES = "model.toml", "sites.csv"
EXTERNAL_KEYS = ("model", "baseline", "external")


def external_of(intake: Intake, inside: str, settings: Mapping[str, Any]) -> ModelInputs | None:
    """Read and check the table ``[external]``, sites.csv, the results and the files that drove the model.

    Parameters
    ----------
    intake
        The folder; every finding goes there. Input files are named from its top.
    inside
        Where the tables lie in it, as ``model/``.
    settings
        What ``model.toml`` holds.

    Returns
    -------
    ModelInputs or None
        The inputs; None where something could not be read at all.
    """
    file = inside + SETTINGS
    table = settings.get("external")
    if not isinstance(table, dict):
        intake.add("key-missing", file, "no such table", thing="external")
        return None
    declared = intake.valid(file, ExternalModel, table)
    sites = intake.table(inside + SITES, SiteRow)
    intake.findings += gathered([*check_sites(sites), *site_refusals(MODELS[EXTERNAL], sites)])
    if declared is None:
        return None
    rows = intake.table(inside + declared.results, ExternalRow)
    digests = {
        name: hashlib.sha256(content).hexdigest()
        for item in declared.inputs
        for name in item.files
        if (content := intake.take(name)) is not None
    }
    intake.findings += gathered(
        [*check_external(rows), *check_declared(declared, rows, file)] if rows else []
    )
    baseline = settings.get("baseline", "baseline")
    names = sorted(set(rows.column("scenario").labels)) if rows else []
    if rows and baseline not in names:
        allowed = ", ".join(names)
        intake.add(
            "baseline-unknown", inside + declared.results, str(baseline), allowed=allowed, column="scenario"
        )
    if not (rows and sites) or not isinstance(baseline, str):
        return None
    return ModelInputs(
        model=EXTERNAL,
        parameters=_parameters(declared, digests),
        baseline=baseline,
        sites=sites.rows,
        external=ExternalResults(declared=declared, rows=rows),
    )


def _parameters(declared: ExternalModel, digests: Mapping[str, str]) -> ParameterSet:
    """Return the parameter set of a model that ran elsewhere, known by its files, wherever they lie."""
    files = [
        (PurePosixPath(name).name, digests[name])
        for name in declared.files_of("parameters")
        if name in digests
    ]
    return ParameterSet(
        id=declared.parameter_set,
        model=EXTERNAL,
        version=f"{declared.name} {declared.version}",
        vintage="",
        title=declared.name,
        status="secondary",
        source=Source(title=declared.name, document=declared.document, licence=""),
        parameter=(),
        files=tuple(sorted(files)),
    )
