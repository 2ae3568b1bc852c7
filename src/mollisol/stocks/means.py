"""Mean stocks by stratum and campaign with their intervals, for the report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from mollisol.methodology.project import Project
from mollisol.methodology.results.figure import Count, Figure, entries, mean
from mollisol.methodology.results.run import StockMean
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.student import t_quantile

_TWO_SIDED_90 = 0.95
_INTERVAL = "mean and standard error times t(0.95)"


def stock_means(project: Project, stocks: UnitStocks) -> tuple[StockMean, ...]:
    """Return the mean stock of each stratum and of its control sites in each campaign, with a 90 % t interval.

    The replicates are sampling units on the project side. On the control side they are the linked control sites, or
    the sampling units of the one control site.
    """
    linked: dict[str, list[str]] = defaultdict(list)
    for link in project.control_links:
        linked[link.stratum].append(link.control_site)
    means = []
    for campaign, stock in stocks.by_campaign.items():
        of_home: dict[str, list[Figure]] = defaultdict(list)
        for unit, value in zip(stock.index, entries(stock), strict=True):
            of_home[stocks.home_of[unit]].append(value)
        of_sites: dict[tuple[str, ...], dict[str, Any]] = {}  # many strata share their control sites
        for stratum in project.strata.column("stratum").values():
            if of_home[stratum]:  # a stratum that joined later has no stock in the campaigns before
                own = _mean(of_home[stratum])
                means.append(StockMean(stratum=stratum, scenario="project", campaign=campaign, **own))
            sites = tuple(site for site in sorted(linked[stratum]) if of_home[site])
            if not sites:
                continue
            if sites not in of_sites:
                groups = [of_home[site] for site in sites]
                of_sites[sites] = _mean([mean(group) for group in groups] if len(groups) > 1 else groups[0])
            shared = of_sites[sites]
            means.append(StockMean(stratum=stratum, scenario="baseline", campaign=campaign, **shared))
    return tuple(means)


@cache
def _t(number: int) -> float:
    return float(t_quantile(probability=_TWO_SIDED_90, degrees_of_freedom=number - 1))


def _mean(values: Sequence[Figure]) -> dict[str, Any]:
    """Return the mean of replicates with their number, its standard error and its interval."""
    level, number = mean(values), len(values)
    error = half = None
    if number > 1:
        error = float(np.std(values, ddof=1) / np.sqrt(number))
        half = error * _t(number)
    by_side = level.origin

    def made_of(value: float | None, words: str) -> Figure | None:
        return None if value is None else Figure(value, replace(by_side, words=words, adds_up=False))

    words = "standard deviation over the square root of the number of replicates"
    return {
        "sampling_units": Count(number, replace(by_side, words="number of the replicates", adds_up=False)),
        "mean_t_c_per_ha": level,
        "standard_error_t_c_per_ha": made_of(error, words),
        "low_t_c_per_ha": made_of(None if half is None else level - half, _INTERVAL),
        "high_t_c_per_ha": made_of(None if half is None else level + half, _INTERVAL),
    }
