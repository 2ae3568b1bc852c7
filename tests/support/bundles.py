"""A small bundle to take apart, and a verify that computes the same run only once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mollisol.bundle.read import open_bundle
from mollisol.bundle.values import VALUES, stored
from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.methodology.results.figure import Origin
from mollisol.methodology.results.run import RunResult
from mollisol.methodology.rules_in_force.rule_set import load_rule_set
from mollisol.output import canonical_json, write_folder
from mollisol.programmes import registry
from mollisol.run import Run
from mollisol.templates import render
from mollisol.verify import bundle as verify_module
from mollisol.verify import rules as verify_rules
from mollisol.verify.bundle import verify_bundle
from mollisol.verify.results import Verification
from tests.support.projects import TV2, write_project

SHARED = ("rules", "switches", "equations")
"""What stands in ``trace.json`` itself."""


class Taken:
    """A copy of a bundle in the hands of somebody who changes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / name

    def read(self, name: str) -> bytes:
        return self.path(name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_bytes(content)

    def replace(self, name: str, old: str, new: str, *, times: int = 1) -> None:
        text = self.read(name).decode()
        assert old in text, f"{name} does not hold {old!r}: the case changes nothing"
        self.write(name, text.replace(old, new, times).encode())

    def json(self, name: str, change: Callable[[Any], object]) -> None:
        """Change a JSON file in place and write it as a run writes it."""
        data = json.loads(self.read(name))
        change(data)
        self.write(name, canonical_json(data))

    def hash_again(self) -> None:
        """Put the sums of what is there into the manifest, as somebody does who wants the change to pass."""
        names = sorted(
            path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()
        )
        sums = {
            name: hashlib.sha256(self.read(name)).hexdigest()
            for name in names
            if name not in {"manifest.json", "manifest.sig"}
        }
        self.json("manifest.json", lambda manifest: manifest.update(files=sums))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a bundle of TV-2 of uncertainty.md as a project, by the analytic route."""
    folder = tmp_path_factory.mktemp("whole")
    project = write_project(folder / "project", TV2)
    run = run_project(project, route="analytic")
    _AS_MADE.append(run.results)
    write_folder(folder / "bundle", bundle_files(run))
    return folder / "bundle"


@pytest.fixture
def taken(whole: Path, tmp_path: Path) -> Taken:
    return Taken(Path(shutil.copytree(whole, tmp_path / "bundle")))


_load_once = cache(load_rule_set)
_environment_once = cache(render.environment)
_AS_MADE: list[RunResult] = []
_RUNS: dict[str, Run] = {}
_FILES: dict[tuple[int, str], dict[str, bytes]] = {}


def _run_once(inputs: Mapping[str, bytes], **options: Any) -> Run:
    """Return the run of these files, or that of the same bytes, rules and options."""
    key = hashlib.sha256()
    for file, content in sorted(inputs.items()):
        key.update(f"{file}\0".encode() + content + b"\0")
    key.update(repr([(k, v.hash if k == "rule_set" else v) for k, v in sorted(options.items())]).encode())
    name = key.hexdigest()
    if name not in _RUNS:
        _RUNS[name] = run_project(inputs, **options)
    return _RUNS[name]


def _files_once(
    run: Run, versions: Mapping[str, Any], *, companions: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    key = (id(run), json.dumps(versions, sort_keys=True))
    if key not in _FILES:
        with pytest.MonkeyPatch.context() as patch:
            if run.results not in _AS_MADE:  # other figures make other pages: no case asks which
                patch.setattr("mollisol.templates.figures.make_figures", lambda *_: {})
                patch.setattr("mollisol.templates.render.render_html", lambda *_: "")
            _FILES[key] = bundle_files(run, versions, companions=companions)
    return dict(_FILES[key])


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verification]:
    """Give ``verify_bundle`` on what was taken; equal runs are computed once in the session."""
    monkeypatch.setattr(verify_module, "run_project", _run_once)
    monkeypatch.setattr(verify_module, "bundle_files", _files_once)
    monkeypatch.setattr(registry, "load_rule_set", _load_once)
    monkeypatch.setattr(verify_rules, "load_rule_set", _load_once)
    monkeypatch.setattr(render, "environment", _environment_once)
    return lambda taken, **options: verify_bundle(taken.folder, **options)


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
