"""IPCC 2019 Refinement, Volume 4, Chapter 5: the Tier 2 steady-state method for mineral soils, Eqs. 5.0A to 5.0G."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.models.arrays import Numeric


def _at(number: str) -> Locator:
    return Locator("IPCC 2019 Refinement, Volume 4, Chapter 5", "2019", equation=number)


@equation("ipcc2019-tier2:temperature", symbol="tfac_m", unit="1", locator=_at("5.0E"))
def temperature_factor(*, tmean_c: Numeric, maximum_c: Numeric = 45.0, optimum_c: Numeric = 33.69) -> Numeric:
    r"""Effect of temperature on decomposition in one month; the year's factor is the mean of twelve [1].

    .. math:: u^{0.2}\, e^{(0.2/2.63)(1 - u^{2.63})}, \quad u = (T_{max} - T)/(T_{max} - T_{opt})

    Parameters
    ----------
    tmean_c
        Mean air temperature of the month; above the maximum the factor is 0. [°C]
    maximum_c, optimum_c
        45 and 33.69. [°C]

    References
    ----------
    ipcc2019-tier2:temperature — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0E.
    """
    u = np.maximum(
        (maximum_c - np.asarray(tmean_c, dtype=np.float64)) / (maximum_c - np.asarray(optimum_c)), 0.0
    )
    return np.asarray(u**0.2 * np.exp((0.2 / 2.63) * (1.0 - u**2.63)))


@equation("ipcc2019-tier2:water", symbol="w_m", unit="1", locator=_at("5.0F"))
def water_factor(
    *,
    rain_over_pet: Numeric,
    irrigated: Numeric,
    slope: Numeric = 1.331,
    intercept: Numeric = 0.2129,
    curvature: Numeric = -0.2413,
    cap: Numeric = 1.25,
    irrigated_value: Numeric = 0.775,
) -> Numeric:
    r"""Effect of water on decomposition in one month; the year's factor is 1.5 times the mean of twelve [1].

    .. math:: 0.2129 + 1.331\,r - 0.2413\,r^2, \quad r = \min(1.25, P/PET)

    Parameters
    ----------
    rain_over_pet
        Rain over potential evapotranspiration; where the latter is 0 give anything from 1.25 up. [1]
    irrigated
        1 in an irrigated month, where the factor is 0.775; else 0.
    slope, intercept, curvature, cap, irrigated_value
        Constants of the equation.

    References
    ----------
    ipcc2019-tier2:water — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0F.
    """
    r = np.minimum(cap, rain_over_pet)
    rained = intercept + slope * r + curvature * r * r
    return np.where(np.asarray(irrigated) > 0.5, irrigated_value, rained)


@equation("ipcc2019-tier2:f4", symbol="f_4", unit="1", locator=_at("5.0C"))
def active_to_slow(*, sand_fraction: Numeric, f5: Numeric = 0.0855) -> Numeric:
    """Share of the active pool's turnover that goes to the slow pool [1].

    Parameters
    ----------
    sand_fraction
        Sand of 0-30 cm. [0-1]
    f5
        Share of the active pool's turnover that goes to the passive pool.

    References
    ----------
    ipcc2019-tier2:f4 — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0C.
    """
    return 1.0 - f5 - (0.17 + 0.68 * sand_fraction)


@equation("ipcc2019-tier2:beta", symbol="beta", unit="t C/ha/yr", locator=_at("5.0G"))
def metabolic_input(
    *, carbon_t_ha_yr: Numeric, lignin_fraction: Numeric, nitrogen_fraction: Numeric
) -> Numeric:
    """Carbon input to the metabolic dead organic matter [t C/ha/yr].

    Parameters
    ----------
    carbon_t_ha_yr
        Carbon input of the year. [t C/ha/yr]
    lignin_fraction, nitrogen_fraction
        Of the input's dry matter. [0-1]

    References
    ----------
    ipcc2019-tier2:beta — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0G.
    """
    return carbon_t_ha_yr * (0.85 - 0.018 * lignin_fraction / nitrogen_fraction)


@equation("ipcc2019-tier2:alpha", symbol="alpha", unit="t C/ha/yr", locator=_at("5.0G"))
def active_input(
    *,
    carbon_t_ha_yr: Numeric,
    lignin_fraction: Numeric,
    metabolic_t_ha_yr: Numeric,
    f1: Numeric,
    f2: Numeric,
    f3: Numeric,
    f4: Numeric,
    f5: Numeric,
    f6: Numeric,
    f7: Numeric,
    f8: Numeric,
) -> Numeric:
    """Carbon that reaches the active pool, what comes back from the other pools included [t C/ha/yr].

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

    References
    ----------
    ipcc2019-tier2:alpha — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0G.
    """
    lignin = carbon_t_ha_yr * lignin_fraction
    structural = carbon_t_ha_yr - lignin - metabolic_t_ha_yr
    fresh = metabolic_t_ha_yr * f1 + structural * f2 + lignin * f3 * (f7 + f6 * f8)
    return fresh / (1.0 - f4 * f7 - f5 * f8 - f4 * f6 * f8)


@equation("ipcc2019-tier2:rate", symbol="k", unit="1/yr", locator=_at("5.0B-5.0D"))
def decay_rate(
    *, base_per_yr: Numeric, temperature_factor: Numeric, water_factor: Numeric, tillage_factor: Numeric
) -> Numeric:
    """Decay rate of a pool in a year; the passive pool takes a tillage factor of 1 [1/yr].

    Parameters
    ----------
    base_per_yr
        7.4 (0.25 + 0.75 sand) for the active pool, 0.209 slow, 0.00689 passive. [1/yr]
    temperature_factor, water_factor, tillage_factor
        Of the year. [1]

    References
    ----------
    ipcc2019-tier2:rate — IPCC 2019 Refinement, Volume 4, Chapter 5, Eqs. 5.0B to 5.0D.
    """
    return base_per_yr * temperature_factor * water_factor * tillage_factor


@equation("ipcc2019-tier2:active-base", symbol="k_3 (0.25 + 0.75 sand)", unit="1/yr", locator=_at("5.0B"))
def active_base_rate(*, rate_per_yr: Numeric, sand_fraction: Numeric) -> Numeric:
    """Decay rate of the active pool before climate and tillage [1/yr].

    Parameters
    ----------
    rate_per_yr
        7.4. [1/yr]
    sand_fraction
        Sand of 0-30 cm. [0-1]

    References
    ----------
    ipcc2019-tier2:active-base — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0B.
    """
    return rate_per_yr * (0.25 + 0.75 * sand_fraction)


@equation("ipcc2019-tier2:active-steady", symbol="Active_y*", unit="t C/ha", locator=_at("5.0B"))
def active_steady(*, alpha_t_ha_yr: Numeric, k_active_per_yr: Numeric) -> Numeric:
    """Steady state of the active pool under a year's conditions [t C/ha].

    Parameters
    ----------
    alpha_t_ha_yr, k_active_per_yr
        Input to the active pool and its decay rate. [t C/ha/yr, 1/yr]

    References
    ----------
    ipcc2019-tier2:active-steady — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0B.
    """
    return alpha_t_ha_yr / k_active_per_yr


@equation("ipcc2019-tier2:slow-steady", symbol="Slow_y*", unit="t C/ha", locator=_at("5.0C"))
def slow_steady(
    *,
    carbon_t_ha_yr: Numeric,
    lignin_fraction: Numeric,
    active_steady_t_ha: Numeric,
    k_active_per_yr: Numeric,
    k_slow_per_yr: Numeric,
    f3: Numeric,
    f4: Numeric,
) -> Numeric:
    """Steady state of the slow pool under a year's conditions [t C/ha].

    Parameters
    ----------
    carbon_t_ha_yr, lignin_fraction
        Carbon input and its lignin. [t C/ha/yr, 0-1]
    active_steady_t_ha, k_active_per_yr, k_slow_per_yr
        Steady active pool and the two rates. [t C/ha, 1/yr]
    f3, f4
        Shares from lignin and from the active pool.

    References
    ----------
    ipcc2019-tier2:slow-steady — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0C.
    """
    return (carbon_t_ha_yr * lignin_fraction * f3 + active_steady_t_ha * k_active_per_yr * f4) / k_slow_per_yr


@equation("ipcc2019-tier2:passive-steady", symbol="Passive_y*", unit="t C/ha", locator=_at("5.0D"))
def passive_steady(
    *,
    active_steady_t_ha: Numeric,
    slow_steady_t_ha: Numeric,
    k_active_per_yr: Numeric,
    k_slow_per_yr: Numeric,
    k_passive_per_yr: Numeric,
    f5: Numeric,
    f6: Numeric,
) -> Numeric:
    """Steady state of the passive pool under a year's conditions [t C/ha].

    Parameters
    ----------
    active_steady_t_ha, slow_steady_t_ha
        Steady states of the other pools. [t C/ha]
    k_active_per_yr, k_slow_per_yr, k_passive_per_yr
        Decay rates. [1/yr]
    f5, f6
        Shares from the active and the slow pool.

    References
    ----------
    ipcc2019-tier2:passive-steady — IPCC 2019 Refinement, Volume 4, Chapter 5, Eq. 5.0D.
    """
    arriving = active_steady_t_ha * k_active_per_yr * f5 + slow_steady_t_ha * k_slow_per_yr * f6
    return arriving / k_passive_per_yr


@equation("ipcc2019-tier2:pool", symbol="Pool_y", unit="t C/ha", locator=_at("5.0B-5.0D"))
def next_pool(*, before_t_ha: Numeric, steady_t_ha: Numeric, rate_per_yr: Numeric) -> Numeric:
    """Pool at the end of a year: a step of min(1, k) towards the steady state, as the method says [t C/ha].

    Parameters
    ----------
    before_t_ha, steady_t_ha
        Pool a year earlier and its steady state. [t C/ha]
    rate_per_yr
        Decay rate; a pool that turns over more than once a year is at its steady state. [1/yr]

    References
    ----------
    ipcc2019-tier2:pool — IPCC 2019 Refinement, Volume 4, Chapter 5, Eqs. 5.0B to 5.0D.
    """
    return before_t_ha + (steady_t_ha - before_t_ha) * np.minimum(1.0, rate_per_yr)
