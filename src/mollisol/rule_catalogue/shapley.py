"""Share a difference among the things that make it, so that the shares add up to the whole."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial, fsum

MOST_EXACT = 8
"""Up to so many parts every coalition is run (256 runs); above, orders are drawn."""

ORDERS = 32
"""Orders drawn above :data:`MOST_EXACT`; each is walked forward and backward."""

type Measures = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of each part by measure, with how they were made.

    Whatever the method, the shares of a measure add up to its difference, to rounding.
    """

    by_part: dict[str, Measures]
    first: Measures
    last: Measures
    runs: int
    method: str


def shapley_shares(
    parts: Sequence[str], value: Callable[[frozenset[str]], Measures], *, seed: int = 0
) -> Shares:
    """Return each part's mean marginal contribution over all orders of adding the parts.

    Parameters
    ----------
    parts
        Names of what differs.
    value
        The measures with a set of parts taken from the other side; called once for each set.
    seed
        Of the orders, where they are drawn.

    Notes
    -----
    Up to eight parts the mean is over every order, through the sums over coalitions. Above, 32 orders are drawn with
    the seed and each is walked in both directions; within an order the contributions telescope, so that the shares
    add up exactly also then, while each one carries the error of the drawing.
    """
    known: dict[frozenset[str], Measures] = {}

    def measured(coalition: frozenset[str]) -> Measures:
        if coalition not in known:
            known[coalition] = value(coalition)
        return known[coalition]

    everything = frozenset(parts)
    first, last = measured(frozenset()), measured(everything)
    if len(parts) <= MOST_EXACT:
        shares = {part: _exact(part, parts, measured) for part in parts}
        method = f"exact: all {2 ** len(parts)} combinations of {len(parts)} differences"
    else:
        orders = _orders(parts, seed)
        shares = {part: _walked(part, orders, measured) for part in parts}
        method = f"drawn: {len(orders)} orders of {len(parts)} differences, seed {seed}"
    return Shares(by_part=shares, first=first, last=last, runs=len(known), method=method)


def _exact(part: str, parts: Sequence[str], measured: Callable[[frozenset[str]], Measures]) -> Measures:
    others = [other for other in parts if other != part]
    total = factorial(len(parts))
    terms: list[tuple[float, Measures]] = []
    for size in range(len(others) + 1):
        weight = factorial(size) * factorial(len(others) - size) / total
        for chosen in combinations(others, size):
            before = frozenset(chosen)
            terms.append((weight, _less(measured(before | {part}), measured(before))))
    return _weighted(terms)


def _orders(parts: Sequence[str], seed: int) -> list[tuple[str, ...]]:
    draw = random.Random(seed)  # noqa: S311  no secret hangs on it
    orders: list[tuple[str, ...]] = []
    for _ in range(ORDERS):
        order = list(parts)
        draw.shuffle(order)
        orders += [tuple(order), tuple(reversed(order))]
    return orders


def _walked(
    part: str, orders: Sequence[tuple[str, ...]], measured: Callable[[frozenset[str]], Measures]
) -> Measures:
    terms = []
    for order in orders:
        before = frozenset(order[: order.index(part)])
        terms.append((1 / len(orders), _less(measured(before | {part}), measured(before))))
    return _weighted(terms)


def _less(after: Measures, before: Measures) -> Measures:
    return tuple(a - b for a, b in zip(after, before, strict=True))


def _weighted(terms: Sequence[tuple[float, Measures]]) -> Measures:
    width = len(terms[0][1])
    return tuple(fsum(weight * values[place] for weight, values in terms) for place in range(width))
