"""Error of a stock at fixed depth, from the errors of carbon, density and coarse fragments."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, at_least, between, positive, together


@equation(
    "mollisol:stock-error",
    symbol="CV(S)",
    unit="fraction",
    locator=Locator("JCGM 100 (GUM)", "2008", section="5.2", equation="16"),
)
def stock_relative_error(
    *,
    carbon_cv: ArrayLike,
    density_cv: ArrayLike,
    coarse_fraction: ArrayLike = 0.0,
    coarse_fraction_sd: ArrayLike = 0.0,
    carbon_density_correlation: ArrayLike = 0.0,
) -> Value:
    """Give the relative standard deviation of a stock, to first order.

    Parameters
    ----------
    carbon_cv, density_cv
        Relative standard deviations of the concentration and of the density. [fraction, 0 or more]
    coarse_fraction, coarse_fraction_sd
        Share of the volume that is stones, and its standard deviation. [fraction, 0 to 0.99; 0 or more]
    carbon_density_correlation
        Correlation of the errors of concentration and density. [-1 to 1]

    Returns
    -------
    float or array
        Shape of the arguments combined. [fraction of the stock]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: law of propagation for S = C BD D (1 - g). The correlation is mostly negative, so that taking it as 0
    overstates the error. It is that of errors, not of soils: soils rich in carbon are light without any error.
    """
    carbon = at_least("carbon_cv", carbon_cv, 0.0)
    density = at_least("density_cv", density_cv, 0.0)
    coarse = between("coarse_fraction", coarse_fraction, 0.0, 0.99)
    coarse_sd = at_least("coarse_fraction_sd", coarse_fraction_sd, 0.0)
    rho = between("carbon_density_correlation", carbon_density_correlation, -1.0, 1.0)
    together(
        carbon_cv=carbon,
        density_cv=density,
        coarse_fraction=coarse,
        coarse_fraction_sd=coarse_sd,
        carbon_density_correlation=rho,
    )
    stones = coarse_sd / (1 - coarse)
    squared = carbon**2 + density**2 + stones**2 + 2 * rho * carbon * density
    return np.sqrt(np.maximum(squared, 0.0))


@equation(
    "mollisol:stock-ocskgm",
    symbol="OCSKGM",
    unit="kg C/m2",
    locator=Locator("GSIF for R", "0.5", section="OCSKGM"),
)
def stock_kg_per_m2(
    *,
    carbon_g_per_kg: ArrayLike,
    density_kg_per_m3: ArrayLike,
    coarse_percent: ArrayLike,
    thickness_cm: ArrayLike,
) -> Value:
    """Carbon stock of a layer at fixed depth.

    Parameters
    ----------
    carbon_g_per_kg
        Organic carbon of the fine soil. [g/kg, 0 to 1000]
    density_kg_per_m3
        Density of the fine soil. [kg/m3, above 0]
    coarse_percent
        Share of the volume that is stones. [per cent, 0 to 100]
    thickness_cm
        Thickness of the layer. [cm, above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined; ten times this is t C/ha. [kg C/m2]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: function OCSKGM of the R package GSIF.
    """
    carbon = between("carbon_g_per_kg", carbon_g_per_kg, 0.0, 1000.0)
    density = positive("density_kg_per_m3", density_kg_per_m3)
    coarse = between("coarse_percent", coarse_percent, 0.0, 100.0)
    thickness = positive("thickness_cm", thickness_cm)
    together(carbon_g_per_kg=carbon, density_kg_per_m3=density, coarse_percent=coarse, thickness_cm=thickness)
    return 1e-7 * carbon * density * (100 - coarse) * thickness


@equation(
    "mollisol:stock-error-ocskgm",
    symbol="sd(OCSKGM)",
    unit="kg C/m2",
    locator=Locator("GSIF for R", "0.5", section="OCSKGM"),
)
def stock_error_kg_per_m2(
    *,
    carbon_g_per_kg: ArrayLike,
    carbon_sd_g_per_kg: ArrayLike,
    density_kg_per_m3: ArrayLike,
    density_sd_kg_per_m3: ArrayLike,
    coarse_percent: ArrayLike,
    coarse_sd_percent: ArrayLike,
    thickness_cm: ArrayLike,
) -> Value:
    """Give the standard deviation of :func:`stock_kg_per_m2`, errors independent.

    Parameters
    ----------
    carbon_g_per_kg, carbon_sd_g_per_kg
        Organic carbon of the fine soil and its standard deviation. [g/kg, 0 to 1000; 0 or more]
    density_kg_per_m3, density_sd_kg_per_m3
        Density of the fine soil and its standard deviation. [kg/m3, above 0; 0 or more]
    coarse_percent, coarse_sd_percent
        Share of the volume that is stones and its standard deviation. [per cent, 0 to 100; 0 or more]
    thickness_cm
        Thickness of the layer. [cm, above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined. [kg C/m2]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: function OCSKGM of the R package GSIF. In per cent it is :func:`stock_relative_error` without correlation.
    """
    carbon = between("carbon_g_per_kg", carbon_g_per_kg, 0.0, 1000.0)
    carbon_sd = at_least("carbon_sd_g_per_kg", carbon_sd_g_per_kg, 0.0)
    density = positive("density_kg_per_m3", density_kg_per_m3)
    density_sd = at_least("density_sd_kg_per_m3", density_sd_kg_per_m3, 0.0)
    coarse = between("coarse_percent", coarse_percent, 0.0, 100.0)
    coarse_sd = at_least("coarse_sd_percent", coarse_sd_percent, 0.0)
    thickness = positive("thickness_cm", thickness_cm)
    together(
        carbon_g_per_kg=carbon,
        carbon_sd_g_per_kg=carbon_sd,
        density_kg_per_m3=density,
        density_sd_kg_per_m3=density_sd,
        coarse_percent=coarse,
        coarse_sd_percent=coarse_sd,
        thickness_cm=thickness,
    )
    fine = 100 - coarse
    squared = (
        (density * fine * carbon_sd) ** 2
        + (carbon * fine * density_sd) ** 2
        + (carbon * density * coarse_sd) ** 2
    )
    return 1e-7 * thickness * np.sqrt(squared)
