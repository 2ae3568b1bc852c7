"""IPCC 2019 Refinement, Volume 4, Chapter 5: the Tier 2 steady-state method for mineral soils, Eqs. 5.0A to 5.0G."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.arguments import AboveZero, Amount, Fraction, Number
from mollisol.quantification.models.arrays import Numeric, Temperature


def _at(number: str) -> Locator:
    return Locator("IPCC 2019 Refinement, Volume 4, Chapter 5", "2019", equation=number)


@equation("ipcc2019-tier2:temperature", symbol="tfac_m", unit="1", locator=_at("5.0E"))
def temperature_factor(
    *, tmean_c: Temperature, maximum_c: Number = 45.0, optimum_c: Number = 33.69
) -> Numeric:
    r"""Return the effect of temperature on decomposition in a month; the year's factor is the mean of twelve [1].

    Parameters
    ----------
    tmean_c
        Mean air temperature of the month; above the maximum the factor is 0. [°C]
    maximum_c, optimum_c
        45 and 33.69. [°C]

    Notes
    -----
    .. math::

        tfac_m = u^{0.2} \, \exp\left(\frac{0.2}{2.63} \, (1 - u^{2.63})\right), \qquad u = \max\left(0,
        \frac{T_{max} - T}{T_{max} - T_{opt}}\right)

    Here :math:`T` is ``tmean_c``, :math:`T_{max}` is ``maximum_c`` and :math:`T_{opt}` is ``optimum_c``.

    References
    ----------
    ipcc2019-tier2:temperature — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0E.

    Examples
    --------
    >>> print(temperature_factor(tmean_c=45.0))
    0.0
    """
    u = np.maximum(
        (maximum_c - np.asarray(tmean_c, dtype=np.float64)) / (maximum_c - np.asarray(optimum_c)), 0.0
    )
    return np.asarray(u**0.2 * np.exp((0.2 / 2.63) * (1.0 - u**2.63)))


@equation("ipcc2019-tier2:water", symbol="w_m", unit="1", locator=_at("5.0F"))
def water_factor(
    *,
    rain_over_pet: Amount,
    irrigated: Fraction,
    slope: Number = 1.331,
    intercept: Number = 0.2129,
    curvature: Number = -0.2413,
    cap: Amount = 1.25,
    irrigated_value: Amount = 0.775,
) -> Numeric:
    r"""Return the effect of water on decomposition in a month; the year's factor is 1.5 times the mean [1].

    Parameters
    ----------
    rain_over_pet
        Rain over potential evapotranspiration; where the latter is 0 give anything from 1.25 up. [1]
    irrigated
        1 in an irrigated month, where the factor is 0.775; else 0.
    slope, intercept, curvature, cap, irrigated_value
        Constants of the equation.

    Notes
    -----
    .. math:: w_m = 0.2129 + 1.331 \, r - 0.2413 \, r^2, \qquad r = \min(1.25, P / PET)

    Here :math:`P / PET` is ``rain_over_pet``, :math:`0.2129` is ``intercept``, :math:`1.331` is ``slope``,
    :math:`-0.2413` is ``curvature`` and :math:`1.25` is ``cap``. An irrigated month takes ``irrigated_value``,
    0.775.

    References
    ----------
    ipcc2019-tier2:water — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0F.

    Examples
    --------
    >>> print(water_factor(rain_over_pet=0.3, irrigated=1.0))
    0.775
    """
    r = np.minimum(cap, rain_over_pet)
    rained = intercept + slope * r + curvature * r * r
    return np.where(np.asarray(irrigated) > 0.5, irrigated_value, rained)


@equation("ipcc2019-tier2:f4", symbol="f_4", unit="1", locator=_at("5.0C"))
def active_to_slow(*, sand_fraction: Fraction, f5: Fraction = 0.0855) -> Numeric:
    r"""Return the share of the active pool's turnover that goes to the slow pool [1].

    Parameters
    ----------
    sand_fraction
        Sand of 0-30 cm. [0-1]
    f5
        Share of the active pool's turnover that goes to the passive pool.

    Notes
    -----
    .. math:: f_4 = 1 - f_5 - (0.17 + 0.68 \, sand)

    Here :math:`f_5` is ``f5`` and :math:`sand` is ``sand_fraction``.

    References
    ----------
    ipcc2019-tier2:f4 — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0C.

    Examples
    --------
    >>> print(active_to_slow(sand_fraction=0.33))
    0.5201
    """
    return 1.0 - f5 - (0.17 + 0.68 * sand_fraction)


@equation("ipcc2019-tier2:beta", symbol="beta", unit="t C/ha/yr", locator=_at("5.0G"))
def metabolic_input(
    *, carbon_t_ha_yr: Amount, lignin_fraction: Fraction, nitrogen_fraction: AboveZero
) -> Numeric:
    r"""Return the carbon input to the metabolic dead organic matter [t C/ha/yr].

    Parameters
    ----------
    carbon_t_ha_yr
        Carbon input of the year. [t C/ha/yr]
    lignin_fraction, nitrogen_fraction
        Of the input's dry matter. [0-1]

    Notes
    -----
    .. math:: \beta = C_{input} \left(0.85 - 0.018 \, \frac{LC}{NC}\right)

    Here :math:`C_{input}` is ``carbon_t_ha_yr``, :math:`LC` is ``lignin_fraction`` and :math:`NC` is
    ``nitrogen_fraction``.

    References
    ----------
    ipcc2019-tier2:beta — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0G.

    Examples
    --------
    >>> print(metabolic_input(carbon_t_ha_yr=4.0, lignin_fraction=0.073, nitrogen_fraction=0.0083))
    2.766747
    """
    return carbon_t_ha_yr * (0.85 - 0.018 * lignin_fraction / nitrogen_fraction)


@equation("ipcc2019-tier2:alpha", symbol="alpha", unit="t C/ha/yr", locator=_at("5.0G"))
def active_input(
    *,
    carbon_t_ha_yr: Amount,
    lignin_fraction: Fraction,
    metabolic_t_ha_yr: Amount,
    f1: Fraction,
    f2: Fraction,
    f3: Fraction,
    f4: Fraction,
    f5: Fraction,
    f6: Fraction,
    f7: Fraction,
    f8: Fraction,
) -> Numeric:
    r"""Return the carbon that reaches the active pool, what comes back from the other pools included [t C/ha/yr].

    Parameters
    ----------
    carbon_t_ha_yr, lignin_fraction
        Carbon input of the year and its lignin. [t C/ha/yr, 0-1]
    metabolic_t_ha_yr
        From :func:`metabolic_input`. [t C/ha/yr]
    f1, f2, f3
        Shares stabilised from metabolic, structural and lignin matter.
    f4, f5, f6, f7, f8
        Shares passed between active, slow and passive pools.

    Notes
    -----
    .. math::

        \alpha = \frac{\beta f_1 + (C_{input} (1 - LC) - \beta) f_2 + C_{input} \, LC \, f_3 \, (f_7 + f_6
        f_8)}{1 - f_4 f_7 - f_5 f_8 - f_4 f_6 f_8}

    Here :math:`C_{input}` is ``carbon_t_ha_yr``, :math:`LC` is ``lignin_fraction`` and :math:`\beta` is
    ``metabolic_t_ha_yr``.

    References
    ----------
    ipcc2019-tier2:alpha — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0G.

    Examples
    --------
    >>> result = active_input(
    ...     carbon_t_ha_yr=4.0, lignin_fraction=0.073, metabolic_t_ha_yr=2.7667469879518074, f1=0.378,
    ...     f2=0.455, f3=0.455, f4=0.5201, f5=0.0855, f6=0.0504, f7=0.42, f8=0.45
    ... )
    >>> print(result)
    2.096188
    """
    lignin = carbon_t_ha_yr * lignin_fraction
    structural = carbon_t_ha_yr - lignin - metabolic_t_ha_yr
    fresh = metabolic_t_ha_yr * f1 + structural * f2 + lignin * f3 * (f7 + f6 * f8)
    return fresh / (1.0 - f4 * f7 - f5 * f8 - f4 * f6 * f8)


@equation("ipcc2019-tier2:rate", symbol="k", unit="1/yr", locator=_at("5.0B-5.0D"))
def decay_rate(
    *, base_per_yr: AboveZero, temperature_factor: Amount, water_factor: Amount, tillage_factor: Amount
) -> Numeric:
    r"""Return the decay rate of a pool in a year; the passive pool takes a tillage factor of 1 [1/yr].

    Parameters
    ----------
    base_per_yr
        7.4 (0.25 + 0.75 sand) for the active pool, 0.209 slow, 0.00689 passive. [1/yr]
    temperature_factor, water_factor, tillage_factor
        Of the year. [1]

    Notes
    -----
    .. math:: k = k_{fac} \, tfac \, wfac \, tillfac

    Here :math:`k_{fac}` is ``base_per_yr``, :math:`tfac` is ``temperature_factor``, :math:`wfac` is
    ``water_factor`` and :math:`tillfac` is ``tillage_factor``.

    References
    ----------
    ipcc2019-tier2:rate — IPCC 2019 Refinement, Volume 4, Chapter 5, Eqs. 5.0B to 5.0D.

    Examples
    --------
    >>> result = decay_rate(
    ...     base_per_yr=0.209, temperature_factor=0.5, water_factor=1.5, tillage_factor=3.036
    ... )
    >>> print(result)
    0.475893
    """
    return base_per_yr * temperature_factor * water_factor * tillage_factor


@equation("ipcc2019-tier2:active-base", symbol="k_3 (0.25 + 0.75 sand)", unit="1/yr", locator=_at("5.0B"))
def active_base_rate(*, rate_per_yr: AboveZero, sand_fraction: Fraction) -> Numeric:
    r"""Return the decay rate of the active pool before climate and tillage [1/yr].

    Parameters
    ----------
    rate_per_yr
        7.4. [1/yr]
    sand_fraction
        Sand of 0-30 cm. [0-1]

    Notes
    -----
    .. math:: k = k_3 \, (0.25 + 0.75 \, sand)

    Here :math:`k_3` is ``rate_per_yr`` and :math:`sand` is ``sand_fraction``.

    References
    ----------
    ipcc2019-tier2:active-base — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0B.

    Examples
    --------
    >>> print(active_base_rate(rate_per_yr=7.4, sand_fraction=0.33))
    3.6815
    """
    return rate_per_yr * (0.25 + 0.75 * sand_fraction)


@equation("ipcc2019-tier2:active-steady", symbol="Active_y*", unit="t C/ha", locator=_at("5.0B"))
def active_steady(*, alpha_t_ha_yr: Amount, k_active_per_yr: AboveZero) -> Numeric:
    r"""Return the steady state of the active pool under a year's conditions [t C/ha].

    Parameters
    ----------
    alpha_t_ha_yr, k_active_per_yr
        Input to the active pool and its decay rate. [t C/ha/yr, 1/yr]

    Notes
    -----
    .. math:: Active_{y^*} = \frac{\alpha}{k_a}

    Here :math:`\alpha` is ``alpha_t_ha_yr`` and :math:`k_a` is ``k_active_per_yr``.

    References
    ----------
    ipcc2019-tier2:active-steady — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0B.

    Examples
    --------
    >>> print(active_steady(alpha_t_ha_yr=2.0961875023499124, k_active_per_yr=7.022417815166465))
    0.2984994
    """
    return alpha_t_ha_yr / k_active_per_yr


@equation("ipcc2019-tier2:slow-steady", symbol="Slow_y*", unit="t C/ha", locator=_at("5.0C"))
def slow_steady(
    *,
    carbon_t_ha_yr: Amount,
    lignin_fraction: Fraction,
    active_steady_t_ha: Amount,
    k_active_per_yr: AboveZero,
    k_slow_per_yr: AboveZero,
    f3: Fraction,
    f4: Fraction,
) -> Numeric:
    r"""Return the steady state of the slow pool under a year's conditions [t C/ha].

    Parameters
    ----------
    carbon_t_ha_yr, lignin_fraction
        Carbon input and its lignin. [t C/ha/yr, 0-1]
    active_steady_t_ha, k_active_per_yr, k_slow_per_yr
        Steady active pool and the two rates. [t C/ha, 1/yr]
    f3, f4
        Shares from lignin and from the active pool.

    Notes
    -----
    .. math:: Slow_{y^*} = \frac{C_{input} \, LC \, f_3 + Active_{y^*} \, k_a \, f_4}{k_s}

    Here :math:`C_{input}` is ``carbon_t_ha_yr``, :math:`LC` is ``lignin_fraction``, :math:`Active_{y^*}` is
    ``active_steady_t_ha``, :math:`k_a` is ``k_active_per_yr`` and :math:`k_s` is ``k_slow_per_yr``.

    References
    ----------
    ipcc2019-tier2:slow-steady — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0C.

    Examples
    --------
    >>> result = slow_steady(
    ...     carbon_t_ha_yr=4.0, lignin_fraction=0.073, active_steady_t_ha=0.29849939971141154,
    ...     k_active_per_yr=7.022417815166465, k_slow_per_yr=0.39866503418981153, f3=0.455, f4=0.5201
    ... )
    >>> print(result)
    3.067957
    """
    return (carbon_t_ha_yr * lignin_fraction * f3 + active_steady_t_ha * k_active_per_yr * f4) / k_slow_per_yr


@equation("ipcc2019-tier2:passive-steady", symbol="Passive_y*", unit="t C/ha", locator=_at("5.0D"))
def passive_steady(
    *,
    active_steady_t_ha: Amount,
    slow_steady_t_ha: Amount,
    k_active_per_yr: AboveZero,
    k_slow_per_yr: AboveZero,
    k_passive_per_yr: AboveZero,
    f5: Fraction,
    f6: Fraction,
) -> Numeric:
    r"""Return the steady state of the passive pool under a year's conditions [t C/ha].

    Parameters
    ----------
    active_steady_t_ha, slow_steady_t_ha
        Steady states of the other pools. [t C/ha]
    k_active_per_yr, k_slow_per_yr, k_passive_per_yr
        Decay rates. [1/yr]
    f5, f6
        Shares from the active and the slow pool.

    Notes
    -----
    .. math:: Passive_{y^*} = \frac{Active_{y^*} \, k_a \, f_5 + Slow_{y^*} \, k_s \, f_6}{k_p}

    Here :math:`Active_{y^*}` is ``active_steady_t_ha``, :math:`Slow_{y^*}` is ``slow_steady_t_ha``, :math:`k_a`
    is ``k_active_per_yr``, :math:`k_s` is ``k_slow_per_yr`` and :math:`k_p` is ``k_passive_per_yr``.

    References
    ----------
    ipcc2019-tier2:passive-steady — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0D.

    Examples
    --------
    >>> result = passive_steady(
    ...     active_steady_t_ha=0.29849939971141154, slow_steady_t_ha=3.067956843664036,
    ...     k_active_per_yr=7.022417815166465, k_slow_per_yr=0.39866503418981153,
    ...     k_passive_per_yr=0.0043289175595687505, f5=0.0855, f6=0.0504
    ... )
    >>> print(result)
    55.64154
    """
    arriving = active_steady_t_ha * k_active_per_yr * f5 + slow_steady_t_ha * k_slow_per_yr * f6
    return arriving / k_passive_per_yr


@equation("ipcc2019-tier2:pool", symbol="Pool_y", unit="t C/ha", locator=_at("5.0B-5.0D"))
def next_pool(*, before_t_ha: Amount, steady_t_ha: Amount, rate_per_yr: AboveZero) -> Numeric:
    r"""Return the pool at the end of a year: a step of min(1, k) towards the steady state [t C/ha].

    Parameters
    ----------
    before_t_ha, steady_t_ha
        Pool a year earlier and its steady state. [t C/ha]
    rate_per_yr
        Decay rate; a pool that turns over more than once a year is at its steady state. [1/yr]

    Notes
    -----
    .. math:: Pool_y = Pool_{y-1} + (Pool_{y^*} - Pool_{y-1}) \, \min(1, k)

    Here :math:`Pool_{y-1}` is ``before_t_ha``, :math:`Pool_{y^*}` is ``steady_t_ha`` and :math:`k` is
    ``rate_per_yr``.

    References
    ----------
    ipcc2019-tier2:pool — IPCC 2019 Refinement, Volume 4, Chapter 5, Eqs. 5.0B to 5.0D.

    Examples
    --------
    >>> print(next_pool(before_t_ha=2.0, steady_t_ha=1.5, rate_per_yr=3.0))
    1.5
    """
    return before_t_ha + (steady_t_ha - before_t_ha) * np.minimum(1.0, rate_per_yr)
