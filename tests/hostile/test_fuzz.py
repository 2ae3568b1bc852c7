"""Real files with bytes changed: every reader gives findings or a fault in words, never anything else.

``MOLLISOL_FUZZ=20000 pytest tests/hostile/test_fuzz.py`` runs longer. A crasher becomes a trick in one of the other
files of this folder, or an ``@example`` here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mollisol.audit.explain import Explainer
from mollisol.bundle.read import open_bundle
from mollisol.engine import assess_project
from mollisol.methodology.findings import Finding, UserError
from mollisol.methodology.rules_in_force.proposal import read_proposal
from mollisol.reading.model_folder import read_folder
from tests.hostile.mutations import mutated
from tests.support.trial_folder import read_trials

ROUNDS = int(os.environ.get("MOLLISOL_FUZZ", "10"))
QUIET = settings(
    derandomize="MOLLISOL_FUZZ" not in os.environ,
    deadline=None,
    max_examples=ROUNDS,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
        HealthCheck.too_slow,
    ],
)
EXAMPLES = files("mollisol").joinpath("examples")


@pytest.fixture(scope="module", params=["woburn-ley", "mixed-farm"])
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzzed") / "project"
    with as_file(EXAMPLES.joinpath(request.param)) as source:
        return Path(shutil.copytree(source, folder))


@contextmanager
def in_words() -> Iterator[None]:
    """Let a fault of use pass; what it says can be shown."""
    try:
        yield
    except UserError as error:
        words = str(error)
    else:
        words = ""
    assert all(c.isprintable() or c == "\n" for c in words)


def spoiled(folder: Path, name: str, content: bytes) -> bytes:
    path = folder / name
    before = path.read_bytes()
    path.write_bytes(content)
    return before


@QUIET
@given(data=st.data())
def test_projects(sound: Path, data: st.DataObject) -> None:
    names = sorted(path.name for path in sound.iterdir() if path.suffix in {".csv", ".toml", ".geojson"})
    name = data.draw(st.sampled_from(names))
    before = spoiled(sound, name, data.draw(mutated((sound / name).read_bytes())))
    try:
        findings = assess_project(sound).findings
        assert all(isinstance(finding, Finding) for finding in findings)
    finally:
        (sound / name).write_bytes(before)


@pytest.fixture(scope="module")
def fuzzed_bundle(sound_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sound_bundle, tmp_path_factory.mktemp("fuzzed") / "bundle"))


@QUIET
@given(data=st.data())
def test_bundles(fuzzed_bundle: Path, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["manifest.json", "results.json", "trace.json", "findings.json", "project.json"])
    )
    before = spoiled(fuzzed_bundle, name, data.draw(mutated((fuzzed_bundle / name).read_bytes())))
    try:
        with in_words():
            bundle = open_bundle(fuzzed_bundle)
            for part in ("results", "head", "findings", "trace"):
                with in_words():
                    getattr(bundle, part)
            explainer = Explainer(bundle)
            for known in data.draw(st.lists(st.sampled_from(explainer.names or ("none",)), max_size=3)):
                explainer.explain(known).as_json()
    finally:
        (fuzzed_bundle / name).write_bytes(before)


@QUIET
@given(data=st.data())
def test_zips(fuzzed_bundle: Path, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = fuzzed_bundle.parent / "whole.zip"
    if not path.exists():
        shutil.make_archive(str(path.with_suffix("")), "zip", fuzzed_bundle)
    evil = fuzzed_bundle.parent / "evil.zip"
    evil.write_bytes(data.draw(mutated(path.read_bytes())))
    with in_words():
        bundle = open_bundle(evil)
        for name in bundle.names:
            bundle.read(name)


@QUIET
@given(data=st.data())
def test_overlays(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = files("mollisol.methodology").joinpath("rules", "proposals")
    file = data.draw(st.sampled_from(sorted((f for f in folder.iterdir()), key=lambda f: f.name)))
    path = tmp_path_factory.getbasetemp() / "overlay.toml"
    path.write_bytes(data.draw(mutated(file.read_bytes())))
    with in_words():
        read_proposal(path)


@QUIET
@given(data=st.data())
def test_soil_model_folders(data: st.DataObject, model_folder: Path) -> None:
    names = sorted(path.name for path in model_folder.iterdir() if path.suffix in {".csv", ".toml"})
    name = data.draw(st.sampled_from(names))
    before = spoiled(model_folder, name, data.draw(mutated((model_folder / name).read_bytes())))
    try:
        with in_words():
            read_folder(model_folder)
    finally:
        (model_folder / name).write_bytes(before)


@pytest.mark.slow
@QUIET
@given(data=st.data())
def test_trial_folders(data: st.DataObject, trial_folder: Path) -> None:
    name = data.draw(
        st.sampled_from(["studies.csv", "trial_sites.csv", "observations.csv", "comparisons.csv"])
    )
    before = spoiled(trial_folder, name, data.draw(mutated((trial_folder / name).read_bytes())))
    try:
        with in_words():
            read_trials(trial_folder)
    finally:
        (trial_folder / name).write_bytes(before)


def test_a_header_with_an_open_quote(model_folder: Path) -> None:
    """Found by the fuzzer: the header was read outside of the net."""
    before = spoiled(model_folder, "weather.csv", b'"site,year')
    try:
        _, findings = read_folder(model_folder)
    finally:
        (model_folder / "weather.csv").write_bytes(before)
    assert "table-syntax" in {finding.code for finding in findings}


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with as_file(EXAMPLES.joinpath("soil-models", "rothamsted")) as source:
        return Path(shutil.copytree(source, tmp_path_factory.mktemp("fuzzed") / "model"))


@pytest.fixture(scope="module")
def trial_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with as_file(EXAMPLES.joinpath("canada-trials")) as source:
        return Path(shutil.copytree(source, tmp_path_factory.mktemp("fuzzed") / "trials"))
