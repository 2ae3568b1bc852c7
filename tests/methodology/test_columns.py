"""A table in columns: the same as its rows, and no row object before one is asked for."""

from __future__ import annotations

from datetime import date
from importlib.resources import as_file, files

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mollisol.engine import assess_project
from mollisol.methodology.columns import Column, Columns
from mollisol.methodology.measurement import LaboratoryRepeat

ROWS = st.lists(
    st.builds(
        LaboratoryRepeat,
        laboratory_method=st.sampled_from(["dumas", "wet"]),
        batch=st.sampled_from(["b1", "b2", "b3"]),
        sample=st.sampled_from(["s", "t"]),
        soc_g_per_kg=st.none() | st.floats(0.1, 500),
    ),
    max_size=12,
)


@given(rows=ROWS)
def test_rows_come_back_as_they_went_in(rows: list[LaboratoryRepeat]) -> None:
    table = Columns.of(LaboratoryRepeat, rows)
    again = Columns(LaboratoryRepeat, {name: table.column(name) for name in LaboratoryRepeat.model_fields},
                    table.row_numbers)  # fmt: skip
    assert again == tuple(rows)
    assert again.at(range(1, len(rows))) == tuple(rows[1:])


@given(rows=ROWS)
def test_groups_are_those_of_the_rows(rows: list[LaboratoryRepeat]) -> None:
    table = Columns.of(LaboratoryRepeat, rows)
    expected: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        expected.setdefault((row.batch, row.sample), []).append(place)
    assert list(table.groups("batch", "sample").items()) == list(expected.items())
    assert table.distinct("batch", "sample") == {key: places[0] for key, places in expected.items()}


@given(rows=ROWS)
def test_order_is_by_first_appearance_then_by_number(rows: list[LaboratoryRepeat]) -> None:
    given_rows = [row for row in rows if row.soc_g_per_kg is not None]
    names = list(dict.fromkeys(row.batch for row in given_rows))
    expected = sorted(
        range(len(given_rows)),
        key=lambda place: (names.index(given_rows[place].batch), given_rows[place].soc_g_per_kg),
    )
    assert Columns.of(LaboratoryRepeat, given_rows).order("batch", "soc_g_per_kg").tolist() == expected


def test_values_of_a_column() -> None:
    days = Column.of([date(2021, 10, 1), date(2026, 10, 1), date(2021, 10, 1)])
    assert days.days().tolist() == [date(2021, 10, 1), date(2026, 10, 1), date(2021, 10, 1)]
    numbers = Column.of([1.5, None, 1.5])
    assert np.array_equal(numbers.numbers(), [1.5, np.nan, 1.5], equal_nan=True)
    assert numbers.given().tolist() == [True, False, True]


def test_the_check_of_a_sound_project_makes_no_row_object_of_the_cores() -> None:
    with as_file(files("mollisol").joinpath("examples", "woburn-ley")) as folder:
        project = assess_project(folder).passed()[0].project
    assert "rows" not in vars(project.core_increments)
    assert len(project.core_increments.rows) == len(project.core_increments) > 0
