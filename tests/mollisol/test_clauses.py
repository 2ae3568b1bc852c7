"""Clauses of VM0042 that are broken, or stretched, in a whole project, where no case of one finding shows them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import FindingsError
from mollisol.methodology.rules_in_force.overlay import Overlay

AGE = "vm0042.baseline.reassess-years"
FARM = Path(__file__).parents[2] / "examples" / "mixed-farm"
type Farm = Callable[..., Path]


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    """Give a function that copies the farm and replaces texts, all of them, in its files."""

    def copy(*edits: tuple[str, str, str]) -> Path:
        folder = tmp_path / f"farm-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(FARM, folder)
        for name, old, new in edits:
            text = (folder / name).read_text(encoding="utf-8")
            assert old in text, (name, old)
            (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return copy


def leakage(folder: Path) -> float:
    """Return the displaced production of the first period, a year. [t CO2e]."""
    (first, *_) = run_project(folder, route="analytic").results.periods
    assert first.leakage is not None
    return float(first.leakage.displaced_production_t_co2e)


def test_livestock_is_in_the_boundary(farm: Farm) -> None:
    """Table 3: a herd in either scenario brings its methane in, whatever its amount."""
    entry = '{ id = "enteric_fermentation_ch4", included = '
    with pytest.raises(FindingsError) as error:
        run_project(farm(("project.toml", f"{entry}true", f"{entry}false")), route="analytic")
    found = [one for one in error.value.findings if one.code == "source-must-be-included"]
    assert ["enteric_fermentation_ch4" in one.where.thing for one in found] == [True]


def test_a_baseline_of_which_nothing_is_said_is_as_old_as_its_start(farm: Farm) -> None:
    """Section 6: under a rule of four years the farm's five are too many, said or not."""
    stricter = Overlay.model_validate(
        {
            "label": "every four years",
            "set": [{"id": AGE, "from": date(2025, 10, 21), "value": 4, "reason": "to see it"}],
        }
    )
    silent = farm(("eligibility.toml", '[[baselines]]\nunit = "arable"\nvalid_from = 2021-10-01\n', ""))
    for folder in (silent, farm()):
        with pytest.raises(FindingsError) as error:
            run_project(folder, overlays=[stricter], route="analytic")
        old = [one.where.thing for one in error.value.findings if one.code == "baseline-too-old"]
        assert sorted(old) == ["baseline of arable", "baseline of grass", "baseline of mixed"]


def test_what_may_not_offset_offsets_nothing(farm: Farm) -> None:
    """VMD0054 1.1: a subsistence crop makes up for no other; without it the leakage is as if it were not there."""
    more = [("production.csv", f"beans,{year},2\n", f"beans,{year},200\n") for year in range(2021, 2026)]
    beans = 'beans,agricultural,t,3,0,yes,yes,{},"national'
    grown_for_themselves = ("commodities.csv", beans.format("no"), beans.format("yes"))
    alone = farm(
        *[(name, old, "") for name, old, _ in more],
        ("commodities.csv", beans.format("no") + ' statistics, constructed"\n', ""),
    )
    offset, not_offset, without = (
        leakage(farm(*more)),
        leakage(farm(*more, grown_for_themselves)),
        leakage(alone),
    )
    assert offset < not_offset
    # with a second commodity the accounting is across them, where all that falls counts: never less than alone
    assert not_offset >= without


def test_leakage_is_never_a_gain(farm: Farm) -> None:
    """VCS Standard 5.0, 3.14.12: a project that makes twice as much as before has no leakage, and none below zero."""
    more = [
        ("production.csv", f"wheat,{year},{made}\n", f"wheat,{year},1000\n")
        for year, made in ((2021, 494), (2022, 492), (2023, 490), (2024, 488), (2025, 486))
    ]
    folder = farm(*more)
    (folder / "leakage_mitigation.csv").unlink()  # what mitigation emits counts by itself
    assert leakage(folder) == 0.0
