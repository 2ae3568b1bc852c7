"""``mollisol check --format sarif``: each finding beside its line, in the form that SARIF 2.1.0 asks for."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

import mollisol
from mollisol.cli.app import app


def test_a_finding_stands_beside_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    mollisol.Project.new().write(folder)
    table = folder / "core_increments.csv"
    table.write_text(table.read_text().replace(",15.0,", ",<0.5,", 1))
    row = 1 + next(n for n, line in enumerate(table.read_text().splitlines()) if "<0.5" in line)
    done = CliRunner().invoke(app, ["check", str(folder), "--format", "sarif"])
    assert done.exit_code == 2
    log = json.loads(done.stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    (result,) = [one for one in run["results"] if one["ruleId"] == "below-detection-limit"]
    assert rules[result["ruleIndex"]] == "below-detection-limit"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("project/core_increments.csv")
    assert place["region"] == {"startLine": row}
    plain = json.loads(CliRunner().invoke(app, ["check", str(folder), "--json"]).stdout)
    assert [one["ruleId"] for one in run["results"]] == [one["code"] for one in plain["findings"]]
