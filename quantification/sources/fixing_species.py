"""Nitrous oxide of nitrogen-fixing species (VM0042 section 8.2.9, Eqs. 24 and 25)."""

from __future__ import annotations

from typing import Annotated

from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.fertilizer_n2o import N2O_PER_N, DirectFactor
from mollisol.quantification.sources.ranges import Area, GwpN2o, per_ha, summed


@equation("vm0042:25", "F_CR", "t N", vm0042("8.2.9", "25"))
def fixing_species_nitrogen_t(
    *,
    residue_t_dm: Annotated[Value, ranges.RESIDUE_PER_HA],
    residue_n_content_t_per_t: Annotated[Value, ranges.RESIDUE_N_CONTENT],
    area_ha: Area,
) -> Value:
    r"""Return the nitrogen that the residues of nitrogen-fixing species return to the soil in a year.

    Parameters
    ----------
    residue_t_dm
        Dry matter above and below ground, shape (..., species). [t d.m.]
    residue_n_content_t_per_t
        Table 11.1a. [t N/t d.m.]
    area_ha
        Area of the unit, shape (...); only judges the amount. [ha]

    Returns
    -------
    float or array
        Shape (...), summed over species. [t N]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: F_{CR} = \sum_g MB_g \, N_{content,g}

    Here :math:`MB_g` is ``residue_t_dm`` and :math:`N_{content,g}` is ``residue_n_content_t_per_t``.

    Source: Eq. 25. The contents stand in Table 11.1a, not 11.2 (E-9). Where they differ above and below ground, the
    two are given as two species.

    Examples
    --------
    >>> result = fixing_species_nitrogen_t(
    ...     residue_t_dm=50.0, residue_n_content_t_per_t=0.008, area_ha=10.0
    ... )
    >>> print(result)
    0.4
    """
    return summed(residue_t_dm * residue_n_content_t_per_t)[()]


@equation("vm0042:24", "N2O_Nfix", "t CO2e/ha", vm0042("8.2.9", "24"))
def fixing_species_t_co2e_per_ha(
    *,
    residue_n_t: Annotated[Value, ranges.RESIDUE_N_PER_HA],
    direct_factor_organic_t_n2o_n_per_t_n: DirectFactor,
    gwp_n2o: GwpN2o,
    area_ha: Area,
) -> Value:
    r"""Return the nitrous oxide of nitrogen-fixing species, areal mean.

    Parameters
    ----------
    residue_n_t
        Eq. 25, shape (...). [t N]
    direct_factor_organic_t_n2o_n_per_t_n
        Of the climate; residues are not synthetic nitrogen. [t N2O-N/t N]
    gwp_n2o
        [t CO2e/t N2O]
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
    .. math:: N2O_{Nfix} = \frac{F_{CR} \, EF_{N,direct} \cdot \frac{44}{28} \, GWP_{N2O}}{A}

    Here :math:`F_{CR}` is ``residue_n_t``, :math:`EF_{N,direct}` is ``direct_factor_organic_t_n2o_n_per_t_n``,
    :math:`GWP_{N2O}` is ``gwp_n2o`` and :math:`A` is ``area_ha``.

    Source: Eq. 24.

    Examples
    --------
    >>> result = fixing_species_t_co2e_per_ha(
    ...     residue_n_t=0.4, direct_factor_organic_t_n2o_n_per_t_n=0.01, gwp_n2o=265.0, area_ha=10.0
    ... )
    >>> print(result)
    0.1665714
    """
    return per_ha(residue_n_t * direct_factor_organic_t_n2o_n_per_t_n * N2O_PER_N * gwp_n2o, area_ha)
