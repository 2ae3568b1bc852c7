"""The report in the order of a registry's template: every section in every format, there or marked missing."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from mollisol.bundle.render import render_bundle
from mollisol.bundle.write import files_to_write
from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.methodology.eligibility.clauses import clauses
from mollisol.output import write_folder

ROOT = Path(__file__).parents[2]
ASKED = {
    "cover": "Cover", "stakeholders": "Stakeholders", "safeguards": "Safeguards", "ownership": "Ownership",
    "location": "Summary and location", "crediting period": "Start and crediting period",
    "other programmes": "Other programmes and double counting", "assessed": "Applicability and additionality",
    "boxes": "Parameters at validation and monitored", "plan": "Monitoring plan", "losses": "Losses and reversals",
    "ex ante": "Estimated beforehand against achieved",
}  # fmt: skip
"""What the templates of a registry ask for, by the issue that asked for this form, and where it stands."""
STATED = {
    "report-version": "3.1 of the made-up report",
    "ownership": "a lease that names the carbon",
    "stakeholders": "eleven neighbours",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of the farm with three statements of the report."""
    folder = tmp_path_factory.mktemp("registry")
    inputs = {
        str(path.relative_to(ROOT / "examples" / "mixed-farm")): path.read_bytes()
        for path in sorted((ROOT / "examples" / "mixed-farm").rglob("*"))
        if path.is_file()
    }
    stated = io.StringIO()
    csv.writer(stated, lineterminator="\n").writerows([id, "", answer, ""] for id, answer in STATED.items())
    inputs["declarations.csv"] += stated.getvalue().encode()
    write_folder(folder / "bundle", files_to_write(run_project(inputs, route="analytic")))
    return render_bundle(folder / "bundle", ("html", "docx", "csv", "kml", "project"), registry=True)


def words_of(word: bytes) -> str:
    """Return the words of a Word file, paragraph by paragraph."""
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        body = package.read("word/document.xml").decode()
    return re.sub("<[^>]+>", "", body.replace("</w:p>", "\n")).replace("&amp;", "&").replace("&#39;", "'")


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the product, read by itself."""
    with (ROOT / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_section_stands_in_every_format(rendered: dict[str, bytes]) -> None:
    page, word = rendered["report.html"].decode(), words_of(rendered["report.docx"])
    document = json.loads(rendered["project-document.json"])
    sections = {row["number"]: row["heading"] for row in rows("templates/monitoring_report/registry.csv")}
    assert {one["number"]: one["heading"] for one in document["sections"]} == sections
    for heading in (*sections.values(), *ASKED.values()):
        assert heading in page
        assert heading in word


def test_what_is_declared_is_shown_and_the_rest_is_missing(rendered: dict[str, bytes]) -> None:
    page, word = rendered["report.html"].decode(), words_of(rendered["report.docx"])
    document = json.loads(rendered["project-document.json"])
    missing = {asks for asked in document["missing"].values() for asks in asked}
    wanted = {clause.id: clause.asks for clause in clauses()}
    for section in rows("templates/monitoring_report/registry.csv"):
        for id in section["statements"].split():
            assert wanted[id] in word
    for id, answer in STATED.items():
        assert answer in page
        assert answer in word
        assert wanted[id] not in missing
    assert wanted["grievances"] in missing
    assert "years of crediting" in missing
    assert page.count("<strong>missing</strong>") >= len(missing)


def test_every_parameter_has_its_box(rendered: dict[str, bytes]) -> None:
    word = words_of(rendered["report.docx"])
    document = json.loads(rendered["project-document.json"])
    boxes = {box["id"]: box for section in document["sections"] for box in section["boxes"]}
    assert list(boxes) == [*(f"V{n}" for n in range(1, 13)), *(f"M{n}" for n in range(1, 67))]
    for box in boxes.values():
        assert f"{box['id']} {box['symbol']}" in word
        assert all(box[name] for name in ("source", "frequency", "quality", "equipment", "value"))
    assert boxes["V4"]["value"].startswith("28")  # GWP of methane, AR5
    assert (
        boxes["V8"]["value"] == "3\N{NO-BREAK SPACE}values, 18.00"
    )  # fertilizers.csv by hand: 18 t in each of three years
    assert boxes["M7"]["value"] == "measured in another way"


def test_tables_of_the_form_are_files_too(rendered: dict[str, bytes]) -> None:
    assert any("parameters-of-the-methodology" in name for name in rendered)


def test_outlines_are_those_of_the_project(rendered: dict[str, bytes]) -> None:
    space = {"k": "http://www.opengis.net/kml/2.2"}
    marks = ElementTree.fromstring(rendered["outlines.kml"]).findall(".//k:Placemark", space)  # noqa: S314
    features = json.loads((ROOT / "examples" / "mixed-farm" / "units.geojson").read_text())["features"]
    drawn = {one["properties"]["stratum"]: one["geometry"]["coordinates"][0] for one in features}
    assert {mark.findtext("k:name", None, space) for mark in marks} == set(drawn)
    for mark in marks:
        text = mark.findtext(".//k:coordinates", "", space)
        found = {tuple(map(float, pair.split(","))) for pair in text.split()}
        assert found == {tuple(pair) for pair in drawn[str(mark.findtext("k:name", None, space))]}


def test_hole_is_no_land() -> None:
    from mollisol.templates.documents.kml import write_kml

    outer, hole = (
        ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)),
        ((1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0)),
    )
    text = write_kml("a", {"s": [outer, hole]}).decode()
    assert (
        text.count("<Polygon>")
        == text.count("outerBoundaryIs>") / 2
        == text.count("innerBoundaryIs>") / 2
        == 1
    )


def test_template_of_the_user_keeps_working(tmp_path: Path) -> None:
    write_folder(
        tmp_path / "bundle", files_to_write(run_project(ROOT / "examples" / "woburn-ley", route="analytic"))
    )
    template = tmp_path / "own.docx"
    template.write_bytes((ROOT / "templates" / "documents" / "report.docx").read_bytes())
    found = CliRunner().invoke(
        app,
        ["report", str(tmp_path / "bundle"), "--registry", "--format", "docx", "--template", str(template)],
    )
    assert found.exit_code == 0, found.output
    assert "missing" in words_of((tmp_path / "report" / "report.docx").read_bytes())
