"""Every equation of the validation against its vector file."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mollisol.uncertainty.validation
from mollisol.methodology.provenance import Passport, registered_equations

HERE = Path(__file__).parent
PACKAGE = mollisol.uncertainty.validation

for found in pkgutil.iter_modules(PACKAGE.__path__, PACKAGE.__name__ + "."):
    importlib.import_module(found.name)


def ours() -> dict[str, Passport]:
    return {
        id: passport
        for id, passport in registered_equations().items()
        if passport.function.__module__.rpartition(".")[0] == PACKAGE.__name__
    }


FILES = {path: tomllib.loads(path.read_text()) for path in sorted((HERE / "vectors").glob("*.toml"))}
CASES = [
    pytest.param(vector["equation"], case, id=f"{path.stem}: {case['name']}")
    for path, vector in FILES.items()
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
        np.testing.assert_allclose(result, expect, rtol=case.get("rtol", 0.0), atol=case.get("atol", 0.0))


def test_every_equation_has_a_vector_file() -> None:
    assert sorted(vector["equation"] for vector in FILES.values()) == sorted(ours())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_vector_file_says_where_it_is_from_and_what_is_refused(path: Path) -> None:
    vector = FILES[path]
    words = ("document", "independent program", "hand arithmetic", "reference")
    assert any(word in vector["origin"] for word in words)
    assert any("expect" in case for case in vector["case"])
    assert any("raises" in case for case in vector["case"])


@pytest.mark.parametrize("passport", ours().values(), ids=lambda passport: passport.id)
def test_passport_is_complete(passport: Passport) -> None:
    assert passport.symbol
    assert passport.unit
    assert passport.locator.document
    for heading in ("Parameters", "Returns", "Raises", "Notes", "Source:"):
        assert heading in (passport.function.__doc__ or ""), heading


def numeric(value: Any) -> bool:
    while isinstance(value, list) and value:
        value = value[0]
    return not isinstance(value, bool | str)


FIRST = [
    pytest.param(
        vector["equation"],
        next(case for case in vector["case"] if "expect" in case),
        name,
        id=f"{path.stem}: {name}",
    )
    for path, vector in FILES.items()
    for name, value in next(case for case in vector["case"] if "expect" in case)["given"].items()
    if numeric(value)
]


@pytest.mark.parametrize(("equation", "case", "name"), FIRST)
@pytest.mark.parametrize(
    "bad", [float("nan"), float("-inf"), 1e300, "12", None, [], [[1.0], [1.0, 2.0]]], ids=repr
)
def test_bad_input_is_refused_by_name(equation: str, case: dict[str, Any], name: str, bad: Any) -> None:
    with pytest.raises(ValueError) as raised:
        ours()[equation].function(**case["given"] | {name: bad})
    assert name in str(raised.value)


def test_importing_the_layers_brings_in_nothing_heavy() -> None:
    names = [found.name for found in pkgutil.iter_modules(PACKAGE.__path__, PACKAGE.__name__ + ".")]
    code = (
        f"import importlib, sys; [importlib.import_module(n) for n in {names}]; "
        "print([m for m in ('scipy.stats', 'scipy.optimize', 'pymc', 'arviz', 'matplotlib') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
