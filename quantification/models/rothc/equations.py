"""RothC-26.3, equation by equation (model description of February 2024)."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.arguments import AboveZero, Amount, Fraction, Number, Percent
from mollisol.quantification.models.arrays import Deficit, Numeric, Temperature

_EDITION = "26.3, February 2024"


def _at(section: str) -> Locator:
    return Locator("RothC model description", _EDITION, section=section)


@equation("rothc:temperature", symbol="a", unit="1", locator=_at("1.7"))
def temperature_factor(
    *,
    tmean_c: Temperature,
    top: Number = 47.91,
    numerator_c: Number = 106.06,
    shift_c: Number = 18.27,
    cold_limit_c: Number = -5.0,
) -> Numeric:
    r"""Return the rate-modifying factor for temperature, 1 at about 9.3 °C [1].

    Parameters
    ----------
    tmean_c
        Mean air temperature of the month, any shape. [°C]
    top, numerator_c, shift_c
        Constants; the older papers have 47.9, 106 and 18.3.
    cold_limit_c
        Below it nothing decays; minus infinity is not allowed, the older form takes its pole, -18.3. [°C]

    Notes
    -----
    .. math:: a = \frac{47.91}{1 + e^{106.06 / (T + 18.27)}} \text{ for } T \ge -5, \text{ else } 0

    Here :math:`T` is ``tmean_c``, :math:`47.91` is ``top``, :math:`106.06` is ``numerator_c``, :math:`18.27` is
    ``shift_c`` and :math:`-5` is ``cold_limit_c``.

    References
    ----------
    rothc:temperature — RothC model description, February 2024, section 1.7; the constants are those of its program.

    Examples
    --------
    >>> print(temperature_factor(tmean_c=-5.01))
    0.0
    """
    temperature = np.asarray(tmean_c, dtype=np.float64)
    cold = temperature < cold_limit_c
    safe = np.where(cold, 0.0, temperature)
    return np.where(cold, 0.0, top / (1.0 + np.exp(numerator_c / (safe + shift_c))))


@equation("rothc:max-deficit", symbol="TSMD_max", unit="mm", locator=_at("1.6"))
def maximum_deficit(*, clay_percent: Percent, depth_cm: AboveZero) -> Numeric:
    r"""Return the largest soil moisture deficit of the layer, a negative number [mm].

    Parameters
    ----------
    clay_percent
        Clay of the layer. [%]
    depth_cm
        Thickness of the layer. [cm]

    Notes
    -----
    .. math:: TSMD_{max} = -\left(20 + 1.3 \, clay - 0.01 \, clay^2\right) \frac{d}{23}

    Here :math:`clay` is ``clay_percent`` and :math:`d` is ``depth_cm``.

    References
    ----------
    rothc:max-deficit — RothC model description, February 2024, section 1.6.

    Examples
    --------
    >>> print(maximum_deficit(clay_percent=5.0, depth_cm=30.0))
    -34.23913
    """
    return -(20.0 + 1.3 * clay_percent - 0.01 * clay_percent * clay_percent) * depth_cm / 23.0


@equation("rothc:deficit", symbol="TSMD", unit="mm", locator=_at("1.6"))
def next_deficit(
    *,
    deficit_before_mm: Deficit,
    rain_mm: Amount,
    pan_evaporation_mm: Amount,
    maximum_deficit_mm: Deficit,
    covered: Fraction,
    evaporation_factor: Amount = 0.75,
    bare_share: Fraction = 0.556,
) -> Numeric:
    r"""Return the soil moisture deficit at the end of a month, zero or negative [mm].

    Under plants the soil dries down to the largest deficit. A bare soil dries no further than ``bare_share`` of it,
    and where it is drier already it cannot dry more.

    Parameters
    ----------
    deficit_before_mm
        Deficit at the end of the month before. [mm]
    rain_mm, pan_evaporation_mm
        Rain with irrigation, and open-pan evaporation. [mm per month]
    maximum_deficit_mm
        From :func:`maximum_deficit`. [mm]
    covered
        1 under plants, 0 bare.
    evaporation_factor
        Share of the pan evaporation that a crop draws: 0.75, or 1 where potential evapotranspiration is given.
    bare_share
        0.556; the text says 1/1.8, which is the same to three digits.

    Notes
    -----
    .. math:: TSMD' = \max\left(TSMD_{max}, \min(0, TSMD + P - 0.75 \, E)\right)

    Here :math:`TSMD` is ``deficit_before_mm``, :math:`P` is ``rain_mm``, :math:`E` is ``pan_evaporation_mm``,
    :math:`TSMD_{max}` is ``maximum_deficit_mm`` and :math:`0.75` is ``evaporation_factor``. Bare soil dries no
    further than 0.556 (``bare_share``) of :math:`TSMD_{max}`, and keeps a larger deficit that it already has
    until rain wets it.

    References
    ----------
    rothc:deficit — RothC model description, February 2024, section 1.6.

    Examples
    --------
    >>> result = next_deficit(
    ...     deficit_before_mm=-20.0, rain_mm=0.0, pan_evaporation_mm=100.0, maximum_deficit_mm=-50.0,
    ...     covered=0.0
    ... )
    >>> print(result)
    -27.8
    """
    wet = np.minimum(0.0, deficit_before_mm + rain_mm - evaporation_factor * pan_evaporation_mm)
    bare = np.maximum(np.minimum(bare_share * maximum_deficit_mm, deficit_before_mm), wet)
    return np.where(np.asarray(covered) > 0.5, np.maximum(maximum_deficit_mm, wet), bare)


@equation("rothc:moisture", symbol="b", unit="1", locator=_at("1.6"))
def moisture_factor(
    *,
    deficit_mm: Deficit,
    maximum_deficit_mm: Deficit,
    onset_share: Fraction = 0.444,
    lowest: Amount = 0.2,
) -> Numeric:
    r"""Return the rate-modifying factor for moisture: 1 down to 0.444 of the largest deficit, then falling to 0.2 [1].

    Parameters
    ----------
    deficit_mm, maximum_deficit_mm
        Deficit of the month, and the largest one; zero or negative. [mm]
    onset_share, lowest
        0.444 and 0.2.

    Notes
    -----
    .. math::

        b = 0.2 + 0.8 \, \frac{TSMD_{max} - TSMD}{TSMD_{max} - 0.444 \, TSMD_{max}} \text{ below } 0.444 \,
        TSMD_{max}, \text{ else } 1

    Here :math:`TSMD` is ``deficit_mm``, :math:`TSMD_{max}` is ``maximum_deficit_mm``, :math:`0.444` is
    ``onset_share`` and :math:`0.2` is ``lowest``.

    References
    ----------
    rothc:moisture — RothC model description, February 2024, section 1.6.

    Examples
    --------
    >>> print(moisture_factor(deficit_mm=0.0, maximum_deficit_mm=-44.94))
    1.0
    """
    onset = onset_share * maximum_deficit_mm
    falling = lowest + (1.0 - lowest) * (maximum_deficit_mm - deficit_mm) / (maximum_deficit_mm - onset)
    return np.where(deficit_mm > onset, 1.0, falling)


@equation("rothc:rate-clock", symbol="a b c t", unit="yr", locator=_at("1.7"))
def rate_clock(
    *,
    temperature_factor: Amount,
    moisture_factor: Amount,
    covered: Fraction,
    cover_factor: Amount = 0.6,
    step_yr: Amount = 1.0 / 12.0,
) -> Numeric:
    r"""Return the years that count for decay in one month: the three factors times the step [yr].

    Parameters
    ----------
    temperature_factor, moisture_factor
        a and b. [1]
    covered
        1 under plants, where decay is slowed by ``cover_factor``; 0 bare.
    cover_factor
        0.6. [1]
    step_yr
        One twelfth of a year. [yr]

    Notes
    -----
    .. math:: \tau = a \, b \, c \, t

    Here :math:`a` is ``temperature_factor``, :math:`b` is ``moisture_factor`` and :math:`t` is ``step_yr``.
    :math:`c` is ``cover_factor`` where the soil is covered, else 1.

    References
    ----------
    rothc:rate-clock — RothC model description, February 2024, sections 1.5 and 1.7.

    Examples
    --------
    >>> print(rate_clock(temperature_factor=0.9, moisture_factor=0.8, covered=0.0))
    0.06
    """
    slowed = np.where(np.asarray(covered) > 0.5, cover_factor, 1.0)
    return temperature_factor * moisture_factor * slowed * step_yr


@equation("rothc:decay", symbol="Y exp(-abckt)", unit="t C/ha", locator=_at("1.5"))
def pool_after_decay(*, pool_t_ha: Amount, rate_per_yr: AboveZero, clock_yr: Amount) -> Numeric:
    r"""Return the carbon that a pool keeps in one month [t C/ha].

    Parameters
    ----------
    pool_t_ha
        The pool at the start of the month. [t C/ha]
    rate_per_yr
        DPM 10, RPM 0.3, BIO 0.66, HUM 0.02. [1/yr]
    clock_yr
        From :func:`rate_clock`. [yr]

    Notes
    -----
    .. math:: Y(t) = Y \, e^{-k \, \tau}

    Here :math:`Y` is ``pool_t_ha``, :math:`k` is ``rate_per_yr`` and :math:`\tau` is ``clock_yr``.

    References
    ----------
    rothc:decay — RothC model description, February 2024, section 1.5.

    Examples
    --------
    >>> print(pool_after_decay(pool_t_ha=0.1533, rate_per_yr=10.0, clock_yr=0.029675000000000003))
    0.114
    """
    return pool_t_ha * np.exp(-rate_per_yr * clock_yr)


@equation("rothc:co2-ratio", symbol="x", unit="1", locator=_at("1.5"))
def co2_ratio(*, clay_percent: Percent, scale: Number = 1.67) -> Numeric:
    r"""Return the carbon dioxide formed per carbon that becomes BIO and HUM [1].

    Parameters
    ----------
    clay_percent
        Clay of the layer. [%]
    scale
        1.67; one of the numbers that a calibration may free.

    Notes
    -----
    .. math:: x = 1.67 \, (1.85 + 1.60 \, e^{-0.0786 \, clay})

    Here :math:`clay` is ``clay_percent`` and :math:`1.67` is ``scale``.

    References
    ----------
    rothc:co2-ratio — RothC model description, February 2024, section 1.5.

    Examples
    --------
    >>> print(co2_ratio(clay_percent=0.0))
    5.7615
    """
    return scale * (1.85 + 1.60 * np.exp(-0.0786 * np.asarray(clay_percent)))


@equation("rothc:stabilised", symbol="f", unit="1", locator=_at("1.5"))
def stabilised_share(*, co2_ratio: Amount, part: Fraction) -> Numeric:
    r"""Return the share of lost carbon that becomes BIO (part 0.46) or HUM (part 0.54) [1].

    Parameters
    ----------
    co2_ratio
        From :func:`co2_ratio`.
    part
        0.46 or 0.54.

    Notes
    -----
    .. math:: f = \frac{p}{x + 1}

    Here :math:`p` is ``part`` and :math:`x` is ``co2_ratio``.

    References
    ----------
    rothc:stabilised — RothC model description, February 2024, section 1.5.

    Examples
    --------
    >>> print(stabilised_share(co2_ratio=3.0, part=0.46))
    0.115
    """
    return part / (1.0 + co2_ratio)


@equation("rothc:dpm-share", symbol="R/(R+1)", unit="1", locator=_at("1.4"))
def dpm_share(*, dpm_rpm_ratio: Amount) -> Numeric:
    r"""Return the share of the plant carbon that is decomposable [1].

    Parameters
    ----------
    dpm_rpm_ratio
        1.44 for crops and improved grassland, 0.67 for unimproved grassland and scrub, 0.25 under trees.

    Notes
    -----
    .. math:: f_{DPM} = \frac{R}{R + 1}

    Here :math:`R` is ``dpm_rpm_ratio``.

    References
    ----------
    rothc:dpm-share — RothC model description, February 2024, section 1.4.

    Examples
    --------
    >>> print(dpm_share(dpm_rpm_ratio=0.25))
    0.2
    """
    return dpm_rpm_ratio / (dpm_rpm_ratio + 1.0)


@equation(
    "falloon1998:iom",
    symbol="IOM",
    unit="t C/ha",
    locator=Locator("Falloon and others, Soil Biology and Biochemistry 30", "1998", equation="1"),
)
def inert_from_stock(*, soc_t_ha: Amount) -> Numeric:
    r"""Return the inert organic matter from the total stock, very rough by its authors' own word [t C/ha].

    Parameters
    ----------
    soc_t_ha
        Total organic carbon of the topsoil. [t C/ha]

    Notes
    -----
    .. math:: IOM = 0.049 \, SOC^{1.139}

    Here :math:`SOC` is ``soc_t_ha``.

    References
    ----------
    falloon1998:iom — Falloon and others 1998.

    Examples
    --------
    >>> print(inert_from_stock(soc_t_ha=1.0))
    0.049
    """
    return 0.049 * np.asarray(soc_t_ha, dtype=np.float64) ** 1.139
