"""Reads a trial folder: the tables of a model, and studies, their sites, measured stocks and comparisons."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from mollisol.methodology.findings import Finding
from mollisol.methodology.soil_models.calibrated import (
    DRAWS_FILE,
    SET_FILE,
    CalibratedSet,
    calibrated_from,
    calibrated_set,
    calibrated_sets,
)
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
from mollisol.reading.model_tables import gathered, read_folder, read_table, table_fault

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


def read_calibrated(place: str, *, beside: Path | None = None) -> tuple[CalibratedSet | None, list[Finding]]:
    """Read a calibrated set: the id of a shipped one, or the folder that a calibration wrote.

    Parameters
    ----------
    place
        Id or folder.
    beside
        The folder that a relative path starts from.
    """
    if place in calibrated_sets():
        return calibrated_set(place), []
    folder = (beside or Path()) / place
    texts = []
    for name in (SET_FILE, DRAWS_FILE):
        try:
            texts.append((folder / name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            do = "name a shipped set or the folder that mollisol model calibrate wrote"
            allowed = ", ".join(calibrated_sets()) or "a folder with set.toml and draws.csv"
            return None, [table_fault("calibrated-set-missing", name, f"no {name} in {place}", allowed, do)]
    try:
        found = calibrated_from(*texts)
    except (ValueError, TypeError, KeyError) as error:
        do = "calibrate again; do not write into the set"
        said = str(error).splitlines()[0]
        return None, [table_fault("calibrated-set-malformed", SET_FILE, said, "a calibrated set", do)]
    if f'label = "{found.label}"' not in texts[0].splitlines()[0]:
        do = "calibrate again; the set was changed after it was written"
        said = texts[0].splitlines()[0][:80]
        return None, [table_fault("calibrated-set-changed", SET_FILE, said, found.label, do)]
    return found, []
