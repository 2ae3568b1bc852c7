"""Numbers that are missing, and what lost points could hide; expected values by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Severity
from mollisol.questions.selection import difference_t_co2e, numbering_gaps
from mollisol.reading.project import read_project
from tests.support.projects import FOUR_SITES, Layout

STATUS = "point,status,campaign,reason\n"


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["A1", "A2", "A4", "A6"], {"A": ["A3", "A5"]}),
        (["F1-01", "F1-02-a", "F1-02-b", "F1-03"], {}),
        (["F1-01", "F1-02", "F1-04", "F3-01", "F3-02"], {"F": ["F2"], "F1-": ["F1-03"]}),
        (["plot-7", "plot-19", "plot-33"], {}),
        (["P11", "P12", "P14"], {"P": ["P13"]}),
        (["north", "south"], {}),
    ],
)
def test_numbers_that_sequences_leave_out(names: list[str], missing: dict[str, list[str]]) -> None:
    assert numbering_gaps(names, 0.4)[0] == missing


def without(folder: Path, campaign: str, *points: str) -> None:
    path = folder / "core_increments.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if not (row.startswith(f"{campaign},") and row.split(",")[1] in points)]
    assert len(kept) < len(rows)
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def lose(folder: Path, *points: str, status: str = "lost") -> None:
    """Take the last cores of points away and say so."""
    without(folder, "2026", *points)
    rows = "".join(f"{point},{status},2026,a road was built\n" for point in points)
    (folder / "point_status.csv").write_text(STATUS + rows, encoding="utf-8")


def test_a_lost_point_counts_as_if_it_had_never_been_sampled(
    make_project: Callable[[Layout], Path],
) -> None:
    """The pairs that are left give the credit: the same as a project that has only them."""
    name, stocks = next(iter(FOUR_SITES.project.items()))
    fewer = replace(FOUR_SITES, project={**FOUR_SITES.project, name: stocks[:-1]})
    lost = make_project(FOUR_SITES)
    lose(lost, f"{name}.{len(stocks) - 1}")
    one, other = run_project(lost).results.periods[0], run_project(make_project(fewer)).results.periods[0]
    assert one.units_if_eligible_t == other.units_if_eligible_t
    assert one.verified_total_t_co2e == pytest.approx(other.verified_total_t_co2e, rel=1e-12)


@pytest.mark.parametrize("stratum_without", [False, True])
def test_a_lost_control_site_is_told_and_the_baseline_is_that_without_it(
    stratum_without: bool, make_project: Callable[[Layout], Path]
) -> None:
    """The same as a project that is linked to the other sites alone; where a stratum keeps none it is stopped."""
    links = [link for link in FOUR_SITES.links if stratum_without is False or link[0] != "c1"]
    folder = make_project(replace(FOUR_SITES, links=links))
    lose(folder, "c2.0", "c2.1")
    found = {item.code: item for item in assess_project(folder).findings}
    if stratum_without:
        assert "stratum-unpaired" in found
        assert "control-site-lost" not in found
        return
    told = found["control-site-lost"]
    assert told.severity is Severity.WARNING
    assert told.found == "c2: computed without it, with 3 of 4 linked sites; its strata keep c1"
    three = replace(
        FOUR_SITES,
        control={name: FOUR_SITES.control[name] for name in ("c1", "c3", "c4")},
        links=[link for link in FOUR_SITES.links if link[0] != "c2"],
    )
    one, other = run_project(folder).results.periods[0], run_project(make_project(three)).results.periods[0]
    assert one.verified_total_t_co2e == pytest.approx(other.verified_total_t_co2e, rel=1e-12)
    assert one.strata[0].control_sites == ("c1",)


def test_fewer_control_sites_than_the_rule_asks_for_refuse(make_project: Callable[[Layout], Path]) -> None:
    three = replace(FOUR_SITES, links=[("c1", "s1"), ("c2", "s1"), ("c2", "s2"), ("c3", "s2")])
    folder = make_project(three)
    lose(folder, "c2.0", "c2.1")
    (told,) = [item for item in assess_project(folder).findings if item.code == "control-site-lost"]
    assert told.severity is Severity.REFUSAL
    assert "with 2 of 3 linked sites; its strata keep c1, c3" in told.found


def test_lost_points_are_read_pessimistically(make_project: Callable[[Layout], Path]) -> None:
    layout = Layout(
        areas_ha={"s": 10.0},
        project={"s": [(60.0, 63.0), (60.0, 61.0), (60.0, 62.0)]},
        control={"k": [(60.0, 60.0), (60.0, 60.5)], "l": [(60.0, 60.0), (60.0, 60.0)]},
        links=[("k", "s"), ("l", "s")],
    )
    folder = make_project(layout)
    lose(folder, "s.0", "l.1")
    project = read_project(folder).project
    assert project is not None
    # project (1 + 2) / 2, controls ((0 + 0.5) / 2 + 0) / 2, times 44/12 and 10 ha
    change = {"s.1": 1.0, "s.2": 2.0, "k.0": 0.0, "k.1": 0.5, "l.0": 0.0}
    assert difference_t_co2e(project, change, ()) == pytest.approx(10 * (1.5 - 0.125))
    # the lost one of the project counts 1, that of the controls 0.5
    assert difference_t_co2e(project, change, ("s.0", "l.1")) == pytest.approx(10 * (4 / 3 - 0.25))
    told = [item for item in assess_project(folder).findings if item.code == "points-lost-decide"]
    assert len(told) == 1
    assert f"{44 / 12 * 10 * 1.375:,.1f} t CO2e as it is" in told[0].found
    assert f"{44 / 12 * 10 * (4 / 3 - 0.25):,.1f} t where 2 lost points" in told[0].found


def test_units_stand_beside_those_of_the_pessimistic_reading(make_project: Callable[[Layout], Path]) -> None:
    """By hand: the lost point would count as the worst of its stratum; 15 % of what that takes off is buffer's."""
    name, stocks = next(iter(FOUR_SITES.project.items()))
    folder = make_project(FOUR_SITES)
    lose(folder, f"{name}.{len(stocks) - 1}")
    run = run_project(folder)
    changes = [(end - start) * 44 / 12 for start, end in stocks[:-1]]
    mean = sum(changes) / len(changes)
    worse = (sum(changes) + min(changes)) / len(stocks)
    taken = FOUR_SITES.areas_ha[name] * (mean - worse) * 0.85
    period = run.results.periods[0]
    (told,) = [item for item in run.findings if item.code == "points-lost-units"]
    units = int(period.verified_total_t_co2e - taken)
    assert told.found.startswith(
        f"{int(period.verified_total_t_co2e)} units as it is; {units} where the lost points changed"
    )


