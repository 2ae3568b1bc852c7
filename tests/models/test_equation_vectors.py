"""Every equation of the models against numbers that others made, or that were worked out by hand."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mollisol.quantification.models as models
from mollisol.methodology.provenance import Passport, registered_equations

VECTORS = Path(__file__).parent / "vectors" / "equations"
COMPILED = ("compiled", "linear_compiled", "rothc_compiled")

for found in pkgutil.iter_modules(models.__path__, models.__name__ + "."):
    if found.name.rpartition(".")[2] not in COMPILED:
        importlib.import_module(found.name)


def ours() -> dict[str, Passport]:
    return {
        id: passport
        for id, passport in registered_equations().items()
        if passport.function.__module__.startswith(models.__name__ + ".")
    }


FILES = {path: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(VECTORS.glob("*.toml"))}
CASES = [
    pytest.param(vector["equation"], case, id=f"{path.stem}: {case['name']}")
    for path, vector in FILES.items()
    for case in vector["case"]
]


@pytest.mark.parametrize(("equation", "case"), CASES)
def test_vector(equation: str, case: dict[str, Any]) -> None:
    given = {k: np.array(v) if isinstance(v, list) else v for k, v in case["given"].items()}
    result = ours()[equation].function(**given)
    np.testing.assert_allclose(result, case["expect"], rtol=case.get("rtol", 0.0), atol=case.get("atol", 0.0))


def test_every_equation_has_one_vector_file_with_an_origin() -> None:
    assert sorted(vector["equation"] for vector in FILES.values()) == sorted(ours())
    words = ("document", "independent program", "hand arithmetic")
    assert all(any(word in vector["origin"] for word in words) for vector in FILES.values())


def test_names_carry_units_and_docstrings_a_source() -> None:
    for id, passport in ours().items():
        text = passport.function.__doc__ or ""
        assert id in text, f"{id}: the docstring does not name its id"
        assert "Parameters" in text
        assert all(name in text for name in passport.parameters), id
