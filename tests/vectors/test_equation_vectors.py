"""Every registered equation against its vector file, wherever in the package it stands."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.equations import all_equations
from mollisol.methodology.provenance import Passport
from mollisol.uncertainty.scaling.multistage import Landowner

HERE = Path(__file__).parent
EQUATIONS = all_equations()
FILES = {
    path: tomllib.loads(path.read_text(encoding="utf-8"))
    for folder in ("quantification", "uncertainty")
    for path in sorted((HERE / folder).rglob("*.toml"))
}
ORIGINS = ("document", "independent program", "hand arithmetic", "reference", "public")
TREES = ("landowners", "start", "end")
MODELS = "mollisol.quantification.models"
"""The process models refuse a domain as a whole, before their equations are asked: no vector shows a refusal."""
HEADINGS = ("Parameters", "Returns", "Raises", "Notes", "Source:")
BAD: tuple[Any, ...] = (float("nan"), float("-inf"), 1e300, "12", None, [], [[1.0], [1.0, 2.0]])
AS_GOOD_AS_INFINITE = {
    ("mollisol:skewness-of-estimate", "samples"),
    *((id, "degrees_of_freedom") for id in EQUATIONS),
}
"""Counts that are allowed to be without end."""


def is_model(id: str) -> bool:
    return EQUATIONS[id].function.__module__.startswith(MODELS + ".")


def arguments(id: str, given: dict[str, Any]) -> dict[str, Any]:
    def built(name: str, value: Any) -> Any:
        if name in TREES and isinstance(value, list) and (not value or isinstance(value[0], dict)):
            return [Landowner.from_mapping(owner) for owner in value]
        return np.array(value) if is_model(id) and isinstance(value, list) else value

    return {name: built(name, value) for name, value in given.items()}


CASES = [
    pytest.param(vector["equation"], case, id=f"{path.stem}: {case['name']}")
    for path, vector in FILES.items()
    for case in vector["case"]
]


@pytest.mark.parametrize(("equation", "case"), CASES)
def test_vector(equation: str, case: dict[str, Any]) -> None:
    function = EQUATIONS[equation].function
    given = arguments(equation, case["given"])
    if "raises" in case:
        with pytest.raises(ValueError) as raised:
            function(**given)
        assert case["raises"] in str(raised.value)
        return
    expect = np.asarray(case["expect"], dtype=float)
    result = np.asarray(function(**given), dtype=float)
    assert result.shape == expect.shape
    np.testing.assert_allclose(result, expect, rtol=case.get("rtol", 0.0), atol=case.get("atol", 0.0))


def test_every_equation_has_one_vector_file() -> None:
    assert sorted(vector["equation"] for vector in FILES.values()) == sorted(EQUATIONS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_vector_file_says_where_it_is_from_and_what_is_refused(path: Path) -> None:
    vector = FILES[path]
    assert any(word in vector["origin"] for word in ORIGINS)
    assert any("expect" in case for case in vector["case"])
    assert any("raises" in case for case in vector["case"]) or is_model(vector["equation"])


def test_vector_files_stand_in_the_folder_of_their_equation() -> None:
    for path, vector in FILES.items():
        module = EQUATIONS[vector["equation"]].function.__module__.split(".")
        folders = path.relative_to(HERE).parts[:-1]
        assert list(folders) == module[1 : 1 + len(folders)], path


@pytest.mark.parametrize("passport", EQUATIONS.values(), ids=lambda passport: passport.id)
def test_passport_is_complete(passport: Passport) -> None:
    text = passport.function.__doc__ or ""
    assert passport.symbol
    assert passport.unit
    assert passport.locator.document
    assert ("form" in passport.parameters) == bool(passport.switch)
    assert all(name in text for name in passport.parameters)
    for heading in HEADINGS if not is_model(passport.id) else ("Parameters",):
        assert heading in text, heading
    number = passport.id.rpartition(":")[2]
    if passport.id.startswith("vmd0054"):
        edition = passport.id.partition(":")[0].removeprefix("vmd0054-")
        assert f"VMD0054 v{edition} Eq. {number}" in text
    if passport.id.startswith(("tool16", "vcs:")):
        assert passport.locator.edition == "from memory"


def numeric(value: Any) -> bool:
    while isinstance(value, list) and value:
        value = value[0]
    return not isinstance(value, bool | str | dict)


FIRST = [
    pytest.param(vector["equation"], case, name, id=f"{path.stem}: {name}")
    for path, vector in FILES.items()
    for case in [next(case for case in vector["case"] if "expect" in case)]
    for name, value in case["given"].items()
    if numeric(value) and name != "group" and not is_model(vector["equation"])
]


@pytest.mark.parametrize(("equation", "case", "name"), FIRST)
@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_bad_input_is_refused_by_name(equation: str, case: dict[str, Any], name: str, bad: Any) -> None:
    if bad == 1e300 and (equation, name) in AS_GOOD_AS_INFINITE:
        bad = 0.0
    with pytest.raises(ValueError) as raised:
        EQUATIONS[equation].function(**arguments(equation, case["given"]) | {name: bad})
    assert name.removesuffix("_t_co2e_per_ha") in str(raised.value)


def test_equations_of_doubt_bring_in_nothing_heavy() -> None:
    doubt = sorted(
        {p.function.__module__ for p in EQUATIONS.values() if ".uncertainty." in p.function.__module__}
    )
    code = (
        f"import importlib, sys; [importlib.import_module(n) for n in {doubt}]; "
        "print([m for m in ('scipy.stats', 'pymc', 'arviz', 'matplotlib') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
