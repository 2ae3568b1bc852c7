"""AMGv2, equation by equation (Clivot and others 2019)."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.models.arrays import Numeric

_CLIVOT = Locator("Clivot and others, Environmental Modelling and Software 118", "2019")


@equation("amg:temperature", symbol="f_T", unit="1", locator=_CLIVOT)
def temperature_factor(
    *, tmean_c: Numeric, a: Numeric = 25.0, c_per_c: Numeric = 0.12, reference_c: Numeric = 15.0
) -> Numeric:
    r"""Effect of the year's mean temperature, 1 at 15 °C; 1e-6 at or below freezing [1].

    .. math:: a / (1 + (a - 1)\, e^{c T_{ref}}\, e^{-c T})

    Parameters
    ----------
    tmean_c
        Mean air temperature of the year. [°C]
    a, c_per_c, reference_c
        25, 0.12 and 15.

    References
    ----------
    amg:temperature — Clivot and others 2019.
    """
    t = np.asarray(tmean_c, dtype=np.float64)
    warm = a / (1.0 + (a - 1.0) * np.exp(c_per_c * (reference_c - t)))
    return np.where(t <= 0.0, 1e-6, warm)


@equation("amg:moisture", symbol="f_H", unit="1", locator=_CLIVOT)
def moisture_factor(*, net_water_mm: Numeric, a: Numeric = 0.03, b_per_m: Numeric = 5.247) -> Numeric:
    r"""Effect of the year's water balance [1].

    .. math:: 1 / (1 + 0.03\, e^{-5.247\, (P + irrigation - PET)/1000})

    Parameters
    ----------
    net_water_mm
        Rain and irrigation less potential evapotranspiration. [mm/yr]
    a, b_per_m
        0.03 and 5.247.

    References
    ----------
    amg:moisture — Clivot and others 2019.
    """
    return 1.0 / (1.0 + a * np.exp(-b_per_m * np.asarray(net_water_mm, dtype=np.float64) / 1000.0))


@equation("amg:clay", symbol="f_A", unit="1", locator=_CLIVOT)
def clay_factor(*, clay_g_kg: Numeric, a_kg_g: Numeric = 0.002519) -> Numeric:
    """Effect of clay [1].

    Parameters
    ----------
    clay_g_kg
        Clay. [g/kg]
    a_kg_g
        0.002519; AMGv1 had 0.00272.

    References
    ----------
    amg:clay — Clivot and others 2019.
    """
    return np.exp(-a_kg_g * np.asarray(clay_g_kg, dtype=np.float64))


@equation("amg:carbonate", symbol="f_C", unit="1", locator=_CLIVOT)
def carbonate_factor(*, caco3_g_kg: Numeric, c_kg_g: Numeric = 0.0015) -> Numeric:
    """Effect of calcium carbonate [1].

    Parameters
    ----------
    caco3_g_kg
        Calcium carbonate. [g/kg]
    c_kg_g
        0.0015; AMGv1 had 0.00167.

    References
    ----------
    amg:carbonate — Clivot and others 2019.
    """
    return 1.0 / (1.0 + c_kg_g * np.asarray(caco3_g_kg, dtype=np.float64))


@equation("amg:ph", symbol="f_pH", unit="1", locator=_CLIVOT)
def ph_factor(*, ph: Numeric, a: Numeric = 0.112, best: Numeric = 8.5) -> Numeric:
    """Effect of the soil's pH in water [1].

    Parameters
    ----------
    ph
        pH in water.
    a, best
        0.112 and 8.5.

    References
    ----------
    amg:ph — Clivot and others 2019.
    """
    return np.exp(-a * (np.asarray(ph, dtype=np.float64) - best) ** 2)


@equation("amg:cn", symbol="f_CN", unit="1", locator=_CLIVOT)
def cn_factor(*, cn_ratio: Numeric, a: Numeric = 0.06, best: Numeric = 11.0) -> Numeric:
    """Effect of the soil's carbon to nitrogen ratio [1].

    Parameters
    ----------
    cn_ratio
        C:N of the soil.
    a, best
        0.06 and 11.

    References
    ----------
    amg:cn — Clivot and others 2019.
    """
    return 0.8 * np.exp(-a * (np.asarray(cn_ratio, dtype=np.float64) - best) ** 2) + 0.2


@equation("amg:rate", symbol="k", unit="1/yr", locator=_CLIVOT)
def mineralisation_rate(
    *,
    k0_per_yr: Numeric,
    temperature_factor: Numeric,
    moisture_factor: Numeric,
    clay_factor: Numeric,
    carbonate_factor: Numeric,
    ph_factor: Numeric,
    cn_factor: Numeric,
) -> Numeric:
    """Mineralisation rate of the active pool [1/yr].

    Parameters
    ----------
    k0_per_yr
        0.29. [1/yr]
    temperature_factor, moisture_factor, clay_factor, carbonate_factor, ph_factor, cn_factor
        Of the year and the soil. [1]

    References
    ----------
    amg:rate — Clivot and others 2019.
    """
    climate = k0_per_yr * temperature_factor * moisture_factor
    return climate * clay_factor * carbonate_factor * ph_factor * cn_factor


@equation("amg:active", symbol="C_A", unit="t C/ha", locator=_CLIVOT)
def next_active(*, before_t_ha: Numeric, humified_t_ha_yr: Numeric, rate_per_yr: Numeric) -> Numeric:
    r"""Active pool after a year with constant input and rate [t C/ha].

    .. math:: C e^{-k} + (H/k)(1 - e^{-k})

    Parameters
    ----------
    before_t_ha
        Active pool a year earlier. [t C/ha]
    humified_t_ha_yr
        Humified input of the year before. [t C/ha/yr]
    rate_per_yr
        Rate of this year. [1/yr]

    References
    ----------
    amg:active — Clivot and others 2019, solved over a year.
    """
    k = np.asarray(rate_per_yr, dtype=np.float64)
    return before_t_ha * np.exp(-k) - humified_t_ha_yr / k * np.expm1(-k)
