"""The walk through the house names files that a run goes through: traced on the bundled example."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from types import CodeType

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
WALK = PAGE.partition("## A walk through the house")[2].partition("\n## ")[0]
FILES = re.findall(r"`([a-z0-9_/-]+\.(?:py|toml))`", WALK)
TYPES = {"methodology/measurement.py", "methodology/rules_in_force/rule.py"}
"""Hold types, whose bodies run when they are imported."""


def test_the_walk_has_two_ways_of_ten_lines_and_every_file_is_there() -> None:
    assert re.findall(r"^(\d+)\. ", WALK, flags=re.MULTILINE) == [*map(str, range(1, 11))] * 2
    assert len(FILES) > 20
    assert [file for file in FILES if not (ROOT / file).is_file()] == []


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory) -> set[Path]:
    """Return every file of which a function ran while the example was run, proposed against, explained and verified."""
    seen: set[str] = set()

    def note(code: CodeType, _: int) -> object:
        seen.add(code.co_filename)
        return watch.DISABLE  # of this function: it has been seen

    folder = tmp_path_factory.mktemp("walk")
    project, bundle = folder / "project", folder / "bundle"
    shutil.copytree(ROOT / "examples" / "woburn-ley", project)
    call = CliRunner().invoke
    watch = sys.monitoring
    watch.use_tool_id(watch.PROFILER_ID, "walk")
    watch.register_callback(watch.PROFILER_ID, watch.events.PY_START, note)
    watch.set_events(watch.PROFILER_ID, watch.events.PY_START)
    try:
        call(app, ["run", str(project), "--out", str(bundle)], catch_exceptions=False)
        call(app, ["check", str(project), "--proposal", "gwp-ar6"], catch_exceptions=False)
        call(app, ["explain", str(bundle), "periods.1.units_if_eligible_t"], catch_exceptions=False)
        call(app, ["verify", str(bundle)], catch_exceptions=False)
    finally:
        watch.set_events(watch.PROFILER_ID, watch.events.NO_EVENTS)
        watch.free_tool_id(watch.PROFILER_ID)
    return {Path(name).resolve() for name in seen if not name.startswith("<")}


def test_a_run_goes_the_way_that_the_walk_describes(entered: set[Path]) -> None:
    code = [file for file in FILES if file.endswith(".py") and file not in TYPES]
    assert [file for file in code if (ROOT / file).resolve() not in entered] == []


def test_a_file_that_no_run_enters_would_be_missed(entered: set[Path]) -> None:
    assert (ROOT / "uncertainty" / "simulation" / "landscapes.py").resolve() not in entered
