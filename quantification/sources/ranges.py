"""What a source equation accepts: physical ranges that a slip of unit falls out of.

A range is narrow enough that, wherever nature allows it, kilograms for tonnes, per cent for a fraction, per day for
per year or g/kg for a fraction land outside and are refused.
"""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.quantification.checks import FloatArray, Value

GWP_CH4: Final = Range(5, 100, "t CO2e/t CH4")
GWP_N2O: Final = Range(100, 350, "t CO2e/t N2O")

FUEL_FACTOR: Final = Range(0.0005, 0.004, "t CO2e/litre")
FUEL_PER_HA: Final = Range(0, 2000, "litre/ha", divisor="area_ha", categories=True)
FUEL_EMISSION_PER_HA: Final = Range(0, 5, "t CO2e/ha", divisor="area_ha", categories=True)
LIME_FACTOR: Final = Range(0.05, 0.14, "t C/t")
LIME_PER_HA: Final = Range(0, 20, "t/ha", divisor="area_ha")
LIME_EMISSION_PER_HA: Final = Range(0, 10, "t CO2e/ha", divisor="area_ha")

SOIL_CH4: Final = Range(-0.05, 3, "t CH4/ha")
SOIL_N2O: Final = Range(-0.005, 0.2, "t N2O/ha")
SOIL_CH4_VARIANCE: Final = Range(0, 9, "(t CH4/ha)2")
SOIL_N2O_VARIANCE: Final = Range(0, 0.04, "(t N2O/ha)2")

LIVE_WEIGHT: Final = Range(0.3, 1500, "kg/head")
STOCKING: Final = Range(0, 50_000, "kg live weight/ha")
ENTERIC_FACTOR: Final = Range(0.4, 250, "kg CH4/(head yr)", zero=True)
ENTERIC_PER_WEIGHT: Final = Range(
    0.004, 0.6, "kg CH4/(kg live weight yr)", zero=True, divisor="live_weight_kg"
)
VS_RATE: Final = Range(0.8, 45, "kg VS/(1000 kg animal mass day)")
VS_PER_WEIGHT: Final = Range(0.29, 16.5, "kg VS/(kg live weight yr)", zero=True, divisor="live_weight_kg")
VS_PER_HEAD: Final = Range(0.1, 8000, "kg VS/(head yr)", zero=True)
MANURE_CH4_FACTOR: Final = Range(0.05, 350, "g CH4/kg VS", zero=True)
N_RATE: Final = Range(0.05, 4, "kg N/(1000 kg animal mass day)")
EXCRETED_N: Final = Range(0.05, 300, "kg N/(head yr)", zero=True)
EXCRETED_N_PER_WEIGHT: Final = Range(
    0.018, 1.5, "kg N/(kg live weight yr)", zero=True, divisor="live_weight_kg"
)
MANURE_N_PER_HA: Final = Range(0, 5000, "kg N/ha", divisor="area_ha", categories=True)
SHARE: Final = Range(0, 1, "(a fraction)")

BURNED_PER_HA: Final = Range(
    50, 60_000, "kg d.m./ha burned", zero=True, divisor="burned_area_ha", categories=True
)
COMBUSTION: Final = Range(0.05, 1, "(a fraction)")
BURNING_CH4: Final = Range(0.5, 15, "g CH4/kg d.m.")
BURNING_N2O: Final = Range(0.02, 0.6, "g N2O/kg d.m.")

SYNTHETIC_PER_HA: Final = Range(0, 5, "t/ha", divisor="area_ha", categories=True)
ORGANIC_PER_HA: Final = Range(0, 200, "t/ha", divisor="area_ha", categories=True)
SYNTHETIC_N_CONTENT: Final = Range(0.009, 0.83, "t N/t", zero=True)
ORGANIC_N_CONTENT: Final = Range(0.0005, 0.15, "t N/t", zero=True)
SYNTHETIC_N_PER_HA: Final = Range(0, 1.5, "t N/ha", divisor="area_ha")
ORGANIC_N_PER_HA: Final = Range(0, 2, "t N/ha", divisor="area_ha")
RESIDUE_N_PER_HA: Final = Range(0, 2, "t N/ha", divisor="area_ha")
RESIDUE_PER_HA: Final = Range(0, 60, "t d.m./ha", divisor="area_ha", categories=True)
RESIDUE_N_CONTENT: Final = Range(0.001, 0.06, "t N/t d.m.", zero=True)
DIRECT_N2O_FACTOR: Final = Range(0, 0.05, "t N2O-N/t N")
MANURE_N2O_FACTOR: Final = Range(0, 0.15, "kg N2O-N/kg N")
VOLATILISED_N2O_FACTOR: Final = Range(0, 0.05, "t N2O-N/t N volatilised")
LEACHED_N2O_FACTOR: Final = Range(0, 0.05, "t N2O-N/t N leached")
VOLATILISED_SYNTHETIC: Final = Range(0, 0.5, "t N/t N")
VOLATILISED_ORGANIC: Final = Range(0, 0.6, "t N/t N")
LEACHED: Final = Range(0.009, 0.8, "t N/t N", zero=True)

SOURCE_PER_HA: Final = Range(-5, 150, "t CO2e/ha")
"""Areal mean of one source in one scenario; below 0 only for a soil that takes the gas up."""
WOODY_STOCK: Final = Range(0, 4000, "t CO2e/ha")
AREA: Final = Range(1e-4, 1e8, "ha")

Area = Annotated[Value, AREA]
GwpCh4 = Annotated[Value, GWP_CH4]
GwpN2o = Annotated[Value, GWP_N2O]
LiveWeight = Annotated[Value, LIVE_WEIGHT]
Share = Annotated[Value, SHARE]


def per_ha(total: Value, area_ha: Value) -> Value:
    """Return a total of shape (...) divided by the area of shape (...)."""
    mean: Value = np.asarray(total / area_ha)[()]
    return mean


def summed(values: Value) -> FloatArray:
    """Return the sum over the categories, the last axis; a number stands for one category."""
    result: FloatArray = np.asarray(np.atleast_1d(values).sum(axis=-1))
    return result
