"""Show a fault at its first places and count the rest: a table of 100,000 rows may show it in each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from mollisol.methodology.findings import Finding

PLACES_PER_FAULT = 25
"""Places shown for one fault in one column; the rest is counted in ``Finding.more``."""


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """Keep the first places of each fault; the last one kept counts the rest."""
    shown: list[Finding] = []
    places: Counter[tuple[str, str, str]] = Counter()
    rest: dict[int, int] = defaultdict(int)
    last: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        fault = (finding.code, finding.where.file, finding.where.column)
        places[fault] += 1
        if places[fault] <= PLACES_PER_FAULT:
            last[fault] = len(shown)
            shown.append(finding)
        else:
            rest[last[fault]] += 1 + finding.more
    for position, more in rest.items():
        shown[position] = shown[position].model_copy(update={"more": shown[position].more + more})
    return shown
