"""Table 5 of approaches, and what the burned mass is."""

from __future__ import annotations

from typing import Any

import pytest

from mollisol.methodology.activity import Burning
from mollisol.methodology.boundary import POOLS_AND_GASES
from mollisol.methodology.eligibility import burning as b
from mollisol.methodology.eligibility.approaches import SOIL_N2O, TABLE_5
from mollisol.methodology.factors.tables import look_up

GRASS = "savanna grassland, early dry season, all"


def test_table_5_names_the_pools_and_gases_of_the_boundary() -> None:
    assert set(TABLE_5) <= {row.id for row in POOLS_AND_GASES}
    assert TABLE_5["soil_methanogenesis_ch4"] == {"measure_and_model"}, "soil methane has no default"
    assert all(TABLE_5[source] == {"measure_and_model", "default_factors"} for source in SOIL_N2O)


def fire(scenario: str, **change: Any) -> Burning:
    given = {
        "quantification_unit": "u1",
        "scenario": scenario,
        "year": 2020,
        "residue": "wheat residues",
        "biomass_kg_dm": 4000.0,
        "burned_area_ha": 2.0,
    }
    return Burning.model_validate(given | change)


@pytest.mark.parametrize(
    ("change", "expect"),
    [
        ({}, ["burning-basis"]),
        ({"basis": "before the fire"}, []),
        ({"basis": "measured loss"}, ["burning-basis-differs"]),
        ({"basis": "before the fire", "residue": GRASS, "plots": 2}, ["burning-too-few-plots"]),
        ({"basis": "before the fire", "residue": GRASS, "plots": 3}, []),
        ({"basis": "before the fire", "residue": GRASS}, ["burning-basis"]),
    ],
)
def test_burned_biomass(change: dict[str, Any], expect: list[str]) -> None:
    rows = [fire("baseline", basis="before the fire"), fire("project", **change)]
    found = b.check_burning(rows, "burning.csv", least_plots=3)
    assert [one.code for one in found] == expect
    assert all(one.clause and one.do and one.allowed for one in found)


def test_a_measured_loss_takes_a_factor_of_one() -> None:
    before, lost = fire("project"), fire("project", basis="measured loss")
    wheat = look_up("2.6", fuel="wheat residues")
    assert b.combustion_factor(b.burned_category(before)) == wheat
    assert b.combustion_factor(b.burned_category(lost)).number("central", wheat.unit) == 1.0
