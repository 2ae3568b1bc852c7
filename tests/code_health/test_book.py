"""One book: a figure goes from step to step as a typed field, and no step looks it up by its name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READERS = frozenset({"api", "audit", "bundle", "origins", "rule_catalogue", "verify"})
"""Rooms that look at a finished book whole: to follow it, write it, show it as frames, hold it against another."""
MOST_PARAMETERS = 8
STEPS = ("stocks", "emissions", "routes", "checks", "changes")
NO_NOUNS = frozenset({"asked", "at", "beside", "found", "of", "own", "said", "to", "told"})


def looked_up(source: str) -> list[int]:
    """Return the lines in which source text reads the quantities of a trace."""
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))
    return [node.lineno for node in nodes if node.attr == "quantities" and _is_trace(node.value)]


def _is_trace(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.endswith("trace")


def rooms() -> list[Path]:
    return sorted(
        path for path in (ROOT / "src/mollisol").iterdir() if path.is_dir() and not path.is_symlink()
    )


@pytest.mark.parametrize("room", [room.name for room in rooms() if room.name not in READERS])
def test_no_step_reads_a_figure_by_its_name(room: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "src/mollisol" / room).rglob("*.py")
        for line in looked_up(path.read_text(encoding="utf-8"))
    }
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "trace.quantities[f'area_ha{at}']",
        "inputs.context.trace.quantities.get('x')",
        "self._trace.quantities",
    ],
)
def test_a_planted_look_up_is_seen(source: str) -> None:
    assert looked_up(source) == [1]


def parameters(room: str) -> list[tuple[str, list[str]]]:
    functions = []
    for path in sorted((ROOT / "src/mollisol" / room).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                names = [argument.arg for argument in every if argument.arg not in ("self", "cls")]
                functions.append((f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", names))
    return functions


@pytest.mark.parametrize("room", STEPS)
def test_parameters_are_few_and_nouns(room: str) -> None:
    found = parameters(room)
    assert found
    assert [where for where, names in found if len(names) > MOST_PARAMETERS] == []
    assert [where for where, names in found if NO_NOUNS & set(names)] == []
