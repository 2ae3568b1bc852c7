"""The difference of two rounds as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mollisol.methodology.findings import Finding
from mollisol.rounds.compare import RoundsDiff
from mollisol.rule_catalogue.diff_text import moved_in_words

_SHOWN = 20


def lines_of(diff: RoundsDiff) -> Iterator[str]:
    """Yield what changed and what it moved, the whole first."""
    for name, side in (("A", diff.a), ("B", diff.b)):
        yield f"{name}  {side.place}  {side.manifest_sha256[:16]}  {side.rule_set}"
    if diff.same:
        yield "same: one bundle"
        return
    yield f"change: {moved_in_words(diff.change)}"
    for part in diff.parts:
        yield f"  {part.name}: {moved_in_words(part.share)}"
    yield f"  not shared out: {diff.not_shared}" if diff.not_shared else f"  {diff.method}; {diff.runs} runs"
    for file in diff.inputs:
        yield f"input    {file.file}: {file.count} changed"
        for row in file.changes[:_SHOWN]:
            where = f"{row.place}, {row.column}" if row.column else row.place
            yield f"         {where}: {row.a or 'none'} -> {row.b or 'none'}"
        if file.count > _SHOWN:
            yield f"         and {file.count - _SHOWN} more"
    for rule in diff.rules:
        yield f"{rule.kind:8} {rule.id}: {rule.a} -> {rule.b}"
    for version in diff.versions:
        yield f"version  {version.name}: {version.a} -> {version.b}"
    yield from _findings("opened", diff.opened)
    yield from _findings("closed", diff.closed)
    for request in diff.requests:
        yield f"request  {request['request']} {request['state']}: {request['about']} {request['subject']}"


def _findings(word: str, findings: Iterable[Finding]) -> Iterator[str]:
    for one in findings:
        yield f"finding {word}: {one.severity.value} {one.code} {one.where}: {one.found}"
