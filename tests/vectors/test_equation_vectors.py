"""Every registered equation against its vector file."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mollisol.quantification
import mollisol.uncertainty
from mollisol.methodology.provenance import Passport, registered_equations
from mollisol.uncertainty.multistage import Landowner

HERE = Path(__file__).parent
FOLDERS = ("quantification", "uncertainty")
TREES = ("landowners", "start", "end")

for package in (mollisol.quantification, mollisol.uncertainty):
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if not found.ispkg:
            importlib.import_module(found.name)


def ours() -> dict[str, Passport]:
    modules = tuple(f"mollisol.{folder}" for folder in FOLDERS)
    return {
        id: passport
        for id, passport in registered_equations().items()
        if passport.function.__module__.rpartition(".")[0] in modules
    }


FILES = {
    path: tomllib.loads(path.read_text()) for folder in FOLDERS for path in (HERE / folder).glob("*.toml")
}
CASES = [
    pytest.param(vector["equation"], case, id=f"{path.stem}: {case['name']}")
    for path, vector in sorted(FILES.items())
    for case in vector["case"]
]


def arguments(given: dict[str, Any]) -> dict[str, Any]:
    def built(name: str, value: Any) -> Any:
        if name in TREES and isinstance(value, list):
            return [Landowner.from_mapping(owner) for owner in value]
        return value

    return {name: built(name, value) for name, value in given.items()}


@pytest.mark.parametrize(("equation", "case"), CASES)
def test_vector(equation: str, case: dict[str, Any]) -> None:
    function = ours()[equation].function
    given = arguments(case["given"])
    if "raises" in case:
        with pytest.raises(ValueError) as raised:
            function(**given)
        assert case["raises"] in str(raised.value)
    else:
        expect = np.asarray(case["expect"], dtype=float)
        result = np.asarray(function(**given), dtype=float)
        assert result.shape == expect.shape
        assert "rtol" in case or "atol" in case
        np.testing.assert_allclose(result, expect, rtol=case.get("rtol", 0.0), atol=case.get("atol", 0.0))


def test_every_equation_has_a_vector_file() -> None:
    assert sorted(vector["equation"] for vector in FILES.values()) == sorted(ours())


@pytest.mark.parametrize("path", sorted(FILES), ids=lambda path: path.stem)
def test_vector_file_says_where_it_is_from_and_what_is_refused(path: Path) -> None:
    vector = FILES[path]
    words = ("document", "independent program", "hand arithmetic", "reference", "public")
    assert any(word in vector["origin"] for word in words)
    assert any("expect" in case for case in vector["case"])
    assert any("raises" in case for case in vector["case"])


def test_vector_files_stand_in_the_folder_of_their_equation() -> None:
    for path, vector in FILES.items():
        module = ours()[vector["equation"]].function.__module__
        assert module.split(".")[1] == path.parent.name


@pytest.mark.parametrize("passport", ours().values(), ids=lambda passport: passport.id)
def test_passport_is_complete(passport: Passport) -> None:
    assert passport.symbol
    assert passport.unit
    assert passport.locator.document
    assert ("form" in passport.parameters) == bool(passport.switch)
    for heading in ("Parameters", "Returns", "Raises", "Notes", "Source:"):
        assert heading in (passport.function.__doc__ or ""), heading


def numeric(value: Any) -> bool:
    return not isinstance(value, bool | str) and not (
        isinstance(value, list) and value and isinstance(value[0], dict)
    )


FIRST = [
    pytest.param(
        vector["equation"],
        next(case for case in vector["case"] if "expect" in case),
        name,
        id=f"{path.stem}: {name}",
    )
    for path, vector in sorted(FILES.items())
    for name, value in next(case for case in vector["case"] if "expect" in case)["given"].items()
    if numeric(value) and name != "group"
]


@pytest.mark.parametrize(("equation", "case", "name"), FIRST)
@pytest.mark.parametrize(
    "bad", [float("nan"), float("-inf"), 1e300, "12", None, [], [[1.0], [1.0, 2.0]]], ids=repr
)
def test_bad_input_is_refused_by_name(equation: str, case: dict[str, Any], name: str, bad: Any) -> None:
    if name == "degrees_of_freedom" and bad == 1e300:
        bad = 0.0  # so many are as good as infinity, which is allowed
    given = arguments(case["given"]) | {name: bad}
    with pytest.raises(ValueError) as raised:
        ours()[equation].function(**given)
    assert name.removesuffix("_t_co2e_per_ha") in str(raised.value)
