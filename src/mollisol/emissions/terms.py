"""What the sources of a period share: its units with their sites, the potentials, and a scenario to compute in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from mollisol.emissions.factors import FactorBook, Picked, moisture_at, sites_of
from mollisol.emissions.grid import Grid
from mollisol.methodology.activity import SiteConditions
from mollisol.methodology.columns import Columns
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.factors import climate
from mollisol.methodology.project import Project
from mollisol.methodology.trace import Quantity

type Term = Callable[[Scenario], Quantity]

POTENTIALS = {"ch4": "vcs.gwp.methane", "n2o": "vcs.gwp.nitrous-oxide"}


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A source of the boundary with its factors, and its areal mean in a scenario as a function of their ends."""

    id: str
    label: str
    book: FactorBook
    term: Term


@dataclass(frozen=True, slots=True, eq=False)
class UnitsOfPeriod:
    """The quantification units in a verification period, with their sites and areas. [ha]."""

    context: PeriodContext
    grid: Grid
    sites: dict[str, SiteConditions]
    area_ha: Quantity
    potentials: dict[str, Quantity] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """Return the project."""
        return self.context.project

    def book(self) -> FactorBook:
        """Return an empty book for the factors of a source."""
        return FactorBook(self.context.trace)

    def gwp(self, gas: str) -> Quantity:
        """Return the potential of a gas by year, shape (years, 1); looked up where a source needs it."""
        if gas not in self.potentials:
            rule = POTENTIALS[gas]
            newest = self.context.rules.rule_set.rules[rule].value[-1].start
            least = newest if self.project.head.potentials_before_2021 == "AR5" else date.min
            parts = [self.context.trace.rule(rule, max(day, least)) for day in self.grid.days]
            values = np.array([[float(part.value)] for part in parts])
            name = f"{rule.rpartition('.')[2]}_gwp"
            self.potentials[gas] = self.context.arrange(name, values, parts)
        return self.potentials[gas]

    def enter(self, name: str, values: Any, unit: str, rows: Sequence[str]) -> Quantity:
        """Enter an array whose first axis is the years of the period."""
        return self.context.given(name, values, unit, rows, self.grid.labels)

    def zeros(self, name: str, unit: str) -> Quantity:
        """Enter a zero for each year: no table has a row of it."""
        none = np.zeros(len(self.grid.years))
        return self.enter(name, none, unit, ["no row in any table"])

    def same(self, names: Sequence[str]) -> list[list[str]]:
        """Return the same factors for every unit."""
        return [list(names)] * len(self.grid.units)

    def indirect(self, book: FactorBook) -> dict[str, list[str]]:
        """Enter the factors of volatilisation and leaching, by argument and unit."""
        named: dict[str, list[str]] = {}
        for site in (self.sites[unit] for unit in self.grid.units):
            wet, watered = moisture_at(site), site.irrigation
            leached = f"Frac_LEACH / {wet} / irrigation {watered}"
            for argument, name in {
                "volatilised_organic_t_per_t": book.name("Frac_GASM", climate.volatilised_organic),
                "volatilised_factor_t_n2o_n_per_t_n": book.name(
                    f"EF4 / {wet}", climate.volatilised_factor, wet
                ),
                "leached_t_per_t": book.name(leached, climate.leached_share, wet, watered),
                "leached_factor_t_n2o_n_per_t_n": book.name("EF5", climate.leached_factor),
            }.items():
                named.setdefault(argument, []).append(name)
        return named


def units_of_period(context: PeriodContext, grid: Grid) -> UnitsOfPeriod:
    """Return the quantification units in a period."""
    rows = [f"quantification_units.csv:{row}" for row in range(2, len(grid.units) + 2)]
    area = context.given("unit_area_ha", grid.area, "ha", rows, grid.units)
    return UnitsOfPeriod(context, grid, sites_of(context.project), area)


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A scenario with one choice of factors: where a source reads its rows and runs its equations."""

    units: UnitsOfPeriod
    picked: Picked
    name: str

    @property
    def place(self) -> str:
        """Return what stands behind the name of each quantity, before the period."""
        return f".{self.name}{self.picked.end}"

    def enter(self, stem: str, values: Any, unit: str, rows: Sequence[str]) -> Quantity:
        """Enter an array whose first axis is the years of the period."""
        return self.units.enter(f"{stem}{self.place}", values, unit, rows)

    def read(self, stem: str, unit: str, rows: Columns[Any], **layout: Any) -> Quantity:
        """Enter rows of a table as an array (years, units, categories)."""
        values, used = self.units.grid.fill(rows, self.name, **layout)
        return self.enter(stem, values, unit, used or [f"{layout['file']}: no row"])

    def factors(self, argument: str, names: Sequence[str] | Sequence[Sequence[str]]) -> Quantity:
        """Return an argument as an array of named factors."""
        return self.picked.array(f"{argument}.{self.name}", names)

    def compute(self, stem: str, function: Callable[..., Any], **given: Any) -> Quantity:
        """Run an equation."""
        units = self.units
        return units.context.compute(f"{stem}{self.place}", function, index=units.grid.labels, **given)

    def areal(self, stem: str, function: Callable[..., Any], **given: Any) -> Quantity:
        """Run an equation that takes the area of the units."""
        return self.compute(stem, function, area_ha=self.units.area_ha, **given)
