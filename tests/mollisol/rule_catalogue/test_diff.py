"""Differences of rule sets on the constructed farm: named, explained where they are zero, and adding up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import run_project
from mollisol.equations import all_equations
from mollisol.methodology.rules_in_force.proposal import lay_over, load_proposal, proposal_names
from mollisol.methodology.rules_in_force.rule_set import (
    RuleSet,
    load_rule_set,
)
from mollisol.rule_catalogue.diff import as_printed, compare_credits
from mollisol.rule_catalogue.diff_text import lines_of
from mollisol.rule_catalogue.differences import RuleSetDiff, compare

ROOT = Path(__file__).parents[3]
FARM = ROOT / "examples" / "mixed-farm"
CORRECTIONS = {
    "vcs.eligibility.horizon-years",
    "vm0042.leakage.displaced-label",
    "vm0042.leakage.in-net",
    "vm0042.manure.solids-unit",
    "vmd0054.production.edition",
}
TOTAL = "verified_total_t_co2e"


def diff(a: RuleSet, b: RuleSet) -> RuleSetDiff:
    return compare_credits(a, b, FARM, tell=lambda _: None)


@cache
def with_proposal(name: str) -> RuleSetDiff:
    base = load_rule_set("vm0042-2.2+2026-06-11")
    return diff(base, lay_over(base, [load_proposal(Path(name))], all_equations))


def adds_up(found: RuleSetDiff) -> None:
    for name, change in found.change.items():
        parts = sum(difference.share[name] for difference in found.differences)
        assert parts == pytest.approx(change, abs=1e-9), name
        assert abs(found.unexplained[name]) < 1e-9
    assert found.credits_a is not None
    assert found.credits_b is not None
    assert found.change[TOTAL] == found.credits_b.totals[TOTAL] - found.credits_a.totals[TOTAL]


def shares(found: RuleSetDiff) -> dict[str, float]:
    return {difference.id: difference.share[TOTAL] for difference in found.differences}


def test_the_corrections_of_june_2026_without_a_project() -> None:
    found = compare(load_rule_set("vm0042-2.2"), load_rule_set("vm0042-2.2+2026-06-11"))
    assert {difference.id for difference in found.differences} == CORRECTIONS
    assert {edition.document for edition in found.editions} == {
        "VCS Methodology Requirements",
        "VCS Standard",
        "VM0042",
        "VMD0054",
    }


def test_the_corrections_as_printed_name_the_leakage_insertion() -> None:
    """Half of the orders count the emission of mitigation, 5 x (0.6 + 220 x 0.002886) t (hand arithmetic).

    What the bracket of Eqs. 39 and 42 left out is all leakage of displaced production.
    """
    a, b = (as_printed(load_rule_set(key)) for key in ("vm0042-2.2", "vm0042-2.2+2026-06-11"))
    found = diff(a, b)
    adds_up(found)
    mitigation = 5 * (0.6 + 220 * 0.002886)
    own = shares(found)
    assert own["vmd0054.production.edition"] == pytest.approx(-mitigation / 2, abs=1e-9)
    assert own["vm0042.leakage.in-net"] < -100
    assert own["vm0042.leakage.displaced-label"] == 0
    assert own["vm0042.manure.solids-unit"] == 0


def test_the_corrections_as_corrected_say_why_they_are_zero() -> None:
    found = diff(load_rule_set("vm0042-2.2"), load_rule_set("vm0042-2.2+2026-06-11"))
    adds_up(found)
    own, why = shares(found), {difference.id: difference.why for difference in found.differences}
    assert own["vmd0054.production.edition"] == pytest.approx(-5 * (0.6 + 220 * 0.002886), abs=1e-9)
    assert own["vm0042.leakage.in-net"] == 0
    assert "corrected form on both sides" in why["vm0042.leakage.in-net"]
    assert "A label only" in why["vm0042.leakage.displaced-label"]
    assert "365" in why["vm0042.manure.solids-unit"]
    assert why["vmd0054.production.edition"] == ""


def test_there_is_a_proposal_of_each_kind() -> None:
    of_laboratory = {
        "bar-on-design", "negatives-booked", "no-bar-077", "pool-fixed-membership", "prior-of-population",
        "allowance-15", "bar-50", "confidence-075", "depth-50", "discount-20", "one-control-site", "ten-samples",
    }  # fmt: skip
    worked = {"as-printed", "blended-baseline", "central-factors", "gwp-ar6", "leakage-as-first-printed"}
    assert set(proposal_names()) == worked | of_laboratory


@pytest.mark.parametrize("name", ["central-factors", "gwp-ar6", "leakage-as-first-printed"])
def test_the_worked_proposals_add_up_and_move_the_credits(name: str) -> None:
    found = with_proposal(name)
    adds_up(found)
    assert abs(found.change[TOTAL]) > 0.1
    assert all(abs(difference.share[TOTAL]) > 0 for difference in found.differences)


def test_swapping_the_equation_gives_back_the_displaced_production() -> None:
    found = with_proposal("leakage-as-first-printed")
    by_source = shares(found)
    assert by_source["vm0042.leakage.in-net"] == pytest.approx(
        by_source["switch.displaced-production"], abs=1e-9
    )


def test_the_same_rules_differ_in_nothing() -> None:
    base = load_rule_set("vm0042-2.2")
    found = diff(base, base)
    assert found.differences == ()
    assert found.change[TOTAL] == 0


def test_a_set_that_lacks_rules_shares_nothing_and_says_so() -> None:
    found = diff(load_rule_set("vm0042-2.1"), load_rule_set("vm0042-2.2"))
    assert found.credits_a is not None
    assert found.credits_a.blocked == ("rule-missing",)
    assert found.not_comparable.startswith("blocked under A by rule-missing: no value of ")
    assert "vm0042.additionality.common-practice" in found.not_comparable
    assert found.change == {}
    assert found.credits_a.totals == {}


def test_the_command_prints_json_and_nothing_else() -> None:
    result = CliRunner().invoke(
        app, ["rules", "diff", "vm0042-2.2", "--proposal", "gwp-ar6", "--json"], catch_exceptions=False
    )
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert {difference["id"] for difference in found["differences"]} == {
        "vcs.gwp.methane",
        "vcs.gwp.nitrous-oxide",
    }


def test_the_command_asks_for_something_to_compare_with() -> None:
    assert CliRunner().invoke(app, ["rules", "diff", "vm0042-2.2"]).exit_code == 2


def numbers(document: object) -> Iterator[float]:
    """Return every amount of a JSON document that is not zero."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from () if name in ("seed", "unexplained") else numbers(value)
    elif isinstance(document, list):
        for value in document:
            yield from numbers(value)
    elif isinstance(document, int | float) and not isinstance(document, bool) and abs(document) > 1e-6:
        yield float(document)


