"""What is public: one list, documented whole, with examples that run; and an import that loads nothing."""

from __future__ import annotations

import doctest
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator

import pytest

import mollisol

PUBLIC = {
    "Project": ["check", "files", "from_frames", "head", "new", "run", "to_frames", "with_frames", "write"],
    "assess_project": [],
    "datatree": [],
    "equation": [],
    "frames": [],
    "load_rule_set": [],
    "read_project": [],
    "run_model": [],
    "run_project": [],
    "verify_bundle": [],
}
"""Every public name with its own members: whoever takes one away or renames it changes the major number."""


def members(public: object) -> list[str]:
    return [name for name in vars(public) if not name.startswith("_")] if inspect.isclass(public) else []


def test_the_list_of_what_is_public() -> None:
    found = {name: sorted(members(getattr(mollisol, name))) for name in mollisol.__all__}
    assert found == PUBLIC
    assert set(PUBLIC) <= set(dir(mollisol))


def names() -> Iterator[tuple[str, object]]:
    for name in mollisol.__all__:
        public = getattr(mollisol, name)
        yield name, public
        yield from ((f"{name}.{inner}", getattr(public, inner)) for inner in members(public))


@pytest.mark.parametrize(("name", "public"), list(names()))
def test_every_public_name_is_documented(name: str, public: object) -> None:
    words = inspect.getdoc(public) or ""
    assert words.rstrip().endswith((".", "'", '"', "']", "}", ")")), name
    if callable(public):
        undescribed = [
            parameter.name
            for parameter in inspect.signature(public).parameters.values()
            if parameter.kind is parameter.KEYWORD_ONLY and parameter.name not in words
        ]
        assert not undescribed, f"{name}: {undescribed}"


@pytest.mark.parametrize("module", ["arrays", "frames", "models", "project", "tables"])
def test_the_examples_of_docstrings_run(module: str) -> None:
    tried = doctest.testmod(importlib.import_module(f"mollisol.api.{module}"))
    assert tried.failed == 0


def test_an_import_loads_neither_numpy_nor_pandas_nor_a_typed_object() -> None:
    ask = (
        "import sys, mollisol; dir(mollisol)\n"
        "print(sorted({'numpy', 'pandas', 'pydantic'} & sys.modules.keys()))\n"
        "mollisol.Project; print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "False"]
