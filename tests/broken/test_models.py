"""Broken tables: each fault has its reason code, a place, and words that help."""

from __future__ import annotations

import json
import math
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mollisol.cli.model import model_app
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Severity
from mollisol.methodology.soil_models.catalogue import MODELS
from mollisol.methodology.soil_models.checks import check_sites
from mollisol.methodology.soil_models.domains import practice_refusals, site_refusals
from mollisol.methodology.soil_models.external import check_external
from mollisol.methodology.soil_models.inputs import ExternalRow, WeatherRow
from mollisol.methodology.soil_models.weather import check_weather, weather_limits
from mollisol.reading.intake import Intake
from mollisol.reading.model_folder import read_external, read_folder

BROKEN = Path(__file__).parent / "models"
CASES = tomllib.loads((BROKEN / "cases.toml").read_text(encoding="utf-8"))["case"]
RUN = CliRunner()


def folder_with(case: dict[str, Any], tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    shutil.copytree(BROKEN / "base", folder)
    path = folder / case["file"]
    text = path.read_text(encoding="utf-8")
    assert case["old"] in text
    path.write_text(text.replace(case["old"], case["new"]), encoding="utf-8")
    return folder


def findings_of(case: dict[str, Any], folder: Path) -> list[Finding]:
    if case["file"] == "external.csv":
        return read_external(folder / "external.csv")[1]
    return read_folder(folder)[1]


def test_the_base_is_clean() -> None:
    inputs, findings = read_folder(BROKEN / "base")
    assert inputs is not None
    assert findings == []
    rows, findings = read_external(BROKEN / "base" / "external.csv")
    assert rows
    assert findings == []


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case['code']} {case['file']} {n}" for n, case in enumerate(CASES)]
)
def test_fault_is_found(case: dict[str, Any], tmp_path: Path) -> None:
    folder = folder_with(case, tmp_path)
    findings = findings_of(case, folder)
    mine = [f for f in findings if f.code == case["code"]]
    assert mine, [f.code for f in findings]
    finding = mine[0]
    assert finding.severity.value == case["severity"]
    assert finding.found
    assert finding.allowed
    assert finding.do
    assert str(finding.where)
    if case["code"].startswith("model-domain"):
        assert "VM0042" in finding.clause


@pytest.mark.parametrize("case", CASES, ids=[f"{case['code']} {n}" for n, case in enumerate(CASES)])
def test_the_command_shows_it_without_a_traceback(case: dict[str, Any], tmp_path: Path) -> None:
    folder = folder_with(case, tmp_path)
    target = [str(folder / "external.csv"), "--external"] if case["file"] == "external.csv" else [str(folder)]
    shown = RUN.invoke(model_app, ["check", *target, "--json"])
    assert shown.exit_code == (2 if case["severity"] == "blocking" else 0)
    document = json.loads(shown.stdout)
    assert case["code"] in [f["code"] for f in document["findings"]]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(BROKEN / "base", folder)
    for case in CASES:
        path = folder / case["file"]
        text = path.read_text(encoding="utf-8")
        if (
            case["code"].startswith(("weather-t", "site-c", "activity-a", "activity-c"))
            and case["old"] in text
        ):
            path.write_text(text.replace(case["old"], case["new"]), encoding="utf-8")
    codes = {f.code for f in read_folder(folder)[1]}
    assert {"weather-temperature-kelvin", "site-clay-unit", "activity-crop-unknown"} <= codes


def table_codes(folder: Path, name: str) -> list[str]:
    intake = Intake(folder)
    intake.table(name, WeatherRow)
    return [finding.code for finding in intake.findings]


def test_files_that_are_not_tables(tmp_path: Path) -> None:
    codes = {}
    for name, content in {
        "empty.csv": b"",
        "binary.csv": b"\xff\xfe\x00\x01",
        "zeros.csv": b"cell\x00,year",
        "header.csv": b"cell,year,month,tmean_c,rain_mm\n",
        "quote.csv": b'cell,year,month,tmean_c,rain_mm\n"a,2020,1,2,3\n',
        "unknown.csv": b"cell,year,month,tmean_c,rain_mm,wind\na,2020,1,2,3,4\n",
    }.items():
        (tmp_path / name).write_bytes(content)
        codes[name] = table_codes(tmp_path, name)
    assert codes == {
        "empty.csv": ["empty-file"],
        "binary.csv": ["not-utf8"],
        "zeros.csv": ["not-text"],
        "header.csv": ["no-rows"],
        "quote.csv": ["table-syntax"],
        "unknown.csv": ["column-unknown"],
    }
    assert table_codes(tmp_path, "none.csv") == ["file-missing"]
    assert [f.code for f in check_external(Columns.of(ExternalRow, ()))] == ["external-empty"]


