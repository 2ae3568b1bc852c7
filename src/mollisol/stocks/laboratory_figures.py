"""Organic carbon and fine soil from what the laboratory gave, step by step into the trace; and what limits do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.laboratory import (
    BY_MASS,
    BY_VOLUME,
    CARBON,
    DENSITY,
    INCREMENTS,
    MATTER,
    PARTICLES,
    SHARE_OF_MATTER,
    WEIGHED,
)
from mollisol.methodology.checks.unread import UnreadError
from mollisol.methodology.columns import Column, Columns
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.measurement import RICHEST_G_PER_KG, CoreIncrement
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Quantity, Trace
from mollisol.quantification.laboratory_figures import (
    apart,
    as_written,
    carbon_of_matter_g_per_kg,
    content_of_oven_dry_g_per_kg,
    counted_below_limit_g_per_kg,
    fine_soil_less_stones_g_per_cm3,
    fine_soil_of_share_g_per_cm3,
    organic_of_total_g_per_kg,
    oven_dry_part,
    stones_by_volume,
)

SHARE_OF_LIMIT: Final = {"zero": 0.0, "half the limit": 0.5, "the limit": 1.0}
SOURCES: Final = {
    "soc_g_per_kg": CARBON,
    "fine_soil_density_g_per_cm3": DENSITY,
    "fine_soil_mass_g": (WEIGHED,),
}
"""Columns that may follow from others, and which of those they follow from."""
_STEPS: Final = {
    "soc_g_per_kg": ("below_limit", "carbon_dry_matter_fraction"),
    "fine_soil_density_g_per_cm3": (BY_VOLUME, "soil_dry_matter_fraction"),
    "fine_soil_mass_g": ("soil_dry_matter_fraction",),
}
"""What decides which steps a row takes, beside the source."""
_WORDS: Final = {
    **dict(zip(CARBON, ("organic", "matter", "total"), strict=True)),
    **dict(zip(DENSITY, ("whole", "fine"), strict=True)),
    WEIGHED: "weighed",
    "below_limit": "below_limit",
    "carbon_dry_matter_fraction": "moist",
    "soil_dry_matter_fraction": "moist",
    BY_VOLUME: "by_volume",
}
"""What rows of one way are called in the trace."""
RANGES: Final = {
    "soc_g_per_kg": (0.0, RICHEST_G_PER_KG),
    "fine_soil_density_g_per_cm3": (0.02, 2.2),
    "fine_soil_mass_g": (0.0, 1e6),
}
"""What each may be, as in the table."""
_UNITS: Final = {
    "soc_g_per_kg": "g C/kg soil",
    "fine_soil_density_g_per_cm3": "g/cm3",
    "fine_soil_mass_g": "g",
}
_MOST_DIGITS: Final = 10


def rows_named(positions: Sequence[int]) -> tuple[str, ...]:
    """Return what rows of the table are called in the trace."""
    return _named(tuple(positions))


@lru_cache(maxsize=1)
def _named(positions: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"{INCREMENTS}:{position + 2}" for position in positions)


def column_at(
    cores: Columns[CoreIncrement],
    positions: Sequence[int],
    column: str,
    unit: str,
    trace: Trace,
    name: str = "",
) -> Quantity:
    """Enter a column at some rows as it was read."""
    rows = rows_named(positions)
    values = cores.column(column).numbers()[list(positions)]
    return trace.given(name or column, values, unit, rows, rows)


def figures_at(
    cores: Columns[CoreIncrement], positions: Sequence[int], column: str, trace: Trace
) -> Quantity:
    """Return a column at some rows: as it was read, or as it follows from other figures of the laboratory.

    Where both stand there the one that was written counts, and is the other in its digits.

    Raises
    ------
    ValueError
        If they differ by more; the checks find this first.
    """
    unit = _UNITS[column]
    written = cores.column(column).given()
    follows = _follows(cores, column)[list(positions)]
    if not follows.any():
        return column_at(cores, positions, column, unit, trace)
    plain = [place for place, own in zip(positions, follows, strict=True) if not own]
    parts = [column_at(cores, plain, column, unit, trace, f"{column}.as_read")] if plain else []
    order = list(plain)
    chosen = [place for place, own in zip(positions, follows, strict=True) if own]
    for part in computed(cores, chosen, column, trace):
        for both in (False, True):
            places = [n for n, position in enumerate(part.positions) if written[position] == both]
            if not places:
                continue
            own = [part.positions[place] for place in places]
            label = f"{part.name}{'.written' if both else ''}"
            some = trace.pick(f"{column}.{label}.computed", part.value, places)
            if both:
                some = trace.compute(
                    f"{column}.{label}",
                    as_written,
                    index=some.index,
                    unit=unit,
                    written=column_at(cores, own, column, unit, trace, f"{column}.{label}.as_read"),
                    computed=some,
                    half_step=half_step(cores, column),
                )
            parts.append(some)
            order += own
    number = {position: place for place, position in enumerate(order)}
    places = [number[position] for position in positions]
    values = np.concatenate([np.atleast_1d(np.asarray(part.value)) for part in parts])[places]
    return trace.arrange(column, values, parts, index=rows_named(positions), places=places)


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """Figures that follow from others by the same steps: what the steps are called, the rows, and the values."""

    name: str
    positions: list[int]
    value: Quantity


def computed(
    cores: Columns[CoreIncrement], positions: Sequence[int], column: str, trace: Trace
) -> Iterator[Computed]:
    """Yield what follows for a column at some rows, by the steps that the rows take."""
    steps = {"soc_g_per_kg": _carbon, "fine_soil_density_g_per_cm3": _density, "fine_soil_mass_g": _mass}[
        column
    ]
    flags = {name: cores.column(name).given() for name in (*SOURCES[column], *_STEPS[column])}
    groups: dict[str, list[int]] = defaultdict(list)
    for position in positions:
        groups[".".join(_WORDS[name] for name in flags if flags[name][position])].append(position)
    for name, own in groups.items():
        marks = {one for one in flags if flags[one][own[0]]}
        yield Computed(name, own, steps(_Rows(cores, own, name, marks, trace)))


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows that take the same steps: which figures they have, and how a column of them is entered."""

    cores: Columns[CoreIncrement]
    positions: list[int]
    name: str
    marks: set[str]
    trace: Trace

    @property
    def index(self) -> tuple[str, ...]:
        return rows_named(self.positions)

    def figure(self, column: str, unit: str) -> Quantity:
        """Enter a column of the rows."""
        return column_at(self.cores, self.positions, column, unit, self.trace, f"{column}.{self.name}")


