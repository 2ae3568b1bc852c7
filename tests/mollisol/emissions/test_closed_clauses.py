"""Discounts and limits that a clause asks for, in the mixed farm, by hand arithmetic."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from scipy import stats

from mollisol.engine import run_project
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.rules_in_force.overlay import Overlay

FARM = Path(__file__).parents[3] / "examples" / "mixed-farm"
AREA_MIXED = 50.0


def periods(
    folder: Path, edits: dict[str, tuple[str, str]], overlays: tuple[Overlay, ...] = ()
) -> tuple[PeriodResult, ...]:
    """Run the farm with one text of some files put in place of another; an empty one is added."""
    shutil.copytree(FARM, folder)
    for name, (old, new) in edits.items():
        path = folder / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text
        path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
    return run_project(folder, route="analytic", overlays=overlays).results.periods


def test_the_discount_of_the_tool_by_hand(tmp_path: Path) -> None:
    """The trees of the mixed land, 8 to 11 t CO2e/ha in two years, with 20 %: half of it off both ends, 10 %."""
    (before, *_), (after, *_) = (
        periods(tmp_path / name, {"woody_stocks.csv": edit})
        for name, edit in (("as", ("", "")), ("wide", ("tree,11,40,9", "tree,11,40,20")))
    )
    assert before.woody is not None
    assert after.woody is not None
    change = (after.woody.project_t_co2e_per_year - before.woody.project_t_co2e_per_year) * 2
    assert change == pytest.approx(-0.1 * (11 - 8) * AREA_MIXED, rel=1e-9)
    assert after.woody.baseline_t_co2e_per_year == before.woody.baseline_t_co2e_per_year


def test_sampling_error_of_practice_data_by_hand(tmp_path: Path) -> None:
    """Of fuel, with 12 % on 8 of 30 farms: t(2/3, 7) x 12 % of the reduction is taken off."""
    sample = (
        "source,units_sampled,units_all,standard_error_percent,design\n"
        "fossil_fuel_co2,8,30,12,drawn at random among the farms\n"
    )
    before, after = (
        periods(tmp_path / name, edits)
        for name, edits in (("none", {}), ("some", {"practice_samples.csv": ("", sample)}))
    )
    for one, other in zip(before, after, strict=True):
        (fuel,) = [source.reduction_t_co2e for source in one.sources if source.id == "fossil_fuel_co2"]
        off = other.source_terms_t_co2e - one.source_terms_t_co2e
        assert off == pytest.approx(-float(stats.t(7).ppf(2 / 3)) * 0.12 * abs(fuel), rel=1e-9)
        assert off < 0


def test_displaced_production_ends_years_after_the_last_land_joined(tmp_path: Path) -> None:
    """With two years in place of five the second period, two years after the start, adds nothing."""
    entry = {"id": "vmd0054.production.most-years", "from": date(2020, 1, 1), "value": 2, "reason": "a test"}
    overlay = Overlay.model_validate({"label": "two years", "set": [entry]})
    five, two = (periods(tmp_path / name, {}, own) for name, own in (("five", ()), ("two", (overlay,))))
    displaced = [
        [0.0 if one.leakage is None else float(one.leakage.displaced_production_t_co2e) for one in run]
        for run in (five, two)
    ]
    assert displaced[0][0] == displaced[1][0] > 0
    assert displaced[0][1] > displaced[1][1] == 0


def test_flooded_rice_takes_its_own_factor(tmp_path: Path) -> None:
    """The arable land flooded: 0.003 in place of 0.016 or 0.006 at the centre, its end by the way the source goes."""
    text = (FARM / "site_conditions.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    made = [lines[0] + ",flooded_rice"]
    made += [f"{line},{'continuous flooding' if line.startswith('arable') else ''}" for line in lines[1:]]
    (period, _) = periods(tmp_path / "rice", {"site_conditions.csv": (text, "\n".join(made) + "\n")})
    (source,) = [one for one in period.sources if one.id == "nitrogen_fertilizer_n2o"]
    found = {factor.name: (factor.low, factor.central, factor.high) for factor in source.factors}
    assert found["EF1_FR / continuous flooding"] == (0.0, 0.003, 0.01)
