"""Two projects as their files come, held against tables that their generator wrote before it wrote the files."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape

from mollisol.engine import run_project
from mollisol.importing.asked import Question
from mollisol.importing.outputs import KEYS
from mollisol.importing.perform import imported, write_import
from mollisol.importing.sniff import sniffed
from mollisol.reading.project import read_project

SETS = Path(__file__).parent / "sets"
NAMES = ("innerste", "prairie-fork")
WITHIN = {
    "soc_g_per_kg": 0.002,
    "fine_soil_density_g_per_cm3": 6e-5,
    "area_ha": 0.011,
    "distance_km": 0.06,
    "tmean_c": 6e-5,
}
"""Absolute, where the generator rounded; all other numbers agree to 1e-4."""
FREE = {"evidence", "parameter_set"}
"""Columns that only have to be there."""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def same(column: str, want: str, got: str) -> bool:
    if column in FREE or want == got:
        return bool(got)
    if column == "crop":
        return sorted(want.split("; ")) == sorted(got.split("; "))
    left, right = number(want), number(got)
    if left is None or right is None:
        return False
    return math.isclose(left, right, rel_tol=1e-4, abs_tol=WITHIN.get(column, 1e-6))


@pytest.fixture(scope="module", params=NAMES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Import a set; return the project and what is right."""
    folder = tmp_path_factory.mktemp("set") / request.param
    shutil.copytree(SETS / request.param, folder, ignore=shutil.ignore_patterns("expected"))
    result = imported(folder)
    assert not result.is_open, [question.as_data() for question in result.questions] or result.findings
    write_import(folder, result)
    return folder, SETS / request.param / "expected"


def test_every_cell_is_right(made: tuple[Path, Path]) -> None:
    folder, right = made
    tables = [path.relative_to(right).as_posix() for path in right.rglob("*.csv")]
    for table in sorted(set(tables) - {"provenance.csv", "decisions.csv", "laboratory_repeats.csv"}):
        want = {tuple(map(plain, (row[name] for name in KEYS[table]))): row for row in rows_of(right / table)}
        got = {tuple(map(plain, (row[name] for name in KEYS[table]))): row for row in rows_of(folder / table)}
        assert got.keys() == want.keys(), table
        for key, row in want.items():
            wrong = {
                name: (value, got[key].get(name))
                for name, value in row.items()
                if name not in ("sample", "sampling_unit") and not same(name, value, got[key].get(name, ""))
                and (value or got[key].get(name))
            }  # fmt: skip
            assert not wrong, (table, key)


def plain(text: str) -> str:
    value = number(text)
    return text if value is None else f"{value:g}"


def test_repeats_are_those_of_the_same_samples(made: tuple[Path, Path]) -> None:
    folder, right = made
    if not (right / "laboratory_repeats.csv").exists():
        return

    def groups(path: Path) -> Counter[tuple[tuple[str, str, str], ...]]:
        rows = rows_of(path)
        samples = dict.fromkeys(row["sample"] for row in rows)
        return Counter(
            tuple(
                sorted(
                    (row["laboratory_method"], row["batch"], f"{float(row['soc_g_per_kg']):.3f}")
                    for row in rows
                    if row["sample"] == sample
                )
            )
            for sample in samples
        )

    assert groups(folder / "laboratory_repeats.csv") == groups(right / "laboratory_repeats.csv")


def test_outlines_are_the_same_land(made: tuple[Path, Path]) -> None:
    def strata(path: Path) -> dict[str, Any]:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return {item["properties"]["stratum"]: shape(item["geometry"]) for item in features}

    folder, right = made
    want, got = strata(right / "units.geojson"), strata(folder / "units.geojson")
    assert want.keys() == got.keys()
    for name, outline in want.items():
        assert outline.symmetric_difference(got[name]).area < 0.002 * outline.area, name


def test_every_row_leads_back(made: tuple[Path, Path]) -> None:
    folder, right = made
    ways: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows_of(folder / "imports" / "provenance.csv"):
        ways.setdefault((row["table"], row["key"]), []).append(row)
        assert re.fullmatch(r"[0-9a-f]{64}", row["sha256"])
    for row in rows_of(right / "provenance.csv"):
        found = ways.get((row["table"], row["key"]), [])
        files = set(row["file"].split(" + "))
        place = re.search(r"^(?:line|wpt|[^!]+!) ?(\d+)$", row["at"])
        wanted = rf"(?<!\d){place[1]}(?!\d)" if place else ""
        assert any(one["file"] in files and re.search(wanted, one["at"]) for one in found), row


@pytest.fixture(scope="module", params=NAMES)
def unanswered(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, list[Question]]:
    """Sniff a set that has no mapping; return its name, the folder and what is asked."""
    name: str = request.param
    folder = tmp_path_factory.mktemp("unanswered") / name
    shutil.copytree(SETS / name, folder, ignore=shutil.ignore_patterns("expected", "imports"))
    return name, folder, sniffed(folder, [])[1]


def test_without_answers_every_decision_is_asked(unanswered: tuple[str, Path, list[Question]]) -> None:
    name, _, questions = unanswered
    texts = [json.dumps(question.as_data(), ensure_ascii=False) for question in questions]
    missing = []
    for row in rows_of(SETS / name / "expected" / "decisions.csv"):
        words = [word.strip().lower() for word in re.split(r"[;,/&]| - ", row["column"]) if word.strip()]
        digits = re.findall(r"\d+", row["at"])[-1:]

        def hit(
            text: str, row: dict[str, str] = row, words: list[str] = words, digits: list[str] = digits
        ) -> bool:
            if row["file"] not in text or row["scope"] == "file":
                return row["file"] in text
            if row["scope"] == "column":
                return not words or any(word in text.lower() for word in words)
            rest = text.replace(row["file"], "")
            named = bool(digits and re.search(rf"(?<!\d){digits[0]}(?!\d)", rest))
            return named or bool(row["found"] and row["found"][:25] in text)

        if not any(map(hit, texts)):
            missing.append(row["id"])
    assert missing == []


