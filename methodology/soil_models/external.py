"""Results of models that ran elsewhere (DayCent, DNDC and the like): checked, then treated as our own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.soil_models.checks import fault
from mollisol.methodology.soil_models.inputs import ExternalRow

_SAME = "VM0042 2.2, section 4, condition 4(e)"
_LARGEST_STOCK_T_HA = 1000.0


def check_external(rows: Sequence[ExternalRow]) -> list[Finding]:
    """Check external results: one model for all, no value twice, every point, date and draw in each scenario."""
    if not rows:
        return [
            Finding(
                code="external-empty",
                severity=Severity.BLOCKING,
                where=Place(thing="external results"),
                found="no rows",
                allowed="one row per point, scenario, date and draw",
                do="export the simulated stocks",
            )
        ]
    found: list[Finding] = []
    seen: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        found += _row(row)
        key = (row.scenario, row.point, row.year, row.month, row.draw)
        seen[key] += 1
        if seen[key] > 1:
            text = f"point {row.point}, {row.scenario}, {row.year}-{row.month:02d}, draw {row.draw}"
            found.append(fault("external-duplicate", row, "point", text, "once", "keep one row of each"))
    return found + _identity(rows) + _complete(rows)


def _row(row: ExternalRow) -> list[Finding]:
    """Check one row."""
    found = []
    for column in ("model", "model_version", "parameter_set", "point", "scenario"):
        if not getattr(row, column).strip():
            do = "a result must say which model, version and parameter set made it"
            found.append(fault("external-name-missing", row, column, "nothing", "a name", do))
    if not 1 <= row.month <= 12:
        found.append(
            fault("external-month-number", row, "month", str(row.month), "1 to 12", "mend the month")
        )
    if row.soc_t_ha < 0.0:
        do = "a stock is 0 or more; give stocks, not changes"
        found.append(fault("external-stock-negative", row, "soc_t_ha", f"{row.soc_t_ha:g}", "0 or more", do))
    elif row.soc_t_ha > _LARGEST_STOCK_T_HA:
        do = "give t C/ha: g C/m2 is divided by 100, kg C/ha by 1000"
        found.append(fault("external-stock-unit", row, "soc_t_ha", f"{row.soc_t_ha:g}", "t C/ha", do))
    return found


def _identity(rows: Sequence[ExternalRow]) -> list[Finding]:
    """Look for more than one model, version or parameter set."""
    found = []
    for column in ("model", "model_version", "parameter_set"):
        names = sorted({getattr(r, column) for r in rows})
        if len(names) > 1:
            found.append(
                Finding(
                    code=f"external-{column.replace('_', '-')}-mixed",
                    severity=Severity.BLOCKING,
                    where=Place(file=rows[0].file, column=column),
                    found=", ".join(names),
                    allowed="one, in every scenario",
                    do="run all scenarios with the same model, version and parameter set",
                    clause=_SAME,
                )
            )
    return found


def _complete(rows: Sequence[ExternalRow]) -> list[Finding]:
    """Look for points, dates or draws that one scenario has and another lacks."""
    keys: dict[str, set[tuple[str, int, int, int]]] = defaultdict(set)
    for row in rows:
        keys[row.scenario].add((row.point, row.year, row.month, row.draw))
    points = {k[0] for each in keys.values() for k in each}
    dates = {k[1:3] for each in keys.values() for k in each}
    draws = {k[3] for each in keys.values() for k in each}
    found = []
    for scenario, here in sorted(keys.items()):
        gone = len(points) * len(dates) * len(draws) - len(here)
        if not gone:
            continue
        full = ((p, y, m, d) for p in sorted(points) for y, m in sorted(dates) for d in sorted(draws))
        point, year, month, draw = next(key for key in full if key not in here)
        found.append(
            Finding(
                code="external-incomplete",
                severity=Severity.BLOCKING,
                where=Place(file=rows[0].file, thing=f"scenario {scenario}"),
                found=f"point {point}, {year}-{month:02d}, draw {draw} missing",
                allowed=f"{len(points)} points x {len(dates)} dates x {len(draws)} draws in each scenario",
                do="export every point, date and draw of every scenario, with the same draw numbers",
                clause=_SAME,
                more=gone - 1,
            )
        )
    return found
