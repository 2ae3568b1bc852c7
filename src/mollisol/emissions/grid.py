"""Lay activity rows over units and project years: arrays with their rows, for one verification period."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.base import DomainObject
from mollisol.methodology.checks.periods import anniversary, whole_years
from mollisol.methodology.columns import Columns
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.eligibility.schedule import mapped_year
from mollisol.methodology.land.covered import look_back_years, periods_of_units, starts_of_units
from mollisol.methodology.project import Project, VerificationPeriod

type Floats = NDArray[np.float64]

FIRST_ROW = 2


def years_of_units(project: Project) -> dict[str, set[int]]:
    """Return, for each unit, the calendar years in which a year of a period that covers it begins."""
    periods = periods_of_units(project)
    shared = {id(own): years_of_periods(own) for own in {id(own): own for own in periods.values()}.values()}
    return {unit: shared[id(own)] for unit, own in periods.items()}


def project_years(project: Project) -> set[int]:
    """Return the calendar years in which a project year of any verification period begins."""
    return years_of_periods(project.head.verification_periods)


def years_of_periods(periods: Iterable[VerificationPeriod]) -> set[int]:
    """Return the calendar years in which a year of some verification periods begins."""
    return {
        anniversary(period.during.start, number).year
        for period in periods
        for number in range(whole_years(period.during) or 0)
    }


@dataclass(frozen=True, slots=True)
class Grid:
    """The units and project years of a verification period.

    A year is named by the calendar year in which it begins; ``days`` are its first days.
    """

    period: str
    units: tuple[str, ...]
    area: Floats
    years: tuple[int, ...]
    days: tuple[date, ...]
    history: dict[str, tuple[int, ...]]

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the years as labels of a trace."""
        return tuple(map(str, self.years))

    def fill[Row: DomainObject](
        self,
        rows: Columns[Row],
        scenario: str,
        *,
        file: str,
        categories: Sequence[Hashable],
        category: Callable[[Row], Hashable],
        value: Callable[[Row], float],
        absent: float = 0.0,
    ) -> tuple[Floats, list[str]]:
        """Return an array (years, units, categories) and the rows it was read from.

        Parameters
        ----------
        rows
            All rows of a table, in the order of the file.
        scenario
            Baseline rows are taken by the year of the look-back that the project year repeats.
        file
            For the row references.
        categories, category, value
            The last axis, and what a row has on it. Rows of one place add up.
        absent
            Where no row is.
        """
        sums: dict[tuple[str, int, Hashable], float] = {}
        lines: dict[tuple[str, int, Hashable], list[int]] = {}
        for number, row in rows.numbered_rows:
            entry: Any = row
            if getattr(entry, "scenario", scenario) != scenario:
                continue
            key = (entry.quantification_unit, entry.year, category(row))
            sums[key] = sums.get(key, 0.0) + value(row)
            lines.setdefault(key, []).append(number)
        array = np.full((len(self.years), len(self.units), len(categories)), absent)
        used: set[int] = set()
        for place, year in enumerate(self.years):
            for column, unit in enumerate(self.units):
                own = self.history[unit][place] if scenario == "baseline" else year
                for depth, kind in enumerate(categories):
                    if (unit, own, kind) in sums:
                        array[place, column, depth] = sums[unit, own, kind]
                        used.update(lines[unit, own, kind])
        return array, [f"{file}:{number}" for number in sorted(used)]


def grid_of(context: PeriodContext) -> Grid:
    """Return the grid of a verification period."""
    project, period = context.project, context.period
    units = project.quantification_units
    days = tuple(anniversary(period.during.start, number) for number in range(context.years))
    starts, lengths, history = starts_of_units(project), look_back_years(project), {}
    for unit in units:
        start = starts[unit.quantification_unit].year
        length = max(1, lengths[unit.quantification_unit])
        history[unit.quantification_unit] = tuple(
            start + mapped_year(day.year - start + 1, length) for day in days
        )
    return Grid(
        period=period.name,
        units=tuple(unit.quantification_unit for unit in units),
        area=np.array([unit.area_ha for unit in units]),
        years=tuple(day.year for day in days),
        days=days,
        history=history,
    )
