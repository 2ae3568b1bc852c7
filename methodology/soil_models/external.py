"""Results of models that ran elsewhere (DayCent, DNDC and the like): checked, then treated as our own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.soil_models.inputs import ExternalRow

_LARGEST_STOCK_T_HA = 1000.0


def check_external(rows: Sequence[ExternalRow]) -> Iterator[Finding]:
    """Return what is wrong with external results: several models, values twice, or points, dates and draws missing."""
    if not rows:
        yield finding("external-empty", "external results", "no rows")
        return
    seen: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        yield from _row(row)
        key = (row.scenario, row.point, row.year, row.month, row.draw)
        seen[key] += 1
        if seen[key] > 1:
            text = f"point {row.point}, {row.scenario}, {row.year}-{row.month:02d}, draw {row.draw}"
            yield finding("external-duplicate", row.place("point"), text)
    yield from _identity(rows)
    yield from _complete(rows)


def _row(row: ExternalRow) -> Iterator[Finding]:
    """Return the findings on one row."""
    yield from (
        finding("external-name-missing", row.place(column), "nothing")
        for column in ("model", "model_version", "parameter_set", "point", "scenario")
        if not getattr(row, column).strip()
    )
    if not 1 <= row.month <= 12:
        yield finding("external-month-number", row.place("month"), str(row.month))
    if row.soc_t_ha < 0.0:
        yield finding("external-stock-negative", row.place("soc_t_ha"), f"{row.soc_t_ha:g}")
    elif row.soc_t_ha > _LARGEST_STOCK_T_HA:
        yield finding("external-stock-unit", row.place("soc_t_ha"), f"{row.soc_t_ha:g}")


def _identity(rows: Sequence[ExternalRow]) -> list[Finding]:
    """Return the findings on more than one model, version or parameter set."""
    named = {
        column: sorted({getattr(row, column) for row in rows})
        for column in ("model", "model_version", "parameter_set")
    }
    return [
        finding(
            f"external-{column.replace('_', '-')}-mixed",
            Place(file=rows[0].file, column=column),
            ", ".join(names),
        )
        for column, names in named.items()
        if len(names) > 1
    ]


def _complete(rows: Sequence[ExternalRow]) -> Iterator[Finding]:
    """Return the findings on points, dates or draws that one scenario has and another lacks."""
    keys: dict[str, set[tuple[str, int, int, int]]] = defaultdict(set)
    for row in rows:
        keys[row.scenario].add((row.point, row.year, row.month, row.draw))
    points = {k[0] for each in keys.values() for k in each}
    dates = {k[1:3] for each in keys.values() for k in each}
    draws = {k[3] for each in keys.values() for k in each}
    for scenario, here in sorted(keys.items()):
        gone = len(points) * len(dates) * len(draws) - len(here)
        if not gone:
            continue
        full = ((p, y, m, d) for p in sorted(points) for y, m in sorted(dates) for d in sorted(draws))
        point, year, month, draw = next(key for key in full if key not in here)
        yield finding(
            "external-incomplete",
            Place(file=rows[0].file, thing=f"scenario {scenario}"),
            f"point {point}, {year}-{month:02d}, draw {draw} missing",
            more=gone - 1,
            points=len(points),
            dates=len(dates),
            draws=len(draws),
        )
