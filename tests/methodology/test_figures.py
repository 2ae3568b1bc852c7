"""A figure is to the last bit the number that bare arithmetic gives, and keeps the terms of sums and multiples."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.methodology.results.figure import Figure, Origin, Term

NUMBERS = st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6)
ON = settings(derandomize=True, deadline=None, database=None, max_examples=100)


def made(value: float, name: str) -> Figure:
    return Figure(value, Origin(terms=(Term(name),)))


@ON
@given(a=NUMBERS, b=NUMBERS, k=NUMBERS)
def test_arithmetic_is_that_of_bare_numbers(a: float, b: float, k: float) -> None:
    x, y = made(a, "x"), made(b, "y")
    pairs = [(x + y, a + b), (x - y, a - b), (x * k, a * k), (k * x, k * a), (x / k, a / k), (x / y, a / b)]
    pairs += [(k - x, k - a), (k + x, k + a), (-x, -a), (x * y, a * b)]
    for figure, number in pairs:
        assert isinstance(figure, Figure)
        assert float(figure) == number


@ON
@given(a=NUMBERS, b=NUMBERS, k=st.floats(0.01, 100))
def test_a_linear_figure_is_the_sum_of_its_terms(a: float, b: float, k: float) -> None:
    values = {"x": a, "y": b}
    figure = (made(a, "x") - made(b, "y")) * k + 3.0
    assert figure.origin.adds_up
    summed = figure.origin.plus + sum(term.factor * values[term.quantity] for term in figure.origin.terms)
    assert summed == pytest.approx(float(figure), rel=1e-12, abs=1e-9)


def test_a_product_is_no_sum_and_a_mean_is_one() -> None:
    x, y = made(2.0, "x"), made(4.0, "y")
    assert not (x * y).origin.adds_up
    assert ((x + y) * 0.5).origin.terms == (Term("x", 0.5), Term("y", 0.5))
    assert Origin.from_json((x - y).origin.as_json()) == (x - y).origin
