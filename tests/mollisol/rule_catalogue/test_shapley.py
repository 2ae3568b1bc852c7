"""Shares that add up, against games whose shares are known by hand."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.rule_catalogue.shapley import MOST_EXACT, Measures, shapley_shares


def test_the_glove_game() -> None:
    """One left glove and two right ones: shares 2/3, 1/6, 1/6 (hand arithmetic over the six orders)."""

    def value(parts: frozenset[str]) -> Measures:
        return (1.0 if "left" in parts and parts & {"right1", "right2"} else 0.0,)

    shares = shapley_shares(["left", "right1", "right2"], value)
    assert shares.by_part["left"][0] == pytest.approx(2 / 3, abs=1e-15)
    assert shares.by_part["right1"][0] == pytest.approx(1 / 6, abs=1e-15)
    assert shares.by_part["right2"][0] == pytest.approx(1 / 6, abs=1e-15)
    assert shares.runs == 8


def test_two_factors_share_their_product_evenly() -> None:
    """The product a*b from (1, 1) to (3, 5): a first adds 2, last 10; b first 4, last 12 (hand)."""

    def value(parts: frozenset[str]) -> Measures:
        return ((3.0 if "a" in parts else 1.0) * (5.0 if "b" in parts else 1.0),)

    shares = shapley_shares(["a", "b"], value)
    assert (shares.by_part["a"][0], shares.by_part["b"][0]) == (6.0, 8.0)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(0.1, 5.0), min_size=1, max_size=MOST_EXACT + 3),
    st.integers(0, 5),
)
def test_the_shares_add_up_also_when_orders_are_drawn(factors: list[float], seed: int) -> None:
    names = [f"f{number}" for number in range(len(factors))]

    def value(parts: frozenset[str]) -> Measures:
        chosen = [factor for name, factor in zip(names, factors, strict=True) if name in parts]
        return (prod(chosen), float(len(chosen)))

    shares = shapley_shares(names, value, seed=seed)
    for place in range(2):
        whole = shares.last[place] - shares.first[place]
        total = sum(of[place] for of in shares.by_part.values())
        assert total == pytest.approx(whole, rel=1e-9, abs=1e-9)
    assert all(of[1] == pytest.approx(1.0) for of in shares.by_part.values()), (
        "each adds one, in whatever order"
    )
    assert ("exact" in shares.method) == (len(factors) <= MOST_EXACT)


def test_without_differences_there_is_nothing_to_share() -> None:
    shares = shapley_shares([], lambda _: (7.0,))
    assert shares.by_part == {}
    assert shares.first == shares.last == (7.0,)
