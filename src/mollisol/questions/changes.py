"""Whether stocks change as fast as trials have seen: each arm, their difference, by stratum and over the project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.questions.pairs import CONTROLS, Floats, Pairs
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.student import t_quantile

SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Rate:
    """The change per year of an arm, or of the difference of two: t C/ha, and as a share of the stock at first."""

    name: str
    mean: float
    error: float
    freedom: float
    stock: float

    def near(self, confidence: float) -> float:
        """Return the near end of the interval of the change, 0 where the interval holds 0."""
        half = self.error * float(t_quantile(probability=confidence, degrees_of_freedom=self.freedom))
        return max(0.0, abs(self.mean) - half)

    def beyond(self, tonnes: float, share: float, least: float, confidence: float) -> bool:
        """Return whether even the near end lies beyond a share of the stock, or beyond a change in t C/ha.

        In a soil that holds much, tonnes alone say little: what a laboratory shares in a campaign is a share of the
        stock. A change in tonnes counts from a least share on.
        """
        return self.near(confidence) > min(share * self.stock, max(tonnes, least * self.stock))

    def __str__(self) -> str:
        share = self.mean / self.stock if self.stock > 0 else float("nan")
        return f"{self.name} {self.mean:+.2f} t C/ha a year ({share:+.1%} of {self.stock:.1f} t C/ha)"


def check_changes(context: Context, stocks: UnitStocks, pairs: Pairs) -> Iterator[Finding]:
    """Yield a finding where stocks change faster than trials have seen."""
    if not {pairs.first, pairs.last} <= set(stocks.by_campaign):
        return
    number = context.rules.number
    warns = number("mollisol.change.warns-t-c"), number("mollisol.change.warns-share")
    refuses = number("mollisol.change.refuses-t-c"), number("mollisol.change.refuses-share")
    still, sure = number("mollisol.change.controls-share"), number("mollisol.change.confidence")
    arms, controls, differences = _rates(context, stocks, pairs)
    fast = [rate for rate in [*differences, *arms, *controls] if rate.beyond(*warns, still, sure)]
    if fast:
        severe = any(rate.beyond(*refuses, warns[1], sure) for rate in fast)
        yield finding(
            "change-implausible",
            Place(file=INCREMENTS, thing=str(pairs)),
            _words(fast),
            severity=Severity.REFUSAL if severe else Severity.WARNING,
            warns=warns[0],
            warns_share=warns[1],
            refuses=refuses[0],
            refuses_share=refuses[1],
        )
    moved = [rate for rate in controls if rate not in fast and rate.near(sure) > still * rate.stock]
    if moved:
        yield finding(
            "controls-change-fast",
            Place(file=INCREMENTS, thing=str(pairs)),
            _words(moved),
            still=still,
        )


def _words(rates: Sequence[Rate]) -> str:
    more = f" and {len(rates) - SHOWN} more" if len(rates) > SHOWN else ""
    return "; ".join(map(str, rates[:SHOWN])) + more


def _rates(context: Context, stocks: UnitStocks, pairs: Pairs) -> tuple[list[Rate], list[Rate], list[Rate]]:
    """Return the rates of the strata, of all control sites and of the differences, each whole first."""
    project = context.project
    before, after = stocks.by_campaign[pairs.first], stocks.by_campaign[pairs.last]
    position = {unit: number for number, unit in enumerate(before.index)}
    both = [number for number, unit in enumerate(after.index) if unit in position]
    first = before.value[[position[after.index[number]] for number in both]]
    pairs_of_units = np.stack([first, (after.value[both] - first) / pairs.years], axis=1)
    places: dict[str, list[int]] = defaultdict(list)
    for place, number in enumerate(both):
        places[stocks.home_of[after.index[number]]].append(place)
    of = {home: pairs_of_units[inner] for home, inner in places.items()}
    linked: dict[str, list[str]] = defaultdict(list)
    for link in project.control_links:
        if link.control_site in of:
            linked[link.stratum].append(link.control_site)
    arms, differences, areas = [], [], []
    for stratum in project.strata:
        if stratum.stratum not in of:
            continue
        arm = _rate(f"stratum {stratum.stratum}", of[stratum.stratum])
        arms.append(arm)
        areas.append(stratum.area_ha)
        sites = linked[stratum.stratum]
        if sites:
            control = _rate("", np.concatenate([of[site] for site in sites]))
            differences.append(_less(f"project minus controls in stratum {stratum.stratum}", arm, control))
    whole_arm = _whole("the project", arms, areas)
    sites = sorted({site for names in linked.values() for site in names})
    all_controls = [_rate(f"all {CONTROLS}", np.concatenate([of[site] for site in sites]))] if sites else []
    if whole_arm and all_controls and len(differences) == len(arms):
        differences.insert(0, _whole("project minus controls", differences, areas)[0])
    return [*whole_arm, *arms], all_controls, differences


def _rate(name: str, values: Floats) -> Rate:
    stock, change = values.T
    count = change.size
    error = float(change.std(ddof=1) / np.sqrt(count)) if count > 1 else float("inf")
    return Rate(name, float(change.mean()), error, max(1.0, count - 1.0), float(stock.mean()))


def _less(name: str, arm: Rate, control: Rate) -> Rate:
    return Rate(
        name,
        arm.mean - control.mean,
        float(np.hypot(arm.error, control.error)),
        min(arm.freedom, control.freedom),
        arm.stock,
    )


def _whole(name: str, rates: Sequence[Rate], areas: Sequence[float]) -> list[Rate]:
    """Return the mean over strata by area; nothing where there is no stratum."""
    if not rates:
        return []
    share = np.array(areas) / sum(areas)
    error = float(np.sqrt(sum((share[n] * rate.error) ** 2 for n, rate in enumerate(rates))))
    mean, stock = (float(share @ [getattr(rate, part) for rate in rates]) for part in ("mean", "stock"))
    return [Rate(name, mean, error, sum(rate.freedom for rate in rates), stock)]
