"""Weighed soil that gives a density no soil has: kilograms for grams, a wrong probe or number of cores."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.measurement import CoreIncrement
from mollisol.quantification.soil_carbon_stock import (
    fine_soil_mass_from_density_t_per_ha,
    fine_soil_mass_t_per_ha,
)

_LIGHTEST_G_PER_CM3, _DENSEST_G_PER_CM3 = 0.02, 2.2


def check_weighed_soil(increments: Iterable[CoreIncrement]) -> list[Finding]:
    """Hold the density that weighed soil gives against what a density may be where it is given."""
    return gathered(_unlikely(increments))


def _unlikely(increments: Iterable[CoreIncrement]) -> Iterable[Finding]:
    rows = [
        (row, item)
        for row, item in enumerate(increments, start=2)
        if None not in (item.fine_soil_mass_g, item.probe_inner_diameter_mm, item.cores)
        and item.lower_cm > item.upper_cm
    ]
    if not rows:
        return
    mass, diameter, cores, upper, lower = np.array(
        [
            (i.fine_soil_mass_g, i.probe_inner_diameter_mm, i.cores, i.upper_cm, i.lower_cm)
            for _, i in rows
        ],
        dtype=np.float64,
    ).T  # fmt: skip
    weighed = fine_soil_mass_t_per_ha(fine_soil_mass_g=mass, probe_inner_diameter_mm=diameter, cores=cores)
    of_unit_density = fine_soil_mass_from_density_t_per_ha(
        fine_soil_density_g_per_cm3=1.0, thickness_cm=lower - upper
    )
    for (row, item), density in zip(rows, np.asarray(weighed / of_unit_density), strict=True):
        if not _LIGHTEST_G_PER_CM3 <= density <= _DENSEST_G_PER_CM3:
            yield Finding(
                code="weighed-density-unlikely",
                severity=Severity.BLOCKING,
                where=Place(file=INCREMENTS, row=row, column="fine_soil_mass_g"),
                found=f"{item.fine_soil_mass_g:g} g in {item.cores} cores of {item.probe_inner_diameter_mm:g} mm "
                f"over {item.lower_cm - item.upper_cm:g} cm give {density:.3g} g/cm3",
                allowed=f"{_LIGHTEST_G_PER_CM3:g} to {_DENSEST_G_PER_CM3:g} g/cm3, as for a density that is given",
                do="look at the unit of the mass, the inner diameter, the number of cores and the depths",
                clause="VM0042 2.2, section 8.2.1.6, Eq. 3",
            )