def _carbon(rows: _Rows) -> Quantity:
    """Count what is below a limit, take the organic carbon of it, and bring it to oven-dry soil."""
    source = next(name for name in CARBON if name in rows.marks)
    value = rows.figure(source, "g/kg")
    if "below_limit" in rows.marks:
        words = rows.cores.column("below_limit")
        shares = np.array([SHARE_OF_LIMIT[words.labels[words.codes[place]]] for place in rows.positions])
        value = rows.trace.compute(
            f"counted_below_limit.{rows.name}",
            counted_below_limit_g_per_kg,
            index=rows.index,
            limit_g_per_kg=value,
            share_of_limit=rows.trace.given(
                f"share_of_limit.{rows.name}", shares, "1", rows.index, rows.index
            ),
        )
    if source == MATTER:
        value = rows.trace.compute(
            f"carbon_of_matter.{rows.name}",
            carbon_of_matter_g_per_kg,
            index=rows.index,
            organic_matter_g_per_kg=value,
            carbon_share=rows.figure(SHARE_OF_MATTER, "1"),
        )
    elif source == "total_carbon_g_per_kg":
        value = rows.trace.compute(
            f"organic_of_total.{rows.name}",
            organic_of_total_g_per_kg,
            index=rows.index,
            total_carbon_g_per_kg=value,
            inorganic_carbon_g_per_kg=rows.figure("inorganic_carbon_g_per_kg", "g C/kg soil"),
        )
    if "carbon_dry_matter_fraction" in rows.marks:
        value = rows.trace.compute(
            f"content_of_oven_dry.{rows.name}",
            content_of_oven_dry_g_per_kg,
            index=rows.index,
            content_g_per_kg=value,
            dry_matter_fraction=rows.figure("carbon_dry_matter_fraction", "1"),
        )
    return value


def _dry(rows: _Rows, value: Quantity, unit: str) -> Quantity:
    if "soil_dry_matter_fraction" not in rows.marks:
        return value
    return rows.trace.compute(
        f"oven_dry_part.{rows.name}",
        oven_dry_part,
        index=rows.index,
        unit=unit,
        moist=value,
        dry_matter_fraction=rows.figure("soil_dry_matter_fraction", "1"),
    )


def _mass(rows: _Rows) -> Quantity:
    return _dry(rows, rows.figure(WEIGHED, "g"), "g")


