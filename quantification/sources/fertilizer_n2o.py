"""Nitrous oxide of fertilizer (VM0042 section 8.2.9, Eqs. 18 to 20, 22 and 23).

Nitrogen is in tonnes here. The direct factor is given for synthetic and for organic nitrogen apart, because the wet
climate has one for each.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.quantification.arguments import Amount, equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import Area, GwpN2o, per_ha, summed

N2O_PER_N = 44 / 28
"""t N2O per t N2O-N."""

SyntheticN = Annotated[Value, ranges.SYNTHETIC_N_PER_HA]
OrganicN = Annotated[Value, ranges.ORGANIC_N_PER_HA]
DirectFactor = Annotated[Value, ranges.DIRECT_N2O_FACTOR]
VolatilisedOrganic = Annotated[Value, ranges.VOLATILISED_ORGANIC]
VolatilisedFactor = Annotated[Value, ranges.VOLATILISED_N2O_FACTOR]
Leached = Annotated[Value, ranges.LEACHED]
LeachedFactor = Annotated[Value, ranges.LEACHED_N2O_FACTOR]


@equation("vm0042:19", "FSN", "t N", vm0042("8.2.9", "19"))
def synthetic_nitrogen_t(
    *,
    synthetic_fertilizer_t: Annotated[Value, ranges.SYNTHETIC_PER_HA],
    synthetic_n_content_t_per_t: Annotated[Value, ranges.SYNTHETIC_N_CONTENT],
    area_ha: Area,
) -> Value:
    r"""Return the nitrogen in the synthetic fertilizer of a year.

    Parameters
    ----------
    synthetic_fertilizer_t
        Product, shape (..., products). [t]
    synthetic_n_content_t_per_t
        Nitrogen in the product. [t N/t]
    area_ha
        Area of the unit, shape (...); only judges the amount. [ha]

    Returns
    -------
    float or array
        Shape (...), summed over products. [t N]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: FSN = \sum_{SF} M_{SF} \, NC_{SF}

    Here :math:`M_{SF}` is ``synthetic_fertilizer_t`` and :math:`NC_{SF}` is ``synthetic_n_content_t_per_t``.

    Source: Eq. 19.

    Examples
    --------
    >>> result = synthetic_nitrogen_t(
    ...     synthetic_fertilizer_t=[10.0, 2.0], synthetic_n_content_t_per_t=[0.46, 0.27], area_ha=50.0
    ... )
    >>> print(result)
    5.14
    """
    return summed(synthetic_fertilizer_t * synthetic_n_content_t_per_t)[()]


@equation("vm0042:20", "FON", "t N", vm0042("8.2.9", "20"))
def organic_nitrogen_t(
    *,
    organic_fertilizer_t: Annotated[Value, ranges.ORGANIC_PER_HA],
    organic_n_content_t_per_t: Annotated[Value, ranges.ORGANIC_N_CONTENT],
    area_ha: Area,
) -> Value:
    r"""Return the nitrogen in the organic fertilizer of a year.

    Parameters
    ----------
    organic_fertilizer_t
        Product, shape (..., products). [t]
    organic_n_content_t_per_t
        Nitrogen in the product, on the basis (fresh or dry) of its mass. [t N/t]
    area_ha
        Area of the unit, shape (...); only judges the amount. [ha]

    Returns
    -------
    float or array
        Shape (...), summed over products. [t N]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: FON = \sum_{OF} M_{OF} \, NC_{OF}

    Here :math:`M_{OF}` is ``organic_fertilizer_t`` and :math:`NC_{OF}` is ``organic_n_content_t_per_t``.

    Source: Eq. 20.

    Examples
    --------
    >>> result = organic_nitrogen_t(
    ...     organic_fertilizer_t=[100.0, 50.0], organic_n_content_t_per_t=[0.006, 0.012], area_ha=50.0
    ... )
    >>> print(result)
    1.2
    """
    return summed(organic_fertilizer_t * organic_n_content_t_per_t)[()]


@equation("vm0042:18", "N2O_fert,direct", "t CO2e/ha", vm0042("8.2.9", "18"))
def fertilizer_direct_t_co2e_per_ha(
    *,
    synthetic_n_t: SyntheticN,
    organic_n_t: OrganicN,
    direct_factor_synthetic_t_n2o_n_per_t_n: DirectFactor,
    direct_factor_organic_t_n2o_n_per_t_n: DirectFactor,
    gwp_n2o: GwpN2o,
    area_ha: Area,
) -> Value:
    r"""Return the direct nitrous oxide of fertilizer, areal mean.

    Parameters
    ----------
    synthetic_n_t, organic_n_t
        Eqs. 19 and 20, shape (...). [t N, at most 1.5 and 2 per ha]
    direct_factor_synthetic_t_n2o_n_per_t_n, direct_factor_organic_t_n2o_n_per_t_n
        Of the climate and of each kind of nitrogen; the same number twice where the source splits nothing.
        [t N2O-N/t N]
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
    .. math:: N2O_{fert,direct} = \frac{(FSN \, EF_{S} + FON \, EF_{O}) \cdot \frac{44}{28} \, GWP_{N2O}}{A}

    Here :math:`FSN` is ``synthetic_n_t``, :math:`FON` is ``organic_n_t``, :math:`EF_{S}` is
    ``direct_factor_synthetic_t_n2o_n_per_t_n``, :math:`EF_{O}` is ``direct_factor_organic_t_n2o_n_per_t_n``,
    :math:`GWP_{N2O}` is ``gwp_n2o`` and :math:`A` is ``area_ha``.

    Source: Eq. 18, the factor by kind of nitrogen (Table 11.1).

    Examples
    --------
    >>> result = fertilizer_direct_t_co2e_per_ha(
    ...     synthetic_n_t=4.6, organic_n_t=0.6, direct_factor_synthetic_t_n2o_n_per_t_n=0.01,
    ...     direct_factor_organic_t_n2o_n_per_t_n=0.01, gwp_n2o=265.0, area_ha=100.0
    ... )
    >>> print(result)
    0.2165429
    """
    synthetic = synthetic_n_t * direct_factor_synthetic_t_n2o_n_per_t_n
    organic = organic_n_t * direct_factor_organic_t_n2o_n_per_t_n
    return per_ha((synthetic + organic) * N2O_PER_N * gwp_n2o, area_ha)


@equation("vm0042:22-share", "Frac_GASF", "t N/t N", vm0042("8.6.3", "22"))
def volatilised_share_of_products(
    *,
    synthetic_fertilizer_t: Amount,
    synthetic_n_content_t_per_t: Annotated[Value, ranges.SYNTHETIC_N_CONTENT],
    volatilised_of_product_t_per_t: Annotated[Value, ranges.VOLATILISED_SYNTHETIC],
) -> Value:
    r"""Return the share of the nitrogen of several synthetic products that goes into the air, by their forms.

    Parameters
    ----------
    synthetic_fertilizer_t
        Product, shape (..., products). [t]
    synthetic_n_content_t_per_t
        Nitrogen in the product. [t N/t]
    volatilised_of_product_t_per_t
        Frac_GASF of the form of each product (Table 11.3). [t N/t N]

    Returns
    -------
    float or array
        Shape (...), weighted by nitrogen; 0 where there is none. [t N/t N]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: Frac_{GASF} = \frac{\sum_{SF} M_{SF} \, NC_{SF} \, Frac_{GASF,SF}}{\sum_{SF} M_{SF} \, NC_{SF}}

    Here :math:`M_{SF}` is ``synthetic_fertilizer_t``, :math:`NC_{SF}` is ``synthetic_n_content_t_per_t`` and
    :math:`Frac_{GASF,SF}` is ``volatilised_of_product_t_per_t``.

    Source: section 8.6.3, the most specific factor that there is; IPCC 2019 Refinement, Vol. 4, Table 11.3.

    Examples
    --------
    >>> result = volatilised_share_of_products(
    ...     synthetic_fertilizer_t=[10.0, 4.0], synthetic_n_content_t_per_t=[0.46, 0.35],
    ...     volatilised_of_product_t_per_t=[0.15, 0.05]
    ... )
    >>> print(round(result, 7))
    0.1266667
    """
    nitrogen = np.atleast_1d(synthetic_fertilizer_t * synthetic_n_content_t_per_t)
    whole = summed(nitrogen)
    volatilised = summed(nitrogen * volatilised_of_product_t_per_t)
    return np.divide(volatilised, whole, out=np.zeros_like(whole), where=whole > 0)[()]


@equation("vm0042:22", "N2O_fert,volat", "t CO2e", vm0042("8.2.9", "22"))
def fertilizer_volatilised_t_co2e(
    *,
    synthetic_n_t: SyntheticN,
    organic_n_t: OrganicN,
    volatilised_synthetic_t_per_t: Annotated[Value, ranges.VOLATILISED_SYNTHETIC],
    volatilised_organic_t_per_t: VolatilisedOrganic,
    volatilised_factor_t_n2o_n_per_t_n: VolatilisedFactor,
    gwp_n2o: GwpN2o,
    area_ha: Area,
) -> Value:
    r"""Return the indirect nitrous oxide of fertilizer nitrogen that went into the air.

    Parameters
    ----------
    synthetic_n_t, organic_n_t
        Eqs. 19 and 20, shape (...). [t N, at most 1.5 and 2 per ha]
    volatilised_synthetic_t_per_t, volatilised_organic_t_per_t
        Frac_GASF and Frac_GASM. [t N/t N, 0 to 0.5 and 0 to 0.6]
    volatilised_factor_t_n2o_n_per_t_n
        EF_Nvolat (EF4). [t N2O-N/t N]
    gwp_n2o
        [t CO2e/t N2O]
    area_ha
        Area of the unit, shape (...); only judges the amounts. [ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math::

        N2O_{fert,volat} = (FSN \, Frac_{GASF} + FON \, Frac_{GASM}) \, EF_{volat} \cdot \frac{44}{28} \,
        GWP_{N2O}

    Here :math:`FSN` is ``synthetic_n_t``, :math:`FON` is ``organic_n_t``, :math:`Frac_{GASF}` is
    ``volatilised_synthetic_t_per_t``, :math:`Frac_{GASM}` is ``volatilised_organic_t_per_t``,
    :math:`EF_{volat}` is ``volatilised_factor_t_n2o_n_per_t_n`` and :math:`GWP_{N2O}` is ``gwp_n2o``.

    Source: Eq. 22; the subscripts l and S of the fractions mean nothing there (E-7).

    Examples
    --------
    >>> result = fertilizer_volatilised_t_co2e(
    ...     synthetic_n_t=4.6, organic_n_t=0.6, volatilised_synthetic_t_per_t=0.11,
    ...     volatilised_organic_t_per_t=0.21, volatilised_factor_t_n2o_n_per_t_n=0.014, gwp_n2o=265.0,
    ...     area_ha=100.0
    ... )
    >>> print(result)
    3.68456
    """
    volatilised = synthetic_n_t * volatilised_synthetic_t_per_t + organic_n_t * volatilised_organic_t_per_t
    return volatilised * volatilised_factor_t_n2o_n_per_t_n * N2O_PER_N * gwp_n2o


@equation("vm0042:23", "N2O_fert,leach", "t CO2e", vm0042("8.2.9", "23"))
def fertilizer_leached_t_co2e(
    *,
    synthetic_n_t: SyntheticN,
    organic_n_t: OrganicN,
    leached_t_per_t: Leached,
    leached_factor_t_n2o_n_per_t_n: LeachedFactor,
    gwp_n2o: GwpN2o,
    area_ha: Area,
) -> Value:
    r"""Return the indirect nitrous oxide of fertilizer nitrogen that went into water.

    Parameters
    ----------
    synthetic_n_t, organic_n_t
        Eqs. 19 and 20, shape (...). [t N, at most 1.5 and 2 per ha]
    leached_t_per_t
        Frac_LEACH: 0 in a dry climate without irrigation other than drip. [t N/t N]
    leached_factor_t_n2o_n_per_t_n
        EF_Nleach (EF5). [t N2O-N/t N]
    gwp_n2o
        [t CO2e/t N2O]
    area_ha
        Area of the unit, shape (...); only judges the amounts. [ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: N2O_{fert,leach} = (FSN + FON) \, Frac_{LEACH} \, EF_{leach} \cdot \frac{44}{28} \, GWP_{N2O}

    Here :math:`FSN` is ``synthetic_n_t``, :math:`FON` is ``organic_n_t``, :math:`Frac_{LEACH}` is
    ``leached_t_per_t``, :math:`EF_{leach}` is ``leached_factor_t_n2o_n_per_t_n`` and :math:`GWP_{N2O}` is
    ``gwp_n2o``.

    Source: Eq. 23; E-7, E-11.

    Examples
    --------
    >>> result = fertilizer_leached_t_co2e(
    ...     synthetic_n_t=4.6, organic_n_t=0.6, leached_t_per_t=0.0, leached_factor_t_n2o_n_per_t_n=0.011,
    ...     gwp_n2o=265.0, area_ha=100.0
    ... )
    >>> print(result)
    0.0
    """
    leached = (synthetic_n_t + organic_n_t) * leached_t_per_t
    return leached * leached_factor_t_n2o_n_per_t_n * N2O_PER_N * gwp_n2o
