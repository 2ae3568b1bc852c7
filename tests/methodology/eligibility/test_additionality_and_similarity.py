"""Additionality, every row of the similarity table, livestock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from mollisol.methodology.eligibility import additionality as a
from mollisol.methodology.eligibility import livestock as v
from mollisol.methodology.eligibility import similarity as t
from mollisol.methodology.eligibility.thresholds import thresholds_of
from mollisol.methodology.findings import Finding, Severity
from mollisol.methodology.rules_in_force.rule import Clocks
from mollisol.methodology.rules_in_force.rule_set import RulesInForce, load_rule_set
from mollisol.quantification.sources.shares import common_practice_factor

PRINTED = thresholds_of(RulesInForce(load_rule_set("vm0042-2.2"), Clocks(registered_on=date(2026, 11, 21))))


def adoption(**change: Any) -> list[str]:
    given: dict[str, Any] = {
        "region": "north",
        "practices": ("no-till", "cover crop"),
        "adoption_share": 0.15,
        "evidence": "census_or_government",
    }
    return [f.code for f in a.check_common_practice(a.Adoption(**given | change), thresholds=PRINTED)]


@pytest.mark.parametrize(
    ("change", "expect"),
    [
        ({}, []),
        ({"adoption_share": 0.21}, ["common-practice"]),
        ({"adoption_share": 0.20}, ["adoption-at-threshold", "common-practice"]),
        ({"adoption_share": 0.22, "common_practice_factor": 0.15}, []),
        ({"adoption_share": 0.22, "common_practice_factor": 0.20}, ["common-practice"]),
        ({"adoption_share": None}, ["common-practice"]),
        ({"adoption_share": None, "common_practice_factor": 0.1}, []),
        ({"evidence": "none"}, ["common-practice"]),
        ({"evidence": "expert"}, ["expert-not-attested"]),
        (
            {
                "evidence": "expert",
                "expert_signed_and_dated": True,
                "expert_states_qualifications_and_methods": True,
            },
            [],
        ),
        ({"same_stratification_as_other_practices": False}, ["adoption-stratified-differently"]),
    ],
)
def test_common_practice(change: dict[str, Any], expect: list[str]) -> None:
    assert adoption(**change) == expect


def test_the_worked_example_of_the_factor() -> None:
    """22 % adoption, 2.0 Mha adopted, 1.7 Mha of it subsidised: F = 15 %, not common practice."""
    factor = float(common_practice_factor(adopted_area_ha=2.0e6, different_area_ha=1.7e6))
    assert factor == pytest.approx(0.15, rel=1e-12)
    assert adoption(adoption_share=0.22, common_practice_factor=factor) == []


def test_adoption_in_per_cent_is_refused() -> None:
    with pytest.raises(ValidationError):
        adoption(adoption_share=22.0)


def test_surplus_and_barriers() -> None:
    assert list(a.check_regulatory_surplus(a.RegulatorySurplus(region="n", required_by_law=False))) == []
    law = a.RegulatorySurplus(region="n", required_by_law=True)
    assert [f.code for f in a.check_regulatory_surplus(law)] == ["required-by-law"]
    dead = a.RegulatorySurplus(region="n", required_by_law=True, systematically_not_enforced=True)
    assert list(a.check_regulatory_surplus(dead)) == []
    good = a.BarrierAnalysis(region="n", barriers=("no credit for machines",), public_evidence=True)
    assert list(a.check_barriers(good)) == []
    for bad in ({"barriers": ()}, {"public_evidence": False}):
        assert [f.code for f in a.check_barriers(good.model_copy(update=bad))] == ["no-barrier"]


def year(back: int, **change: Any) -> t.PracticeYear:
    given: dict[str, Any] = {
        "years_before_start": back,
        "tillage": "conventional",
        "residue_removed": False,
        "crop": "wheat",
        "functional_group": "grasses",
        "manure": False,
        "compost": False,
        "irrigation": False,
    }
    return t.PracticeYear(**given | change)


YEARS = tuple(year(back) for back in range(1, 6))


def place(**change: Any) -> t.SiteFacts:
    given: dict[str, Any] = {
        "name": "u1",
        "slope_class": "nearly level",
        "texture_classes": ("medium",),
        "soil_group": "Cambisol",
        "described_to_cm": 30.0,
        "practices": YEARS,
        "ecoregion": "North Atlantic moist mixed forests",
        "climate_zone": "cool temperate moist",
        "precipitation_mm": 700.0,
        "station_km": 20.0,
    }
    return t.SiteFacts(**given | change)


UNIT = place()
ALIKE = t.SoilCarbonComparison(test="Welch t-test", p_value=0.4)


def compared(
    site: dict[str, Any], unit: dict[str, Any] | None = None, **more: Any
) -> list[tuple[str, Severity]]:
    found = t.check_similarity(
        place(**(unit or {})), place(name="c1", **site), ALIKE, **more, thresholds=PRINTED
    )
    for one in found:
        assert one.clause.endswith("Table 7")
        assert one.where.thing == "control site c1 for u1"
        assert one.found
        assert one.allowed
        assert one.do
    return [(one.code, one.severity) for one in found if one.code != "control-soil-carbon-test"]


BLOCKS = Severity.BLOCKING
HILLS: dict[str, Any] = {"slope_class": "moderately steep", "aspect_deg": 10.0}


def years(change: dict[str, Any], back: int = 2) -> tuple[t.PracticeYear, ...]:
    return tuple(year(y, **(change if y == back else {})) for y in range(1, 6))


@pytest.mark.parametrize(
    ("site", "unit", "expect"),
    [
        ({}, {}, []),
        ({"slope_class": "gently sloping"}, {}, [("control-slope", BLOCKS)]),
        (HILLS | {"aspect_deg": 340.0}, HILLS, []),
        (HILLS | {"aspect_deg": 339.0}, HILLS, [("control-aspect", BLOCKS)]),
        (HILLS | {"aspect_deg": 41.0}, HILLS, [("control-aspect", BLOCKS)]),
        (HILLS | {"aspect_deg": None}, HILLS, [("control-aspect", BLOCKS)]),
        ({"slope_class": "strongly sloping", "aspect_deg": 180.0}, {"slope_class": "strongly sloping"}, []),
        ({"texture_classes": ("coarse",)}, {}, [("control-texture", BLOCKS)]),
        ({"texture_classes": ("medium", "fine")}, {}, [("control-texture", BLOCKS)]),
        ({"soil_group": "Luvisol"}, {}, [("control-soil-group", BLOCKS)]),
        ({"described_to_cm": 25.0}, {}, [("control-depth", BLOCKS)]),
        ({"practices": years({"tillage": "none"})}, {}, [("control-practice", BLOCKS)]),
        ({"practices": years({"residue_removed": True})}, {}, [("control-practice", BLOCKS)]),
        ({"practices": years({"manure": True})}, {}, [("control-practice", BLOCKS)]),
        ({"practices": years({"compost": True})}, {}, [("control-practice", BLOCKS)]),
        ({"practices": years({"irrigation": True})}, {}, [("control-practice", BLOCKS)]),
        ({"practices": years({"crop": "barley"})}, {}, [("control-crop", Severity.NOTE)]),
        (
            {"practices": years({"crop": "soybean", "functional_group": "legumes"})},
            {},
            [("control-crop", BLOCKS)],
        ),
        ({"practices": YEARS[:4]}, {}, [("control-practice-unknown", BLOCKS)]),
        ({"ecoregion": "Pannonian mixed forests"}, {}, [("control-ecoregion", BLOCKS)]),
        ({"climate_zone": "warm temperate dry"}, {}, [("control-climate", BLOCKS)]),
        ({"precipitation_mm": 800.0}, {}, []),
        ({"precipitation_mm": 800.1}, {}, [("control-precipitation", BLOCKS)]),
        ({"station_km": 50.0}, {}, []),
        ({"station_km": 51.0}, {}, [("control-station", BLOCKS)]),
        ({"station_km": None}, {}, []),
    ],
)
def test_every_row_of_table_7(
    site: dict[str, Any], unit: dict[str, Any], expect: list[tuple[str, Severity]]
) -> None:
    assert compared(site, unit) == expect


FOREST: dict[str, Any] = {"converted_years_before_start": 30.0, "cover_before_conversion": "forest"}


@pytest.mark.parametrize(
    ("site", "unit", "alike"),
    [
        (FOREST, FOREST, True),
        (FOREST | {"converted_years_before_start": 40.0}, FOREST, True),
        (FOREST | {"converted_years_before_start": 41.0}, FOREST, False),
        (FOREST | {"cover_before_conversion": "grassland"}, FOREST, False),
        ({}, FOREST, False),
        (FOREST, {}, False),
        ({}, FOREST | {"converted_years_before_start": 51.0}, True),
    ],
)
def test_land_cover(site: dict[str, Any], unit: dict[str, Any], alike: bool) -> None:
    assert compared(site, unit) == ([] if alike else [("control-land-cover", BLOCKS)])


def test_a_practice_whose_relevance_is_argued_away_warns() -> None:
    site = {"practices": years({"compost": True})}
    assert compared(site, argued=("compost",)) == [("control-practice", Severity.WARNING)]


def test_a_deeper_boundary_asks_for_a_deeper_description() -> None:
    assert compared({}, boundary_depth_cm=50.0) == [("control-depth", BLOCKS)] * 2


def test_soil_carbon_by_the_p_value_that_is_given() -> None:
    def carbon(p: float | None) -> Finding:
        given = None if p is None else t.SoilCarbonComparison(test="Welch t-test", p_value=p)
        (one,) = t.check_similarity(UNIT, place(name="c1"), given, thresholds=PRINTED)
        return one

    assert carbon(0.10).severity is Severity.NOTE
    assert "Welch t-test" in carbon(0.10).found
    assert (carbon(0.0999).code, carbon(0.0999).severity) == ("control-soil-carbon", BLOCKS)
    assert carbon(None).found == "soil carbon: not compared"
    assert "names no test" in carbon(0.4).allowed


@pytest.mark.parametrize(
    ("percent", "expect"),
    [
        (0.0, "nearly level"),
        (3.0, "nearly level"),
        (3.5, "gently sloping"),
        (8.0, "gently sloping"),
        (8.5, "strongly sloping"),
        (16.0, "strongly sloping"),
        (16.5, "moderately steep"),
        (30.0, "moderately steep"),
        (30.1, "steep"),
        (45.0, "steep"),
        (45.1, "very steep"),
    ],
)
def test_slope_classes_have_no_gaps(percent: float, expect: str) -> None:
    assert t.slope_class(percent) == expect
    assert (expect in t.HILLY) is (percent > 16)


@pytest.mark.parametrize("bad", [-1.0, float("nan")])
def test_a_slope_that_is_none_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="slope_percent"):
        t.slope_class(bad)


@pytest.mark.parametrize(
    ("change", "expect"),
    [
        ({"project_head": 120.0}, []),
        ({"project_head": 80.0}, ["livestock-floor", "livestock-option-missing"]),
        ({"project_head": 80.0, "option": "a"}, ["livestock-floor"]),
        ({"project_head": 80.0, "option": "b"}, ["livestock-floor", "livestock-option-not-shown"]),
        (
            {
                "project_head": 80.0,
                "option": "b",
                "output_did_not_fall": True,
                "slaughtered_not_moved": True,
            },
            ["livestock-reduced"],
        ),
    ],
)
def test_livestock_floor_and_options(change: dict[str, Any], expect: list[str]) -> None:
    given = {"animal": "sheep", "baseline_mean_head": 100.0} | change
    found = v.check_livestock(v.LivestockInScenarios.model_validate(given))
    assert [f.code for f in found] == expect


@pytest.mark.parametrize(
    ("shares", "expect"),
    [
        ({"pasture": 0.75, "solid-storage": 0.25}, []),
        ({"pasture": 75.0, "solid-storage": 25.0}, ["manure-share-not-a-fraction"]),
        ({"pasture": 0.75, "solid-storage": 0.5}, ["manure-shares-above-one"]),
        ({"pasture": 0.75}, ["manure-shares-below-one"]),
        ({"pasture": float("nan")}, ["manure-share-not-a-fraction"]),
    ],
)
def test_shares_of_manure_systems(shares: dict[str, float], expect: list[str]) -> None:
    assert [f.code for f in v.check_manure_shares("sheep", "low", shares)] == expect
