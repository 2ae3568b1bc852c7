"""The factor tables are complete, every row has source and status, and the numbers of the documents stand in them."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest

from mollisol.methodology.factors import livestock
from mollisol.methodology.factors.factor import Factor, FactorError
from mollisol.methodology.factors.tables import TABLES, keys_of, look_up, rows_of
from tests.support.factors import all_factors

EXPECTED: dict[str, tuple[int, dict[str, int], dict[str, int]]] = {
    "gwp100": (10, {"secondary": 1, "two-sources": 7, "verified": 2}, {"none": 10}),
    "lime-urea-fuel": (6, {"two-sources": 1, "verified": 5}, {"none": 3, "statement": 3}),
    "10.10": (13, {"secondary": 8, "two-sources": 5}, {"none": 1, "statement": 12}),
    "10.11": (45, {"secondary": 20, "two-sources": 25}, {"statement": 45}),
    "10.13a": (239, {"conflict": 5, "secondary": 146, "two-sources": 88}, {"statement": 239}),
    "10.14": (1590, {"conflict": 10, "secondary": 1490, "two-sources": 90}, {"statement": 1590}),
    "10.15": (6, {"secondary": 5, "two-sources": 1}, {"published": 6}),
    "10.16a": (91, {"secondary": 68, "two-sources": 23}, {"published": 91}),
    "10.17": (320, {"secondary": 160, "two-sources": 160}, {"statement": 320}),
    "10.19": (315, {"conflict": 6, "secondary": 190, "two-sources": 119}, {"published": 315}),
    "10.21": (24, {"secondary": 7, "two-sources": 17}, {"none": 3, "published": 20, "statement": 1}),
    "10.22": (240, {"secondary": 183, "two-sources": 57}, {"none": 4, "published": 118, "statement": 118}),
    "10A.5": (294, {"secondary": 200, "two-sources": 94}, {"none": 34, "statement": 260}),
    "11.1": (11, {"verified": 11}, {"published": 11}),
    "11.1a": (105, {"verified": 105}, {"none": 50, "published": 16, "statement": 39}),
    "11.3": (12, {"verified": 12}, {"none": 1, "published": 11}),
    "2.5": (12, {"verified": 12}, {"none": 4, "published": 2, "statement": 6}),
    "2.6": (13, {"verified": 13}, {"none": 6, "published": 1, "statement": 6}),
}
"""Rows, rows by status, rows by kind of range."""


def test_every_table_is_there_and_no_other() -> None:
    folder = files("mollisol.methodology").joinpath("factors", "ipcc2019")
    assert {f"{name}.csv" for name in TABLES.values()} | {"README.md"} == {f.name for f in folder.iterdir()}
    assert set(EXPECTED) == set(TABLES)
    assert sum(rows for rows, _, _ in EXPECTED.values()) == 3346


@pytest.mark.parametrize("table", TABLES)
def test_rows_statuses_and_ranges(table: str) -> None:
    rows, statuses, ranges = EXPECTED[table]
    given = rows_of(table)
    assert len(given) == rows
    assert Counter(row["status"] for row in given) == statuses
    assert Counter(row["range_kind"] for row in given) == ranges


@pytest.mark.parametrize("table", TABLES)
def test_every_row_says_where_it_is_from(table: str) -> None:
    for row in rows_of(table):
        assert row["unit"]
        assert row["table"]
        assert row["source_1"] or row["status"] == "from-memory"
        if row["status"] == "two-sources":
            assert row["source_2"], row
    assert len(all_factors(table)) == sum(row["central"] != "" for row in rows_of(table))
    assert all(factor.citation for factor in all_factors(table))


@pytest.mark.parametrize(
    ("table", "keys", "expect"),
    [
        ("11.1", {"factor": "EF1", "input": "synthetic", "condition": "wet"}, (0.016, 0.013, 0.019)),
        ("11.1", {"factor": "EF1", "input": "all", "condition": "dry"}, (0.005, 0.0, 0.011)),
        ("11.3", {"factor": "EF4", "condition": "wet"}, (0.014, 0.011, 0.017)),
        ("11.3", {"factor": "EF5", "condition": "all"}, (0.011, 0.0, 0.02)),
        ("11.3", {"factor": "Frac_GASM", "condition": "all organic N and dung/urine"}, (0.21, 0.0, 0.31)),
        ("10.21", {"system": "solid-storage"}, (0.01, 0.005, 0.02)),
        (
            "10.11",
            {"animal": "cattle-dairy", "region": "North America", "productivity": "all"},
            (138, 69, 207),
        ),
        ("10.11", {"animal": "buffalo", "region": "Asia", "productivity": "all"}, (68, 34, 102)),
        ("2.6", {"fuel": "wheat residues"}, (0.9, None, None)),
        ("lime-urea-fuel", {"item": "diesel (VM0042 default)"}, (0.002886, None, None)),
        ("gwp100", {"set": "AR5", "gas": "N2O"}, (265, None, None)),
    ],
)
def test_numbers_of_the_documents(
    table: str, keys: dict[str, str], expect: tuple[float, float | None, float | None]
) -> None:
    factor = look_up(table, **keys)
    assert (factor.central, factor.low, factor.high) == expect


def test_slips_of_the_transcriptions_are_mended() -> None:
    """Ducks' solids for mules and camels, dry lots of the tropics, an upper end equal to the lower."""
    assert look_up("10.13a", animal="mule-ass", region="all", productivity="all").central == 7.2
    assert look_up("10.13a", animal="camel", region="all", productivity="all").central == 11.5
    dry_lot = {"animal": "cattle-other", "productivity": "high", "system": "drylot", "climate": "tropical"}
    assert look_up("10.14", **dry_lot, moisture="wet").central == 2.4
    soybean = look_up("11.1a", crop="soybean", n_fixing="yes", parameter="N_AG")
    assert soybean.high is not None
    assert soybean.low is not None
    assert soybean.high > soybean.central > soybean.low


