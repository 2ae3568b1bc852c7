"""The end of a range where the direction turns with it, and the potentials on their clock."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from mollisol.engine import run_project
from mollisol.methodology.factors.tables import look_up
from mollisol.methodology.findings import FindingsError
from mollisol.methodology.rules_in_force.rule import Clocks
from mollisol.methodology.rules_in_force.rule_set import RulesInForce, load_rule_set, rule_set_keys

FARM = Path(__file__).parents[3] / "examples" / "mixed-farm"
HEADER = "quantification_unit,scenario,year,product,kind,applied_t,nitrogen_t_per_t\n"
FSN, FON = 0.408, 0.6
ENDS = {
    "low": (0.013, 0.001, 0.02, 0.00, 0.011, 0.01, 0.000),
    "central": (0.016, 0.006, 0.11, 0.21, 0.014, 0.24, 0.011),
    "high": (0.019, 0.011, 0.33, 0.31, 0.017, 0.73, 0.020),
}
"""Wet climate: EF1 of synthetic and other nitrogen, Frac_GASF, Frac_GASM, EF4, Frac_LEACH, EF5 (IPCC 2019)."""


def reduction(end: str) -> float:
    """Slurry before, urea after: two years, by hand."""
    synthetic, organic, gas_synthetic, gas_organic, volatile, leach, leached = ENDS[end]
    before = FON * (organic + gas_organic * volatile + leach * leached)
    after = FSN * (synthetic + gas_synthetic * volatile + leach * leached)
    return 2 * (before - after) * 44 / 28 * 265


def test_where_the_direction_turns_the_end_that_credits_less_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "farm"
    shutil.copytree(FARM, folder)
    rows = [f"mixed,baseline,{year},slurry,organic,150,0.004" for year in (2018, 2019, 2020)]
    rows += [f"mixed,project,{year},nitrate,synthetic,1.02,0.4" for year in range(2021, 2026)]
    (folder / "fertilizers.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    assert reduction("central") < 0 < reduction("high"), (
        "it rises with central factors and falls with high ones"
    )
    run = run_project(folder, route="analytic")
    (source,) = [s for s in run.results.periods[0].sources if s.id == "nitrogen_fertilizer_n2o"]
    assert source.reduction_t_co2e == pytest.approx(reduction("low"), rel=1e-9)
    assert reduction("low") < reduction("high")
    assert "factor-direction-turned" in {finding.code for finding in run.findings}
    assert any("credits less" in factor.reason for factor in source.factors)


def test_synthetic_nitrogen_goes_into_the_air_by_its_form(tmp_path: Path) -> None:
    """Ammonium nitrate before, urea and a mixture after: two years, by hand with the high ends of Table 11.3."""
    folder = tmp_path / "farm"
    shutil.copytree(FARM, folder)
    rows = [
        f"mixed,baseline,{year},nitrate,synthetic,1,0.35,ammonium-nitrate-based"
        for year in (2018, 2019, 2020)
    ]
    for year in range(2021, 2026):
        rows += [
            f"mixed,project,{year},urea,synthetic,2,0.46,urea",
            f"mixed,project,{year},npk,synthetic,1,0.15,",
        ]
    header = HEADER.strip() + ",nitrogen_form\n"
    (folder / "fertilizers.csv").write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
    run = run_project(folder, route="analytic")
    (source,) = [s for s in run.results.periods[0].sources if s.id == "nitrogen_fertilizer_n2o"]
    rest = 0.019 + 0.73 * 0.020
    before, after = 0.35 * (rest + 0.2 * 0.017), 0.92 * (rest + 0.43 * 0.017) + 0.15 * (rest + 0.33 * 0.017)
    assert source.reduction_t_co2e == pytest.approx(2 * (before - after) * 44 / 28 * 265, rel=1e-9)
    (unknown,) = [item for item in run.findings if item.code == "nitrogen-form-unknown"]
    assert unknown.found == "5 rows of synthetic fertilizer"


@pytest.mark.parametrize("key", rule_set_keys())
def test_the_potentials_are_those_of_their_set_on_their_day(key: str) -> None:
    rule_set = load_rule_set(key)
    rules = RulesInForce(rule_set, Clocks(registered_on=date(2026, 11, 21)))
    for day, name in (
        (date(2020, 12, 31), "AR4"),
        (date(2021, 1, 1), rule_set.head.global_warming_potentials),
    ):
        methane, nitrous_oxide = (look_up("gwp100", set=name, gas=gas) for gas in ("CH4", "N2O"))
        assert rules.value("vcs.gwp.methane", day).value == methane.central
        assert rules.value("vcs.gwp.nitrous-oxide", day).value == nitrous_oxide.central
    assert [chosen.value for chosen in rules.chosen if chosen.rule == "vcs.gwp.methane"] == [25, 28]


def test_sources_before_the_first_potential_are_refused_by_check(tmp_path: Path) -> None:
    folder = tmp_path / "farm"
    shutil.copytree(FARM, folder)
    for file in filter(Path.is_file, folder.rglob("*")):
        text = file.read_text(encoding="utf-8")
        for year in range(2018, 2027):
            text = text.replace(str(year), str(year - 20))
        text = text.replace("registered_on = 2006", "registered_on = 2026").replace("2.2+2006", "2.2+2026")
        file.write_text(text, encoding="utf-8")
    with pytest.raises(FindingsError) as error:
        run_project(folder, route="analytic")
    missing = [finding for finding in error.value.findings if finding.code == "rule-missing"]
    assert {finding.clause for finding in missing} == {"vcs.gwp.methane", "vcs.gwp.nitrous-oxide"}
    assert all("has no value on 2001-10-01" in f.found or "2003-10-01" in f.found for f in missing)
