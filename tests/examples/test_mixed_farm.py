"""The constructed farm with everything in it, against hand arithmetic on its tables and the printed factors."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path

import pytest

from mollisol.engine import run_project
from mollisol.methodology.boundary import POOLS_AND_GASES
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.results.sources import SourceResult
from mollisol.run import Run

ROOT = Path(__file__).parents[2]
FARM = ROOT / "examples" / "mixed-farm"


@cache
def farm() -> Run:
    return run_project(FARM)


def period(number: int) -> PeriodResult:
    return farm().results.periods[number]


def source(number: int, id: str) -> SourceResult:
    (found,) = [source for source in period(number).sources if source.id == id]
    return found


def test_the_folder_is_what_the_script_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ROOT / "scripts" / "examples/mixed_farm.py"
    spec = importlib.util.spec_from_file_location("make_mixed_farm", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "OUT", tmp_path)
    module.main()
    written = {file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file()}
    for name in written:
        assert (tmp_path / name).read_bytes() == (FARM / name).read_bytes(), name
    there = {file.relative_to(FARM) for file in FARM.rglob("*") if file.is_file()}
    assert there == written | {Path("README.md")}


def test_everything_is_in_it() -> None:
    project = farm().project
    included = {entry.id for entry in project.head.boundary.entries if entry.included}
    possible = {row.id for row in POOLS_AND_GASES if row.inclusion != "excluded"}
    assert possible - included == {"belowground_woody_biomass"}, "counted with the trees"
    assert project.head.kind == "constructed"
    assert len(project.quantification_units) == 3
    assert len(project.head.verification_periods) == 2
    for field in (
        "fuel_use", "liming", "herds", "manure_shares", "fertilizers", "fixing_species", "burning", "woody_stocks",
        "amendments", "modelled_gases", "commodities", "production", "mitigation", "residue_diversions",
    ):  # fmt: skip
        assert getattr(project, field), field


def test_fuel_by_hand() -> None:
    """Two years: (5400 + 1200) l x 0.002886 + 400 l x 0.002810 before; 3300 + 1300 and 350 after; no range printed."""
    fuel = source(0, "fossil_fuel_co2")
    assert fuel.baseline_t_co2e == pytest.approx(2 * (6600 * 0.002886 + 400 * 0.00281), rel=1e-12)
    assert fuel.project_t_co2e == pytest.approx(2 * (4600 * 0.002886 + 350 * 0.00281), rel=1e-12)
    assert {factor.end for factor in fuel.factors} == {"central"}
    assert {factor.reason for factor in fuel.factors} == {"no range is published"}


def test_lime_takes_the_schedule_and_the_low_end() -> None:
    """Project year 2 repeats 2019: 60 t at the low end 0.06 before, 12 t dolomite at 0.065 after, times 44/12."""
    lime = source(0, "liming_co2")
    assert lime.direction == "decrease"
    assert lime.baseline_t_co2e == pytest.approx(60 * 0.06 * 44 / 12, rel=1e-12)
    assert lime.project_t_co2e == pytest.approx(12 * 0.065 * 44 / 12, rel=1e-12)


def test_burning_by_hand() -> None:
    """One burn in the two years (2018 is repeated, 2019 has none): 160 t x 0.9 x 2.7 and 0.07 g/kg x 28 and 265."""
    assert source(0, "biomass_burning_ch4").baseline_t_co2e == pytest.approx(
        160 * 0.9 * 2.7 / 1000 * 28, rel=1e-12
    )
    assert source(0, "biomass_burning_n2o").baseline_t_co2e == pytest.approx(
        160 * 0.9 * 0.07 / 1000 * 265, rel=1e-12
    )


def test_enteric_rises_and_takes_the_high_end() -> None:
    """60 cattle at 52 and 180 or 200 sheep at 9 kg, both 1.5 times as high at the outer end; two years, GWP 28."""
    enteric = source(0, "enteric_fermentation_ch4")
    assert enteric.direction == "increase"
    for heads, found in ((180, enteric.baseline_t_co2e), (200, enteric.project_t_co2e)):
        by_hand = 2 * 28 * (60 * 52 * 1.5 + heads * 9 * 1.5) / 1000
        assert found == pytest.approx(by_hand, rel=1e-12)
    assert {factor.end for factor in enteric.factors} == {"high"}


def test_clover_takes_the_high_end_of_other_nitrogen() -> None:
    """90 t x 0.025 x 0.011 x 44/28 x 265, twice."""
    clover = source(0, "nitrogen_fixing_species_n2o")
    assert clover.project_t_co2e == pytest.approx(2 * 90 * 0.025 * 0.011 * 44 / 28 * 265, rel=1e-12)
    assert clover.baseline_t_co2e == 0


def test_fertilizer_by_hand_at_the_low_end() -> None:
    """Wet: EF1 0.013 and 0.001, Frac 0.02, 0.00, EF4 0.011, leaching 0.01 x 0.000; two years."""
    fertilizer = source(0, "nitrogen_fertilizer_n2o")
    n2o = 44 / 28 * 265
    for urea, slurry, found in ((18, 150, fertilizer.baseline_t_co2e), (12, 180, fertilizer.project_t_co2e)):
        fsn, fon = urea * 0.46, slurry * 0.004
        by_hand = 2 * n2o * (fsn * 0.013 + fon * 0.001 + fsn * 0.02 * 0.011)
        assert found == pytest.approx(by_hand, rel=1e-12)


def test_modelled_methane_that_rises_is_made_larger() -> None:
    """50 ha x 0.002 t x 28 = 2.8 t a year more; the deduction adds to it (E-15), as its own quantity shows."""
    quantities = farm().trace.quantities
    for number in (1, 2):
        reduction = float(quantities[f"soil_ch4@1.{number}"].value)
        doubt = float(quantities[f"uncertainty_ch4@1.{number}"].value)
        assert reduction == pytest.approx(-2.8, rel=1e-9)
        assert 0 < doubt < 1
        default = float(quantities[f"default_sources@1.{number}"].value)
        total = float(quantities[f"source_terms@1.{number}"].value)
        assert total == pytest.approx(default - 2.8 * (1 + doubt), rel=1e-9)


def test_trees_and_shrubs_by_hand() -> None:
    """(11 - 8) / 2 x 50 ha and (2.6 - 2) / 2 x 40 ha a year."""
    woody = period(0).woody
    assert woody is not None
    assert woody.project_t_co2e_per_year == pytest.approx(1.5 * 50 + 0.3 * 40, rel=1e-12)
    assert woody.baseline_t_co2e_per_year == 0


def test_amendments_and_residues_by_hand() -> None:
    """120 t compost x 0.15 x 0.12 x 44/12 and 4 t straw x 15 GJ x 0.0946, twice; the manure is exempt."""
    leakage = period(0).leakage
    assert leakage is not None
    assert leakage.amendments_t_co2e == pytest.approx(2 * 120 * 0.15 * 0.12 * 44 / 12, rel=1e-12)
    assert leakage.residues_t_co2e == pytest.approx(2 * 4 * 15 * 0.0946, rel=1e-12)


def test_displaced_production_by_hand() -> None:
    """Cross-commodity, since beans are new: IS and NL are 1; wheat 500 x 1.005^2 - 493 - 3, beans 0 - 2."""
    leakage = period(0).leakage
    assert leakage is not None
    assert leakage.accounting == "cross-commodity"
    wheat = 500 * 1.005**2 - (494 + 492) / 2 - 3
    area = wheat / 7.5 - 2 / 3
    mitigation = 2 * (0.6 + 220 * 0.002886)
    cumulative = area * (60 + 80 * (1 - 0.7)) * 44 / 12 + mitigation
    assert leakage.cumulative_displaced_t_co2e == pytest.approx(cumulative, rel=1e-9)
    assert leakage.taken_off_t_co2e == pytest.approx(
        cumulative + leakage.amendments_t_co2e + leakage.residues_t_co2e, rel=1e-9
    )


def test_the_second_period_takes_off_only_what_is_new() -> None:
    first, second = period(0).leakage, period(1).leakage
    assert first is not None
    assert second is not None
    assert second.displaced_production_t_co2e == pytest.approx(
        second.cumulative_displaced_t_co2e - first.cumulative_displaced_t_co2e, rel=1e-12
    )


@pytest.mark.parametrize("number", [0, 1])
def test_the_parts_of_a_period_add_up(number: int) -> None:
    own = period(number)
    total = own.after_deduction_t_co2e + own.woody_t_co2e + own.source_terms_t_co2e
    assert own.verified_total_t_co2e == pytest.approx(
        total - own.leakage_t_co2e - own.buffer_t_co2e, rel=1e-12
    )
    stock = own.after_deduction_t_co2e + own.woody_t_co2e
    assert own.buffer_t_co2e == pytest.approx(0.15 * stock, rel=1e-12), (
        "stocks carry the buffer, sources none"
    )


@pytest.mark.parametrize("number", [0, 1])
def test_calendar_years_move_no_total_and_units_add_up(number: int) -> None:
    own = period(number)
    verified = sum(part.verified_reductions_t_co2e + part.verified_removals_t_co2e for part in own.calendar)
    assert verified == pytest.approx(own.verified_total_t_co2e, rel=1e-12)
    removals = sum(vintage.verified_removals_t_co2e for vintage in own.vintages)
    assert sum(part.verified_removals_t_co2e for part in own.calendar) == pytest.approx(removals, rel=1e-12)
    units = sum(part.reduction_units_t + part.removal_units_t for part in own.calendar)
    assert units == own.units_to_issue_t
    assert [part.year for part in own.calendar] == list(range(own.during.start.year, own.during.end.year + 1))
    first = own.vintages[0].verified_removals_t_co2e
    assert own.calendar[0].verified_removals_t_co2e == pytest.approx(first * 92 / own_days(own), rel=1e-12)


def own_days(own: PeriodResult) -> int:
    first = own.vintages[0].during
    return (first.end - first.start).days + 1


def test_every_factor_without_a_range_is_a_finding() -> None:
    without = {
        factor.citation + factor.name
        for own in farm().results.periods
        for source in own.sources
        for factor in source.factors
        if factor.low is None
    }
    assert without
    codes = [finding.code for finding in farm().findings]
    assert codes.count("factor-no-range") >= len(without)
    assert "residue-diversion-from-memory" in codes


def test_the_report_has_the_chapter(tmp_path: Path) -> None:
    from mollisol.bundle.write import bundle_files

    files = bundle_files(farm())
    page = files["report.html"].decode()
    for words in (
        "Emission sources by period",
        "Factors, and why this end",
        "Leakage by period",
        "Calendar years",
    ):
        assert words in page
    assert json.loads(files["results.json"])["periods"][0]["sources"]
