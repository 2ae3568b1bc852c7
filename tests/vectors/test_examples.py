"""Every registered equation shows its formula and an example, and the example is a case of its vector file."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.equations import all_equations
from mollisol.methodology.provenance import Passport

TESTS = Path(__file__).parents[1]
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf")


class Figures(doctest.OutputChecker):
    """Compares printed figures within a tolerance, and the brackets around them exactly."""

    def __init__(self, rtol: float, atol: float) -> None:
        self.rtol, self.atol = rtol, atol

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Return whether the figures printed are those of the docstring."""
        shapes = [re.sub(r"\s", "", _NUMBER.sub("#", text)) for text in (want, got)]
        wanted, found = ([float(number) for number in _NUMBER.findall(text)] for text in (want, got))
        return shapes[0] == shapes[1] and np.allclose(found, wanted, rtol=self.rtol, atol=self.atol)


def vectors() -> dict[str, list[dict[str, Any]]]:
    """Return the cases of every vector file by id of the equation."""
    files = [path for path in TESTS.rglob("*.toml") if "vectors" in path.parts]
    read = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    return {vector["equation"]: vector["case"] for vector in read if "equation" in vector}


VECTORS = vectors()


def literal(node: ast.expr) -> Any:
    """Return the value of an argument as a vector file writes it; a call around it makes an array or an object."""
    if isinstance(node, ast.Call):
        return literal(node.args[0])
    return [literal(item) for item in node.elts] if isinstance(node, ast.List) else ast.literal_eval(node)


def case_of(passport: Passport, example: doctest.DocTest) -> dict[str, Any]:
    """Return the case of the vector file whose arguments the example gives."""
    source = ast.parse("".join(part.source for part in example.examples))
    name = passport.function.__name__
    calls = [n for n in ast.walk(source) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == name]
    assert len(calls) == 1, "the docstring shows no example, or more than one"
    given = {str(word.arg): literal(word.value) for word in calls[0].keywords}
    cases = [case for case in VECTORS[passport.id] if case["given"] == given and "expect" in case]
    assert cases, "the example is no case of the vector file"
    return cases[0]


@pytest.mark.parametrize("passport", all_equations().values(), ids=lambda passport: passport.id)
def test_formula_and_example(passport: Passport) -> None:
    function = passport.function
    assert re.search(r"\.\. math::\s+\S", inspect.getdoc(function) or ""), "the docstring shows no formula"
    finder = doctest.DocTestFinder(recurse=False)
    (example,) = finder.find(function, function.__name__, globs=dict(vars(sys.modules[function.__module__])))
    case = case_of(passport, example)
    shown = [float(number) for number in _NUMBER.findall(example.examples[-1].want)]
    np.testing.assert_allclose(shown, np.ravel(case["expect"]), rtol=1e-6)
    # Seven figures are shown; a vector that a document prints shorter brings its own tolerance.
    checker = Figures(max(1e-6, case.get("rtol", 0.0)), case.get("atol", 0.0))
    report: list[str] = []
    runner = doctest.DocTestRunner(checker=checker, verbose=False)
    assert runner.run(example, out=report.append).failed == 0, "".join(report)
