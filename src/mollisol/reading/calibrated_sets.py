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
from mollisol.reading.model_tables import table_fault


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
