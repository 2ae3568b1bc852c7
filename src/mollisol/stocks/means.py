"""Mean stocks by stratum and campaign with their intervals, for the report."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

import numpy as np

from mollisol.methodology.project import Project
from mollisol.methodology.results.figure import Count, Figure, Origin, Term, terms_of_entries
from mollisol.methodology.results.run import StockMean
from mollisol.quantification.averages import by_entry
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.student import t_quantile

_TWO_SIDED_90 = 0.95


def stock_means(project: Project, stocks: UnitStocks) -> tuple[StockMean, ...]:
    """Return the mean stock of each stratum and of its control sites in each campaign, with a 90 % t interval.

    The replicates are sampling units on the project side. On the control side they are the linked control sites, or
    the sampling units of the one control site.
    """
    linked: dict[str, list[str]] = defaultdict(list)
    links = (project.control_links.column(name).values() for name in ("stratum", "control_site"))
    for stratum, site in zip(*links, strict=True):
        linked[stratum].append(site)
    sites_of = {stratum: tuple(sorted(sites)) for stratum, sites in linked.items()}
    means = []
    for campaign, stock in stocks.by_campaign.items():
        members = stocks.members(campaign)
        number = {home: place for place, home in enumerate(members)}
        homes = np.array([number[stocks.home_of[unit]] for unit in stock.index], dtype=np.intp)
        found = by_entry("stocks", np.asarray(stock.value), homes)
        labels = [term.label for term in terms_of_entries(stock)]
        errors = np.sqrt(found.squares / (found.count * np.maximum(found.count - 1.0, 1.0))).tolist()
        levels, counts = found.mean.tolist(), found.count.tolist()

        def of_home(home: str) -> tuple[int, float, float, tuple[Term, ...]]:
            place = number[home]  # noqa: B023
            share = 1.0 / counts[place]  # noqa: B023
            own = tuple(Term(stock.name, share, labels[unit]) for unit in members[home])  # noqa: B023
            return counts[place], levels[place], errors[place], own  # noqa: B023

        of_sites: dict[tuple[str, ...], dict[str, Any]] = {}  # many strata share their control sites
        for stratum in project.strata.column("stratum").values():
            where = {"stratum": stratum, "campaign": campaign}
            if stratum in number:  # a stratum that joined later has no stock in the campaigns before
                means.append(StockMean(scenario="project", **where, **_mean(*of_home(stratum))))
            sites = tuple(site for site in sites_of.get(stratum, ()) if site in number)
            if not sites:
                continue
            if sites not in of_sites:
                of_sites[sites] = _mean(*of_home(sites[0]))
                if len(sites) > 1:
                    own = np.array([levels[number[site]] for site in sites])
                    each = tuple(term.times(1 / len(sites)) for site in sites for term in of_home(site)[3])
                    error = float(np.std(own, ddof=1) / np.sqrt(len(sites)))
                    of_sites[sites] = _mean(len(sites), float(own.mean()), error, each)
            means.append(StockMean(scenario="baseline", **where, **of_sites[sites]))
    return tuple(means)


@cache
def _t(number: int) -> float:
    return float(t_quantile(probability=_TWO_SIDED_90, degrees_of_freedom=number - 1))


def _mean(number: int, level: float, error: float, terms: tuple[Term, ...]) -> dict[str, Any]:
    """Return a mean of replicates with their number, its standard error and its interval."""
    error_from, interval = (
        Origin(words, terms, adds_up=False)
        for words in (
            "standard deviation over the square root of the number of replicates",
            "mean and standard error times t(0.95)",
        )
    )
    half = error * _t(number) if number > 1 else 0.0
    shown = number > 1
    return {
        "sampling_units": Count(number, Origin("number of the replicates", terms, adds_up=False)),
        "mean_t_c_per_ha": Figure(level, Origin("mean over the replicates", terms)),
        "standard_error_t_c_per_ha": Figure(error, error_from) if shown else None,
        "low_t_c_per_ha": Figure(level - half, interval) if shown else None,
        "high_t_c_per_ha": Figure(level + half, interval) if shown else None,
    }
