"""What stands for nothing: zeros of carbon where nothing was measured, and words of a form that nobody filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.checks.unread import UNREAD
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.project import Project

_PLACEHOLDERS: Final = re.compile(
    r"\b(TBD|TBC|TBA|TODO|FIXME|XXX+)\b|\?{3,}|"
    r"(?im:\bplaceholder\b|lorem ipsum|\bto be (added|announced|clarified|completed|confirmed|decided|defined|"
    r"determined|done|filled|provided|specified|supplied)\b|\b(fill (this |me )?in|insert .{0,20}here|change ?me)\b|"
    r"^\s*(pending|dummy|to follow|coming soon|\.{3,}|_{3,}|x{2,})\s*$|\bà (compléter|définir|préciser)\b|"
    r"\b(a completar|por (completar|definir)|da (compilare|definire)|(noch )?(aus(zu)?füllen|ein(zu)?tragen)|"
    r"folgt noch|wird nachgereicht)\b)"
)
_SHOWN: Final = 5
_ONE_DIGIT: Final = dict.fromkeys(map(ord, "123456789"), "0")


def check_placeholders(project: Project) -> Iterator[Finding]:
    """Yield words of a form that nobody filled in, by table and column; not in a project that says it is a form."""
    if project.head.kind == "placeholder":
        return
    unread = {name for name in type(project.head).model_fields if getattr(project.head, name) is UNREAD}
    texts = _texts(project.head.model_dump(mode="json", exclude=unread), "")
    head = [found for found in texts if _PLACEHOLDERS.search(found[1])]
    if head:
        shown = "; ".join(f"{key}: {text[:60]!r}" for key, text in head[:_SHOWN])
        where = Place(file="project.toml", thing=head[0][0])
        yield finding("placeholder-words", where, shown, more=len(head) - 1)
    for name in type(project).model_fields:
        table = getattr(project, name)
        if isinstance(table, Columns) and len(table):
            yield from _of_table(table)


def _of_table(table: Columns[Any]) -> Iterator[Finding]:
    for column in table.row_type.model_fields:
        labels = table.column(column).labels
        every = "\n".join([text for text in labels if isinstance(text, str)]).translate(_ONE_DIGIT)
        if not _PLACEHOLDERS.search("\n".join({*every.split("\n")})):
            continue  # no text holds one, asked of all at once, where numbers make no difference
        words = [text for text in labels if isinstance(text, str) and _PLACEHOLDERS.search(text)]
        if words:
            rows = np.flatnonzero(table.column(column).holds(set(words).__contains__))
            where = Place(file=table.file, row=int(table.row_numbers[rows[0]]), column=column)
            shown = ", ".join(repr(text[:60]) for text in words[:_SHOWN])
            yield finding("placeholder-words", where, shown, more=rows.size - 1)


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield each text of a document with the keys that lead to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, place)
    elif isinstance(value, str):
        yield place, value


def check_zeros(project: Project) -> Iterator[Finding]:
    """Yield contents of exactly 0, by campaign and depth; a refusal where another campaign has more at a place."""
    cores = project.core_increments
    content = cores.column("soc_g_per_kg").numbers()
    if not (content == 0).any():
        return
    for (upper,), at_depth in cores.groups("upper_cm").items():
        zero = [place for place in at_depth if content[place] == 0]
        if not zero:
            continue
        points, campaigns = (cores.column(name).values() for name in ("point", "campaign"))
        elsewhere = {points[place]: content[place] for place in at_depth if content[place] > 0}
        for campaign in dict.fromkeys(campaigns[place] for place in zero):
            rows = [place for place in zero if campaigns[place] == campaign]
            paired = [place for place in rows if points[place] in elsewhere]
            state = f"{len(rows)} contents of exactly 0 from {upper:g} cm, campaign {campaign}"
            if paired:
                found = np.array([elsewhere[points[place]] for place in paired])
                state += (
                    f", where {len(paired)} of the points have {found.min():g} to {found.max():g} in another"
                )
            yield finding(
                "carbon-zero",
                Place(file=INCREMENTS, row=int(cores.row_numbers[rows[0]]), column="soc_g_per_kg"),
                state,
                severity=Severity.REFUSAL if paired else Severity.WARNING,
                more=len(rows) - 1,
            )