def test_the_text_says_every_amount_and_word_of_the_document() -> None:
    found = with_proposal("leakage-as-first-printed")
    text = "\n".join(lines_of(found)).replace(",", "")
    document = json.loads(found.model_dump_json())
    amounts = set(numbers({name: document[name] for name in ("change", "differences", "runs")}))
    amounts |= (
        {found.credits_b.totals[TOTAL], *found.credits_b.by_period.values()} if found.credits_b else set()
    )
    assert len(amounts) > 8
    for amount in amounts:
        assert any(f"{abs(amount):{form}}" in text for form in (".6f", ".4g", ".0f")), amount
    for difference in found.differences:
        for word in (difference.label, difference.reason, difference.citation, difference.why):
            assert word.replace(",", "") in text
    assert found.method.replace(",", "") in text


def test_as_printed_is_one_named_thing_in_a_run_and_a_diff() -> None:
    """Under it the form in force is the printed one, and the moment form issues with its deduction."""
    base = load_rule_set("vm0042-2.2+2026-06-11")
    printed = run_project(FARM, overlays=[load_proposal("as-printed")]).results
    for own, other in zip(run_project(FARM).results.periods, printed.periods, strict=True):
        label = {"form": "printed"}
        assert other.deduction.model_copy(update=label) == own.deduction_printed == other.deduction_printed
        assert other.credited_form == "moment"
        assert other.issuing_uncertainty_percent == own.deduction_printed.uncertainty_percent
    assert as_printed(base) == lay_over(base, [load_proposal("as-printed")], all_equations)
