"""The file of eligibility against the schedule: the mixed farm says the same in both; each edit makes them differ."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mollisol.engine import assess_project

EXAMPLE = Path(__file__).parents[3] / "examples" / "mixed-farm"
FIRST = 'years_before_start = 1, tillage = "conventional", residue_removed = true'


def told(folder: Path, find: str, put: str) -> list[str]:
    shutil.copytree(EXAMPLE, folder)
    path = folder / "eligibility.toml"
    text = path.read_text(encoding="utf-8")
    assert find in text
    path.write_text(text.replace(find, put, 1), encoding="utf-8")
    found = assess_project(folder).findings
    return [one.found for one in found if one.code == "eligibility-against-schedule"]


def test_the_example_says_the_same_twice(tmp_path: Path) -> None:
    assert told(tmp_path / "farm", FIRST, FIRST) == []


@pytest.mark.parametrize(
    ("find", "put", "says"),
    [
        (FIRST, FIRST.replace("conventional", "none"), "2020 tillage: none, in the schedule yes"),
        (FIRST, FIRST.replace("true", "false"), "2020 residue removed: no, in the schedule yes"),
        # 138 to 92 kg N/ha in the schedule is a third less, whatever is declared
        (
            "new_value = 12.0",
            "new_value = 27.0",
            "+50%; the schedule has 138 and 92 kg N/ha of synthetic fertilizer, -33%",
        ),
    ],
)
def test_what_differs_is_told_with_both_answers(find: str, put: str, says: str, tmp_path: Path) -> None:
    (state,) = told(tmp_path / "farm", find, put)
    assert says in state
