"""The data package of a bundle: each cell is what the package says of its column."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.output import write_folder

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the package of the farm, which has most of the tables."""
    folder = tmp_path_factory.mktemp("package")
    run = run_project(EXAMPLES / "mixed-farm", route="analytic")
    write_folder(folder / "bundle", bundle_files(run))
    arguments = ["report", str(folder / "bundle"), "--format", "datapackage", "--out", str(folder / "out")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return folder / "out"


def value(text: str, field: dict[str, Any]) -> Any:
    """Cast a cell by the rules of Table Schema."""
    match field["type"]:
        case "number":
            return float(text)
        case "integer" | "year":
            return int(text)
        case "date":
            return date.fromisoformat(text)
        case "boolean":
            return {**dict.fromkeys(field["trueValues"], True), **dict.fromkeys(field["falseValues"], False)}[
                text
            ]
    assert field["type"] == "string"
    return text


def test_every_cell_is_what_the_package_says(package: Path) -> None:
    described = json.loads((package / "datapackage.json").read_text("utf-8"))
    named = [resource["name"] for resource in described["resources"]]
    assert len(set(named)) == len(named) > 12
    assert all(re.fullmatch(r"[a-z0-9.-]+", name) for name in named)
    cells = 0
    for resource in described["resources"]:
        content = (package / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == header
        for row in rows:
            for text, field in zip(row, fields, strict=True):
                limits = field.get("constraints", {})
                if not text:
                    assert not limits.get("required")
                    continue
                found, cells = value(text, field), cells + 1
                assert found in limits.get("enum", [found])
                assert limits.get("minimum", found) <= found <= limits.get("maximum", found)
    assert cells > 1000


def test_the_tables_are_those_of_the_project_byte_for_byte(package: Path) -> None:
    for file in ("strata.csv", "core_increments.csv", "evidence/register.csv"):
        source = EXAMPLES / "mixed-farm" / file
        if source.is_file():
            assert (package / "data" / file).read_bytes() == source.read_bytes()


def test_columns_have_their_units(package: Path) -> None:
    described = json.loads((package / "datapackage.json").read_text("utf-8"))
    (cores,) = [one for one in described["resources"] if one["name"] == "core-increments"]
    units = {field["name"]: field.get("unit") for field in cores["schema"]["fields"]}
    assert (units["soc_g_per_kg"], units["upper_cm"], units["point"]) == ("g/kg", "cm", None)
