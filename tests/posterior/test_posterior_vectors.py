"""Equations of the posterior route against their vector files, as ``tests/vectors`` does for the others."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mollisol.uncertainty.posterior.conjugate
import mollisol.uncertainty.posterior.measured
import mollisol.uncertainty.posterior.modelled
from mollisol.methodology.provenance import Passport, registered_equations

MODULE = mollisol.uncertainty.posterior.__name__
FILES = {
    path: tomllib.loads(path.read_text())
    for path in sorted((Path(__file__).parent / "vectors").glob("*.toml"))
}
OURS = {id: of for id, of in registered_equations().items() if of.function.__module__.startswith(MODULE)}
CASES = [
    pytest.param(vector["equation"], case, id=f"{path.stem}: {case['name']}")
    for path, vector in FILES.items()
    for case in vector["case"]
]


@pytest.mark.parametrize(("equation", "case"), CASES)
def test_vector(equation: str, case: dict[str, Any]) -> None:
    function = OURS[equation].function
    if "raises" in case:
        with pytest.raises(ValueError, match=case["raises"]):
            function(**case["given"])
    else:
        np.testing.assert_allclose(function(**case["given"]), case["expect"], rtol=case["rtol"])


def test_every_equation_has_one_vector_file_that_shows_a_refusal() -> None:
    assert sorted(vector["equation"] for vector in FILES.values()) == sorted(OURS)
    for vector in FILES.values():
        assert vector["origin"]
        assert any("expect" in case for case in vector["case"])
        assert any("raises" in case for case in vector["case"])


@pytest.mark.parametrize("passport", OURS.values(), ids=lambda passport: passport.id)
def test_passport_is_complete(passport: Passport) -> None:
    assert passport.symbol
    assert passport.unit
    assert passport.locator.document
    for heading in ("Parameters", "Returns", "Raises", "Notes", "Source:"):
        assert heading in (passport.function.__doc__ or ""), heading


@pytest.mark.parametrize(
    ("equation", "case", "name"),
    [
        pytest.param(vector["equation"], vector["case"][0], name, id=f"{path.stem}: {name}")
        for path, vector in FILES.items()
        for name in vector["case"][0]["given"]
    ],
)
@pytest.mark.parametrize("bad", [float("nan"), float("-inf"), "12", None, []], ids=repr)
def test_bad_input_is_refused_by_name(equation: str, case: dict[str, Any], name: str, bad: Any) -> None:
    with pytest.raises(ValueError) as raised:
        OURS[equation].function(**case["given"] | {name: bad})
    assert name in str(raised.value)
