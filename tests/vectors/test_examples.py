"""Every registered equation shows its formula and an example, and the example is a case of its vector file."""

from __future__ import annotations

import doctest
import inspect
import json
import re
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.equations import all_equations
from mollisol.methodology.provenance import Passport

TESTS = Path(__file__).parents[1]
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf")


class Keeper(doctest.OutputChecker):
    """Keeps what an example should print and what it printed, to be compared as figures afterwards."""

    def __init__(self) -> None:
        self.printed: list[tuple[str, str]] = []

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Return true; the figures are compared by the test."""
        if want:
            self.printed.append((want, got))
        return True


def vectors() -> dict[str, list[dict[str, Any]]]:
    """Return the cases of every vector file by id of the equation."""
    files = [path for path in TESTS.rglob("*.toml") if "vectors" in path.parts]
    read = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    return {vector["equation"]: vector["case"] for vector in read if "equation" in vector}


VECTORS = vectors()


def plain(given: dict[str, Any]) -> Any:
    """Return arguments as a vector file writes them: numbers, words, lists and mappings."""
    return json.loads(
        json.dumps(given, default=lambda value: value.tolist() if hasattr(value, "tolist") else asdict(value))
    )


@pytest.mark.parametrize("passport", all_equations().values(), ids=lambda passport: passport.id)
def test_formula_and_example(passport: Passport) -> None:
    function = passport.function
    name = function.__name__
    assert re.search(r"\.\. math::\s+\S", inspect.getdoc(function) or ""), "the docstring shows no formula"
    assert passport.formula
    calls: list[dict[str, Any]] = []

    def kept(**given: Any) -> Any:
        calls.append(given)
        return function(**given)

    names = dict(vars(sys.modules[function.__module__])) | {name: kept}
    (example,) = doctest.DocTestFinder(recurse=False).find(function, name, globs=names)
    keeper, report = Keeper(), list[str]()
    runner = doctest.DocTestRunner(checker=keeper, verbose=False)
    assert runner.run(example, out=report.append).failed == 0, "".join(report)

    assert len(calls) == len(keeper.printed) == 1, "the docstring shows no example, or more than one"
    cases = [case for case in VECTORS[passport.id] if plain(case["given"]) == plain(calls[0])]
    assert cases, "the example is no case of the vector file"
    ((want, got),) = keeper.printed
    assert re.sub(r"\s", "", _NUMBER.sub("#", want)) == re.sub(r"\s", "", _NUMBER.sub("#", got))
    shown, found = ([float(number) for number in _NUMBER.findall(text)] for text in (want, got))
    # Seven figures are shown; a vector that a document prints shorter brings its own tolerance.
    np.testing.assert_allclose(shown, np.ravel(cases[0]["expect"]), rtol=1e-6)
    rtol, atol = max(1e-6, cases[0].get("rtol", 0.0)), cases[0].get("atol", 0.0)
    np.testing.assert_allclose(found, shown, rtol=rtol, atol=atol)
