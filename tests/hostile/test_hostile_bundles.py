"""A bundle from somebody else: each trick is refused in words, under a reason code, before it can do anything."""

from __future__ import annotations

import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mollisol.audit.explain import Explainer
from mollisol.bundle.read import Bundle, open_bundle
from mollisol.reading import archive as bundle_files
from mollisol.reading.archive import BundleFaultError

ROOT = Path(__file__).resolve().parents[2]


def every_part(path: Path) -> Bundle:
    """Open a bundle and read all of it, as verify, explain and report do."""
    bundle = open_bundle(path)
    assert bundle.results
    assert bundle.head
    assert isinstance(bundle.findings, tuple)
    assert bundle.trace
    for name in bundle.names:
        bundle.read(name)
    Explainer(bundle).explain("periods.1.units_to_issue_t" if bundle.results.periods else "seed")
    return bundle


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


def with_trace(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoil(bundle: Path) -> None:
        trace = json.loads((bundle / "trace.json").read_text(encoding="utf-8"))
        change(trace)
        write(bundle / "trace.json", json.dumps(trace))

    return spoil


def sparse(name: str, size: int) -> Callable[[Path], None]:
    def spoil(bundle: Path) -> None:
        with (bundle / name).open("r+b") as stream:
            stream.truncate(size)

    return spoil


def replaced(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(bundle: Path) -> None:
        (bundle / name).unlink()
        make(bundle / name)

    return spoil


TRICKS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "JSON of 10,000 levels": ("json-too-deep", lambda b: write(b / "results.json", deep(10_000))),
    "JSON of 1,000,000 levels": ("json-too-deep", lambda b: write(b / "manifest.json", deep(1_000_000))),
    "JSON of 100 levels": ("json-too-deep", lambda b: write(b / "trace.json", deep(100))),
    "objects in objects": ("json-too-deep", lambda b: write(b / "trace.json", '{"a":' * 90 + "1" + "}" * 90)),
    "NaN": ("json-number", lambda b: write(b / "results.json", '{"seed": NaN}')),
    "infinity": ("json-number", lambda b: write(b / "results.json", '{"seed": -Infinity}')),
    "a float beyond floats": ("json-number", lambda b: write(b / "results.json", '{"seed": 1e999}')),
    "a whole number of 400 digits": (
        "json-number",
        lambda b: write(b / "results.json", '{"seed": ' + "9" * 400 + "}"),
    ),
    "a whole number of 5,000 digits": (
        "json-number",
        lambda b: write(b / "results.json", '{"seed": ' + "9" * 5000 + "}"),
    ),
    "a key twice": ("json-key-twice", lambda b: write(b / "results.json", '{"seed": 0, "seed": 1}')),
    "a key twice, once escaped": (
        "json-key-twice",
        lambda b: write(b / "trace.json", '{"ab": 0, "a\\u0062": 1}'),
    ),
    "no JSON": ("json-syntax", lambda b: write(b / "findings.json", "{'seed': 0}")),
    "JSON cut short": ("json-syntax", lambda b: write(b / "trace.json", '{"quantities": [')),
    "UTF-16": ("json-syntax", lambda b: (b / "results.json").write_bytes('{"seed": 0}'.encode("utf-16"))),
    "two encodings in one file": (
        "json-syntax",
        lambda b: (b / "results.json").write_bytes('{"ü": "'.encode() + "ü".encode("latin-1") + b'"}'),
    ),
    "NUL bytes": ("json-syntax", lambda b: (b / "project.json").write_bytes(b'{"name": "a\x00b"}')),
    "a result of another form": ("bundle-other-form", lambda b: write(b / "results.json", '{"seed": 0}')),
    "a manifest that is a list": ("bundle-other-form", lambda b: write(b / "manifest.json", "[]")),
    "a trace without quantities": ("bundle-other-form", lambda b: write(b / "trace.json", "{}")),
    "quantities that are numbers": (
        "bundle-other-form",
        with_trace(lambda trace: trace.update(quantities=[1, 2])),
    ),
    "a name that is a list": (
        "bundle-other-form",
        with_trace(lambda trace: trace["quantities"][0].update(name=["x"])),
    ),
    "an input that leads to nothing known": (
        "bundle-trace-broken",
        with_trace(lambda trace: [q.update(inputs={"x": 1}, equation="") for q in trace["quantities"]]),
    ),
    "a file of 2 GB": ("bundle-too-large", sparse("report.html", 2_147_483_648)),
    "a row of 1 GB": ("bundle-too-large", sparse("inputs/strata.csv", 1_000_000_000)),
    "a link to a file outside": (
        "bundle-link",
        replaced("results.json", lambda path: path.symlink_to("/etc/passwd")),
    ),
    "a link inside": ("bundle-link", replaced("report.html", lambda path: path.symlink_to("results.json"))),
    "a folder that is a link": ("bundle-link", lambda b: (b / "more").symlink_to("/")),
    "a link to itself": ("bundle-link", lambda b: (b / "loop").symlink_to("loop")),
    "a device": ("bundle-link", replaced("results.json", lambda path: path.symlink_to("/dev/zero"))),
    "a pipe": ("bundle-not-a-file", replaced("results.json", os.mkfifo)),
    "a folder for a file": ("bundle-file-missing", replaced("results.json", lambda path: path.mkdir())),
    "a missing file": ("bundle-file-missing", replaced("trace.json", lambda path: None)),
    "no manifest": ("bundle-missing", replaced("manifest.json", lambda path: None)),
    "names that differ in capitals": ("bundle-bad-name", lambda b: write(b / "RESULTS.json", "{}")),
    "a control character in a name": ("bundle-bad-name", lambda b: write(b / "a\x1b[31m.txt", "")),
    "a name that turns the direction of writing": (
        "bundle-bad-name",
        lambda b: write(b / "a\u202etxt.exe", ""),
    ),
    "a name that is not UTF-8": (
        "bundle-bad-name",
        lambda b: Path(os.fsdecode(bytes(b) + b"/\xff\xfe.txt")).write_bytes(b""),
    ),
    "a backslash in a name": ("bundle-bad-name", lambda b: write(b / "..\\up.txt", "")),
    "a drive in a name": ("bundle-bad-name", lambda b: write(b / "C:up.txt", "")),
    "folders in folders": ("bundle-bad-name", lambda b: (b / "/".join("abcdefghij")).mkdir(parents=True)),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_trick(bundle: Path, trick: str) -> None:
    code, spoil = TRICKS[trick]
    spoil(bundle)
    with pytest.raises(BundleFaultError) as refused:
        every_part(bundle)
    assert refused.value.finding.code == code
    assert str(refused.value).isprintable()
    assert refused.value.finding.do


def test_a_sound_bundle_is_read_in_full_also_zipped(bundle: Path, tmp_path: Path) -> None:
    plain = every_part(bundle)
    for name, top in (("plain.zip", ""), ("with-folder.zip", "bundle/")):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in plain.names:
                archive.write(bundle / file, top + file)
        zipped = every_part(tmp_path / name)
        assert zipped.names == plain.names
        assert zipped.results == plain.results
    for name, content in plain.input_files.items():
        assert content == (bundle / "inputs" / name).read_bytes()


def test_too_many_files(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_files, "MOST_FILES", 10)
    with pytest.raises(BundleFaultError, match="bundle-too-many-files"):
        open_bundle(bundle)


def test_too_much_in_all(bundle: Path) -> None:
    for number in range(5):
        with (bundle / f"{number}.bin").open("wb") as stream:
            stream.truncate(450_000_000)
    with pytest.raises(BundleFaultError, match="bundle-too-large"):
        open_bundle(bundle)


@pytest.mark.parametrize(
    "path", ["/dev/zero", "/dev/null", "/nowhere/at/all", "a\x00b", __file__, "x" * 5000]
)
def test_what_is_no_bundle_at_all(path: str) -> None:
    with pytest.raises(BundleFaultError, match="bundle-missing"):
        open_bundle(Path(path))


def test_a_pipe_in_place_of_a_bundle(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    with pytest.raises(BundleFaultError, match="bundle-missing"):
        open_bundle(tmp_path / "pipe.zip")


def test_a_file_that_turns_into_a_pipe_after_it_was_looked_at(bundle: Path) -> None:
    opened = open_bundle(bundle)
    (bundle / "results.json").unlink()
    os.mkfifo(bundle / "results.json")
    with pytest.raises(BundleFaultError, match="bundle-unreadable"):
        opened.read("results.json")


def test_a_file_that_grows_after_it_was_looked_at(bundle: Path) -> None:
    opened = open_bundle(bundle)
    with (bundle / "results.json").open("ab") as stream:
        stream.write(b" " * 1000)
    with pytest.raises(BundleFaultError, match="more bytes than declared"):
        opened.read("results.json")


type Entries = dict[str, bytes]


def zipped(folder: Path, entries: Entries, change: Callable[[zipfile.ZipInfo], None] | None = None) -> Path:
    path = folder / "evil.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if change:
                change(info)
            archive.writestr(info, content)
    return path


MANIFEST = {"manifest.json": b'{"files": {}}'}


def as_link(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        (MANIFEST | {"../../etc/cron.d/x": b"x"}, "bundle-bad-name"),
        (MANIFEST | {"/etc/passwd": b"x"}, "bundle-bad-name"),
        (MANIFEST | {"inputs/../../up": b"x"}, "bundle-bad-name"),
        (MANIFEST | {"..\\up": b"x"}, "bundle-bad-name"),
        (MANIFEST | {"C:/up": b"x"}, "bundle-bad-name"),
        (MANIFEST | {"a//b": b"x"}, "bundle-bad-name"),
        (MANIFEST | {"Manifest.json": b"{}"}, "bundle-bad-name"),
        (MANIFEST | {"x" * 300: b"x"}, "bundle-bad-name"),
        (MANIFEST | {"zeros": bytes(20_000_000)}, "bundle-archive-bomb"),
        ({"results.json": b"{}"}, "bundle-missing"),
        ({}, "bundle-missing"),
    ],
)
def test_evil_zip(tmp_path: Path, entries: Entries, code: str) -> None:
    with pytest.raises(BundleFaultError) as refused:
        open_bundle(zipped(tmp_path, entries))
    assert refused.value.finding.code == code
    assert sorted(item.name for item in tmp_path.iterdir()) == ["evil.zip"]


def test_a_link_in_a_zip(tmp_path: Path) -> None:
    with pytest.raises(BundleFaultError, match="bundle-link"):
        open_bundle(zipped(tmp_path, MANIFEST, as_link))


def test_an_encrypted_zip(tmp_path: Path) -> None:
    path = zipped(tmp_path, MANIFEST)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(BundleFaultError, match="bundle-archive"):
        open_bundle(path)


def test_a_zip_whose_list_says_less_than_it_unpacks(tmp_path: Path) -> None:
    """A bomb that declares 100 bytes: reading stops after them."""
    path = zipped(tmp_path, MANIFEST | {"results.json": bytes(50_000_000)})
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = data.rindex(mark) if mark == b"PK\x01\x02" else data.index(b"results.json") - 30
        data[start + place : start + place + 4] = struct.pack("<I", 100)
    path.write_bytes(bytes(data))
    opened = open_bundle(path)
    with pytest.raises(BundleFaultError, match="bundle-unreadable"):
        opened.read("results.json")


def test_a_zip_with_a_list_of_names_of_a_gigabyte(tmp_path: Path) -> None:
    path = zipped(tmp_path, MANIFEST)
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", 1_000_000_000)
    path.write_bytes(bytes(data))
    with pytest.raises(BundleFaultError, match="bundle-too-many-files"):
        open_bundle(path)


def test_a_zip_bomb_of_overlapping_files(tmp_path: Path) -> None:
    """Each name of the list points to the same packed bytes."""
    path = zipped(tmp_path, MANIFEST | {"a": os.urandom(1000), "b": os.urandom(1000)})
    data = bytearray(path.read_bytes())
    places = [i for i in range(len(data)) if data[i : i + 4] == b"PK\x01\x02"]
    data[places[2] + 42 : places[2] + 46] = data[places[1] + 42 : places[1] + 46]
    path.write_bytes(bytes(data))
    with pytest.raises(BundleFaultError):
        open_bundle(path).read("b")


def test_a_zip_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    for content in (b"", b"PK\x05\x06", b"PK\x05\x06" + bytes(18), os.urandom(500), b"x" * 100_000):
        path.write_bytes(content)
        with pytest.raises(BundleFaultError):
            open_bundle(path)
