"""The page on Python shows what happens."""

from __future__ import annotations

import doctest
from pathlib import Path


def test_the_examples_of_the_page_run() -> None:
    page = Path(__file__).parents[3] / "docs" / "python.md"
    tried = doctest.testfile(str(page), module_relative=False)
    assert tried.attempted > 5
    assert tried.failed == 0
