"""The page of the laboratory prints what its commands print."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("page", ROOT / "scripts" / "pages" / "laboratory.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_page_is_made_of_what_was_printed(script: ModuleType) -> None:
    assert (ROOT / "docs" / "laboratory.md").read_text(encoding="utf-8") == script.page(), (
        "run scripts/pages/laboratory.py"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bar-50", "depth-50", "one-control-site", "as-printed", "games"])
def test_a_command_prints_what_the_page_says(script: ModuleType, name: str) -> None:
    assert script.shown(*script.commands()[name]).rstrip() == script.stored(name)


def test_every_question_of_an_author_is_on_the_page() -> None:
    page = (ROOT / "docs" / "laboratory.md").read_text(encoding="utf-8")
    for proposal in (
        "confidence-075", "allowance-15", "bar-50", "depth-50", "one-control-site", "as-printed", "ten-samples",
        "discount-20",
    ):  # fmt: skip
        assert f"lab run default --projects 20000 --check 5 --proposal {proposal}" in page