def test_a_file_over_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mollisol.reading.intake.LARGEST_FILE_BYTES", 10)
    (tmp_path / "large.csv").write_text("cell,year,month,tmean_c,rain_mm\n")
    assert table_codes(tmp_path, "large.csv") == ["file-too-large"]


def test_many_findings_of_a_kind_are_gathered(tmp_path: Path) -> None:
    text = (BROKEN / "base" / "weather.csv").read_text(encoding="utf-8")
    (tmp_path / "weather.csv").write_text(text.replace(",pet_mm", ",nothing"), encoding="utf-8")
    rows = Intake(tmp_path).table("weather.csv", WeatherRow)
    assert len(list(check_weather(rows))) == 48
    shutil.copytree(BROKEN / "base", tmp_path / "folder")
    shutil.copy(tmp_path / "weather.csv", tmp_path / "folder" / "weather.csv")
    mine = [f for f in read_folder(tmp_path / "folder")[1] if f.code == "weather-evaporation-column"]
    assert len(mine) == 25
    assert mine[-1].more == 23


def test_rain_that_can_hardly_be_in_millimetres_is_doubted() -> None:
    rows = [
        WeatherRow(cell="a", year=2020, month=m, tmean_c=9.0, rain_mm=0.05, pet_mm=0.04) for m in range(1, 13)
    ]
    rain, evaporation = check_weather(rows)
    assert (rain.code, evaporation.code) == ("weather-rain-unit", "weather-pet-unit")
    assert "metres written as mm: 0.6 x 1000 = 600 mm a year" in rain.do


@pytest.mark.parametrize(
    ("rain", "pan", "code", "words"),
    [
        (2.3, 45.0, "weather-rain-unit", "inches written as mm: 27.6 x 25.4 = 701 mm a year"),
        (
            58.0,
            1.5,
            "weather-pan-unit",
            "a daily mean written as the sum of a month: 18 x 30.4 = 547.2 mm a year",
        ),
    ],
)
def test_inches_and_daily_means_are_told_with_their_arithmetic(
    rain: float, pan: float, code: str, words: str
) -> None:
    rows = [
        WeatherRow(cell="a", year=2020, month=m, tmean_c=9.0, rain_mm=rain, pan_evaporation_mm=pan)
        for m in range(1, 13)
    ]
    (found,) = check_weather(rows)
    assert (found.code, found.severity) == (code, Severity.WARNING)
    assert words in found.do


@pytest.mark.parametrize(
    ("warmth", "rain", "pan", "codes"),
    [
        (8.0, 60.0, 50.0, []),
        (
            -8.0,
            60.0,
            50.0,
            ["weather-season"],
        ),  # the sign of the temperature, or months shifted by half a year
        (8.0, 600.0, 50.0, ["weather-rain-unit"]),  # 7,200 mm a year
        (
            8.0,
            9.0,
            250.0,
            ["weather-rain-unit"],
        ),  # 108 mm of rain beside 3,000: an index of 0.036, below 0.05
    ],
)
def test_weather_is_held_against_its_own_seasons_and_against_deserts(
    warmth: float, rain: float, pan: float, codes: list[str]
) -> None:
    summer = [(1 - math.cos(2 * math.pi * (month - 1) / 12)) for month in range(1, 13)]
    rows = [
        WeatherRow(
            cell="a",
            year=2020,
            month=n + 1,
            tmean_c=5.0 + warmth * s,
            rain_mm=rain,
            pan_evaporation_mm=pan * s,
        )
        for n, s in enumerate(summer)
    ]
    assert [found.code for found in check_weather(rows)] == codes


