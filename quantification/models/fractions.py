"""RothC pools of a soil near its steady state, by regressions on stock and clay."""

from __future__ import annotations

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.arguments import Amount, Percent
from mollisol.quantification.models.arrays import Numeric


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
