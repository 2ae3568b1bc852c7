"""The command line. Messages go to standard error; results, or one JSON document, to standard output."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mollisol.cli.audit import audit_app
from mollisol.cli.explain import explain
from mollisol.cli.findings import findings
from mollisol.cli.importing import import_app
from mollisol.cli.lab import lab_app
from mollisol.cli.ledger import ledger_app
from mollisol.cli.model import model_app
from mollisol.cli.portfolio import compare, portfolio_app
from mollisol.cli.printing import EXIT_BLOCKED, Json, print_found, print_json, tell
from mollisol.cli.project import check, demo, new, run
from mollisol.cli.report import report
from mollisol.cli.rounds.bundle import bundle_app
from mollisol.cli.rules import rules_app
from mollisol.cli.sample import sample_app
from mollisol.cli.schema import schema, upgrade
from mollisol.cli.true_up import trueup
from mollisol.cli.verify import sign, verify
from mollisol.methodology.findings import UserError

app = typer.Typer(
    name="mollisol",
    help="Soil-carbon credits from raw field data, with the uncertainty computed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(rules_app, name="rules")
app.add_typer(model_app, name="model")
app.add_typer(audit_app, name="audit")
app.add_typer(bundle_app, name="bundle")
app.add_typer(sample_app, name="sample")
app.add_typer(import_app, name="import")
app.add_typer(ledger_app, name="ledger")
app.add_typer(lab_app, name="lab")
app.add_typer(portfolio_app, name="portfolio")
for command in (
    new,
    check,
    run,
    compare,
    demo,
    explain,
    verify,
    sign,
    report,
    trueup,
    upgrade,
    schema,
    findings,
):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"mollisol {version('mollisol')}")
        raise typer.Exit


@app.callback()
def every_command(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Soil-carbon credits from raw field data, with the uncertainty computed."""


@app.command()
def eq(
    id: Annotated[
        str, typer.Argument(help="Equation id such as vm0042:74; none lists all.", metavar="[ID]")
    ] = "",
    arguments: Annotated[
        list[str] | None, typer.Argument(help="Arguments; lists as JSON.", metavar="[NAME=VALUE]...")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--from", help="Arguments by key of a .toml or .json file, or by column of a .csv."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run one equation by itself and show its passport; without arguments, the passport alone."""
    from mollisol.equations import all_equations, passport, run_equation
    from mollisol.programmes.registry import every_switch
    from mollisol.reading.arguments import arguments_of_file

    if not id:
        known = all_equations().values()
        rows = [{"id": p.id, "summary": p.summary, "parameters": p.parameters} for p in known]
        print_found(rows, (f"{p.id:34} {p.summary}" for p in known), as_json)
        return
    given = dict(_pair(argument) for argument in arguments or [])
    found = passport(id)
    tables = {} if file is None else arguments_of_file(file)
    value = run_equation(id, given, tables) if given or tables else None
    switches = every_switch()
    if as_json:
        names = ("id", "symbol", "unit", "formula", "parameters", "ranges")
        document: dict[str, Any] = {name: getattr(found, name) for name in names}
        given |= {name: str(value) for name, value in tables.items()}
        document |= {"citation": str(found.locator), "given": given, "value": value}
        document["switches"] = list(found.switch)
        print_json(document)
        return
    if value is not None:
        typer.echo(f"{found.symbol} = {value} {found.unit}")
    typer.echo(
        f"{found.id}  {found.summary}\n  source      {found.locator}\n  gives       {found.symbol} in {found.unit}"
    )
    if found.formula:
        typer.echo(f"  formula     {found.formula}")
    takes = [f"{name}  {found.ranges.get(name, '')}".rstrip() for name in found.parameters]
    typer.echo(f"  takes       {'\n              '.join(takes)}")
    for name in found.switch:
        typer.echo(
            f"  {name}\n    printed   {switches[name].printed}\n    corrected {switches[name].corrected}"
        )


def _pair(argument: str) -> tuple[str, str]:
    name, equals, value = argument.partition("=")
    if not equals:
        raise typer.BadParameter(f"{argument!r} is not name=value")
    return name, value


def main() -> None:
    """Run the command line; faults that the user can mend end with exit code 2 and no traceback."""
    # What a command makes of a large project is held to its end: looking through it for cycles again and again finds
    # nothing, and took a fifth of the time at 10,000 units.
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    try:
        app()
    except UserError as error:
        tell(f"mollisol: {error}")
        sys.exit(EXIT_BLOCKED)


if __name__ == "__main__":
    main()
