"""Table 5 of approaches, and what the burned mass is."""

from __future__ import annotations

from typing import Any

import pytest

from mollisol.methodology.boundary import POOLS_AND_GASES
from mollisol.methodology.eligibility import approaches as a
from mollisol.methodology.eligibility import burning as b
from mollisol.methodology.factors.tables import look_up

MODEL, AGAIN, DEFAULT = "measure_and_model", "measure_and_remeasure", "default_factors"


def codes(*given: tuple[str, str, str]) -> list[str]:
    rows = tuple(
        a.SourceApproach.model_validate({"unit": "u1", "source": s, "baseline": before, "project": after})
        for s, before, after in given
    )
    return [one.code for one in a.check_approaches(rows)]


@pytest.mark.parametrize("source", a.TABLE_5)
@pytest.mark.parametrize("approach", [MODEL, AGAIN, DEFAULT])
def test_table_5(source: str, approach: str) -> None:
    expect = [] if approach in a.TABLE_5[source] else ["approach-not-allowed"]
    assert codes((source, approach, approach)) == expect
    assert source in {row.id for row in POOLS_AND_GASES}


def test_soil_methane_has_no_default() -> None:
    assert codes(("soil_methanogenesis_ch4", DEFAULT, DEFAULT)) == ["approach-not-allowed"]


def test_both_scenarios_take_one_approach() -> None:
    assert codes(("nitrogen_fertilizer_n2o", MODEL, DEFAULT)) == ["approach-differs"]
    assert codes(("enteric", DEFAULT, DEFAULT)) == ["approach-unknown-source"]


def test_modelled_nitrous_oxide_is_not_added_to_default_factors() -> None:
    twice = codes(("nitrogen_fertilizer_n2o", MODEL, MODEL), ("manure_deposition_n2o", DEFAULT, DEFAULT))
    assert twice == ["soil-n2o-counted-twice"]
    assert codes(("nitrogen_fertilizer_n2o", MODEL, MODEL), ("manure_deposition_n2o", MODEL, MODEL)) == []


@pytest.mark.parametrize(
    ("change", "expect"),
    [
        ({}, ["burning-basis"]),
        ({"project_basis": "measured_loss"}, ["burning-basis", "burning-basis-differs"]),
        ({"grassland": True, "plots": 2}, ["burning-basis", "burning-too-few-plots"]),
        ({"grassland": True, "plots": 3}, ["burning-basis"]),
    ],
)
def test_burned_biomass(change: dict[str, Any], expect: list[str]) -> None:
    given = {"residue": "straw", "baseline_basis": "pre_fire", "project_basis": "pre_fire"} | change
    found = b.check_burned_biomass(b.BurnedBiomass.model_validate(given))
    assert [one.code for one in found] == expect
    assert all(one.clause and one.do and one.allowed for one in found)


def test_a_measured_loss_takes_a_factor_of_one() -> None:
    wheat = look_up("2.6", fuel="wheat residues")
    assert b.combustion_factor_for("pre_fire", wheat) is wheat
    one = b.combustion_factor_for("measured_loss", wheat)
    assert one.number("central", wheat.unit) == 1.0
