"""The table of requirements leads somewhere: each pointer exists, and what is whole names a test."""

from __future__ import annotations

import ast
import csv
import json
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.equations import all_equations
from mollisol.methodology.findings import reasons
from mollisol.methodology.rules_in_force.rule_set import load_rule_set, rule_set_keys
from mollisol.reading.project import TABLES
from mollisol.rule_catalogue.coverage import Requirement, requirements, tally

ROOT = Path(__file__).parents[3]
KNOWN = requirements()
OTHER_FILES = {
    "project.toml", "eligibility.toml", "ledger.toml", "plan/plan.toml", "plan/points.csv", "evidence/register.csv",
}  # fmt: skip
"""Files of a project that are no table of rows by their own name."""


def test_each_requirement_stands_once() -> None:
    assert [row.number for row in KNOWN] == list(range(1, 171))


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: str(row.number))
def test_a_requirement_says_what_is_missing_or_what_breaks_it(row: Requirement) -> None:
    assert bool(row.missing) == (row.state != "whole")
    if row.state == "whole":
        assert row.tests
        assert row.rules or row.findings or row.equations or row.commands
    if row.state == "missing":
        assert not row.rules
        assert not row.findings


def test_every_rule_finding_and_equation_exists() -> None:
    rule_set = load_rule_set(rule_set_keys()[-1])
    rules = {id for row in KNOWN for id in row.rules} - {*rule_set.rules, *rule_set.switches}
    codes = {code for row in KNOWN for code in row.findings} - {*reasons()}
    equations = {id for row in KNOWN for id in row.equations} - {*all_equations()}
    assert (rules, codes, equations) == (set(), set(), set())


def test_every_table_column_and_command_exists() -> None:
    columns = {table.file: set(table.row_type.model_fields) for table in TABLES}
    for name in {table for row in KNOWN for table in row.tables}:
        file, _, column = name.partition(":")
        assert file in columns or file in OTHER_FILES, name
        assert not column or column in columns[file], name
    for command in {command for row in KNOWN for command in row.commands}:
        found = get_command(app)
        for word in command.split():
            found = found.commands[word]  # type: ignore[attr-defined]


def test_every_test_exists() -> None:
    for name in {test for row in KNOWN for test in row.tests}:
        file, _, test = name.partition("::")
        path = ROOT / file
        assert path.is_file(), name
        if path.suffix == ".py":
            defined = {
                node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)
            }
            assert test in defined, name
        else:
            assert not test, name


def test_a_case_or_vector_is_of_what_its_requirement_names() -> None:
    """A broken project gives one of the findings, a vector is of one of the equations, that stand in the row."""
    for row in KNOWN:
        for name in (test for test in row.tests if test.endswith(".toml")):
            text = (ROOT / name).read_text(encoding="utf-8")
            key, ids = ("code", row.findings) if "/broken/" in name else ("equation", row.equations)
            assert any(f'{key} = "{id}"' in text for id in ids), f"{row.number}: {name}"


def test_with_its_checks_switched_off_a_test_of_a_whole_requirement_fails() -> None:
    """By the list of the run that switches off each row, which `scripts/pages/switched_off.py` makes."""
    tests = {str(row.number): set(row.tests) for row in KNOWN if row.state == "whole"}
    with (ROOT / "docs" / "data" / "switched_off.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert {line["row"] for line in lines} == set(tests)
    for line in lines:
        assert set(line["fail"].split("; ")) & tests[line["row"]], line["row"]


def test_every_equation_of_the_document_stands_in_a_row() -> None:
    printed = {f"vm0042:{number}" for number in range(1, 80)} - {"vm0042:68"}
    assert printed - {id for row in KNOWN for id in row.equations} == set()


def test_the_command_prints_what_the_table_holds() -> None:
    told = CliRunner().invoke(app, ["rules", "coverage", "--state", "whole", "--value", "3", "--json"])
    found = json.loads(told.stdout)
    assert found["tally"] == tally(KNOWN)
    assert len(found["requirements"]) == found["tally"]["move units"]["whole"]
    (line, *rest) = CliRunner().invoke(app, ["rules", "coverage", "81"]).stdout.splitlines()
    assert line.startswith(" 81  whole    3  Depth at least 30 cm")
    assert any("vm0042.soc.minimum-depth" in text for text in rest)
    assert CliRunner().invoke(app, ["rules", "coverage", "171"]).exit_code == 2
    assert CliRunner().invoke(app, ["rules", "coverage", "--state", "half"]).exit_code == 2
