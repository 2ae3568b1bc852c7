"""Numbers that were typed in: each doubtful one is asked about, and the part of the credit on them is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Finding, Severity
from mollisol.questions.typed_numbers import typed_figures
from tests.support.source import ROOT

FARM = ROOT / "examples" / "mixed-farm"
DOUBTS = {
    "fuel-before-large",
    "nitrogen-before-large",
    "woody-growth-unlikely",
    "woody-start-differs",
    "production-before-low",
    "modelled-gas-without-error",
    "burning-before-large",
    "woody-baseline-falls",
    "yield-beyond-record",
}


def asked(folder: Path) -> list[Finding]:
    return [finding for finding in assess_project(folder).findings if finding.code in DOUBTS]


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "words"),
    [
        ("fuel_use.csv", "diesel,5400", "diesel,10800", "fuel-before-large", "180 litres"),
        ("fuel_use.csv", "project,2021,diesel,3300", "project,2021,diesel,0", "", ""),
        ("fertilizers.csv", "urea,synthetic,18,", "urea,synthetic,54,", "nitrogen-before-large", "414 kg N"),
        ("woody_stocks.csv", "2026-10-01,tree,17.5", "2026-10-01,tree,35", "woody-growth-unlikely", "8.0 t"),
        ("woody_stocks.csv", "project,2021-10-01,tree,8", "project,2021-10-01,tree,4", "woody-start-differs", "4 t"),
        ("production.csv", "500", "390", "production-before-low", "390 a year"),
        ("woody_stocks.csv", "baseline,2026-10-01,tree,8", "baseline,2026-10-01,tree,2", "woody-baseline-falls", "2"),
        ("burning.csv", "160000,40", "800000,40", "burning-before-large", "20 t of dry matter a hectare"),
        ("burning.csv", "160000,40", "160000,70", "burning-before-large", "on 70 of 60 ha"),
        ("commodities.csv", "agricultural,t,7.5", "agricultural,t,75", "yield-beyond-record", "75 t/ha"),
        ("schedule_of_activities.csv", ",7.5,", ",75,", "yield-beyond-record", "75 t/ha"),
        ("modelled_soil_gases.csv", ",4e-07,", ",0,", "modelled-gas-without-error", "standard error of 0"),
    ],
)  # fmt: skip
def test_a_number_that_is_hard_to_believe_is_asked_about(
    file: str, old: str, new: str, code: str, words: str, tmp_path: Path
) -> None:
    folder = tmp_path / "farm"
    shutil.copytree(FARM, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    found = asked(folder)
    assert {finding.code for finding in found} == ({code} if code else set())
    assert all(finding.severity is Severity.WARNING for finding in found)
    assert not words or words in found[0].found


def test_the_farm_as_it_is_raises_no_doubt() -> None:
    assert asked(FARM) == []


def test_what_rests_on_typed_numbers_adds_up_to_what_was_credited_beside_the_soil() -> None:
    """Soil after its deduction and the typed parts give the verified total."""
    run = run_project(FARM)
    periods = run.results.periods
    figures = {
        figure.name: figure.effect_t_co2e for figure in typed_figures(periods, ["modelled_soil_gases.csv"])
    }
    soil = sum(p.after_deduction_t_co2e for p in periods)
    methane = sum(p.source_terms_t_co2e - sum(s.reduction_t_co2e for s in p.sources) for p in periods)
    assert figures["modelled gases"] == pytest.approx(methane)
    # 2.8 t a year more (28 x 50 ha x 0.002 t), and the deduction makes the rise larger
    assert -20 < figures["modelled gases"] < -5 * 2.8
    assert soil + sum(figures.values()) == pytest.approx(sum(p.verified_total_t_co2e for p in periods))
    assert figures["woody stocks"] == pytest.approx(sum(p.woody_t_co2e for p in periods))
    told = [finding for finding in run.findings if finding.code == "credit-on-typed-numbers"]
    assert [f.where.thing for f in told if f.severity is Severity.WARNING] == ["woody stocks"]
