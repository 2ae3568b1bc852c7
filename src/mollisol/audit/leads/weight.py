"""Looks for what decides the credit: numbers that are missing, control sites and points that carry much of it."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtr

from mollisol.audit.leads.credit import Replicates
from mollisol.audit.leads.grounds import Grounds, Places, Seen, some, strength
from mollisol.methodology.units import CO2E_PER_C
from mollisol.questions.selection import numbering_gaps

FEWEST_OTHERS = 2
"""Beside which a site or a unit can lie apart."""


def gaps(grounds: Grounds) -> Seen | None:
    """Return the numbers that the ids of points leave out, also where they are few."""
    project, credit = grounds.project, grounds.credit
    if project.plan is not None:
        return None  # the plan says which points there are
    ids = ("point", "sampling_unit", "control_site")
    names = [name for column in ids for name in project.sample_points.column(column).labels if name]
    names += project.point_statuses.column("point").values()
    missing, there = numbering_gaps(names, grounds.context.rules.number("mollisol.selection.least-filled"))
    lost = [name for sequence in missing.values() for name in sequence]
    if not lost:
        return Seen(0.0, f"no number is missing beside {there}", (), there)
    words = f"{len(lost)} numbers are missing beside {there}: {some(lost)}"
    effect = None
    if credit.whole is not None:
        after = _with_the_worst(grounds, missing)
        effect = None if after is None else credit.whole.mean_t - after
    told = "each missing unit of a stratum had changed as the worst point of it"
    return Seen(
        len(lost) / (len(lost) + there), words, tuple(lost[:20]), there, effect, told + ", deduction apart"
    )


def _with_the_worst(grounds: Grounds, missing: dict[str, list[str]]) -> float | None:
    """Return the mean total where missing units count with the worst change of their stratum."""
    credit = grounds.credit
    homes: dict[str, int] = {}
    for prefix, lost in missing.items():
        near = {
            home for name, home in zip(credit.points, credit.home, strict=True) if name.startswith(prefix)
        }
        if len(near) == 1:
            homes[near.pop()] = len(lost)
    if not homes:
        return None
    total, areas = 0.0, {stratum.stratum: stratum.area_ha for stratum in grounds.project.strata}
    home = np.array(credit.home, dtype=object)
    for period in credit.periods:
        one = credit.replicates(period, {})
        if one is None:
            return None
        change = CO2E_PER_C * (credit.stocks[period.last_campaign] - credit.stocks[period.first_campaign])
        mean = np.bincount(one.group, one.change) / np.maximum(one.counts, 1)
        for number, stratum in enumerate(areas):
            if more := homes.get(stratum, 0):
                worst = float(np.nanmin(change[home == stratum]))
                mean[number] = (mean[number] * one.counts[number] + worst * more) / (
                    one.counts[number] + more
                )
        lever = np.zeros(mean.size)
        lever[one.group] = one.lever
        total += float(lever @ mean)
    return total


def control_carries(grounds: Grounds) -> Seen | None:
    """Return the control site without which the credit would fall most, beside what the project gained."""
    return _carries(grounds, controls=True)


def unit_carries(grounds: Grounds) -> Seen | None:
    """Return the sampling unit of the project without which the credit would fall most, beside what was gained."""
    return _carries(grounds, controls=False)


def _carries(grounds: Grounds, *, controls: bool) -> Seen | None:
    credit = grounds.credit
    if credit.whole is None or credit.whole.error_t <= 0:
        return None
    falls: dict[tuple[str, str], float] = {}
    for period in credit.periods:
        one = credit.replicates(period, {})
        if one is not None:
            for key, fall in _falls(grounds, one, controls):
                falls[key] = falls.get(key, 0.0) + fall
    if not falls:
        return None
    home, unit = max(falls, key=falls.__getitem__)
    fall, whole = falls[home, unit], credit.whole
    name = _called(home, unit, controls)
    words = (
        f"without {name} the difference between project and control sites would be {fall:,.1f} t CO2e smaller; it is "
        f"{whole.mean_t:,.1f} t, with a standard error of {whole.error_t:,.1f} t"
    )
    effect = credit.effect_t(out=_rows_of(grounds, home, unit, controls))
    beside = max(abs(whole.mean_t), whole.error_t)
    return Seen(fall / beside, words, _ids(home, unit, controls), len(falls), effect, f"{name} were left out")


def control_outlying(grounds: Grounds) -> Seen | None:
    """Return the control site whose change lies farthest from that of the others, beside how units of a place scatter.

    Sites are few, so that their own spread says little: what units of one stratum or site scatter by is the measure.
    """
    sites = {site.control_site for site in grounds.project.control_sites}
    best: tuple[float, str, str] | None = None
    looks = 0
    for period in grounds.credit.periods:
        changes = {
            home: np.array([value for _, value in units])
            for home, units in grounds.credit.changes_of_units(period).items()
        }
        freedom = sum(values.size - 1 for values in changes.values())
        own = {home: values for home, values in changes.items() if home in sites}
        if len(own) < FEWEST_OTHERS + 1 or freedom < FEWEST_OTHERS:
            continue
        squares = sum(float(((values - values.mean()) ** 2).sum()) for values in changes.values())
        spread = np.sqrt(max(squares / freedom, 1e-12))
        mean = np.array([values.mean() for values in own.values()])
        part = np.array([1 / values.size for values in own.values()])
        others = (mean.sum() - mean) / (mean.size - 1)
        error = spread * np.sqrt(part + (part.sum() - part) / (mean.size - 1) ** 2)
        looks += mean.size
        apart = np.abs(mean - others) / error
        one = int(np.argmax(apart))
        chance = 2 * float(stdtr(freedom, -apart[one]))
        if best is None or chance < best[0]:
            home = list(own)[one]
            words = (
                f"control site {home} changed by {mean[one]:+.1f} t CO2e/ha in period {period.name}, the "
                f"{mean.size - 1} others by {others[one]:+.1f}; units of one place scatter by {spread:.1f}"
            )
            best = chance, words, home
    if best is None:
        return None
    chance, words, home = best
    effect = grounds.credit.effect_t(out=_rows_of(grounds, home, home, True))
    return Seen(strength(chance, looks), words, (home,), looks, effect, f"control site {home} were left out")


def unit_outlying(grounds: Grounds) -> Seen | None:
    """Return the sampling unit whose change lies farthest from that of the others of its stratum."""
    strata = {stratum.stratum for stratum in grounds.project.strata}
    best: tuple[float, str, str, str] | None = None
    looks = 0
    for period in grounds.credit.periods:
        for home, units in grounds.credit.changes_of_units(period).items():
            if home not in strata or len(units) < FEWEST_OTHERS + 1:
                continue
            values = np.array([value for _, value in units])
            count = values.size
            looks += count
            apart = values - values.mean()
            rest = (apart**2).sum() - apart**2 * count / (count - 1)
            spread = np.sqrt(np.maximum(rest, 1e-12) / (count - 2))
            studentised = np.abs(apart) * np.sqrt(count / (count - 1)) / spread
            one = int(np.argmax(studentised))
            chance = 2 * float(stdtr(count - 2, -studentised[one]))
            if best is None or chance < best[0]:
                others = float((values.sum() - values[one]) / (count - 1))
                words = (
                    f"{_called(home, units[one][0], False)} changed by {values[one]:+.1f} t CO2e/ha in period "
                    f"{period.name}, the {count - 1} others by {others:+.1f} with a spread of {spread[one]:.1f}"
                )
                best = chance, words, home, units[one][0]
    if best is None:
        return None
    chance, words, home, unit = best
    effect = grounds.credit.effect_t(out=_rows_of(grounds, home, unit, False))
    told = f"{_called(home, unit, False)} were left out"
    return Seen(strength(chance, looks), words, (home, unit), looks, effect, told)


def _called(home: str, unit: str, controls: bool) -> str:
    return f"control site {home}" if controls else f"sampling unit {unit} of stratum {home}"


def _ids(home: str, unit: str, controls: bool) -> tuple[str, ...]:
    return (home,) if controls else (home, unit)


def _rows_of(grounds: Grounds, home: str, unit: str, controls: bool) -> Places:
    """Return the places of the points of a control site, or of a sampling unit."""
    homes, units = grounds.credit.home, grounds.credit.unit
    places = [
        number
        for number, where in enumerate(zip(homes, units, strict=True))
        if where[0] == home and (controls or where[1] == unit)
    ]
    return np.array(places, dtype=np.intp)


def _falls(grounds: Grounds, one: Replicates, controls: bool) -> list[tuple[tuple[str, str], float]]:
    """Return by how much the mean falls without each replicate of one side, by home and unit.

    Where a single site is its group its units are the replicates, and no site can be left out.
    """
    strata = [stratum.stratum for stratum in grounds.project.strata]
    sites = {site.control_site for site in grounds.project.control_sites}
    fall = one.fall_without()
    found = []
    for number in np.flatnonzero(~np.isnan(fall)).tolist():
        of_control, name = one.lever[number] < 0, one.names[number]
        if controls and of_control and name in sites:
            found.append(((name, name), float(fall[number])))
        elif not controls and not of_control:
            found.append(((strata[one.group[number]], name), float(fall[number])))
    return found
