"""Calibrated parameter sets, shipped or in a folder."""

from __future__ import annotations

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
from mollisol.reading.intake import Intake


def read_calibrated(place: str) -> tuple[CalibratedSet | None, list[Finding]]:
    """Read a calibrated set: the id of a shipped one, or the path of a folder that a calibration wrote."""
    intake = Intake(Path() if place in calibrated_sets() else Path(place))
    found = calibrated_of(intake, place if place in calibrated_sets() else "")
    return found, intake.findings


def calibrated_of(intake: Intake, place: str, inside: str = "") -> CalibratedSet | None:
    """Read a calibrated set: the id of a shipped one, or the folder that a calibration wrote.

    Parameters
    ----------
    intake
        Where the folder lies; findings go there.
    place
        Id, or folder in the intake.
    inside
        The part of the intake that the folder lies in, as ``model/``.

    Returns
    -------
    CalibratedSet or None
        The set; None, with a finding, where it cannot be read or was changed.
    """
    if place in calibrated_sets():
        return calibrated_set(place)
    folder = f"{inside}{place}/" if place else inside
    before = len(intake.findings)
    texts = [intake.text(folder + name, required=False) for name in (SET_FILE, DRAWS_FILE)]
    file = folder + SET_FILE
    if None in texts:
        if len(intake.findings) == before:
            missing = (SET_FILE, DRAWS_FILE)[texts.index(None)]
            found = f"no {missing} in {place}" if place else f"no {missing}"
            intake.add("calibrated-set-missing", folder + missing, found)
        return None
    set_toml, draws_csv = map(str, texts)
    try:
        found_set = calibrated_from(set_toml, draws_csv)
    except (ValueError, TypeError, KeyError) as error:
        found = str(error).splitlines()[0]
        intake.add("calibrated-set-malformed", file, found)
        return None
    first = set_toml.splitlines()[0]
    if f'label = "{found_set.label}"' not in first:
        intake.add("calibrated-set-changed", file, first[:80], allowed=found_set.label)
        return None
    return found_set
