"""Open a bundle that somebody handed over: a folder or a zip of one. What is in it is not trusted.

Looking at names and sizes comes first; nothing is unpacked, followed or parsed before it has passed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mollisol.bundle.redacted import REDACTED, Redaction
from mollisol.bundle.stored import Figures, Quantities, Stored
from mollisol.bundle.trace_form import StructureForm, TraceForm
from mollisol.bundle.values import VALUES
from mollisol.methodology.columns import FIRST_ROW
from mollisol.methodology.findings import Finding
from mollisol.methodology.project import ProjectHead
from mollisol.methodology.results.figure import Origin
from mollisol.methodology.results.run import RunResult
from mollisol.origins.sums import figures_of
from mollisol.reading.archive import Source, fault, open_source
from mollisol.reading.json import load_json
from mollisol.reading.schema import head_values

MANIFEST = "manifest.json"
INPUTS = "inputs/"

_FINDINGS: TypeAdapter[tuple[Finding, ...]] = TypeAdapter(tuple[Finding, ...])
_TRACE: TypeAdapter[TraceForm] = TypeAdapter(TraceForm)
_STRUCTURE: TypeAdapter[StructureForm] = TypeAdapter(StructureForm)


@dataclass(frozen=True)
class Bundle:
    """A bundle as it was handed over; each part is read and checked when it is asked for.

    Every part raises :class:`BundleFaultError`, which names file and fault, where it is not what it should be.
    """

    source: Source
    names: tuple[str, ...]
    """Every file of the bundle, sorted, with ``/`` between folders."""
    manifest: Mapping[str, Any] = field(repr=False)
    """``manifest.json``; ``files`` in it maps names to SHA-256 sums."""

    def read(self, name: str) -> bytes:
        """Return a file byte for byte, within the limits."""
        if name not in self.names:
            raise fault("bundle-file-missing", name, "no such file")
        return self.source.read(name)

    def json(self, name: str) -> Any:
        """Return a JSON file as plain data: finite numbers, no key twice, bounded depth."""
        return load_json(self.read(name), name)

    @cached_property
    def results(self) -> RunResult:
        """``results.json`` as the typed value that the report renders."""
        return self._valid("results.json", RunResult.model_validate_json, self._checked("results.json"))

    @cached_property
    def head(self) -> ProjectHead:
        """``project.json``: the project's own words; a bundle of schema 1 is read as it was meant."""
        words = json.dumps(head_values({"project": self.json("project.json")}))
        return self._valid("project.json", ProjectHead.model_validate_json, words)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """``findings.json``."""
        return self._valid("findings.json", _FINDINGS.validate_json, self._checked("findings.json"))

    @cached_property
    def redaction(self) -> Redaction | None:
        """``redacted.json``; None for a bundle from which nothing was taken out."""
        if REDACTED not in self.names:
            return None
        return self._valid(REDACTED, Redaction.model_validate_json, self._checked(REDACTED))

    @cached_property
    def computed_figures(self) -> dict[str, dict[int, float]]:
        """Contents, densities and masses of increments as they were counted, by column and place in the table."""
        columns = ("soc_g_per_kg", "fine_soil_density_g_per_cm3", "fine_soil_mass_g")
        return {
            name: {
                int(str(row).rpartition(":")[2]) - FIRST_ROW: float(value)
                for row, value in zip(item["index"], item["value"], strict=True)
            }
            for name in columns
            if (item := self.quantities.get(name)) is not None
        }

    @cached_property
    def trace(self) -> dict[str, Any]:
        """``trace.json``: rules, switches and equations as plain data, and of the first edition the quantities."""
        data = self.json("trace.json")
        form = _TRACE if isinstance(data, dict) and "quantities" in data else _STRUCTURE
        return dict(self._valid("trace.json", form.validate_python, data))

    @cached_property
    def stored(self) -> Stored | None:
        """``values.parquet``; None for a bundle of the first edition."""
        if "quantities" in self.trace:
            return None
        return Stored(self.read(VALUES), self.trace)

    @cached_property
    def quantities(self) -> Mapping[str, Mapping[str, Any]]:
        """The quantities of the trace by name, in the order of computing."""
        if self.stored is None:
            return {item["name"]: item for item in self.trace["quantities"]}
        return Quantities(self.stored)

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """Where each number of the results of a bundle of the first edition comes from; empty for release 0.1.0."""
        return {path: Origin.from_json(data) for path, data in self.trace.get("figures", {}).items()}

    @cached_property
    def figures(self) -> Mapping[str, tuple[float, Origin | None]]:
        """Each number of the results, and what the report adds up, with where it comes from, by its path."""
        if self.stored is None:
            return {
                path: (value, origin)
                for path, value, origin in figures_of(self.results.model_dump(mode="json"), self.origins)
            }
        return Figures(self.stored)

    @property
    def first_terms(self) -> Iterable[tuple[str, str]]:
        """Each number of the results by its path, with the first quantity that it is made of."""
        if self.stored is not None:
            return self.stored.first_terms()
        found = ((path, origin) for path, (_, origin) in self.figures.items())
        return ((path, origin.terms[0].quantity) for path, origin in found if origin and origin.terms)

    @property
    def files(self) -> dict[str, bytes]:
        """Every file by its name."""
        return {name: self.read(name) for name in self.names}

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of what the run read, without ``inputs/``."""
        return tuple(name.removeprefix(INPUTS) for name in self.names if name.startswith(INPUTS))

    def input(self, name: str) -> bytes:
        """Return an input file byte for byte."""
        return self.read(INPUTS + name)

    @property
    def input_files(self) -> dict[str, bytes]:
        """The inputs by name, so that they can be run again."""
        return {name: self.input(name) for name in self.inputs}

    def _checked(self, name: str) -> bytes:
        """Return a JSON file as it stands, once it is known to be sound."""
        self.json(name)
        return self.read(name)

    def _valid[Given, Kind](self, name: str, parse: Callable[[Given], Kind], content: Given) -> Kind:
        try:
            return parse(content)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            found = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:200]
            maker = str(self.manifest.get("mollisol"))[:20]
            raise fault("bundle-other-form", name, found, here=version("mollisol"), maker=maker) from None


def open_bundle(path: Path) -> Bundle:
    """Open a bundle.

    Parameters
    ----------
    path
        A bundle folder, or a ``.zip`` of one.

    Raises
    ------
    BundleFaultError
        If it is neither, or a name, a size, a link or the manifest in it breaks a limit; the message says which.
    """
    return bundle_in(open_source(path))


def bundle_in(source: Source) -> Bundle:
    """Return the bundle whose files were looked at; raises as :func:`open_bundle`."""
    names = tuple(sorted(source.sizes))
    if MANIFEST not in source.sizes:
        found = f"no {MANIFEST} in it"
        raise fault("bundle-missing", source.place, found, allowed="a folder that mollisol run wrote")
    manifest = load_json(source.read(MANIFEST), MANIFEST)
    sums = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(sums, dict) or not all(isinstance(value, str) for value in sums.values()):
        allowed, do = "files by name with SHA-256", "ask for the bundle again"
        raise fault("bundle-other-form", MANIFEST, "no files with their sums", allowed=allowed, do=do)
    return Bundle(source, names, manifest)
