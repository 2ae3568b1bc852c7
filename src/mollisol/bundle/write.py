"""Write a bundle: a folder that an auditor can take apart. Beside first, then renamed: never half-written."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from mollisol.bundle.crate import CRATE, crate_metadata
from mollisol.bundle.values import VALUES, stored
from mollisol.methodology.findings import UserError
from mollisol.methodology.provenance import registered_equations
from mollisol.methodology.results.deductions import PosteriorReference
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Quantity, Trace
from mollisol.output import MANIFEST, PEOPLE, canonical_json, made_with
from mollisol.programmes.registry import programme_of
from mollisol.reading.archive import HIGHEST_RATIO, LARGEST_FILE_BYTES, LARGEST_TOTAL_BYTES, PACKED
from mollisol.run import Run

RULES = "rules.json"
INPUTS = "inputs/"
_LARGE_BYTES = 300_000
_LEVEL = 6
_SAMPLER = "posterior: a fixed quasi-random sequence; declared measurement errors: PCG64 from the seed"


class Traced(Protocol):
    """What has a trace and the rules it was made under: a run, a validation."""

    @property
    def trace(self) -> Trace:
        """Every quantity."""
        ...

    @property
    def rules(self) -> RulesInForce:
        """What was looked up."""
        ...


def trace_document(run: Traced) -> dict[str, Any]:
    """Return the trace as plain data: quantities in the order of computing, rules, switches and equations used."""
    return {
        "quantities": [dict(Written(quantity)) for quantity in run.trace.quantities.values()],
        **_chosen(run),
    }


def _chosen(run: Traced) -> dict[str, Any]:
    """Return rules, switches and equations that a run used."""
    equations = registered_equations()
    used = sorted({quantity.equation for quantity in run.trace.quantities.values() if quantity.equation})
    return {
        "rules": [chosen.model_dump(mode="json") for chosen in run.rules.chosen],
        "switches": [switch.model_dump(mode="json") for switch in run.rules.rule_set.switches.values()],
        "equations": [
            {
                "id": id,
                "symbol": equations[id].symbol,
                "unit": equations[id].unit,
                "citation": str(equations[id].locator),
                "summary": equations[id].summary,
            }
            for id in used
        ],
    }


class Written(Mapping[str, Any]):
    """A quantity as it is written, each part made when it is asked for; arrays stay NumPy's unless it is plain."""

    def __init__(self, quantity: Quantity, *, plain: bool = True) -> None:
        self._quantity, self._made = quantity, _plain if plain else _raw

    def __getitem__(self, key: str) -> Any:
        value = getattr(self._quantity, key)
        match key:
            case "value":
                return self._made(value)
            case "inputs":
                return {name: self._made(given) for name, given in value.items()}
            case "rules":
                return [rule.rule for rule in value]
            case "rows" | "index" | "places":
                return list(value) if self._made is _plain else value
        return value

    def __iter__(self) -> Iterator[str]:
        yield from ("name", "value", "unit", "equation", "inputs", "rules", "rows", "index")
        yield from ("places",) if self._quantity.places else ()

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _raw(value: Any) -> Any:
    array = isinstance(value, np.ndarray) and value.ndim and value.dtype.kind in "fiu"
    return value if array else _plain(value)


