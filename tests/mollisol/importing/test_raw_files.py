"""Raw files that are not what they seem: refused in words, or inert."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from collections import deque
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from mollisol.importing.perform import imported
from mollisol.importing.readers.raw import Grid, RawFile
from mollisol.importing.sheets import opened, sheet_of
from mollisol.methodology.findings import FindingsError
from tests.mollisol.importing.conftest import Maker
from tests.mollisol.importing.test_questions import LAB, ROWS


def workbook(*rows: tuple[object, ...]) -> bytes:
    book: Any = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def raw(folder: Path, name: str, content: bytes) -> RawFile:
    (folder / name).write_bytes(content)
    return RawFile(name, folder / name)


def words(folder: Path, name: str, content: bytes, **options: object) -> str:
    """Return in which words a file is refused."""
    with pytest.raises(FindingsError) as caught:
        deque(opened(raw(folder, name, content), options).rows(), maxlen=0)
    (finding,) = caught.value.findings
    assert finding.code == "import-file"
    return f"{finding.found} | {finding.do}"


def test_a_formula_without_a_value_is_no_empty_cell(tmp_path: Path) -> None:
    told = words(tmp_path, "book.xlsx", workbook(("id", "oc"), ("P-01", "=1+1"), ("P-02", 1.5)))
    assert "1 formulas without a stored value: B2" in told
    assert "save it" in told


def test_a_formula_with_a_stored_value_is_that_value(tmp_path: Path) -> None:
    content = workbook(("id", "oc"), ("P-01", 1.5))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for item in before.namelist():
            data = before.read(item)
            after.writestr(item, data.replace(b"<v>1.5</v>", b"<f>[1]Other!A1</f><v>1.5</v>"))
    grid = opened(raw(tmp_path, "book.xlsx", out.getvalue()), {})
    assert isinstance(grid, Grid)
    assert [cells for _, cells in grid.rows()][1] == ["P-01", 1.5]


def test_macros_and_links_are_inert(tmp_path: Path) -> None:
    content, out = workbook(("id", "oc"), ("P-01", 1.5)), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for item in before.namelist():
            after.writestr(item, before.read(item))
        after.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")
        after.writestr("xl/externalLinks/externalLink1.xml", b'<externalLink r="file:///etc/hostname"/>')
    grid = opened(raw(tmp_path, "book.xlsm", out.getvalue()), {})
    assert isinstance(grid, Grid)
    assert [cells for _, cells in grid.rows()] == [["id", "oc"], ["P-01", 1.5]]


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    assert "unpacks to" in words(tmp_path, "book.xlsx", out.getvalue())


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    content = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(512)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(4000)
    )
    assert "a password" in words(tmp_path, "book.xlsx", content)


@pytest.mark.parametrize("name", ["book.xlsx", "book.xls", "book.ods"])
@pytest.mark.parametrize(
    "content", [b"no workbook", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)]
)
def test_what_is_no_workbook(tmp_path: Path, name: str, content: bytes) -> None:
    assert "workbook" in words(tmp_path, name, content)


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    assert "no sheet 'Results' | name one of: Sheet" in words(
        tmp_path, "b.xlsx", workbook(("a",)), sheet="Results"
    )


def test_a_million_columns_and_a_huge_cell(tmp_path: Path) -> None:
    assert "20,000 columns" in words(tmp_path, "wide.csv", b",".join([b"x"] * 20_000))
    assert "line 2" in words(tmp_path, "cell.csv", b"a,b\n" + b"x" * 100_000 + b",1\n")
    assert "characters" in words(tmp_path, "cell.xlsx", huge_cell())


@pytest.mark.parametrize("place", ["XFD1048576", "ZZZZZ1", "A4000000000", "CV1048576"])
def test_a_cell_in_the_far_corner_asks_for_no_memory(tmp_path: Path, place: str) -> None:
    """Room for all cells before it would be hundreds of gigabytes, for which the library ends the program."""
    content, out = workbook(("id", "oc"), ("P-01", "MARK")), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for item in before.namelist():
            after.writestr(item, before.read(item).replace(b'r="B2"', f'r="{place}"'.encode()))
    assert "cells as far as row" in words(tmp_path, "far.xlsx", out.getvalue())
    assert "cells as far as row" in words(tmp_path, "far.xls", out.getvalue())


def test_a_binary_workbook_is_named(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", b"\x00")
    for name in ("book.xlsx", "book.xls"):
        assert "XLSB" in words(tmp_path, name, out.getvalue())


def huge_cell() -> bytes:
    content, out = workbook(("a",), ("MARK",)), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for item in before.namelist():
            after.writestr(item, before.read(item).replace(b"MARK", b"0123456789abcdef" * 4_000))
    return out.getvalue()


def test_bytes_that_are_another_encoding_say_which(tmp_path: Path) -> None:
    told = words(tmp_path, "lab.csv", "Größe;Gehölz\nä;ö\n".encode("latin-1"))
    assert "not utf-8" in told
    assert "read.encoding" in told


def test_text_with_a_nul(tmp_path: Path) -> None:
    assert "NUL" in words(tmp_path, "lab.csv", b"a,b\n1,\x002\n")


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><ModusResult><Event>&a;</Event></ModusResult>',
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/hostname"><ModusResult/>',
    ],
)
def test_entities_in_xml_are_refused(tmp_path: Path, content: bytes) -> None:
    assert "entity" in words(tmp_path, "result.xml", content, format="modus")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "fields.kml",
            b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://x</SrcDataSource>',
        ),
        ("fields.gpkg", b"not a database"),
        ("fields.shp", b"\x00\x00\x00\x00"),
        ("fields.geojson", b'{"type": "Topology"}'),
    ],
)
def test_a_vector_file_of_another_kind_never_reaches_gdal(tmp_path: Path, name: str, content: bytes) -> None:
    told = words(tmp_path, name, content)
    assert "no " in told


def test_formulas_in_text_are_inert_in_the_tables(project_of: Maker) -> None:
    rows = ROWS.replace(b"P-01,0", b"=1+1,0")
    text = LAB.replace('point = "id"', 'point = { column = "id", words = { "=1+1" = "P-02" } }')
    result = imported(project_of({"lab.csv": rows}, {"lab": text}))
    assert b",=1+1," not in result.tables["imports/log.csv"]


def test_the_calendar_of_1904_is_obeyed(tmp_path: Path) -> None:
    """Days count from 1904-01-01 in such a workbook: 44,453 is 2025-09-15 there and 2021-09-14 in the other."""
    from datetime import date, datetime

    book: Any = openpyxl.Workbook()
    book.epoch = datetime(1904, 1, 1)
    book.active["A1"] = date(2021, 9, 14)
    out = io.BytesIO()
    book.save(out)
    grid = opened(raw(tmp_path, "book.xlsx", out.getvalue()), {})
    assert [cells[0] for _, cells in grid.rows()] == [date(2021, 9, 14)]


def test_merged_headings_are_spread(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Field", "Harvest 2019", None), (None, "Crop", "N"), ("A", "wheat", 150)):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    out = io.BytesIO()
    book.save(out)
    options = {
        "header": [1, 2],
        "blocks": {"read": r"^(?P<block>Harvest \d+) / (?P<name>.+)$", "column": "year"},
    }
    made = sheet_of(raw(tmp_path, "book.xlsx", out.getvalue()), options, tmp_path)
    assert made.columns == ["Field", "year", "Crop", "N"]
    assert [cells for _, cells in made.rows()] == [["A", "Harvest 2019", "wheat", 150.0]]


def test_a_layer_of_geoparquet(tmp_path: Path) -> None:
    """A file without a CRS is longitude and latitude of WGS 84: GeoParquet 1.1."""
    pyarrow = pytest.importorskip("pyarrow")
    import json

    from pyarrow import parquet

    square = struct.pack("<BIII", 1, 3, 1, 5) + b"".join(
        struct.pack("<dd", x, y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    )
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}
    table = pyarrow.table({"stratum": ["loess"], "geometry": [square]})
    parquet.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "fields.parquet")
    made = opened(RawFile("fields.parquet", tmp_path / "fields.parquet"), {})
    assert not isinstance(made, Grid)
    assert made.system == "OGC:CRS84"
    assert [(cells[0], cells[1].area) for _, cells in made.rows()] == [("loess", 1.0)]


def test_help_and_check_load_no_reader() -> None:
    """The libraries that read raw files are loaded when a file of their kind is."""
    root = Path(__file__).parents[3]
    code = (
        "import sys, mollisol.cli.app; from typer.main import get_command; "
        "get_command(mollisol.cli.app.app).get_help; from mollisol.engine import assess_project; "
        f"assess_project({str(root / 'examples' / 'woburn-ley')!r}); "
        "print([n for n in ('python_calamine', 'pyogrio', 'pyarrow', 'mollisol.importing.perform') "
        "if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_records_of_json_and_xml(tmp_path: Path) -> None:
    """What stands above an item is in each record; items may be a list, repeated elements or named."""
    options = {"records": "farm.field.year"}
    xml = b'<farm name="Lea"><field id="A"><year n="2021"><crop>wheat</crop></year><year n="2022"/></field></farm>'
    made = sheet_of(raw(tmp_path, "farm.xml", xml), options, tmp_path)
    assert [dict(zip(made.columns, cells, strict=True)) for _, cells in made.rows()] == [
        {"farm.name": "Lea", "farm.field.id": "A", "n": "2021", "crop": "wheat"},
        {"farm.name": "Lea", "farm.field.id": "A", "n": "2022", "crop": None},
    ]
    text = b'{"lab": "X", "samples": {"S1": {"oc": {"value": 1.5, "unit": "%"}}, "S2": {"oc": {"value": 2}}}}'
    named = sheet_of(raw(tmp_path, "lab.json", text), {"records": "samples"}, tmp_path)
    assert list(named.rows()) == [
        ("samples.S1", ["X", "S1", 1.5, "%"]),
        ("samples.S2", ["X", "S2", 2.0, None]),
    ]
    assert "lists that there are" in words(tmp_path, "other.json", b'{"a": {"b": [{"c": 1}]}}', records="x")


def test_a_formula_of_ods_without_a_value(tmp_path: Path) -> None:
    cell = '<table:table-cell table:formula="of:=[.A1]+1" {}/>'
    for value in ("", 'office:value-type="float" office:value="2"'):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("META-INF/manifest.xml", "<manifest/>")
            content = (
                '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
                'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:spreadsheet>'
                f'<table:table table:name="S"><table:table-row>{cell.format(value)}</table:table-row></table:table>'
                "</office:spreadsheet></office:body></office:document-content>"
            )
            archive.writestr("content.xml", content)
        if value:
            grid = opened(raw(tmp_path, "book.ods", out.getvalue()), {})
            assert isinstance(grid, Grid)
            assert [cells for _, cells in grid.rows()] == [[2.0]]
        else:
            told = words(tmp_path, "book.ods", out.getvalue())
            assert "1 formulas without a stored value: of:=[.A1]+1" in told


def test_an_ods_sheet(tmp_path: Path) -> None:
    """Repeated empty rows of ODS are no rows, and a number is one."""
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="Results"><table:table-row><table:table-cell office:value-type="string">'
        "<text:p>id</text:p></table:table-cell><table:table-cell office:value-type="
        '"string"><text:p>oc</text:p></table:table-cell></table:table-row><table:table-row>'
        '<table:table-cell office:value-type="string"><text:p>P-01</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="1.5"><text:p>1,5</text:p></table:table-cell>'
        '</table:table-row><table:table-row table:number-rows-repeated="1048574"><table:table-cell/>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    made = sheet_of(raw(tmp_path, "book.ods", out.getvalue()), {"sheet": "Results"}, tmp_path)
    assert [cells for _, cells in made.rows()] == [["P-01", 1.5]]


def test_a_preset_of_ones_own_is_known_to_sniff(project_of: Maker) -> None:
    from mollisol.importing.sniff import sniffed

    folder = project_of({"station.csv": b"when,warm,wet\n2021-01-01,1,2\n"}, {})
    (folder / "imports" / "presets").mkdir(parents=True)
    (folder / "imports" / "presets" / "station.toml").write_text(
        'kind = "weather"\n[recognise]\ncolumns = ["when", "warm", "wet"]\n[fields]\ncell = { value = "?" }\n'
        'date = "when"\ntmean = { column = "warm", unit = "C" }\nrain = { column = "wet", unit = "mm" }\n',
        encoding="utf-8",
    )
    sniffed(folder, [])
    text = (folder / "imports" / "station.toml").read_text(encoding="utf-8")
    assert 'preset = "station"' in text


def test_each_sheet_and_layer_gets_a_mapping_of_its_own(project_of: Maker) -> None:
    """Headings in three rows with merged cells, depths as texts, and a sheet of words between those of results."""
    from mollisol.importing.sniff import sniffed

    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Read me"
    for year in (2021, 2026):
        sheet = book.create_sheet(f"Fall {year}")
        for row in (
            ("Sample", "Depth", "Carbon", None, "Bulk density"),
            (None, "in", "TC", "IC", "g/cc"),
            (None, None, "%", "%", None),
            ("P-01", "0-6", 1.5, 0.2, 1.3),
            ("P-01", "6-12", 1.1, 0.2, 1.4),
        ):
            sheet.append(row)
        sheet.merge_cells("C1:D1")
    out = io.BytesIO()
    book.save(out)
    folder = project_of({"lab.xlsx": out.getvalue()}, {})
    sniffed(folder, [])
    assert sorted(path.name for path in (folder / "imports").iterdir()) == [
        "lab-fall-2021.toml",
        "lab-fall-2026.toml",
    ]
    text = (folder / "imports" / "lab-fall-2026.toml").read_text(encoding="utf-8")
    for line in (
        'sheet = "? Fall 2026"',
        'header = "? [1, 2, 3]"',
        'split = { column = "? Depth / in"',
        'inorganic = { column = "? Carbon / IC / %", unit = "? %" }',
        'upper = { column = "? top", unit = "? in" }',
    ):
        assert line in text


def test_layers_of_a_vector_file(project_of: Maker) -> None:
    from mollisol.importing.sniff import sniffed

    def placemark(name: str, west: float) -> str:
        ring = f"{west},1 {west + 0.1},1 {west + 0.1},1.1 {west},1.1 {west},1"
        edge = (
            f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
        )
        return f"<Placemark><name>{name}</name><Polygon>{edge}</Polygon></Placemark>"

    content = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<Folder><name>fields</name>{placemark('Home', 1)}</Folder>"
        f"<Folder><name>checks</name>{placemark('A', 2)}</Folder></Document></kml>"
    )
    folder = project_of({"farm.kml": content.encode()}, {})
    sniffed(folder, [])
    found = {path.stem: path.read_text(encoding="utf-8") for path in (folder / "imports").iterdir()}
    assert sorted(found) == ["farm-checks", "farm-fields"]
    assert "control_site = " in found["farm-checks"]
    assert "control_site = " not in found["farm-fields"]


def test_a_word_for_a_number_is_that_number_however_it_is_written(project_of: Maker) -> None:
    text = LAB.replace('unit = "%", is', 'words = { "-999" = 1.2 }, unit = "%", is', 1)
    result = imported(project_of({"lab.csv": ROWS.replace(b"1.5", b"-999.0", 1)}, {"lab": text}))
    assert b"0,15,12,lab" in result.tables["core_increments.csv"]


def test_a_nested_json_is_read_at_its_deepest_list(project_of: Maker) -> None:
    """A laboratory's own JSON is no file of COMET-Farm, which is XML and JSON too."""
    from mollisol.importing.sniff import sniffed

    content = b'{"report": "R", "samples": [{"id": "P-01", "layers": [{"from": 0, "to": 15, "OC": {"value": 1.5}}]}]}'
    folder = project_of({"lab.json": content}, {})
    sniffed(folder, [])
    text = (folder / "imports" / "lab.toml").read_text(encoding="utf-8")
    for line in ('kind = "laboratory"', 'records = "? samples.layers"', 'column = "? OC.value"'):
        assert line in text
    assert "preset" not in text
