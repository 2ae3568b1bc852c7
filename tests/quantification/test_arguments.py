"""What the declared ranges of an equation refuse, and that each argument of an equation has one."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import numpy as np
import pytest

from mollisol.equations import EquationError, all_equations, run_equation
from mollisol.methodology.provenance import Passport, Range, ranges_of
from mollisol.quantification.arguments import checked
from mollisol.quantification.checks import FloatArray, Value
from mollisol.quantification.sources import fuel_and_lime

WORDS = {
    "form",
    "sign",
    "basis",
    "interpolation",
    "group",
    "harmful",
    "transformation",
    "side",
    "shape",
    "sample",
    "batch",
    "study",
    "climate_zone",
}
"""Arguments that are a choice of words, or say to which group a value belongs, and no quantity."""
NESTED = {
    "vm0042:66",
    "vm0042:68-sampling",
    "vm0042:68-model",
    "vm0042:72",
    "vm0042:A6.1",
    "vm0042:A6.6",
    "vm0042:A6.9",
    "mollisol:posterior-credited",
    "mollisol:posterior-credited-modelled",
    "mollisol:posterior-credited-hybrid",
}
"""Equations of nested lists, objects or a whole posterior, which check their parts by name."""


@checked
def probe(
    *,
    amount_t: Annotated[Value, Range(1, 5, "t/ha", zero=True, divisor="area_ha", categories=True)] = 0.0,
    area_ha: Annotated[Value, Range(0, unit="ha", above=True)] = 1.0,
    share: Annotated[Value, Range(0, 1)] = 0.5,
    cores: Annotated[Value, Range(1, whole=True)] = 1.0,
    switch: Annotated[Value, Range(0, 1, whole=True)] = 1.0,
    change: Annotated[Value, Range()] = 0.0,
    series: Annotated[FloatArray | None, Range(least=2)] = None,
) -> Value:
    return amount_t + share * cores * switch + change


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"amount_t": 6.0, "area_ha": 1.0}, "amount_t must be 0 or in [1, 5] t/ha over area_ha, found 6: is it in"),
        ({"amount_t": [[2.0], [8.0]], "area_ha": [1.0, 16.0]}, "in [1, 5] t/ha over area_ha, found 0.5"),
        ({"area_ha": 0.0}, "area_ha must be above 0 ha, found 0"),
        ({"share": [0.2, 1.2]}, "share must lie in [0, 1], found 1.2"),
        ({"cores": 1.5}, "cores must be a whole number of at least 1, found 1.5"),
        ({"cores": 0.0}, "cores must be a whole number of at least 1, found 0"),
        ({"switch": 2.0}, "switch must be 0 or 1, found 2"),
        ({"change": float("nan")}, "change must be finite and at most 1e30 in size, found nan"),
        ({"change": -np.inf}, "change must be finite and at most 1e30 in size, found -inf"),
        ({"change": 2e30}, "change must be finite and at most 1e30 in size, found 2e+30"),
        ({"change": None}, "change must be a number or a rectangular array of numbers, found None"),
        ({"series": [1.0]}, "series needs at least 2 value(s) on its last axis, found 1"),
        ({"share": [0.1, 0.2], "cores": [1, 2, 3]}, "shapes do not fit together: share (2,), cores (3,)"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        probe(**given)
    assert message in str(raised.value)


def test_a_missing_argument_is_told_by_python() -> None:
    with pytest.raises(TypeError, match="area_ha"):
        fuel_and_lime.liming_t_co2e_per_ha(lime_emission_t_co2e=1.0)  # type: ignore[call-arg]


def test_number_array_and_draws_go_the_same_way() -> None:
    one = probe(share=0.25, cores=4)
    assert float(one) == 1.0
    draws = np.linspace(0.0, 1.0, 11)
    np.testing.assert_array_equal(probe(share=draws[None, :], cores=np.array([[1], [2]])), draws * [[1], [2]])
    np.testing.assert_array_equal(
        probe(amount_t=np.array([[0.0, 3.0]]), area_ha=np.array([2.0])), [[0.5, 3.5]]
    )


def test_a_range_reads_as_words() -> None:
    assert [
        str(limits)
        for limits in (Range(), Range(0, unit="ha"), Range(high=3), Range(0, 2, above=True), Range(1, 4, whole=True))
    ] == ["finite", "at least 0 ha", "at most 3", "in (0, 2]", "whole, 1 to 4"]  # fmt: skip


DECLARED = [passport for passport in all_equations().values() if passport.id not in NESTED]


@pytest.mark.parametrize("passport", DECLARED, ids=lambda passport: passport.id)
def test_every_argument_declares_its_range(passport: Passport) -> None:
    declared = ranges_of(passport.function)
    quantities = [name for name in inspect.signature(passport.function).parameters if name not in WORDS]
    assert [name for name in quantities if name not in declared] == []
    assert set(passport.ranges) == set(declared)


def test_an_equation_of_a_model_is_checked_when_it_is_run_by_itself() -> None:
    assert run_equation("rothc:temperature", {"tmean_c": "10"}) == pytest.approx(1.1, abs=0.1)
    with pytest.raises(EquationError, match=r"tmean_c must be in \[-90, 60\] °C, found 700"):
        run_equation("rothc:temperature", {"tmean_c": "700"})