def _plain(value: Any) -> Any:
    """Turn arrays and numbers into JSON values; an infinity (degrees of freedom without spread) becomes a word."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fiu" and value.ndim and np.isfinite(value).all():
            return value.astype(np.float64, copy=False).tolist()
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        kinds = set(map(type, value))
        return [*map(float, value)] if kinds == {int} else [_plain(item) for item in value]
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | np.number):
        return float(value) if np.isfinite(value) else "infinite"
    return str(value)


def bundle_files(
    run: Run, versions: Mapping[str, Any] | None = None, *, companions: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Return every file of the bundle by its path, manifest included.

    Parameters
    ----------
    run
        The finished run.
    versions
        What the manifest and the report name as the versions; those here by default, as :func:`made_with` gives them.
    companions
        Files that stand in the bundle beside what a run makes: ``redacted.json``.
    """
    from mollisol.origins.paths import origins_of
    from mollisol.origins.sums import figures_of
    from mollisol.reading.outlines import outlines_of
    from mollisol.templates.figures import make_figures
    from mollisol.templates.monitoring_report.report import Site, report_model
    from mollisol.templates.render import render_html

    quantities = run.trace.quantities.values()
    results = run.results.model_dump(mode="json")
    numbers = list(figures_of(results, origins_of(run.results)))
    chosen = _chosen(run)
    structure, values = stored((Written(quantity, plain=False) for quantity in quantities), numbers)
    outlines, areas = outlines_of(run.project, run.inputs)
    figures = make_figures(run.results, run.project, outlines)
    files = {f"inputs/{name}": content for name, content in run.inputs.items()}
    files["results.json"] = canonical_json(results)
    files["findings.json"] = canonical_json([finding.model_dump(mode="json") for finding in run.findings])
    files["project.json"] = canonical_json(run.project.head.model_dump(mode="json"))
    files["trace.json"] = canonical_json(structure | chosen)
    files[VALUES] = values
    files[RULES] = canonical_json(run.rules.rule_set.model_dump(mode="json", by_alias=True))
    files |= run.draws | dict(companions or {})
    files |= {f"figures/{name}.svg": text.encode() for name, text in figures.items()}
    versions = versions or made_with()
    manifest = _manifest(run, files, versions)
    model = report_model(
        results=run.results,
        findings=run.findings,
        trace=chosen | {"quantities": map(Written, quantities)},
        manifest=manifest,
        head=run.project.head,
        site=Site(project=run.project, outline_area_ha=areas),
        quantity_of=[
            (path, origin.terms[0].quantity) for path, _, origin in numbers if origin and origin.terms
        ],
        chapters=programme_of(run.project.head).chapters(),
    )
    files["report.html"] = render_html(model, figures).encode()
    files[CRATE] = canonical_json(crate_metadata(run, files, versions))
    files[MANIFEST] = canonical_json(_manifest(run, files, versions))
    return files


def files_to_write(run: Run) -> dict[str, bytes]:
    """Return every file of the bundle as it is written, and the file of names beside it, which nothing lists or signs.

    Large inputs and documents are written packed; the manifest has the sums of what they hold.

    Raises
    ------
    UserError
        If it is larger than what reads bundles opens.
    """
    plain = bundle_files(run)
    largest = max(plain, key=lambda name: len(plain[name]))
    total = sum(map(len, plain.values()))
    if len(plain[largest]) > LARGEST_FILE_BYTES or total > LARGEST_TOTAL_BYTES:
        raise UserError(
            f"the bundle would not be opened again: {largest} has {len(plain[largest]) / 1e6:,.0f} MB and all files "
            f"{total / 1e6:,.0f}, where {LARGEST_FILE_BYTES / 1e6:,.0f} and {LARGEST_TOTAL_BYTES / 1e6:,.0f} are read; "
            "run parts of the land as projects of their own"
        )
    files = dict(_packed(name, content) for name, content in plain.items())
    return files | ({PEOPLE: run.people} if run.people else {})


def _packed(name: str, content: bytes) -> tuple[str, bytes]:
    if len(content) < _LARGE_BYTES or not (name.startswith(INPUTS) or name.endswith(".json")):
        return name, content
    packed = gzip.compress(content, _LEVEL, mtime=0)
    return (name + PACKED, packed) if len(packed) * HIGHEST_RATIO > len(content) else (name, content)


def _reference(row: PosteriorReference) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in sorted(row.settings.items()))
    return f"{row.file}: {row.sampler}, {settings}"


def _manifest(run: Run, files: Mapping[str, bytes], versions: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "mollisol": versions["mollisol"],
        "versions": dict(versions["versions"]),
        "options": run.options.model_dump(mode="json", by_alias=True),
        "rule_set": run.results.rule_set,
        "rule_set_hash": run.results.rule_set_hash,
        "seed": run.results.seed,
        "sampler": "; ".join([_SAMPLER, *(_reference(row) for row in run.results.references)]),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
