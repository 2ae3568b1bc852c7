"""Parameters are nouns and few; a docstring says what comes back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTER = ("methodology", "quantification", "uncertainty", "templates")
NO_NOUNS = {"asked", "at", "beside", "found", "of", "own", "said", "to", "told"}
NOT_WHAT_COMES_BACK = {"Give", "Gives", "Hold", "Holds", "Say", "Says", "Tell", "Tells"}
MOST_PARAMETERS = 8
ARGUMENTS_OF_AN_EQUATION = {"hybrid_posterior", "measured_specification", "modelled_posterior"}
"""Take what the registered equation of the credited value beside them takes, argument by argument."""


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def parameters(function: ast.FunctionDef) -> list[str]:
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]


def is_equation_or_kernel(function: ast.FunctionDef) -> bool:
    words = " ".join(ast.unparse(decorator) for decorator in function.decorator_list)
    words += " typer.Option" * ("typer.Option" in ast.unparse(function.args))
    if any(word in words for word in ("equation", "compiled", "njit", ".command(", "typer.Option")):
        return True  # the options of a command are what a person types, one by one
    return function.name in ARGUMENTS_OF_AN_EQUATION


def faults(tree: ast.AST) -> list[str]:
    """Return what is wrong with the words of a module."""
    wrong = []
    for function in functions(tree):
        names = parameters(function)
        if len(names) > MOST_PARAMETERS and not is_equation_or_kernel(function):
            wrong.append(f"{function.name} takes {len(names)} parameters")
        wrong += [f"{function.name} takes {name!r}, which is no noun" for name in names if name in NO_NOUNS]
        first = (ast.get_docstring(function) or "-").split()[0]
        if first in NOT_WHAT_COMES_BACK:
            wrong.append(f"{function.name}: the docstring begins with {first}")
    return wrong


MODULES = sorted(
    path
    for folder in (*OUTER, "src/mollisol")
    for path in (ROOT / folder).rglob("*.py")
    if folder in OUTER or path.relative_to(ROOT / folder).parts[0] not in OUTER
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_words(path: Path) -> None:
    assert faults(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_planted_faults_are_found() -> None:
    planted = '''
def stock(to, a, b, c, d, e, f, g, h):
    """Give the stock."""
'''
    assert faults(ast.parse(planted)) == [
        "stock takes 9 parameters",
        "stock takes 'to', which is no noun",
        "stock: the docstring begins with Give",
    ]