def test_land_that_is_said_to_have_left_but_is_counted_hides_its_points(
    make_project: Callable[[Layout], Path],
) -> None:
    name, stocks = next(iter(FOUR_SITES.project.items()))
    folder = make_project(FOUR_SITES)
    lose(folder, f"{name}.{len(stocks) - 1}", status="left")
    assert "lost points" in " ".join(item.found for item in assess_project(folder).findings)


def test_a_stratum_and_a_control_site_may_join_after_the_first_campaign(
    make_project: Callable[[Layout], Path],
) -> None:
    """An earlier campaign that has neither of them gives no mean of theirs, and the period is as without it."""
    strata, sites = list(FOUR_SITES.project), list(FOUR_SITES.control)
    plain, folder = make_project(FOUR_SITES), make_project(FOUR_SITES)
    head = folder / "project.toml"
    earlier = '[[project.campaigns]]\nname = "2016"\nduring = { start = 2016-09-01, end = 2016-11-30 }\n\n'
    text = head.read_text(encoding="utf-8").replace(
        "[[project.campaigns]]", earlier + "[[project.campaigns]]", 1
    )
    head.write_text(text, encoding="utf-8")
    path = folder / "core_increments.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    there = tuple(f"2021,{home}." for home in (strata[0], *sites[1:]))
    again = [row.replace("2021", "2016") for row in rows if row.startswith(there)]
    assert again
    path.write_text("\n".join([*rows, *again]) + "\n", encoding="utf-8")
    one, other = run_project(folder).results, run_project(plain).results
    assert one.periods[0].verified_total_t_co2e == pytest.approx(
        other.periods[0].verified_total_t_co2e, rel=1e-12
    )
    means = {(item.stratum, item.scenario) for item in one.stocks if item.campaign == "2016"}
    assert (strata[0], "project") in means
    assert not {(name, "project") for name in strata[1:]} & means
