"""Equations by themselves, with arguments from a file; landowners as docs/designs.md has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.mollisol.cli.conftest import Mollisol

PAGE = (Path(__file__).parents[3] / "docs" / "designs.md").read_text(encoding="utf-8")
OWNERS = PAGE[PAGE.index("[[landowners]]") :].partition("```")[0]


def test_landowners_from_a_file(mollisol: Mollisol, tmp_path: Path) -> None:
    """Expanded totals of 104 and 100 t by hand: (104 - 100)^2 / 4 = 4."""
    file = tmp_path / "owners.toml"
    file.write_text(OWNERS, encoding="utf-8")
    done = mollisol("eq", "vm0042:A6.1", "--from", str(file), "--json")
    assert (done.code, json.loads(done.out)["value"]) == (0, pytest.approx(4.0))


TABLE = PAGE[PAGE.index("landowners.area_ha,") :].partition("```")[0]


def test_landowners_from_columns(mollisol: Mollisol, tmp_path: Path) -> None:
    """The same landowner as a table, as the page has it."""
    (tmp_path / "owners.csv").write_text(TABLE, encoding="utf-8")
    done = mollisol("eq", "vm0042:A6.1", "--from", str(tmp_path / "owners.csv"), "--json")
    assert (done.code, json.loads(done.out)["value"]) == (0, pytest.approx(4.0))
    (tmp_path / "late.csv").write_text(TABLE.replace("100,20,12,1.0", ",20,12,1.0"), encoding="utf-8")
    done = mollisol("eq", "vm0042:A6.1", "--from", str(tmp_path / "late.csv"))
    assert (done.code, "row 2: landowners.fields.area_ha before an entry of landowners" in done.err) == (
        2,
        True,
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "area_ha,change_t_co2e_per_ha\n60,0.8\n,1.9\n,0.2\n,1.1\n"),
        ("a.json", '{"area_ha": 60, "change_t_co2e_per_ha": [0.8, 1.9, 0.2, 1.1]}'),
    ],
)
def test_columns_and_keys(name: str, text: str, mollisol: Mollisol, tmp_path: Path) -> None:
    """Eq. 62: 60^2 / (4 x 3) x 1.5 by hand, of deviations -0.2, 0.9, -0.8 and 0.1 squared."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = mollisol("eq", "vm0042:62", "--from", str(tmp_path / name))
    assert done.code == 0
    assert done.out.startswith("s2_sampling,h = 450")


def test_a_row_of_one_stays_a_row(mollisol: Mollisol, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("values,group\n3.0,0\n", encoding="utf-8")
    done = mollisol("eq", "mollisol:mean-by-group", "--from", str(tmp_path / "a.csv"))
    assert "[3.0]" in done.out


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.xlsx", "x", "a .toml, .json or .csv file"),
        ("a.csv", "", "an empty file"),
        ("a.csv", "area_ha,area_ha\n1,2\n", "a name of its own"),
        ("a.csv", "area_ha,change_t_co2e_per_ha\n60,1\n,\n,2\n", "empty cell inside of column change"),
        ("a.csv", "area_ha\n60,1\n", "2 cells under 1 names"),
        ("a.csv", "area_ha,change_t_co2e_per_ha\n60,1\n,x\n", "change_t_co2e_per_ha must be"),
        ("a.csv", "area_ha,hectares\n60,1\n", "not hectares"),
        ("a.toml", "area_ha = ", "is no TOML"),
        ("a.toml", "area_ha = 2020-01-01", "area_ha must be a number"),
        ("a.json", "[1, 2]", "one value for each argument"),
        ("a.json", '{"a": 1, "a": 2}', "json-key-twice"),
        ("nothing.csv", None, "no such file"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(
    name: str, text: str | None, words: str, mollisol: Mollisol, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = mollisol("eq", "vm0042:62", "--from", str(tmp_path / name))
    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err


def test_an_argument_is_given_once(mollisol: Mollisol, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("area_ha\n60\n", encoding="utf-8")
    done = mollisol("eq", "vm0042:62", "area_ha=3", "--from", str(tmp_path / "a.csv"))
    assert "area_ha: given in the file and beside it" in done.err
