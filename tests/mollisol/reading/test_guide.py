"""The guide of the tables says what a column is, as its name, its type and the examples have it."""

from __future__ import annotations

import csv
import io
import tomllib
from importlib.resources import files

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.methodology.measurement import CoreIncrement
from mollisol.reading.guide import guide_of, unit_of
from mollisol.reading.project import TABLES
from mollisol.reading.tables import read_table


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("soc_g_per_kg", "g/kg"),
        ("fine_soil_density_g_per_cm3", "g/cm3"),
        ("area_ha", "ha"),
        ("longitude_deg", "deg"),
        ("synthetic_n_kg_per_ha", "kg/ha"),
        ("organic_carbon_fraction", "fraction"),
        ("sampled_on", ""),
        ("point", ""),
    ],
)
def test_the_unit_is_what_the_name_ends_with(column: str, unit: str) -> None:
    assert unit_of(column) == unit


def test_a_table_of_measured_soil() -> None:
    rows = {row.column: row for row in guide_of("core_increments.csv", CoreIncrement)}
    carbon = rows["soc_g_per_kg"]
    assert (carbon.unit, carbon.allowed, carbon.needed) == ("g/kg", "number, 0 or more, up to 580", True)
    assert float(carbon.example) > 0
    assert rows["sampled_on"].allowed == "day, as 2026-11-21"
    assert not rows["ph_in_water"].needed


def test_every_column_of_every_table_says_what_is_allowed() -> None:
    for table in TABLES:
        for row in guide_of(table.file, table.row_type):
            assert row.allowed, (table.file, row.column)


def test_the_command_prints_one_line_a_column() -> None:
    done = CliRunner().invoke(app, ["schema", "strata.csv"])
    assert done.exit_code == 0
    first, *lines = done.stdout.splitlines()
    assert first == "strata.csv, always there"
    assert [line.split()[0] for line in lines] == [
        "column", "stratum", "quantification_unit", "area_ha", "shallow_soil_depth_cm",
    ]  # fmt: skip
    assert CliRunner().invoke(app, ["schema"]).exit_code == 0


def test_every_column_has_an_example_that_it_may_hold() -> None:
    for table in TABLES:
        guide = guide_of(table.file, table.row_type)
        assert all(row.example for row in guide), [row.column for row in guide if not row.example]
        target = io.StringIO(newline="")
        csv.writer(target).writerows([[row.column for row in guide], [row.example for row in guide]])
        _, found = read_table(target.getvalue().encode(), table.file, table.row_type)
        assert not found


def test_examples_beside_those_of_projects_are_of_columns_that_there_are() -> None:
    known = {table.file: set(table.row_type.model_fields) for table in TABLES}
    listed = tomllib.loads(files("mollisol.reading").joinpath("examples.toml").read_text("utf-8"))
    assert all(set(cells) <= known[file] for file, cells in listed.items())
