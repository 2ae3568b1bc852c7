"""A redacted bundle: no person or place is left, figures are the same, and rows open by their nonces."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import Final

import duckdb
import pytest
from typer.testing import CliRunner

from mollisol.bundle.read import Bundle, open_bundle
from mollisol.bundle.redacted import Opening
from mollisol.cli.app import app
from mollisol.methodology.findings import UserError

FARM: Final = Path(__file__).parents[3] / "examples" / "mixed-farm"
NAMES: Final = {
    "Mixed farm, constructed": "Hollowbrook Farm",
    'proponent = "none: constructed"': 'proponent = "Lovegrove and Daughters"',
    'laboratory = "none: constructed"': 'laboratory = "Quillfeather Analytics"',
    'region = "the county"': 'region = "Nethershire"',
    "a neighbour": "tom-underhill",
}


def test_commitment() -> None:
    """By sha256sum of coreutils over the nonce, a line break and the value."""
    opening = Opening("sample_points.csv", 2, "longitude_deg", "-0.619252", f"{7:064d}")
    assert opening.sha256 == "fb5c566866f54842b5cf944f204313dfed3432c1f6a04efe1950887c5884e1da"


class Redacted:
    """A farm with names and places of its own, its bundle, and that without them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.project, self.full = folder, folder / "farm", folder / "full"
        self.out, self.nonces = folder / "redacted", folder / "redacted.nonces.csv"
        shutil.copytree(FARM, self.project)
        for file in ("project.toml", "eligibility.toml", "control_sites.csv", "quantification_units.csv"):
            text = (self.project / file).read_text()
            for old, new in NAMES.items():
                text = text.replace(old, new)
            (self.project / file).write_text(text)
        self.asked("run", self.project, "--out", self.full)
        self.asked("bundle", "redact", self.full, "--out", self.out)

    @staticmethod
    def asked(*words: object, code: int = 0) -> str:
        """Return what a command prints; with code 1, the words of the fault that ends it."""
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == code, result.output + repr(result.exception)
        assert not code or isinstance(result.exception, UserError)
        return result.output + str(result.exception or "")

    @property
    def bundle(self) -> Bundle:
        return open_bundle(self.out)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Redacted:
    return Redacted(tmp_path_factory.mktemp("redacted"))


@pytest.mark.slow
def test_nothing_is_left(made: Redacted) -> None:
    """Every coordinate of points, plan and outlines, each name and each place is looked for in every file."""
    places = {
        row[name]
        for file in ("sample_points.csv", "plan/points.csv")
        for row in csv.DictReader((made.project / file).read_text().splitlines())
        for name in ("longitude_deg", "latitude_deg")
    }
    places |= set(re.findall(r"-?\d+\.\d+", (made.project / "units.geojson").read_text()))
    words = {new.rpartition("= ")[2].strip('"') for new in NAMES.values()}
    assert len(places) > 90  # 48 points with two each, some of them shared by the plan, and corners
    texts = {name: content.decode(errors="replace") for name, content in made.bundle.files.items()}
    table = duckdb.read_parquet(str(made.out / "values.parquet")).select("text", "number").fetchall()
    texts["values.parquet"] = "\n".join(str(text) for text, _ in table if text)
    numbers = {number for _, number in table}
    left = [(name, word) for name, text in texts.items() for word in places | words if word in text]
    assert not [
        item for item in left if item[1] not in texts["rules.json"]
    ]  # a rule has -0.62, as a corner has
    assert not {float(place) for place in places if len(place) > 5} & numbers
    assert not any(name.endswith(("units.geojson", "map.svg")) for name in texts)
    full = "".join(content.decode(errors="replace") for content in open_bundle(made.full).files.values())
    assert all(word in full for word in words)


@pytest.mark.slow
def test_figures_are_those_of_the_full_bundle(made: Redacted) -> None:
    full, redacted = open_bundle(made.full), made.bundle
    numbers = [{path: value for path, (value, _) in one.figures.items()} for one in (full, redacted)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-12)
    assert full.results.state == redacted.results.state
    told = made.asked("verify", made.out)
    assert any(line.startswith("same") for line in told.splitlines())
    assert "taken, not recomputed" in told
    assert "not told: refusal geometry-missing" in told
    assert "area drawn of arable" in told


@pytest.mark.slow
def test_a_row_opens_by_its_nonces_alone(made: Redacted) -> None:
    told = made.asked("bundle", "open", made.out, made.nonces, "--row", "sample_points.csv:2")
    assert "sample_points.csv:2 [longitude_deg] '-0.619252'" in told
    assert "sample_points.csv:3" not in told
    rows = made.nonces.read_text().splitlines()
    at = next(
        number for number, row in enumerate(rows) if row.startswith("sample_points.csv,2,longitude_deg")
    )
    wrong = made.folder / "wrong.csv"
    for changed in (
        rows[at][:-1] + ("0" if rows[at][-1] != "0" else "1"),
        rows[at].replace("-0.619252", "-0.7"),
    ):
        wrong.write_text("\n".join([rows[0], changed]) + "\n")
        assert "1 of 1 values do not open" in made.asked("bundle", "open", made.out, wrong, code=1)
    made.asked("bundle", "open", made.full, made.nonces, code=1)
    made.asked("bundle", "open", made.out, made.nonces, "--row", "sample_points.csv:999", code=1)
    made.asked("bundle", "open", made.out, FARM / "strata.csv", code=1)


@pytest.mark.slow
def test_one_value_has_one_token_where_it_is_an_id(made: Redacted) -> None:
    rows = list(csv.DictReader(made.bundle.input("control_sites.csv").decode().splitlines()))
    assert len({row["managed_by"] for row in rows}) == 1
    assert rows[0]["managed_by"].startswith("redacted-")
    assert made.nonces.stat().st_mode & 0o077 == 0
