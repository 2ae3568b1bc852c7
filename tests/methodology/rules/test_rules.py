"""Every rule file parses, is sourced, answers on its clock and is used."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from mollisol.equations import all_equations
from mollisol.methodology.findings import FindingsError, reasons
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import lay_over, read_proposal
from mollisol.methodology.rules_in_force.rule import Clocks, MissingRuleError, Rule, RuleError
from mollisol.methodology.rules_in_force.rule_set import (
    RulesInForce,
    load_rule_set,
    rule_set_keys,
    status_findings,
)
from mollisol.programmes.registry import every_switch

ROOT = Path(__file__).parents[3]
CLOCKS = Clocks(registered_on=date(2026, 11, 21), emission_date=date(2025, 6, 30))
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("methodology", "quantification", "uncertainty", "src/mollisol")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not path.is_symlink()
) + re.sub(
    r"[^\s,]+", r'"\g<0>"', (ROOT / "methodology" / "tables" / "clauses.csv").read_text(encoding="utf-8")
)


def test_the_rule_sets_of_this_release_are_there() -> None:
    assert set(rule_set_keys()) == {"vm0042-2.1", "vm0042-2.2", "vm0042-2.2+2026-06-11", "vm0042-3.0-draft"}


@pytest.mark.parametrize("key", rule_set_keys())
def test_every_rule_answers_with_a_source(key: str) -> None:
    rules = load_rule_set(key)
    for id in rules.rules:
        if rules.head.not_known(id):
            with pytest.raises(MissingRuleError, match=f"{id} has no value in {re.escape(key)}"):
                rules.value(id, CLOCKS)
            continue
        chosen = rules.value(id, CLOCKS)
        assert chosen.citation, id
        assert chosen.since <= chosen.clock_date, id


def test_every_rule_is_used_and_every_rule_named_in_code_exists() -> None:
    known = set(load_rule_set("vm0042-2.2").rules)
    named = set(
        re.findall(r'"((?:vm0042|vmd005[34]|vcs|mollisol)\.(?!methodology\.)[a-z0-9-]+\.[a-z0-9-]+)"', CODE)
    )
    assert known - named == set(), "rules that nothing uses"
    assert named - known == set(), "rules that are named and do not exist"


def test_every_rule_that_a_finding_names_exists() -> None:
    known, namespaces = set(load_rule_set("vm0042-2.2").rules), ("vm0042.", "vmd005", "vcs.", "mollisol.")
    named = {reason.clause for reason in reasons().values() if reason.clause.startswith(namespaces)}
    assert len(named) >= 30
    assert named - known == set()


def test_every_switch_names_equations_that_name_it() -> None:
    switches = every_switch()
    equations = all_equations()
    for switch in switches.values():
        assert set(switch.equations) <= set(equations), switch.id
    for passport in equations.values():
        assert set(passport.switch) <= set(switches), passport.id


def test_a_switch_without_an_equation_of_its_own_is_read_by_the_engine() -> None:
    carried = {name for passport in all_equations().values() for name in passport.switch}
    for id in load_rule_set("vm0042-2.2").switches:
        assert id in carried or id.removeprefix("switch.") in CODE, id


def test_the_default_of_every_switch_is_the_corrected_form() -> None:
    assert {switch.default for switch in load_rule_set("vm0042-2.2").switches.values()} == {"corrected"}


def test_values_as_the_documents_have_them() -> None:
    """From vm0042.md sections 7.4, 8.2.1.3 and 15, and uncertainty.md 1.12: read there, not from our files."""
    rules = RulesInForce(load_rule_set("vm0042-2.2"), CLOCKS)
    expected = {
        "vm0042.soc.minimum-depth": 30,
        "vm0042.soc.least-increments": 2,
        "vm0042.soc.remeasure-years": 5,
        "vm0042.control.least-sites": 3,
        "vm0042.control.greatest-distance": 250,
        "vm0042.control.similarity-confidence": 0.9,
        "vm0042.look-back.least-years": 3,
        "vm0042.control.land-cover-years": 50,
        "vm0042.control.land-cover-tolerance": 10,
        "vm0042.land.most-conversions": 1,
        "vm0042.land.degradation-study-years": 10,
        "vm0042.baseline.production-data-years": 5,
        "vm0042.evidence.regional-data-years": 20,
        "vm0042.evidence.regional-data-iterations": 10,
        "vcs.buffer.least-rating": 12,
        "vcs.buffer.greatest-rating": 60,
        "vcs.buffer.rating-step": 1,
        "vm0042.deduction.confidence": 2 / 3,
        "vcs.eligibility.half-width": 100,
        "mollisol.esm.extrapolation-warns": 0.10,
        "mollisol.esm.extrapolation-refuses": 0.35,
    }
    assert {id: rules.number(id) for id in expected} == expected


def test_no_value_before_the_first_date() -> None:
    rules = load_rule_set("vm0042-2.2")
    rule = rules.rules["vm0042.soc.minimum-depth"].model_copy(update={"keyed_by": "registered_on"})
    early = rules.model_copy(update={"rules": rules.rules | {rule.id: rule}})
    with pytest.raises(
        RuleError, match=r"no value on 2020-01-01 \(registered_on\): its first one starts 2025-10-21"
    ):
        early.value(rule.id, Clocks(registered_on=date(2020, 1, 1)))


def test_a_clock_that_was_not_given_is_an_error() -> None:
    rules = load_rule_set("vm0042-2.2")
    rule = rules.rules["vm0042.soc.minimum-depth"].model_copy(update={"keyed_by": "emission_date"})
    dated = rules.model_copy(update={"rules": {rule.id: rule}})
    without = Clocks(registered_on=date(2026, 11, 21))
    with pytest.raises(RuleError, match="keyed by emission_date, and no such date was given"):
        dated.value(rule.id, without)
    with_day = Clocks(registered_on=date(2026, 1, 1), emission_date=date(2025, 12, 31))
    assert dated.value(rule.id, with_day).value == 30


def test_the_last_value_that_has_started_is_chosen() -> None:
    rule = Rule.model_validate(
        {
            "id": "test.rule",
            "label": "a rule with two values",
            "unit": "1",
            "document": "VM0042",
            "keyed_by": "emission_date",
            "value": [_value(date(2020, 1, 1), 1.0), _value(date(2024, 1, 1), 2.0)],
        }
    )
    rules = load_rule_set("vm0042-2.2").model_copy(update={"rules": {rule.id: rule}})
    for day, value in ((date(2023, 12, 31), 1.0), (date(2024, 1, 1), 2.0), (date(2030, 1, 1), 2.0)):
        assert rules.value(rule.id, Clocks(registered_on=day, emission_date=day)).value == value


def _value(start: date, value: float, status: str = "verified") -> dict[str, object]:
    source = {"document": "D", "edition": "1", "read": date(2026, 11, 21)}
    return {"from": start, "value": value, "source": source, "status": status}


def test_dates_that_do_not_ascend_are_refused() -> None:
    with pytest.raises(ValueError, match="dates must ascend"):
        Rule.model_validate(
            {
                "id": "test.rule",
                "label": "x",
                "unit": "1",
                "document": "D",
                "keyed_by": "edition",
                "value": [_value(date(2024, 1, 1), 1.0), _value(date(2020, 1, 1), 2.0)],
            }
        )


def test_an_unknown_rule_set_names_those_that_there_are() -> None:
    with pytest.raises(RuleError, match=r"no rule set 'vm0042'; there are: .*vm0042-2\.2\+2026-06-11"):
        load_rule_set("vm0042")


def test_the_same_rules_have_the_same_hash_and_other_rules_another() -> None:
    one, again = load_rule_set("vm0042-2.2"), load_rule_set("vm0042-2.2")
    assert one.hash == again.hash
    assert one.hash != load_rule_set("vm0042-2.2+2026-06-11").hash
    assert one.hash != lay_over(one, [_proposal(200.0)], all_equations).hash


def _proposal(value: float) -> Overlay:
    return Overlay.model_validate(
        {
            "label": "control sites within 200 km",
            "set": [
                {
                    "id": "vm0042.control.greatest-distance",
                    "from": date(2025, 10, 21),
                    "value": value,
                    "reason": "to see what it does",
                }
            ],
        }
    )


def test_an_overlay_moves_its_rule_and_no_other() -> None:
    rules = load_rule_set("vm0042-2.2")
    moved = lay_over(rules, [_proposal(200.0)], all_equations)
    assert moved.number("vm0042.control.greatest-distance", CLOCKS) == 200
    assert rules.number("vm0042.control.greatest-distance", CLOCKS) == 250
    assert {id for id in rules.rules if moved.rules[id] != rules.rules[id]} == {
        "vm0042.control.greatest-distance"
    }
    assert moved.key == "vm0042-2.2 with control sites within 200 km"


def test_an_overlay_is_checked_whole_before_any_of_it_is_applied() -> None:
    bad = Overlay.model_validate(
        {
            "label": "bad",
            "set": [
                {"id": "vm0042.no.such", "from": date(2026, 1, 1), "value": 1.0, "reason": "x"},
                {"id": "vm0042.soc.minimum-depth", "from": date(2026, 1, 1), "value": "deep", "reason": "x"},
            ],
            "switch": [{"id": "switch.no-such", "form": "printed", "reason": "x"}],
        }
    )
    with pytest.raises(FindingsError) as error:
        lay_over(load_rule_set("vm0042-2.2"), [bad], all_equations)
    for word in ("vm0042.no.such", "vm0042.soc.minimum-depth", "switch.no-such"):
        assert word in str(error.value)


def test_an_overlay_can_put_a_switch_to_its_printed_form() -> None:
    printed = Overlay.model_validate(
        {
            "label": "as printed",
            "switch": [{"id": "switch.shared-control", "form": "printed", "reason": "to compare"}],
        }
    )
    assert (
        lay_over(load_rule_set("vm0042-2.2"), [printed], all_equations).form("switch.shared-control")
        == "printed"
    )


def test_a_broken_overlay_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "proposal.toml"
    file.write_text('label = "x"\n[[set]]\nid = "vm0042.soc.minimum-depth"\n', encoding="utf-8")
    with pytest.raises(RuleError, match=r"proposal\.toml: .*set\.0\.from"):
        read_proposal(file)


def test_weakly_sourced_values_warn() -> None:
    rules = load_rule_set("vm0042-2.2")
    chosen = rules.value("vm0042.soc.minimum-depth", CLOCKS)
    weak = [
        chosen.model_copy(update={"status": status}) for status in ("from-memory", "conflict", "secondary")
    ]
    assert [finding.code for finding in status_findings(weak)] == ["rule-weakly-sourced"] * 2
