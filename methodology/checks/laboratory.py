"""Measured laboratory errors: declared once, and repeats that show what they are handed in for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.measurement import LaboratoryRepeat
from mollisol.methodology.project import Project

REPEATS: Final = "laboratory_repeats.csv"
DECLARED: Final = {
    "soc_g_per_kg": ("repeat_relative_sd", "batch_relative_sd"),
    "fine_soil_density_g_per_cm3": ("soil_mass_repeat_relative_sd", "soil_mass_batch_relative_sd"),
}
"""Column of the repeats and the keys of a laboratory method that it stands in for."""
_CLAUSE: Final = "VM0042 2.2, section 8.6.2"


def check_laboratory(project: Project) -> list[Finding]:
    """Return the findings on repeats without a value, repeats that show no error, and errors that are given twice."""
    return [*_empty(project.laboratory_repeats), *_by_method(project)]


def repeats_of(project: Project, method: str, column: str) -> list[tuple[int, LaboratoryRepeat]]:
    """Return the rows that hold a value of a column for a method, with their numbers in the file."""
    return [
        (row, item)
        for row, item in enumerate(project.laboratory_repeats, start=2)
        if item.laboratory_method == method and getattr(item, column) is not None
    ]


def shows_repeats(rows: Iterable[tuple[int, LaboratoryRepeat]]) -> bool:
    """Return whether a sample was measured twice in one batch."""
    pairs = [(item.batch, item.sample) for _, item in rows]
    return len(set(pairs)) < len(pairs)


def shows_batches(rows: Iterable[tuple[int, LaboratoryRepeat]]) -> bool:
    """Return whether a sample was measured in two batches, and a batch holds two values."""
    batches: dict[str, set[str]] = defaultdict(set)
    values = 0
    for _, item in rows:
        batches[item.sample].add(item.batch)
        values += 1
    return any(len(of) > 1 for of in batches.values()) and values > len(set().union(*batches.values()))


def _empty(rows: Iterable[LaboratoryRepeat]) -> Iterable[Finding]:
    for number, item in enumerate(rows, start=2):
        if all(getattr(item, column) is None for column in DECLARED):
            yield finding("repeat-without-value", Place(file=REPEATS, row=number), "no value")


def _by_method(project: Project) -> Iterable[Finding]:
    for method in project.head.laboratory_methods:
        for column, keys in DECLARED.items():
            rows = repeats_of(project, method.id, column)
            if not rows:
                continue
            if not shows_repeats(rows) and not shows_batches(rows):
                yield finding(
                    "repeats-show-nothing",
                    Place(file=REPEATS, row=rows[0][0], column=column, thing=f"method {method.id}"),
                    f"{len(rows)} values, no sample twice in one batch and none in two batches",
                )
            twice = [key for key in keys if getattr(method, key) > 0]
            if twice:
                yield finding(
                    "laboratory-error-twice",
                    Place(file="project.toml", thing=f"laboratory method {method.id}, {twice[0]}"),
                    f"declared, and {len(rows)} repeats of {column} in {REPEATS}",
                )
