"""Every default factor, at each end, is accepted by the equation that takes it: ranges refuse slips alone."""

from __future__ import annotations

import pytest

from mollisol.methodology.factors import livestock
from mollisol.methodology.factors.conservative import choose_ends
from mollisol.methodology.factors.factor import Factor, FactorError
from mollisol.methodology.factors.tables import look_up
from mollisol.methodology.provenance import Range
from mollisol.quantification.checks import within
from mollisol.quantification.leakage.organic_amendments import RETAINED
from mollisol.quantification.sources import ranges
from tests.support.factors import all_factors


def ends(factor: Factor) -> list[float]:
    return [value for value in (factor.low, factor.central, factor.high) if value is not None]


TAKEN: list[tuple[str, str, Range]] = [
    ("10.10", "", ranges.ENTERIC_FACTOR),
    ("10.11", "", ranges.ENTERIC_FACTOR),
    ("10.13a", "", ranges.VS_RATE),
    ("10.14", "", ranges.MANURE_CH4_FACTOR),
    ("10.19", "", ranges.N_RATE),
    ("10.21", "", ranges.MANURE_N2O_FACTOR),
    ("10A.5", "", ranges.LIVE_WEIGHT),
    ("2.6", "", ranges.COMBUSTION),
    ("2.5", "/CH4", ranges.BURNING_CH4),
    ("2.5", "/N2O", ranges.BURNING_N2O),
    ("11.1", "EF1", ranges.DIRECT_N2O_FACTOR),
    ("11.1", "EF3", ranges.MANURE_N2O_FACTOR),
    ("11.1a", "/N_", ranges.RESIDUE_N_CONTENT),
    ("11.3", "EF4", ranges.VOLATILISED_N2O_FACTOR),
    ("11.3", "EF5", ranges.LEACHED_N2O_FACTOR),
    ("11.3", "Frac_GASF", ranges.VOLATILISED_SYNTHETIC),
    ("11.3", "Frac_GASM", ranges.VOLATILISED_ORGANIC),
    ("11.3", "Frac_LEACH", ranges.LEACHED),
    ("lime-urea-fuel", "limestone", ranges.LIME_FACTOR),
    ("lime-urea-fuel", "dolomite", ranges.LIME_FACTOR),
    ("lime-urea-fuel", "(VM0042 default)", ranges.FUEL_FACTOR),
    ("lime-urea-fuel", "retained", RETAINED),
    ("gwp100", "/CH4", ranges.GWP_CH4),
    ("gwp100", "/N2O", ranges.GWP_N2O),
]


@pytest.mark.parametrize(("table", "word", "span"), TAKEN)
def test_every_end_is_in_the_range(table: str, word: str, span: Range) -> None:
    factors = [factor for factor in all_factors(table) if word in factor.id]
    assert factors
    for factor in factors:
        for value in ends(factor):
            within(factor.id, value, span)


@pytest.mark.parametrize("animal", livestock.ANIMALS)
@pytest.mark.parametrize(
    "region", ["North America", "Western Europe", "Africa", "Asia", "Indian Subcontinent"]
)
@pytest.mark.parametrize("productivity", ["all", "high", "low"])
def test_yearly_figures_per_kilogram_of_animal(
    animal: str, region: str, productivity: livestock.Productivity
) -> None:
    try:
        weight = livestock.live_weight(animal, region, productivity).central
        enteric = livestock.enteric_factor(animal, region, productivity)
        solids = livestock.solids_rate(animal, region, productivity)
        nitrogen = livestock.nitrogen_rate(animal, region, productivity)
    except FactorError:
        return
    for value in ends(enteric):
        within("enteric", value / weight, ranges.ENTERIC_PER_WEIGHT)
    for value in ends(solids):
        within("solids", value * 365 / 1000, ranges.VS_PER_WEIGHT)
    for value in ends(nitrogen):
        within("nitrogen", value * 365 / 1000, ranges.EXCRETED_N_PER_WEIGHT)


def test_dry_land_does_not_leach_and_that_is_no_finding() -> None:
    none = look_up("11.3", factor="Frac_LEACH", condition="dry, not irrigated or drip only")
    chosen = choose_ends(source="s", factors={"f": none}, baseline_t_co2e=2.0, project_t_co2e=1.0)
    assert chosen.findings == ()
    assert chosen.chosen[0].value == 0.0
