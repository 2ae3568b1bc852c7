"""Plausibility of modelled stocks and gains: numbers computed elsewhere, held against published levels."""

from __future__ import annotations

from collections.abc import Mapping

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.soil_models.parameters import parameter_set


def gain_warnings(gain_per_thousand: Mapping[str, float], *, explained: bool = False) -> list[Finding]:
    """Warn of mean yearly gains above the level of review.

    Parameters
    ----------
    gain_per_thousand
        By site: thousandths of the starting stock per year, negative for a loss.
    explained
        Whether manure, a ley or land-use change stands behind the gain; then it is a note.
    """
    level = parameter_set("plausibility").values["review_gain_per_thousand"]
    return [
        Finding(
            code="gain-above-seven-per-thousand",
            severity=Severity.NOTE if explained else Severity.WARNING,
            where=Place(thing=f"site {site}"),
            found=f"{gain:.1f} per thousand per year",
            allowed=f"up to {level:g} without manure, ley or land-use change",
            do="let a reviewer look at the input and the start of this site",
            clause="Poulton and others 2018; it never changes a credit",
        )
        for site, gain in sorted(gain_per_thousand.items())
        if gain > level
    ]


def saturation_warnings(
    concentration_g_kg: Mapping[str, float], capacity_g_kg: Mapping[str, float]
) -> list[Finding]:
    """Warn of stocks whose concentration is above what the minerals of the site can hold.

    The capacity speaks of mineral-associated carbon, the stock of all carbon: the comparison warns early.
    """
    return [
        Finding(
            code="stock-above-capacity",
            severity=Severity.WARNING,
            where=Place(thing=f"site {site}"),
            found=f"{value:.1f} g C/kg",
            allowed=f"up to {capacity_g_kg[site]:.1f} g C/kg of mineral-associated carbon",
            do="let a reviewer look at the modelled stock; particulate carbon is not bound by this level",
            clause="Georgiou and others 2022; it never changes a credit",
        )
        for site, value in sorted(concentration_g_kg.items())
        if site in capacity_g_kg and value > capacity_g_kg[site]
    ]
