"""Rules of the user's own: computed by anybody, issued under by nobody but an auditor who trusts their hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.engine import assess_project
from mollisol.methodology.findings import UserError
from mollisol.methodology.rules_in_force.rule import RuleError
from mollisol.methodology.rules_in_force.rule_set import load_rule_set, rule_set_of
from mollisol.verify.trust import trusted_hashes

ROOT = Path(__file__).parents[3]
LEY = ROOT / "examples" / "mixed-farm"
SHIPPED = ROOT / "methodology" / "rulesets" / "vm0042-2.2+2026-06-11.toml"
OWN = """
[[own]]
id     = "vcs.eligibility.half-width"
from   = 2025-12-16
value  = 90
source = { document = "a buyer", edition = "1", section = "terms", read = 2026-11-30 }
status = "verified"
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rules") / "mine.toml"
    file.write_text(SHIPPED.read_text().replace('key   = "vm0042-2.2+2026-06-11"', 'key = "a-buyer"') + OWN)
    return file


@pytest.fixture(scope="module")
def bundle(rules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("own") / "bundle"
    asked = ["run", str(LEY), "--out", str(out), "--rules", str(rules)]
    shown = CliRunner().invoke(app, asked, catch_exceptions=False)
    assert shown.exit_code == 3
    assert "REFUSAL rules-proposed" in shown.stderr
    return out


def results(bundle: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((bundle / "results.json").read_text())
    return found


def verify(bundle: Path, *trust: str) -> tuple[int, dict[str, Any]]:
    told = [part for name in trust for part in ("--trust", name)]
    shown = CliRunner().invoke(app, ["verify", str(bundle), *told, "--json"], catch_exceptions=False)
    return shown.exit_code, json.loads(shown.stdout)


def test_a_rule_set_file_computes_and_does_not_issue(bundle: Path) -> None:
    found = results(bundle)
    assert (found["rule_set"], found["state"], found["proposals"]) == ("a-buyer", "proposed", [])
    assert [period["units_to_issue_t"] for period in found["periods"]] == [0, 0]
    assert all(period["units_if_eligible_t"] > 0 for period in found["periods"])
    exit_code, outcome = verify(bundle, "0" * 64)
    assert exit_code == 0
    assert outcome["rules"]["trusted_by"] == "nobody"
    assert outcome["rules"]["units_t"] is None


def test_an_auditors_trust_says_what_is_eligible(bundle: Path, rules: Path, tmp_path: Path) -> None:
    digest = rule_set_of(str(rules)).hash
    assert results(bundle)["rule_set_hash"] == digest
    units = sum(period["units_if_eligible_t"] for period in results(bundle)["periods"])
    (tmp_path / "trusted.txt").write_text(f"# rules that we looked at\n{digest}  # a buyer\n")
    for named in (digest, str(rules), str(tmp_path / "trusted.txt")):
        assert trusted_hashes([named]) == {digest}
    exit_code, outcome = verify(bundle, str(rules))
    assert exit_code == 0, outcome["differences"]
    assert (outcome["rules"]["trusted_by"], outcome["rules"]["units_t"]) == ("auditor", units)


def test_what_is_no_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("abc\n")
    for name in ("abc", str(tmp_path / "list.txt"), str(tmp_path)):
        with pytest.raises(UserError, match="a SHA-256 of 64 hexadecimal digits"):
            trusted_hashes([name])


def test_rules_that_ship_need_no_trust(tmp_path: Path) -> None:
    asked = ["run", str(LEY), "--out", str(tmp_path / "b")]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert verify(tmp_path / "b")[1]["rules"]["trusted_by"] == "shipped"


def test_a_file_may_not_take_the_key_of_a_rule_set_that_ships(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SHIPPED.read_text() + OWN)
    with pytest.raises(RuleError, match="give yours another"):
        rule_set_of(str(file))
    assert rule_set_of("vm0042-2.2") == load_rule_set("vm0042-2.2")


def test_a_project_cannot_name_a_file_of_rules_or_a_hash(rules: Path, tmp_path: Path) -> None:
    import shutil

    project = tmp_path / "project"
    shutil.copytree(LEY, project)
    shutil.copy(rules, project / "mine.toml")
    head = (project / "project.toml").read_text()
    assert 'rules = "vm0042-2.2+2026-06-11"' in " ".join(head.split())
    (project / "project.toml").write_text(head.replace('"vm0042-2.2+2026-06-11"', '"mine.toml"'))
    assert "rules-unusable" in {finding.code for finding in assess_project(project).findings}
    (project / "project.toml").write_text(
        head.replace("[project]", '[project]\ntrusted = ["' + "0" * 64 + '"]', 1)
    )
    assert assess_project(project).blocked
