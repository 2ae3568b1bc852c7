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


_ONLY_WHERE_THERE: Final = frozenset({"Biochar carbon", "Trees and shrubs", "Other gases", "Flat discount"})
_TOTALS: Final = frozenset({"Gross change", "Units"})


def steps(period: PeriodResult, periods: Sequence[PeriodResult]) -> list[Step]:
    """Return the steps of a period; all periods get the same rows, so that they can stand side by side."""
    found = [_amounts(other) for other in periods]
    left_out = {label for label in _ONLY_WHERE_THERE if not any(_there(own, label) for own in found)}
    issued = all(other.issuance == "issued" for other in periods)
    walk: list[Step] = []
    level = 0.0
    for label, amount in _amounts(period).items():
        if label in _TOTALS:
            level = amount
            walk.append(Step(label, 0.0, amount, total=True, whole=label == "Units"))
        elif label not in left_out:
            named = label if issued or label != "Rounding" else "Rounding, not issued"
            walk.append(Step(named, level, level + amount))
            level += amount
    return walk


def _amounts(period: PeriodResult) -> dict[str, float]:
    """Return the steps apart; those that the results do not name are what is left between two that they name."""
    units = float(period.units_to_issue_t) if period.issuance == "issued" else 0.0
    before = period.after_deduction_t_co2e + period.woody_t_co2e + period.source_terms_t_co2e
    baseline, project = -period.baseline_change_t_co2e, period.project_change_t_co2e
    return {
        "Baseline change avoided": baseline,
        "Project change": project,
        "Biochar carbon": period.gross_t_co2e - project - baseline,
        "Gross change": period.gross_t_co2e,
        "Uncertainty deduction": period.after_deduction_t_co2e - period.gross_t_co2e,
        "Trees and shrubs": period.woody_t_co2e,
        "Leakage": -period.leakage_t_co2e,
        "Other gases": period.source_terms_t_co2e,
        "Buffer": -period.buffer_t_co2e,
        "Flat discount": period.verified_total_t_co2e
        - (before - period.leakage_t_co2e - period.buffer_t_co2e),
        "Rounding": units - period.verified_total_t_co2e,
        "Units": units,
    }


def _there(amounts: dict[str, float], label: str) -> bool:
    return abs(amounts[label]) > _NOTHING * max(map(abs, amounts.values()))
