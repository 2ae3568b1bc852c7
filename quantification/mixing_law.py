"""The density of soil from the carbon that it holds (Adams 1973)."""

from __future__ import annotations

from typing import Final

import numpy as np

from mollisol.quantification.checks import FloatArray

ORGANIC_MATTER_OF_CARBON: Final = 1.724 / 1000
"""Organic matter in g/g of each g/kg of carbon: Van Bemmelen's factor."""


def density_by_mixing(carbon_g_per_kg: FloatArray, mineral: float, organic: float) -> FloatArray:
    r"""Return the density of soil in g/cm3: the volumes of its organic and its mineral part add up.

    Parameters
    ----------
    carbon_g_per_kg
        Organic carbon.
    mineral, organic
        Density of each part by itself. [g/cm3]

    Notes
    -----
    .. math:: 1/d = o/d_o + (1 - o)/d_m

    Source: Adams (1973), Journal of Soil Science 24: 10-17. It holds no weight of what lies above and no traffic.
    """
    matter = np.minimum(ORGANIC_MATTER_OF_CARBON * carbon_g_per_kg, 1.0)
    density: FloatArray = 1.0 / (matter / organic + (1.0 - matter) / mineral)
    return density
