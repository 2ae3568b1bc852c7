"""Nitrous oxide of nitrogen-fixing species (VM0042 section 8.2.9, Eqs. 24 and 25)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, together
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.fertilizer_n2o import N2O_PER_N, nitrogen_of_products
from mollisol.quantification.sources.ranges import area_of, per_ha, total, within


@equation(
    "vm0042:25", symbol="F_CR", unit="t N", locator=Locator("VM0042", "2.2", section="8.2.9", equation="25")
)
def fixing_species_nitrogen_t(
    *, residue_t_dm: ArrayLike, residue_n_content_t_per_t: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Nitrogen that the residues of nitrogen-fixing species return to the soil in a year.

    Parameters
    ----------
    residue_t_dm
        Dry matter above and below ground, shape (..., species). [t d.m., at most 60 per ha]
    residue_n_content_t_per_t
        Table 11.1a. [t N/t d.m., 0 or 0.001 to 0.06]
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
    Source: Eq. 25. The contents stand in Table 11.1a, not 11.2 (E-9). Where they differ above and below ground, the
    two are given as two species.
    """
    return nitrogen_of_products(
        ("residue_t_dm", "residue_n_content_t_per_t"),
        residue_t_dm,
        residue_n_content_t_per_t,
        (ranges.RESIDUE_PER_HA, ranges.RESIDUE_N_CONTENT),
        area_ha,
    )


@equation(
    "vm0042:24",
    symbol="N2O_Nfix",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.9", equation="24"),
)
def fixing_species_t_co2e_per_ha(
    *,
    residue_n_t: ArrayLike,
    direct_factor_organic_t_n2o_n_per_t_n: ArrayLike,
    gwp_n2o: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Nitrous oxide of nitrogen-fixing species, areal mean.

    Parameters
    ----------
    residue_n_t
        Eq. 25, shape (...). [t N, at most 2 per ha]
    direct_factor_organic_t_n2o_n_per_t_n
        Of the climate; residues are not synthetic nitrogen. [t N2O-N/t N, 0 to 0.05]
    gwp_n2o
        [t CO2e/t N2O, 200 to 350]
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
    Source: Eq. 24.
    """
    area = area_of(area_ha)
    nitrogen = total("residue_n_t", residue_n_t, area, ranges.RESIDUE_N_PER_HA)
    factor = within(
        "direct_factor_organic_t_n2o_n_per_t_n",
        direct_factor_organic_t_n2o_n_per_t_n,
        ranges.DIRECT_N2O_FACTOR,
    )
    potential = within("gwp_n2o", gwp_n2o, ranges.GWP_N2O)
    together(residue_n_t=nitrogen, factor=factor, gwp_n2o=potential)
    return per_ha(np.asarray(nitrogen * factor * N2O_PER_N * potential), area)
