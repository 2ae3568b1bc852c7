"""The trace of a bundle as one document, to look into and to change: what ``values.parquet`` holds, put together."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mollisol.bundle.read import open_bundle
from mollisol.bundle.values import VALUES, stored
from mollisol.methodology.results.figure import Origin
from mollisol.output import canonical_json

SHARED = ("rules", "switches", "equations")


def trace_of(bundle: Path) -> dict[str, Any]:
    """Return quantities in the order of computing, figures by path, rules, switches and equations."""
    opened = open_bundle(bundle)
    assert opened.stored is not None
    figures = {
        path: (origin.as_json() if origin else {}) | {"value": value}
        for path, (value, origin) in opened.stored.figures()
    }
    quantities = [item.plain() for item in opened.stored.quantities()]
    return {name: opened.trace[name] for name in SHARED} | {"quantities": quantities, "figures": figures}


def put_trace(bundle: Path, trace: dict[str, Any]) -> None:
    """Write a trace in the second edition, as a run writes it."""
    figures = [
        (path, own.pop("value"), Origin.from_json(own) if own else None)
        for path, own in json.loads(json.dumps(trace["figures"])).items()
    ]
    structure, values = stored(trace["quantities"], figures)
    shared = {name: trace[name] for name in SHARED}
    (bundle / "trace.json").write_bytes(canonical_json(structure | shared))
    (bundle / VALUES).write_bytes(values)


def change_trace(bundle: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the trace of a bundle."""
    trace = trace_of(bundle)
    change(trace)
    put_trace(bundle, trace)


def put_first_edition(bundle: Path, *, figures: bool = True) -> None:
    """Turn a bundle into one of the first edition: all values in ``trace.json``; release 0.1.0 had no figures there."""
    trace = trace_of(bundle)
    sums = ("totals.", "computed.")
    own = {
        path: {name: value for name, value in data.items() if name != "value"}
        for path, data in trace["figures"].items()
        if len(data) > 1 and not path.startswith(sums) and ".all_years." not in path and ".forms." not in path
    }
    del trace["figures"]
    (bundle / VALUES).unlink()
    (bundle / "trace.json").write_bytes(canonical_json(trace | ({"figures": own} if figures else {})))
