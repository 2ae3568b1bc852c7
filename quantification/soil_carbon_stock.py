"""Soil and carbon mass of a sampled layer (VM0042 section 8.2.1, Eqs. 3 and 4)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import (
    Form,
    Value,
    at_least,
    between,
    form_of,
    positive,
    ratio,
    together,
    whole,
)

_T_PER_HA_OF_G_PER_MM2: Final = 10_000.0
_T_PER_HA_OF_G_PER_CM2: Final = 100.0
_G_PER_KG: Final = 1000.0


@equation(
    "vm0042:3-soil",
    symbol="M_soil",
    unit="t soil/ha",
    locator=Locator("VM0042", "2.2", section="8.2.1.6", equation="3, bracket"),
)
def fine_soil_mass_t_per_ha(
    *, fine_soil_mass_g: ArrayLike, probe_inner_diameter_mm: ArrayLike, cores: ArrayLike
) -> Value:
    """Mass of dry fine soil of a layer per hectare, from the mass in the probe.

    Parameters
    ----------
    fine_soil_mass_g
        Dry mass of all cores of the sample together, below 2 mm and without plant matter. [g, above 0]
    probe_inner_diameter_mm
        Inner diameter of the probe. [mm, above 0]
    cores
        Cores that make up the sample. [whole number, 1 or more]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t soil/ha]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: bracket of Eq. 3. The factor 10,000 turns g/mm2 into t/ha; the document labels it kg/ha.
    """
    mass = positive("fine_soil_mass_g", fine_soil_mass_g)
    diameter = positive("probe_inner_diameter_mm", probe_inner_diameter_mm)
    number = whole("cores", cores, 1)
    together(fine_soil_mass_g=mass, probe_inner_diameter_mm=diameter, cores=number)
    area = np.pi * (diameter / 2) ** 2 * number
    return ratio("probe_inner_diameter_mm", mass * _T_PER_HA_OF_G_PER_MM2, area)


@equation(
    "vm0042:3",
    symbol="M_n,dl,SOC",
    unit="kg C/ha",
    locator=Locator("VM0042", "2.2", section="8.2.1.6", equation="3"),
)
def soil_carbon_mass_kg_per_ha(*, fine_soil_mass_t_per_ha: ArrayLike, soc_g_per_kg: ArrayLike) -> Value:
    """Mass of organic carbon of a layer per hectare.

    Parameters
    ----------
    fine_soil_mass_t_per_ha
        Dry fine soil of the layer. [t/ha, 0 or more]
    soc_g_per_kg
        Organic carbon of the fine soil. [g C/kg soil, 0 to 1000]

    Returns
    -------
    float or array
        Shape of the arguments combined; divide by 1000 for t C/ha. [kg C/ha]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: Eq. 3. A tonne of soil times g/kg is kg of carbon.
    """
    soil = at_least("fine_soil_mass_t_per_ha", fine_soil_mass_t_per_ha, 0.0)
    carbon = between("soc_g_per_kg", soc_g_per_kg, 0.0, _G_PER_KG)
    together(fine_soil_mass_t_per_ha=soil, soc_g_per_kg=carbon)
    return soil * carbon


@equation(
    "mollisol:soil-mass-from-density",
    symbol="M_soil",
    unit="t soil/ha",
    locator=Locator("mollisol", "0.1", section="8.2.1.5 of VM0042 2.2 without a probe"),
)
def fine_soil_mass_from_density_t_per_ha(
    *, fine_soil_density_g_per_cm3: ArrayLike, thickness_cm: ArrayLike
) -> Value:
    """Mass of dry fine soil of a layer per hectare, from its density.

    Parameters
    ----------
    fine_soil_density_g_per_cm3
        Dry fine soil per volume of the whole layer, stones taken off the mass. [g/cm3, above 0]
    thickness_cm
        Thickness of the layer. [cm, above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t soil/ha]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: units alone; 1 g/cm2 is 100 t/ha.
    """
    density = positive("fine_soil_density_g_per_cm3", fine_soil_density_g_per_cm3)
    thickness = positive("thickness_cm", thickness_cm)
    together(fine_soil_density_g_per_cm3=density, thickness_cm=thickness)
    return _T_PER_HA_OF_G_PER_CM2 * density * thickness


@equation(
    "vm0042:4",
    symbol="SOC_model",
    unit="t C/ha",
    locator=Locator("VM0042", "2.2", section="8.2.1", equation="4"),
    switch=("switch.eq4-unit",),
)
def soil_carbon_model_input_t_per_ha(
    *,
    fine_soil_density_g_per_cm3: ArrayLike,
    depth_cm: ArrayLike,
    soc_g_per_kg: ArrayLike,
    form: Form = "corrected",
) -> Value:
    """Carbon stock that starts a process model, at fixed depth.

    Parameters
    ----------
    fine_soil_density_g_per_cm3
        Dry fine soil per volume, stones taken off the mass. [g/cm3, above 0]
    depth_cm
        Depth of the layer. [cm, above 0]
    soc_g_per_kg
        Organic carbon of the fine soil. [g C/kg soil, 0 to 1000]
    form
        ``corrected`` takes the concentration as g/kg; ``printed`` puts g/kg where the factor 100 needs a mass
        fraction, so the stock is 1000 times too large (E-1).

    Returns
    -------
    float or array
        Shape of the arguments combined. [t C/ha]

    Raises
    ------
    ValueError
        For an argument outside the ranges above.

    Notes
    -----
    Source: Eq. 4.
    """
    density = positive("fine_soil_density_g_per_cm3", fine_soil_density_g_per_cm3)
    depth = positive("depth_cm", depth_cm)
    carbon = between("soc_g_per_kg", soc_g_per_kg, 0.0, _G_PER_KG)
    together(fine_soil_density_g_per_cm3=density, depth_cm=depth, soc_g_per_kg=carbon)
    content = carbon if form_of(form) else carbon / _G_PER_KG
    return _T_PER_HA_OF_G_PER_CM2 * density * depth * content
