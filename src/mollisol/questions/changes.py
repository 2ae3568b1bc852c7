"""Whether stocks change as fast as trials have seen: each arm, their difference, by stratum and over the project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.columns import Column
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.questions.grouped import Floats, Grouped, Places
from mollisol.questions.pairs import CONTROLS, Pairs
from mollisol.questions.words.practices import fastest_gain
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.student import t_quantile

SHOWN: Final = 4
_DIFFERENCE: Final = "project minus controls"


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Changes per year of arms, or of differences of two: t C/ha, and the stock at first that they are a share of."""

    names: Sequence[str]
    mean: Floats
    error: Floats
    freedom: Floats
    stock: Floats

    def near(self, confidence: float) -> Floats:
        """Return the near end of the interval of each change, 0 where the interval holds 0."""
        if not self.mean.size:
            return self.mean
        quantile = t_quantile(probability=confidence, degrees_of_freedom=self.freedom)
        return np.maximum(0.0, np.abs(self.mean) - self.error * quantile)

    def beyond(self, near: Floats, tonnes: float, share: float, least: float) -> NDArray[np.bool_]:
        """Return whether even the near end lies beyond a share of the stock, or beyond a change in t C/ha.

        In a soil that holds much, tonnes alone say little: what a laboratory shares in a campaign is a share of the
        stock. A change in tonnes counts from a least share on.
        """
        bound = np.minimum(share * self.stock, np.maximum(tonnes, least * self.stock))
        found: NDArray[np.bool_] = near > bound
        return found

    def at(self, places: Places | slice) -> Rates:
        """Return the rates at some places."""
        names = np.array(self.names, dtype=object)[places].tolist()
        return Rates(names, self.mean[places], self.error[places], self.freedom[places], self.stock[places])

    def __str__(self) -> str:
        words = [
            f"{name} {mean:+.2f} t C/ha a year ({mean / stock if stock > 0 else np.nan:+.1%} of {stock:.1f} t C/ha)"
            for name, mean, stock in zip(
                self.names[:SHOWN], self.mean.tolist(), self.stock.tolist(), strict=False
            )
        ]
        more = f" and {len(self.names) - SHOWN} more" if len(self.names) > SHOWN else ""
        return "; ".join(words) + more


