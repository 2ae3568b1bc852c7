"""From what a laboratory gives to organic carbon and dry fine soil: matter, total carbon, water, limits, stones."""

from __future__ import annotations

from typing import Annotated, Any, Final

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import AboveZero, Amount, Carbon, Fraction, Number, equation, ours
from mollisol.quantification.checks import Value, ratio

_Share = Annotated[Value, Range(0, 1, above=True)]
_Density = Annotated[Value, Range(0, unit="g/cm3", above=True)]
_Stones = Annotated[Value, Range(0, 1, below=True)]
_WHERE: Final = ours("laboratory figures")


@equation("mollisol:counted-below-limit", "x", "g/kg", _WHERE)
def counted_below_limit_g_per_kg(*, limit_g_per_kg: Carbon, share_of_limit: Fraction) -> Value:
    r"""Return what a content that was found below a limit counts as.

    Parameters
    ----------
    limit_g_per_kg
        The limit of detection or quantification. [g/kg]
    share_of_limit
        0 counts it as nothing, 0.5 as half the limit, 1 as the limit.

    Returns
    -------
    float or array
        Shape of the arguments combined. [g/kg]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: x = s \, L

    Here :math:`s` is ``share_of_limit`` and :math:`L` is ``limit_g_per_kg``.

    Source: a choice of the project, which is told with its effect.

    Examples
    --------
    >>> print(counted_below_limit_g_per_kg(limit_g_per_kg=5.0, share_of_limit=0.5))
    2.5
    """
    return share_of_limit * limit_g_per_kg


@equation("mollisol:carbon-of-matter", "OC", "g C/kg soil", _WHERE)
def carbon_of_matter_g_per_kg(*, organic_matter_g_per_kg: Carbon, carbon_share: _Share) -> Value:
    r"""Return organic carbon from organic matter.

    Parameters
    ----------
    organic_matter_g_per_kg
        Organic matter of fine soil. [g/kg]
    carbon_share
        Carbon in a mass of organic matter; 0.58 is the customary one, 0.5 what many soils have. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined. [g C/kg soil]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: OC = f \, OM

    Here :math:`f` is ``carbon_share`` and :math:`OM` is ``organic_matter_g_per_kg``.

    Source: Pribyl 2010, Geoderma 156, 75-83, on the factor and how far it lies from one for all soils.

    Examples
    --------
    >>> print(carbon_of_matter_g_per_kg(organic_matter_g_per_kg=30.0, carbon_share=0.5))
    15.0
    """
    return carbon_share * organic_matter_g_per_kg


@equation("mollisol:organic-of-total", "OC", "g C/kg soil", _WHERE)
def organic_of_total_g_per_kg(
    *, total_carbon_g_per_kg: Carbon, inorganic_carbon_g_per_kg: Annotated[Value, Range(0, 1000)]
) -> Value:
    r"""Return organic carbon as total less inorganic carbon; it is not held at 0.

    Parameters
    ----------
    total_carbon_g_per_kg
        Total carbon of fine soil. [g C/kg soil]
    inorganic_carbon_g_per_kg
        Carbon of carbonates. [g C/kg soil]

    Returns
    -------
    float or array
        Shape of the arguments combined. [g C/kg soil]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: OC = TC - IC

    Here :math:`TC` is ``total_carbon_g_per_kg`` and :math:`IC` is ``inorganic_carbon_g_per_kg``.

    Source: definition (VM0042 2.2, section 8.2.1.5, asks for organic carbon).

    Examples
    --------
    >>> print(organic_of_total_g_per_kg(total_carbon_g_per_kg=24.0, inorganic_carbon_g_per_kg=8.5))
    15.5
    """
    return total_carbon_g_per_kg - inorganic_carbon_g_per_kg


@equation("mollisol:content-of-oven-dry", "OC", "g C/kg soil", _WHERE)
def content_of_oven_dry_g_per_kg(*, content_g_per_kg: Number, dry_matter_fraction: _Share) -> Value:
    r"""Return a content per oven-dry soil from one per soil that still held water.

    Parameters
    ----------
    content_g_per_kg
        Content per mass of soil as it was analysed. [g/kg]
    dry_matter_fraction
        Oven-dry soil in a mass of that soil. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined. [g/kg]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: OC = \frac{x}{w}

    Here :math:`x` is ``content_g_per_kg`` and :math:`w` is ``dry_matter_fraction``.

    Source: conservation of the dry mass.

    Examples
    --------
    >>> print(content_of_oven_dry_g_per_kg(content_g_per_kg=19.2, dry_matter_fraction=0.96))
    20.0
    """
    return ratio("dry_matter_fraction", content_g_per_kg, dry_matter_fraction)


@equation("mollisol:oven-dry-part", "y", "as given", _WHERE)
def oven_dry_part(*, moist: AboveZero, dry_matter_fraction: _Share) -> Value:
    r"""Return the oven-dry part of a mass or a density of moist soil.

    Parameters
    ----------
    moist
        Mass or density with water.
    dry_matter_fraction
        Oven-dry soil in a mass of that soil. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined, in the unit of ``moist``.

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: y = w \, x

    Here :math:`w` is ``dry_matter_fraction`` and :math:`x` is ``moist``.

    Source: conservation of the dry mass.

    Examples
    --------
    >>> print(oven_dry_part(moist=1.5, dry_matter_fraction=0.8))
    1.2000000000000002
    """
    return dry_matter_fraction * moist


