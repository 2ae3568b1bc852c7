"""``mollisol rules``: the catalogue, its check, and what the difference between two rule sets does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mollisol.cli.printing import EXIT_BLOCKED, Json, count, print_findings, print_found, print_json, tell
from mollisol.methodology.findings import FindingsError

rules_app = typer.Typer(help="The rule catalogue.", no_args_is_help=True, rich_markup_mode=None)


RulesKey = Annotated[
    str, typer.Option("--rules", metavar="KEY", help="Rule set to look in: a key, or a file ending in .toml.")
]


@rules_app.command("list")
def rules_list(
    rules: RulesKey = "",
    as_json: Json = False,
) -> None:
    """List the rule sets, or the rules and switches of one."""
    from mollisol.programmes.registry import rule_set_named, rule_sets

    if not rules:
        heads = rule_sets()
        rows = [{"key": s.key, "label": s.head.label, "hash": s.hash} for s in heads]
        print_found(rows, (f"{s.key:26} {s.head.label}" for s in heads), as_json)
        return
    chosen = rule_set_named(rules)
    if as_json:
        print_json(chosen.model_dump(mode="json", by_alias=True))
        return
    for rule in chosen.rules.values():
        last = rule.value[-1]
        typer.echo(f"{rule.id:44} {last.value!s:>10.60} {rule.unit:6} {last.status:12} {last.source.locator}")
    for switch in chosen.switches.values():
        typer.echo(f"{switch.id:44} {switch.default:>10} {'':6} {switch.status:12} {switch.source.locator}")


@rules_app.command("show")
def rules_show(
    id: Annotated[str, typer.Argument(help="Rule or switch id.", metavar="ID")],
    rules: RulesKey = "",
    as_json: Json = False,
) -> None:
    """Show one rule or switch: what is allowed, its dated values, and which equations, checks and examples use it."""
    from mollisol.programmes.registry import rule_set_named
    from mollisol.rule_catalogue.show import document_of, lines_of_document

    document = document_of(id, rule_set_named(rules))
    print_found(document, lines_of_document(document), as_json)


@rules_app.command("coverage")
def rules_coverage(
    number: Annotated[
        int, typer.Argument(help="One requirement, in full; none lists all.", metavar="[NUMBER]", min=0)
    ] = 0,
    state: Annotated[str, typer.Option(help="Those alone that are whole, part, missing or will not.")] = "",
    value: Annotated[
        int, typer.Option(help="Those alone of a value: 3 moves units, 2 an auditor asks, 1 is paper.", min=0)
    ] = 0,
    as_json: Json = False,
) -> None:
    """List what VM0042 and the documents around it require, where it is, what is missing, and which test breaks it."""
    from mollisol.rule_catalogue.coverage import STATES, lines_of_requirements, requirements, tally

    if state and state not in STATES:
        raise typer.BadParameter(f"--state is one of {', '.join(STATES)}")
    known = requirements()
    if number > len(known):
        raise typer.BadParameter(f"there are requirements 1 to {len(known)}")
    chosen = [
        row
        for row in known
        if number in (0, row.number) and state in ("", row.state) and value in (0, row.value)
    ]
    if as_json:
        print_json({"tally": tally(known), "requirements": [row.model_dump(mode="json") for row in chosen]})
        return
    for line in lines_of_requirements(chosen, full=number > 0):
        typer.echo(line)
    for name, states in tally(known).items() if number == 0 else ():
        typer.echo(f"{name}: " + ", ".join(f"{count} {word}" for word, count in states.items()))


@rules_app.command("check")
def rules_check(
    proposal: Annotated[
        str,
        typer.Argument(
            help="A proposal, a file or the name of one that ships; the catalogue where none is given.",
            metavar="[FILE]",
        ),
    ] = "",
    rules: RulesKey = "",
    as_json: Json = False,
) -> None:
    """Check a proposal against a rule set, or the catalogue against itself and the code."""
    from mollisol.programmes.registry import rule_set_named
    from mollisol.rule_catalogue.audit import audit_programmes, blocking_count, check_proposal

    findings = check_proposal(proposal, rule_set_named(rules)) if proposal else audit_programmes()
    failed = blocking_count(findings) > 0
    if as_json:
        print_json({"blocked": failed, "findings": [f.model_dump(mode="json") for f in findings]})
    else:
        print_findings(finding for finding in findings if finding.code != "rule-open")
        unknown = sum(finding.code == "rule-open" for finding in findings)
        rest = f" ({unknown} values that a rule set says it does not know)" if unknown else ""
        typer.echo(f"findings: {count(findings)}{rest}")
    raise typer.Exit(EXIT_BLOCKED if failed else 0)


@rules_app.command("diff")
def rules_diff(
    a: Annotated[str, typer.Argument(help="Rule set: a key, or a file ending in .toml.", metavar="A")],
    b: Annotated[
        str,
        typer.Argument(help="Rule set to compare with; A itself where a proposal is given.", metavar="[B]"),
    ] = "",
    proposal: Annotated[
        list[Path] | None,
        typer.Option("--proposal", metavar="FILE", help="Proposal laid over B: a file or a shipped name."),
    ] = None,
    project: Annotated[
        list[Path] | None,
        typer.Option(
            "--project", metavar="DIR", help="Show what it does to this project's credits; may be repeated."
        ),
    ] = None,
    projects: Annotated[
        Path | None,
        typer.Option("--projects", metavar="FOLDER", help="The same for every project folder in this one."),
    ] = None,
    printed: Annotated[
        bool, typer.Option("--printed", help="Lay the proposal as-printed over both sides.")
    ] = False,
    seed: Annotated[
        int, typer.Option(help="The same on both sides, and of drawn orders.", min=0, max=2**63 - 1)
    ] = 0,
    as_json: Json = False,
) -> None:
    """Show which rules and switches differ, and what each does to the credits of a project."""
    from mollisol.programmes.registry import rule_set_named
    from mollisol.rule_catalogue.diff import compare_all, sides
    from mollisol.rule_catalogue.diff_text import lines_of

    if not b and not proposal:
        raise typer.BadParameter("name a second rule set, or lay a proposal over the first with --proposal")
    try:
        pair = sides(rule_set_named(a), rule_set_named(b or a), proposal or [], printed=printed)
    except FindingsError as error:
        print_findings(error.findings, err=True)
        raise typer.Exit(EXIT_BLOCKED) from None
    found = compare_all(*pair, project or [], projects, seed=seed, tell=tell)
    print_found(found.model_dump(mode="json"), lines_of(found), as_json)
