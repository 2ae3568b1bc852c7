"""The walk from gross change to units, step by step, for the waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from mollisol.methodology.results.run import PeriodResult

_NOTHING: Final = 1e-9
"""Share of the largest step below which a step is taken as not there."""


class Step(NamedTuple):
    """One bar: a change from start to end, or a total that starts at zero."""

    label: str
    start: float
    end: float
    total: bool = False
    whole: bool = False

    @property
    def amount(self) -> float:
        """What the step adds, or the total."""
        return self.end - self.start


class _Amounts(NamedTuple):
    baseline: float
    project: float
    biochar: float
    gross: float
    deduction: float
    leakage: float
    woody: float
    sources: float
    buffer: float
    discount: float
    withheld: float
    units: float


def steps(period: PeriodResult, periods: Sequence[PeriodResult]) -> list[Step]:
    """Return the steps of a period; all periods get the same rows, so that they can stand side by side."""
    own = _amounts(period)
    others = [_amounts(other) for other in periods]
    all_issued = all(other.issuance == "issued" for other in periods)
    rows: list[tuple[str, float | None]] = [
        ("Baseline change avoided", own.baseline),
        ("Project change", own.project),
    ]
    if any(_there(other.biochar, other) for other in others):
        rows.append(("Biochar carbon", own.biochar))
    rows += [("Gross change", None), ("Uncertainty deduction", own.deduction)]
    if any(_there(other.woody, other) for other in others):
        rows.append(("Trees and shrubs", own.woody))
    rows.append(("Leakage", own.leakage))
    if any(_there(other.sources, other) for other in others):
        rows.append(("Other gases", own.sources))
    rows.append(("Buffer", own.buffer))
    if any(_there(other.discount, other) for other in others):
        rows.append(("Flat discount", own.discount))
    rows += [("Rounding" if all_issued else "Rounding, not issued", own.withheld)]
    walk: list[Step] = []
    level = 0.0
    for label, amount in rows:
        if amount is None:
            level = own.gross
            walk.append(Step(label, 0.0, level, total=True))
        else:
            walk.append(Step(label, level, level + amount))
            level += amount
    walk.append(Step("Units", 0.0, own.units, total=True, whole=True))
    return walk


def _amounts(period: PeriodResult) -> _Amounts:
    """Return the steps apart; those that the results do not name are what is left between two that they name."""
    units = float(period.units_to_issue_t) if period.issuance == "issued" else 0.0
    deduction = period.after_deduction_t_co2e - period.gross_t_co2e
    before = period.after_deduction_t_co2e + period.woody_t_co2e + period.source_terms_t_co2e
    return _Amounts(
        baseline=-period.baseline_change_t_co2e,
        project=period.project_change_t_co2e,
        biochar=period.gross_t_co2e - period.project_change_t_co2e + period.baseline_change_t_co2e,
        gross=period.gross_t_co2e,
        deduction=deduction,
        leakage=-period.leakage_t_co2e,
        woody=period.woody_t_co2e,
        sources=period.source_terms_t_co2e,
        buffer=-period.buffer_t_co2e,
        discount=period.verified_total_t_co2e - (before - period.leakage_t_co2e - period.buffer_t_co2e),
        withheld=units - period.verified_total_t_co2e,
        units=units,
    )


def _there(amount: float, amounts: _Amounts) -> bool:
    return abs(amount) > _NOTHING * max(map(abs, amounts))
