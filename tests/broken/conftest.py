"""Break the skeleton project as a case says. The words of the edits are explained in cases/README.md."""

from __future__ import annotations

import csv
import io
import shutil
import tomllib
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.support.external_project import write_external_project
from tests.support.modelled_project import write_modelled_project

HERE = Path(__file__).parent
CASES: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((HERE / "cases").glob("*.toml"))
}
type Edit = Mapping[str, Any]
type Breaker = Callable[..., Path]


def write_skeleton(folder: Path) -> Path:
    """Write the files that ``mollisol new`` writes."""
    folder.mkdir(parents=True)
    for item in files("mollisol").joinpath("skeleton").iterdir():
        (folder / item.name).write_bytes(item.read_bytes())
    return folder


def copy_farm(folder: Path) -> Path:
    """Copy the mixed farm, which declares all of its eligibility."""
    return Path(shutil.copytree(HERE.parents[1] / "examples" / "mixed-farm", folder))


BASES: dict[str, Callable[[Path], Path]] = {
    "skeleton": write_skeleton,
    "modelled": write_modelled_project,
    "elsewhere": write_external_project,
    "farm": copy_farm,
}
"""What a case starts from: the skeleton, one under measure and model, one whose model ran elsewhere, or the farm."""


def _table(path: Path, edit: Edit) -> None:
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    records = [dict(zip(header, row, strict=True)) for row in rows]
    if "new_column" in edit:
        header.append(edit["new_column"])
    if "without" in edit:
        kept = [record for record in records if not _matches(record, edit["without"])]
        assert len(kept) < len(records), f"no row of {path.name} matches {edit['without']}"
        records = kept
    elif "repeat" in edit:
        again = [record for record in records if _matches(record, edit["repeat"])]
        assert again, f"no row of {path.name} matches {edit['repeat']}"
        records += [
            {name: cell.replace(edit["find"], edit["put"]) for name, cell in row.items()} for row in again
        ]
    else:
        chosen = (
            [records[edit["row"] - 2]]
            if "row" in edit
            else [record for record in records if _matches(record, edit.get("where", {}))]
        )
        assert chosen, f"no row of {path.name} matches {edit}"
        for record in chosen:
            _change(record, edit)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    path.write_text(out.getvalue(), encoding="utf-8", newline="")


def _matches(record: Mapping[str, str], where: Mapping[str, str]) -> bool:
    return all(fnmatchcase(record[column], pattern) for column, pattern in where.items())


def _change(record: dict[str, str], edit: Edit) -> None:
    if "swap" in edit:
        one, other = edit["swap"]
        record[one], record[other] = record[other], record[one]
    column = edit.get("new_column", edit.get("column"))
    if "value" in edit:
        record[column] = edit["value"]
    if "times" in edit:
        record[column] = f"{float(record[column]) * edit['times']:.6g}"


def _bytes(path: Path, edit: Edit, outside: Path) -> None:
    if "text" in edit:
        path.parent.mkdir(exist_ok=True)
        path.write_text(edit["text"], encoding="utf-8", newline="")
    elif "add" in edit:
        path.write_text(path.read_text(encoding="utf-8") + edit["add"], encoding="utf-8", newline="")
    elif "find" in edit:
        text = path.read_text(encoding="utf-8")
        assert edit["find"] in text, f"{path.name} does not hold {edit['find']!r}"
        path.write_text(text.replace(edit["find"], edit["put"], 1), encoding="utf-8", newline="")
    elif "hex" in edit:
        path.write_bytes(bytes.fromhex(edit["hex"]))
    elif "size" in edit:
        with path.open("r+b") as file:
            file.truncate(edit["size"])
    elif "encoding" in edit:
        path.write_bytes(path.read_text(encoding="utf-8").encode(edit["encoding"]))
    elif "newline" in edit:
        path.write_bytes(path.read_bytes().replace(b"\n", edit["newline"].encode()))
    elif "delete" in edit:
        path.unlink()
    elif "link" in edit:
        outside.write_bytes(path.read_bytes())
        path.unlink()
        path.symlink_to(outside)
    elif "copy" in edit:
        path.write_bytes((HERE / "files" / edit["copy"]).read_bytes())
    elif "geopackage" in edit:
        _geopackage(path, HERE / "files" / edit["geopackage"], edit)
    else:
        raise AssertionError(f"an edit of {path.name} that says nothing to do: {edit}")


def _geopackage(path: Path, source: Path, edit: Edit) -> None:
    raw = pytest.importorskip("pyogrio.raw", reason="the extra geo is not installed")
    meta, _, geometry, fields = raw.read(source)
    names = [edit.get("field", "stratum")]
    for layer in edit.get("layers", ["strata"]):
        raw.write(
            path,
            geometry,
            fields,
            names,
            layer=layer,
            driver="GPKG",
            geometry_type=meta["geometry_type"],
            crs=edit.get("crs", "EPSG:4326"),
            append=path.exists(),
        )


def apply(folder: Path, edits: Iterable[Edit]) -> None:
    """Make the edits in order."""
    of_table = {"row", "where", "without", "swap", "new_column", "times", "repeat"}
    for edit in edits:
        path = folder / edit["file"]
        if of_table & set(edit):
            _table(path, edit)
        else:
            _bytes(path, edit, folder.parent / f"outside-{path.name}")


@pytest.fixture
def broken(tmp_path: Path) -> Breaker:
    """Give what makes a skeleton project with these edits; a further one lies beside it."""

    def make(edits: Iterable[Edit], base: str = "skeleton") -> Path:
        number = len(list(tmp_path.glob("project*")))
        folder = BASES[base](tmp_path / (f"project-{number}" if number else "project"))
        apply(folder, edits)
        return folder

    return make
