"""Sums of the soil nitrous oxide terms under default factors (VM0042 8.2.9, 8.2.10; Eqs. 16, 17, 21, 26, 29).

Each of these is one line of the document; they stand apart so that a trace shows every sum.
"""

from __future__ import annotations

from typing import Annotated

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources.ranges import Area, per_ha

Areal = Annotated[Value, Range(0, 150, "t CO2e/ha")]
Total = Annotated[Value, Range(0, 150, "t CO2e/ha", divisor="area_ha")]


@equation("vm0042:16", "N2O_soil", "t CO2e/ha", vm0042("8.2.9", "16"))
def soil_nitrous_oxide_t_co2e_per_ha(
    *, fertilizer_t_co2e_per_ha: Areal, manure_t_co2e_per_ha: Areal, fixing_species_t_co2e_per_ha: Areal
) -> Value:
    """Return the soil nitrous oxide under default factors.

    Parameters
    ----------
    fertilizer_t_co2e_per_ha, manure_t_co2e_per_ha, fixing_species_t_co2e_per_ha
        Eqs. 17, 26 and 24. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: N2O_{soil} = N2O_{fert} + N2O_{md} + N2O_{Nfix}

    Here :math:`N2O_{fert}` is ``fertilizer_t_co2e_per_ha``, :math:`N2O_{md}` is ``manure_t_co2e_per_ha`` and
    :math:`N2O_{Nfix}` is ``fixing_species_t_co2e_per_ha``.

    Source: Eq. 16. Not to be added to Eq. 15 for the same unit.

    Examples
    --------
    >>> result = soil_nitrous_oxide_t_co2e_per_ha(
    ...     fertilizer_t_co2e_per_ha=0.4, manure_t_co2e_per_ha=0.2, fixing_species_t_co2e_per_ha=0.1
    ... )
    >>> print(result)
    0.7
    """
    return fertilizer_t_co2e_per_ha + manure_t_co2e_per_ha + fixing_species_t_co2e_per_ha


@equation("vm0042:17", "N2O_fert", "t CO2e/ha", vm0042("8.2.9", "17"))
def fertilizer_t_co2e_per_ha(*, direct_t_co2e_per_ha: Areal, indirect_t_co2e_per_ha: Areal) -> Value:
    """Return the nitrous oxide of fertilizer.

    Parameters
    ----------
    direct_t_co2e_per_ha, indirect_t_co2e_per_ha
        Eqs. 18 and 21. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: N2O_{fert} = N2O_{fert,direct} + N2O_{fert,indirect}

    Here :math:`N2O_{fert,direct}` is ``direct_t_co2e_per_ha`` and :math:`N2O_{fert,indirect}` is
    ``indirect_t_co2e_per_ha``.

    Source: Eq. 17.

    Examples
    --------
    >>> print(fertilizer_t_co2e_per_ha(direct_t_co2e_per_ha=0.3, indirect_t_co2e_per_ha=0.1))
    0.4
    """
    return direct_t_co2e_per_ha + indirect_t_co2e_per_ha


@equation("vm0042:21", "N2O_fert,indirect", "t CO2e/ha", vm0042("8.2.9", "21"))
def fertilizer_indirect_t_co2e_per_ha(
    *, volatilised_t_co2e: Total, leached_t_co2e: Total, area_ha: Area
) -> Value:
    r"""Return the indirect nitrous oxide of fertilizer, areal mean.

    Parameters
    ----------
    volatilised_t_co2e, leached_t_co2e
        Eqs. 22 and 23, shape (...). [t CO2e, 0 to 150 per ha]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...). [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: N2O_{fert,indirect} = \frac{N2O_{fert,volat} + N2O_{fert,leach}}{A}

    Here :math:`N2O_{fert,volat}` is ``volatilised_t_co2e``, :math:`N2O_{fert,leach}` is ``leached_t_co2e`` and
    :math:`A` is ``area_ha``.

    Source: Eq. 21.

    Examples
    --------
    >>> result = fertilizer_indirect_t_co2e_per_ha(
    ...     volatilised_t_co2e=3.68456, leached_t_co2e=5.716731, area_ha=100.0
    ... )
    >>> print(result)
    0.09401291
    """
    return per_ha(volatilised_t_co2e + leached_t_co2e, area_ha)


@equation("vm0042:26", "N2O_md", "t CO2e/ha", vm0042("8.2.10", "26"))
def manure_t_co2e_per_ha(*, direct_t_co2e_per_ha: Areal, indirect_t_co2e_per_ha: Areal) -> Value:
    """Return the nitrous oxide of manure.

    Parameters
    ----------
    direct_t_co2e_per_ha, indirect_t_co2e_per_ha
        Eqs. 27 and 29. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: N2O_{md} = N2O_{md,direct} + N2O_{md,indirect}

    Here :math:`N2O_{md,direct}` is ``direct_t_co2e_per_ha`` and :math:`N2O_{md,indirect}` is
    ``indirect_t_co2e_per_ha``.

    Source: Eq. 26.

    Examples
    --------
    >>> print(manure_t_co2e_per_ha(direct_t_co2e_per_ha=0.7004, indirect_t_co2e_per_ha=1.302744))
    2.003144
    """
    return direct_t_co2e_per_ha + indirect_t_co2e_per_ha


@equation("vm0042:29", "N2O_md,indirect", "t CO2e/ha", vm0042("8.2.10", "29"))
def manure_indirect_t_co2e_per_ha(
    *, volatilised_t_co2e: Total, leached_t_co2e: Total, area_ha: Area
) -> Value:
    r"""Return the indirect nitrous oxide of manure, areal mean.

    Parameters
    ----------
    volatilised_t_co2e, leached_t_co2e
        Eqs. 30 and 31, shape (...). [t CO2e, 0 to 150 per ha]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...). [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: N2O_{md,indirect} = \frac{N2O_{md,volat} + N2O_{md,leach}}{A}

    Here :math:`N2O_{md,volat}` is ``volatilised_t_co2e``, :math:`N2O_{md,leach}` is ``leached_t_co2e`` and
    :math:`A` is ``area_ha``.

    Source: Eq. 29.

    Examples
    --------
    >>> result = manure_indirect_t_co2e_per_ha(
    ...     volatilised_t_co2e=0.686392, leached_t_co2e=0.616352, area_ha=100.0
    ... )
    >>> print(result)
    0.01302744
    """
    return per_ha(volatilised_t_co2e + leached_t_co2e, area_ha)
