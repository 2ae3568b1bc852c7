"""Every registered equation of the sources and of leakage against its vector file."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mollisol.quantification.leakage
import mollisol.quantification.sources
from mollisol.methodology.provenance import Passport, registered_equations

HERE = Path(__file__).parent / "vectors"
FOLDERS = ("sources", "leakage")

for package in (mollisol.quantification.sources, mollisol.quantification.leakage):
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)


def folder_of(passport: Passport) -> str:
    return passport.function.__module__.split(".")[2]


def ours() -> dict[str, Passport]:
    prefixes = tuple(f"mollisol.quantification.{folder}." for folder in FOLDERS)
    return {
        id: passport
        for id, passport in registered_equations().items()
        if passport.function.__module__.startswith(prefixes)
    }


FILES = {
    path: tomllib.loads(path.read_text()) for folder in FOLDERS for path in (HERE / folder).glob("*.toml")
}
CASES = [
    pytest.param(vector["equation"], case, id=f"{path.stem}: {case['name']}")
    for path, vector in sorted(FILES.items())
    for case in vector["case"]
]


@pytest.mark.parametrize(("equation", "case"), CASES)
def test_vector(equation: str, case: dict[str, Any]) -> None:
    function = ours()[equation].function
    if "raises" in case:
        with pytest.raises(ValueError) as raised:
            function(**case["given"])
        assert case["raises"] in str(raised.value)
    else:
        expect = np.asarray(case["expect"], dtype=float)
        result = np.asarray(function(**case["given"]), dtype=float)
        assert result.shape == expect.shape
        np.testing.assert_allclose(result, expect, rtol=case["rtol"], atol=0.0)


def test_every_equation_has_a_vector_file() -> None:
    assert sorted(vector["equation"] for vector in FILES.values()) == sorted(ours())


@pytest.mark.parametrize("path", sorted(FILES), ids=lambda path: path.stem)
def test_vector_file_says_where_it_is_from_and_what_is_refused(path: Path) -> None:
    vector = FILES[path]
    assert any(word in vector["origin"] for word in ("document", "independent program", "hand arithmetic"))
    assert any("expect" in case for case in vector["case"])
    assert any("raises" in case for case in vector["case"])
    assert folder_of(ours()[vector["equation"]]) == path.parent.name


@pytest.mark.parametrize("passport", ours().values(), ids=lambda passport: passport.id)
def test_passport_is_complete(passport: Passport) -> None:
    assert passport.symbol
    assert passport.unit
    assert passport.locator.document
    for heading in ("Parameters", "Returns", "Raises", "Notes", "Source:"):
        assert heading in (passport.function.__doc__ or ""), heading
    number = passport.id.rpartition(":")[2]
    if passport.id.startswith("vmd0054"):
        edition = passport.id.partition(":")[0].removeprefix("vmd0054-")
        assert f"VMD0054 v{edition} Eq. {number}" in (passport.function.__doc__ or "")
    from_memory = passport.id.startswith(("ar-tool14", "tool16", "vcs:"))
    assert (passport.locator.edition == "from memory") == from_memory


FIRST = [
    pytest.param(
        vector["equation"],
        next(case for case in vector["case"] if "expect" in case)["given"],
        name,
        id=f"{path.stem}: {name}",
    )
    for path, vector in sorted(FILES.items())
    for name in next(case for case in vector["case"] if "expect" in case)["given"]
]


@pytest.mark.parametrize(("equation", "given", "name"), FIRST)
@pytest.mark.parametrize(
    "bad", [float("nan"), float("-inf"), 1e300, "12", None, [], [[1.0], [1.0, 2.0]]], ids=repr
)
def test_bad_input_is_refused_by_name(equation: str, given: dict[str, Any], name: str, bad: Any) -> None:
    with pytest.raises(ValueError) as raised:
        ours()[equation].function(**given | {name: bad})
    assert name in str(raised.value)
