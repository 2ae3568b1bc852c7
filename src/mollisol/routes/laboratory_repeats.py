"""The measured errors of each laboratory method, as declared or from repeated determinations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mollisol.methodology.checks.laboratory import DECLARED, REPEATS, repeats_of, shows_batches, shows_repeats
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, FindingsError, Place, Severity, finding
from mollisol.methodology.project import Project
from mollisol.methodology.trace import Quantity
from mollisol.reading.schema import HEAD_FILE
from mollisol.uncertainty.measurement.laboratory import (
    relative_batch_sd,
    relative_repeat_sd,
    repeat_degrees_of_freedom,
)

LARGEST: Final = 0.5
SHARED_ERRORS: Final = ("batch_relative_sd", "soil_mass_batch_relative_sd")
"""Keys of what all samples of a method share in a campaign."""
_UNITS: Final = {"soc_g_per_kg": "g C/kg soil", "fine_soil_density_g_per_cm3": "g/cm3"}


@dataclass(frozen=True, slots=True)
class LaboratoryErrors:
    """Relative standard deviations above 0, by method and key of :class:`LaboratoryMethod`, and what they say."""

    sd: Mapping[tuple[str, str], Quantity]
    findings: tuple[Finding, ...]


def shares_errors(project: Project) -> bool:
    """Return whether a laboratory method declares, or repeats show, an error that its samples share."""
    declared = any(
        getattr(method, key) for method in project.head.laboratory_methods for key in SHARED_ERRORS
    )
    return declared or bool(len(project.laboratory_repeats))


def laboratory_errors(context: Context) -> LaboratoryErrors:
    """Return the errors of all laboratory methods.

    Raises
    ------
    FindingsError
        If repeats differ so much that something else than the laboratory must be behind it.
    """
    project = context.project
    above_zero: dict[tuple[str, str], Quantity] = {}
    findings: list[Finding] = []
    for method in project.head.laboratory_methods:
        for column, keys in DECLARED.items():
            rows = repeats_of(project, method.id, column)
            if rows:
                sds = _from_repeats(context, method.id, column, keys)
                findings += [_computed(method.id, column, sd, len(rows)) for sd in sds if sd.value > 0]
            else:
                place = f"{HEAD_FILE}: laboratory method {method.id}"
                sds = [
                    context.trace.given(
                        f"{key}.{method.id}", getattr(method, key), "fraction", [f"{place}, {key}"]
                    )
                    for key in keys
                ]
            above_zero |= {(method.id, key): sd for key, sd in zip(keys, sds, strict=True) if sd.value > 0}
    unlikely = [finding for finding in findings if finding.severity is Severity.BLOCKING]
    if unlikely:
        raise FindingsError(unlikely)
    return LaboratoryErrors(above_zero, tuple(findings))


def _from_repeats(context: Context, method: str, column: str, keys: Sequence[str]) -> list[Quantity]:
    """Compute the error of a repeat, then that of a batch; what the rows cannot show is 0."""
    trace, rows = context.trace, repeats_of(context.project, method, column)
    places = [f"{REPEATS}:{row}" for row, _ in rows]
    shown = (shows_repeats(rows), shows_batches(rows))
    given: dict[str, Any] = {}
    if any(shown):
        values = np.array([getattr(item, column) for _, item in rows])
        given["value"] = trace.given(f"repeats.{column}.{method}", values, _UNITS[column], places, places)
    # repeats are of one sample in one batch; batches differ in what they find in one sample
    parts: tuple[tuple[Callable[..., Any], dict[str, Any]], ...] = (
        (relative_repeat_sd, {"sample": [f"{item.batch}/{item.sample}" for _, item in rows]}),
        (
            relative_batch_sd,
            {"sample": [item.sample for _, item in rows], "batch": [item.batch for _, item in rows]},
        ),
    )
    return [
        trace.compute(f"{key}.{method}", equation, **given, **groups)
        if shows
        else trace.given(f"{key}.{method}", 0.0, "fraction", places)
        for key, shows, (equation, groups) in zip(keys, shown, parts, strict=True)
    ]


def _computed(method: str, column: str, sd: Quantity, rows: int) -> Finding:
    unlikely = sd.value > LARGEST
    freedom = repeat_degrees_of_freedom(sample=list(sd.inputs["sample"]))
    return finding(
        "laboratory-error-unlikely" if unlikely else "laboratory-error-computed",
        Place(file=REPEATS, column=column, thing=f"method {method}, {sd.name.partition('.')[0]}"),
        f"{sd.value:.2%} from {rows} determinations, {freedom:g} of them beyond the first of a sample",
        largest=LARGEST,
    )
