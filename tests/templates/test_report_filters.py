"""How values are written, and what a figure may hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mollisol.methodology.base import Interval
from mollisol.templates import filters
from mollisol.templates.monitoring_report.traced import anchors_of, shown_of, traced_groups
from mollisol.templates.svg import UnsafeSvgError, checked

T = "\u202f"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 4, "0"),
        (-0.0, 4, "0"),
        (1.0, 4, "1.000"),
        (-0.371, 4, "−0.3710"),
        (12345.678, 4, f"12{T}346"),
        (1234567.0, 4, f"1{T}234{T}567"),
        (0.00001234, 4, "1.234\u00a0×\u00a010⁻⁵"),
        (-2.5e16, 3, "−2.50\u00a0×\u00a010¹⁶"),
        (math.nan, 4, "not defined"),
        (math.inf, 4, "∞"),
        (-math.inf, 4, "−∞"),
    ],
)
def test_number(value: float, digits: int, text: str) -> None:
    assert filters.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (15.0, "15"),
        (0.35, "0.35"),
        (2 / 3, "0.666667"),
        (100.0, "100"),
        (-1.5, "−1.5"),
        (250000.0, f"250{T}000"),
    ],
)
def test_plain(value: float, text: str) -> None:
    assert filters.plain(value) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(-0.04, 1, "0.0"), (1234.56, 1, f"1{T}234.6"), (math.nan, 1, "not defined")],
)
def test_fixed(value: float, decimals: int, text: str) -> None:
    assert filters.fixed(value, decimals) == text


@pytest.mark.parametrize(
    ("values", "decimals"),
    [([], 1), ([0.0, None], 1), ([12345.0], 1), ([47.1, -3.0], 2), ([0.512], 4), ([math.inf], 1)],
)
def test_decimals_show_four_figures_of_the_largest(values: list[float | None], decimals: int) -> None:
    assert filters.decimals_for(values) == decimals


@given(st.floats())
def test_no_number_is_ever_written_as_nan(value: float) -> None:
    written = [filters.number(value), filters.plain(value), filters.fixed(value, 2)]
    assert not any("nan" in text or "inf" in text or text.startswith("-") for text in written)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_exact_form_reads_back(value: float) -> None:
    assert float(filters.exact(value)) == value


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(1978, 1, 1), date(1982, 12, 31), "1978–1982"),
        (date(1978, 1, 1), date(1978, 12, 31), "1978"),
        (date(1978, 10, 1), date(1979, 9, 30), "1\u00a0Oct\u00a01978 – 30\u00a0Sep\u00a01979"),
    ],
)
def test_span(start: date, end: date, text: str) -> None:
    assert filters.span(Interval(start=start, end=end)) == text


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("1", ""),
        ("t CO2e/ha", "t CO₂e/ha"),
        ("CH4", "CH₄"),
        ("(t CO2e/ha)2", "(t CO₂e/ha)²"),
        ("g/cm3", "g/cm³"),
    ],
)
def test_unit(unit: str, text: str) -> None:
    assert filters.unit(unit) == text


@given(st.text())
def test_css_text_cannot_leave_its_quotes(text: str) -> None:
    assert not set(filters.css_text(text)[1:-1]) & set("\"'<>\n\r;{}()")


def test_odds_are_said_in_words() -> None:
    assert filters.odds(0.667) == filters.odds(2 / 3) == "two chances in three"
    assert filters.odds(0.9) == "a probability of 0.900"


@pytest.mark.parametrize(
    ("svg", "word"),
    [
        ("<svg ><script>x</script></svg>", "script"),
        ('<svg onload="x"></svg>', "onload"),
        ("<svg ><foreignObject></foreignObject></svg>", "foreignObject"),
        ('<svg ><use href="https://example.org/a.svg#x"/></svg>', "refer to"),
        ('<svg ><path style="fill: url(https://example.org/a)"/></svg>', "outside"),
        ("<svg ><!DOCTYPE x></svg>", "DOCTYPE"),
        ("<svg ><![CDATA[x]]></svg>", "CDATA"),
        ("<svg ><!-- x --></svg>", "--"),
        ("<svg ><title><g onload='x'></g></title></svg>", "onload"),
        ("<svg ><title><script>x</script></title></svg>", "script"),
        ("<p>x</p>", "one svg element"),
        ("<svg ></svg><script></script></svg>", "script"),
    ],
)
def test_a_figure_that_does_more_than_draw_is_refused(svg: str, word: str) -> None:
    with pytest.raises(UnsafeSvgError, match=word):
        checked(svg)


def test_a_figure_that_only_draws_passes() -> None:
    svg = '<svg viewBox="0 0 1 1"><g clip-path="url(#c)"><path d="M0 0"/><use xlink:href="#c"/></g></svg>'
    assert checked(svg) == svg


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("s_field", "spread between fields"),
        ("s_field[1]", "spread between fields, group 2"),
        ("k-hat", "importance weights"),
        ("laboratory batch", "laboratory batch"),
    ],
)
def test_names_of_the_code_are_words_in_the_report(name: str, words: str) -> None:
    assert filters.component(name) == words


def test_the_largest_rows_stand_in_their_order() -> None:
    """By hand: of 3, -9, 1, 5 the two largest whatever their sign are -9 and 5."""
    rows = [SimpleNamespace(size=size) for size in (3.0, -9.0, None, 5.0)]
    assert [row.size for row in filters.largest(rows, 2, "size")] == [-9.0, 5.0]
    assert filters.largest(rows, None, "size") == filters.largest(rows, 4, "size") == rows


class Read(Sequence[float]):
    """A list of a bundle that is read piece by piece, as one of more than a thousand entries is."""

    def __len__(self) -> int:
        return 5000

    def __getitem__(self, place: Any) -> Any:
        return [0.5 * n for n in range(5000)][place]


def test_a_list_that_is_read_piece_by_piece_is_shortened_like_any_other() -> None:
    item = {
        "name": "a@1",
        "value": Read(),
        "unit": "t",
        "equation": "x",
        "inputs": {},
        "rules": [],
        "rows": [],
    }
    shown = shown_of([item | {"index": []}])
    (group,) = traced_groups(shown, anchors_of(shown))
    assert group.quantities[0].value.first == (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
    assert group.quantities[0].value.count == 5000
