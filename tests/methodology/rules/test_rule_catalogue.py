"""The catalogue checks itself, and a rule set that lacks a needed rule says which."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.equations import all_equations
from mollisol.methodology.findings import FindingsError
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import lay_over
from mollisol.methodology.rules_in_force.rule import Clocks, MissingRuleError, Rule, RuleError
from mollisol.methodology.rules_in_force.rule_set import RuleFolders, load_rule_set, read_toml, rule_set_keys
from mollisol.rule_catalogue.audit import audit, audit_programmes, read_catalogue

ROOT = Path(__file__).parents[3]
WOBURN = ROOT / "examples" / "woburn-ley"
CLOCKS = Clocks(registered_on=date(2026, 11, 21))

RULE = """id = "vm0042.test.rule"
label = "a rule"
unit = "1"
document = "VM0042"
keyed_by = "edition"
allowed = {{ least = 0, greatest = 2 }}
[[value]]
from = {start}
value = 1.0
source = {{ document = "VM0042", edition = "2.2", {place}read = 2026-11-21 }}
status = "{status}"
"""
HEAD = """key = "{key}"
label = "a rule set"
global_warming_potentials = "AR5"
[documents]
{documents}
"""


def catalogue(folder: Path, rules: dict[str, str], heads: dict[str, str]) -> list[tuple[str, str]]:
    """Write a catalogue and give the codes and places of what is found in it."""
    for name, text in rules.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "rulesets").mkdir()
    for name, text in heads.items():
        (folder / "rulesets" / name).write_text(text, encoding="utf-8")
    return [
        (f.code, str(f.where)) for f in audit(read_catalogue(RuleFolders(folder)), 'x = "vm0042.test.rule"')
    ]


def rule(start: str = "2025-10-21", place: str = 'section = "1", ', status: str = "verified") -> str:
    return RULE.format(start=start, place=place, status=status)


def head(documents: str = 'VM0042 = { edition = "2.2", dated = 2025-10-21, status = "verified" }') -> str:
    return HEAD.format(key="one", documents=documents)


def test_a_sound_catalogue_has_no_findings(tmp_path: Path) -> None:
    assert catalogue(tmp_path, {"a.toml": rule()}, {"one.toml": head()}) == []


@pytest.mark.parametrize(
    ("rules", "heads", "expected"),
    [
        ({"a.toml": rule("2026-01-01")}, {"one.toml": head()}, ("rule-gap", "one.toml")),
        (
            {"a.toml": rule()},
            {"one.toml": head('X = { edition = "1", dated = 2025-10-21, status = "verified" }')},
            ("rule-gap", "one.toml"),
        ),
        ({"a.toml": rule(), "b.toml": rule()}, {"one.toml": head()}, ("rule-overlap", "vm0042.test.rule")),
        ({"a.toml": rule()}, {"one.toml": head(), "two.toml": head()}, ("rule-overlap", "one")),
        (
            {"a.toml": rule(), "b.toml": rule().replace("test.rule", "test.other")},
            {"one.toml": head()},
            ("rule-orphan", "vm0042.test.other"),
        ),
        ({"sub/x.toml": "label = 1"}, {"one.toml": head()}, ("rule-file", "x.toml")),
        (
            {"a.toml": rule(place="")},
            {"one.toml": head()},
            ("rule-unsourced", "vm0042.test.rule from 2025-10-21"),
        ),
        (
            {"a.toml": rule(status="from-memory")},
            {"one.toml": head()},
            ("rule-weakly-sourced", "vm0042.test.rule from 2025-10-21"),
        ),
        (
            {"a.toml": rule()},
            {"one.toml": head() + '[[open]]\nrules = "vm0042.other.*"\nreason = "not seen"\n'},
            ("rule-orphan", "one.toml"),
        ),
        (
            {
                "a.toml": rule(),
                "proposals/p.toml": 'label = "p"\n[[set]]\nid = "vm0042.no.such"\nfrom = 2025-01-01\nvalue = 1.0\n'
                'reason = "r"\n',
            },
            {"one.toml": head()},
            ("rule-orphan", "p.toml"),
        ),
        (
            {"a.toml": rule().replace("allowed = { least = 0, greatest = 2 }\n", "")},
            {"one.toml": head()},
            ("rule-unbounded", "vm0042.test.rule"),
        ),
        (
            {
                "a.toml": rule(),
                "proposals/p.toml": 'label = "p"\n[[set]]\nid = "vm0042.test.rule"\nfrom = 2025-01-01\nvalue = 3.0\n'
                'reason = "r"\n',
            },
            {"one.toml": head()},
            ("rule-value", "p.toml"),
        ),
    ],
)
def test_each_fault_of_a_catalogue_has_its_code(
    tmp_path: Path, rules: dict[str, str], heads: dict[str, str], expected: tuple[str, str]
) -> None:
    assert expected in catalogue(tmp_path, rules, heads)


def test_a_value_that_is_said_not_to_be_known_is_no_gap(tmp_path: Path) -> None:
    text = head() + '[[open]]\nrules = "vm0042.test.*"\nreason = "not seen"\n'
    assert catalogue(tmp_path, {"a.toml": rule("2026-01-01")}, {"one.toml": text}) == [
        ("rule-open", "one.toml")
    ]


def test_the_shipped_catalogue_passes() -> None:
    found = audit_programmes()
    assert [f for f in found if f.severity.value == "blocking"] == []
    result = CliRunner().invoke(app, ["rules", "check"])
    assert result.exit_code == 0


def test_rules_check_fails_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mollisol.rule_catalogue.audit.code_of_the_engine", lambda: "")
    assert CliRunner().invoke(app, ["rules", "check", "--json"]).exit_code == 2


def test_a_project_under_a_set_that_lacks_needed_rules_is_told_each_of_them() -> None:
    key = "vm0042-3.0-draft"
    needed = {chosen.rule for chosen in run_project(WOBURN).rules.chosen}
    rules = load_rule_set(key)
    lacking = {id for id in needed if rules.head.not_known(id)}
    assert "vm0042.control.greatest-distance" in lacking
    with pytest.raises(FindingsError) as error:
        run_project(WOBURN, rules_key=key)
    missing = [f for f in error.value.findings if f.code == "rule-missing"]
    assert {f.clause for f in missing} == lacking
    assert all(f.clause in f.found and key in f.found for f in missing)


def test_nothing_of_another_edition_stands_in() -> None:
    for key in ("vm0042-2.1", "vm0042-3.0-draft"):
        with pytest.raises(MissingRuleError, match="has no value in"):
            load_rule_set(key).value("vm0042.additionality.common-practice", CLOCKS)
    assert load_rule_set("vm0042-2.1").number("vm0042.deduction.confidence", CLOCKS) == 2 / 3
    assert load_rule_set("vm0042-2.1").value("vm0042.factors.selection", CLOCKS).value == "central"
    assert load_rule_set("vm0042-3.0-draft").value("vm0042.accounting.basis", CLOCKS).value == "cumulative"
    for key in ("vm0042-2.2", "vm0042-2.2+2026-06-11"):
        assert load_rule_set(key).value("vm0042.accounting.basis", CLOCKS).value == "year by year"


def test_the_draft_is_told_not_to_be_computed() -> None:
    with pytest.raises(FindingsError) as error:
        run_project(WOBURN, rules_key="vm0042-3.0-draft")
    assert "accounting-not-computed" in {f.code for f in error.value.findings}


def overlay(**entry: object) -> Overlay:
    given = {
        "id": "vm0042.soc.minimum-depth",
        "from": date(2025, 10, 21),
        "value": 20.0,
        "reason": "x",
    } | entry
    return Overlay.model_validate({"label": "p", "set": [given]})


def test_a_proposal_that_would_never_apply_is_refused() -> None:
    with pytest.raises(FindingsError, match=r"a value from 2026-12-01 would start after VM0042 2.2"):
        lay_over(load_rule_set("vm0042-2.2"), [overlay(**{"from": date(2026, 12, 1)})], all_equations)


def test_the_ends_of_a_proposed_range_must_hold_its_value() -> None:
    with pytest.raises(FindingsError, match="low, value and high must be numbers in this order"):
        lay_over(load_rule_set("vm0042-2.2"), [overlay(low=25.0)], all_equations)
    moved = lay_over(load_rule_set("vm0042-2.2"), [overlay(low=10.0, high=40.0)], all_equations)
    chosen = moved.value("vm0042.soc.minimum-depth", CLOCKS)
    assert (chosen.low, chosen.value, chosen.high) == (10.0, 20.0, 40.0)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            {"id": "vm0042.deduction.confidence", "value": 75.0},
            "vm0042.deduction.confidence may be a number from 0.5 to 0.999, not 75.0",
        ),
        ({"value": True}, "vm0042.soc.minimum-depth may be a number from 1 to 300 cm, not True"),
        ({"id": "vm0042.control.least-sites", "value": 3.5}, "may be a whole number from 1 to 1000, not 3.5"),
        (
            {"id": "mollisol.issuance.form", "value": "lowest"},
            "may be 'sharp' or 'lower' or 'moment' or 'posterior', not 'lowest'",
        ),
        (
            {"id": "vm0042.factors.selection", "value": "median"},
            "may be 'conservative end' or 'central', not 'median'",
        ),
        ({"id": "vm0042.biochar.subtracted", "value": "no"}, "may be true or false, not 'no'"),
        (
            {"id": "vm0042.baseline.credited-kinds", "value": "measured_controls, guessed"},
            "may be some of these, parted by ',': 'modelled_schedule' or .*, not 'measured_controls, guessed'",
        ),
        (
            {"id": "vm0042.baseline.credited-kinds", "value": "hybrid, hybrid"},
            "not 'hybrid, hybrid'",
        ),
        ({"high": 400.0}, "may be a number from 1 to 300 cm, not 400.0"),
        ({"id": "mollisol.issuance.form", "value": "moment", "low": 1.0}, "or 'posterior', not 1.0"),
    ],
)
def test_a_value_outside_what_is_allowed_is_refused_by_name(entry: dict[str, object], expected: str) -> None:
    with pytest.raises(FindingsError, match="proposal-not-allowed at proposal p: ") as raised:
        lay_over(load_rule_set("vm0042-2.2"), [overlay(**entry)], all_equations)
    (fault,) = raised.value.findings
    assert re.search(expected, f"{fault.clause} may be {fault.allowed}, not {fault.found}")


def test_a_shipped_value_must_be_allowed(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(rule().replace("greatest = 2", "greatest = 0.5"), encoding="utf-8")
    with pytest.raises(
        RuleError, match=r"a\.toml: .*vm0042\.test\.rule may be a number from 0 to 0\.5, not 1\.0"
    ):
        read_toml(file, Rule)


@pytest.mark.parametrize(
    "allowed",
    [
        "{ least = 0 }",
        "{ least = 2, greatest = 1 }",
        '{ words = ["a"], truth = true }',
        "{ whole = true }",
        "{}",
    ],
)
def test_what_is_allowed_is_said_in_one_way(allowed: str, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(rule().replace("{ least = 0, greatest = 2 }", allowed), encoding="utf-8")
    with pytest.raises(RuleError, match="must be words, a least and a greatest number, or truth = true"):
        read_toml(file, Rule)


def test_a_rule_of_release_0_1_0_that_allows_anything_keeps_its_kind() -> None:
    rules = load_rule_set("vm0042-2.2")
    old = {id: held.model_copy(update={"allowed": None}) for id, held in rules.rules.items()}
    rules = rules.model_copy(update={"rules": old})
    assert (
        lay_over(rules, [overlay(value=9999.0)], all_equations).number("vm0042.soc.minimum-depth", CLOCKS)
        == 9999
    )
    for value in (True, "deep"):
        with pytest.raises(FindingsError, match=f"holds 30.0, which {value!r} cannot replace"):
            lay_over(rules, [overlay(value=value)], all_equations)


def test_a_proposal_may_settle_what_an_edition_leaves_open() -> None:
    entry = {"id": "vm0042.additionality.common-practice", "from": date(2024, 9, 11), "value": 0.1}
    settled = lay_over(load_rule_set("vm0042-2.1"), [overlay(**entry)], all_equations)
    assert settled.number("vm0042.additionality.common-practice", CLOCKS) == 0.1


def test_a_measured_project_runs_under_2_1() -> None:
    """No change of sampling, control sites and deduction is listed between 2.1 and 2.2: the same units."""
    before, now = (run_project(WOBURN, rules_key=key).results for key in ("vm0042-2.1", "vm0042-2.2"))
    units = [sum(period.units_if_eligible_t or 0 for period in results.periods) for results in (before, now)]
    assert units[0] == units[1] > 0


def test_every_rule_set_loads_from_a_copy(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "methodology" / "rulesets", tmp_path / "rulesets")
    shutil.copytree(ROOT / "methodology" / "rules", tmp_path / "rules")
    heads = {found.key for _, found in read_catalogue(RuleFolders(tmp_path)).heads}
    assert heads == set(rule_set_keys())
