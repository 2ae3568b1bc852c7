"""The opening entry comes from the earlier bundle: held against it by the run, performed again by verify."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from mollisol.bundle.signing import new_key, public_key
from mollisol.bundle.write import bundle_files
from mollisol.crediting.ledger import as_toml, entries_of_bundle
from mollisol.engine import assess_project, run_project
from mollisol.methodology.ledger import LedgerEntry
from mollisol.output import canonical_json, write_folder
from mollisol.verify.bundle import verify_bundle
from mollisol.verify.manifest import sign_bundle
from mollisol.verify.text import lines_of
from tests.mollisol.emissions.test_history import FARM, keep_period

DAY = date(2024, 3, 1)


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the signed bundle of the first period of the mixed farm, and the key beside it."""
    folder = tmp_path_factory.mktemp("earlier")
    shutil.copytree(FARM, folder / "farm")
    keep_period(folder / "farm", "1")
    write_folder(folder / "bundle", bundle_files(run_project(folder / "farm")))
    new_key(folder / "registry")
    sign_bundle(folder / "bundle", folder / "registry")
    return folder


def files_of(earlier: Path) -> dict[str, bytes]:
    bundle = earlier / "bundle"
    return {p.relative_to(bundle).as_posix(): p.read_bytes() for p in bundle.rglob("*") if p.is_file()}


@pytest.fixture
def second(tmp_path: Path, earlier: Path) -> Callable[..., Path]:
    """Give a function that writes the project of period 2 with its ledger and the packed bundle of period 1."""

    def write(
        files: Mapping[str, bytes] | None = None, change: Callable[[LedgerEntry], LedgerEntry] = lambda e: e
    ) -> Path:
        folder = tmp_path / "second"
        shutil.copytree(FARM, folder)
        keep_period(folder, "2")
        content = files_of(earlier) if files is None else files
        (folder / "period-1.zip").write_bytes(packed(content))
        entries = entries_of_bundle(folder / "period-1.zip", signed_off_by="a verifier", signed_off_on=DAY)
        (folder / "ledger.toml").write_text(as_toml(tuple(map(change, entries))), encoding="utf-8")
        return folder

    return write


def ledger_findings(folder: Path) -> dict[str, str]:
    return {f.code: f.found for f in assess_project(folder).findings if f.code.startswith("ledger-")}


def test_an_entry_is_carried_from_its_bundle_and_performed_again(
    second: Callable[..., Path], earlier: Path, tmp_path: Path
) -> None:
    folder = second()
    assert 'bundle_file = "period-1.zip"' in (folder / "ledger.toml").read_text(encoding="utf-8")
    assert ledger_findings(folder) == {}
    run = run_project(folder)
    assert run.results.state == "eligible"
    write_folder(tmp_path / "bundle", bundle_files(run))
    outcome = verify_bundle(tmp_path / "bundle", public_keys=[earlier / "registry.pub"])
    assert [item.code for item in outcome.differences] == ["signature-missing"], (
        "only the earlier one is signed"
    )
    (closed,) = outcome.earlier
    assert (closed.period, closed.outcome, closed.differences) == ("1", "same", 0)
    assert (closed.signature.state, closed.signature.signer) == ("good", "registry.pub")
    (line,) = [line for line in lines_of(outcome) if line.startswith("closed period 1")]
    assert "period-1.zip performed again: same; signature: good: signed by registry.pub" in line


@pytest.mark.slow
def test_a_made_up_bundle_is_consistent_and_not_the_same_again(
    second: Callable[..., Path], earlier: Path, tmp_path: Path
) -> None:
    """The removals that the ledger carries are halved in results.json, and all sums are made again."""
    files = files_of(earlier)
    del files["manifest.sig"]
    results = json.loads(files["results.json"])
    results["periods"][0]["vintages"][-1]["cumulative_project_change_t_co2e"] /= 2
    files["results.json"] = canonical_json(results)
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["results.json"] = sha256(files["results.json"]).hexdigest()
    files["manifest.json"] = canonical_json(manifest)
    folder = second(files)
    assert ledger_findings(folder) == {}, "hashes and figures agree"
    write_folder(tmp_path / "bundle", bundle_files(run_project(folder)))
    outcome = verify_bundle(tmp_path / "bundle")
    (told,) = [item for item in outcome.differences if item.code == "earlier-bundle"]
    assert told.item == "ledger.toml: period 1"
    assert "cumulative_project_change_t_co2e" in told.recomputed
    assert outcome.outcome == "different"


def test_what_the_bundle_does_not_say_is_refused(second: Callable[..., Path], earlier: Path) -> None:
    files = files_of(earlier)
    files["inputs/strata.csv"] += b"\n"
    folder = second(files)
    assert ledger_findings(folder) == {
        "ledger-bundle-broken": "period-1.zip: inputs/strata.csv: not as its manifest lists"
    }


@pytest.mark.parametrize(
    ("field", "value", "code", "words"),
    [
        ("signed_by_key", "0" * 64, "ledger-not-signed", "signed by"),
        ("buffer_t_co2e", 1.0, "ledger-figures-differ", "buffer_t_co2e = 1, the bundle has"),
        ("bundle_manifest_sha256", "1" * 64, "ledger-hash-differs", "the manifest of period-1.zip"),
    ],
)
def test_an_entry_that_is_not_its_bundles(
    field: str, value: object, code: str, words: str, second: Callable[..., Path]
) -> None:
    found = ledger_findings(second(change=lambda entry: entry.model_copy(update={field: value})))
    assert list(found) == [code]
    assert words in found[code]


def test_a_bundle_without_its_signature_or_of_another_project(
    second: Callable[..., Path], earlier: Path
) -> None:
    files = files_of(earlier)
    del files["manifest.sig"]
    key = public_key(earlier / "registry.pub")
    folder = second(files, change=lambda entry: entry.model_copy(update={"signed_by_key": key}))
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8")
    (name,) = [line for line in text.splitlines() if line.startswith("name ")][:1]
    head.write_text(text.replace(name, 'name = "Another farm"', 1), encoding="utf-8")
    found = ledger_findings(folder)
    assert found["ledger-not-signed"] == "no signature in it"
    assert found["ledger-figures-differ"].startswith("project Another farm, the bundle is of ")
