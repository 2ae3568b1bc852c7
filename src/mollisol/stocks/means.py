"""Mean stocks by stratum and campaign with their intervals, for the report."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

import numpy as np

from mollisol.methodology.project import Project
from mollisol.methodology.results.run import StockMean
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.student import t_quantile

_TWO_SIDED_90 = 0.95


def stock_means(project: Project, stocks: UnitStocks) -> tuple[StockMean, ...]:
    """Mean stock of each stratum and of its linked control sites in each campaign, with a 90 % t interval.

    The replicates are sampling units on the project side. On the control side they are the linked control sites, or
    the sampling units of the one control site.
    """
    linked: dict[str, list[str]] = defaultdict(list)
    for link in project.control_links:
        linked[link.stratum].append(link.control_site)
    means = []
    for campaign, stock in stocks.by_campaign.items():
        of_home: dict[str, list[float]] = defaultdict(list)
        for unit, value in zip(stock.index, stock.value, strict=True):
            of_home[stocks.home_of[unit]].append(float(value))
        for stratum in (item.stratum for item in project.strata):
            means.append(_mean(stratum, "project", campaign, of_home[stratum]))
            sites = sorted(linked[stratum])
            if not sites:
                continue
            control = (
                [float(np.mean(of_home[site])) for site in sites] if len(sites) > 1 else of_home[sites[0]]
            )
            means.append(_mean(stratum, "baseline", campaign, control))
    return tuple(means)


def _mean(
    stratum: str, scenario: Literal["project", "baseline"], campaign: str, values: list[float]
) -> StockMean:
    mean, count = float(np.mean(values)), len(values)
    error = half = None
    if count > 1:
        error = float(np.std(values, ddof=1) / np.sqrt(count))
        half = error * float(t_quantile(probability=_TWO_SIDED_90, degrees_of_freedom=count - 1))
    return StockMean(
        stratum=stratum,
        scenario=scenario,
        campaign=campaign,
        sampling_units=count,
        mean_t_c_per_ha=mean,
        standard_error_t_c_per_ha=error,
        low_t_c_per_ha=None if half is None else mean - half,
        high_t_c_per_ha=None if half is None else mean + half,
    )
