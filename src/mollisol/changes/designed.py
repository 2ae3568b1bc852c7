"""The variance of a stratum's change by the estimator of the declared design."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

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
    """The variance of the change of a stratum's total; degrees of freedom where they are not the units less one."""

    variance: Quantity
    freedom: float | None = None


def variance_by_design(
    context: PeriodContext,
    names: tuple[str, str],
    hectares: Quantity,
    change: Callable[[], Quantity],
    ends: tuple[Quantity, Quantity] | None = None,
) -> ByDesign:
    """Compute the variance of a stratum's change, of units that are the same at both times.

    Parameters
    ----------
    names
        What the variance is called, and the stratum.
    change
        Gives that of each sampling unit, where it is asked for. [t CO2e/ha]
    ends
        Its stocks at the start and at the end, where they were measured. [t CO2e/ha]
    """
    design, change = context.project.head.design.of(names[1]), cache(change)
    name, stratum = f"{names[0]}.{names[1]}", names[1]
    if design.has_grid and (found := _of_grid(context, name, stratum, hectares, change())) is not None:
        return found
    if design.kind == "multi_stage":
        return ByDesign(_of_landowner(context, name, hectares, ends or (change(),)))
    if ends is None:
        return ByDesign(
            context.compute(name, sampling_variance_t2, area_ha=hectares, change_t_co2e_per_ha=change())
        )
    return ByDesign(
        context.compute(
            name,
            # the units are the same at both times: the covariance of the two stocks is taken off
            paired_change_variance_t2,
            area_ha=hectares,
            stock_start_t_co2e_per_ha=ends[0],
            stock_end_t_co2e_per_ha=ends[1],
        )
    )


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
) -> ByDesign | None:
    """Compute the variance of a grid with a random start; None where no points lie side by side."""
    if context.trace.rule("mollisol.systematic.variance").value != "neighbours":
        return None
    grid = grid_of_units(point for point in context.project.sample_points if point.stratum == stratum)
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
    return ByDesign(variance, float(freedom.value))
