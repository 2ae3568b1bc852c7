"""Climate splits, the conservative end, project-specific factors, displacement defaults."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mollisol.methodology.activity import CommodityFacts
from mollisol.methodology.factors import climate, displacement, warming
from mollisol.methodology.factors.conservative import (
    check_direction_kept,
    choose_ends,
    direction_of,
    less_credit,
)
from mollisol.methodology.factors.factor import Factor, FactorError
from mollisol.methodology.factors.project_factors import Level, ProjectFactor, check_project_factor
from mollisol.methodology.factors.tables import TABLES, look_up
from mollisol.methodology.findings import Severity
from mollisol.methodology.rules_in_force.rule import Clocks
from mollisol.methodology.rules_in_force.rule_set import RulesInForce, load_rule_set
from tests.support.factors import all_factors

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=100)
EF1 = look_up("11.1", factor="EF1", input="synthetic", condition="wet")


def test_the_printed_example_of_the_conservative_end() -> None:
    down = choose_ends(source="s", factors={"ef": EF1}, baseline_t_co2e=10.0, project_t_co2e=9.0)
    up = choose_ends(source="s", factors={"ef": EF1}, baseline_t_co2e=9.0, project_t_co2e=10.0)
    assert down.value("ef", "kg N2O-N/kg N") == 0.013
    assert up.value("ef", "kg N2O-N/kg N") == 0.019
    assert "decreases" in down.chosen[0].reason
    assert "8.6.3" in down.chosen[0].reason
    assert down.findings == ()


@COMMON
@given(baseline=st.floats(0, 100), project=st.floats(0, 100))
def test_the_chosen_end_never_credits_more_than_the_other(baseline: float, project: float) -> None:
    """Amounts with one factor: the chosen end gives the least reduction."""
    chosen = choose_ends(
        source="s", factors={"ef": EF1}, baseline_t_co2e=baseline, project_t_co2e=project
    ).value("ef", "kg N2O-N/kg N")
    for other in (0.013, 0.016, 0.019):
        assert (baseline - project) * chosen <= (baseline - project) * other + 1e-12


def test_every_factor_of_a_source_takes_its_end() -> None:
    factors = {"frac": climate.volatilised_synthetic(), "ef4": climate.volatilised_factor("wet")}
    chosen = choose_ends(source="s", factors=factors, baseline_t_co2e=2.0, project_t_co2e=1.0)
    assert [one.end for one in chosen.chosen] == ["low", "low"]
    with pytest.raises(FactorError, match="it has: ef4, frac"):
        chosen.value("gwp", "1")


def test_no_range_takes_the_central_value_and_says_so() -> None:
    straw = look_up("2.6", fuel="wheat residues")
    chosen = choose_ends(source="s", factors={"cf": straw}, baseline_t_co2e=2.0, project_t_co2e=1.0)
    assert chosen.chosen[0].end == "central"
    (one,) = chosen.findings
    assert (one.code, one.severity) == ("factor-no-range", Severity.WARNING)
    assert one.clause
    assert "central value" in one.do


def test_a_range_from_a_statement_is_noted() -> None:
    enteric = look_up("10.10", animal="sheep", productivity="low")
    chosen = choose_ends(source="s", factors={"ef": enteric}, baseline_t_co2e=1.0, project_t_co2e=2.0)
    assert chosen.chosen[0].value == 7.5
    assert [f.code for f in chosen.findings] == ["factor-range-not-printed"]


@pytest.mark.parametrize("selection", ["central", "conservative_end"])
def test_memory_and_conflict_always_warn(selection: Any) -> None:
    weak = [f for table in TABLES for f in all_factors(table) if f.status in ("from-memory", "conflict")]
    assert len(weak) == 21
    for factor in weak:
        chosen = choose_ends(
            source="s", factors={"f": factor}, baseline_t_co2e=2.0, project_t_co2e=1.0, selection=selection
        )
        (one,) = [f for f in chosen.findings if f.code == "factor-weakly-sourced"]
        assert one.severity is Severity.WARNING
        assert factor.status in one.found


def test_central_values_only_where_a_rule_says_so() -> None:
    chosen = choose_ends(
        source="s",
        factors={"ef": EF1},
        baseline_t_co2e=2.0,
        project_t_co2e=1.0,
        selection="central",
        rule="vm0042.ef.selection",
    )
    assert chosen.chosen[0].value == 0.016
    assert chosen.chosen[0].reason == "vm0042.ef.selection takes central values"


def test_a_source_that_does_not_change() -> None:
    chosen = choose_ends(source="s", factors={"ef": EF1}, baseline_t_co2e=1.0, project_t_co2e=1.0)
    assert chosen.chosen[0].end == "central"
    assert [f.code for f in chosen.findings] == ["factor-no-direction"]
    assert direction_of(baseline_t_co2e=1.0, project_t_co2e=1.0) == "unchanged"


def test_a_direction_that_turns_with_the_factors_is_found() -> None:
    """270 of organic nitrogen give way to 100 of synthetic: down with central factors, up with the lowest ones."""
    factors = {"synthetic": EF1, "organic": climate.direct_factor("organic", "wet")}
    chosen = choose_ends(
        source="fertilizer", factors=factors, baseline_t_co2e=270 * 0.006, project_t_co2e=100 * 0.016
    )
    assert chosen.direction == "decrease"
    assert check_direction_kept(chosen, baseline_t_co2e=2.0, project_t_co2e=1.0) == []
    organic, synthetic = (chosen.value(name, "kg N2O-N/kg N") for name in ("organic", "synthetic"))
    (one,) = check_direction_kept(chosen, baseline_t_co2e=270 * organic, project_t_co2e=100 * synthetic)
    assert one.code == "factor-direction-turned"
    assert less_credit(reduction_with_low_t_co2e=1.0, reduction_with_high_t_co2e=2.0) == "low"
    assert less_credit(reduction_with_low_t_co2e=1.0, reduction_with_high_t_co2e=-2.0) == "high"


@pytest.mark.parametrize(
    ("zone", "rain", "pet", "expect"),
    [
        ("temperate", 800.0, 700.0, "wet"),
        ("temperate", 600.0, 700.0, "dry"),
        ("boreal", 500.0, 400.0, "wet"),
        ("tropical", 1200.0, None, "wet"),
        ("tropical", 900.0, 800.0, "dry"),
    ],
)
def test_wet_and_dry(zone: Any, rain: float, pet: float | None, expect: str) -> None:
    place = climate.AnnualClimate(zone=zone, precipitation_mm=rain, potential_evapotranspiration_mm=pet)
    assert climate.moisture_of(place) == expect


def test_open_cases_of_the_climate_stop() -> None:
    even = climate.AnnualClimate(
        zone="temperate", precipitation_mm=700.0, potential_evapotranspiration_mm=700.0
    )
    with pytest.raises(FactorError, match="neither wet nor dry"):
        climate.moisture_of(even)
    with pytest.raises(FactorError, match="needs potential_evapotranspiration_mm"):
        climate.moisture_of(climate.AnnualClimate(zone="boreal", precipitation_mm=1.0))


@pytest.mark.parametrize(
    ("moisture", "irrigation", "expect"),
    [
        ("wet", "none", 0.24),
        ("wet", "drip", 0.24),
        ("dry", "none", 0.0),
        ("dry", "drip", 0.0),
        ("dry", "other", 0.24),
    ],
)
def test_leaching_by_climate_and_irrigation(moisture: Any, irrigation: Any, expect: float) -> None:
    assert climate.leached_share(moisture, irrigation).central == expect


def test_direct_factors_split_by_kind_in_wet_climates_only() -> None:
    assert climate.direct_factor("synthetic", "wet").central == 0.016
    assert climate.direct_factor("organic", "wet").central == 0.006
    assert climate.direct_factor("residue", "wet").central == 0.006
    assert {climate.direct_factor(k, "dry").central for k in ("synthetic", "organic", "residue")} == {0.005}
    assert climate.manure_n2o_factor("cattle-other", "pasture", "wet").central == 0.006
    assert climate.manure_n2o_factor("sheep-mature", "pasture", "wet").central == 0.003
    assert climate.manure_n2o_factor("sheep-mature", "drylot", "wet").central == 0.02
    assert climate.leached_factor().central == 0.011
    assert climate.volatilised_organic().central == 0.21
    assert climate.volatilised_synthetic("urea").status == "verified"


def test_factors_of_fuel_lime_and_retained_carbon() -> None:
    assert warming.fuel_factor("diesel").central == 0.002886
    assert warming.lime_factor("dolomite").central == 0.13
    assert warming.retained_fraction().central == 0.12
    with pytest.raises(FactorError, match="allowed: limestone"):
        warming.fuel_factor("biogas")  # type: ignore[arg-type]


def project_factor(**change: Any) -> ProjectFactor:
    given: dict[str, Any] = {
        "name": "ef1",
        "source": "fertilizer",
        "factor": Factor(
            id="project/ef1",
            central=0.008,
            low=0.006,
            high=0.01,
            unit="kg N2O-N/kg N",
            status="verified",
            range_kind="published",
            citation="a journal article",
        ),
        "level": 1,
        "applies_because": "same soil, crop and climate",
        "science_citation_index": True,
        "checked_on": date(2024, 2, 29),
    }
    return ProjectFactor.model_validate(given | change)


def test_a_factor_of_the_first_level_passes() -> None:
    assert list(check_project_factor(project_factor(), on=date(2026, 1, 1), recheck_years=5)) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"science_citation_index": False}, "factor-journal-not-indexed"),
        ({"level": 3, "better_levels_searched": [1, 2]}, "factor-without-derivation"),
        ({"level": 4, "better_levels_searched": [1, 2]}, "factor-better-level-not-searched"),
        ({"checked_on": date(2020, 1, 1)}, "factor-not-rechecked"),
    ],
)
def test_hierarchy_of_factors(change: dict[str, Any], code: str) -> None:
    (one,) = check_project_factor(project_factor(**change), on=date(2026, 1, 1), recheck_years=5)
    assert one.code == code
    assert one.clause
    assert one.allowed
    assert one.do


def test_a_level_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError):
        project_factor(level=5)
    assert project_factor(level=3).level is Level.TIER_2


def test_displacement_defaults_and_accounting() -> None:
    supply, new_land = displacement.response_rules("agricultural", "leakage-only")
    rules = RulesInForce(load_rule_set("vm0042-2.2"), Clocks(registered_on=date(2026, 11, 21)))
    assert (rules.number(supply), rules.number(new_land)) == (0.75, 0.40)
    for both in (
        displacement.response_rules("agricultural", "cross-commodity"),
        displacement.response_rules("fuelwood", "leakage-only"),
    ):
        assert [rules.number(id) for id in both] == [1.0, 1.0]
    assert rules.number("vmd0054.production.growth") == 0.025
    assert displacement.accounting_for({"wheat": 3.0, "milk": 0.0}) == "leakage-only"
    assert displacement.accounting_for({"wheat": 3.0, "milk": -0.1}) == "cross-commodity"


def test_introduced_commodities() -> None:
    good = CommodityFacts(
        commodity="lentils",
        kind="agricultural",
        unit="t",
        yield_per_ha=2.0,
        produced_in_country=True,
        national_production_rises=True,
        subsistence=False,
        evidence="national statistics",
    )
    assert displacement.check_introduced_commodity(good) == []
    bad = good.model_copy(
        update={"produced_in_country": False, "national_production_rises": False, "subsistence": True}
    )
    assert [f.code for f in displacement.check_introduced_commodity(bad)] == [
        "introduced-not-in-country",
        "introduced-production-falls",
        "introduced-subsistence",
    ]
