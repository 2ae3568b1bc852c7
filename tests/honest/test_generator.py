"""The generator of honest projects gives the same bytes each time, and shares nothing with what it is tried on."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.honest.generator import FAMILIES, write_honest

SOURCE = Path(__file__).with_name("generator.py")


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_gives_the_same_bytes(family: str, tmp_path: Path) -> None:
    first, second = (write_honest(tmp_path / name, family, 3) for name in ("first", "second"))
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    other = write_honest(tmp_path / "other", family, 4)
    assert (other / "core_increments.csv").read_bytes() != (first / "core_increments.csv").read_bytes()


def test_it_imports_nothing_of_the_package() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert not [name for name in names if name.startswith(("mollisol", "tests"))]
