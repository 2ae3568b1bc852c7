"""The moment form as a function of the stocks of points: what it would be without some, or with others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.control_sites import control_groups
from mollisol.methodology.context import Context
from mollisol.methodology.project import VerificationPeriod
from mollisol.methodology.units import CO2E_PER_C
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.student import t_quantile

type Floats = NDArray[np.float64]
type Places = NDArray[np.intp]

FEWEST = 2
"""Replicates of a group below which its spread, and so a credit, cannot be computed."""


@dataclass(frozen=True, slots=True)
class Total:
    """Project minus control sites over the area and all periods: the mean, its standard error, and what is credited.

    In t CO2e, before buffer and leakage; the errors of the periods are added as if they were one.
    """

    mean_t: float
    error_t: float
    credited_t: float


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """The changes of a period that are averaged: sampling units in strata, control sites or their units in groups.

    Parameters
    ----------
    change
        Of each replicate. [t CO2e/ha]
    lever
        What one t CO2e/ha more in the mean of its group adds to the project. [ha]
    group, names
        The number of its group, and what it is called.
    """

    change: Floats
    lever: Floats
    group: Places
    names: tuple[str, ...]

    @property
    def counts(self) -> Places:
        """Return the number of replicates of each group."""
        return np.bincount(self.group)

    def fall_without(self) -> Floats:
        """Return by how much the mean would fall without each replicate, others held. [t CO2e]; NaN if it is alone."""
        count = self.counts
        mean = np.bincount(self.group, self.change) / count
        alone = count[self.group] < FEWEST
        rest = np.where(alone, np.nan, count[self.group] - 1.0)
        return self.lever * (self.change - mean[self.group]) / rest


class Credit:
    """What a project is credited by the moment form, as a function of the stocks of its points."""

    def __init__(self, context: Context, stocks: UnitStocks) -> None:
        project = context.project
        self.points = tuple(point.point for point in project.sample_points)
        self.home = tuple(point.stratum or point.control_site or "" for point in project.sample_points)
        self.unit = tuple(point.sampling_unit for point in project.sample_points)
        self.place = {name: number for number, name in enumerate(self.points)}
        self._units = tuple(dict.fromkeys(zip(self.home, self.unit, strict=True)))
        number = {unit: n for n, unit in enumerate(self._units)}
        self._unit_of = np.array([number[key] for key in zip(self.home, self.unit, strict=True)])
        self._areas = {stratum.stratum: stratum.area_ha for stratum in project.strata}
        self._groups = control_groups(project) if project.measured_controls else {}
        self._periods = tuple(project.head.verification_periods)
        anew = any(campaign.drawn_anew for campaign in project.head.campaigns)
        if len(project.fields) or anew or any(period.units for period in self._periods):
            self._periods = ()  # each period has land or pairs of its own, which this short form does not know
        self._confidence = context.rules.number("programme.deduction.confidence")
        self.stocks: dict[str, Floats] = {}
        for campaign, quantity in stocks.points_by_campaign.items():
            values = np.full(len(self.points), np.nan)
            values[[self.place[name] for name in quantity.index]] = quantity.value
            self.stocks[campaign] = values
        self.whole = self.total()

    def total(self, stocks: Mapping[str, Floats] | None = None, out: Places | None = None) -> Total | None:
        """Return the total with other stocks of some campaigns, or without some points; None where there is none."""
        parts = [self._of_period(period, stocks or {}, out) for period in self._periods]
        known = [part for part in parts if part is not None]
        if not known or len(known) < len(parts):
            return None
        return Total(
            *(sum(getattr(part, name) for part in known) for name in ("mean_t", "error_t", "credited_t"))
        )

    def effect_t(self, stocks: Mapping[str, Floats] | None = None, out: Places | None = None) -> float | None:
        """Return by how much the credit would fall with other stocks, or without some points, in t CO2e."""
        other = self.total(stocks, out)
        return None if other is None or self.whole is None else self.whole.credited_t - other.credited_t

    def replicates(
        self, period: VerificationPeriod, stocks: Mapping[str, Floats], out: Places | None = None
    ) -> Replicates | None:
        """Return the replicates of a period; None where a stratum or its control sites have none."""
        by_home = self.changes_of_units(period, stocks, out)
        sites = {strata: [s for s in names if s in by_home] for strata, names in self._groups.items()}
        lever: list[float] = []
        rows: list[tuple[int, str, float]] = []
        for stratum, area in self._areas.items():
            rows += [(len(lever), unit, value) for unit, value in by_home.get(stratum, [])]
            lever.append(area)
        for strata, names in sites.items():
            if len(names) > 1:
                means = [(name, float(np.mean([value for _, value in by_home[name]]))) for name in names]
            else:
                means = [pair for name in names for pair in by_home[name]]
            rows += [(len(lever), name, value) for name, value in means]
            lever.append(-sum(self._areas[stratum] * _share(stratum, strata, sites) for stratum in strata))
        group = np.array([row[0] for row in rows], dtype=np.intp)
        linked = {stratum for strata, names in sites.items() if names for stratum in strata}
        if not self._areas.keys() <= linked or not self._areas.keys() <= by_home.keys():
            return None
        return Replicates(
            np.array([row[2] for row in rows]), np.array(lever)[group], group, tuple(row[1] for row in rows)
        )

    def changes_of_units(
        self,
        period: VerificationPeriod,
        stocks: Mapping[str, Floats] | None = None,
        out: Places | None = None,
    ) -> dict[str, list[tuple[str, float]]]:
        """Return the change of each sampling unit by its stratum or control site; nothing of a period not sampled."""
        both = {**self.stocks, **(stocks or {})}
        if not {period.first_campaign, period.last_campaign} <= both.keys():
            return {}
        change = CO2E_PER_C * (both[period.last_campaign] - both[period.first_campaign])
        there = ~np.isnan(change)
        if out is not None:
            there[out] = False
        count = np.bincount(self._unit_of[there], minlength=len(self._units))
        total = np.bincount(self._unit_of[there], change[there], minlength=len(self._units))
        by_home: dict[str, list[tuple[str, float]]] = {}
        for number in np.flatnonzero(count).tolist():
            home, unit = self._units[number]
            by_home.setdefault(home, []).append((unit, float(total[number] / count[number])))
        return by_home

    def _of_period(
        self, period: VerificationPeriod, stocks: Mapping[str, Floats], out: Places | None
    ) -> Total | None:
        """Return mean, error and what is credited of a period (Eqs. 70, 71 and 74, corrected form)."""
        one = self.replicates(period, stocks, out)
        if one is None:
            return None
        count = one.counts
        there = count > 0
        if (count[there] < FEWEST).any():
            return None
        mean = np.bincount(one.group, one.change) / np.maximum(count, 1)
        apart = one.change - mean[one.group]
        lever = np.zeros(count.size)
        lever[one.group] = one.lever
        freedom = (count[there] - 1).astype(np.float64)
        terms = lever[there] ** 2 * np.bincount(one.group, apart**2)[there] / freedom / count[there]
        total, error = float(lever @ mean), float(np.sqrt(terms.sum()))
        if error == 0:
            return Total(total, 0.0, total)
        quantile = t_quantile(
            probability=self._confidence,
            degrees_of_freedom=satterthwaite(variances=terms, degrees_of_freedom=freedom),
        )
        return Total(total, error, total - float(quantile) * error)

    def groups_of(self, stratum: str) -> list[tuple[int, int]]:
        """Return number and size of each group of control sites that stands for a stratum."""
        numbered = enumerate(self._groups.items(), start=len(self._areas))
        return [(number, len(sites)) for number, (strata, sites) in numbered if stratum in strata]

    @property
    def periods(self) -> tuple[VerificationPeriod, ...]:
        """Return the verification periods."""
        return self._periods


def _share(stratum: str, strata: tuple[str, ...], sites: Mapping[tuple[str, ...], list[str]]) -> float:
    """Return the share that a group has of the sites that stand for a stratum."""
    every = sum(len(names) for linked, names in sites.items() if stratum in linked)
    return len(sites[strata]) / every if every else 0.0