def _density(rows: _Rows) -> Quantity:
    """Bring a density to oven-dry soil and take the stones off."""
    whole = DENSITY[0] in rows.marks
    density = _dry(rows, rows.figure(DENSITY[0] if whole else DENSITY[1], "g/cm3"), "g/cm3")
    by_volume = BY_VOLUME in rows.marks
    stones = rows.figure(BY_VOLUME if by_volume else BY_MASS, "1")
    if whole and by_volume:
        return rows.trace.compute(
            f"fine_soil_density.{rows.name}",
            fine_soil_less_stones_g_per_cm3,
            index=rows.index,
            whole_soil_density_g_per_cm3=density,
            coarse_volume_share=stones,
            particle_density_g_per_cm3=rows.figure(PARTICLES, "g/cm3"),
        )
    if not whole and not by_volume:
        stones = rows.trace.compute(
            f"stones_by_volume.{rows.name}",
            stones_by_volume,
            index=rows.index,
            coarse_mass_share=stones,
            particle_density_g_per_cm3=rows.figure(PARTICLES, "g/cm3"),
            fine_earth_density_g_per_cm3=density,
        )
    return rows.trace.compute(
        f"fine_soil_density.{rows.name}",
        fine_soil_of_share_g_per_cm3,
        index=rows.index,
        density_g_per_cm3=density,
        coarse_share=stones,
    )


def content_of_limits(cores: Columns[CoreIncrement], rules: RulesInForce) -> NDArray[np.float64]:
    """Return what a content below a limit gains as the limit against nothing; 0 for all others. [g/kg]."""
    places = np.flatnonzero(cores.column("below_limit").given()).tolist()
    gain = np.zeros(len(cores))
    for word, sign in (("the limit", 1.0), ("zero", -1.0)):
        same = cores.with_column("below_limit", Column.of([word] * len(cores)))
        for part in computed(same, places, "soc_g_per_kg", Trace(rules)):
            gain[part.positions] += sign * np.asarray(part.value.value)
    return gain


def half_step(cores: Columns[CoreIncrement], column: str) -> float:
    """Return half a unit of the last digit that a column is written with."""
    values = np.array([label for label in cores.column(column).labels if label is not None], dtype=np.float64)
    digits = next(
        (n for n in range(_MOST_DIGITS) if np.allclose(values, values.round(n), 0, 1e-12)), _MOST_DIGITS
    )
    return float(0.5 * 10.0**-digits)


def with_figures(project: Project, rules: RulesInForce) -> tuple[Project, list[Finding]]:
    """Return the project with what follows from a laboratory's figures in the cells that are empty, and what differs.

    The steps are entered into the trace of the run where stocks are computed, from the table as it was read.
    """
    try:
        return _with_figures(project, rules)
    except UnreadError:
        return project, []  # what could not be read is told


def _with_figures(project: Project, rules: RulesInForce) -> tuple[Project, list[Finding]]:
    cores, findings = project.core_increments, list[Finding]()
    for column in SOURCES:
        places = np.flatnonzero(_follows(cores, column)).tolist()
        if not places:
            continue
        found = np.full(len(cores), np.nan)
        for part in computed(cores.as_read, places, column, Trace(rules)):
            found[part.positions] = part.value.value
        written = cores.column(column).numbers()
        findings += _differ(cores, column, written, found)
        new = np.where(np.isnan(written), found, written)
        values = [None if np.isnan(value) else float(value) for value in new]
        cores = cores.with_column(column, Column.of(values))
    if cores is project.core_increments:
        return project, []
    return project.model_copy(update={"core_increments": cores}), gathered(findings)


def _differ(
    cores: Columns[CoreIncrement],
    column: str,
    written: NDArray[np.float64],
    follows: NDArray[np.float64],
) -> Iterator[Finding]:
    """Yield a finding for each figure that cannot be, and each that is not what the laboratory's figures come to."""
    low, high = RANGES[column]
    step = half_step(cores, column)
    for place in np.flatnonzero(~np.isnan(follows)).tolist():
        where = Place(file=INCREMENTS, row=int(cores.row_numbers[place]), column=column)
        if not low <= follows[place] <= high:
            yield finding("laboratory-figure-impossible", where, f"{follows[place]:.6g}", low=low, high=high)
        elif not np.isnan(written[place]) and apart(written[place], follows[place], step):
            text = f"{written[place]:.6g}, and the figures of the laboratory come to {follows[place]:.6g}"
            yield finding("laboratory-figure-differs", where, text)


def _follows(cores: Columns[CoreIncrement], column: str) -> NDArray[np.bool_]:
    """Return for each row whether a column follows from other figures."""
    found = np.zeros(len(cores), dtype=np.bool_)
    for name in SOURCES[column]:
        found |= cores.column(name).given()
    return found
