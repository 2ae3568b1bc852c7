"""The workbook of a new project: what it asks for, and that tables come back from it as they went in."""

from __future__ import annotations

import json
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from typer.testing import CliRunner

from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import assess_project, run_project
from mollisol.importing.kinds.tables import FIRST, SHEETS
from mollisol.importing.perform import imported, write_import
from mollisol.importing.template import project_files, workbook_of
from mollisol.methodology.findings import Finding
from mollisol.output import write_folder
from mollisol.reading.guide import guide_of
from mollisol.reading.project import TABLES

EXAMPLES = Path(__file__).parents[3] / "examples"
PROJECTS = sorted(path.parent.name for path in EXAMPLES.glob("*/project.toml"))
ROWS = {table.file: table.row_type for table in TABLES}


def as_workbook(project: Path, folder: Path) -> Path:
    """Write a project whose tables stand in a workbook, and the mapping that reads it."""
    shutil.copytree(project, folder)
    tables = {file: (folder / file).read_bytes() for file in SHEETS.values() if (folder / file).is_file()}
    for file in tables:
        (folder / file).unlink()
    (folder / "raw").mkdir(exist_ok=True)
    (folder / "imports").mkdir(exist_ok=True)
    (folder / "raw" / "tables.xlsx").write_bytes(workbook_of(tables))
    (folder / "imports" / "tables.toml").write_bytes(project_files(workbook=True)["imports/tables.toml"])
    return folder


def import_all(folder: Path) -> None:
    made = imported(folder)
    assert not made.is_open, [*made.questions, *made.findings]
    write_import(folder, made)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROJECTS)
def test_every_example_comes_back_from_its_workbook(name: str, tmp_path: Path) -> None:
    """Table to workbook to table: the same bytes of results."""
    folder = as_workbook(EXAMPLES / name, tmp_path / name)
    import_all(folder)
    before, after = (bundle_files(run_project(place))["results.json"] for place in (EXAMPLES / name, folder))
    assert before == after


def test_a_new_project_as_a_workbook_says_what_a_new_project_says(tmp_path: Path) -> None:
    plain, filled = tmp_path / "plain", tmp_path / "filled"
    run = CliRunner().invoke
    assert run(app, ["new", str(plain)]).exit_code == 0
    assert "import run" in run(app, ["new", str(filled), "--xlsx"]).stdout
    assert run(app, ["import", "run", "--project", str(filled)]).exit_code == 0
    told = [
        {(item.code, str(item.where), item.found) for item in assess_project(folder).findings}
        for folder in (plain, filled)
    ]
    assert told[0] == told[1]
    assert not assess_project(filled).blocked


def book(content: bytes | None = None) -> Any:
    return openpyxl.load_workbook(BytesIO(content or workbook_of({})))


def test_each_sheet_explains_its_columns_and_has_an_example() -> None:
    made = book()
    assert set(made.sheetnames) == {*SHEETS, "Read me", "words"}
    for title, file in SHEETS.items():
        guide = guide_of(file, ROWS[file])
        lines = list(made[title].iter_rows(min_row=1, max_row=FIRST - 1, min_col=2, values_only=True))
        assert list(lines[0]) == [row.column for row in guide]
        for told, unit, allowed, needed, example in zip(guide, *lines[1:], strict=True):
            assert (unit or "", needed or "") == (told.unit, "needed" if told.needed else "")
            assert (allowed or "", example or "") == (told.allowed[:500], told.example)


def test_what_may_be_typed_is_a_list_a_name_a_range_or_a_day() -> None:
    made = book()

    def of(title: str, column: str) -> Any:
        sheet = made[title]
        letter = next(cell.column_letter for cell in sheet[1] if cell.value == column)
        return next(
            one
            for one in sheet.data_validations.dataValidation
            if str(one.sqref).startswith(f"{letter}{FIRST}:")
        )

    approach = of("quantification_units", "approach")
    assert (approach.type, approach.formula1) == ("list", '"measure_and_remeasure,measure_and_model"')
    assert of("sample_points", "stratum").formula1.startswith(f"'strata'!$B${FIRST}:")
    content = of("core_increments", "soc_g_per_kg")
    assert (content.type, float(content.formula1), float(content.formula2)) == ("decimal", 0, 580)
    assert of("core_increments", "sampled_on").type == "date"
    assert of("schedule_of_activities", "year").type == "whole"
    assert made["words"].sheet_state == "hidden"
    assert of("burning", "residue").formula1.lstrip("=") == f"'words'!$A$1:$A${made['words'].max_row}"


def test_the_workbook_is_the_same_each_time() -> None:
    assert workbook_of({}) == workbook_of({})


