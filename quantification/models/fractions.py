"""RothC pools from what is measured: regressions on stock and clay, laboratory fractions, a calibrated active share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.arguments import Amount, Percent
from mollisol.quantification.models.arrays import FloatArray, Numeric


def _weihermueller(pool: str) -> Locator:
    return Locator("Weihermueller and others, Soil Biology and Biochemistry 57", "2013", equation=pool)


@equation("weihermueller2013:rpm", symbol="RPM", unit="t C/ha", locator=_weihermueller("RPM"))
def rpm_from_stock(*, soc_t_ha: Amount, clay_percent: Percent) -> Numeric:
    r"""Return the resistant plant material of a soil near its steady state [t C/ha].

    Parameters
    ----------
    soc_t_ha
        Total stock. [t C/ha]
    clay_percent
        Clay. [%]

    Notes
    -----
    .. math:: RPM = (0.184 \, SOC + 0.1555) \, (clay + 1.2750)^{-0.1158} \cdot 0.9902 + 0.4788

    Here :math:`SOC` is ``soc_t_ha`` and :math:`clay` is ``clay_percent``.

    References
    ----------
    weihermueller2013:rpm — Weihermueller and others 2013, as used by FAO's GSOCseq.

    Examples
    --------
    >>> print(rpm_from_stock(soc_t_ha=30.0, clay_percent=5.0))
    5.022016
    """
    return (0.184 * soc_t_ha + 0.1555) * (clay_percent + 1.2750) ** -0.1158 * 0.9902 + 0.4788


@equation("weihermueller2013:bio", symbol="BIO", unit="t C/ha", locator=_weihermueller("BIO"))
def bio_from_stock(*, soc_t_ha: Amount, clay_percent: Percent) -> Numeric:
    r"""Return the microbial biomass of a soil near its steady state [t C/ha].

    Parameters
    ----------
    soc_t_ha
        Total stock. [t C/ha]
    clay_percent
        Clay. [%]

    Notes
    -----
    .. math:: BIO = (0.014 \, SOC + 0.0075) \, (clay + 8.8473)^{0.0567} \cdot 1.09038 + 0.04055

    Here :math:`SOC` is ``soc_t_ha`` and :math:`clay` is ``clay_percent``.

    References
    ----------
    weihermueller2013:bio — Weihermueller and others 2013, as used by FAO's GSOCseq.

    Examples
    --------
    >>> print(bio_from_stock(soc_t_ha=30.0, clay_percent=5.0))
    0.58159
    """
    return (0.014 * soc_t_ha + 0.0075) * (clay_percent + 8.8473) ** 0.0567 * 1.09038 + 0.04055


@equation("weihermueller2013:hum", symbol="HUM", unit="t C/ha", locator=_weihermueller("HUM"))
def hum_from_stock(*, soc_t_ha: Amount, clay_percent: Percent) -> Numeric:
    r"""Return the humified carbon of a soil near its steady state [t C/ha].

    Parameters
    ----------
    soc_t_ha
        Total stock. [t C/ha]
    clay_percent
        Clay. [%]

    Notes
    -----
    .. math:: HUM = (0.7148 \, SOC + 0.5069) \, (clay + 0.3421)^{0.0184} \cdot 0.9878 - 0.3818

    Here :math:`SOC` is ``soc_t_ha`` and :math:`clay` is ``clay_percent``.

    References
    ----------
    weihermueller2013:hum — Weihermueller and others 2013, as used by FAO's GSOCseq.

    Examples
    --------
    >>> print(hum_from_stock(soc_t_ha=30.0, clay_percent=5.0))
    21.98023
    """
    return (0.7148 * soc_t_ha + 0.5069) * (clay_percent + 0.3421) ** 0.0184 * 0.9878 - 0.3818


def pools_from_stock(*, soc_t_ha: ArrayLike, clay_percent: ArrayLike, inert_t_ha: ArrayLike) -> FloatArray:
    """Return DPM, RPM, BIO and HUM by regression; DPM is what is left of the stock.

    Parameters
    ----------
    soc_t_ha, clay_percent, inert_t_ha
        Stock, clay and IOM, any one shape. [t C/ha, %, t C/ha]

    Returns
    -------
    FloatArray
        (pool, ...). The pools and IOM add to the stock. [t C/ha]

    Raises
    ------
    ValueError
        If DPM comes out negative: the regressions then do not fit this stock and clay, and nothing is cut off.
    """
    soc, clay, inert = (np.asarray(v, dtype=np.float64) for v in (soc_t_ha, clay_percent, inert_t_ha))
    parts = [f(soc_t_ha=soc, clay_percent=clay) for f in (rpm_from_stock, bio_from_stock, hum_from_stock)]
    rest = soc - inert - sum(parts)
    pools = np.stack(np.broadcast_arrays(rest, *parts))
    if not (pools >= 0.0).all():
        raise ValueError(
            f"the regressions leave a negative pool (smallest {float(pools.min()):.4g} t C/ha): "
            "start from the steady state or from measured fractions instead"
        )
    return pools


def pools_from_fractions(
    *, particulate_t_ha: ArrayLike, resistant_t_ha: ArrayLike, soc_t_ha: ArrayLike, steady_t_ha: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the pools and IOM from laboratory fractions: particulate carbon is DPM and RPM, resistant carbon is IOM.

    What the laboratory does not part is parted as in a steady state: DPM to RPM, and BIO to HUM.

    Parameters
    ----------
    particulate_t_ha, resistant_t_ha, soc_t_ha
        Measured fractions and stock. [t C/ha]
    steady_t_ha
        DPM, RPM, BIO, HUM of a steady state, (pool, ...), for the shares. [t C/ha]

    Returns
    -------
    tuple
        Pools, (pool, ...), and IOM. They add to the stock.

    Raises
    ------
    ValueError
        If a fraction is negative or the two exceed the stock.
    """
    particulate, inert, soc = (
        np.asarray(v, dtype=np.float64) for v in (particulate_t_ha, resistant_t_ha, soc_t_ha)
    )
    rest = soc - particulate - inert
    if not ((particulate >= 0.0).all() and (inert >= 0.0).all() and (rest >= 0.0).all()):
        raise ValueError("the fractions must not be negative and must not exceed the stock")
    dpm, rpm, bio, hum = np.asarray(steady_t_ha, dtype=np.float64)
    plant, humus = dpm / (dpm + rpm), bio / (bio + hum)
    return np.stack(
        [plant * particulate, (1.0 - plant) * particulate, humus * rest, (1.0 - humus) * rest]
    ), inert