@equation("mollisol:fine-soil-of-share", "BD_corr", "g/cm3", _WHERE)
def fine_soil_of_share_g_per_cm3(*, density_g_per_cm3: _Density, coarse_share: _Stones) -> Value:
    r"""Return fine soil per total volume where the share of stones is of the same basis as the density.

    Parameters
    ----------
    density_g_per_cm3
        Density of the whole soil, or of the fine soil alone. [g/cm3]
    coarse_share
        Coarse fragments: by mass with the density of the whole soil, by volume with that of the fine soil. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined. [g/cm3]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: BD_{corr} = BD \, (1 - s)

    Here :math:`BD` is ``density_g_per_cm3`` and :math:`s` is ``coarse_share``.

    Source: Poeplau, Vos and Don 2017, SOIL 3, 61-66.

    Examples
    --------
    >>> print(fine_soil_of_share_g_per_cm3(density_g_per_cm3=1.5, coarse_share=0.25))
    1.125
    """
    return density_g_per_cm3 * (1 - coarse_share)


@equation("mollisol:fine-soil-less-stones", "BD_corr", "g/cm3", _WHERE)
def fine_soil_less_stones_g_per_cm3(
    *,
    whole_soil_density_g_per_cm3: _Density,
    coarse_volume_share: _Stones,
    particle_density_g_per_cm3: _Density,
) -> Value:
    r"""Return fine soil per total volume from the density of the whole soil and stones by volume.

    Parameters
    ----------
    whole_soil_density_g_per_cm3
        Density with stones. [g/cm3]
    coarse_volume_share
        Coarse fragments by volume. [1]
    particle_density_g_per_cm3
        Of the stones, such as 2.65. [g/cm3]

    Returns
    -------
    float or array
        Shape of the arguments combined. [g/cm3]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: BD_{corr} = BD - \rho \, v

    Here :math:`BD` is ``whole_soil_density_g_per_cm3``, :math:`\rho` is ``particle_density_g_per_cm3`` and
    :math:`v` is ``coarse_volume_share``.

    Source: Poeplau, Vos and Don 2017, SOIL 3, 61-66.

    Examples
    --------
    >>> print(
    ...     fine_soil_less_stones_g_per_cm3(
    ...         whole_soil_density_g_per_cm3=1.5, coarse_volume_share=0.1, particle_density_g_per_cm3=2.5
    ...     )
    ... )
    1.25
    """
    return whole_soil_density_g_per_cm3 - particle_density_g_per_cm3 * coarse_volume_share


@equation("mollisol:stones-by-volume", "v", "1", _WHERE)
def stones_by_volume(
    *,
    coarse_mass_share: _Stones,
    particle_density_g_per_cm3: _Density,
    fine_earth_density_g_per_cm3: _Density,
) -> Value:
    r"""Return the share of stones by volume from that by mass and the density of the fine soil alone.

    Parameters
    ----------
    coarse_mass_share
        Coarse fragments by mass. [1]
    particle_density_g_per_cm3
        Of the stones, such as 2.65. [g/cm3]
    fine_earth_density_g_per_cm3
        Of the fine soil alone. [g/cm3]

    Returns
    -------
    float or array
        Shape of the arguments combined. [1]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: v = \frac{m / \rho}{m / \rho + (1 - m) / BD}

    Here :math:`m` is ``coarse_mass_share``, :math:`\rho` is ``particle_density_g_per_cm3`` and :math:`BD` is
    ``fine_earth_density_g_per_cm3``.

    Source: volumes of both parts of a mass of soil.

    Examples
    --------
    >>> print(
    ...     stones_by_volume(
    ...         coarse_mass_share=0.5, particle_density_g_per_cm3=2.5, fine_earth_density_g_per_cm3=1.25
    ...     )
    ... )
    0.3333333333333333
    """
    stones = coarse_mass_share / particle_density_g_per_cm3
    return stones / (stones + (1 - coarse_mass_share) / fine_earth_density_g_per_cm3)


@equation("mollisol:as-written", "y", "as given", _WHERE)
def as_written(*, written: Number, computed: Number, half_step: Amount) -> Value:
    r"""Return a figure as a table has it, where it is the computed one in the digits of the table.

    Parameters
    ----------
    written
        What the table has.
    computed
        What follows from the figures of the laboratory.
    half_step
        Half a unit of the last digit of the table.

    Returns
    -------
    float or array
        ``written``, which counts.

    Raises
    ------
    ValueError
        If both differ by more than half a step.

    Notes
    -----
    .. math:: y = x, \quad |x - c| \le h

    Here :math:`x` is ``written``, :math:`c` is ``computed`` and :math:`h` is ``half_step``.

    Source: a figure that was rounded when it was written stays what was reported.

    Examples
    --------
    >>> print(as_written(written=1.42, computed=1.4236, half_step=0.005))
    1.42
    """
    if np.any(apart(written, computed, half_step)):
        raise ValueError("written must be computed to half a unit of its last digit")
    return written


def apart(written: Value, computed: Value, half_step: Value) -> Any:
    """Return whether figures differ by more than half a step, and what a float cannot tell."""
    return np.abs(written - computed) > half_step * (1 + 1e-6) + 1e-9 * np.abs(computed)
