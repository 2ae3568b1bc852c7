"""The credit period by period, as it was recorded and as it was computed again, and whether it is off by much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.rules_in_force.rule import ChosenValue
from mollisol.verify.results import Materiality, PeriodAgain

_LARGEST = 1e15
"""Tonnes; a number beyond it is none of a period."""

type _Plain = Mapping[str, Any]


def recorded_periods(results: _Plain) -> list[_Plain]:
    """Return the periods that ``results.json`` holds, as far as it holds any."""
    periods = results.get("periods")
    return [item for item in periods if isinstance(item, dict)] if isinstance(periods, list) else []


def recorded_total_t_co2e(results: _Plain) -> float:
    """Return the sum of the recorded verified totals; what is no number counts as nothing."""
    return float(sum(_number(period, "verified_total_t_co2e") or 0.0 for period in recorded_periods(results)))


def compare_periods(results: _Plain, periods: Sequence[PeriodResult]) -> tuple[PeriodAgain, ...]:
    """Return each period beside what was recorded of it, in the order of the run; others after them."""
    old = {str(period.get("name")): period for period in recorded_periods(results)}
    new = {period.name: period for period in periods}
    return tuple(_again(name, old.get(name), new.get(name)) for name in dict.fromkeys([*new, *old]))


def _again(name: str, old: _Plain | None, new: PeriodResult | None) -> PeriodAgain:
    units = None if old is None else _number(old, "units_to_issue_t")
    return PeriodAgain(
        name=name,
        recorded_t_co2e=None if old is None else _number(old, "verified_total_t_co2e"),
        recomputed_t_co2e=None if new is None else new.verified_total_t_co2e,
        recorded_units_t=None if units is None else int(units),
        recomputed_units_t=None if new is None else new.units_to_issue_t,
        recorded_state=str((old or {}).get("state") or (old or {}).get("issuance") or "-"),
        recomputed_state="-" if new is None else new.state or new.issuance,
    )


def materiality_of(periods: Sequence[PeriodAgain], threshold: ChosenValue) -> Materiality:
    """Return how far the periods are off together, and whether that is material."""
    old = sum(period.recorded_t_co2e or 0.0 for period in periods)
    off = sum(abs((period.recomputed_t_co2e or 0.0) - (period.recorded_t_co2e or 0.0)) for period in periods)
    percent = 100 * off / abs(old) if old else None
    return Materiality(
        recorded_t_co2e=old,
        recomputed_t_co2e=sum(period.recomputed_t_co2e or 0.0 for period in periods),
        recorded_units_t=sum(period.recorded_units_t or 0 for period in periods),
        recomputed_units_t=sum(period.recomputed_units_t or 0 for period in periods),
        percent=percent,
        threshold_percent=float(threshold.value),
        rule=threshold.rule,
        citation=f"{threshold.citation} ({threshold.status})",
        material=off > 0 if percent is None else percent >= float(threshold.value),
    )


def _number(period: _Plain, key: str) -> float | None:
    value = period.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST:
        return None
    return float(value)
