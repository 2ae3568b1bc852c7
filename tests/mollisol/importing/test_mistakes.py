"""Mistakes that stand in a raw file, each planted in a set that is right: they are told by name once it is imported.

The kinds are those of the cases from the field: a format or reference system, a unit or analyte, what a hint has to
say, and results that are duplicates or copies. ``innerste`` without them tells none of it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from mollisol.engine import assess_project
from mollisol.importing.perform import imported, write_import
from mollisol.methodology.findings import Severity

SET = Path(__file__).parent / "sets" / "innerste"
REPORT = "raw/Prüfbericht_EB-26-71120.csv"
POINT, DAY, TOP, BOTTOM, TOTAL, ORGANIC, DENSITY, STONES = 1, 2, 3, 4, 5, 7, 8, 9
"""Columns of the report of 2026: results of one increment a line, with decimal commas."""


@dataclass(frozen=True)
class Told:
    """What an import and a check said: questions, and findings by code."""

    questions: tuple[str, ...]
    findings: tuple[tuple[str, Severity, str], ...]

    def about(self, code: str) -> str:
        """Return the text of the findings of a code."""
        return " ".join(text for own, _, text in self.findings if own == code)


def told(folder: Path) -> Told:
    """Import a project, and check it where nothing was asked."""
    result = imported(folder)
    asked = tuple(json.dumps(question.as_data(), ensure_ascii=False) for question in result.questions)
    found = list(result.findings)
    if not result.is_open:
        write_import(folder, result)
        found = list(assess_project(folder).findings)
    texts = [(one.code, one.severity, f"{one.where} {one.found} {one.allowed} {one.do}") for one in found]
    return Told(asked, tuple(texts))


def number(cell: str) -> float | None:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None


def comma(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def lines(folder: Path, change: Callable[[list[str]], Iterator[list[str]]]) -> None:
    """Write the results of the report of 2026 anew, line by line."""
    path = folder / REPORT
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("latin-1")), delimiter=";"))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    for row in rows:
        is_result = len(row) == 11 and row[0].isdigit()
        writer.writerows(change(row) if is_result else [row])
    path.write_bytes(out.getvalue().encode("latin-1"))


def cells(folder: Path, pattern: str, columns: dict[int, Callable[[float], float]], digits: int = 2) -> None:
    """Change numbers of the points whose name fits a pattern."""

    def changed(row: list[str]) -> Iterator[list[str]]:
        if re.match(pattern, row[POINT]):
            for column, change in columns.items():
                value = number(row[column])
                if value is not None:
                    row[column] = comma(change(value), digits)
        yield row

    lines(folder, changed)


def text(folder: Path, file: str, *changes: tuple[str, str], encoding: str = "utf-8") -> None:
    """Change a text file by patterns, each of which has to fit."""
    path = folder / file
    content = path.read_bytes().decode(encoding)
    for pattern, new in changes:
        content, count = re.subn(pattern, new, content, flags=re.MULTILINE)
        assert count, pattern
    path.write_bytes(content.encode(encoding))


def campaign_2021() -> dict[tuple[str, str], tuple[float, float]]:
    """Return carbon in % and density of fine soil in kg/dm3 by point and top, as the first report gave them."""
    with (SET / "expected" / "core_increments.csv").open(newline="", encoding="utf-8") as stream:
        return {
            (row["point"], row["upper_cm"]): (
                float(row["soc_g_per_kg"]) / 10,
                float(row["fine_soil_density_g_per_cm3"]),
            )
            for row in csv.DictReader(stream)
            if row["campaign"] == "2021"
        }


def named(text: str) -> str:
    """Return the name of a point as the project has it; empty where the text is none."""
    found = re.match(r"(\w\d)-?(\d\d)?[ /-]+(\d+)", text.strip().upper().replace("O", "0"))
    return (
        "-".join(f"{int(part):02}" if part.isdigit() else part for part in found.groups() if part)
        if found
        else ""
    )


def of_2021(pattern: str, change: float = 0.0) -> Callable[[list[str]], Iterator[list[str]]]:
    """Return what gives points the carbon of the first campaign, and its density as that of soil without stones."""
    known = campaign_2021()

    def taken(row: list[str]) -> Iterator[list[str]]:
        if re.match(pattern, name := named(row[POINT])):
            carbon, density = known[name, row[TOP]]
            row[ORGANIC], row[DENSITY], row[STONES] = comma(carbon + change, 4), comma(density, 5), "n.n."
        yield row

    return taken


def above(folder: Path, file: str, line: bytes = b"Report 2026-11-01;Lab X\n") -> None:
    path = folder / file
    path.write_bytes(line + path.read_bytes().removeprefix(b"\xef\xbb\xbf"))


def outlines(folder: Path, member: dict[str, object], name: str = "BODENART") -> None:
    """Put a GeoJSON of single fields, with a member ``crs``, in place of the shapefile."""
    words = {"loess": "Löss", "clay": "Ton", "sand": "Sand", "slope": "Hang"}
    known = json.loads((SET / "expected" / "units.geojson").read_text(encoding="utf-8"))
    parts = [
        (f"{one['properties']['stratum']} {number}", words[one["properties"]["stratum"]], part)
        for one in known["features"]
        for number, part in enumerate(one["geometry"]["coordinates"])
    ]
    features = [
        {
            "type": "Feature",
            "properties": {"SCHLAG": field, name: word},
            "geometry": {"type": "Polygon", "coordinates": part},
        }
        for field, word, part in parts
    ]
    document = {"type": "FeatureCollection", **member, "features": features}
    (folder / "raw" / "fields.geojson").write_text(json.dumps(document), encoding="utf-8")
    text(folder, "imports/fields.toml", ("file = .*", 'file = "fields.geojson"'), ("^declared_area.*$", ""))
    text(folder, "imports/schedule.toml", ('field = "Schlag"', 'unit = { value = "innerste" }'))


def workbook(folder: Path, file: str, sheet: str, change: Callable[[Any], None]) -> None:
    path = folder / "raw" / file
    book: Any = openpyxl.load_workbook(path)
    change(book[sheet])
    book.save(path)


def per_hectare(sheet: Any) -> None:
    """Write what was bought from October 2021 on as if it were of one hectare of sixty."""
    for row in sheet.iter_rows(min_row=4):
        day, amount = row[0].value, row[3].value
        if isinstance(day, datetime) and day >= datetime(2021, 10, 1) and isinstance(amount, float | int):
            row[3].value = round(amount / 60, 4)


TWICE = ("F1-01-01", "F1-02-01", "F2-03-01", "F2-01-02")


def again(folder: Path) -> None:
    """Hand in four points a second time under new names, in the handheld and in both reports."""
    path = folder / "raw" / "handheld_2021.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    new = [row.split(";") for row in rows[1:] if named(row.split(";")[0]) in TWICE]
    rows += [";".join([f"{named(row[0])[:5]}/9{named(row[0])[-1]}", *row[1:]]) for row in new]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")

    def twice(row: list[str]) -> Iterator[list[str]]:
        yield row
        if (name := named(row[POINT])) in TWICE:
            late.append([f"9{row[0][1:]}", f"{name[:6]}9{name[-1]}", *row[2:]])

    late: list[list[str]] = []
    lines(folder, twice)
    path = folder / REPORT
    content = path.read_text(encoding="latin-1").splitlines()
    content[209:209] = [";".join(row) for row in late]
    path.write_text("\n".join(content) + "\n", encoding="latin-1")

    def in_2021(sheet: Any) -> None:
        found = [list(row) for row in sheet.iter_rows(min_row=9, values_only=True) if row[1]]
        for row in found:
            depths = re.search(r"(\d+)\s*[-–]\s*(\d+)", str(row[1])[7:])
            if depths and (name := named(str(row[1])[:9])) in TWICE:
                row[0], row[1] = f"9{row[0]}", f"{name[:6]}9{name[-1]} / {depths[1]}-{depths[2]} cm"
                sheet.append(row)

    workbook(folder, "AN-21-3307_Ergebnisse.xlsx", "Results", in_2021)


type Edit = Callable[[Path], None]
LAB = "imports/lab-2026.toml"
ASKED: dict[str, tuple[Edit, str]] = {
    # a007
    "density of whole soil or fine soil is not said": (
        lambda folder: text(folder, LAB, (', basis = "whole soil"', "")),
        "basis-of-density.*fine soil per total volume",
    ),
    "stones beside a density of whole soil are not read": (
        lambda folder: text(folder, LAB, ("^stones.*$", "")), "needs the coarse fragments",
    ),
    # a027
    "a day with a time zone": (
        lambda folder: text(
            folder, REPORT, (r";10\.09\.2026;15", ";2026-09-10T00:00:00+02:00;15"), encoding="latin-1"
        ),
        "Entnahme.*time-zone.*line 7",
    ),
    # a070
    "a litter layer whose depths count upward": (
        lambda folder: text(
            folder, REPORT, (r"^26711000;.*$", "26711000;F1-01-01;10.09.2026;5;0;39,0;<0,1;38,0;0,2;n.n.;"),
            encoding="latin-1",
        ),
        "a litter layer above the mineral soil",
    ),
    # a023
    "two parts of a horizon at one depth": (
        lambda folder: text(
            folder, REPORT, ("^26711203;.*$", r"\g<0>\n26711204;K4-05;19.09.2026;30;50;0,61;<0,1;0,55;1,4;9,0;"),
            encoding="latin-1",
        ),
        "26711203 stands in line 212 and line 213: 2.5 and 5.5 g/kg",
    ),
    # a082
    "mass of nitrogen or of a product": (
        lambda folder: text(folder, "imports/fertilizer.toml", (', is = "product"', "")),
        "mass of product or of nutrient",
    ),
}  # fmt: skip
"""By mistake: how it is planted, and what the question about it says."""


@pytest.mark.parametrize("mistake", ASKED)
def test_it_is_asked(mistake: str, tmp_path: Path) -> None:
    plant, words = ASKED[mistake]
    said = told(planted(tmp_path, plant))
    assert [one for one in said.questions if re.search(words, one)], said
    assert len(said.questions) == 1, "and nothing else is"


REFUSED: dict[str, tuple[Edit, str, str]] = {
    # a077
    "a line above the header": (
        lambda folder: above(folder, REPORT), "import-file", "row 6 has Labornummer, Probenbezeichnung",
    ),
    "a line above the names, of as many cells": (
        lambda folder: above(folder, "raw/handheld_2021.csv", b"Report;2026;Lab X;of;points\n"),
        "import-file", "line 2 has that name: state read.header",
    ),
    # a084
    "outlines without the stratum": (
        lambda folder: outlines(folder, {}, "name"),
        "import-file", "no column 'BODENART' for stratum.*SCHLAG, name, geometry",
    ),
    # a082
    "nitrogen as such": (
        lambda folder: text(folder, "imports/fertilizer.toml", (r"nitrogen = 0\.46", "nitrogen = 1.0")),
        "value-out-of-range", "mass of nitrogen itself",
    ),
    # a070
    "litter above the surface": (
        lambda folder: text(
            folder, REPORT, ("^26711203;.*$", r"\g<0>\n26711204;K4-05;19.09.2026;-5;0;39;<0,1;38;0,2;n.n.;"),
            encoding="latin-1",
        ),
        "value-out-of-range", "line 213.*O horizon",
    ),
}  # fmt: skip
"""By mistake: how it is planted, and code and words of what the import refuses."""


@pytest.mark.parametrize("mistake", REFUSED)
def test_it_is_refused(mistake: str, tmp_path: Path) -> None:
    plant, code, words = REFUSED[mistake]
    said = told(planted(tmp_path, plant))
    assert re.search(words, said.about(code)), said


def grams(folder: Path) -> None:
    for name in ("lab-2021", "lab-2026"):
        text(folder, f"imports/{name}.toml", ('(carbon = .*?)unit = "%"', r'\1unit = "g/kg"'))


def no_acid(folder: Path) -> None:
    cells(folder, "F", {ORGANIC: lambda value: value * 1.173})
    said = "total carbon; no acid pre-treatment; soil pH 7.9, effervesces"
    text(folder, "project.toml", ('^laboratory = "made-up laboratory B"', rf'\g<0>\ndescription = "{said}"'))


FOUND: dict[str, tuple[Edit, str, Severity, str]] = {
    # a002
    "carbonate counted in every core of a campaign": (
        lambda folder: cells(folder, ".", {ORGANIC: lambda value: value + 0.3}),
        "change-implausible", Severity.REFUSAL, "2021 and 2026",
    ),
    "total carbon read as organic": (
        lambda folder: text(folder, LAB, (r"TOC\*", "TC*")),
        "import-heading-differs", Severity.WARNING, "the heading says total, the mapping organic",
    ),
    # a013
    "per cent as grams": (grams, "unit-suspect", Severity.BLOCKING, "per cent"),
    "per cent in the heading, grams in the mapping": (
        grams, "import-heading-differs", Severity.WARNING, "the heading says %, the mapping g/kg",
    ),
    # a025
    "organic matter on one farm": (
        lambda folder: cells(folder, "F2", {ORGANIC: lambda value: value * 1.724}, 3),
        "group-moved-by-factor", Severity.REFUSAL, "farm F2.*organic matter",
    ),
    # a049
    "amounts by the hectare": (
        lambda folder: workbook(folder, "Düngerrechnungen.xlsx", "Einkauf", per_hectare),
        "amounts-apart", Severity.WARNING, "KAS.*may be per hectare",
    ),
    # a071
    "total carbon where carbonates are": (
        no_acid, "inorganic-carbon-unknown", Severity.REFUSAL, "'total carbon', 'no acid'",
    ),
    # a075
    "moist mass as dry, in the project alone": (
        lambda folder: cells(folder, "F", {DENSITY: lambda value: value * 1.2}),
        "density-shift-by-side", Severity.REFUSAL, "field-moist mass",
    ),
    # a023
    "an increment within another": (
        lambda folder: text(
            folder, REPORT, ("^26711203;.*$", r"\g<0>\n26711204;K4-05;19.09.2026;35;50;0,61;<0,1;0,55;1,4;9,0;"),
            encoding="latin-1",
        ),
        "increments-overlap", Severity.BLOCKING, "35 to 50 cm",
    ),
    # a026
    "controls that were not sampled again": (
        lambda folder: lines(folder, of_2021("K")), "results-carried-over", Severity.WARNING, "20 of 20 points",
    ),
    # a053
    "one point with the results of the last campaign": (
        lambda folder: lines(folder, of_2021("F1-01-01")), "results-carried-over", Severity.WARNING, "F1-01-01",
    ),
    # a055
    "every control fell by the same": (
        lambda folder: lines(folder, of_2021("K", -0.03)),
        "changes-too-regular", Severity.WARNING, r"control sites.*the same amount, -0\.3 g/kg",
    ),
    # a040
    "points handed in twice": (again, "profiles-identical", Severity.WARNING, "F1-01-91"),
}  # fmt: skip
"""By mistake: how it is planted, and code, severity and words of what a check finds."""


@pytest.mark.slow
@pytest.mark.parametrize("mistake", FOUND)
def test_it_is_found(mistake: str, tmp_path: Path) -> None:
    plant, code, severity, words = FOUND[mistake]
    said = told(planted(tmp_path, plant))
    assert not said.questions
    found = [
        one for one in said.findings if one[0] == code and one[1] is severity and re.search(words, one[2])
    ]
    assert found, said.about(code) or said


@pytest.mark.slow
@pytest.mark.parametrize(
    "member",
    [{}, {"crs": None}, {"crs": {"type": "name", "properties": {"name": "epsg:4326"}}}],
    ids=["a feature for each field", "crs is null", "epsg:4326 in small letters"],
)
def test_what_is_right_is_read(member: dict[str, object], tmp_path: Path) -> None:
    """What of these cases is no mistake: a017, a086 and a060."""
    right, other = (told(planted(tmp_path / name, plant)) for name, plant in (
        ("right", lambda folder: None), ("other", lambda folder: outlines(folder, member)),
    ))  # fmt: skip
    assert not other.questions
    grave = (Severity.BLOCKING, Severity.REFUSAL, Severity.WARNING)
    told_of = [{code for code, severity, _ in said.findings if severity in grave} for said in (right, other)]
    assert told_of[0] == told_of[1]


def planted(folder: Path, plant: Edit) -> Path:
    made = folder / "project"
    shutil.copytree(SET, made, ignore=shutil.ignore_patterns("expected"))
    plant(made)
    return made
