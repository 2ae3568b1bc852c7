"""Make docs/equations.md, rules.md, switches.md, findings.md and vm0042.md from code, rule files and tables."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from mollisol.equations import all_equations
from mollisol.methodology.deviations import LIFTED, NEVER_LIFTED
from mollisol.methodology.eligibility.clauses import clauses
from mollisol.methodology.findings import catalogue
from mollisol.methodology.rules_in_force.rule_set import RuleSet, load_rule_set, rule_set_keys
from mollisol.rule_catalogue.coverage import POINTERS, STATES, Requirement, requirements, tally

DOCS = Path(__file__).parents[2] / "docs"
MADE = (
    "<!-- Made by scripts/pages/catalogues.py: change the code or the rule files and run `make docs`. -->\n\n"
)


def cell(text: object) -> str:
    """Return a text that stands in one table cell."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def table(head: list[str], rows: list[list[object]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(cell, row)) + " |" for row in rows]) + "\n"


def equations_page() -> str:
    """List every registered equation with its passport."""
    rows: list[list[object]] = [
        [
            f"`{p.id}`",
            p.summary,
            f"${p.formula}$" if p.formula else "",
            p.symbol,
            p.unit,
            p.locator,
            "; ".join(f"{name} {p.ranges.get(name, '')}".rstrip() for name in p.parameters),
        ]
        for p in all_equations().values()
    ]
    return f"{MADE}# Equations\n\n`mollisol eq ID name=value ...` runs one by itself.\n\n" + table(
        ["id", "what", "formula", "symbol", "unit", "source", "takes"], rows
    )


def rules_page() -> str:
    """List every rule with the value that each rule set picks."""
    sets = [load_rule_set(key) for key in rule_set_keys()]
    text = f"{MADE}# Rules\n\n" + table(
        ["rule set", "what", *sorted(sets[0].head.documents)],
        [[f"`{s.key}`", s.head.label, *_editions(s)] for s in sets],
    )
    rows: list[list[object]] = [
        [f"`{rule.id}`", rule.label, f"{value.value:.6g}" if isinstance(value.value, float) else value.value,
         rule.unit, str(rule.allowed), value.start, rule.keyed_by, value.source.locator, value.source.read,
         value.status, value.note]
        for rule in sets[-1].rules.values()
        for value in rule.value
    ]  # fmt: skip
    head = ["rule", "what", "value", "unit", "allowed", "from", "clock", "source", "read", "status", "note"]
    return text + "\n" + table(head, rows)


def _editions(rule_set: RuleSet) -> list[object]:
    documents = rule_set.head.documents
    return [
        f"{documents[name].edition} ({documents[name].dated}, {documents[name].status})"
        for name in sorted(documents)
    ]


def switches_page() -> str:
    """List every fault in the documents with both forms."""
    switches = load_rule_set(rule_set_keys()[-1]).switches.values()
    rows: list[list[object]] = [
        [f"`{s.id}`", s.label, ", ".join(s.equations), s.printed, s.corrected, s.default, s.over_credits, s.effect,
         s.erratum]
        for s in switches
    ]  # fmt: skip
    head = [
        "switch",
        "what",
        "equations",
        "printed",
        "corrected",
        "default",
        "over-credits",
        "effect",
        "erratum",
    ]
    intro = "What the documents print, what is right and why, and what is done. A run shows both results.\n\n"
    return f"{MADE}# Printed and corrected\n\n{intro}" + table(head, rows)


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in sorted(codes))


def findings_page() -> str:
    """List every reason code."""
    intro = (
        "What a finding of a code says; its place and what was found there are its own. Words in braces stand for what "
        "a finding fills in. `mollisol findings CODE` prints one.\n\n"
        "*blocking*: nothing is computed; *refusal*: computed, and issuance is refused; *warning*: computed and "
        "issued, and the report says it; *note*: told, so that nobody has to guess.\n\n"
        f"A deviation that is approved lowers {_codes(LIFTED)} to warnings. With one for {_codes(NEVER_LIFTED)} "
        "figures are computed, and no approval makes units of them. No deviation answers any other code.\n\n"
    )
    rows: list[list[object]] = [
        [f"`{one.code}`", one.severity, one.means, one.allowed, one.do, one.clause]
        for one in catalogue().values()
    ]
    head = ["code", "severity", "means", "allowed", "do", "clause"]
    return f"{MADE}# Reason codes\n\n{intro}" + table(head, rows)


