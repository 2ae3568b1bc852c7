"""The page of the laboratory prints what its commands print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.coverage.page_makers import page_maker

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def script() -> Any:
    return page_maker("laboratory")


def test_the_page_is_made_of_what_was_printed(script: Any) -> None:
    assert (ROOT / "docs" / "laboratory.md").read_text(encoding="utf-8") == script.page(), (
        "run scripts/pages/laboratory.py"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bar-50", "depth-50", "one-control-site", "as-printed", "games"])
def test_a_command_prints_what_the_page_says(script: Any, name: str) -> None:
    assert script.shown(*script.commands()[name]).rstrip() == script.stored(name)


def test_every_question_of_an_author_is_on_the_page() -> None:
    page = (ROOT / "docs" / "laboratory.md").read_text(encoding="utf-8")
    for proposal in (
        "confidence-075", "allowance-15", "bar-50", "depth-50", "one-control-site", "as-printed", "ten-samples",
        "discount-20",
    ):  # fmt: skip
        assert f"lab run default --projects 20000 --check 5 --proposal {proposal}" in page
