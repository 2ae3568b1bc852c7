"""Inclusion, joint de minimis, look-back, mapping of the schedule, evidence, reassessment."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.methodology.columns import Columns
from mollisol.methodology.eligibility import evidence as e
from mollisol.methodology.eligibility import inclusion as i
from mollisol.methodology.eligibility import reassessment as r
from mollisol.methodology.eligibility import schedule as s
from mollisol.methodology.eligibility.thresholds import thresholds_of
from mollisol.methodology.practice import YearOfActivities
from mollisol.methodology.rules_in_force.rule import Clocks
from mollisol.methodology.rules_in_force.rule_set import RulesInForce, load_rule_set

PRINTED = thresholds_of(RulesInForce(load_rule_set("vm0042-2.2"), Clocks(registered_on=date(2026, 11, 21))))

COMMON = settings(derandomize=True, deadline=None, database=None, max_examples=100)


def source(id: str, baseline: float, project: float, included: bool = False) -> i.SourceAmounts:
    return i.SourceAmounts(id=id, included=included, baseline_t_co2e=baseline, project_t_co2e=project)


def facts(*sources: i.SourceAmounts, **change: Any) -> i.BoundaryFacts:
    soil = source(i.SOIL, 0.0, 0.0, True)
    given: dict[str, Any] = {
        "sources": (soil, *sources),
        "livestock_in_baseline": False,
        "livestock_in_project": False,
        "baseline_fertilized": False,
        "project_fertilizes_more": False,
        "project_plants_fixing_species": False,
    }
    return i.BoundaryFacts(**given | change)


def left_out(given: i.BoundaryFacts) -> list[str]:
    found = list(i.check_inclusion(given, thresholds=PRINTED))
    assert all(one.code == "source-must-be-included" and one.clause and one.do for one in found)
    return [one.where.thing.removeprefix("boundary ") for one in found]


@pytest.mark.parametrize(
    ("baseline", "project", "must"),
    [(100.0, 105.0, False), (100.0, 105.1, True), (100.0, 50.0, False), (0.0, 0.1, True), (0.0, 0.0, False)],
)
def test_the_trigger_looks_at_one_source(baseline: float, project: float, must: bool) -> None:
    given = facts(source("fossil_fuel_co2", baseline, project))
    assert left_out(given) == (["fossil_fuel_co2"] if must else [])
    assert left_out(facts(source("fossil_fuel_co2", baseline, project, True))) == []


def test_sources_that_their_presence_brings_in() -> None:
    assert left_out(facts(livestock_in_baseline=True)) == [
        "enteric_fermentation_ch4",
        "manure_deposition_ch4",
        "manure_deposition_n2o",
    ]
    assert left_out(facts(livestock_in_project=True)) == left_out(facts(livestock_in_baseline=True))
    assert left_out(facts(baseline_fertilized=True)) == ["nitrogen_fertilizer_n2o"]
    assert left_out(facts(project_fertilizes_more=True)) == ["nitrogen_fertilizer_n2o"]
    assert left_out(facts(project_plants_fixing_species=True)) == ["nitrogen_fixing_species_n2o"]


def test_soil_carbon_is_always_in() -> None:
    given = facts().model_copy(
        update={"sources": (source(i.SOIL, 0.0, 0.0),), "omitted_as_de_minimis": (i.SOIL,)}
    )
    assert left_out(given) == [i.SOIL]
    assert [f.code for f in i.check_de_minimis((i.SOIL,), 0.0, thresholds=PRINTED)] == [
        "soil-carbon-de-minimis"
    ]


def test_an_unknown_source_is_named() -> None:
    (one,) = i.check_inclusion(facts(source("enteric", 1.0, 1.0)), thresholds=PRINTED)
    assert one.code == "boundary-unknown"
    assert "fossil_fuel_co2" in one.allowed


@pytest.mark.parametrize(("share", "found"), [(0.049, False), (0.05, True), (0.2, True), (None, True)])
def test_the_joint_test_looks_at_all_that_is_left_out(share: float | None, found: bool) -> None:
    assert (
        bool(list(i.check_de_minimis(("fossil_fuel_co2", "liming_co2"), share, thresholds=PRINTED))) is found
    )
    assert list(i.check_de_minimis((), None, thresholds=PRINTED)) == []


def test_the_two_tests_of_five_per_cent_are_two() -> None:
    """Twice the fuel triggers inclusion, yet may be de minimis against the benefit, and the other way round."""
    doubled = source("fossil_fuel_co2", 1.0, 2.0)
    assert left_out(facts(doubled)) == ["fossil_fuel_co2"]
    assert left_out(facts(doubled, omitted_as_de_minimis=("fossil_fuel_co2",))) == []
    assert list(i.check_de_minimis(("fossil_fuel_co2",), 1.0 / 1000, thresholds=PRINTED)) == []
    steady = source("fossil_fuel_co2", 100.0, 104.0)
    assert left_out(facts(steady)) == []
    assert list(i.check_de_minimis(("fossil_fuel_co2",), 4.0 / 50, thresholds=PRINTED)) != []


def test_the_schedule_of_the_document() -> None:
    history = ["T", "N", "T"]
    assert [history[s.mapped_year(t, len(history))] for t in range(1, 11)] == list("TNTTNTTNTT")


@COMMON
@given(x=st.integers(1, 20), t=st.integers(1, 200))
def test_the_mapping_repeats_and_starts_with_the_oldest_year(x: int, t: int) -> None:
    assert s.mapped_year(1, x) == -x
    assert -x <= s.mapped_year(t, x) <= -1
    assert s.mapped_year(t + x, x) == s.mapped_year(t, x)
    assert s.mapped_year(x, x) == -1


@pytest.mark.parametrize(("t", "x"), [(0, 3), (1, 0), (-1, 3)])
def test_a_year_before_the_first_is_refused(t: int, x: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        s.mapped_year(t, x)


@pytest.mark.parametrize(
    ("years", "rotation", "expect"),
    [
        ([1, 2, 3], None, []),
        ([1, 2, 3], 3, []),
        ([1, 2], None, ["look-back-too-short"]),
        ([1, 2, 3], 5, ["look-back-too-short"]),
        ([1, 3, 4], None, ["look-back-has-gaps"]),
        ([2, 3, 4], None, ["look-back-has-gaps"]),
        ([1, 1, 2], None, ["look-back-has-gaps", "look-back-too-short"]),
    ],
)
def test_look_back(years: list[int], rotation: int | None, expect: list[str]) -> None:
    given = s.LookBack(place="f1", years_before_start=tuple(years), rotation_years=rotation)
    assert [f.code for f in s.check_look_back(given, thresholds=PRINTED)] == expect


NOTHING: dict[str, Any] = {
    "place": "f1",
    "scenario": "baseline",
    "year": 2019,
    "crop": "wheat",
    "planting": "October",
    "harvest": "July",
    "yield_t_per_ha": 6.0,
    "manure": False,
    "compost": False,
    "synthetic_nitrogen": False,
    "tillage": False,
    "residue_removed": False,
    "irrigation": False,
    "grazing": False,
    "liming": False,
    "evidence": "farm records",
    "crop_group": "grasses",
    "rotation": True,
    "cover_crop": False,
    "intercropping": False,
    "flooding": False,
    "mowing": False,
}


@pytest.mark.parametrize(
    ("change", "code", "found"),
    [
        ({}, "", ""),
        ({"planting": ""}, "schedule-incomplete", "1 of 1 rows without planting"),
        (
            {"tillage": True},
            "schedule-incomplete",
            "1 of 1 rows without soil_disturbed_fraction, tillage_depth_cm, tillage_times",
        ),
        ({"crop_group": "cereals"}, "schedule-incomplete", "1 of 1 rows without crop_group"),
        ({"intercropping": None}, "schedule-incomplete", "1 of 1 rows without intercropping"),
        (
            {"manure": True, "manure_t_per_ha": 20.0},
            "schedule-incomplete",
            "1 of 1 rows without manure_kind",
        ),
        ({"mowing": True}, "schedule-incomplete", "1 of 1 rows without mowing_times"),
        ({"synthetic_nitrogen": True, "synthetic_n_kg_per_ha": 120.0}, "", ""),
        ({"grazing": True}, "", ""),
        ({"lime_t_per_ha": 2.0}, "schedule-contradicts", "f1 2019: lime_t_per_ha"),
        ({"lime_t_per_ha": 0.0}, "", ""),
    ],
)
def test_table_4(change: dict[str, Any], code: str, found: str) -> None:
    years = Columns.of(YearOfActivities, [YearOfActivities(**NOTHING | change)])
    findings = s.check_schedule(years, {"grazing": {"f1"}}, "schedule.csv")
    assert [(one.code, one.found) for one in findings] == ([(code, found)] if code else [])


def evidence(**change: Any) -> list[str]:
    given: dict[str, Any] = {"place": "f1", "fact": "nitrogen", "kind": "quantitative", "look_back_years": 4}
    return [
        one.code for one in e.check_evidence(e.Evidence.model_validate(given | change), thresholds=PRINTED)
    ]


@pytest.mark.parametrize(
    ("change", "expect"),
    [
        ({"kind": "qualitative", "signed_attestation": True}, []),
        ({"kind": "qualitative"}, ["evidence-missing"]),
        ({"kind": "qualitative", "level": 1, "documented_years": [1, 2, 3, 4]}, []),
        ({}, ["evidence-missing"]),
        ({"level": 1, "documented_years": [1, 2, 3, 4]}, []),
        ({"level": 1, "documented_years": [1, 2, 3]}, ["evidence-missing"]),
        ({"level": 1, "remote_sensing": True}, []),
        ({"level": 2, "remote_sensing": True}, ["evidence-missing"]),
        (
            {"level": 2, "documented_years": [1, 2, 3, 4], "several_values": True},
            ["evidence-not-conservative"],
        ),
        (
            {"level": 3, "signed_attestation": True, "close_to_similar_fields": True},
            ["evidence-attested"],
        ),
        ({"level": 3, "signed_attestation": True}, ["evidence-missing", "evidence-attested"]),
        (
            {
                "level": 4,
                "signed_attestation": True,
                "dataset_age_years": 20.0,
                "dataset_iterations_back": 9,
            },
            [],
        ),
        ({"level": 4, "dataset_age_years": 5.0, "dataset_iterations_back": 0}, ["evidence-missing"]),
        (
            {
                "level": 4,
                "signed_attestation": True,
                "dataset_age_years": 21.0,
                "dataset_iterations_back": 2,
            },
            ["evidence-missing"],
        ),
        (
            {
                "level": 4,
                "signed_attestation": True,
                "dataset_age_years": 15.0,
                "dataset_iterations_back": 10,
            },
            ["evidence-missing"],
        ),
        ({"level": 4, "signed_attestation": True}, ["evidence-missing"]),
    ],
)
def test_box_1(change: dict[str, Any], expect: list[str]) -> None:
    assert evidence(**change) == expect


@pytest.mark.parametrize(
    ("on", "faster", "expect"),
    [
        (date(2030, 3, 1), False, []),
        (date(2030, 3, 2), True, ["baseline-reassess-recommended"]),
        (date(2035, 3, 1), False, []),
        (date(2035, 3, 2), False, ["baseline-too-old"]),
    ],
)
def test_age_of_the_baseline(on: date, faster: bool, expect: list[str]) -> None:
    given = r.BaselineReassessment(
        unit="u1", valid_from=date(2025, 3, 1), regional_practice_changes_faster=faster
    )
    assert [one.code for one in r.check_baseline_age(given, on=on, thresholds=PRINTED)] == expect


@pytest.mark.parametrize(
    ("change", "expect"),
    [
        ({}, []),
        ({"production_data_years_before_end": 6.0}, ["reassessment-data-too-old"]),
        ({"still_produced_with_same_practices": False}, ["reassessment-without-schedule"]),
        (
            {
                "still_produced_with_same_practices": False,
                "new_schedule_from": "government_extension",
                "detailed_enough_for_table_4": True,
            },
            [],
        ),
        (
            {
                "still_produced_with_same_practices": False,
                "new_schedule_from": "independent_agronomist",
                "detailed_enough_for_table_4": True,
                "recommends_range": True,
                "field_specific": False,
            },
            ["reassessment-not-conservative", "reassessment-not-field-specific"],
        ),
    ],
)
def test_end_of_a_baseline_period(change: dict[str, Any], expect: list[str]) -> None:
    given: dict[str, Any] = {
        "unit": "u1",
        "production_data_years_before_end": 5.0,
        "still_produced_with_same_practices": True,
    }
    found = r.check_end_of_baseline(r.EndOfBaselinePeriod(**given | change), thresholds=PRINTED)
    assert [one.code for one in found] == expect
