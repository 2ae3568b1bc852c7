"""Instances of a grouped project: eligibility each, the clocks of the programme, and what stops which period."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.crediting.closing import close_periods
from mollisol.crediting.ledger import LedgerError, entries_of_bundle
from mollisol.engine import assess_project, run_project
from mollisol.equations import all_equations
from mollisol.methodology.checks.clocks import check_clocks
from mollisol.methodology.findings import Severity
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import lay_over
from mollisol.methodology.rules_in_force.rule_set import RuleSet, load_rule_set, trust
from mollisol.output import write_folder
from mollisol.programmes.rules import rules_of_project
from mollisol.reading.project import read_project
from tests.mollisol.test_life import CONTROL_A, CONTROL_B, LACKING, A, joined, points
from tests.support.lives import Life, Part, write_life

STARTED = ("listed_on = 2022-03-01", "registration_requested_on = 2026-06-01")
"""Listed five months after the start, registration asked for after four years and eight months."""
GROUPED = replace(joined(), instances=[["second", "2025-03-01"]], head=STARTED)
"""North from 2021 on, south from 2023 on, its inclusion validated in 2025."""
CLOSED = date(2027, 1, 1)
SAID = "\n".join(
    f'[[{section}]]\nplace = "{{place}}"\n{facts}\n'
    for section, facts in (
        ("land_use", 'years = [{{ year = 2020, use = "cropland" }}]'),
        ("native_clearing", "years_before_start = 40"),
        ("wetlands", "on_wetland = false"),
    )
)
CODES = frozenset({"eligibility-incomplete", "instance-late", "instance-not-validated", "instance-before-start",
                   "listing-late", "registration-late", "native-cleared"})  # fmt: skip


def told(folder: Path) -> dict[str, list[str]]:
    """Return the refusals and blocks on eligibility and clocks, by code."""
    found: dict[str, list[str]] = {}
    for one in assess_project(folder).findings:
        if one.code in CODES and one.severity in (Severity.REFUSAL, Severity.BLOCKING):
            found.setdefault(one.code, []).append(f"{one.where} {one.found} | {one.allowed}")
    return found


def late(folder: Path) -> dict[str, list[str]]:
    """Return what the clocks alone refuse, by code."""
    project = read_project(folder).project
    assert project is not None
    _, rules = rules_of_project(project.head, "", (), None)
    found: dict[str, list[str]] = {}
    for one in check_clocks(project, rules):
        if one.severity is Severity.REFUSAL:
            found.setdefault(one.code, []).append(f"{one.where} {one.found} | {one.allowed}")
    return found


def results(folder: Path) -> dict[str, PeriodResult]:
    return {period.name: period for period in run_project(folder, route="analytic").results.periods}


def test_in_time(tmp_path: Path) -> None:
    assert late(write_life(tmp_path / "project", GROUPED)) == {}


@pytest.mark.parametrize(
    ("head", "code", "last"),
    [
        # under 4.2 three years, whatever the edition of today: 5.0 is of 16 December 2025
        (["listed_on = 2024-10-01"], "", ""),
        (["listed_on = 2024-10-02"], "listing-late", "2024-10-01"),
        # under 5.0 one year
        (["listed_on = 2025-12-16"], "listing-late", "2022-10-01"),
        (["registration_requested_on = 2026-10-01"], "", ""),
        (["registration_requested_on = 2026-10-02"], "registration-late", "2026-10-01"),
        # a small project has eight years
        (["registration_requested_on = 2029-10-01", "expected_t_co2e_per_year = 20000"], "", ""),
        (
            ["registration_requested_on = 2029-10-02", "expected_t_co2e_per_year = 20000"],
            "registration-late",
            "2029",
        ),
        (
            ["registration_requested_on = 2029-10-01", "expected_t_co2e_per_year = 20001"],
            "registration-late",
            "2026",
        ),
    ],
)
def test_clocks_of_the_project(head: Sequence[str], code: str, last: str, tmp_path: Path) -> None:
    """From the start on 2021-10-01: VCS Standard 4.2 and 5.0, section 3.7."""
    found = late(write_life(tmp_path / "project", replace(GROUPED, head=head)))
    assert list(found) == ([code] if code else [])
    assert not code or last in found[code][0]


@pytest.mark.parametrize(
    ("validated", "start", "code"),
    [
        ("2028-10-01", 2023, ""),
        ("2028-10-02", 2023, "instance-late"),
        ("", 2023, "instance-not-validated"),
        ("2025-03-01", 2021, ""),
        # with the project from its start: validated with it
        ("", 2021, ""),
    ],
)
def test_clock_of_an_instance(validated: str, start: int, code: str, tmp_path: Path) -> None:
    """Five years from its own start, not that of the project."""
    life = replace(joined(start), instances=[["second", validated]], head=STARTED)
    found = late(write_life(tmp_path / "project", life))
    assert list(found) == ([code] if code else [])
    assert not code or "instance second" in found[code][0]


LATE = replace(GROUPED, instances=[["second", "2029-01-01"]])
"""The inclusion of the second instance was validated after more than five years."""


def without_musts() -> RuleSet:
    """Return rules under which what these small projects lack stops nothing, as of an edition that is trusted."""
    entry = {
        "id": "mollisol.musts.decide",
        "from": date(2000, 1, 1),
        "value": False,
        "reason": "a small test",
    }
    overlay = Overlay.model_validate({"label": "small", "set": [entry]})
    return trust(lay_over(load_rule_set("vm0042-2.2+2026-06-11"), [overlay], all_equations))


@pytest.mark.slow
def test_an_instance_stops_the_periods_of_its_land_alone(tmp_path: Path) -> None:
    """The first instance has the units that it has without the second one, and its period is closed by itself."""
    folder = write_life(tmp_path / "late", LATE)
    run = run_project(folder, route="analytic", rule_set=without_musts())
    assert [one.issuance for one in run.results.periods] == ["issued", "refused"]
    assert run.results.state == "refused"
    alone = replace(LATE, instances=[["second", "2025-03-01"]])
    whole = run_project(write_life(tmp_path / "whole", alone), route="analytic", rule_set=without_musts())
    assert [one.issuance for one in whole.results.periods] == ["issued", "issued"]
    assert run.results.periods[0].units_to_issue_t == whole.results.periods[0].units_to_issue_t > 0
    write_folder(tmp_path / "bundle", bundle_files(run))
    entries, _ = close_periods(folder, tmp_path / "bundle", signed_off_by="a verifier", signed_off_on=CLOSED)
    assert [one.period for one in entries] == ["1"]
    head = tomllib.loads((folder / "project.toml").read_text(encoding="utf-8"))["project"]
    assert [one["name"] for one in head["verification_periods"]] == ["2"]


@pytest.mark.slow
def test_what_stopped_a_bundle_is_said_as_it_is(tmp_path: Path) -> None:
    """What was not declared was not refused."""
    for name, life, words in (
        ("waiting", GROUPED, "period 1 is provisional"),
        ("late", LATE, "period 1 was refused"),
    ):
        run = run_project(write_life(tmp_path / name, life), route="analytic")
        write_folder(tmp_path / f"{name}-run", bundle_files(run))
        with pytest.raises(LedgerError, match=words):
            entries_of_bundle(tmp_path / f"{name}-run", signed_off_by="a verifier", signed_off_on=CLOSED)


def test_land_from_before_the_project(tmp_path: Path) -> None:
    fields = [[*row[:5], "2020-10-01", "", ""] if row[2] == "first" else row for row in GROUPED.fields]
    found = told(write_life(tmp_path / "project", replace(GROUPED, fields=fields)))
    assert "joined on 2020-10-01, the project starts on 2021-10-01" in found["instance-before-start"][0]


def silent_on(folder: Path) -> dict[str, str]:
    """Return the places that the file is silent on, by section."""
    return {
        one.where.thing: one.found
        for one in assess_project(folder).findings
        if one.code == "eligibility-incomplete" and one.found != "nothing declared"
    }


def test_eligibility_of_units_that_instances_share(tmp_path: Path) -> None:
    """Two instances in one unit are asked for each; a unit of one instance is said by its own name."""
    a = Part({**A.points}, 80.0, "alpha")
    b = Part(points("B", (120, 124), (131, 134), (127, 132)), 40.0, "alpha")
    fields = [
        ["north", "", "first", "a", 80, "2021-10-01", "", ""],
        ["south", "", "second", "b", 40, "2021-10-01", "", ""],
    ]
    shared = Life(
        {"a": a, "b": b},
        {"ca": CONTROL_A, "cb": CONTROL_B},
        [("1", 2021, 2026, ())],
        fields=fields,
        head=STARTED,
    )
    sections = ("land_use", "native_clearing", "wetlands")

    def silent(name: str, life: Life, *places: str) -> dict[str, str]:
        text = "\n".join(SAID.format(place=place) for place in places)
        found = silent_on(write_life(tmp_path / name, replace(life, eligibility=text)))
        return {section: found[section] for section in sections if section in found}

    assert silent("unit", shared, "alpha") == dict.fromkeys(sections, "nothing on first, second")
    assert silent("one", shared, "first") == dict.fromkeys(sections, "nothing on second")
    assert silent("both", shared, "first", "second") == {}
    assert silent("fields", shared, "first", "south") == {}
    assert silent("apart", GROUPED, "alpha", "second") == {}
    assert silent("nothing", GROUPED, "alpha") == dict.fromkeys(sections, "nothing on beta")


@pytest.mark.slow
def test_an_instance_that_is_not_eligible_leaves_and_stops_nobody(tmp_path: Path) -> None:
    """Cleared seven years before the start: its land leaves with a reason, and what stays is credited as before."""
    cleared = SAID.format(place="alpha") + SAID.format(place="second").replace("= 40", "= 7")
    life = replace(GROUPED, eligibility=cleared)
    found = told(write_life(tmp_path / "joined", life))
    assert "7 years before the start" in found["native-cleared"][0]
    south = [*life.fields[1][:6], "2024-01-01", "cleared of forest in 2016: not eligible"]
    left = replace(life, fields=[life.fields[0], south], periods=[life.periods[0]])
    folder = write_life(tmp_path / "left", left)
    assert "native-cleared" not in told(folder)
    before = results(
        write_life(tmp_path / "before", replace(GROUPED, eligibility=SAID.format(place="alpha")))
    )
    after = results(folder)
    assert after["1"].gross_t_co2e == pytest.approx(520, rel=1e-9)
    assert after["1"].verified_total_t_co2e == pytest.approx(before["1"].verified_total_t_co2e, rel=1e-12)


def test_instances_of_the_table_are_those_of_the_fields(tmp_path: Path) -> None:
    life = replace(GROUPED, instances=[["secnod", "2025-03-01"]])
    found = assess_project(write_life(tmp_path / "project", life)).findings
    assert [one.where.file for one in found if one.code == "unknown-reference"] == ["instances.csv"]


def test_what_is_not_stated_is_a_note(tmp_path: Path) -> None:
    folder = write_life(tmp_path / "project", replace(GROUPED, head=()))
    (note,) = [one for one in assess_project(folder).findings if one.code == "clocks-undeclared"]
    assert note.severity is Severity.NOTE
    assert note.found == "no listed_on and no registration_requested_on and no crediting_years"
    assert "clocks-undeclared" not in LACKING
