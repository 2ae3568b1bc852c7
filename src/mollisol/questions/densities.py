"""Density of fine soil: against the carbon that it holds, and how it shifts between campaigns on each side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from mollisol.methodology.checks.likely_causes import likely_causes
from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.columns import numbered
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.quantification.mixing_law import density_by_mixing
from mollisol.questions.pairs import CONTROLS, PROJECT, Layers, Pairs, by_point
from mollisol.uncertainty.student import t_quantile

SHOWN: Final = 5


def check_carbon_against_density(context: Context, layers: Layers) -> Iterator[Finding]:
    """Yield a finding where soil is heavier or lighter than its carbon allows; a refusal for many of them."""
    number = context.rules.number
    mineral, organic = number("mollisol.mixing.mineral"), number("mollisol.mixing.organic")
    ends = number("mollisol.mixing.least-ratio"), number("mollisol.mixing.greatest-ratio")
    share = number("mollisol.mixing.refuses-share")
    ratio = layers.density / density_by_mixing(layers.content, mineral, organic)
    wrong = (ratio < ends[0]) | (ratio > ends[1])
    cores = context.project.core_increments
    homes = layers.home[layers.point] * len(layers.campaigns) + layers.campaign
    # A pocket of peat is one core; a unit that was mistaken for one laboratory list is most of a stratum or site.
    of_home = np.bincount(homes)
    shown_by = np.bincount(
        numbered(homes[wrong] * len(layers.names) + layers.point[wrong])[0] // max(1, len(layers.names)),
        minlength=of_home.size,
    )
    many = np.bincount(homes[wrong], minlength=of_home.size) > number("mollisol.mixing.home-share") * of_home
    listed = (shown_by > 1) & many
    for place, campaign in enumerate(layers.campaigns):
        rows = np.flatnonzero(wrong & (layers.campaign == place))
        if not rows.size:
            continue
        own = int((layers.campaign == place).sum())
        worst = rows[np.argsort(-np.abs(np.log(ratio[rows])), kind="stable")]
        first = int(worst[0])
        shown = "; ".join(
            f"point {layers.names[layers.point[row]]} {layers.upper[row]:g}-{layers.lower[row]:g} cm "
            f"{layers.content[row]:g} g C/kg at {layers.density[row]:.2f} g/cm3"
            for row in worst[:SHOWN].tolist()
        )
        likely = float(density_by_mixing(layers.content[first : first + 1], mineral, organic)[0])
        tenth = float(density_by_mixing(layers.content[first : first + 1] / 10, mineral, organic)[0])
        yield finding(
            "density-against-carbon",
            Place(file=INCREMENTS, row=int(cores.row_numbers[first]), thing=f"campaign {campaign}"),
            f"{rows.size} of {own} increments: {shown}. Soil with {layers.content[first]:g} g C/kg weighs about "
            f"{likely:.2f} g/cm3, with a tenth of it {tenth:.2f}",
            severity=Severity.REFUSAL
            if rows.size > share * own or listed[homes[rows]].any()
            else Severity.WARNING,
            more=rows.size - 1,
            least=ends[0],
            greatest=ends[1],
            mineral=mineral,
            organic=organic,
        )


def check_density_shift(context: Context, layers: Layers, pairs: Pairs) -> Iterator[Finding]:
    """Yield a finding where soil became heavier or lighter on one side, or on both; a note where it is little."""
    number = context.rules.number
    warns, refuses = number("mollisol.density-shift.warns"), number("mollisol.density-shift.refuses")
    together = number("mollisol.density-shift.both")
    thickness = (layers.lower - layers.upper)[pairs.before]
    before, after = (by_point(pairs, layers.density[rows], thickness) for rows in (pairs.before, pairs.after))
    shift, own = np.log(after / before), layers.inside[pairs.by_point.keys]
    where = Place(file=INCREMENTS, thing=str(pairs))
    sides = {PROJECT: shift[own], CONTROLS: shift[~own]}
    errors = number("mollisol.density-shift.errors")
    if min(part.size for part in sides.values()) >= 2:
        apart = float(sides[PROJECT].mean() - sides[CONTROLS].mean())
        error = float(np.sqrt(sum(part.var(ddof=1) / part.size for part in sides.values())))
        # Heavier soil holds more carbon above the same depth, and so above the same mass; lighter soil less.
        freedom = min(part.size for part in sides.values()) - 1
        sure = number("mollisol.change.confidence")
        near = np.expm1(apart - error * float(t_quantile(probability=sure, degrees_of_freedom=freedom)))
        ratio = float(np.exp(apart))
        moved = any(
            abs(part.mean()) > errors * part.std(ddof=1) / np.sqrt(part.size) for part in sides.values()
        )
        told = near > refuses or (abs(ratio - 1) > warns and abs(apart) > errors * error)
        if told or moved:
            yield finding(
                "density-shift-by-side",
                where,
                f"soil mass changed by {np.expm1(sides[PROJECT].mean()):+.1%} in the project and "
                f"{np.expm1(sides[CONTROLS].mean()):+.1%} at the controls: apart by a factor of {ratio:.3f}, for sure "
                f"by {max(near, 0.0):.1%} towards credits; {likely_causes('density', ratio)}",
                severity=Severity.REFUSAL if near > refuses else Severity.WARNING if told else Severity.NOTE,
                warns=warns,
                refuses=refuses,
            )
    if shift.size >= 2:
        mean, error = float(shift.mean()), float(shift.std(ddof=1) / np.sqrt(shift.size))
        if abs(mean) > together and abs(mean) > errors * error:
            ratio = float(np.exp(mean))
            yield finding(
                "density-shift",
                where,
                f"soil mass of {shift.size} points changed by {ratio - 1:+.1%}; {likely_causes('density', ratio)}",
                together=together,
            )
