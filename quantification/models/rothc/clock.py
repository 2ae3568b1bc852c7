"""RothC's rate clock without a compiler: on arrays over the sites, and on Python floats for one site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mollisol.quantification.models.arrays import FloatArray
from mollisol.quantification.models.rothc.equations import (
    maximum_deficit,
    moisture_factor,
    rate_clock,
    temperature_factor,
)

if TYPE_CHECKING:
    from mollisol.quantification.models.rothc.inputs import Prepared, RothCParameters

_MONTHS = 36
_TURNS = 200
_PLAIN_TURNS = 5
_SETTLED_MM = 1e-11


def _warmth(part: Prepared, parameters: RothCParameters) -> FloatArray:
    """Return the temperature factor, (month, site), from the temperatures alone."""
    return np.asarray(
        temperature_factor(
            tmean_c=part.weather["tmean_c"],
            top=parameters.temperature_top,
            numerator_c=parameters.temperature_numerator_c,
            shift_c=parameters.temperature_shift_c,
            cold_limit_c=parameters.temperature_cold_limit_c,
        )
    )


def _net_rain(part: Prepared) -> FloatArray:
    """Return rain and irrigation less what the crop can draw, (month, site) [mm]."""
    weather = part.weather
    net: FloatArray = weather["rain_mm"] - part.evaporation_factor * weather["pan_evaporation_mm"]
    if part.streams["irrigation_mm"].any():
        net = net + part.streams["irrigation_mm"]
    return net


def _driest(part: Prepared) -> FloatArray:
    """Return the largest deficit of each site [mm]."""
    return np.asarray(
        maximum_deficit(clay_percent=part.soil["clay_percent"], depth_cm=part.soil["depth_cm"]),
        dtype=np.float64,
    )


def _finish(
    part: Prepared, parameters: RothCParameters, deficits: FloatArray, driest: FloatArray
) -> FloatArray:
    """Turn the deficits, (month, site), into the clock."""
    moisture = moisture_factor(
        deficit_mm=deficits,
        maximum_deficit_mm=driest,
        onset_share=parameters.moisture_onset_share,
        lowest=parameters.moisture_lowest,
    )
    return np.asarray(
        rate_clock(
            temperature_factor=_warmth(part, parameters),
            moisture_factor=moisture,
            covered=part.streams["covered"],
            cover_factor=parameters.cover_factor,
        )
    )


def _deficits(
    net: FloatArray, covered: FloatArray, driest: FloatArray, bare_share: float, before: FloatArray
) -> FloatArray:
    """Return the deficit of each month, (month, site), from net rain and cover of the same shape [mm].

    The deficit before is never below the driest soil, so that under plants the limit is the lesser of the two as well.
    """
    limits = np.where(covered > 0.5, driest, bare_share * driest)
    deficits = np.empty(net.shape)
    lower = np.empty_like(driest)
    for month in range(len(net)):
        now = deficits[month]
        np.add(before, net[month], out=now)
        np.minimum(now, 0.0, out=now)
        np.minimum(limits[month], before, out=lower)
        np.maximum(now, lower, out=now)
        before = now
    return deficits


def clock_numpy(part: Prepared, parameters: RothCParameters, deficit: FloatArray, months: int) -> FloatArray:
    """Return the clock, (month, site); the deficit, (site,), is taken on in place.

    Some months are taken at a time, so that what stands between weather and clock stays in the cache.
    """
    driest = np.ascontiguousarray(np.broadcast_to(_driest(part), part.sites))
    clock = np.empty((months, part.sites))
    before = deficit.copy()
    for lo in range(0, months, _MONTHS):
        hi = min(lo + _MONTHS, months)
        here = part.months_between(lo, hi)
        shape = (hi - lo, part.sites)
        deficits = _deficits(
            np.broadcast_to(_net_rain(here), shape),
            np.broadcast_to(here.streams["covered"], shape),
            driest,
            parameters.moisture_bare_share,
            before,
        )
        before = deficits[-1]
        clock[lo:hi] = _finish(here, parameters, deficits, driest)
    deficit[...] = before
    return clock


def settled_deficit(part: Prepared, parameters: RothCParameters, months: int) -> FloatArray:
    """Return the deficit at the end of a repeating cycle, (site,), from field capacity on [mm].

    Most sites repeat after two or three cycles. Where a cycle loses a little water each time the deficit would creep
    for centuries. A drier start never ends wetter, so the value is bracketed between the path from field capacity,
    which falls to it, and the driest soil, which rises to it, and the bracket is halved until the path repeats.

    Raises
    ------
    ValueError
        If a site does not settle, which a value that is not finite brings about.
    """
    shape = (months, part.sites)
    net = np.broadcast_to(_net_rain(part), shape)
    covered = np.broadcast_to(part.streams["covered"], shape)
    driest = np.ascontiguousarray(np.broadcast_to(_driest(part), part.sites))
    settled = np.zeros(part.sites)
    left = np.arange(part.sites)
    above, below = np.zeros(part.sites), driest

    def cycle(before: FloatArray) -> FloatArray:
        here = net[:, left], covered[:, left], driest[left]
        return np.array(_deficits(*here, parameters.moisture_bare_share, before)[-1])

    for turn in range(1, _TURNS + 1):
        after = cycle(above)
        moving = above - after > _SETTLED_MM
        settled[left] = after
        left, above, below = left[moving], after[moving], below[moving]
        if not len(left):
            return settled
        if turn > _PLAIN_TURNS:
            middle = 0.5 * (above + below)
            then = cycle(middle)
            above = np.where(then < middle, np.minimum(above, then), above)
            below = np.where(then < middle, below, np.maximum(below, then))
    raise ValueError("the moisture deficit does not settle: a value is not a finite number")


def clock_plain(part: Prepared, parameters: RothCParameters, deficit: FloatArray, months: int) -> FloatArray:
    """Return the clock of one site, (month, 1); the moisture runs on Python floats."""
    driest_here = _driest(part)
    driest = float(driest_here[0])
    bare_limit = parameters.moisture_bare_share * driest
    net = np.broadcast_to(_net_rain(part), (months, 1))[:, 0].tolist()
    covered = np.broadcast_to(part.streams["covered"] > 0.5, (months, 1))[:, 0].tolist()
    now = float(deficit[0])
    deficits = []
    for gain, green in zip(net, covered, strict=True):
        lower = driest if green else (bare_limit if bare_limit < now else now)
        now += gain
        if now > 0.0:
            now = 0.0
        if now < lower:
            now = lower
        deficits.append(now)
    deficit[0] = now
    return _finish(part, parameters, np.array(deficits)[:, None], driest_here)
