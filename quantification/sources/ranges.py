"""What a source equation accepts: physical ranges that a slip of unit falls out of.

A range is narrow enough that, wherever nature allows it, kilograms for tonnes, per cent for a fraction, per day for
per year or g/kg for a fraction land outside and are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.checks import FloatArray, Value, finite, positive, together


@dataclass(frozen=True, slots=True)
class Span:
    """A physical range.

    Parameters
    ----------
    low, high
        Both ends belong to it.
    unit
        As the message writes it.
    zero
        Whether 0 is allowed although it lies below ``low``: the thing is absent.
    """

    low: float
    high: float
    unit: str
    zero: bool = False

    def __str__(self) -> str:
        """Give the range as a message writes it."""
        return f"{'0 or ' if self.zero else ''}in [{self.low:g}, {self.high:g}] {self.unit}"


GWP_CH4: Final = Span(20, 40, "t CO2e/t CH4")
GWP_N2O: Final = Span(200, 350, "t CO2e/t N2O")

FUEL_FACTOR: Final = Span(0.0005, 0.004, "t CO2e/litre")
FUEL_PER_HA: Final = Span(0, 2000, "litre/ha")
FUEL_EMISSION_PER_HA: Final = Span(0, 5, "t CO2e/ha")
LIME_FACTOR: Final = Span(0.05, 0.14, "t C/t")
LIME_PER_HA: Final = Span(0, 20, "t/ha")
LIME_EMISSION_PER_HA: Final = Span(0, 10, "t CO2e/ha")

SOIL_CH4: Final = Span(-0.05, 3, "t CH4/ha")
SOIL_N2O: Final = Span(-0.005, 0.2, "t N2O/ha")
SOIL_CH4_VARIANCE: Final = Span(0, 9, "(t CH4/ha)2")
SOIL_N2O_VARIANCE: Final = Span(0, 0.04, "(t N2O/ha)2")

LIVE_WEIGHT: Final = Span(0.3, 1500, "kg/head")
STOCKING: Final = Span(0, 50_000, "kg live weight/ha")
ENTERIC_FACTOR: Final = Span(0.4, 250, "kg CH4/(head yr)", zero=True)
ENTERIC_PER_WEIGHT: Final = Span(0.004, 0.6, "kg CH4/(kg live weight yr)", zero=True)
VS_RATE: Final = Span(0.8, 45, "kg VS/(1000 kg animal mass day)")
VS_PER_WEIGHT: Final = Span(0.29, 16.5, "kg VS/(kg live weight yr)", zero=True)
VS_PER_HEAD: Final = Span(0.1, 8000, "kg VS/(head yr)", zero=True)
MANURE_CH4_FACTOR: Final = Span(0.05, 350, "g CH4/kg VS", zero=True)
N_RATE: Final = Span(0.05, 4, "kg N/(1000 kg animal mass day)")
EXCRETED_N: Final = Span(0.05, 300, "kg N/(head yr)", zero=True)
EXCRETED_N_PER_WEIGHT: Final = Span(0.018, 1.5, "kg N/(kg live weight yr)", zero=True)
MANURE_N_PER_HA: Final = Span(0, 5000, "kg N/ha")
SHARE: Final = Span(0, 1, "(a fraction)")

BURNED_PER_HA: Final = Span(50, 60_000, "kg d.m./ha burned", zero=True)
COMBUSTION: Final = Span(0.05, 1, "(a fraction)")
BURNING_CH4: Final = Span(0.5, 15, "g CH4/kg d.m.")
BURNING_N2O: Final = Span(0.02, 0.6, "g N2O/kg d.m.")

SYNTHETIC_PER_HA: Final = Span(0, 5, "t/ha")
ORGANIC_PER_HA: Final = Span(0, 200, "t/ha")
SYNTHETIC_N_CONTENT: Final = Span(0.009, 0.83, "t N/t", zero=True)
ORGANIC_N_CONTENT: Final = Span(0.0005, 0.15, "t N/t", zero=True)
SYNTHETIC_N_PER_HA: Final = Span(0, 1.5, "t N/ha")
ORGANIC_N_PER_HA: Final = Span(0, 2, "t N/ha")
RESIDUE_N_PER_HA: Final = Span(0, 2, "t N/ha")
RESIDUE_PER_HA: Final = Span(0, 60, "t d.m./ha")
RESIDUE_N_CONTENT: Final = Span(0.001, 0.06, "t N/t d.m.", zero=True)
DIRECT_N2O_FACTOR: Final = Span(0, 0.05, "t N2O-N/t N")
MANURE_N2O_FACTOR: Final = Span(0, 0.15, "kg N2O-N/kg N")
VOLATILISED_N2O_FACTOR: Final = Span(0, 0.05, "t N2O-N/t N volatilised")
LEACHED_N2O_FACTOR: Final = Span(0, 0.05, "t N2O-N/t N leached")
VOLATILISED_SYNTHETIC: Final = Span(0, 0.5, "t N/t N")
VOLATILISED_ORGANIC: Final = Span(0, 0.6, "t N/t N")
LEACHED: Final = Span(0.009, 0.8, "t N/t N", zero=True)

SOURCE_PER_HA: Final = Span(-5, 150, "t CO2e/ha")
"""Areal mean of one source in one scenario; below 0 only for a soil that takes the gas up."""
WOODY_STOCK: Final = Span(0, 4000, "t CO2e/ha")
AREA: Final = Span(1e-4, 1e8, "ha")


def within(name: str, value: ArrayLike, span: Span) -> FloatArray:
    """Give the argument as finite floats in the range.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, the range with its unit, and what was found.
    """
    array = finite(name, value)
    bad = (array < span.low) | (array > span.high)
    if span.zero:
        bad &= array != 0
    if bad.any():
        raise ValueError(f"{name} must be {span}, found {array[bad].flat[0]:g}: is it in another unit?")
    return array


def area_of(area_ha: ArrayLike) -> FloatArray:
    """Give the area as floats of a size that a unit can have.

    Raises
    ------
    ValueError
        If it is not.
    """
    positive("area_ha", area_ha)
    return within("area_ha", area_ha, AREA)


def amount(name: str, value: ArrayLike, area_ha: FloatArray, span: Span) -> FloatArray:
    """Give the argument as floats with categories on the last axis, each judged per hectare of the unit.

    Parameters
    ----------
    name, value
        The argument, shape (..., categories) or a number. [unit of the span, times ha]
    area_ha
        Shape (...). [ha]
    span
        What a hectare can hold.

    Raises
    ------
    ValueError
        If an amount is not finite or per hectare out of range, or the shapes do not fit.
    """
    return _judged(name, np.atleast_1d(finite(name, value)), area_ha[..., np.newaxis], span)


def total(name: str, value: ArrayLike, area_ha: FloatArray, span: Span) -> FloatArray:
    """Give the argument as floats without an axis of categories, each judged per hectare; raises as :func:`amount`."""
    return _judged(name, finite(name, value), area_ha, span)


def _judged(name: str, array: FloatArray, area: FloatArray, span: Span) -> FloatArray:
    together(**{name: array, "area_ha": area})
    judged = np.atleast_1d(array / area)
    bad = (judged < span.low) | (judged > span.high)
    if span.zero:
        bad &= judged != 0
    if bad.any():
        raise ValueError(
            f"{name} must be {span} over area_ha, found {judged[bad].flat[0]:g}: is it in another unit?"
        )
    return array


def by_category(name: str, value: ArrayLike, span: Span) -> FloatArray:
    """Give the argument as floats in the range with categories on the last axis; raises as :func:`within`."""
    return np.atleast_1d(within(name, value, span))


def per_ha(total: FloatArray, area_ha: FloatArray) -> Value:
    """Divide a total of shape (...) by the area of shape (...).

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    together(total=total, area_ha=area_ha)
    mean: Value = (total / area_ha)[()]
    return mean


def summed(array: FloatArray) -> FloatArray:
    """Sum over the categories, the last axis."""
    result: FloatArray = np.asarray(array.sum(axis=-1))
    return result


def like(result: FloatArray, *given: ArrayLike) -> Value:
    """Give a number where every argument was one, else the array with its categories."""
    if result.shape == (1,) and all(np.ndim(value) == 0 for value in given):
        number: float = result[0]
        return number
    return result