def test_cells_as_people_type_them(tmp_path: Path) -> None:
    """Numbers for names, days as days, true as yes; a number with more digits than a workbook has stays."""
    long = "12.345678901234567"
    tables = {"strata.csv": f"stratum,quantification_unit,area_ha\na,u,{long}\n".encode()}
    made = book(workbook_of(tables))
    points = made["sample_points"]
    for column, value in zip("BEFG", ("north", "a", 3, date(2021, 10, 1)), strict=True):
        made["fields"][f"{column}{FIRST}"] = value
    points[f"B{FIRST}"], points[f"C{FIRST}"], points[f"E{FIRST}"] = 7, "a", 12.0
    folder = tmp_path / "project"
    write_folder(folder, project_files(workbook=True))
    made.save(folder / "raw" / "tables.xlsx")
    tables = dict(imported(folder).tables)
    assert tables["strata.csv"].decode().splitlines()[1] == f"a,u,{long}"
    assert tables["sample_points.csv"].decode().splitlines() == [
        "point,stratum,control_site,sampling_unit",
        "7,a,,12",
    ]
    assert "2021-10-01" in tables["fields.csv"].decode()


def _formula(content: bytes) -> bytes:
    made = book(content)
    made["strata"][f"D{FIRST}"] = "=1+1"
    target = BytesIO()
    made.save(target)
    return target.getvalue()


def _column(content: bytes) -> bytes:
    made = book(content)
    made["strata"]["H1"], made["strata"][f"H{FIRST}"] = "soil", "loess"
    target = BytesIO()
    made.save(target)
    return target.getvalue()


def _bomb(content: bytes) -> bytes:
    target = BytesIO(content)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet99.xml", b"0" * 100_000_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_formula, "formulas without a stored value"),
        (_column, "soil"),
        (_bomb, "raw/tables.xlsx"),
        (lambda content: content[:2000], "raw/tables.xlsx"),
        (lambda content: b"not a workbook", "raw/tables.xlsx"),
    ],
)
def test_a_workbook_that_is_hostile_or_wrong_is_refused_in_words(
    change: Callable[[bytes], bytes], words: str, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    write_folder(folder, project_files(workbook=True))
    path = folder / "raw" / "tables.xlsx"
    path.write_bytes(change(path.read_bytes()))
    made = imported(folder)
    assert made.is_open
    assert not made.tables
    assert words in " ".join(f"{item.where} {item.found}" for item in made.findings)


def test_a_sheet_that_is_no_table_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_folder(folder, project_files(workbook=True))
    made = book((folder / "raw" / "tables.xlsx").read_bytes())
    made.create_sheet("my notes")["A1"] = "call the laboratory"
    made.save(folder / "raw" / "tables.xlsx")
    import_all(folder)
    found: list[Finding] = [
        item for item in assess_project(folder).findings if item.code == "import-left-out"
    ]
    assert [item.found for item in found] == ["a sheet that is no table: my notes!"]


def test_editors_find_the_schema_of_the_head(tmp_path: Path) -> None:
    made = project_files(workbook=False)
    first, rest = made["project.toml"].split(b"\n", 1)
    assert first == b"#:schema ./schemas/project.json"
    assert rest == files("mollisol").joinpath("skeleton", "project.toml").read_bytes()
    schema = json.loads(made["schemas/project.json"])
    assert schema["properties"]["project"]["properties"]["design"] == {"$ref": "#/$defs/SamplingDesign"}
    assert schema["properties"]["project"]["additionalProperties"] is False


def test_each_schema_knows_the_keys_of_its_file() -> None:
    """The keys of mappings that are under test elsewhere, and of the head of the skeleton."""
    made = project_files(workbook=True)
    assert made["imports/tables.toml"].startswith(b"#:schema ../schemas/mapping.json\n")
    mapping = json.loads(made["schemas/mapping.json"])["properties"]
    found = 0
    for path in sorted((Path(__file__).parent / "sets").rglob("imports/*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        assert data["kind"] in mapping["kind"]["enum"]
        assert set(data) <= set(mapping)
        assert set(data.get("read", {})) <= set(mapping["read"]["properties"])
        found += 1
    assert found > 10
    head = json.loads(made["schemas/project.json"])["properties"]
    written = tomllib.loads(made["project.toml"].decode())
    assert set(written) <= set(head)
    assert set(written["project"]) <= set(head["project"]["properties"])
    assert {name for name in made if name.startswith("schemas/")} == {
        f"schemas/{name}.json" for name in ("project", "eligibility", "ledger", "plan", "mapping")
    }
