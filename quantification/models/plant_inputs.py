"""From yields and manures to carbon: the AMG form of Bolinder's allometry, and the IPCC 2019 residue lines."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.arguments import AboveZero, Amount, Fraction, Number
from mollisol.quantification.models.arrays import Numeric, PositiveShare

_BOLINDER = Locator("Bolinder and others, Agriculture, Ecosystems and Environment 118", "2007")
_RESIDUE = Locator("IPCC 2019 Refinement, Volume 4, Chapter 11", "2019", table="11.2")


@equation("bolinder2007:straw", symbol="C_S", unit="t C/ha", locator=_BOLINDER)
def straw_carbon(
    *,
    yield_dry_t_ha: Amount,
    harvest_index: PositiveShare,
    returned_share: Fraction,
    carbon_fraction: Fraction = 0.44,
) -> Numeric:
    r"""Return the carbon of straw and stubble that is returned [t C/ha].

    Parameters
    ----------
    yield_dry_t_ha
        Dry yield of the harvested organ. [t DM/ha]
    harvest_index
        Harvested share of the above-ground dry matter, above 0. [0-1]
    returned_share
        1, or the crop's stubble share where straw is carried off. [0-1]
    carbon_fraction
        0.44. [t C/t DM]

    Notes
    -----
    .. math:: C_S = Y \, \frac{1 - HI}{HI} \, f_C \, S_S

    Here :math:`Y` is ``yield_dry_t_ha``, :math:`HI` is ``harvest_index``, :math:`f_C` is ``carbon_fraction``
    and :math:`S_S` is ``returned_share``.

    References
    ----------
    bolinder2007:straw — Bolinder and others 2007, as in AMG.

    Examples
    --------
    >>> print(straw_carbon(yield_dry_t_ha=7.15, harvest_index=0.479, returned_share=0.5))
    1.710925
    """
    return yield_dry_t_ha * (1.0 - harvest_index) / harvest_index * carbon_fraction * returned_share


@equation("bolinder2007:root", symbol="C_R", unit="t C/ha", locator=_BOLINDER)
def root_carbon(
    *, above_ground_dry_t_ha: Amount, shoot_root_ratio: AboveZero, carbon_fraction: Fraction = 0.40
) -> Numeric:
    r"""Return the carbon of the roots at harvest, all depths [t C/ha].

    Parameters
    ----------
    above_ground_dry_t_ha
        Yield over harvest index; the biomass itself for a cover crop. [t DM/ha]
    shoot_root_ratio
        Above-ground to root dry matter. [1]
    carbon_fraction
        0.40. [t C/t DM]

    Notes
    -----
    .. math:: C_R = \frac{AG}{SR} \, f_C

    Here :math:`AG` is ``above_ground_dry_t_ha``, :math:`SR` is ``shoot_root_ratio`` and :math:`f_C` is
    ``carbon_fraction``.

    References
    ----------
    bolinder2007:root — Bolinder and others 2007, as in AMG.

    Examples
    --------
    >>> print(root_carbon(above_ground_dry_t_ha=10.0, shoot_root_ratio=6.25))
    0.64
    """
    return above_ground_dry_t_ha / shoot_root_ratio * carbon_fraction


@equation("bolinder2007:below", symbol="C_BG", unit="t C/ha", locator=_BOLINDER)
def below_ground_carbon(
    *, root_carbon_t_ha: Amount, beta: Fraction, depth_cm: AboveZero, exudate_share: Amount = 0.65
) -> Numeric:
    r"""Return the carbon of roots and exudates within a depth [t C/ha].

    Parameters
    ----------
    root_carbon_t_ha
        From :func:`root_carbon`. [t C/ha]
    beta
        Coefficient of the root distribution. [1]
    depth_cm
        Depth of the layer. [cm]
    exudate_share
        Exudates per root carbon, 0.65.

    Notes
    -----
    .. math:: C_{BG} = C_R \, (1 + e) \, (1 - \beta^d)

    Here :math:`C_R` is ``root_carbon_t_ha``, :math:`e` is ``exudate_share``, :math:`\beta` is ``beta`` and
    :math:`d` is ``depth_cm``.

    References
    ----------
    bolinder2007:below — Bolinder and others 2007, as in AMG; the distribution is that of Gale and Grigal.

    Examples
    --------
    >>> print(below_ground_carbon(root_carbon_t_ha=0.7943025731792904, beta=0.96, depth_cm=28.0))
    0.8927069
    """
    return root_carbon_t_ha * (1.0 + exudate_share) * (1.0 - np.asarray(beta, dtype=np.float64) ** depth_cm)


@equation("amg:manure", symbol="C_EOM", unit="t C/ha", locator=Locator("AMG_base, parameters_EOM", "cc2c148"))
def manure_carbon(*, fresh_t_ha: Amount, carbon_kg_t: Amount) -> Numeric:
    r"""Return the carbon of a manure or compost [t C/ha].

    Parameters
    ----------
    fresh_t_ha
        Fresh amount. [t/ha]
    carbon_kg_t
        Carbon content. [kg C per t fresh]

    Notes
    -----
    .. math:: C_{EOM} = \frac{M \, c}{1000}

    Here :math:`M` is ``fresh_t_ha`` and :math:`c` is ``carbon_kg_t``.

    References
    ----------
    amg:manure — AMG_base.

    Examples
    --------
    >>> print(manure_carbon(fresh_t_ha=38.41, carbon_kg_t=83.0))
    3.18803
    """
    return fresh_t_ha * carbon_kg_t / 1000.0


@equation("ipcc2019-tier2:above-residue", symbol="AG_DM", unit="t DM/ha", locator=_RESIDUE)
def above_ground_residue(*, yield_dry_t_ha: Amount, slope: Number, intercept_t_ha: Number) -> Numeric:
    r"""Return the above-ground residue from the dry yield by the IPCC's lines [t DM/ha].

    Parameters
    ----------
    yield_dry_t_ha
        Dry yield. [t DM/ha]
    slope, intercept_t_ha
        Of the crop. [1, t DM/ha]

    Notes
    -----
    .. math:: AG_{DM} = a \, Y + b

    Here :math:`Y` is ``yield_dry_t_ha``, :math:`a` is ``slope`` and :math:`b` is ``intercept_t_ha``.

    References
    ----------
    ipcc2019-tier2:above-residue — IPCC 2019 Refinement, Volume 4, Chapter 11, Table 11.2.

    Examples
    --------
    >>> print(above_ground_residue(yield_dry_t_ha=6.0, slope=1.61, intercept_t_ha=0.4))
    10.06
    """
    return slope * yield_dry_t_ha + intercept_t_ha


@equation("ipcc2019-tier2:below-residue", symbol="BG_DM", unit="t DM/ha", locator=_RESIDUE)
def below_ground_residue(
    *, yield_dry_t_ha: Amount, above_residue_t_ha: Amount, root_shoot_ratio: Amount
) -> Numeric:
    r"""Return the below-ground residue: root to shoot ratio times all above-ground matter [t DM/ha].

    Parameters
    ----------
    yield_dry_t_ha, above_residue_t_ha
        Yield and above-ground residue, dry. [t DM/ha]
    root_shoot_ratio
        Of the crop. [1]

    Notes
    -----
    .. math:: BG_{DM} = (Y + AG_{DM}) \, RS

    Here :math:`Y` is ``yield_dry_t_ha``, :math:`AG_{DM}` is ``above_residue_t_ha`` and :math:`RS` is
    ``root_shoot_ratio``.

    References
    ----------
    ipcc2019-tier2:below-residue — IPCC 2019 Refinement, Volume 4, Chapter 11, Table 11.2 and Eq. 11.6.

    Examples
    --------
    >>> print(below_ground_residue(yield_dry_t_ha=6.0, above_residue_t_ha=10.06, root_shoot_ratio=0.23))
    3.6938
    """
    return (yield_dry_t_ha + above_residue_t_ha) * root_shoot_ratio
