"""The plan itself: numbers by Eqs. 1 and 2 with the allocation of Neyman, and its points."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.periods import whole_years
from mollisol.methodology.findings import Finding, FindingsError, UserError, blocking
from mollisol.methodology.measurement import PlannedStratum, SamplePoint
from mollisol.output import csv_table
from mollisol.questions.plan import seed_from
from mollisol.sampling_plan.design import Design, Spread, complete, measured_spreads, read_design
from mollisol.uncertainty.planning.places import DRAWN_WITH, draw_places
from mollisol.uncertainty.planning.sample_size import (
    minimum_detectable_difference_t_co2e_per_ha,
    neyman_allocation,
    variance_of_stratified_mean,
)
from mollisol.uncertainty.student import t_quantile

_MOST_SAMPLES = 100_000


@dataclass(frozen=True, slots=True)
class Draw:
    """How points are drawn: on which day, by a seed or the one that follows from frame, strata and a public value."""

    made_on: date
    seed: int = 0
    public_value: str = ""
    spares: int = 0

    def seed_in(self, design: Design) -> int:
        """Return the seed of the draw."""
        if not self.public_value:
            return self.seed
        strata = (
            PlannedStratum(stratum=item.stratum, area_ha=item.area_ha) for item in design.project.strata
        )
        return seed_from(strata, design.frame_sha256, self.public_value)


@dataclass(frozen=True, slots=True)
class StratumPlan:
    """What a stratum gets; ``places`` are longitude and latitude, of the spares too, none where there is no polygon."""

    stratum: str
    area_ha: float
    spread: Spread
    samples: int
    cost: float | None
    places: tuple[tuple[float, float], ...]
    spares: int = 0


_OF_THE_OWNER = frozenset({"field", "part", "grid_row", "grid_column"})
"""Columns of points that a plan of independent places does not fill."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A sampling plan and the precision that it is expected to reach on the project side."""

    strata: tuple[StratumPlan, ...]
    standard_error_t_co2e_per_ha: float
    degrees_of_freedom: int
    detectable_t_co2e_per_ha: float
    deduction_t_co2e_per_ha: float
    head: Mapping[str, Any]
    """What ``plan.toml`` says beside the day and the strata."""

    @property
    def samples(self) -> int:
        """All sampling units."""
        return sum(item.samples for item in self.strata)

    @property
    def points(self) -> list[dict[str, Any]]:
        """The sampling units as rows of ``sample_points.csv``; without the spares."""
        return [row for row, spare in self.rows if not spare]

    @property
    def rows(self) -> list[tuple[dict[str, Any], bool]]:
        """All sampling units, each with whether it is a spare."""
        rows = []
        for item in self.strata:
            for number in range(item.samples + item.spares):
                longitude, latitude = item.places[number] if item.places else (None, None)
                point = f"{item.stratum[:90]}-{number + 1:03d}"
                values = (point, item.stratum, None, point, longitude, latitude)
                names = (name for name in SamplePoint.model_fields if name not in _OF_THE_OWNER)
                row = dict(zip(names, values, strict=True))
                rows.append((row, number >= item.samples))
        return rows

    @property
    def cost(self) -> float | None:
        """The sum, where costs were given."""
        costs = [item.cost for item in self.strata if item.cost is not None]
        return sum(costs) if costs else None


def planned(
    folder: Path,
    *,
    detect_t_co2e_per_ha: float | None = None,
    budget: float | None = None,
    spreads: Callable[[Sequence[str]], Mapping[str, float]],
    costs: Callable[[Sequence[str]], Mapping[str, float]],
    correlation: float = 0.0,
    draw: Draw,
) -> tuple[Plan, list[Finding]]:
    """Plan from a project folder: its strata, with declared or measured spreads.

    Parameters
    ----------
    folder
        The project folder.
    detect_t_co2e_per_ha, budget
        The change to be shown, or the money to spend, one of the two.
    spreads, costs
        What is declared of strata, by the names of all strata; where no spread is declared it is measured.
    correlation
        Of a point's stock with its stock at the next campaign, where one campaign was measured.
    draw
        Of the places: seed, or public value, and further points of each stratum for those that cannot be reached.

    Returns
    -------
    tuple
        The plan, and findings that do not block.

    Raises
    ------
    FindingsError
        If the project cannot be read, or a stratum has no spread.
    UserError
        If a cost is missing, or no plan reaches the target.
    """
    design = read_design(folder, draw.made_on)
    names = [item.stratum for item in design.project.strata]
    declared = {name: Spread(value, 0, "declared") for name, value in spreads(names).items()}
    prices = costs(names)
    if prices and (without := [name for name in names if name not in prices]):
        raise UserError(f"--cost is missing for stratum {', '.join(without[:5])}")
    measured = (
        {} if set(names) <= set(declared) else measured_spreads(folder, design, correlation=correlation)
    )
    known = {name: (measured | declared)[name] for name in names if name in measured | declared}
    findings = complete(design, known)
    if blocking(findings):
        raise FindingsError(findings)
    plan = make_plan(
        design,
        known,
        detect_t_co2e_per_ha=detect_t_co2e_per_ha,
        budget=budget,
        costs=prices,
        draw=draw,
    )
    return plan, findings


