"""``mollisol explain``: the tree from a number to rows and clauses, as text or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mollisol.cli.printing import BundlePath, Json, print_found, tell

if TYPE_CHECKING:
    from mollisol.audit.explain_tree import Node

_SHOWN_VALUES = 4


def explain(
    bundle: BundlePath,
    name: Annotated[
        str,
        typer.Argument(
            help="periods.1.units_to_issue_t, verified_total@1.3, change_of_unit@1@UNIT; none lists all names.",
            metavar="[NAME[@unit][.year]]",
        ),
    ] = "",
    depth: Annotated[int, typer.Option(help="How many levels to show; 0 for all.", min=0)] = 0,
    most: Annotated[int, typer.Option(help="How many numbers to show below each; 0 for all.", min=0)] = 25,
    as_json: Json = False,
) -> None:
    """Print what a number is made of, down to rows of the input files and to clauses."""
    from mollisol.audit.explain import Explainer
    from mollisol.bundle.read import open_bundle

    opened = open_bundle(bundle)
    again = None
    if name and opened.stored is None and not opened.origins:
        from mollisol.verify.bundle import origins_again

        maker = opened.manifest.get("mollisol")
        tell(f"a bundle of mollisol {maker} that does not say what its figures are made of: it is run again")
        again = origins_again(opened)
    explainer = Explainer(opened, again)
    if not name:
        names = explainer.names
        print_found(list(names), names, as_json)
        return
    tree = explainer.explain(name, depth, most)
    print_found(tree.as_json(), lines_of(tree), as_json)


def lines_of(node: Node) -> Iterator[str]:
    """Return the tree as lines; what came from the bundle is shown without control characters."""
    yield from (_plain(line) for line in _lines(node, "", ""))


def _lines(node: Node, first: str, rest: str) -> Iterator[str]:
    yield first + _head(node)
    inner = rest + ("│  " if node.children else "   ")
    yield from (inner + line for line in _details(node))
    for number, child in enumerate(node.children, start=1):
        last = number == len(node.children)
        yield from _lines(child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))


def _head(node: Node) -> str:
    argument = f"{node.argument}: " if node.argument and node.argument != node.name else ""
    label = f" [{node.label}]" if node.label else ""
    value = "" if node.value is None else f" = {_value(node.value, node.count)} {node.unit}".rstrip()
    return f"{argument}{node.name}{label}{value}" + ("  (see above)" if node.above else "")


def _details(node: Node) -> Iterator[str]:
    if node.words:
        yield node.words
    if node.equation:
        yield f"{node.equation['id']}: {node.equation['summary']} [{node.equation['citation']}]"
    if node.rule:
        rule = node.rule
        yield f"rule {rule['rule']}, by {rule['clock']} {rule['clock_date']}: {rule['citation']} ({rule['status']})"
    if node.rows:
        more = f", ... ({node.row_count} rows)" if node.row_count else ""
        yield "rows " + ", ".join(gathered(node.rows)) + more


def gathered(rows: Sequence[str]) -> list[str]:
    """Write runs of rows of a file as one: ``core_increments.csv:2-31``."""
    runs: list[tuple[str, int, int]] = []
    shown: list[str] = []
    for row in rows:
        match = re.fullmatch(r"(.+\.csv):(\d+)", row)
        if not match:
            shown.append(row)
            continue
        file, number = match[1], int(match[2])
        if runs and runs[-1][0] == file and number == runs[-1][2] + 1:
            runs[-1] = (file, runs[-1][1], number)
        else:
            runs.append((file, number, number))
    return [f"{file}:{low}" if low == high else f"{file}:{low}-{high}" for file, low, high in runs] + shown


def _value(value: Any, count: int = 0) -> str:
    if isinstance(value, list):
        flat = list(_flat(value))
        more = f", ... ({count or len(flat)} values)" if len(flat) > _SHOWN_VALUES else ""
        return "[" + ", ".join(_value(item) for item in flat[:_SHOWN_VALUES]) + more + "]"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _plain(line: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)
