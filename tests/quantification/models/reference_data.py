"""Reads the reference runs for the tests."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.quantification.models.rothc.model import RothCForcing

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"


def columns(path: str, delimiter: str = ",") -> dict[str, list[str]]:
    with (REFERENCE / path).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=delimiter))
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(table: dict[str, list[str]], name: str) -> NDArray[np.float64]:
    return np.array([float(value) for value in table[name]])


def document(path: str) -> Any:
    return json.loads((REFERENCE / path).read_text(encoding="utf-8"))


def rothc_py_forcing(first: int, last: int | None) -> RothCForcing:
    """Give months of the RothC_Py example; the first twelve are its spin-up year."""
    table, site = columns("rothc_py/input_monthly.csv"), document("rothc_py/site.json")
    part = slice(first, last)
    return RothCForcing(
        tmean_c=numbers(table, "tmean_c")[part],
        rain_mm=numbers(table, "rain_mm")[part],
        pan_evaporation_mm=numbers(table, "pan_evap_mm")[part],
        plant_c_t_ha=numbers(table, "plant_c_t_ha")[part],
        manure_c_t_ha=numbers(table, "fym_c_t_ha")[part],
        covered=numbers(table, "plant_cover")[part],
        dpm_rpm_ratio=numbers(table, "dpm_rpm")[part],
        clay_percent=site["clay_pct"],
        depth_cm=site["depth_cm"],
    )


def random_forcing(sites: int, months: int, seed: int = 7, **changes: Any) -> RothCForcing:
    """Give weather and management of sites that differ in everything."""
    rng = np.random.default_rng(seed)
    shape = (months, sites)
    streams: dict[str, Any] = {
        "tmean_c": 9.0 + 9.0 * rng.standard_normal(shape),
        "rain_mm": 120.0 * rng.random(shape),
        "pan_evaporation_mm": 140.0 * rng.random(shape),
        "plant_c_t_ha": 0.4 * rng.random(shape),
        "manure_c_t_ha": 0.1 * rng.random(shape),
        "covered": (rng.random(shape) > 0.4).astype(np.float64),
        "dpm_rpm_ratio": np.where(rng.random(shape) > 0.5, 1.44, 0.67),
        "clay_percent": 5.0 + 45.0 * rng.random(sites),
        "depth_cm": 30.0,
    }
    return RothCForcing(**{**streams, **changes})
