"""What a period hands to the next one of its units: units with periods of their own carry apart from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mollisol.methodology.context import Context
from mollisol.methodology.land.covered import units_of
from mollisol.methodology.ledger import LEDGER_FILE, LedgerEntry
from mollisol.methodology.project import VerificationPeriod
from mollisol.methodology.trace import Quantity
from mollisol.programmes.interface import Carried
from mollisol.quantification.totals import share_of_amounts_t_co2e
from mollisol.reading.schema import HEAD_FILE


class Carrying:
    """What the closed periods of the ledger, and those computed so far, hand to the next period of each unit.

    Amounts of a period belong to all of its units. Where only some of them go on together, they take the share of their
    area; where units of several periods go on as one, shares add up.
    """

    def __init__(self, context: Context) -> None:
        project, trace = context.project, context.trace
        self._context = context
        self._rating = trace.given(
            "non_permanence_rating_percent",
            project.head.non_permanence_rating_percent,
            "%",
            [f"{HEAD_FILE}:project"],
        )
        self._all = tuple(project.quantification_units.column("quantification_unit").values())
        self._last: list[tuple[frozenset[str], Carried]] = []
        self._net: tuple[Quantity, ...] = ()
        self.issued_units_t = project.ledger.issued_units_t if project.ledger else 0
        latest = _latest(project.ledger.entry if project.ledger else (), self._all)
        for entry in latest:
            suffix = "" if len(latest) == 1 and not entry.units else f".{entry.period}"
            self._enter(entry.units or self._all, self._given(entry, suffix))
        self._none = None if latest else self._given(None, "")

    def before(self, period: VerificationPeriod) -> Carried:
        """Return what a period is handed."""
        own = frozenset(units_of(self._context.project, period))
        found = [(units, carried) for units, carried in self._last if units & own]
        if not found:
            self._none = self._none or self._given(None, ".joined")
            return replace(self._none, net=self._net)
        if len(found) == 1 and found[0][0] == own:
            return replace(found[0][1], net=self._net)
        shares = [self._share(units, own) for units, _ in found]
        cumulative, displaced = (
            self._summed(f"{name}.{period.name}", [getattr(carried, name) for _, carried in found], shares)
            for name in ("cumulative", "displaced")
        )
        return Carried(self._rating, cumulative, displaced, self._net)

    def after(self, period: VerificationPeriod, carried: Carried, units_t: int) -> None:
        """Take what a period hands on, and the units that it issues."""
        self.issued_units_t += units_t
        self._net = carried.net
        self._enter(units_of(self._context.project, period), carried)

    def _enter(self, units: Sequence[str], carried: Carried) -> None:
        own = frozenset(units)
        # what others of an earlier period still carry stays with them
        self._last = [(rest, one) for units, one in self._last if (rest := units - own)] + [(own, carried)]

    def _given(self, entry: LedgerEntry | None, suffix: str) -> Carried:
        start = f"{HEAD_FILE}: no {LEDGER_FILE}, the start"
        rows = [f"{LEDGER_FILE}: period {entry.period}" if entry else start]

        def given(name: str, value: float) -> Quantity:
            return self._context.trace.given(f"{name}{suffix}", value, "t CO2e", rows)

        return Carried(
            self._rating,
            given(
                "prior_cumulative_project_change", entry.cumulative_project_change_t_co2e if entry else 0.0
            ),
            given("prior_displaced_leakage", entry.cumulative_displaced_leakage_t_co2e if entry else 0.0),
        )

    def _share(self, units: frozenset[str], kept: frozenset[str]) -> float:
        area = {item.quantification_unit: item.area_ha for item in self._context.project.quantification_units}
        whole = sum(area[unit] for unit in sorted(units) if unit in area)
        return sum(area[unit] for unit in sorted(units & kept)) / whole

    def _summed(self, name: str, amounts: Sequence[Quantity], shares: Sequence[float]) -> Quantity:
        trace = self._context.trace
        return trace.compute(
            f"carried_{name}",
            share_of_amounts_t_co2e,
            amounts_t_co2e=trace.arrange(
                f"carried_{name}.amounts", [float(amount.value) for amount in amounts], amounts
            ),
            share=trace.given(f"carried_{name}.share", shares, "1", ["quantification_units.csv"]),
        )


def _latest(entries: Sequence[LedgerEntry], units: Sequence[str]) -> list[LedgerEntry]:
    """Return the last closed period of each unit, oldest first."""
    last: dict[str, LedgerEntry] = {}
    for entry in entries:
        last |= dict.fromkeys(entry.units or units, entry)
    names = {entry.period for entry in last.values()}
    return [entry for entry in entries if entry.period in names]
