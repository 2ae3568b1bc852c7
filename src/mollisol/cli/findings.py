"""``mollisol findings``: the table of reason codes."""

from __future__ import annotations

from typing import Annotated

import typer

from mollisol.cli.printing import Json, print_json
from mollisol.methodology.findings import UserError, catalogue


def findings(
    code: Annotated[str, typer.Argument(help="A reason code; none lists all.", metavar="[CODE]")] = "",
    as_json: Json = False,
) -> None:
    """Show the reason codes of findings: what one means, what is allowed, and what to do about it."""
    from mollisol.methodology.deviations import answer_to

    known = catalogue()
    if code and code not in known:
        raise UserError(f"there is no reason code {code}; mollisol findings lists all")
    chosen = [known[code]] if code else list(known.values())
    if as_json:
        rows = [reason.model_dump(mode="json") for reason in chosen]
        print_json(rows[0] if code else rows)
    elif code:
        (reason,) = chosen
        lines = [f"{reason.code}  {reason.severity}", f"  {reason.means}", f"  allowed  {reason.allowed}"]
        lines += [f"  do       {reason.do}"] + ([f"  clause   {reason.clause}"] if reason.clause else [])
        lines.append(f"  answer   {answer_to(reason.code)}")
        typer.echo("\n".join(lines))
    else:
        typer.echo("\n".join(f"{one.code:36} {one.severity:9} {one.means}" for one in chosen))
