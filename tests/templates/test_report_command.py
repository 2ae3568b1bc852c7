"""Formats from a bundle alone: the same page, credits that add up, tables in full, text that no program runs."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import mollisol.templates
from mollisol.bundle.render import render_bundle
from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.methodology.findings import UserError
from mollisol.output import write_folder
from mollisol.templates.documents import extras
from mollisol.templates.documents.inert import begins_like_formula, inert
from tests.support.approvals import approve
from tests.support.declarations import declare

EXAMPLE = Path(__file__).parents[2] / "examples" / "woburn-ley"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "bundle"
    copied = Path(shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("approved") / "project"))
    project = declare(approve(copied))
    write_folder(folder, bundle_files(run_project(project)))
    return folder


@pytest.fixture(scope="module")
def files(bundle: Path) -> dict[str, bytes]:
    return render_bundle(bundle, ["html", "csv", "json"])


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_page_is_that_of_the_bundle(bundle: Path, files: dict[str, bytes]) -> None:
    assert files["report.html"] == (bundle / "report.html").read_bytes()


def test_credits_add_up_to_the_units_of_the_bundle(bundle: Path, files: dict[str, bytes]) -> None:
    results = json.loads((bundle / "results.json").read_text())
    issued = sum(p["units_to_issue_t"] for p in results["periods"] if p["issuance"] == "issued")
    rows = _rows(files["credits.csv"])
    assert issued > 0
    assert sum(int(row["units_t_co2e"]) for row in rows) == issued
    assert {row["label"] for row in rows} == {"reduction", "removal"}
    document = json.loads(files["credits.json"])
    assert document["units_t_co2e"] == issued
    assert [str(row["units_t_co2e"]) for row in document["credits"]] == [row["units_t_co2e"] for row in rows]
    total = sum(float(row["verified_t_co2e"]) for row in rows)
    assert total == pytest.approx(sum(p["verified_total_t_co2e"] for p in results["periods"]), rel=1e-12)


def test_every_table_of_the_page_comes_as_csv_with_numbers_in_full(
    bundle: Path, files: dict[str, bytes]
) -> None:
    page = files["report.html"].decode()
    on_page = page.partition('<section id="trace"')[0]
    tables = {name: content for name, content in files.items() if name.startswith("tables/")}
    # every table with a caption, and the chain from gross change to units, which is a list on the page
    assert len(tables) == on_page.count("<table>") + on_page.count('class="chain"')
    changes = next(content for name, content in tables.items() if "change-over-the-period" in name)
    first = json.loads((bundle / "results.json").read_text())["periods"][0]["strata"][0]
    row = next(csv.reader(changes.decode().splitlines()[1:]))
    assert repr(first["difference_t_co2e_per_ha"]) in row


def test_word_and_workbook_come_from_the_bundle_too(bundle: Path) -> None:
    pytest.importorskip("docxtpl")
    pytest.importorskip("xlsxwriter")
    files = render_bundle(bundle, ["docx", "xlsx"])
    assert sorted(files) == ["report.docx", "workbook.xlsx"]
    assert all(content.startswith(b"PK") for content in files.values())


@pytest.mark.slow
def test_pdf_comes_from_the_bundle_too(bundle: Path) -> None:
    pytest.importorskip("weasyprint")
    assert render_bundle(bundle, ["pdf"]) == render_bundle(bundle, ["pdf"])


def test_the_command_writes_beside_the_bundle_and_leaves_it_alone(bundle: Path) -> None:
    before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    done = CliRunner().invoke(app, ["report", str(bundle), "--format", "csv,json"])
    assert done.exit_code == 0, done.output
    assert (bundle.parent / "report" / "credits.csv").is_file()
    assert {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()} == before
    assert not list((bundle.parent / "report").rglob("*.partial"))


def test_what_the_command_refuses(bundle: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["report", str(bundle), "--format", "odt"]).exit_code == 2
    assert CliRunner().invoke(app, ["report", str(bundle), "--format", ","]).exit_code == 2
    for folder in (bundle, EXAMPLE):
        done = CliRunner().invoke(app, ["report", str(bundle), "--out", str(folder)])
        assert isinstance(done.exception, UserError)
    (tmp_path / "file").write_text("x")
    done = CliRunner().invoke(app, ["report", str(bundle), "--out", str(tmp_path / "file")])
    assert isinstance(done.exception, UserError)


@pytest.mark.parametrize(
    ("form", "module"), [("pdf", "weasyprint"), ("docx", "docxtpl"), ("xlsx", "xlsxwriter")]
)
def test_a_missing_extra_is_named(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, form: str, module: str
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(UserError, match=rf"needs {module}.*mollisol\[report\]"):
        render_bundle(bundle, [form])


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "%0A", "|x"]
)
def test_what_looks_like_a_formula_is_made_inert(text: str) -> None:
    assert inert(text) == "'" + text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers(value: float) -> None:
    assert float(inert(repr(value))) == value


@given(st.text())
def test_inert_text_begins_no_formula(text: str) -> None:
    assert not begins_like_formula(inert(text))


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_of_every_text_colour() -> None:
    """WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1, by its definition of relative luminance."""
    folder = Path(mollisol.templates.__path__[0])
    style = (folder / "monitoring_report" / "report.css").read_text()
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", style))
    texts = [colours[name] for name in ("ink", "soft", "accent", "warn", "bad")]
    grounds = ["#ffffff", colours["faint"], "#fdf6e6", "#fff6d8"]
    for text in texts:
        for ground in grounds:
            high, low = sorted((_luminance(text), _luminance(ground)), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)
