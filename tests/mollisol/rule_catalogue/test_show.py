"""What is shown of a rule: what it may be, and which equations, checks and examples use it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.methodology.rules_in_force.rule import RuleError


def shown(id: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(CliRunner().invoke(app, ["rules", "show", id, "--json"]).stdout)
    return found


def test_a_rule_of_an_equation() -> None:
    found = shown("vm0042.deduction.confidence")
    use = found["use"]
    assert isinstance(use, dict)
    assert found["allowed_in_words"] == "a number from 0.5 to 0.999"
    assert {"vm0042:74", "mollisol:t-quantile"} <= set(use["equations"])
    assert {"mixed-farm", "woburn-ley"} <= set(use["examples"])
    assert "routes.moment" in use["modules"]


def test_a_rule_of_a_check_that_only_one_example_asks() -> None:
    use = shown("vm0042.control.least-sites")["use"]
    assert isinstance(use, dict)
    assert "methodology.checks.control_sites" in use["checks"]
    assert "woburn-ley" in use["examples"]
    use = shown("vm0042.leakage.in-net")["use"]
    assert isinstance(use, dict)
    assert use["examples"] == ["mixed-farm"]


def test_a_switch_with_the_equations_that_it_changes() -> None:
    text = CliRunner().invoke(app, ["rules", "show", "switch.shared-control"]).stdout
    assert "allowed        'printed' or 'corrected'" in text
    assert "used, equations mollisol:control-terms, mollisol:shared-control" in text
    assert "woburn-ley" in text.splitlines()[-1]


def test_no_such_rule() -> None:
    with pytest.raises(RuleError, match=r"there is no rule or switch vm0042\.no\.such"):
        CliRunner().invoke(app, ["rules", "show", "vm0042.no.such"], catch_exceptions=False)