def make_plan(
    design: Design,
    spreads: Mapping[str, Spread],
    *,
    detect_t_co2e_per_ha: float | None,
    budget: float | None,
    costs: Mapping[str, float],
    draw: Draw,
) -> Plan:
    """Make the smallest plan that shows a change of this size, or the largest that the budget pays.

    Raises
    ------
    UserError
        If no plan of a sensible size reaches the target, or the budget does not pay for the fewest samples.
    """
    strata = design.project.strata
    area = np.array([item.area_ha for item in strata])
    spread = np.array([spreads[item.stratum].t_co2e_per_ha for item in strata])
    price = np.array([costs.get(item.stratum, 1.0) for item in strata])
    least = int(design.rules.number("programme.soc.least-samples-per-stratum"))

    def shared(total: int) -> NDArray[np.int64]:
        return neyman_allocation(
            total_samples=total,
            area_ha=area,
            standard_deviation_t_co2e_per_ha=spread / np.sqrt(price),  # area x S / sqrt(cost)
            minimum=least,
        )

    def error_of(samples: NDArray[np.int64]) -> float:
        sizes = samples.astype(np.float64)
        variance = variance_of_stratified_mean(
            area_ha=area, standard_deviation_t_co2e_per_ha=spread, samples=sizes
        )
        return float(np.sqrt(variance))

    def detectable(samples: NDArray[np.int64]) -> float:
        free = int(samples.sum()) - len(strata) + 1
        deviation = error_of(samples) * np.sqrt(free)
        smallest = minimum_detectable_difference_t_co2e_per_ha
        return float(smallest(standard_deviation_t_co2e_per_ha=deviation, samples=free))

    fewest = least * len(strata)
    if budget is not None:
        lowest = float(shared(fewest) @ price)
        if lowest > budget:
            raise UserError(
                f"a budget of {budget:g} does not pay for {least} samples in each of {len(strata)} strata: "
                f"{lowest:g} at least"
            )
        total = _last(lambda n: float(shared(n) @ price) <= budget, fewest)
    else:
        wanted = cast("float", detect_t_co2e_per_ha)
        total = fewest
        if detectable(shared(fewest)) > wanted:
            total = _last(lambda n: detectable(shared(n)) > wanted, fewest) + 1
    if total >= _MOST_SAMPLES:
        raise UserError(
            f"{_MOST_SAMPLES} samples or more: look at the target, the spread and their units (t CO2e/ha)"
        )
    samples = shared(total)
    seed = draw.seed_in(design)
    error, free = error_of(samples), total - len(strata)
    chance = design.rules.number("programme.deduction.confidence")
    return Plan(
        strata=tuple(
            StratumPlan(
                stratum=item.stratum,
                area_ha=item.area_ha,
                spread=spreads[item.stratum],
                samples=int(number),
                cost=float(number * cost) if costs else None,
                places=draw_places(
                    design.polygons[item.stratum], int(number) + draw.spares, name=item.stratum, seed=seed
                )
                if item.stratum in design.polygons
                else (),
                spares=draw.spares,
            )
            for item, number, cost in zip(strata, samples, price, strict=True)
        ),
        standard_error_t_co2e_per_ha=error,
        degrees_of_freedom=free,
        detectable_t_co2e_per_ha=detectable(samples),
        head={
            "depth_cm": design.project.head.reporting_depth_cm,
            **_interval(design),
            "laboratory_methods": [method.id for method in design.project.head.laboratory_methods],
            "drawn_with": DRAWN_WITH,
            "frame_sha256": design.frame_sha256,
            "seed": seed,
            **({"seed_by": "public_value", "public_value": draw.public_value} if draw.public_value else {}),
        },
        deduction_t_co2e_per_ha=error * float(t_quantile(probability=chance, degrees_of_freedom=free)),
    )


def _interval(design: Design) -> dict[str, float]:
    """Return the years of the first period, where the project has one."""
    periods = design.project.head.verification_periods
    years = whole_years(periods[0].during) if periods else None
    return {} if years is None else {"interval_years": float(years)}


def plan_files(plan: Plan, made_on: date) -> dict[str, bytes]:
    """Return the folder ``plan/`` of a project: the plan that later runs are held against."""
    strata = (
        f"  {{ stratum = {json.dumps(item.stratum, ensure_ascii=False)}, area_ha = {float(item.area_ha)!r} }},"
        for item in plan.strata
    )
    lines = [
        f"made_on = {made_on}",
        'dated_by = "proponent" # auditor, registry or time_stamp, with dated_by_whom and dated_evidence',
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in plan.head.items()),
        "strata = [",
        *strata,
        "]",
    ]
    rows = [{**row, "use": "spare" if spare else "sample"} for row, spare in plan.rows]
    return {"plan.toml": ("\n".join(lines) + "\n").encode(), "points.csv": csv_table(rows)}


def points_file(plan: Plan, suffix: str) -> bytes:
    """Return the points of a plan as CSV or, where there are polygons, as GeoJSON.

    Raises
    ------
    UserError
        If there are no places for a GeoJSON.
    """
    if suffix == ".csv":
        return csv_table(plan.points)
    if not all(item.places for item in plan.strata):
        raise UserError(
            "GeoJSON needs places, and the project has no polygons; "
            "give project.toml its geometry_file, or write a .csv"
        )
    features = [
        {
            "type": "Feature",
            "properties": {name: point[name] for name in ("point", "stratum", "sampling_unit")},
            "geometry": {"type": "Point", "coordinates": [point["longitude_deg"], point["latitude_deg"]]},
        }
        for point in plan.points
    ]
    data = {"type": "FeatureCollection", "features": features}
    return json.dumps(data, indent=1, ensure_ascii=False).encode()


def _last(holds: Callable[[int], bool], low: int) -> int:
    """Return the last number for which a condition holds that holds at ``low``, up to the most samples."""
    numbers = range(low, _MOST_SAMPLES + 1)
    return numbers[bisect_left(numbers, True, key=lambda number: not holds(number)) - 1]
