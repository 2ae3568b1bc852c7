"""A bundle from somebody else: each trick is refused in words, under a reason code, before it can do anything."""

from __future__ import annotations

import gzip
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mollisol.audit.explain import Explainer
from mollisol.bundle import table as values_table
from mollisol.bundle.read import Bundle, open_bundle
from mollisol.bundle.values import VALUES
from mollisol.reading import archive as bundle_files
from mollisol.reading.archive import BundleFaultError
from tests.support.bundles import change_trace

ROOT = Path(__file__).resolve().parents[2]


def every_part(path: Path) -> Bundle:
    """Open a bundle and read all of it, as verify, explain and report do."""
    bundle = open_bundle(path)
    assert bundle.results
    assert bundle.head
    assert isinstance(bundle.findings, tuple)
    assert bundle.trace
    assert all(item["name"] for item in bundle.quantities.values())
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
        change_trace(bundle, change)

    return spoil


def with_structure(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoil(bundle: Path) -> None:
        data = json.loads((bundle / "trace.json").read_text(encoding="utf-8"))
        change(data)
        write(bundle / "trace.json", json.dumps(data))

    return spoil


def cut(name: str, size: int) -> Callable[[Path], None]:
    return lambda bundle: write_bytes(bundle / name, (bundle / name).read_bytes()[:size])


def write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def packed(bundle: Path, name: str, content: bytes) -> None:
    (bundle / name).unlink()
    (bundle / f"{name}.gz").write_bytes(content)


def table(words: str) -> Callable[[Path], None]:
    """Put another table in the place of the values, made of them by a query."""

    def spoil(bundle: Path) -> None:
        kept = bundle.with_name("kept.parquet")
        (bundle / VALUES).rename(kept)
        with duckdb.connect() as database:
            database.execute(f"CREATE VIEW own AS SELECT * FROM '{kept}'")  # noqa: S608
            database.execute(f"COPY ({words}) TO '{bundle / VALUES}' (FORMAT parquet, COMPRESSION zstd)")

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
    "kinds that are numbers": ("bundle-other-form", with_structure(lambda data: data.update(kinds=[1, 2]))),
    "a name that is a list": (
        "bundle-other-form",
        with_structure(lambda data: data["kinds"][0].update(name=["x"])),
    ),
    "fewer kinds than there are": ("bundle-trace-broken", with_structure(lambda data: data.update(kinds=[]))),
    "a value of a form that none has": (
        "bundle-trace-broken",
        with_structure(lambda data: [kind.update(value="pickled") for kind in data["kinds"]]),
    ),
    "values cut short": ("bundle-unreadable", cut(VALUES, 5_000)),
    "values that are text": ("bundle-unreadable", lambda b: write(b / VALUES, "name,value\n")),
    "no values": ("bundle-file-missing", replaced(VALUES, lambda path: None)),
    "another table": ("bundle-other-form", table("SELECT 1 AS part, 'x' AS text")),
    "values with a column more": ("bundle-other-form", table("SELECT *, 1 AS more FROM own")),
    "numbers that stand nowhere": ("bundle-trace-broken", table("SELECT * FROM own WHERE part <> 2")),
    "entries in another order": (
        "bundle-trace-broken",
        table("SELECT * REPLACE (CAST(9999 - spot AS INTEGER) AS spot) FROM own"),
    ),
    "a text of 20 MB": (
        "bundle-unreadable",
        table(
            "SELECT * REPLACE (CASE WHEN part = 0 THEN repeat('x', 20_000_000) ELSE given END AS given) FROM own"
        ),
    ),
    "arguments that are a list": (
        "bundle-trace-broken",
        table("SELECT * REPLACE (CASE WHEN part = 0 THEN '[1]' ELSE given END AS given) FROM own"),
    ),
    "an input that leads to nothing known": (
        "bundle-trace-broken",
        with_trace(lambda trace: [q.update(inputs={"x": 1}, equation="") for q in trace["quantities"]]),
    ),
    "a packed file that unpacks to far more": (
        "bundle-archive-bomb",
        lambda b: packed(b, "findings.json", gzip.compress(b"[" + b" " * 3_000_000 + b"]")),
    ),
    "a packed file that says it is small": (
        "bundle-unreadable",
        lambda b: packed(b, "findings.json", gzip.compress(b"[]" * 9)[:-4] + b"\x02\0\0\0"),
    ),
    "a packed file that is cut": (
        "bundle-unreadable",
        lambda b: packed(b, "findings.json", gzip.compress(b"[]")[:-8] + b"\x02\0\0\0"),
    ),
    "a packed file behind another": (
        "bundle-unreadable",
        lambda b: packed(b, "findings.json", gzip.compress(b"[]") + gzip.compress(b"[]")),
    ),
    "a file that is there packed, too": (
        "bundle-bad-name",
        lambda b: write_bytes(b / "findings.json.gz", gzip.compress(b"[]")),
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


def test_a_bundle_is_the_same_with_its_files_packed(bundle: Path) -> None:
    plain = {name: open_bundle(bundle).read(name) for name in open_bundle(bundle).names}
    for name in ("findings.json", "inputs/core_increments.csv"):
        packed(bundle, name, gzip.compress(plain[name]))
    again = every_part(bundle)
    assert {name: again.read(name) for name in again.names} == plain


def test_more_rows_than_any_run_writes(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of few bytes can hold a billion rows that are all the same: the rows are counted first."""
    monkeypatch.setattr(values_table, "MOST_ROWS", 1_000)
    table("SELECT own.* FROM (SELECT * FROM own LIMIT 1) own, range(2_000_000)")(bundle)
    assert (bundle / VALUES).stat().st_size < 100_000
    with pytest.raises(BundleFaultError, match="bundle-too-large"):
        every_part(bundle)


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
