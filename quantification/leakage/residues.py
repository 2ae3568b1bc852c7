"""Leakage of manure and residues taken away from energy use (VM0042 section 8.4.4).

FROM MEMORY: VM0042 has no equation and points to CDM TOOL16, whose text was not read. Its idea: where the residue was
in use, the fuel that takes its place is the most carbon-intensive one of the region.
"""

from __future__ import annotations

from typing import Annotated

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import equation
from mollisol.quantification.checks import Value
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import Area, summed

ENERGY_CONTENT = Range(1, 25, "GJ/t d.m.")
FUEL_FACTOR = Range(0.04, 0.13, "t CO2e/GJ")
STATUS = "from-memory"


@equation(
    "tool16:diversion",
    "LE_BR,Div,t",
    "t CO2e",
    Locator("CDM TOOL16", "from memory", "diversion of biomass residues"),
)
def residue_diversion_t_co2e(
    *,
    diverted_t_dm: Annotated[Value, ranges.RESIDUE_PER_HA],
    energy_content_gj_per_t_dm: Annotated[Value, ENERGY_CONTENT],
    fuel_factor_t_co2e_per_gj: Annotated[Value, FUEL_FACTOR],
    area_ha: Area,
) -> Value:
    r"""Return the emission of the fuel that takes the place of diverted manure or residues.

    Parameters
    ----------
    diverted_t_dm
        Taken away from energy use in the year, shape (..., residues); nothing where the residue is shown to be
        abundant or unused. [t d.m.]
    energy_content_gj_per_t_dm
        Net calorific value. [GJ/t d.m.]
    fuel_factor_t_co2e_per_gj
        Of the most carbon-intensive fuel of the region. [t CO2e/GJ]
    area_ha
        Area of the project, shape (...); only judges the amounts. [ha]

    Returns
    -------
    float or array
        Summed over residues. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: LE_{BR,Div,t} = \sum_r B_{r,t} \, NCV_r \, EF_r

    Here :math:`B_{r,t}` is ``diverted_t_dm``, :math:`NCV_r` is ``energy_content_gj_per_t_dm`` and :math:`EF_r`
    is ``fuel_factor_t_co2e_per_gj``.

    Source: TOOL16, from memory.

    Examples
    --------
    >>> result = residue_diversion_t_co2e(
    ...     diverted_t_dm=[20.0, 5.0], energy_content_gj_per_t_dm=[15.0, 12.0],
    ...     fuel_factor_t_co2e_per_gj=0.0946, area_ha=50.0
    ... )
    >>> print(result)
    34.056
    """
    return summed(diverted_t_dm * energy_content_gj_per_t_dm * fuel_factor_t_co2e_per_gj)[()]
