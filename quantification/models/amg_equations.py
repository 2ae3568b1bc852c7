"""AMGv2, equation by equation (Clivot and others 2019)."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.arguments import AboveZero, Amount, Number
from mollisol.quantification.models.arrays import Acidity, Numeric, Temperature

_CLIVOT = Locator("Clivot and others, Environmental Modelling and Software 118", "2019")


@equation("amg:temperature", symbol="f_T", unit="1", locator=_CLIVOT)
def temperature_factor(
    *, tmean_c: Temperature, a: Number = 25.0, c_per_c: Number = 0.12, reference_c: Number = 15.0
) -> Numeric:
    r"""Return the effect of the year's mean temperature, 1 at 15 °C; 1e-6 at or below freezing [1].

    Parameters
    ----------
    tmean_c
        Mean air temperature of the year. [°C]
    a, c_per_c, reference_c
        25, 0.12 and 15.

    Notes
    -----
    .. math:: f_T = \frac{a}{1 + (a - 1) \, e^{c \, (T_{ref} - T)}} \text{ for } T > 0, \text{ else } 10^{-6}

    Here :math:`T` is ``tmean_c``, :math:`a` is ``a``, :math:`c` is ``c_per_c`` and :math:`T_{ref}` is
    ``reference_c``.

    References
    ----------
    amg:temperature — Clivot and others 2019.

    Examples
    --------
    >>> print(temperature_factor(tmean_c=10.9))
    0.621056
    """
    t = np.asarray(tmean_c, dtype=np.float64)
    warm = a / (1.0 + (a - 1.0) * np.exp(c_per_c * (reference_c - t)))
    return np.where(t <= 0.0, 1e-6, warm)


@equation("amg:moisture", symbol="f_H", unit="1", locator=_CLIVOT)
def moisture_factor(*, net_water_mm: Number, a: Number = 0.03, b_per_m: Number = 5.247) -> Numeric:
    r"""Return the effect of the year's water balance [1].

    Parameters
    ----------
    net_water_mm
        Rain and irrigation less potential evapotranspiration. [mm/yr]
    a, b_per_m
        0.03 and 5.247.

    Notes
    -----
    .. math:: f_H = \frac{1}{1 + a \, e^{-b \, H / 1000}}

    Here :math:`H` is ``net_water_mm``, :math:`a` is ``a`` and :math:`b` is ``b_per_m``.

    References
    ----------
    amg:moisture — Clivot and others 2019.

    Examples
    --------
    >>> print(moisture_factor(net_water_mm=56.0))
    0.978127
    """
    return 1.0 / (1.0 + a * np.exp(-b_per_m * np.asarray(net_water_mm, dtype=np.float64) / 1000.0))


@equation("amg:clay", symbol="f_A", unit="1", locator=_CLIVOT)
def clay_factor(*, clay_g_kg: Amount, a_kg_g: Number = 0.002519) -> Numeric:
    r"""Return the effect of clay [1].

    Parameters
    ----------
    clay_g_kg
        Clay. [g/kg]
    a_kg_g
        0.002519; AMGv1 had 0.00272.

    Notes
    -----
    .. math:: f_A = e^{-a \, A}

    Here :math:`A` is ``clay_g_kg`` and :math:`a` is ``a_kg_g``.

    References
    ----------
    amg:clay — Clivot and others 2019.

    Examples
    --------
    >>> print(clay_factor(clay_g_kg=178.0))
    0.638661
    """
    return np.exp(-a_kg_g * np.asarray(clay_g_kg, dtype=np.float64))


@equation("amg:carbonate", symbol="f_C", unit="1", locator=_CLIVOT)
def carbonate_factor(*, caco3_g_kg: Amount, c_kg_g: Number = 0.0015) -> Numeric:
    r"""Return the effect of calcium carbonate [1].

    Parameters
    ----------
    caco3_g_kg
        Calcium carbonate. [g/kg]
    c_kg_g
        0.0015; AMGv1 had 0.00167.

    Notes
    -----
    .. math:: f_C = \frac{1}{1 + c \, CaCO_3}

    Here :math:`CaCO_3` is ``caco3_g_kg`` and :math:`c` is ``c_kg_g``.

    References
    ----------
    amg:carbonate — Clivot and others 2019.

    Examples
    --------
    >>> print(carbonate_factor(caco3_g_kg=115.0))
    0.852878
    """
    return 1.0 / (1.0 + c_kg_g * np.asarray(caco3_g_kg, dtype=np.float64))


@equation("amg:ph", symbol="f_pH", unit="1", locator=_CLIVOT)
def ph_factor(*, ph: Acidity, a: Number = 0.112, best: Number = 8.5) -> Numeric:
    r"""Return the effect of the soil's pH in water [1].

    Parameters
    ----------
    ph
        pH in water.
    a, best
        0.112 and 8.5.

    Notes
    -----
    .. math:: f_{pH} = e^{-a \, (pH - b)^2}

    Here :math:`pH` is ``ph``, :math:`a` is ``a`` and :math:`b` is ``best``.

    References
    ----------
    amg:ph — Clivot and others 2019.

    Examples
    --------
    >>> print(ph_factor(ph=8.39))
    0.998646
    """
    return np.exp(-a * (np.asarray(ph, dtype=np.float64) - best) ** 2)


@equation("amg:cn", symbol="f_CN", unit="1", locator=_CLIVOT)
def cn_factor(*, cn_ratio: Amount, a: Number = 0.06, best: Number = 11.0) -> Numeric:
    r"""Return the effect of the soil's carbon to nitrogen ratio [1].

    Parameters
    ----------
    cn_ratio
        C:N of the soil.
    a, best
        0.06 and 11.

    Notes
    -----
    .. math:: f_{CN} = 0.8 \, e^{-a \, (CN - b)^2} + 0.2

    Here :math:`CN` is ``cn_ratio``, :math:`a` is ``a`` and :math:`b` is ``best``.

    References
    ----------
    amg:cn — Clivot and others 2019.

    Examples
    --------
    >>> print(cn_factor(cn_ratio=10.35))
    0.979975
    """
    return 0.8 * np.exp(-a * (np.asarray(cn_ratio, dtype=np.float64) - best) ** 2) + 0.2


@equation("amg:rate", symbol="k", unit="1/yr", locator=_CLIVOT)
def mineralisation_rate(
    *,
    k0_per_yr: AboveZero,
    temperature_factor: Amount,
    moisture_factor: Amount,
    clay_factor: Amount,
    carbonate_factor: Amount,
    ph_factor: Amount,
    cn_factor: Amount,
) -> Numeric:
    r"""Return the mineralisation rate of the active pool [1/yr].

    Parameters
    ----------
    k0_per_yr
        0.29. [1/yr]
    temperature_factor, moisture_factor, clay_factor, carbonate_factor, ph_factor, cn_factor
        Of the year and the soil. [1]

    Notes
    -----
    .. math:: k = k_0 \, f_T \, f_H \, f_A \, f_C \, f_{pH} \, f_{CN}

    Here :math:`k_0` is ``k0_per_yr``, :math:`f_T` is ``temperature_factor``, :math:`f_H` is
    ``moisture_factor``, :math:`f_A` is ``clay_factor``, :math:`f_C` is ``carbonate_factor``, :math:`f_{pH}` is
    ``ph_factor`` and :math:`f_{CN}` is ``cn_factor``.

    References
    ----------
    amg:rate — Clivot and others 2019.

    Examples
    --------
    >>> result = mineralisation_rate(
    ...     k0_per_yr=0.29, temperature_factor=0.643236, moisture_factor=0.978127, clay_factor=0.638661,
    ...     carbonate_factor=0.852878, ph_factor=0.998646, cn_factor=0.979975
    ... )
    >>> print(result)
    0.097263
    """
    climate = k0_per_yr * temperature_factor * moisture_factor
    return climate * clay_factor * carbonate_factor * ph_factor * cn_factor


@equation("amg:active", symbol="C_A", unit="t C/ha", locator=_CLIVOT)
def next_active(*, before_t_ha: Amount, humified_t_ha_yr: Amount, rate_per_yr: AboveZero) -> Numeric:
    r"""Return the active pool after a year with constant input and rate [t C/ha].

    Parameters
    ----------
    before_t_ha
        Active pool a year earlier. [t C/ha]
    humified_t_ha_yr
        Humified input of the year before. [t C/ha/yr]
    rate_per_yr
        Rate of this year. [1/yr]

    Notes
    -----
    .. math:: C_A(t + 1) = C_A(t) \, e^{-k} + \frac{h}{k} \, (1 - e^{-k})

    Here :math:`C_A(t)` is ``before_t_ha``, :math:`h` is ``humified_t_ha_yr`` and :math:`k` is ``rate_per_yr``.

    References
    ----------
    amg:active — Clivot and others 2019, solved over a year.

    Examples
    --------
    >>> result = next_active(
    ...     before_t_ha=16.3191, humified_t_ha_yr=1.825930105565846, rate_per_yr=0.097263
    ... )
    >>> print(result)
    16.5465
    """
    k = np.asarray(rate_per_yr, dtype=np.float64)
    return before_t_ha * np.exp(-k) - humified_t_ha_yr / k * np.expm1(-k)
