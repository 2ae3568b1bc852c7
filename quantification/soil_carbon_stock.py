"""Soil and carbon mass of a sampled layer (VM0042 section 8.2.1, Eqs. 3 and 4)."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Carbon, equation, ours, vm0042
from mollisol.quantification.checks import Form, Value, form_of, ratio

_T_PER_HA_OF_G_PER_MM2: Final = 10_000.0
T_PER_HA_OF_G_PER_CM2: Final = 100.0
_G_PER_KG: Final = 1000.0

Density = Annotated[Value, Range(0, unit="g/cm3", above=True)]
Centimetres = Annotated[Value, Range(0, unit="cm", above=True)]


@equation("vm0042:3-soil", "M_soil", "t soil/ha", vm0042("8.2.1.6", "3, bracket"))
def fine_soil_mass_t_per_ha(
    *,
    fine_soil_mass_g: Annotated[Value, Range(0, unit="g", above=True)],
    probe_inner_diameter_mm: Annotated[Value, Range(0, unit="mm", above=True)],
    cores: Annotated[Value, Range(1, whole=True)],
) -> Value:
    r"""Return the mass of dry fine soil of a layer per hectare, from the mass in the probe.

    Parameters
    ----------
    fine_soil_mass_g
        Dry mass of all cores of the sample together, below 2 mm and without plant matter. [g]
    probe_inner_diameter_mm
        Inner diameter of the probe. [mm]
    cores
        Cores that make up the sample. [whole number]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t soil/ha]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: M_{soil} = \frac{M_{n,dl,sample}}{\pi \, (D/2)^2 \, N} \cdot 10000

    Here :math:`M_{n,dl,sample}` is ``fine_soil_mass_g``, :math:`D` is ``probe_inner_diameter_mm`` and :math:`N`
    is ``cores``.

    Source: bracket of Eq. 3. The factor 10,000 turns g/mm2 into t/ha; the document labels it kg/ha.

    Examples
    --------
    >>> print(fine_soil_mass_t_per_ha(fine_soil_mass_g=283.2, probe_inner_diameter_mm=21.5, cores=4))
    1950.143
    """
    area = np.pi * (probe_inner_diameter_mm / 2) ** 2 * cores
    return ratio("probe_inner_diameter_mm", fine_soil_mass_g * _T_PER_HA_OF_G_PER_MM2, area)


@equation("vm0042:3", "M_n,dl,SOC", "kg C/ha", vm0042("8.2.1.6", "3"))
def soil_carbon_mass_kg_per_ha(
    *, fine_soil_mass_t_per_ha: Annotated[Value, Range(0, unit="t/ha")], soc_g_per_kg: Carbon
) -> Value:
    r"""Return the mass of organic carbon of a layer per hectare.

    Parameters
    ----------
    fine_soil_mass_t_per_ha
        Dry fine soil of the layer. [t/ha]
    soc_g_per_kg
        Organic carbon of the fine soil. [g C/kg soil]

    Returns
    -------
    float or array
        Shape of the arguments combined; divide by 1000 for t C/ha. [kg C/ha]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: M_{n,dl,SOC} = M_{soil} \, OC

    Here :math:`M_{soil}` is ``fine_soil_mass_t_per_ha`` and :math:`OC` is ``soc_g_per_kg``.

    Source: Eq. 3. A tonne of soil times g/kg is kg of carbon.

    Examples
    --------
    >>> print(soil_carbon_mass_kg_per_ha(fine_soil_mass_t_per_ha=1950.143, soc_g_per_kg=24.29))
    47368.97
    """
    return fine_soil_mass_t_per_ha * soc_g_per_kg


@equation(
    "mollisol:soil-mass-from-density", "M_soil", "t soil/ha", ours("8.2.1.5 of VM0042 2.2 without a probe")
)
def fine_soil_mass_from_density_t_per_ha(
    *, fine_soil_density_g_per_cm3: Density, thickness_cm: Centimetres
) -> Value:
    r"""Return the mass of dry fine soil of a layer per hectare, from its density.

    Parameters
    ----------
    fine_soil_density_g_per_cm3
        Dry fine soil per volume of the whole layer, stones taken off the mass. [g/cm3]
    thickness_cm
        Thickness of the layer. [cm]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t soil/ha]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: M_{soil} = 100 \, BD_{corr} \, h

    Here :math:`BD_{corr}` is ``fine_soil_density_g_per_cm3`` and :math:`h` is ``thickness_cm``.

    Source: units alone; 1 g/cm2 is 100 t/ha.

    Examples
    --------
    >>> print(fine_soil_mass_from_density_t_per_ha(fine_soil_density_g_per_cm3=1.3, thickness_cm=30.0))
    3900.0
    """
    return T_PER_HA_OF_G_PER_CM2 * fine_soil_density_g_per_cm3 * thickness_cm


@equation("vm0042:4", "SOC_model", "t C/ha", vm0042("8.2.1", "4"), switch=("switch.eq4-unit",))
def soil_carbon_model_input_t_per_ha(
    *,
    fine_soil_density_g_per_cm3: Density,
    depth_cm: Centimetres,
    soc_g_per_kg: Carbon,
    form: Form = "corrected",
) -> Value:
    r"""Return the carbon stock that starts a process model, at fixed depth.

    Parameters
    ----------
    fine_soil_density_g_per_cm3
        Dry fine soil per volume, stones taken off the mass. [g/cm3]
    depth_cm
        Depth of the layer. [cm]
    soc_g_per_kg
        Organic carbon of the fine soil. [g C/kg soil]
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
        For an argument outside its range.

    Notes
    -----
    .. math:: SOC_{model} = 100 \, BD_{corr} \, h \, \frac{OC}{1000}

    Here :math:`BD_{corr}` is ``fine_soil_density_g_per_cm3``, :math:`h` is ``depth_cm`` and :math:`OC` is
    ``soc_g_per_kg``. The printed form does not divide by 1000.

    Source: Eq. 4.

    Examples
    --------
    >>> result = soil_carbon_model_input_t_per_ha(
    ...     fine_soil_density_g_per_cm3=1.3, depth_cm=30.0, soc_g_per_kg=20.0
    ... )
    >>> print(result)
    78.0
    """
    content = soc_g_per_kg if form_of(form) else soc_g_per_kg / _G_PER_KG
    return T_PER_HA_OF_G_PER_CM2 * fine_soil_density_g_per_cm3 * depth_cm * content
