"""Error of a stock at fixed depth, from the errors of carbon, density and coarse fragments."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import AboveZero, Amount, Carbon, Correlation, Percent, equation
from mollisol.quantification.checks import Value


@equation("mollisol:stock-error", "CV(S)", "fraction", Locator("JCGM 100 (GUM)", "2008", "5.2", "16"))
def stock_relative_error(
    *,
    carbon_cv: Amount,
    density_cv: Amount,
    coarse_fraction: Annotated[Value, Range(0, 0.99)] = 0.0,
    coarse_fraction_sd: Amount = 0.0,
    carbon_density_correlation: Correlation = 0.0,
) -> Value:
    r"""Return the relative standard deviation of a stock, to first order.

    Parameters
    ----------
    carbon_cv, density_cv
        Relative standard deviations of the concentration and of the density. [fraction]
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
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: CV(S)^2 = CV_c^2 + CV_d^2 + \left(\frac{s_g}{1 - g}\right)^2 + 2 \rho \, CV_c \, CV_d

    Here :math:`CV_c` is ``carbon_cv``, :math:`CV_d` is ``density_cv``, :math:`g` is ``coarse_fraction``,
    :math:`s_g` is ``coarse_fraction_sd`` and :math:`\rho` is ``carbon_density_correlation``.

    Source: law of propagation for S = C BD D (1 - g). The correlation is mostly negative, so that taking it as 0
    overstates the error. It is that of errors, not of soils: soils rich in carbon are light without any error.

    Examples
    --------
    >>> result = stock_relative_error(
    ...     carbon_cv=0.08333333333333333, density_cv=0.05925925925925926, coarse_fraction=0.1,
    ...     coarse_fraction_sd=0.02
    ... )
    >>> print(result)
    0.1046419
    """
    stones = coarse_fraction_sd / (1 - coarse_fraction)
    squared = (
        carbon_cv**2 + density_cv**2 + stones**2 + 2 * carbon_density_correlation * carbon_cv * density_cv
    )
    return np.sqrt(np.maximum(squared, 0.0))


@equation("mollisol:stock-ocskgm", "OCSKGM", "kg C/m2", Locator("GSIF for R", "0.5", "OCSKGM"))
def stock_kg_per_m2(
    *,
    carbon_g_per_kg: Carbon,
    density_kg_per_m3: AboveZero,
    coarse_percent: Percent,
    thickness_cm: AboveZero,
) -> Value:
    r"""Return the carbon stock of a layer at fixed depth.

    Parameters
    ----------
    carbon_g_per_kg
        Organic carbon of the fine soil. [g/kg]
    density_kg_per_m3
        Density of the fine soil. [kg/m3]
    coarse_percent
        Share of the volume that is stones. [per cent]
    thickness_cm
        Thickness of the layer. [cm]

    Returns
    -------
    float or array
        Shape of the arguments combined; ten times this is t C/ha. [kg C/m2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: S = \frac{c}{1000} \cdot \frac{h}{100} \cdot d \cdot \frac{100 - g}{100}

    Here :math:`c` is ``carbon_g_per_kg``, :math:`h` is ``thickness_cm``, :math:`d` is ``density_kg_per_m3`` and
    :math:`g` is ``coarse_percent``.

    Source: function OCSKGM of the R package GSIF.

    Examples
    --------
    >>> result = stock_kg_per_m2(
    ...     carbon_g_per_kg=18.0, density_kg_per_m3=1350.0, coarse_percent=10.0, thickness_cm=30.0
    ... )
    >>> print(result)
    6.561
    """
    return 1e-7 * carbon_g_per_kg * density_kg_per_m3 * (100 - coarse_percent) * thickness_cm


@equation("mollisol:stock-error-ocskgm", "sd(OCSKGM)", "kg C/m2", Locator("GSIF for R", "0.5", "OCSKGM"))
def stock_error_kg_per_m2(
    *,
    carbon_g_per_kg: Carbon,
    carbon_sd_g_per_kg: Amount,
    density_kg_per_m3: AboveZero,
    density_sd_kg_per_m3: Amount,
    coarse_percent: Percent,
    coarse_sd_percent: Amount,
    thickness_cm: AboveZero,
) -> Value:
    r"""Return the standard deviation of :func:`stock_kg_per_m2`, errors independent.

    Parameters
    ----------
    carbon_g_per_kg, carbon_sd_g_per_kg
        Organic carbon of the fine soil and its standard deviation. [g/kg, 0 to 1000; 0 or more]
    density_kg_per_m3, density_sd_kg_per_m3
        Density of the fine soil and its standard deviation. [kg/m3, above 0; 0 or more]
    coarse_percent, coarse_sd_percent
        Share of the volume that is stones and its standard deviation. [per cent, 0 to 100; 0 or more]
    thickness_cm
        Thickness of the layer. [cm]

    Returns
    -------
    float or array
        Shape of the arguments combined. [kg C/m2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: s_S = 10^{-7} h \sqrt{d^2 (100 - g)^2 s_c^2 + c^2 (100 - g)^2 s_d^2 + c^2 d^2 s_g^2}

    Here :math:`c` is ``carbon_g_per_kg``, :math:`s_c` is ``carbon_sd_g_per_kg``, :math:`d` is
    ``density_kg_per_m3``, :math:`s_d` is ``density_sd_kg_per_m3``, :math:`g` is ``coarse_percent``, :math:`s_g`
    is ``coarse_sd_percent`` and :math:`h` is ``thickness_cm``.

    Source: function OCSKGM of the R package GSIF. In per cent it is :func:`stock_relative_error` without correlation.

    Examples
    --------
    >>> result = stock_error_kg_per_m2(
    ...     carbon_g_per_kg=18.0, carbon_sd_g_per_kg=1.5, density_kg_per_m3=1350.0,
    ...     density_sd_kg_per_m3=0.0, coarse_percent=10.0, coarse_sd_percent=0.0, thickness_cm=30.0
    ... )
    >>> print(result)
    0.54675
    """
    fine = 100 - coarse_percent
    squared = (
        (density_kg_per_m3 * fine * carbon_sd_g_per_kg) ** 2
        + (carbon_g_per_kg * fine * density_sd_kg_per_m3) ** 2
        + (carbon_g_per_kg * density_kg_per_m3 * coarse_sd_percent) ** 2
    )
    return 1e-7 * thickness_cm * np.sqrt(squared)
