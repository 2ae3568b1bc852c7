"""A proposal is held against its rule set as a whole: every fault at once, and nothing of it applied."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.equations import all_equations
from mollisol.methodology.findings import Finding, FindingsError
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import (
    AS_PRINTED,
    lay_over,
    load_proposal,
    proposal_faults,
    proposal_names,
)
from mollisol.methodology.rules_in_force.rule_set import (
    RuleSet,
    TrustedRuleSet,
    load_rule_set,
    rule_set_keys,
    ships,
    trust,
)

BASE = load_rule_set("vm0042-2.2+2026-06-11")
ROOT = Path(__file__).parents[3]
WOBURN = ROOT / "examples" / "woburn-ley"
EF1 = {"factor": "EF1", "input": "synthetic", "condition": "wet"}


def proposal(**tables: object) -> Overlay:
    return Overlay.model_validate({"label": "p", **tables})


def faults(**tables: object) -> list[Finding]:
    return proposal_faults(BASE, proposal(**tables), all_equations)


def row(**given: object) -> dict[str, object]:
    return {"table": "11.1", "key": EF1, "source": "a field study", "reason": "to try", **given}


def value(**given: object) -> dict[str, object]:
    return {"id": "vm0042.soc.minimum-depth", "from": date(2025, 10, 21), "reason": "to try", **given}


@pytest.mark.parametrize(
    ("tables", "code", "thing", "found", "allowed"),
    [
        ({}, "proposal-without-change", "proposal p", "no entry", "a change"),
        (
            {"set": [value()]}, "proposal-without-change", "vm0042.soc.minimum-depth",
            "neither a value nor an end", "a change",
        ),
        (
            {"set": [value(value=40.0), value(value=50.0)]}, "proposal-twice", "vm0042.soc.minimum-depth",
            "2 entries", "one entry",
        ),
        (
            {"set": [value(id="vm0042.soc.no-such", value=1.0)]}, "proposal-unknown", "vm0042.soc.no-such",
            "there is no rule", "vm0042.soc.minimum-depth",
        ),
        (
            {"set": [value(value=400.0)]}, "proposal-not-allowed", "vm0042.soc.minimum-depth", "400.0",
            "a number from 1 to 300 cm",
        ),
        (
            {"set": [value(value=40.0, **{"from": date(2030, 1, 1)})]}, "proposal-never-applies",
            "vm0042.soc.minimum-depth", "would start after VM0042 2.2 and never apply", "a first day up to 2026-06-11",
        ),
        (
            {"switch": [{"id": "switch.no-such", "form": "printed", "reason": "to try"}]}, "proposal-unknown",
            "switch.no-such", "there is no switch", "switch.shared-control",
        ),
        (
            {"factor": [row(table="11.9", central=0.02)]}, "proposal-unknown", "factor 11.9",
            "there is no table '11.9'", "a row of a table",
        ),
        (
            {"factor": [row(key=EF1 | {"condition": "moist"}, central=0.02)]}, "proposal-unknown", "moist",
            "allowed: wet", "by all its key columns",
        ),
        (
            {"factor": [row(central=0.1)]}, "proposal-not-allowed", "factor 11.1",
            "low 0.013 <= central 0.1 <= high 0.019 does not hold", "low, central and high in this order",
        ),
        ({"factor": [row()]}, "proposal-without-change", "factor 11.1", "neither central", "a change"),
        (
            {"equation": [{"id": "vm0042:74", "use": "vm0042:no-such", "reason": "to try"}]}, "proposal-unknown",
            "equation vm0042:74", "there is no equation vm0042:no-such", "vm0042:74",
        ),
        (
            {"equation": [{"id": "vm0042:74", "use": "vm0042:74", "reason": "to try"}]},
            "proposal-without-change", "equation vm0042:74", "the same equation", "a change",
        ),
        (
            {"equation": [{"id": "vm0042:74", "use": "vcs-mr:2.4", "reason": "to try"}]}, "proposal-not-allowed",
            "equation vm0042:74", "vcs-mr:2.4 takes mean_change", "variance_of_mean, mean_change",
        ),
    ],
)  # fmt: skip
def test_each_fault_has_its_code_and_says_what_is_allowed(
    tables: dict[str, Any], code: str, thing: str, found: str, allowed: str
) -> None:
    (fault,) = faults(**tables)
    assert fault.code == code
    assert thing in fault.where.thing
    assert found in fault.found
    assert allowed in fault.allowed


def test_every_fault_is_told_at_once_and_nothing_is_applied() -> None:
    bad = proposal(
        set=[value(value=400.0), value(id="vm0042.soc.no-such", value=1.0)],
        factor=[row(central=0.1)],
        equation=[{"id": "vm0042:74", "use": "vcs-mr:2.4", "reason": "to try"}],
    )
    with pytest.raises(FindingsError) as raised:
        lay_over(BASE, [bad], all_equations)
    assert len(raised.value.findings) == 4


def test_faults_of_two_proposals_are_told_together() -> None:
    with pytest.raises(FindingsError) as raised:
        lay_over(
            BASE, [proposal(set=[value(value=400.0)]), proposal(factor=[row(central=0.1)])], all_equations
        )
    assert [finding.where.thing.partition(": ")[2][:9] for finding in raised.value.findings] == [
        "vm0042.so",
        "factor 11",
    ]


def test_an_end_of_a_range_may_be_proposed_alone() -> None:
    moved = lay_over(BASE, [proposal(factor=[row(high=0.03)])], all_equations)
    factor = moved.factors["11.1/EF1/synthetic/wet"]
    assert (factor.low, factor.central, factor.high) == (0.013, 0.016, 0.03)
    assert (factor.status, factor.citation) == ("secondary", "proposal p: a field study")
    depth = lay_over(BASE, [proposal(set=[value(low=20.0)])], all_equations).rules["vm0042.soc.minimum-depth"]
    assert (depth.value[-1].low, depth.value[-1].value) == (20.0, 30.0)


def test_what_is_laid_over_no_longer_ships_and_loses_trust() -> None:
    assert all(ships(load_rule_set(key)) for key in rule_set_keys())
    moved = lay_over(trust(BASE), [load_proposal("gwp-ar6")], all_equations)
    assert not ships(moved)
    assert type(moved) is RuleSet
    assert type(trust(moved)) is TrustedRuleSet
    assert trust(moved).hash == moved.hash
    assert RuleSet.model_validate_json(moved.model_dump_json(by_alias=True)) == moved


def test_an_equation_that_ran_elsewhere_cannot_be_swapped() -> None:
    swap = {"id": "mollisol:posterior-credited", "use": "mollisol:posterior-credited", "reason": "to try"}
    rules = BASE.model_copy(update={"equations": {swap["id"]: "mollisol:credited-mean"}})
    with pytest.raises(FindingsError) as raised:
        run_project(WOBURN, rule_set=rules)
    blocking = [finding.code for finding in raised.value.findings if finding.severity.value == "blocking"]
    assert blocking == ["equation-runs-elsewhere"]


def test_a_rule_set_with_an_equation_of_another_version_is_refused() -> None:
    rules = BASE.model_copy(update={"equations": {"vm0042:74": "vm0042:74-of-tomorrow"}})
    with pytest.raises(FindingsError, match="an equation that this version does not have"):
        run_project(WOBURN, rule_set=rules)


@pytest.mark.parametrize("name", proposal_names())
def test_what_ships_has_no_fault(name: str) -> None:
    assert proposal_faults(BASE, load_proposal(name), all_equations) == []
    result = CliRunner().invoke(app, ["rules", "check", name])
    assert (result.exit_code, result.stdout) == (0, "findings: none\n")


def test_as_printed_puts_every_switch_to_its_printed_form() -> None:
    printed = lay_over(BASE, [load_proposal(AS_PRINTED)], all_equations)
    assert {switch.default for switch in printed.switches.values()} == {"printed"}
    assert printed.rules["mollisol.issuance.form"].value[-1].value == "moment"


def test_check_prints_every_fault_and_ends_with_2(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'label = "mine"\n[[set]]\nid = "vm0042.deduction.confidence"\nfrom = 2025-10-21\nvalue = 75\nreason = "x"\n'
        '[[switch]]\nid = "switch.no-such"\nform = "printed"\nreason = "x"\n'
    )
    result = CliRunner().invoke(app, ["rules", "check", str(file)])
    assert result.exit_code == 2
    assert "allowed  a number from 0.5 to 0.999" in result.stdout
    assert "there is no switch switch.no-such" in result.stdout
    file.write_text("label = [")
    broken = CliRunner().invoke(app, ["rules", "check", str(file)])
    assert broken.exit_code == 2
    assert "proposal-unusable" in broken.stdout
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(file.read_text())


def test_the_page_shows_a_sound_proposal_and_what_check_prints() -> None:
    page = (ROOT / "docs" / "proposals.md").read_text()
    shown = page.split("```toml\n")[1].split("```")[0]
    assert proposal_faults(BASE, Overlay.model_validate(tomllib.loads(shown)), all_equations) == []
    file = ROOT / "tests" / "journeys" / "proposals" / "confidence-75.toml"
    printed = CliRunner().invoke(app, ["rules", "check", str(file)]).stdout
    assert f"$ mollisol rules check {file.name}\n{printed}```" in page
    for name in proposal_names():
        assert f"| `{name}` |" in page


@pytest.mark.parametrize("text", ["\x1b[2J", "<script>", "\u202e"])
def test_words_of_a_proposal_cannot_act_on_a_terminal_or_a_page(text: str) -> None:
    for bad in (
        {"label": text},
        {"label": "p", "set": [value(value=40.0, reason=text)]},
        {"label": "p", "factor": [row(central=0.015, source=f"a source {text}")]},
        {"label": "p", "factor": [row(central=0.015, key={"factor": text})]},
        {"label": "p", "equation": [{"id": "vm0042:74", "use": text, "reason": "x"}]},
    ):
        with pytest.raises(ValidationError):
            Overlay.model_validate(bad)
