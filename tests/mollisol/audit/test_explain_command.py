"""The command: text, JSON, depth, labels, and names that nothing has."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.audit.explain import Explainer, UnknownNameError
from mollisol.bundle.read import open_bundle
from mollisol.cli.app import app
from mollisol.cli.explain import gathered
from mollisol.reading.archive import BundleFaultError
from tests.mollisol.audit.conftest import bundle_of
from tests.support.bundles import put_trace, trace_of


@pytest.fixture(scope="module")
def woburn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle_of("woburn-ley", tmp_path_factory.mktemp("explained"))


def said(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["explain", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_text_goes_from_units_to_a_core_and_a_clause(woburn: Path) -> None:
    """100 ha of 7.409 t/ha less the moment form's deduction of 0.511, and a buffer of 15 % of that: 586.3 t."""
    text = said(woburn, "periods.1.units_if_eligible_t")
    assert text.startswith("periods.1.units_if_eligible_t = 586")
    assert "rows core_increments.csv:2-91" in text
    assert "rule vm0042.deduction.confidence, by " in text
    assert "vm0042:74" in text
    assert "Eq. 79" in text


def test_json_is_one_document_with_the_same_tree(woburn: Path) -> None:
    tree = json.loads(said(woburn, "change_of_unit@1@block-1/plot-07", "--json"))
    assert tree["kind"] == "equation"
    assert tree["equation"]["id"] == "mollisol:stock-change"
    assert tree["value"] == pytest.approx(-9.676333333333318, rel=1e-12)

    def rows(node: dict[str, object]) -> set[str]:
        children = node.get("children", [])
        assert isinstance(children, list)
        own = set(node["rows"]) if node["name"] == "soc_g_per_kg" else set()  # type: ignore[call-overload]
        return own.union(*(rows(child) for child in children)) if children else own

    # the samples 07-1979 and 07-1984 of core_increments.csv
    lines = open_bundle(woburn).input("core_increments.csv").decode().splitlines()
    own = {
        f"core_increments.csv:{n}" for n, line in enumerate(lines, 1) if re.search(r",07-19(79|84),", line)
    }
    assert rows(tree) == own
    assert len(own) == 2


def test_a_unit_can_be_named_before_its_period(woburn: Path) -> None:
    assert said(woburn, "change_of_unit@block-1/plot-07.1") == said(
        woburn, "change_of_unit@1@block-1/plot-07"
    )


def test_depth_says_that_there_is_more(woburn: Path) -> None:
    shallow = said(woburn, "periods.1.units_to_issue_t", "--depth", "2")
    assert "(more below)" in shallow
    assert shallow.count("\n") < 6


def test_what_is_counted_below_a_number_is_shown_when_it_is_asked_for(woburn: Path) -> None:
    def below(*most: object) -> list[str]:
        node = json.loads(said(woburn, "periods.1.units_if_eligible_t", "--json", *most))
        found, waiting = list[str](), [node]
        while waiting:
            one = waiting.pop()
            found.append(str(one["name"]))
            waiting += one.get("children", [])
        return found

    few, all_of_them = below("--most", 1), below("--most", 0)
    assert any(name.startswith("and ") for name in few)
    assert not any(name.startswith("and ") for name in all_of_them)
    assert {name for name in few if not name.startswith("and ")} <= set(all_of_them)


def test_a_rule_a_switch_and_a_seed(woburn: Path) -> None:
    assert "Eq. 74" in said(woburn, "vm0042.deduction.confidence")
    assert "printed:" in said(woburn, "switch.shared-control")
    assert "seed" in said(woburn, "seed")


def test_without_a_name_all_names(woburn: Path) -> None:
    names = said(woburn).splitlines()
    assert {"periods.1.units_to_issue_t", "verified_total@1.3", "vm0042.deduction.confidence"} <= set(names)


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("periods.1.units_to_isue_t", "periods.1.units_to_issue_t"),
        ("verified_totl@1.3", "verified_total@1.3"),
        ("change_of_unit@block-1/plot-07", "change_of_unit@1@block-1/plot-07"),
        ("verified_total", "verified_total@1.1"),
    ],
)
def test_an_unknown_name_offers_near_ones(
    woburn: Path, name: str, offered: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mollisol.cli import app as cli

    monkeypatch.setattr("sys.argv", ["mollisol", "explain", str(woburn), name])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    said_to_user = capsys.readouterr()
    assert offered in said_to_user.err
    assert said_to_user.out == ""


def changed(bundle: Path, folder: Path, change: str) -> Path:
    """Copy a bundle and let its trace go wrong in one way."""
    shutil.copytree(bundle, folder)
    trace = trace_of(folder)
    total = next(q for q in trace["quantities"] if q["name"] == "verified_total@1")
    match change:
        case "value":
            total["value"] += 1
        case "cycle":
            total["inputs"] = {"parts_t_co2e": "verified_total@1"}
        case "chain":
            link = dict(total, inputs={"parts_t_co2e": "link 0"})
            total["inputs"] = {"parts_t_co2e": "link 4999"}
            trace["quantities"] += [
                dict(link, name=f"link {n}", inputs={"parts_t_co2e": f"link {n - 1}"}) for n in range(5000)
            ]
        case "places":
            total["equation"], total["inputs"] = "", {"other": "verified_total@1.1"}
    put_trace(folder, trace)
    return folder


def test_a_figure_that_does_not_follow_says_so(woburn: Path, tmp_path: Path) -> None:
    explainer = Explainer(open_bundle(changed(woburn, tmp_path / "b", "value")))
    assert "DOES NOT FOLLOW" in explainer.explain("periods.1.verified_total_t_co2e").words


def test_a_quantity_that_leads_to_itself_ends(woburn: Path, tmp_path: Path) -> None:
    explainer = Explainer(open_bundle(changed(woburn, tmp_path / "b", "cycle")))
    tree = explainer.explain("periods.1.verified_total_t_co2e")
    assert tree.children[0].children[0].above


@pytest.mark.parametrize("change", ["chain", "places"])
def test_a_trace_that_does_not_hang_together_is_refused_in_words(
    woburn: Path, tmp_path: Path, change: str
) -> None:
    explainer = Explainer(open_bundle(changed(woburn, tmp_path / "b", change)))
    with pytest.raises(BundleFaultError, match="bundle-trace-broken"):
        explainer.explain("verified_total@1")


def test_nothing_is_called_that(woburn: Path) -> None:
    with pytest.raises(UnknownNameError, match="mollisol explain DIR lists all"):
        Explainer(open_bundle(woburn)).explain("zzzzzzzz")


def test_runs_of_rows_are_written_as_one() -> None:
    rows = ["a.csv:2", "a.csv:3", "a.csv:4", "a.csv:9", "b.csv:10", "project.toml: seed"]
    assert gathered(rows) == ["a.csv:2-4", "a.csv:9", "b.csv:10", "project.toml: seed"]
