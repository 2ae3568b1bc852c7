"""What was entered twice or copied: densities of an earlier campaign, rows of the schedule, one name in two spellings.

What must be seen is by hand: each edit is the fault and nothing else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mollisol.engine import assess_project
from mollisol.methodology.findings import Finding
from tests.honest.counting import FIRST_SEED, files_of
from tests.honest.generator import FAMILIES

type Row = dict[str, str]
type Files = Mapping[str, bytes]

FARM = Path(__file__).resolve().parents[3] / "examples" / "mixed-farm"
CORES, POINTS, DENSITY = "core_increments.csv", "sample_points.csv", "fine_soil_density_g_per_cm3"


def rows(files: Files, name: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(files[name].decode())))


def with_rows(files: Files, name: str, table: list[Row]) -> dict[str, bytes]:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return {**files, name: out.getvalue().encode()}


def farm() -> dict[str, bytes]:
    return {str(path.relative_to(FARM)): path.read_bytes() for path in FARM.rglob("*") if path.is_file()}


def told(files: Files, code: str) -> list[Finding]:
    return [item for item in assess_project(files).findings if item.code == code]


SIDES: Mapping[str, Callable[[str], bool]] = {
    "both sides": lambda stratum: True,
    "project": bool,
    "controls": lambda stratum: not stratum,
}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("family", [*FAMILIES][::3])
def test_densities_of_the_earlier_campaign(family: str, side: str) -> None:
    files = files_of(family, FIRST_SEED)
    stratum = {row["point"]: row["stratum"] for row in rows(files, POINTS)}
    cores = rows(files, CORES)
    first, second = sorted({row["campaign"] for row in cores})[:2]
    before = {(row["point"], row["upper_cm"]): row[DENSITY] for row in cores if row["campaign"] == first}
    for row in cores:
        if row["campaign"] == second and SIDES[side](stratum[row["point"]]):
            row[DENSITY] = before.get((row["point"], row["upper_cm"]), row[DENSITY])
    assert not told(files, "results-carried-over")
    (found,) = told(with_rows(files, CORES, cores), "results-carried-over")
    assert "soil mass exactly the same again" in found.found


def test_one_density_for_all_points_is_no_copy() -> None:
    files = files_of(next(iter(FAMILIES)), FIRST_SEED)
    cores = [row | {DENSITY: "1.30" if row["upper_cm"] == "0" else "1.40"} for row in rows(files, CORES)]
    assert not told(with_rows(files, CORES, cores), "results-carried-over")


def test_a_schedule_entered_twice() -> None:
    name = "schedule_of_activities.csv"
    table = rows(farm(), name)
    assert not told(farm(), "activity-row-twice")
    (found,) = told(with_rows(farm(), name, [*table, *table]), "activity-row-twice")
    assert (found.where.row, found.more) == (2 + len(table), len(table) - 1)
    other = [row | {"crop": "mustard"} for row in table]
    assert not told(with_rows(farm(), name, [*table, *other]), "activity-row-twice")


def test_residues_that_burned_and_stayed() -> None:
    name = "schedule_of_activities.csv"
    kept = [row | {"residue_removed": "no", "residue_removed_fraction": ""} for row in rows(farm(), name)]
    found = told(with_rows(farm(), name, kept), "rows-against-schedule")
    assert [item.found.split()[2] for item in found] == ["burning.csv:", "residue_diversion.csv:"]
    assert not told(farm(), "rows-against-schedule")


@pytest.mark.parametrize("space", [" ", "\u00a0"])
def test_space_behind_a_name_is_none(space: str) -> None:
    files, name = farm(), "project.toml"
    spelt = files[name].decode().replace('name = "2023"', f'name = "2023{space}"')
    before, after = (
        [(item.code, item.where) for item in assess_project(each).findings]
        for each in (files, {**files, name: spelt.encode()})
    )
    assert before == after
    twice = spelt.replace('name = "2026"', 'name = "2023"', 1)
    assert told({**files, name: twice.encode()}, "duplicate-id")


@pytest.mark.parametrize(
    ("name", "column"), [("fertilizers.csv", "product"), ("nitrogen_fixing_species.csv", "species")]
)
def test_one_name_in_two_cases(name: str, column: str) -> None:
    table = rows(farm(), name)
    table[-1][column] = table[-1][column].title()
    (found,) = told(with_rows(farm(), name, table), "names-look-alike")
    assert found.where.column == column