@pytest.mark.parametrize(("same", "codes"), [(2, []), (3, ["weather-repeated"])])
def test_averages_in_place_of_the_weather_of_each_year_are_told(same: int, codes: list[str]) -> None:
    """Of five years ``same`` are like the one before: more than half of four is three."""
    rows = [
        WeatherRow(
            cell="a", year=2020 + n, month=m, tmean_c=9.0, rain_mm=60.0 + max(0, n - same), pet_mm=40.0
        )
        for n in range(5)
        for m in range(1, 13)
    ]
    assert [found.code for found in check_weather(rows)] == codes


def test_every_limit_of_the_weather_has_a_source_and_a_status() -> None:
    assert all(limit.source and limit.status for limit in weather_limits().values())


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("pan_evaporation_mm", -1.0, "weather-pan-negative"),
        ("pan_evaporation_mm", 4000.0, "weather-pan-unit"),
        ("pet_mm", -1.0, "weather-pet-negative"),
        ("pet_mm", 4000.0, "weather-pet-unit"),
    ],
)
def test_evaporation_that_cannot_be(column: str, value: float, code: str) -> None:
    rows = [
        WeatherRow(cell="a", year=2020, month=m, tmean_c=9.0, rain_mm=50.0).model_copy(
            update={column: 40.0 if m > 1 else value}
        )
        for m in range(1, 13)
    ]
    (found,) = check_weather(rows)
    assert (found.code, found.where.column) == (code, column)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("iom_t_ha", -1.0, "site-iom-range"),
        ("cn_ratio", 80.0, "site-cn-range"),
        ("caco3_g_kg", 1200.0, "site-caco3-range"),
        ("bulk_density_g_cm3", 1300.0, "site-bulk-range"),
        ("dpm_rpm_ratio", 0.0, "site-dpm-range"),
    ],
)
def test_site_values_that_cannot_be(column: str, value: float, code: str) -> None:
    inputs, _ = read_folder(BROKEN / "base")
    assert inputs is not None
    (found,) = check_sites([inputs.sites[0].model_copy(update={column: value})])
    assert (found.code, found.where.column) == (code, column)


@pytest.mark.parametrize(
    ("model", "practice", "code", "severity"),
    [
        ("rothc", "tillage", "model-domain-tillage-claim", "blocking"),
        ("tier2", "cover", "model-domain-cover-claim", "warning"),
        ("icbm", "irrigation", "model-domain-irrigation-claim", "warning"),
    ],
)
def test_a_practice_that_the_model_is_silent_on(model: str, practice: str, code: str, severity: str) -> None:
    (found,) = practice_refusals(MODELS[model], {practice, "manure"}, crediting=False)
    assert (found.code, found.severity.value) == (code, severity)
    assert "manure" in found.allowed


def test_land_that_a_model_does_not_know() -> None:
    inputs, _ = read_folder(BROKEN / "base")
    assert inputs is not None
    (found,) = site_refusals(MODELS["tier2"], [inputs.sites[0].model_copy(update={"land": "woodland"})])
    assert (found.code, found.allowed) == ("model-domain-land", "cropland")


def test_two_kinds_of_evaporation_in_a_cell_are_refused() -> None:
    rows = [
        WeatherRow(cell="a", year=2020, month=m, tmean_c=9.0, rain_mm=50.0, pet_mm=40.0 if m > 6 else None,
                   pan_evaporation_mm=None if m > 6 else 50.0)
        for m in range(1, 13)
    ]  # fmt: skip
    assert [f.code for f in check_weather(rows)] == ["weather-evaporation-mixed"]


def test_names_and_years_that_are_not_there() -> None:
    rows, _ = read_external(BROKEN / "base" / "external.csv")
    nameless = Columns.of(ExternalRow, [row.model_copy(update={"parameter_set": " "}) for row in rows])
    assert {f.code for f in check_external(nameless)} == {"external-name-missing"}


def test_amg_needs_two_years(tmp_path: Path) -> None:
    shutil.copytree(BROKEN / "base", tmp_path / "folder")
    path = tmp_path / "folder" / "weather.csv"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if ",2021," not in line))
    assert "years-too-few" in {f.code for f in read_folder(tmp_path / "folder", model="amg")[1]}
