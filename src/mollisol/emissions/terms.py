"""What the sources of a period share: the grid, the sites, the potentials and the trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from mollisol.emissions.factors import FactorBook, Picked, moisture_at, sites_of
from mollisol.emissions.grid import Grid
from mollisol.methodology.activity import SiteConditions
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.factors import climate
from mollisol.methodology.trace import Quantity

type Term = Callable[[Picked, str], Quantity]


@dataclass(frozen=True, slots=True)
class Source:
    """A source of the boundary with its factors, and its areal mean in a scenario as a function of their ends."""

    id: str
    label: str
    book: FactorBook
    term: Term
    files: tuple[str, ...]


class Period:
    """A verification period as its sources see it."""

    def __init__(self, context: PeriodContext, grid: Grid) -> None:
        self.context, self.grid = context, grid
        self.project, self.trace, self.rules = context.project, context.trace, context.rules
        self.sites: dict[str, SiteConditions] = sites_of(context.project)
        self.area_ha = context.trace.given(
            f"unit_area_ha@{grid.period}",
            grid.area,
            "ha",
            [f"quantification_units.csv:{row}" for row in range(2, len(grid.units) + 2)],
            grid.units,
        )
        self._potentials: dict[str, Quantity] = {}

    def gwp(self, gas: Literal["methane", "nitrous-oxide"]) -> Quantity:
        """Give the potential of a gas by year, shape (years, 1); looked up where a source needs it."""
        if gas not in self._potentials:
            rule = "vcs.gwp.methane" if gas == "methane" else "vcs.gwp.nitrous-oxide"
            self._potentials[gas] = self._gwp(rule, self.grid.days)
        return self._potentials[gas]

    def _gwp(self, rule: str, days: Sequence[date]) -> Quantity:
        parts = [self.trace.rule(rule, day) for day in days]
        values = np.array([[float(part.value)] for part in parts])
        return self.trace.arrange(f"{rule.rpartition('.')[2]}_gwp@{self.grid.period}", values, parts)

    def given(
        self, stem: str, unit: str, rows: Sequence[Any], scenario: str, at: str, **layout: Any
    ) -> Quantity:
        """Enter rows of a table as an array (years, units, categories)."""
        array, used = self.grid.fill(rows, scenario, **layout)
        name = f"{stem}.{scenario}{at}"
        return self.trace.given(name, array, unit, used or [f"{layout['file']}: no row"], self.grid.labels)

    def compute(
        self, stem: str, function: Callable[..., Any], scenario: str, at: str, **given: Any
    ) -> Quantity:
        """Run an equation for a scenario."""
        return self.trace.compute(f"{stem}.{scenario}{at}", function, index=self.grid.labels, **given)

    def same(self, names: Sequence[str]) -> list[list[str]]:
        """Give the same factors to every unit."""
        return [list(names)] * len(self.grid.units)

    def indirect(self, book: FactorBook) -> dict[str, list[str]]:
        """Enter the factors of volatilisation and leaching, by argument and unit."""
        named: dict[str, list[str]] = {
            "volatilised_synthetic_t_per_t": [],
            "volatilised_organic_t_per_t": [],
            "volatilised_factor_t_n2o_n_per_t_n": [],
            "leached_t_per_t": [],
            "leached_factor_t_n2o_n_per_t_n": [],
        }
        for unit in self.grid.units:
            site = self.sites[unit]
            wet = moisture_at(site)
            entries = {
                "volatilised_synthetic_t_per_t": book.name("Frac_GASF", climate.volatilised_synthetic),
                "volatilised_organic_t_per_t": book.name("Frac_GASM", climate.volatilised_organic),
                "volatilised_factor_t_n2o_n_per_t_n": book.name(
                    f"EF4 / {wet}", climate.volatilised_factor, wet
                ),
                "leached_t_per_t": book.name(
                    f"Frac_LEACH / {wet} / irrigation {site.irrigation}",
                    climate.leached_share,
                    wet,
                    site.irrigation,
                ),
                "leached_factor_t_n2o_n_per_t_n": book.name("EF5", climate.leached_factor),
            }
            for argument, name in entries.items():
                named[argument].append(name)
        return named


def no_rows(of: Period, name: str, unit: str) -> Quantity:
    """Enter a zero for each year: no table has a row of it."""
    zeros = np.zeros(len(of.grid.years))
    return of.trace.given(f"{name}@{of.grid.period}", zeros, unit, ["no row in any table"], of.grid.labels)
