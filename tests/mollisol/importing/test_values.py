"""Cells to numbers, days, degrees and units: by hand, and by definitions of units."""

from __future__ import annotations

from datetime import date

import pytest

from mollisol.importing.kinds.points import grid_metres
from mollisol.importing.kinds.soil import fine_soil_density
from mollisol.importing.kinds.weather import extraterrestrial_mj, hargreaves_mm
from mollisol.importing.sources import project_year
from mollisol.importing.units import AREA, CONTENT, MASS, UnknownUnitError, celsius, centimetres, factor
from mollisol.importing.values import day_in_zone, day_of, degrees_of, moment_of, number_of, zone_of


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "value"),
    [
        ("3.123,7", ",", ".", 3123.7),
        ("2,45", ",", ".", 2.45),
        ("-300,0", ",", ".", -300.0),
        ("1 234,5", ",", " ", 1234.5),
        ("3.123,7", ".", "", None),
        ("1.23.4", ".", "", None),
        ("1,09", ".", "", None),
        ("<0.5", ".", "", None),
        ("12.345", ",", ".", 12345.0),
        ("12.34", ",", ".", None),
        ("", ".", "", None),
        ("-", ".", "", None),
    ],
)
def test_a_number_is_one_by_the_stated_marks_alone(
    text: str, decimal: str, thousands: str, value: float | None
) -> None:
    assert number_of(text, decimal, thousands) == value


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("14.09.2021", "day first", date(2021, 9, 14)),
        ("10/09/2026", "day first", date(2026, 9, 10)),
        ("10/09/2026", "month first", date(2026, 10, 9)),
        ("10/09/2026", "", None),
        ("10.09.26", "day first", date(2026, 9, 10)),
        ("2021-09-14T02:12:00Z", "", date(2021, 9, 14)),
        ("20200514", "", date(2020, 5, 14)),
        ("14 Sep 2021", "", date(2021, 9, 14)),
        ("31.02.2021", "day first", None),
    ],
)
def test_a_day_needs_its_order_where_it_has_two(text: str, order: str, day: date | None) -> None:
    assert day_of(text, order) == day


def test_the_day_of_a_moment_is_the_farms() -> None:
    moment = moment_of("2022-10-01T05:10:00+00:00")
    assert moment is not None
    for name, day in (("UTC-6", 30), ("UTC", 1), ("America/Chicago", 1), ("UTC-5:30", 30)):
        zone = zone_of(name)
        assert zone is not None
        assert day_in_zone(moment, zone).day == day, name
    assert zone_of("Chicago") is None
    assert zone_of("UTC-99") is None
    assert project_year(date(2022, 9, 30), "10-01") == 2021


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("52.058823", 52.058823),
        ("N41°54.6251'", 41 + 54.6251 / 60),
        ("W93°38.0589'", -(93 + 38.0589 / 60)),
        ("41° 54' 36\" N", 41.91),
        ("-93 30 36", -93.51),
        ("41 75 0", None),
        ("Fld 1", None),
    ],
)
def test_degrees_in_their_forms(text: str, degrees: float | None) -> None:
    found = degrees_of(text)
    assert found == (None if degrees is None else pytest.approx(degrees, abs=1e-12))


def test_units_by_their_definitions() -> None:
    assert factor("ac", AREA) == 0.40468564224  # 4,840 square yards of 0.9144 m
    assert factor("short ton", MASS) == pytest.approx(2000 * 0.45359237 / 1000)
    assert factor("100 kg", MASS) == 0.1
    assert factor("56 lb", MASS) == pytest.approx(56 * 0.45359237 / 1000)
    assert factor("mg/g", CONTENT) == 1.0
    assert celsius(273.15, "K") == 0.0
    assert celsius(50.0, "F") == pytest.approx(10.0)
    with pytest.raises(UnknownUnitError, match="there are"):
        factor("gal", MASS)


def test_depths_keep_their_digits() -> None:
    assert str(centimetres("6", "in")) == "15.24"
    assert str(centimetres("0", "in")) == "0.00"
    assert str(centimetres("15.2", "cm")) == "15.2"
    assert [str(centimetres(text, "cm")) for text in ("0", "0.0", "0.00")] == ["0", "0.0", "0.00"]


def test_fine_soil_by_hand() -> None:
    """Two litres of soil: 0.2 l of stones of 2.5 kg/l (0.5 kg) and 1.8 l of fine soil of 1.25 kg/l (2.25 kg)."""
    whole, mass, volume, right = 2.75 / 2, 0.5 / 2.75, 0.1, 2.25 / 2
    for density, basis, stones, by in (
        (whole, "whole soil", mass, "mass"),
        (whole, "whole soil", volume, "volume"),
        (1.25, "fine soil alone", volume, "volume"),
        (1.25, "fine soil alone", mass, "mass"),
        (right, "fine soil per total volume", 0.5, "mass"),
    ):
        assert fine_soil_density(density, basis, stones, by, 2.5)[0] == pytest.approx(right, rel=1e-12)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="particle_density"):
        fine_soil_density(whole, "whole soil", volume, "volume", None)


def test_radiation_and_evaporation_as_fao_56_prints_them() -> None:
    """Example 8: 3 September at 20 degrees south, 32.2 MJ/m2; equation 52 by hand on it."""
    radiation = extraterrestrial_mj(-20.0, date(2021, 9, 3))
    assert radiation == pytest.approx(32.2, abs=0.05)
    expected = 0.0023 * (20 + 17.8) * 10**0.5 * 0.408 * radiation
    assert hargreaves_mm(20.0, 25.0, 15.0, -20.0, date(2021, 9, 3)) == pytest.approx(expected)


def test_a_reference_of_the_british_grid() -> None:
    """TG 51409 13177 is easting 651409, northing 313177: A guide to coordinate systems in Great Britain, annex C."""
    assert grid_metres("TG 51409 13177") == (651409.0, 313177.0)
    assert grid_metres("TF 331 824") == (533100.0, 382400.0)
    assert grid_metres("TI 331 824") is None
