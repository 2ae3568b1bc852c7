"""``mollisol rules``: the catalogue, its check, and what the difference between two rule sets does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mollisol.cli.printing import count, print_findings, print_json, tell
from mollisol.methodology.findings import UserError

rules_app = typer.Typer(help="The rule catalogue.", no_args_is_help=True, rich_markup_mode=None)

EXIT_BLOCKED = 2

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@rules_app.command("list")
def rules_list(
    rules: Annotated[
        str, typer.Option("--rules", metavar="KEY", help="Show the rules of this rule set.")
    ] = "",
    as_json: Json = False,
) -> None:
    """List the rule sets, or the rules and switches of one."""
    from mollisol.methodology.rules_in_force.rule_set import load_rule_set, rule_set_keys

    if not rules:
        heads = [load_rule_set(key) for key in rule_set_keys()]
        if as_json:
            print_json([{"key": s.key, "label": s.head.label, "hash": s.hash} for s in heads])
        else:
            typer.echo("\n".join(f"{s.key:26} {s.head.label}" for s in heads))
        return
    chosen = load_rule_set(rules)
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
    rules: Annotated[
        str, typer.Option("--rules", metavar="KEY", help="Rule set to look in.")
    ] = "vm0042-2.2+2026-06-11",
    as_json: Json = False,
) -> None:
    """Show one rule or switch with its dated values, sources and status."""
    from mollisol.methodology.rules_in_force.rule import Rule, RuleError
    from mollisol.methodology.rules_in_force.rule_set import load_rule_set

    chosen = load_rule_set(rules)
    found = chosen.rules.get(id) or chosen.switches.get(id)
    if found is None:
        raise RuleError(
            f"there is no rule or switch {id} in {chosen.key}; see mollisol rules list --rules {chosen.key}"
        )
    document = found.model_dump(mode="json", by_alias=True)
    if as_json:
        print_json(document)
        return
    if isinstance(found, Rule):
        document["allowed"] = str(found.allowed)
    for name, value in document.items():
        if name != "value":
            typer.echo(f"{name:14} {value}")
    for value in document.get("value", []):
        source = ", ".join(f"{key} {text}" for key, text in value["source"].items() if text)
        typer.echo(
            f"from {value['from']}: {value['value']} ({value['status']})\n  {source}\n  {value['note']}".rstrip()
        )


@rules_app.command("check")
def rules_check(as_json: Json = False) -> None:
    """Hold the catalogue against itself and the code: gaps, overlaps, orphans, values without a source."""
    from mollisol.rule_catalogue.audit import audit, blocking_count, code_of_the_engine, read_catalogue

    findings = audit(read_catalogue(), code_of_the_engine())
    failed = blocking_count(findings) > 0
    if as_json:
        print_json({"blocked": failed, "findings": [f.model_dump(mode="json") for f in findings]})
    else:
        print_findings(finding for finding in findings if finding.code != "rule-open")
        told = sum(finding.code == "rule-open" for finding in findings)
        typer.echo(f"findings: {count(findings)} ({told} values that a rule set says it does not know)")
    raise typer.Exit(EXIT_BLOCKED if failed else 0)


@rules_app.command("diff")
def rules_diff(
    a: Annotated[str, typer.Argument(help="Rule set.", metavar="A")],
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
    printed: Annotated[
        bool, typer.Option("--printed", help="Put every switch to its printed form on both sides.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same on both sides, and of drawn orders.")] = 0,
    as_json: Json = False,
) -> None:
    """Show which rules and switches differ, and what each does to the credits of a project."""
    from mollisol.methodology.rules_in_force.rule_set import load_proposal, load_rule_set
    from mollisol.rule_catalogue.diff import all_printed, compare, compare_credits

    if not b and not proposal:
        raise typer.BadParameter("name a second rule set, or lay a proposal over the first with --proposal")
    one, other = load_rule_set(a), load_rule_set(b or a)
    for file in proposal or []:
        other = other.with_overlay(load_proposal(file))
    if printed:
        one, other = all_printed(one), all_printed(other)
    for folder in project or []:
        if not folder.is_dir():
            raise UserError(f"{folder}: no such project folder")
    forms = {"forms": "printed" if printed else "as set"}
    if not project or len(project) == 1:
        found = (
            compare_credits(one, other, project[0], seed=seed, tell=tell) if project else compare(one, other)
        ).model_copy(update=forms)
        if as_json:
            print_json(found.model_dump(mode="json"))
        else:
            _print_diff(found)
        return
    by_project = {
        str(folder): compare_credits(one, other, folder, seed=seed, tell=tell).model_copy(update=forms)
        for folder in project
    }
    if as_json:
        print_json({"projects": {name: item.model_dump(mode="json") for name, item in by_project.items()}})
        return
    for name, item in by_project.items():
        typer.echo(f"project {name}")
        _print_diff(item)
        typer.echo("")
    _print_projects(by_project)


def _print_projects(by_project: dict[str, Any]) -> None:
    """Print a line for each project: what moves, or why nothing can be said."""
    for name, item in by_project.items():
        sides = [credits for credits in (item.credits_a, item.credits_b) if credits is not None]
        if any(credits.blocked for credits in sides):
            typer.echo(f"{name}: no comparison, blocked under one of the two")
        else:
            typer.echo(
                f"{name}: {item.change['verified_total_t_co2e']:+,.6f} t CO2e, "
                f"{item.change['units_to_issue_t']:+,.0f} units"
            )


def _print_diff(found: Any) -> None:
    typer.echo(f"A  {found.a}\nB  {found.b}")
    for edition in found.editions:
        typer.echo(f"edition  {edition.document}: {edition.a} -> {edition.b}")
    for difference in found.differences:
        typer.echo(f"{difference.kind:8} {difference.id}: {difference.a} -> {difference.b}")
        typer.echo(f"         {difference.label}; {difference.citation} ({difference.status})")
        if difference.share:
            share = difference.share
            typer.echo(
                f"         moves {share['verified_total_t_co2e']:+,.6f} t CO2e, {share['units_to_issue_t']:+,.4g} units"
                + (f": {difference.why}" if difference.why else "")
            )
    if not found.differences:
        typer.echo("no rule and no switch differs")
    for name, credits in (("A", found.credits_a), ("B", found.credits_b)):
        if credits is not None and credits.blocked:
            typer.echo(f"credits under {name}: none, blocked by {', '.join(credits.blocked)}")
        elif credits is not None:
            totals = credits.totals
            typer.echo(
                f"credits under {name}: {totals['verified_total_t_co2e']:,.6f} t CO2e, "
                f"{totals['units_to_issue_t']:,.0f} units"
            )
    if found.change:
        typer.echo(
            f"change: {found.change['verified_total_t_co2e']:+,.6f} t CO2e; the parts leave "
            f"{found.unexplained['verified_total_t_co2e']:.1e} t"
        )
    if found.method:
        typer.echo(f"{found.method}; {found.runs} runs, seed {found.seed}")
