"""The variance of a stratum's change by the estimator of the declared design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.land.design import grid_of_units, neighbours
from mollisol.methodology.trace import Quantity
from mollisol.uncertainty.scaling.multistage import (
    Landowner,
    multistage_paired_variance_t2,
    multistage_sampling_variance_t2,
)
from mollisol.uncertainty.scaling.sampling_error import paired_change_variance_t2, sampling_variance_t2
from mollisol.uncertainty.scaling.systematic import systematic_degrees_of_freedom, systematic_variance_t2


@dataclass(frozen=True, slots=True, eq=False)
class ByDesign:
    """Variances of the changes of strata's totals; degrees of freedom where they are not the units less one."""

    variance: Quantity
    freedom: Mapping[str, float]


def variances_by_design(
    context: PeriodContext,
    name: str,
    units: Mapping[str, int],
    area: Quantity,
    change: Quantity,
    ends: tuple[Quantity, Quantity] | None = None,
) -> ByDesign:
    """Compute the variance of each stratum's change, of units that are the same at both times.

    Parameters
    ----------
    name
        What the variance is called.
    units
        How many sampling units each stratum has.
    area
        Of the strata, in their order. [ha]
    change
        That of each sampling unit, stratum after stratum. [t CO2e/ha]
    ends
        Its stocks at the start and at the end, in the same order, where they were measured. [t CO2e/ha]
    """
    designs = {stratum: context.project.head.design.of(stratum) for stratum in units}
    if any(design.has_grid or design.kind == "multi_stage" for design in designs.values()):
        return _one_by_one(context, name, units, area, change, ends)
    entry = np.repeat(np.arange(len(units)), list(units.values())).tolist()
    found = _variance(context, name, area, change, ends, index=tuple(units), entry=entry)
    return ByDesign(found, {})


def _variance(
    context: PeriodContext,
    name: str,
    area: Quantity,
    change: Quantity,
    ends: tuple[Quantity, Quantity] | None,
    **entries: Any,
) -> Quantity:
    """Compute the variance of units that were drawn at random."""
    if ends is None:
        return context.compute(
            name, sampling_variance_t2, area_ha=area, change_t_co2e_per_ha=change, **entries
        )
    return context.compute(
        name,
        # the units are the same at both times: the covariance of the two stocks is taken off
        paired_change_variance_t2,
        area_ha=area,
        stock_start_t_co2e_per_ha=ends[0],
        stock_end_t_co2e_per_ha=ends[1],
        **entries,
    )


def _one_by_one(
    context: PeriodContext,
    name: str,
    units: Mapping[str, int],
    area: Quantity,
    change: Quantity,
    ends: tuple[Quantity, Quantity] | None,
) -> ByDesign:
    """Compute the variances of strata some of which have an estimator that goes by fields or nodes."""
    variances, freedom, first = list[Quantity](), dict[str, float](), 0
    for number, (stratum, count) in enumerate(units.items()):
        design, places = context.project.head.design.of(stratum), range(first, first + count)
        first += count
        hectares = context.arrange(f"area_ha.{stratum}", float(area.value[number]), [area], places=[number])
        own, both = context.pick(f"change_of_unit.{stratum}", change, places), None
        if ends is not None:
            start, end = (
                context.pick(f"{label}_stock_co2e.{stratum}", stock, places)
                for label, stock in zip(("first", "last"), ends, strict=True)
            )
            both = start, end
        of_grid = design.has_grid and _of_grid(context, f"{name}.{stratum}", stratum, hectares, own)
        if of_grid:
            variances.append(of_grid[0])
            freedom[stratum] = of_grid[1]
        elif design.kind == "multi_stage":
            variances.append(_of_landowner(context, f"{name}.{stratum}", hectares, both or (own,)))
        else:
            variances.append(_variance(context, f"{name}.{stratum}", hectares, own, both))
    return ByDesign(context.join(name, variances, tuple(units)), freedom)


def _of_landowner(
    context: PeriodContext, name: str, hectares: Quantity, ends: tuple[Quantity, ...]
) -> Quantity:
    """Compute Eq. A6.9 of both ends, or Eq. A6.1 of a change: the spread between the fields that were drawn."""
    trees = [[Landowner.of_means(float(hectares.value), of_field.value)] for of_field in ends]
    if len(trees) == 1:
        value = multistage_sampling_variance_t2(landowners=trees[0])
        return context.record(
            name, value, multistage_sampling_variance_t2, area_ha=hectares, change_of_field=ends[0]
        )
    paired = multistage_paired_variance_t2(start=trees[0], end=trees[1])
    return context.record(
        name,
        float(paired[0]),
        multistage_paired_variance_t2,
        area_ha=hectares,
        stock_of_field_at_start=ends[0],
        stock_of_field_at_end=ends[1],
    )


def _of_grid(
    context: PeriodContext, name: str, stratum: str, hectares: Quantity, change: Quantity
) -> tuple[Quantity, float] | None:
    """Compute the variance of a grid with a random start and its freedom; None where no points lie side by side."""
    if context.trace.rule("mollisol.systematic.variance").value != "neighbours":
        return None
    points = context.project.sample_points
    grid = grid_of_units(points[place] for place in points.groups("stratum").get((stratum,), ()))
    number = {unit.partition("/")[2]: place for place, unit in enumerate(change.index)}
    pairs = [
        (number[one], number[other])
        for one, other in neighbours({unit: node for unit, node in grid.items() if unit in number})
    ]
    if not pairs:
        return None
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    variance = context.compute(
        name,
        systematic_variance_t2,
        area_ha=hectares,
        change_t_co2e_per_ha=change,
        first=first,
        second=second,
    )
    freedom = context.compute(
        f"grid_degrees_of_freedom.{stratum}",
        systematic_degrees_of_freedom,
        points=float(len(change.index)),
        first=first,
        second=second,
    )
    return variance, float(freedom.value)
