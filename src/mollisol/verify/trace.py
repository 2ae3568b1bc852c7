"""Hold the trace of a bundle against that of the run again, quantity by quantity, in the edition that it has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

from mollisol.bundle.read import Bundle
from mollisol.bundle.stored import Stored
from mollisol.bundle.values import VALUES
from mollisol.bundle.write import trace_document
from mollisol.origins.paths import origins_of
from mollisol.output import canonical_json
from mollisol.reading.archive import BundleFaultError
from mollisol.run import Run
from mollisol.verify.compare import Comparison

TRACE: Final = "trace.json"
_CODE: Final = "trace"
_SHARED: Final = ("kinds", "origins")


def in_first_edition(made: Mapping[str, bytes], run: Run) -> dict[str, bytes]:
    """Return the files of the run again as the first edition has them, which held all values in ``trace.json``."""
    figures = {path: origin.as_json() for path, origin in origins_of(run.results).items()}
    whole = canonical_json(trace_document(run) | {"figures": figures})
    return {name: content for name, content in made.items() if name != VALUES} | {TRACE: whole}


def compare_values(
    bundle: Bundle, made: Mapping[str, bytes], comparison: Comparison, why: str, same_writer: bool
) -> None:
    """Compare ``trace.json`` and ``values.parquet``, of the second edition.

    Parameters
    ----------
    made
        The files of the run again.
    why
        Which other version may explain a difference.
    same_writer
        Whether the same version of DuckDB wrote both: then the bytes are the same, too.
    """
    before, structure = len(comparison.differences), json.loads(made[TRACE])
    try:
        recorded, own = bundle.trace, Stored(bundle.read(VALUES), bundle.trace)
        changed = [name for name in (TRACE, VALUES) if bundle.read(name) != made[name]]
        if not changed:
            comparison.numbers += own.count()
            return
        again = Stored(made[VALUES], structure)
        _quantities(own, again, comparison, why)
        _figures(own, again, comparison, why)
    except BundleFaultError as error:
        comparison.add(
            error.finding.code, error.finding.where.file, error.finding.found, error.finding.allowed, why
        )
        return
    told = _SHARED if len(comparison.differences) > before else ()
    old, new = ({n: one for n, one in data.items() if n not in told} for data in (recorded, structure))
    comparison.documents(_CODE, f"{TRACE}: ", old, new, why)
    if len(comparison.differences) == before and (same_writer or TRACE in changed):
        comparison.add("layout", changed[0], "other bytes", "the same content as mollisol writes it", why)


def _quantities(recorded: Stored, remade: Stored, comparison: Comparison, why: str) -> None:
    old, new = list(recorded.names()), list(remade.names())
    if old != new:
        both = (
            {"quantities": [item.plain() for item in stored.quantities()]} for stored in (recorded, remade)
        )
        comparison.documents(_CODE, f"{VALUES}: ", next(both), next(both), why)
        return
    for first, second in zip(recorded.quantities(), remade.quantities(), strict=True):
        one, other = ({"quantities": [item.plain()]} for item in (first, second))
        comparison.documents(_CODE, f"{VALUES}: ", one, other, why)


def _figures(recorded: Stored, remade: Stored, comparison: Comparison, why: str) -> None:
    nothing: dict[str, Any] = {}
    for first, second in zip_longest(_plain(recorded), _plain(remade), fillvalue=nothing):
        comparison.documents(_CODE, f"{VALUES}: ", {"figures": first}, {"figures": second}, why)


def _plain(stored: Stored) -> Iterator[dict[str, Any]]:
    for path, (value, origin) in stored.figures():
        data = origin.as_json() if origin else {}
        yield {path: data | {"value": value}}
