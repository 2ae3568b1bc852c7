"""A schedule run from another phase of its rotation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mollisol.methodology.soil_models.inputs import ActivityRow

STATES: Final = ("cover", "tillage")
"""Activities that hold on until the next entry."""


def phase_of_rotation(
    rows: Sequence[ActivityRow], *, scenario: str, first_year: int, last_year: int, length: int, phase: int
) -> list[ActivityRow]:
    """Return the entries of one phase: year t takes the practice of year t + phase of the rotation.

    Parameters
    ----------
    rows
        Entries of one scenario.
    scenario
        Name of the phase.
    first_year, last_year
        Years that the rotation runs over; entries before them stay as they are.
    length
        Years of the rotation: those from ``first_year`` on are its pattern.
    phase
        0 to ``length`` less 1; 0 is the schedule itself where it repeats with that length.

    Returns
    -------
    list
        Entries named after the phase.
    """
    before = [row for row in rows if row.year < first_year]
    state = [
        row.model_copy(update={"year": first_year, "month": 1})
        for row in _in_force(rows, first_year, length, phase)
    ]
    pattern: dict[int, list[ActivityRow]] = {}
    for row in rows:
        if first_year <= row.year < first_year + length:
            pattern.setdefault(row.year - first_year, []).append(row)
    shifted = [
        row.model_copy(update={"year": year})
        for year in range(first_year, last_year + 1)
        for row in pattern.get((year - first_year + phase) % length, [])
    ]
    return [row.model_copy(update={"scenario": scenario}) for row in [*before, *state, *shifted]]


def _in_force(rows: Sequence[ActivityRow], first_year: int, length: int, phase: int) -> list[ActivityRow]:
    """Return the cover and tillage in force where a phase begins: the last entry before it, around the rotation."""
    found = []
    for activity in STATES:
        own = [
            row for row in rows if row.activity == activity and first_year <= row.year < first_year + length
        ]
        if not own:
            continue
        ordered = sorted(own, key=lambda row: ((row.year - first_year - phase) % length, row.month))
        first = ordered[0]
        if (first.year - first_year - phase) % length or first.month > 1:
            found.append(ordered[-1])
    return found
