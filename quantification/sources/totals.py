"""Emission reductions of each source over all units (VM0042 section 8.5.1, Eqs. 52 to 59).

The eight equations have one form: baseline less project, times the area, summed over the units. A source that grows
enters below 0 and stays in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import FloatArray, Value, together
from mollisol.quantification.sources.ranges import SOURCE_PER_HA, area_of, summed, within


class SourceReduction(Protocol):
    """The form that Eqs. 52 to 59 share."""

    def __call__(
        self, *, baseline_t_co2e_per_ha: ArrayLike, project_t_co2e_per_ha: ArrayLike, area_ha: ArrayLike
    ) -> Value:
        """Baseline less project, times area, summed over the units."""
        ...


def _reduction(baseline: ArrayLike, project: ArrayLike, area_ha: ArrayLike) -> Value:
    before: FloatArray = np.atleast_1d(within("baseline_t_co2e_per_ha", baseline, SOURCE_PER_HA))
    after: FloatArray = np.atleast_1d(within("project_t_co2e_per_ha", project, SOURCE_PER_HA))
    area = np.atleast_1d(area_of(area_ha))
    together(baseline_t_co2e_per_ha=before, project_t_co2e_per_ha=after, area_ha=area)
    return summed((before - after) * area)[()]


_DOC = """{label}: baseline less project, over all units.

    Parameters
    ----------
    baseline_t_co2e_per_ha, project_t_co2e_per_ha
        {inputs}, shape (..., units). [t CO2e/ha, -5 to 150]
    area_ha
        Areas of the units. [ha]

    Returns
    -------
    float or array
        Summed over the last axis; above 0 where the project emits less. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. {number}.
    """


def _registered(number: int, symbol: str, name: str, label: str, inputs: str) -> SourceReduction:
    def reduction(
        *, baseline_t_co2e_per_ha: ArrayLike, project_t_co2e_per_ha: ArrayLike, area_ha: ArrayLike
    ) -> Value:
        return _reduction(baseline_t_co2e_per_ha, project_t_co2e_per_ha, area_ha)

    reduction.__name__ = reduction.__qualname__ = name
    reduction.__doc__ = _DOC.format(label=label, inputs=inputs, number=number)
    register: Callable[[SourceReduction], SourceReduction] = equation(
        f"vm0042:{number}",
        symbol=symbol,
        unit="t CO2e",
        locator=Locator("VM0042", "2.2", section="8.5.1", equation=str(number)),
    )
    return register(reduction)


fossil_fuel_reduction_t_co2e = _registered(
    52, "dCO2_ff,t", "fossil_fuel_reduction_t_co2e", "Fossil fuel", "Eq. 6"
)
liming_reduction_t_co2e = _registered(53, "dCO2_lime,t", "liming_reduction_t_co2e", "Liming", "Eq. 8")
soil_methane_reduction_t_co2e = _registered(
    54, "dCH4_soil,t", "soil_methane_reduction_t_co2e", "Soil methane", "Eq. 10"
)
enteric_methane_reduction_t_co2e = _registered(
    55, "dCH4_ent,t", "enteric_methane_reduction_t_co2e", "Enteric methane", "Eq. 11"
)
manure_methane_reduction_t_co2e = _registered(
    56, "dCH4_md,t", "manure_methane_reduction_t_co2e", "Manure methane", "Eq. 12"
)
burning_methane_reduction_t_co2e = _registered(
    57, "dCH4_bb,t", "burning_methane_reduction_t_co2e", "Methane of burning", "Eq. 14"
)
soil_nitrous_oxide_reduction_t_co2e = _registered(
    58, "dN2O_soil,t", "soil_nitrous_oxide_reduction_t_co2e", "Soil nitrous oxide", "Eq. 15 or 16"
)
burning_nitrous_oxide_reduction_t_co2e = _registered(
    59, "dN2O_bb,t", "burning_nitrous_oxide_reduction_t_co2e", "Nitrous oxide of burning", "Eq. 32"
)