def pools_from_active_share(
    *, soc_t_ha: ArrayLike, inert_t_ha: ArrayLike, active_share: ArrayLike, steady_t_ha: ArrayLike
) -> FloatArray:
    """Return pools where a calibrated share of the active carbon is as in the steady state and the rest is HUM.

    A soil that has recently been ploughed out of grass, or is still losing carbon, is not at a steady state; the
    active share says how far it is from one, and may be drawn.

    Parameters
    ----------
    soc_t_ha, inert_t_ha
        Stock and IOM. [t C/ha]
    active_share
        Share of stock less IOM that is parted as in the steady state, in [0, 1].
    steady_t_ha
        Pools of the steady state, (pool, ...). [t C/ha]

    Returns
    -------
    FloatArray
        (pool, ...), adding to the stock less IOM.

    Raises
    ------
    ValueError
        If the share lies outside [0, 1] or IOM exceeds the stock.
    """
    soc, inert, share = (np.asarray(v, dtype=np.float64) for v in (soc_t_ha, inert_t_ha, active_share))
    if not ((share >= 0.0).all() and (share <= 1.0).all() and (soc >= inert).all()):
        raise ValueError("active_share must lie in [0, 1] and the inert carbon must not exceed the stock")
    steady = np.asarray(steady_t_ha, dtype=np.float64)
    pools = (soc - inert) * share * (steady / steady.sum(axis=0))
    pools[3] += (soc - inert) * (1.0 - share)
    return np.asarray(pools)