def test_pasture_methane_is_one_value_everywhere() -> None:
    values = {row["central"] for row in rows_of("10.14") if row["system"] == "pasture"}
    assert values == {"0.6"}


@pytest.mark.parametrize(
    ("table", "keys", "words"),
    [
        ("10.12", {}, "there are: 2.5, 2.6"),
        ("10.11", {"animal": "cattle-dairy"}, "is looked up by animal, region, productivity"),
        (
            "10.11",
            {"animal": "cow", "region": "Asia", "productivity": "all"},
            "allowed: cattle-dairy, cattle-other, buffalo",
        ),
        (
            "10.11",
            {"animal": "buffalo", "region": "Oceania", "productivity": "all"},
            "no region 'Oceania' of buffalo; allowed: Western Europe",
        ),
        ("10.21", {"system": "pasture"}, "use EF3_PRP of Table 11.1"),
        ("10.10", {"animal": "poultry", "productivity": "all"}, "insufficient data"),
    ],
)
def test_a_failed_look_up_names_what_is_allowed(table: str, keys: dict[str, str], words: str) -> None:
    with pytest.raises(FactorError) as raised:
        look_up(table, **keys)
    assert words in str(raised.value)


def test_a_factor_gives_its_number_only_in_its_unit() -> None:
    factor = look_up("11.1", factor="EF1", input="synthetic", condition="wet")
    assert factor.number("low", "kg N2O-N/kg N") == 0.013
    with pytest.raises(FactorError, match="is in kg N2O-N/kg N, not in %"):
        factor.number("low", "%")
    with pytest.raises(FactorError, match="no published range"):
        look_up("2.6", fuel="wheat residues").number("high", "fraction of pre-fire biomass")


def test_a_range_that_does_not_hold_its_value_is_refused() -> None:
    given = {
        "id": "x",
        "central": 2.0,
        "unit": "1",
        "status": "verified",
        "range_kind": "published",
        "citation": "here",
    }
    for bad in ({"low": 3.0, "high": 4.0}, {"low": 1.0}, {}, {"low": 1.0, "high": 3.0, "range_kind": "none"}):
        with pytest.raises(ValueError):
            Factor.model_validate(given | bad)


REGIONS = sorted({row["region"] for row in rows_of("10.11")})


@pytest.mark.parametrize("animal", livestock.ANIMALS)
@pytest.mark.parametrize("region", REGIONS)
def test_every_animal_has_its_factors_in_every_region(animal: str, region: str) -> None:
    if animal == "buffalo" and region in ("North America", "Oceania"):
        with pytest.raises(FactorError):
            livestock.enteric_factor(animal, region)
        return
    assert livestock.enteric_factor(animal, region).unit == "kg CH4/head/yr"
    assert livestock.solids_rate(animal, region).unit == "kg VS/(1000 kg animal mass*day)"
    assert livestock.nitrogen_rate(animal, region).unit == "kg N/(1000 kg animal mass*day)"
    assert livestock.live_weight(animal, region).unit == "kg/head"
    manure = livestock.manure_ch4_factor(animal, region, "pasture", "temperate-cool", "moist")
    assert (manure.central, manure.unit) == (0.6, "g CH4/kg VS")


def test_low_productivity_is_the_default_outside_the_listed_regions() -> None:
    assert livestock.enteric_factor("sheep", "Oceania").central == 9
    assert livestock.enteric_factor("sheep", "Africa").central == 5
    assert livestock.enteric_factor("sheep", "Africa", "high").central == 9
    with pytest.raises(FactorError, match="there is no animal 'yak'"):
        livestock.enteric_factor("yak", "Asia")


def test_keys_of_a_table() -> None:
    assert keys_of("10.14") == ("animal", "productivity", "system", "climate", "moisture")
