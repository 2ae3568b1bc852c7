"""Step 2c: the measured errors of each laboratory method, as declared or from repeated determinations."""

from __future__ import annotations

from typing import Final

import numpy as np

from mollisol.methodology.checks.laboratory import (
    DECLARED,
    REPEATS,
    repeats_of,
    shows_batches,
    shows_repeats,
)
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, FindingsError, Place, Severity
from mollisol.methodology.measurement import LaboratoryMethod
from mollisol.methodology.trace import Quantity, Trace
from mollisol.reading.schema import HEAD_FILE
from mollisol.uncertainty.measurement.laboratory import (
    relative_batch_sd,
    relative_repeat_sd,
    repeat_degrees_of_freedom,
)

LARGEST: Final = 0.5
_UNITS: Final = {"soc_g_per_kg": "g C/kg soil", "fine_soil_density_g_per_cm3": "g/cm3"}


def laboratory_errors(context: Context) -> tuple[dict[tuple[str, str], Quantity], list[Finding]]:
    """Give the relative standard deviations that are above 0, by method and key of :class:`LaboratoryMethod`.

    Raises
    ------
    FindingsError
        If repeats differ so much that something else than the laboratory must be behind it.
    """
    project, trace = context.project, context.trace
    found: dict[tuple[str, str], Quantity] = {}
    findings: list[Finding] = []
    for method in project.head.laboratory_methods:
        for column, keys in DECLARED.items():
            rows = repeats_of(project, method.id, column)
            for key in keys:
                name = f"{key}.{method.id}"
                if name in trace.quantities:
                    sd = trace.quantities[name]
                elif not rows:
                    sd = _declared(method, key, name, trace)
                else:
                    sd = _from_repeats(context, method.id, column, key == keys[0], name)
                if rows and sd.value > 0:
                    findings.append(_computed(method.id, column, sd, len(rows)))
                if sd.value > 0:
                    found[method.id, key] = sd
    unlikely = [finding for finding in findings if finding.severity is Severity.BLOCKING]
    if unlikely:
        raise FindingsError(unlikely)
    return found, findings


def _declared(method: LaboratoryMethod, key: str, name: str, trace: Trace) -> Quantity:
    return trace.given(
        name, getattr(method, key), "fraction", [f"{HEAD_FILE}: laboratory method {method.id}, {key}"]
    )


def _from_repeats(context: Context, method: str, column: str, repeat: bool, name: str) -> Quantity:
    """Compute the error of a repeat, or of a batch; what the rows cannot show is 0."""
    trace, rows = context.trace, repeats_of(context.project, method, column)
    places = [f"{REPEATS}:{row}" for row, _ in rows]
    if not (shows_repeats(rows) if repeat else shows_batches(rows)):
        return trace.given(name, 0.0, "fraction", places)
    given = f"repeats.{column}.{method}"
    value = trace.quantities.get(given) or trace.given(
        given, np.array([getattr(item, column) for _, item in rows]), _UNITS[column], places, places
    )
    if repeat:
        pairs = [f"{item.batch}/{item.sample}" for _, item in rows]
        return trace.compute(name, relative_repeat_sd, value=value, sample=pairs)
    return trace.compute(
        name,
        relative_batch_sd,
        value=value,
        sample=[item.sample for _, item in rows],
        batch=[item.batch for _, item in rows],
    )


def _computed(method: str, column: str, sd: Quantity, rows: int) -> Finding:
    unlikely = sd.value > LARGEST
    freedom = repeat_degrees_of_freedom(sample=list(sd.inputs["sample"]))
    return Finding(
        code="laboratory-error-unlikely" if unlikely else "laboratory-error-computed",
        severity=Severity.BLOCKING if unlikely else Severity.NOTE,
        where=Place(file=REPEATS, column=column, thing=f"method {method}, {sd.name.partition('.')[0]}"),
        found=f"{sd.value:.2%} from {rows} determinations, {freedom:g} of them beyond the first of a sample",
        allowed=f"up to {LARGEST:.0%}",
        do="look at units and sample names" if unlikely else "nothing; the routes carry it",
        clause="VM0042 2.2, section 8.6.2",
    )
