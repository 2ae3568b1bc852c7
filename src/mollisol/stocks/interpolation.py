"""The interpolation that a run computes with: the chosen one, or straight lines where its stocks cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.trace import Quantity
from mollisol.quantification.equivalent_soil_mass import (
    Interpolation,
    carbon_within_layers_t_per_ha,
    linear_at,
    natural_cubic_spline_at,
)
from mollisol.stocks.profiles import Profiles, home_of_point

ROUNDING: Final = 1e-9
"""Share of a stock by which two ways of adding up the same layers may differ."""


def interpolation_in_force(
    context: Context, profiles: Sequence[tuple[Profiles, Quantity]]
) -> tuple[Interpolation, list[Finding]]:
    """Return what all stocks are interpolated by, and a finding where it is not what the project chose.

    The spline of the document's figure can leave what the layers around the reference mass hold, even below zero.
    Straight lines cannot. One profile outside is enough to take them for all: the methodology wants one way for all
    campaigns.
    """
    chosen = context.project.head.interpolation
    if chosen == "linear":
        return chosen, []
    names: list[str] = []
    parts: list[NDArray[np.float64]] = []
    for batch, reference in profiles:
        mass, carbon, row = batch.mass.value, batch.carbon.value, np.array([reference.value])
        least, greatest = carbon_within_layers_t_per_ha(
            cumulative_soil_mass_t_per_ha=mass,
            cumulative_carbon_t_per_ha=carbon,
            reference_soil_mass_t_per_ha=row,
        )
        curves = [
            way(
                cumulative_soil_mass_t_per_ha=mass,
                cumulative_value=carbon,
                reference_soil_mass_t_per_ha=row,
            )
            for way in (natural_cubic_spline_at, linear_at)
        ]
        names += batch.samples
        parts.append(np.concatenate([*curves, least, greatest], axis=1))
    spline, straight, least, greatest = np.concatenate(parts).T
    beyond = np.maximum(least - spline, spline - greatest)
    outside = beyond > ROUNDING * np.maximum(greatest, 1.0)
    if not outside.any():
        return chosen, []
    worst = int(np.argmax(beyond))
    ways = {"the spline": spline, "straight lines": straight}
    sides = _side_by_side(context, names, ways)
    return "linear", [
        finding(
            "esm-outside-layers",
            Place(file=INCREMENTS, thing=f"sample {names[worst]}"),
            f"{int(outside.sum())} of {len(names)} profiles outside of what their layers hold, the worst "
            f"{spline[worst]:.2f} t C/ha by the natural cubic spline where its layers allow {least[worst]:.2f} to "
            f"{greatest[worst]:.2f}; straight lines are taken for all profiles and campaigns. Mean stock by the spline "
            f"and by straight lines: {sides}",
        )
    ]


def _side_by_side(context: Context, names: Sequence[str], ways: Mapping[str, NDArray[np.float64]]) -> str:
    """Return the mean stock of both sides in each campaign, by each way."""
    project = context.project
    cores = project.core_increments
    controls = {point.point for point in project.sample_points if home_of_point(point) == point.control_site}
    of_sample = {
        sample: (campaign, "controls" if point in controls else "project")
        for sample, campaign, point in cores.distinct("sample", "campaign", "point")
    }
    groups = [of_sample[name] for name in names]
    texts = []
    for campaign, side in sorted(set(groups)):
        own = [place for place, group in enumerate(groups) if group == (campaign, side)]
        both = " and ".join(f"{values[own].mean():.2f}" for values in ways.values())
        texts.append(f"{side} {campaign} {both}")
    return "; ".join(texts)
