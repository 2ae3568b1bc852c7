"""Applicability conditions 1 to 8: what passes, what is found, and that every finding says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from mollisol.methodology.eligibility import conditions as c
from mollisol.methodology.eligibility.thresholds import thresholds_of
from mollisol.methodology.findings import Finding
from mollisol.methodology.practice import PracticeChange
from mollisol.methodology.rules_in_force.rule import Clocks
from mollisol.methodology.rules_in_force.rule_set import RulesInForce, load_rule_set

PRINTED = thresholds_of(RulesInForce(load_rule_set("vm0042-2.2"), Clocks(registered_on=date(2026, 11, 21))))


def codes(findings: Iterable[Finding]) -> list[str]:
    found = list(findings)
    for one in found:
        assert one.found, one
        assert one.allowed, one
        assert one.do, one
        assert one.clause.startswith("VM0042 2.2"), one
        assert one.where.thing, one
    return [one.code for one in found]


def test_condition_1_needs_a_change() -> None:
    assert codes(c.check_practice_changes(())) == ["no-practice-change"]
    change = PracticeChange(group="grazing", kind="adjust", description="rotational grazing")
    assert list(c.check_practice_changes((change,))) == []


@pytest.mark.parametrize(
    ("new", "found"),
    [(106.0, False), (94.0, False), (105.0, True), (95.0, True), (100.0, True), (0.0, False)],
)
def test_condition_2_is_strictly_more_than_five_per_cent_of_the_mean(new: float, found: bool) -> None:
    one = c.QuantitativeAdjustment(
        place="f1",
        practice="nitrogen",
        group="fertilizer",
        unit="kg N/ha",
        look_back_mean=100.0,
        new_value=new,
    )
    assert bool(c.check_adjustments((one,), thresholds=PRINTED)) is found


def test_a_rule_set_may_bring_other_thresholds() -> None:
    one = c.QuantitativeAdjustment(
        place="f1", practice="n", group="fertilizer", unit="kg", look_back_mean=100.0, new_value=108.0
    )
    ten = PRINTED.model_copy(update={"least_practice_change": 0.10})
    assert codes(c.check_adjustments((one,), ten)) == ["adjustment-too-small"]


def land(uses: str, **change: Any) -> c.LandUseHistory:
    words = {"c": "cropland", "g": "grassland", "o": "other"}
    years = [{"year": 2020 + i, "use": words[u]} for i, u in enumerate(uses)]
    return c.LandUseHistory.model_validate({"place": "f1", "years": years} | change)


@pytest.mark.parametrize(
    ("uses", "change", "expect"),
    [
        ("ccc", {}, []),
        ("ccg", {}, ["land-use-changes"]),
        ("cco", {}, ["land-use-not-eligible", "land-use-changes"]),
        (
            "cgc",
            {
                "exception": "integrated_system",
                "shown_before_start": True,
                "management_plan_covers_project": True,
            },
            [],
        ),
        ("cgc", {"exception": "integrated_system", "shown_before_start": True}, ["land-use-changes"]),
        (
            "ccg",
            {
                "exception": "degraded_land",
                "degraded_and_degrading": True,
                "improves_soil_health": True,
                "years_since_study": 10.0,
            },
            [],
        ),
        (
            "ccg",
            {
                "exception": "degraded_land",
                "degraded_and_degrading": True,
                "improves_soil_health": True,
                "years_since_study": 11.0,
            },
            ["land-use-changes"],
        ),
        (
            "cgc",
            {"exception": "degraded_land", "degraded_and_degrading": True, "improves_soil_health": True},
            ["land-use-changes"],
        ),
    ],
)
def test_condition_3(uses: str, change: dict[str, Any], expect: list[str]) -> None:
    assert codes(c.check_land_use(land(uses, **change), thresholds=PRINTED)) == expect


def test_condition_4_names_each_thing_that_is_missing() -> None:
    good: dict[str, Any] = {
        "name": "rothc",
        "version": "26.3",
        "public": True,
        "documented": True,
        "peer_reviewed_for_practices": True,
        "parameters_sourced": True,
        "validated": True,
        "same_version_and_parameters_in_both_scenarios": True,
    }
    assert c.check_model(c.ModelCredentials(**good)) == []
    for name in good:
        if name != "name":
            bad: dict[str, Any] = good | {name: "" if name == "version" else False}
            assert codes(c.check_model(c.ModelCredentials(**bad))) == ["model-not-eligible"]


@pytest.mark.parametrize(("years", "found"), [(9.9, True), (10.0, False), (40.0, False), (None, False)])
def test_condition_5(years: float | None, found: bool) -> None:
    given = c.NativeClearing(place="f1", years_before_start=years)
    assert codes(c.check_native_clearing(given, thresholds=PRINTED)) == ["native-cleared"] * found


@pytest.mark.parametrize(("change", "found"), [(-0.05, False), (-0.051, True), (0.3, False)])
def test_condition_6(change: float, found: bool) -> None:
    given = c.ProductivityExpectation(place="f1", relative_change=change, evidence="regional trials")
    assert codes(c.check_productivity(given, thresholds=PRINTED)) == ["productivity-loss"] * found


def test_condition_6_refuses_per_cent() -> None:
    with pytest.raises(ValidationError):
        c.ProductivityExpectation(place="f1", relative_change=-5.0, evidence="regional trials")


@pytest.mark.parametrize(
    ("change", "expect"),
    [
        ({}, []),
        ({"is_the_activity": True}, ["biochar-is-activity"]),
        ({"carbon_subtracted": False}, ["biochar-not-subtracted"]),
        ({"carbon_content_route": "high_technology"}, ["biochar-route"]),
        ({"carbon_content_route": "high_technology", "production": "high_technology"}, []),
    ],
)
def test_condition_7(change: dict[str, Any], expect: list[str]) -> None:
    given: dict[str, Any] = {"is_the_activity": False, "applied": True, "carbon_subtracted": True}
    assert codes(c.check_biochar(c.BiocharFacts(**given | change))) == expect


@pytest.mark.parametrize(
    ("change", "expect"),
    [
        ({"on_wetland": False}, []),
        ({"on_wetland": True}, ["on-wetland"]),
        ({"on_wetland": False, "artificially_flooded_crop": True}, ["flooding-affects-wetlands"]),
        (
            {"on_wetland": True, "artificially_flooded_crop": True, "nearby_wetlands_unaffected": True},
            [],
        ),
    ],
)
def test_condition_8(change: dict[str, Any], expect: list[str]) -> None:
    assert codes(c.check_wetland(c.WetlandFacts(place="f1", **change))) == expect


def test_the_printed_numbers() -> None:
    assert (PRINTED.common_practice, PRINTED.look_back_years, PRINTED.native_clearing_years) == (0.20, 3, 10)
    assert (PRINTED.aspect_deg, PRINTED.precipitation_mm, PRINTED.land_cover_years) == (30, 100, 50)