def coverage_page() -> str:
    """List every requirement of VM0042 with where it is, its state and its tests."""
    known = requirements()
    intro = (
        "What VM0042 2.2 and its corrections of 11 June 2026 (CC, C) require, and what of the VCS Standard 5.0 and the "
        "Methodology Requirements 5.0 bears on a run, in our own words; pages are the printed ones of version 2.2. "
        "`mollisol rules coverage` prints it, `mollisol rules coverage 35` one requirement.\n\n"
        "*whole*: computed or checked in a run, and a test breaks it in a project, or a vector shows its equation. "
        "*part* and *missing* say what is not there. *will not*: left out on purpose. "
        "Value 3 moves units or decides eligibility, 2 is asked for by an auditor, 1 is paper. "
        "Which state a must that is not kept leaves a run in stands in [musts.md](musts.md).\n\n"
    )
    counted = table(
        ["of those that", *STATES, "together"],
        [[name, *states.values()] for name, states in tally(known).items()],
    )
    head = ["#", "clause", "requirement", "kind", "value", "state", "where", "test", "off"]
    with (DOCS / "data" / "switched_off.csv").open(encoding="utf-8", newline="") as stream:
        off = {one["row"]: _counted(one["fail"], one["pass"]) for one in csv.DictReader(stream)}
    rows: list[list[object]] = [
        [row.number, row.clause, row.requirement, row.kind, row.value,
         f"**{row.state}**" + (f": {row.missing}" if row.missing else ""), _where(row),
         "<br>".join(f"`{test.removeprefix('tests/')}`" for test in row.tests), off.get(str(row.number), "")]
        for row in known
    ]  # fmt: skip
    tests = (
        "Tests stand under `tests/`. *Off*: how many of them failed when what the row names was switched off: its "
        "findings without weight, its clauses not asked, its equations one per cent more "
        "(`scripts/pages/switched_off.py`, names in [data/switched_off.csv](data/switched_off.csv)).\n\n"
    )
    page = f"{MADE}# VM0042 against the product\n\n{intro}{counted}\n{tests}" + table(head, rows)
    stated = (
        "\n## Statements\n\nWhat no table shows is stated in `declarations.csv`: a row has the clause, the "
        "thing that it is on (empty: all of that kind), the answer and, where one is asked for, a document of "
        "the evidence register. A clause is asked on each thing that a project has. Without a statement that "
        "is a *refusal* the run is provisional; an answer that is not allowed is refused as the last column "
        "says.\n\n"
    )
    asked: list[list[object]] = [
        [f"`{one.id}`", one.row, one.asks, one.each, f"{one.kind} {one.allowed}".strip(),
         "yes" if one.document else "", one.missing or "", one.broken or "", one.part]
        for one in clauses()
    ]  # fmt: skip
    head = [
        "clause",
        "#",
        "what is stated",
        "of each",
        "answer",
        "document",
        "if silent",
        "if not allowed",
        "source",
    ]
    return page + stated + table(head, asked)


def _counted(failed: str, passed: str) -> str:
    """Return how many of the named tests failed."""
    fell, stood = (len(names.split("; ")) if names else 0 for names in (failed, passed))
    return f"{fell} of {fell + stood}"


def _where(row: Requirement) -> str:
    named = ((name, getattr(row, name)) for name in POINTERS if name != "tests")
    asked = [one.id for one in clauses() if one.row == row.number]
    return "<br>".join(
        f"{name}: {', '.join(f'`{id}`' for id in ids)}" for name, ids in (*named, ("clauses", asked)) if ids
    )


PAGES = {
    "vm0042.md": coverage_page,
    "findings.md": findings_page,
    "equations.md": equations_page,
    "rules.md": rules_page,
    "switches.md": switches_page,
}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