def check_changes(context: Context, stocks: UnitStocks, pairs: Pairs) -> Iterator[Finding]:
    """Yield a finding where stocks change faster than trials have seen."""
    if not {pairs.first, pairs.last} <= set(stocks.by_campaign):
        return
    number = context.rules.number
    warns = number("mollisol.change.warns-t-c"), number("mollisol.change.warns-share")
    refuses = number("mollisol.change.refuses-t-c"), number("mollisol.change.refuses-share")
    still, sure = number("mollisol.change.controls-share"), number("mollisol.change.confidence")
    rates, controls = _rates(context, stocks, pairs)
    near = rates.near(sure)
    fast = rates.beyond(near, *warns, still)
    if fast.any():
        severe = (fast & rates.beyond(near, *refuses, warns[1])).any()
        yield finding(
            "change-implausible",
            Place(file=INCREMENTS, thing=str(pairs)),
            str(rates.at(np.flatnonzero(fast))),
            severity=Severity.REFUSAL if severe else Severity.WARNING,
            warns=warns[0],
            warns_share=warns[1],
            refuses=refuses[0],
            refuses_share=refuses[1],
        )
    share, practices = fastest_gain(context.project)
    gains = np.array([name.startswith(_DIFFERENCE) for name in rates.names]) & (rates.mean > 0) & ~fast
    gains &= near > share * rates.stock
    if gains.any():
        yield finding(
            "change-beyond-practice",
            Place(file=INCREMENTS, thing=str(pairs)),
            str(rates.at(np.flatnonzero(gains))),
            practices=practices,
            share=share,
        )
    moved = np.arange(fast.size) >= fast.size - controls
    moved &= ~fast & (near > still * rates.stock)
    if moved.any():
        yield finding(
            "controls-change-fast",
            Place(file=INCREMENTS, thing=str(pairs)),
            str(rates.at(np.flatnonzero(moved))),
            still=still,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Of groups of sampling units: how many, and mean and sum of squares of their changes, and mean of their stocks."""

    count: Floats
    mean: Floats
    squares: Floats
    stock: Floats

    def together(self, group: Places, size: int, places: Places) -> _Sums:
        """Return groups of groups: ``group`` is the number of the larger one that the group at each place is of."""
        count, mean, squares, stock = (
            values[places] for values in (self.count, self.mean, self.squares, self.stock)
        )
        whole_count = np.bincount(group, count, minlength=size)
        whole, first = (
            np.bincount(group, count * values, minlength=size) / np.maximum(whole_count, 1)
            for values in (mean, stock)
        )
        within = squares + count * (mean - whole[group]) ** 2
        return _Sums(whole_count, whole, np.bincount(group, within, minlength=size), first)

    def rates(self, names: Sequence[str], places: Places | slice = slice(None)) -> Rates:
        """Return the rates at some places; the change of a single unit says nothing."""
        count = self.count[places]
        error = np.full(count.shape, np.inf)
        several = count > 1
        error[several] = np.sqrt(self.squares[places][several] / (count[several] - 1) / count[several])
        return Rates(names, self.mean[places], error, np.maximum(1.0, count - 1.0), self.stock[places])


def _rates(context: Context, stocks: UnitStocks, pairs: Pairs) -> tuple[Rates, int]:
    """Return the rates of differences, arms and all control sites, each whole first, and how many the last are."""
    project = context.project
    before, after = stocks.by_campaign[pairs.first], stocks.by_campaign[pairs.last]
    units, first, last = after.index, before.value, after.value
    if before.index != units:
        position = {unit: number for number, unit in enumerate(before.index)}
        both = [number for number, unit in enumerate(units) if unit in position]
        units = tuple(after.index[number] for number in both)
        first, last = before.value[[position[unit] for unit in units]], after.value[both]
    change = (last - first) / pairs.years
    home = Column.of(map(stocks.home_of.__getitem__, units))
    number = {name: place for place, name in enumerate(home.labels)}
    grouped = Grouped.by(home.codes)
    sums = _Sums(
        grouped.counts.astype(np.float64),
        grouped.means(change),
        grouped.squares(change),
        grouped.means(first),
    )

    names, areas = project.strata.column("stratum").values(), project.strata.column("area_ha").numbers()
    own = np.array([number.get(name, -1) for name in names], dtype=np.intp)
    there = np.flatnonzero(own >= 0)
    arms = sums.rates([f"stratum {names[place]}" for place in there.tolist()], own[there])
    row = {names[place]: arm for arm, place in enumerate(there.tolist())}
    links = (project.control_links.column(name).values() for name in ("stratum", "control_site"))
    linked = [
        (row.get(stratum, -1), number[site]) for stratum, site in zip(*links, strict=True) if site in number
    ]
    arm, site = np.array(linked, dtype=np.intp).reshape(-1, 2).T
    baseline = sums.together(arm[arm >= 0], there.size, site[arm >= 0])
    has = np.flatnonzero(baseline.count)
    control = baseline.rates([], has)
    differences = Rates(
        [f"{_DIFFERENCE} in stratum {names[place]}" for place in there[has].tolist()],
        arms.mean[has] - control.mean,
        np.hypot(arms.error[has], control.error),
        np.minimum(arms.freedom[has], control.freedom),
        arms.stock[has],
    )
    sites = np.unique(site)
    everywhere = sums.together(np.zeros(sites.size, dtype=np.intp), 1, sites).rates([f"all {CONTROLS}"])
    controls = everywhere.at(slice(0, int(sites.size > 0)))
    whole = [_whole("the project", arms, areas[there])] if there.size else []
    if there.size and sites.size and has.size == there.size:
        whole.insert(0, _whole(_DIFFERENCE, differences, areas[there]))
        parts = [whole[0], differences, whole[1], arms, controls]
    else:
        parts = [differences, *whole, arms, controls]
    return _joined(parts), controls.mean.size


def _joined(parts: Sequence[Rates]) -> Rates:
    values = [(part.mean, part.error, part.freedom, part.stock) for part in parts]
    joined = (np.concatenate(column) for column in zip(*values, strict=True))
    return Rates([name for part in parts for name in part.names], *joined)


def _whole(name: str, rates: Rates, areas: Floats) -> Rates:
    """Return the mean over strata by area."""
    share = areas / areas.sum()
    error = np.sqrt(((share * rates.error) ** 2).sum())
    found = (share @ rates.mean, error, rates.freedom.sum(), share @ rates.stock)
    return Rates([name], *(np.array([value]) for value in found))
