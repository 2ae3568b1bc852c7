"""Switch off, row by row, what each whole requirement names, run its tests, and write which of them fail.

``docs/data/switched_off.csv`` has the row, what was switched off, and the tests that failed of those that were run.
Numbers after the command try these rows alone; the others stay as they are. All of them take a quarter of an hour.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import hypothesis  # noqa: F401 (loaded once, before the first child)
import numpy as np  # noqa: F401
import pytest
import scipy.stats  # noqa: F401

from mollisol.methodology.eligibility.clauses import clauses
from mollisol.rule_catalogue.coverage import Requirement, requirements

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs" / "data" / "switched_off.csv"
HEAD = ("row", "off", "fail", "pass")
STATED = "test_a_clause_that_is_not_kept_is_told"


def node_ids(row: Requirement) -> dict[str, str]:
    """Return the tests of a row as pytest names them, by the name that the row has."""
    named = {}
    for test in row.tests:
        stem = Path(test).stem
        if test.startswith("tests/broken/cases/"):
            named[test] = f"tests/broken/test_broken_cases.py::test_broken_project[{stem}]"
        elif test.startswith("tests/vectors/") and test.endswith(".toml"):
            named[test] = f"tests/vectors/test_equation_vectors.py::test_vector[{stem}: "
        else:
            named[test] = test
    return named


def run(row: Requirement) -> tuple[list[str], list[str]]:
    """Return which tests of a row fail with its checks switched off, and which do not."""
    named = node_ids(row)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.environ["MOLLISOL_OFF"] = str(row.number)

        class Told:
            def __init__(self) -> None:
                self.failed: set[str] = set()

            def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
                own = tuple(f"[{one.id}]" for one in clauses() if one.row == row.number)
                items[:] = [
                    item
                    for item in items
                    if any(item.nodeid.startswith(id) for id in named.values())
                    and (STATED not in item.nodeid or item.nodeid.endswith(own))
                ]

            def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
                if report.failed:
                    self.failed |= {name for name, id in named.items() if report.nodeid.startswith(id)}

        told = Told()
        ignored = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
        files = sorted({id.partition("::")[0] for id in named.values()})
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
            code = pytest.main(
                ["-q", "-p", "tests.support.switched_off", "-p", "no:cacheprovider", *ignored, *files], [told]
            )
        os.write(write, "\n".join(sorted(told.failed)).encode())
        os._exit(0 if code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) else 1)
    os.close(write)
    with os.fdopen(read) as pipe:
        failed = list(filter(None, pipe.read().split("\n")))
    if os.waitpid(child, 0)[1]:
        raise SystemExit(f"the tests of requirement {row.number} could not be run")
    return failed, [test for test in row.tests if test not in failed]


def off(row: Requirement) -> str:
    """Return in words what was switched off."""
    asked = [one.id for one in clauses() if one.row == row.number]
    codes = [code for code in row.findings if not code.startswith("clause-")]
    more = {
        34: "the mapping of years",
        94: "formulas of the workbook",
        105: "the factor of flooded rice",
        120: "the last year of displaced production",
        134: "errors of amounts that a model takes",
        150: "boxes of parameters",
        165: "potentials",
        169: "the size of a project",
    }.get(row.number)
    alone = row.number in (34, 94, 150, 165, 169)
    return "; ".join((*(() if alone else (*codes, *asked, *row.equations)), *([more] if more else ())))


def main(chosen: Iterable[str]) -> None:
    """Run the rows and write the list; print those of which nothing fails."""
    wanted = set(chosen)
    rows = [
        row for row in requirements() if row.state == "whole" and (not wanted or str(row.number) in wanted)
    ]
    whole = {str(row.number) for row in requirements() if row.state == "whole"}
    known = [] if not OUT.exists() else list(csv.reader(OUT.read_text(encoding="utf-8").splitlines()))[1:]
    lines = {line[0]: line for line in known if line[0] in whole}
    for row in rows:
        failed, passed = run(row)
        number = str(row.number)
        lines[number] = [number, off(row), "; ".join(failed), "; ".join(passed)]
        print(number, f"{len(failed)} of {len(row.tests)}", "" if failed else "NOTHING FAILS", flush=True)
        with OUT.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerows([HEAD, *(lines[number] for number in sorted(lines, key=int))])


if __name__ == "__main__":
    main(sys.argv[1:])