def test_without_answers_nothing_is_made(unanswered: tuple[str, Path, list[Question]]) -> None:
    name, folder, questions = unanswered
    given = {path.name for path in (SETS / name).iterdir()} - {"expected"}
    result = imported(folder)
    assert len(result.questions) == len(questions)
    assert not result.tables
    assert {path.name for path in folder.iterdir()} == given


def test_alike_questions_are_one(unanswered: tuple[str, Path, list[Question]]) -> None:
    """The 65 censored cells of two German reports are one question for each column and limit."""
    name, _, questions = unanswered
    if name == "innerste":
        censored = [question for question in questions if question.kind == "censored"]
        assert sum(len(question.places) for question in censored) == 65
        assert len(censored) <= 4


def test_check_asks_for_a_new_import_when_a_raw_file_a_mapping_or_a_table_changes(
    made: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(made[0], tmp_path / "copy"))
    told = {"import-stale", "import-table-changed"}
    assert not told & {finding.code for finding in read_project(folder).findings}
    for name, code in (
        ("raw/handheld_2021.csv", "import-stale"),
        ("raw/points.csv", "import-stale"),
        ("imports/fields.toml", "import-stale"),
        ("strata.csv", "import-table-changed"),
    ):
        path = folder / name
        if path.exists():
            content = path.read_bytes()
            path.write_bytes(content + b"\n")
            found = [(one.code, one.where.file) for one in read_project(folder).findings if one.code in told]
            assert found == [(code, name)]
            path.write_bytes(content)


def test_check_tells_what_was_decided_and_left_out(made: tuple[Path, Path]) -> None:
    told = {
        (one.code, one.where.file, one.found.split(":")[0]): one.more
        for one in read_project(made[0]).findings
    }
    if made[0].name == "innerste":
        assert told["import-decided", "raw/AN-21-3307_Ergebnisse.xlsx", "half the limit"] == 29
        assert told["import-left-out", "raw/kontrolle_2021.gpx", "leave out"] == 0
    else:
        assert told["import-decided", "raw/F26-11820_modus.json", "half the limit"] == 9
        assert told["import-left-out", "raw/farmos_logs_2021-2026.json", "leave out"] == 0


def as_computed(folder: Path) -> dict[str, Any]:
    """Return the figures of a project by their path, and its state."""
    results = run_project(folder, route="analytic").results
    figures: dict[str, Any] = {"state": results.state}
    waiting: list[tuple[str, Any]] = [("", json.loads(results.model_dump_json())["periods"])]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict | list):
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [(f"{path}/{key}", one) for key, one in inner]
        elif isinstance(value, int | float):
            figures[path] = value
    return figures


def as_generated(name: str, folder: Path) -> Path:
    """Return the project of the tables that the generator wrote, without an import."""
    shutil.copytree(SETS / name, folder, ignore=shutil.ignore_patterns("expected", "raw", "imports"))
    shutil.copytree(SETS / name / "expected", folder, dirs_exist_ok=True)
    return folder


@pytest.mark.slow
def test_figures_are_those_of_the_right_tables(made: tuple[Path, Path], tmp_path: Path) -> None:
    """All that is computed from the raw files is what the tables of the generator give.

    Of prairie-fork to 3e-6 of themselves or of the gross change alone: ``boundaries.kml`` has eight decimals of a
    degree, a millimetre of land, and the generator's areas are of the land before it was written. With its own
    vertices in the raw file the areas agree to the last digit, and what is left are amounts by the acre that it
    rounded to a gram.
    """
    name = made[0].name
    got, want = as_computed(made[0]), as_computed(as_generated(name, tmp_path / name))
    assert got.keys() == want.keys()
    assert got.pop("state") == want.pop("state")
    if name == "innerste":
        assert got == want
        return
    largest = want["/0/gross_t_co2e"]
    assert all(abs(got[path] - value) < 3e-6 * max(largest, abs(value)) for path, value in want.items())
    folder = Path(shutil.copytree(made[0], tmp_path / "finer"))
    finer_vertices(folder / "raw" / "boundaries.kml", made[1] / "units.geojson")
    write_import(folder, imported(folder))
    finer = as_computed(folder)
    assert finer["/0/gross_t_co2e"] == pytest.approx(want["/0/gross_t_co2e"], rel=1e-12)
    assert finer["/0/verified_total_t_co2e"] == pytest.approx(want["/0/verified_total_t_co2e"], rel=2e-8)


def finer_vertices(kml: Path, outlines: Path) -> None:
    """Write the vertices of a KML with the nine decimals that the generator's outlines have."""
    vertices: list[list[float]] = []
    waiting = [
        item["geometry"]["coordinates"] for item in json.loads(outlines.read_text("utf-8"))["features"]
    ]
    while waiting:
        part = waiting.pop()
        if isinstance(part[0], float):
            vertices.append(part)
        else:
            waiting += part

    def nearest(found: re.Match[str]) -> str:
        here = float(found[1]), float(found[2])
        x, y = min(vertices, key=lambda vertex: abs(vertex[0] - here[0]) + abs(vertex[1] - here[1]))
        assert abs(x - here[0]) < 6e-9
        assert abs(y - here[1]) < 6e-9
        return f"{x:.9f},{y:.9f},0"

    text = kml.read_text("utf-8")
    kml.write_text(re.sub(r"(-?\d+\.\d{8}),(-?\d+\.\d{8}),0", nearest, text), "utf-8")
