"""Nitrous oxide of fertilizer (VM0042 section 8.2.9, Eqs. 18 to 20, 22 and 23).

Nitrogen is in tonnes here. The direct factor is given for synthetic and for organic nitrogen apart, because the wet
climate has one for each.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import FloatArray, Value, together
from mollisol.quantification.sources import ranges
from mollisol.quantification.sources.ranges import amount, area_of, by_category, per_ha, summed, total, within

N2O_PER_N = 44 / 28
"""t N2O per t N2O-N."""


def nitrogen_of_products(
    names: tuple[str, str],
    mass: ArrayLike,
    content: ArrayLike,
    spans: tuple[ranges.Span, ranges.Span],
    area_ha: ArrayLike,
) -> Value:
    """Sum the nitrogen of products.

    Parameters
    ----------
    names
        Of the two arguments, for messages.
    mass, content
        Product in tonnes and nitrogen in it, shape (..., products).
    spans
        What a hectare can hold of the product, and the nitrogen that it can hold.
    area_ha
        Area of the unit, shape (...). [ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.
    """
    area = area_of(area_ha)
    product = amount(names[0], mass, area, spans[0])
    share = by_category(names[1], content, spans[1])
    together(**{names[0]: product, names[1]: share})
    return summed(product * share)[()]


def _fsn_fon(synthetic: ArrayLike, organic: ArrayLike, area: FloatArray) -> tuple[FloatArray, FloatArray]:
    fsn = total("synthetic_n_t", synthetic, area, ranges.SYNTHETIC_N_PER_HA)
    fon = total("organic_n_t", organic, area, ranges.ORGANIC_N_PER_HA)
    together(synthetic_n_t=fsn, organic_n_t=fon)
    return fsn, fon


@equation(
    "vm0042:19", symbol="FSN", unit="t N", locator=Locator("VM0042", "2.2", section="8.2.9", equation="19")
)
def synthetic_nitrogen_t(
    *, synthetic_fertilizer_t: ArrayLike, synthetic_n_content_t_per_t: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Nitrogen in the synthetic fertilizer of a year.

    Parameters
    ----------
    synthetic_fertilizer_t
        Product, shape (..., products). [t, at most 5 per ha]
    synthetic_n_content_t_per_t
        Nitrogen in the product. [t N/t, 0 or 0.009 to 0.83]
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
    Source: Eq. 19.
    """
    return nitrogen_of_products(
        ("synthetic_fertilizer_t", "synthetic_n_content_t_per_t"),
        synthetic_fertilizer_t,
        synthetic_n_content_t_per_t,
        (ranges.SYNTHETIC_PER_HA, ranges.SYNTHETIC_N_CONTENT),
        area_ha,
    )


@equation(
    "vm0042:20", symbol="FON", unit="t N", locator=Locator("VM0042", "2.2", section="8.2.9", equation="20")
)
def organic_nitrogen_t(
    *, organic_fertilizer_t: ArrayLike, organic_n_content_t_per_t: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Nitrogen in the organic fertilizer of a year.

    Parameters
    ----------
    organic_fertilizer_t
        Product, shape (..., products). [t, at most 200 per ha]
    organic_n_content_t_per_t
        Nitrogen in the product, on the basis (fresh or dry) of its mass. [t N/t, 0 or 0.0005 to 0.15]
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
    Source: Eq. 20.
    """
    return nitrogen_of_products(
        ("organic_fertilizer_t", "organic_n_content_t_per_t"),
        organic_fertilizer_t,
        organic_n_content_t_per_t,
        (ranges.ORGANIC_PER_HA, ranges.ORGANIC_N_CONTENT),
        area_ha,
    )


@equation(
    "vm0042:18",
    symbol="N2O_fert,direct",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.9", equation="18"),
)
def fertilizer_direct_t_co2e_per_ha(
    *,
    synthetic_n_t: ArrayLike,
    organic_n_t: ArrayLike,
    direct_factor_synthetic_t_n2o_n_per_t_n: ArrayLike,
    direct_factor_organic_t_n2o_n_per_t_n: ArrayLike,
    gwp_n2o: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Direct nitrous oxide of fertilizer, areal mean.

    Parameters
    ----------
    synthetic_n_t, organic_n_t
        Eqs. 19 and 20, shape (...). [t N, at most 1.5 and 2 per ha]
    direct_factor_synthetic_t_n2o_n_per_t_n, direct_factor_organic_t_n2o_n_per_t_n
        Of the climate and of each kind of nitrogen; the same number twice where the source splits nothing.
        [t N2O-N/t N, 0 to 0.05]
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
    Source: Eq. 18, the factor by kind of nitrogen (Table 11.1).
    """
    area = area_of(area_ha)
    fsn, fon = _fsn_fon(synthetic_n_t, organic_n_t, area)
    synthetic = within(
        "direct_factor_synthetic_t_n2o_n_per_t_n",
        direct_factor_synthetic_t_n2o_n_per_t_n,
        ranges.DIRECT_N2O_FACTOR,
    )
    organic = within(
        "direct_factor_organic_t_n2o_n_per_t_n",
        direct_factor_organic_t_n2o_n_per_t_n,
        ranges.DIRECT_N2O_FACTOR,
    )
    potential = within("gwp_n2o", gwp_n2o, ranges.GWP_N2O)
    together(synthetic_n_t=fsn, organic_n_t=fon, direct_factors=synthetic + organic, gwp_n2o=potential)
    return per_ha((fsn * synthetic + fon * organic) * N2O_PER_N * potential, area)


@equation(
    "vm0042:22",
    symbol="N2O_fert,volat",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.2.9", equation="22"),
)
def fertilizer_volatilised_t_co2e(
    *,
    synthetic_n_t: ArrayLike,
    organic_n_t: ArrayLike,
    volatilised_synthetic_t_per_t: ArrayLike,
    volatilised_organic_t_per_t: ArrayLike,
    volatilised_factor_t_n2o_n_per_t_n: ArrayLike,
    gwp_n2o: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Indirect nitrous oxide of fertilizer nitrogen that went into the air.

    Parameters
    ----------
    synthetic_n_t, organic_n_t
        Eqs. 19 and 20, shape (...). [t N, at most 1.5 and 2 per ha]
    volatilised_synthetic_t_per_t, volatilised_organic_t_per_t
        Frac_GASF and Frac_GASM. [t N/t N, 0 to 0.5 and 0 to 0.6]
    volatilised_factor_t_n2o_n_per_t_n
        EF_Nvolat (EF4). [t N2O-N/t N, 0 to 0.05]
    gwp_n2o
        [t CO2e/t N2O, 200 to 350]
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
    Source: Eq. 22; the subscripts l and S of the fractions mean nothing there (E-7).
    """
    fsn, fon = _fsn_fon(synthetic_n_t, organic_n_t, area_of(area_ha))
    gasf = within(
        "volatilised_synthetic_t_per_t", volatilised_synthetic_t_per_t, ranges.VOLATILISED_SYNTHETIC
    )
    gasm = within("volatilised_organic_t_per_t", volatilised_organic_t_per_t, ranges.VOLATILISED_ORGANIC)
    factor = within(
        "volatilised_factor_t_n2o_n_per_t_n",
        volatilised_factor_t_n2o_n_per_t_n,
        ranges.VOLATILISED_N2O_FACTOR,
    )
    potential = within("gwp_n2o", gwp_n2o, ranges.GWP_N2O)
    together(synthetic_n_t=fsn, organic_n_t=fon, fractions=gasf + gasm, factor=factor, gwp_n2o=potential)
    return (fsn * gasf + fon * gasm) * factor * N2O_PER_N * potential


@equation(
    "vm0042:23",
    symbol="N2O_fert,leach",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.2.9", equation="23"),
)
def fertilizer_leached_t_co2e(
    *,
    synthetic_n_t: ArrayLike,
    organic_n_t: ArrayLike,
    leached_t_per_t: ArrayLike,
    leached_factor_t_n2o_n_per_t_n: ArrayLike,
    gwp_n2o: ArrayLike,
    area_ha: ArrayLike,
) -> Value:
    """Indirect nitrous oxide of fertilizer nitrogen that went into water.

    Parameters
    ----------
    synthetic_n_t, organic_n_t
        Eqs. 19 and 20, shape (...). [t N, at most 1.5 and 2 per ha]
    leached_t_per_t
        Frac_LEACH: 0 in a dry climate without irrigation other than drip. [t N/t N, 0 or 0.009 to 0.8]
    leached_factor_t_n2o_n_per_t_n
        EF_Nleach (EF5). [t N2O-N/t N, 0 to 0.05]
    gwp_n2o
        [t CO2e/t N2O, 200 to 350]
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
    Source: Eq. 23; E-7, E-11.
    """
    fsn, fon = _fsn_fon(synthetic_n_t, organic_n_t, area_of(area_ha))
    leached = within("leached_t_per_t", leached_t_per_t, ranges.LEACHED)
    factor = within(
        "leached_factor_t_n2o_n_per_t_n", leached_factor_t_n2o_n_per_t_n, ranges.LEACHED_N2O_FACTOR
    )
    potential = within("gwp_n2o", gwp_n2o, ranges.GWP_N2O)
    together(synthetic_n_t=fsn, organic_n_t=fon, leached_t_per_t=leached, factor=factor, gwp_n2o=potential)
    return (fsn + fon) * leached * factor * N2O_PER_N * potential
