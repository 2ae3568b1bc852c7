"""Several small cheats at once, each of which pays: what is refused, and that every part is named.

First: three of each eight points dropped on both sides, those that moved against the credit, four tables deleted (two
whole, two for the years of the project, which pays more), and a rating of 12 in place of 15. Then the same with
density of the last campaign 5 % higher in the project and 3 % at the controls. The project is an honest one of the
generator, with its plan and the records of a farm.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import Finding
from tests.honest.faults.of_cores import controls, last_of
from tests.honest.faults.of_records import rating_of
from tests.honest.folder import CORES, DENSITY, POINTS, Folder
from tests.honest.generator import FAMILIES
from tests.honest.planted import honest_folders
from tests.honest.records import with_plan, with_records

DELETED = ("production", "commodities")
DELETED_SINCE_THE_START = ("fertilizers", "liming")
FEWEST = 2
"""Points that a control site keeps, or nothing is computed."""


@cache
def honest() -> Folder:
    """Return the honest project, with a rating of 15."""
    made = with_plan(with_records(honest_folders(1, FAMILIES[:1])[0], 0))
    rating_of(made, 15)
    return made


def stacked() -> tuple[Folder, set[str]]:
    """Return the project with the first stack, and the points that were dropped."""
    made = honest().copy()
    gain, inside = made.gains(), made.inside
    project = sorted(inside, key=lambda point: gain[point])
    others = sorted(controls(made), key=lambda point: -gain[point])
    site = {row["point"]: row["control_site"] for row in made.rows(POINTS)}
    kept = Counter(site[point] for point in others)
    dropped = set(project[: len(project) * 3 // 8])
    for point in others:
        if kept[site[point]] > FEWEST and len(dropped) < (len(project) + len(others)) * 3 // 8:
            kept[site[point]] -= 1
            dropped.add(point)
    for table in (CORES, POINTS):
        made.keep(table, lambda row: row["point"] not in dropped)
    for table in DELETED:
        made.save(table, [])
    for table in DELETED_SINCE_THE_START:
        made.keep(table, lambda row: row["scenario"] != "project")
    head = made.text("project.toml")
    made.files["project.toml"] = head[: head.index("\n[project.new_land]")].encode()
    rating_of(made, 12)
    return made, dropped


def denser(folder: Folder) -> Folder:
    """Return the project with denser soil in the last campaign, more so in the project."""
    made = folder.copy()
    last_of(made, made.inside, [DENSITY], 1.05)
    last_of(made, controls(made), [DENSITY], 1.03)
    return made


@cache
def said(stack: str) -> tuple[str, int, int, tuple[Finding, ...]]:
    """Return state, units to request, units computed, and the findings."""
    folder = honest()
    if stack != "honest":
        folder = stacked()[0]
    if stack == "second":
        folder = denser(folder)
    run = run_project(folder.files)
    return (
        str(run.results.state),
        sum(period.units_to_issue_t for period in run.results.periods),
        sum(period.units_if_eligible_t or 0 for period in run.results.periods),
        run.findings,
    )


def words_of(findings: tuple[Finding, ...], code: str) -> str:
    """Return in one text where a code was found and what."""
    found = [item for item in findings if item.code == code]
    assert found, f"{code} among {sorted({item.code for item in findings})}"
    return " ".join(f"{item.severity.value} {item.where} {item.found} {item.allowed}" for item in found)


def test_the_honest_project_is_not_refused_and_the_stack_would_pay() -> None:
    state, _, units, _ = said("honest")
    assert state in {"eligible", "provisional"}
    assert said("first")[2] > 1.2 * units
    assert said("second")[2] > said("first")[2]


@pytest.mark.parametrize("stack", ["first", "second"])
def test_a_stack_is_refused_with_every_part_named(stack: str) -> None:
    state, units, _, findings = said(stack)
    assert (state, units) == ("refused", 0)
    missing = words_of(findings, "plan-point-missing")
    assert missing.startswith("refusal")
    _, dropped = stacked()
    assert any(point in missing for point in dropped)
    without = words_of(findings, "practice-without-rows")
    assert "refusal" in without
    for table in ("fertilizers.csv", "liming.csv"):
        assert table in without
    undeclared = words_of(findings, "production-undeclared")
    for table in ("production.csv", "commodities.csv"):
        assert table in undeclared
    assert "rating" in words_of(findings, "credit-on-typed-numbers")
    if stack == "second":
        density = words_of(findings, "density-shift-by-side")
        assert "in the project and" in density
        assert "at the controls" in density
