"""Plausibility of modelled stocks and gains: numbers computed elsewhere, held against published levels."""

from __future__ import annotations

from collections.abc import Mapping

from mollisol.methodology.findings import Finding, Severity, finding
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
        finding(
            "gain-above-seven-per-thousand",
            f"site {site}",
            f"{gain:.1f} per thousand per year",
            severity=Severity.NOTE if explained else Severity.WARNING,
            level=level,
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
        finding(
            "stock-above-capacity", f"site {site}", f"{value:.1f} g C/kg", capacity_g_kg=capacity_g_kg[site]
        )
        for site, value in sorted(concentration_g_kg.items())
        if site in capacity_g_kg and value > capacity_g_kg[site]
    ]
