"""From yields and manures to carbon: the AMG form of Bolinder's allometry, and the IPCC 2019 residue lines."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.models.arrays import Numeric

_BOLINDER = Locator("Bolinder and others, Agriculture, Ecosystems and Environment 118", "2007")
_RESIDUE = Locator("IPCC 2019 Refinement, Volume 4, Chapter 11", "2019", table="11.2")


@equation("bolinder2007:straw", symbol="C_S", unit="t C/ha", locator=_BOLINDER)
def straw_carbon(
    *,
    yield_dry_t_ha: Numeric,
    harvest_index: Numeric,
    returned_share: Numeric,
    carbon_fraction: Numeric = 0.44,
) -> Numeric:
    """Carbon of straw and stubble that is returned [t C/ha].

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

    References
    ----------
    bolinder2007:straw — Bolinder and others 2007, as in AMG.
    """
    return yield_dry_t_ha * (1.0 - harvest_index) / harvest_index * carbon_fraction * returned_share


@equation("bolinder2007:root", symbol="C_R", unit="t C/ha", locator=_BOLINDER)
def root_carbon(
    *, above_ground_dry_t_ha: Numeric, shoot_root_ratio: Numeric, carbon_fraction: Numeric = 0.40
) -> Numeric:
    """Carbon of the roots at harvest, all depths [t C/ha].

    Parameters
    ----------
    above_ground_dry_t_ha
        Yield over harvest index; the biomass itself for a cover crop. [t DM/ha]
    shoot_root_ratio
        Above-ground to root dry matter. [1]
    carbon_fraction
        0.40. [t C/t DM]

    References
    ----------
    bolinder2007:root — Bolinder and others 2007, as in AMG.
    """
    return above_ground_dry_t_ha / shoot_root_ratio * carbon_fraction


@equation("bolinder2007:below", symbol="C_BG", unit="t C/ha", locator=_BOLINDER)
def below_ground_carbon(
    *, root_carbon_t_ha: Numeric, beta: Numeric, depth_cm: Numeric, exudate_share: Numeric = 0.65
) -> Numeric:
    r"""Carbon of roots and exudates within a depth [t C/ha].

    .. math:: 1.65\, C_R\, (1 - \beta^d)

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

    References
    ----------
    bolinder2007:below — Bolinder and others 2007, as in AMG; the distribution is that of Gale and Grigal.
    """
    return root_carbon_t_ha * (1.0 + exudate_share) * (1.0 - np.asarray(beta, dtype=np.float64) ** depth_cm)


@equation("amg:manure", symbol="C_EOM", unit="t C/ha", locator=Locator("AMG_base, parameters_EOM", "cc2c148"))
def manure_carbon(*, fresh_t_ha: Numeric, carbon_kg_t: Numeric) -> Numeric:
    """Carbon of a manure or compost [t C/ha].

    Parameters
    ----------
    fresh_t_ha
        Fresh amount. [t/ha]
    carbon_kg_t
        Carbon content. [kg C per t fresh]

    References
    ----------
    amg:manure — AMG_base.
    """
    return fresh_t_ha * carbon_kg_t / 1000.0


@equation("ipcc2019-tier2:above-residue", symbol="AG_DM", unit="t DM/ha", locator=_RESIDUE)
def above_ground_residue(*, yield_dry_t_ha: Numeric, slope: Numeric, intercept_t_ha: Numeric) -> Numeric:
    """Above-ground residue from the dry yield by the IPCC's lines [t DM/ha].

    Parameters
    ----------
    yield_dry_t_ha
        Dry yield. [t DM/ha]
    slope, intercept_t_ha
        Of the crop. [1, t DM/ha]

    References
    ----------
    ipcc2019-tier2:above-residue — IPCC 2019 Refinement, Volume 4, Chapter 11, Table 11.2.
    """
    return slope * yield_dry_t_ha + intercept_t_ha


@equation("ipcc2019-tier2:below-residue", symbol="BG_DM", unit="t DM/ha", locator=_RESIDUE)
def below_ground_residue(
    *, yield_dry_t_ha: Numeric, above_residue_t_ha: Numeric, root_shoot_ratio: Numeric
) -> Numeric:
    """Below-ground residue: root to shoot ratio times all above-ground matter [t DM/ha].

    Parameters
    ----------
    yield_dry_t_ha, above_residue_t_ha
        Yield and above-ground residue, dry. [t DM/ha]
    root_shoot_ratio
        Of the crop. [1]

    References
    ----------
    ipcc2019-tier2:below-residue — IPCC 2019 Refinement, Volume 4, Chapter 11, Table 11.2 and Eq. 11.6.
    """
    return (yield_dry_t_ha + above_residue_t_ha) * root_shoot_ratio
