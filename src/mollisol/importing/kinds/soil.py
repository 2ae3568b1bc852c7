"""Arithmetic of a laboratory's figures: carbon of organic matter, fine soil of whole soil and stones."""

from __future__ import annotations

from typing import Final, Literal

type Basis = Literal["whole soil", "fine soil alone", "fine soil per total volume"]
BASES: Final = ("whole soil", "fine soil alone", "fine soil per total volume")


def fine_soil_density(
    density: float, basis: Basis, stones: float, measure: str, particle_density: float | None
) -> tuple[float, str]:
    """Return the dry fine soil per total volume in g/cm3, and how it came about.

    Parameters
    ----------
    density
        As the laboratory gives it, g/cm3.
    basis
        Of what it is the density.
    stones
        Coarse fragments, as a fraction.
    measure
        ``mass`` or ``volume``: what that fraction is of.
    particle_density
        Of the stones, g/cm3; needed to go from one measure to the other.

    Raises
    ------
    ValueError
        If the density of stones is needed and not given.

    Notes
    -----
    Whole soil: by mass ``d (1 - m)``, by volume ``d - r v``. Fine soil itself: by volume ``d (1 - v)``, by mass with
    ``v = (m / r) / (m / r + (1 - m) / d)`` (Poeplau, Vos and Don 2017, SOIL 3, 61-66, give the first three).
    """
    if basis == "fine soil per total volume":
        return density, f"fine soil {density:.6g} g/cm3 as given"
    if basis == "whole soil" and measure == "mass":
        return density * (1 - stones), f"fine soil = {density:.6g} x (1 - {stones:.6g})"
    if basis == "fine soil alone" and measure == "volume":
        return density * (1 - stones), f"fine soil = {density:.6g} x (1 - {stones:.6g})"
    if particle_density is None:
        raise ValueError("particle_density")
    if basis == "whole soil":
        return (
            density - particle_density * stones,
            f"fine soil = {density:.6g} - {particle_density:g} x {stones:.6g}",
        )
    volume = stones / particle_density
    volume /= volume + (1 - stones) / density
    return density * (1 - volume), f"fine soil = {density:.6g} x (1 - {volume:.6g} by volume)"
