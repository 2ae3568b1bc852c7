"""Open a bundle that somebody handed over: a folder or a zip of one. What is in it is not trusted.

Looking at names and sizes comes first; nothing is unpacked, followed or parsed before it has passed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mollisol.bundle.trace_form import TraceForm
from mollisol.methodology.columns import FIRST_ROW
from mollisol.methodology.findings import Finding
from mollisol.methodology.project import ProjectHead
from mollisol.methodology.results.figure import Origin
from mollisol.methodology.results.run import RunResult
from mollisol.reading.archive import Source, fault, open_source
from mollisol.reading.json import load_json
from mollisol.reading.schema import head_values

MANIFEST = "manifest.json"
INPUTS = "inputs/"

_FINDINGS: TypeAdapter[tuple[Finding, ...]] = TypeAdapter(tuple[Finding, ...])
_TRACE: TypeAdapter[TraceForm] = TypeAdapter(TraceForm)


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
    def computed_figures(self) -> dict[str, dict[int, float]]:
        """Contents, densities and masses of increments as they were counted, by column and place in the table."""
        columns = ("soc_g_per_kg", "fine_soil_density_g_per_cm3", "fine_soil_mass_g")
        return {
            item["name"]: {
                int(str(row).rpartition(":")[2]) - FIRST_ROW: float(value)
                for row, value in zip(item["index"], item["value"], strict=True)
            }
            for item in self.trace["quantities"]
            if item["name"] in columns
        }

    @cached_property
    def trace(self) -> dict[str, Any]:
        """``trace.json``: quantities, rules, switches and equations as plain data."""
        return dict(self._valid("trace.json", _TRACE.validate_python, self.json("trace.json")))

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """Where each number of the results comes from, by its path; empty in bundles of release 0.1.0."""
        return {path: Origin.from_json(data) for path, data in self.trace.get("figures", {}).items()}

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
