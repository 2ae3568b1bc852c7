"""Make docs/musts.md: each must that the product can see, the state that it decides, and what shows it."""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

from mollisol.methodology.deviations import LIFTED
from mollisol.methodology.findings import Severity, reasons
from mollisol.methodology.results.state import NOT_DECLARED

ROOT = Path(__file__).parents[2]
MUSTS = ROOT / "docs" / "data" / "musts.csv"
PAGE = ROOT / "docs" / "musts.md"
HEAD = """# Musts, and the state that each decides

<!-- Made by scripts/pages/musts.py from docs/data/musts.csv and the tests: run `make docs`. -->

Each must of VM0042 2.2 that can be seen in the files of a project, with the codes that tell it. A must that is not kept
leaves a run *blocked* (nothing is computed), *refused* (computed, no units), or *provisional* (never declared or shown:
computed, no units to request). The state is read off what the tests show: the worst severity among the projects of
`tests/broken/cases` that are broken in that way, else that of the table of reason codes. Where a registry may let a
project depart from a must, an approved deviation lowers it (*). Where it says *told*, the arithmetic takes the reading
that credits less, and says so; points without coordinates stand on page one, because outlines and plan may show the
land where places are kept from a file that many read.

"""
TAIL = """
Not in this list is what no file of a project shows: whether a plot was cleared of litter, whether samples were cooled
and shipped in time, whether a farmer was asked. `docs/questioned-inputs.md` says what else cannot be seen.
"""


def shown() -> dict[str, list[tuple[str, str]]]:
    """Return the severity and the place of each test of a code, cases of broken projects first."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted((ROOT / "tests" / "broken" / "cases").glob("*.toml")):
        case: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        if "code" in case:
            found[case["code"]].append((case["severity"], f"case `{path.stem}`"))
    for path in sorted((ROOT / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for code in {code for row in musts() for code in row["codes"].split()}:
            if f'"{code}"' in text:
                found[code].append(("", f"`{path.relative_to(ROOT).as_posix()}`"))
    for path in sorted((ROOT / "tests").rglob("*.toml")):
        if path.parent.name != "cases":
            text = path.read_text(encoding="utf-8")
            for code in {code for row in musts() for code in row["codes"].split()}:
                if f'"{code}"' in text:
                    found[code].append(("", f"`{path.relative_to(ROOT).as_posix()}`"))
    return found


def musts() -> list[dict[str, str]]:
    """Return the rows of the table of musts."""
    return list(csv.DictReader(MUSTS.read_text(encoding="utf-8").splitlines()))


def state_of_code(code: str, tests: list[tuple[str, str]]) -> str:
    """Return the state that a code decides, as its tests show it."""
    order = [severity.value for severity in Severity]
    severities = [severity for severity, _ in tests if severity] or [reasons()[code].severity.value]
    worst = min(severities, key=order.index)
    if worst == "refusal":
        return "provisional" if code in NOT_DECLARED else "refused"
    return {"blocking": "blocked"}.get(worst, "told")


def page() -> str:
    """Return the page."""
    found = shown()
    lines = ["| section | must | told by | state | shown by |", "|---|---|---|---|---|"]
    for row in musts():
        codes = row["codes"].split()
        states = [state_of_code(code, found[code]) for code in codes]
        stars = ["\\*" if code in LIFTED else "" for code in codes]
        told = "<br>".join(f"`{code}`" for code in codes)
        decided = "<br>".join(f"{state}{star}" for state, star in zip(states, stars, strict=True))
        tests = "<br>".join(found[code][0][1] if found[code] else "-" for code in codes)
        lines.append(f"| {row['clause']} | {row['must']} | {told} | {decided} | {tests} |")
    return HEAD + "\n".join(lines) + "\n" + TAIL


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
