"""Reads a trial folder: the tables of a model, and studies, their sites, measured stocks and comparisons."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from mollisol.methodology.findings import Finding
from mollisol.methodology.soil_models.trial_checks import (
    check_comparisons,
    check_observations,
    check_studies,
    check_trial_sites,
)
from mollisol.methodology.soil_models.trials import (
    ComparisonRow,
    ObservationRow,
    StudyRow,
    Trials,
    TrialSiteRow,
)
from mollisol.reading.model_tables import gathered, read_folder, read_table

TABLES = (
    "model.toml",
    "weather.csv",
    "sites.csv",
    "schedule.csv",
    "studies.csv",
    "trial_sites.csv",
    "observations.csv",
    "comparisons.csv",
)


def read_trials(
    folder: Path, *, model: str = "", parameters: str = "", options: Sequence[str] = ()
) -> tuple[Trials | None, list[Finding]]:
    """Read and check a trial folder.

    Parameters
    ----------
    folder
        A folder with the tables of a model, studies.csv, trial_sites.csv, observations.csv and, where there are any,
        comparisons.csv.
    model, parameters, options
        As in :func:`~mollisol.model_reading.read_folder`.

    Returns
    -------
    tuple
        The trials (None where something could not be read at all), and every finding.
    """
    inputs, findings = read_folder(folder, model=model, parameters=parameters, options=options)
    studies, more = read_table(folder / "studies.csv", StudyRow)
    findings += more
    trial_sites, more = read_table(folder / "trial_sites.csv", TrialSiteRow)
    findings += more
    observations, more = read_table(folder / "observations.csv", ObservationRow)
    findings += more
    comparisons: list[ComparisonRow] = []
    if (folder / "comparisons.csv").exists():
        comparisons, more = read_table(folder / "comparisons.csv", ComparisonRow)
        findings += more
    years = None
    if inputs is not None:
        years = min(r.year for r in inputs.weather), max(r.year for r in inputs.weather)
    findings += gathered(
        [
            *check_studies(studies),
            *check_trial_sites(
                trial_sites,
                studies=studies,
                sites=inputs.sites if inputs is not None else (),
                years=years,
            ),
            *check_observations(observations, trial_sites=trial_sites, years=years),
            *check_comparisons(comparisons, trial_sites=trial_sites, observations=observations),
        ]
    )
    if inputs is None or not (studies and trial_sites and observations):
        return None, findings
    return Trials(
        inputs=inputs,
        studies=tuple(studies),
        trial_sites=tuple(trial_sites),
        observations=tuple(observations),
        comparisons=tuple(comparisons),
        sha256={
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in TABLES
            if (folder / name).is_file()
        },
    ), findings
