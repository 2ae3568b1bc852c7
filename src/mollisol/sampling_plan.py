"""A sampling plan: how many sampling units each stratum needs, and where they lie.

Numbers come from Eqs. 1 and 2 with the allocation of Neyman; places are independent and uniform over the area.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from mollisol.checks.plausibility import check_units
from mollisol.methodology.checks.references import check_references
from mollisol.methodology.checks.sampling import check_sampling
from mollisol.methodology.context import Context
from mollisol.methodology.deviations import apply_deviations
from mollisol.methodology.findings import (
    Finding,
    FindingsError,
    Place,
    Severity,
    UserError,
    blocking,
    finding,
)
from mollisol.methodology.measurement import SamplePoint
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Trace
from mollisol.output import csv_table
from mollisol.programmes.rules import rules_of_project
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.reading.intake import Intake
from mollisol.reading.outlines import check_geometry, read_outlines
from mollisol.reading.project import TABLES, read_head, read_project
from mollisol.stocks.measured import quantify_stocks
from mollisol.uncertainty.planning.allocation import spread_of_change_t_co2e_per_ha
from mollisol.uncertainty.planning.sample_size import (
    minimum_detectable_difference_t_co2e_per_ha,
    neyman_allocation,
    variance_of_stratified_mean,
)
from mollisol.uncertainty.student import t_quantile

_MOST_SAMPLES = 100_000
_DEGREES_DIGITS = 7
_ANSWERED_BY_A_PLAN = {
    "campaign-not-measured",
    "coverage-changed",
    "few-units-in-stratum",
    "one-unit-in-stratum",
    "point-not-measured",
}
"""Findings of a project that is not sampled yet, or not enough."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a plan starts from: the strata, their polygons where there are any, and the rules."""

    project: Project
    rules: RulesInForce
    polygons: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard deviation of the change between sampling units of a stratum, and what it rests on."""

    t_co2e_per_ha: float
    units: int
    source: str


@dataclass(frozen=True, slots=True)
class StratumPlan:
    """What a stratum gets; ``places`` are longitude and latitude, none where there is no polygon."""

    stratum: str
    area_ha: float
    spread: Spread
    samples: int
    cost: float | None
    places: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A sampling plan and the precision that it is expected to reach on the project side."""

    strata: tuple[StratumPlan, ...]
    standard_error_t_co2e_per_ha: float
    degrees_of_freedom: int
    detectable_t_co2e_per_ha: float
    deduction_t_co2e_per_ha: float

    @property
    def samples(self) -> int:
        """All sampling units."""
        return sum(item.samples for item in self.strata)

    @property
    def points(self) -> list[dict[str, Any]]:
        """The sampling units as rows of ``sample_points.csv``."""
        rows = []
        for item in self.strata:
            for number in range(item.samples):
                longitude, latitude = item.places[number] if item.places else (None, None)
                point = f"{item.stratum[:90]}-{number + 1:03d}"
                values = (point, item.stratum, None, point, longitude, latitude)
                rows.append(dict(zip(SamplePoint.model_fields, values, strict=True)))
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
    seed: int = 0,
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
    seed
        Of the places.

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
    design = read_design(folder)
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
        seed=seed,
    )
    return plan, findings


def read_design(folder: Path) -> Design:
    """Read the head, the units, the strata and the polygons of a project; points and cores need not be there.

    Raises
    ------
    FindingsError
        For every fault of form, of the names and of the polygons.
    """
    if not folder.is_dir():
        raise FindingsError(read_project(folder).findings)
    intake = Intake(folder)
    head = read_head(intake)
    needed = ("quantification_units", "strata")
    fields = {
        table.field: intake.table(table.file, table.row_type) if table.field in needed else ()
        for table in TABLES
        if table.required
    }
    if head is not None and head.geometry_file:
        intake.take(head.geometry_file)
    if head is None or blocking(intake.findings):
        raise FindingsError(intake.findings)
    project = Project(head=head, **cast("dict[str, Any]", fields))
    try:
        _, rules = rules_of_project(head, "", (), None)
    except FindingsError as error:
        raise UserError(error.findings[0].found) from None
    findings = check_references(project)
    polygons: Mapping[str, Any] = {}
    if head.geometry_file and not findings:
        findings = blocking(
            apply_deviations(check_geometry(project, intake.contents, rules), head.deviations)
        )
        if not findings:
            polygons, _ = read_outlines(head.geometry_file, intake.contents[head.geometry_file])
    if findings:
        raise FindingsError(findings)
    return Design(project, rules, polygons)


def measured_spreads(folder: Path, design: Design, *, correlation: float) -> dict[str, Spread]:
    """Give the spread of change of each stratum with two sampling units or more.

    It is that of the changes from the first to the last campaign measured; with one campaign it follows from the
    spread of the stock and the correlation.

    Raises
    ------
    FindingsError
        If the cores cannot be read, or their stocks not be computed.
    """
    project, rules = read_project(folder), design.rules
    if project.project is None:
        raise FindingsError([*project.findings, _declare_instead(project.findings)])
    found = check_references(project.project)
    if not found:
        checked = [*check_sampling(project.project, rules), *check_units(project.project)]
        found = [finding for finding in checked if finding.code not in _ANSWERED_BY_A_PLAN]
    blocked = blocking(apply_deviations(found, design.project.head.deviations))
    if blocked:
        raise FindingsError(blocked)
    stocks, said = quantify_stocks(Context(project.project, rules, Trace(rules)))
    blocked = blocking(apply_deviations(said, design.project.head.deviations))
    if blocked:
        raise FindingsError(blocked)
    campaigns = list(stocks.by_campaign)
    of_unit = [
        dict(zip(stock.index, np.asarray(stock_t_co2e_per_ha(stock_t_c_per_ha=stock.value)), strict=True))
        for stock in (stocks.by_campaign[campaigns[0]], stocks.by_campaign[campaigns[-1]])
    ]
    again = len(campaigns) > 1
    values: dict[str, list[float]] = defaultdict(list)
    for unit, first in of_unit[0].items():
        if unit in of_unit[1]:
            values[stocks.home_of[unit]].append(float(of_unit[1][unit] - first if again else first))
    source = f"changes {campaigns[0]} to {campaigns[-1]}" if again else f"stocks of {campaigns[0]}"
    spreads = {}
    for stratum in (item.stratum for item in project.project.strata):
        if len(values[stratum]) > 1:
            deviation = float(np.std(values[stratum], ddof=1))
            if not again:
                deviation = float(
                    spread_of_change_t_co2e_per_ha(
                        standard_deviation_t_co2e_per_ha=deviation, correlation=correlation
                    )
                )
            spreads[stratum] = Spread(deviation, len(values[stratum]), source)
    return spreads


def complete(design: Design, spreads: Mapping[str, Spread]) -> list[Finding]:
    """Give what is wrong with the spreads: none for a stratum, or none that is above 0."""
    findings = [
        finding(
            "spread-not-estimable",
            Place(file="strata.csv", row=row, thing=f"stratum {item.stratum}"),
            "fewer than 2 sampling units that were measured, and no declared spread",
            stratum=item.stratum,
        )
        for row, item in enumerate(design.project.strata, start=2)
        if item.stratum not in spreads
    ]
    zero = [name for name, spread in spreads.items() if spread.t_co2e_per_ha <= 0]
    every = not findings and len(zero) == len(spreads)
    return findings + [
        finding(
            "spread-zero",
            f"stratum {name}",
            f"no spread at all ({spreads[name].source})",
            severity=Severity.BLOCKING if every else Severity.WARNING,
            name=name,
        )
        for name in zero
    ]


def make_plan(
    design: Design,
    spreads: Mapping[str, Spread],
    *,
    detect_t_co2e_per_ha: float | None,
    budget: float | None,
    costs: Mapping[str, float],
    seed: int,
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
        return float(
            np.sqrt(
                variance_of_stratified_mean(
                    area_ha=area, standard_deviation_t_co2e_per_ha=spread, samples=np.asarray(samples)
                )
            )
        )

    def detectable(samples: NDArray[np.int64]) -> float:
        free = int(samples.sum()) - len(strata) + 1
        return float(
            minimum_detectable_difference_t_co2e_per_ha(
                standard_deviation_t_co2e_per_ha=error_of(samples) * np.sqrt(free), samples=free
            )
        )

    fewest = least * len(strata)
    if budget is not None:
        money = budget
        if float(shared(fewest) @ price) > money:
            raise UserError(
                f"a budget of {money:g} does not pay for {least} samples in each of {len(strata)} strata: "
                f"{float(shared(fewest) @ price):g} at least"
            )
        total = _last(lambda n: float(shared(n) @ price) <= money, fewest)
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
                places=draw_places(design.polygons[item.stratum], int(number), name=item.stratum, seed=seed)
                if item.stratum in design.polygons
                else (),
            )
            for item, number, cost in zip(strata, samples, price, strict=True)
        ),
        standard_error_t_co2e_per_ha=error,
        degrees_of_freedom=free,
        detectable_t_co2e_per_ha=detectable(samples),
        deduction_t_co2e_per_ha=error * float(t_quantile(probability=chance, degrees_of_freedom=free)),
    )


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
    """Give the last number for which a condition holds that holds at ``low``, up to the most samples."""
    high = low + 1
    while high < _MOST_SAMPLES and holds(high):
        low, high = high, min(2 * high, _MOST_SAMPLES)
    if high == _MOST_SAMPLES and holds(high):
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def draw_places(polygon: Any, number: int, *, name: str, seed: int) -> tuple[tuple[float, float], ...]:
    """Draw points uniformly over the area of a polygon in longitude and latitude, in degrees.

    They depend on the seed and the stratum's name only, and a larger number begins with the same points.
    """
    import shapely

    generator = np.random.default_rng([seed, *name.encode()])
    flat = shapely.transform(polygon, _equal_area)
    triangles = [
        np.asarray(part.exterior.coords)[:3] for part in shapely.constrained_delaunay_triangles(flat).geoms
    ]
    sizes = np.array([shapely.Polygon(corners).area for corners in triangles])
    edges = np.cumsum(sizes) / sizes.sum()
    shapely.prepare(polygon)
    places: list[tuple[float, float]] = []
    while len(places) < number:
        which, one, two = generator.random(3)
        corner, left, right = triangles[min(int(np.searchsorted(edges, which, "right")), len(edges) - 1)]
        if one + two > 1:
            one, two = 1 - one, 1 - two
        x, y = corner + one * (left - corner) + two * (right - corner)
        place = (
            round(float(x), _DEGREES_DIGITS),
            round(float(np.degrees(np.arcsin(np.radians(y)))), _DEGREES_DIGITS),
        )
        if polygon.covers(shapely.Point(place)):  # edges bend a little, and digits are cut
            places.append(place)
    return tuple(places)


def _equal_area(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give longitude and the sine of the latitude, both scaled alike: Lambert's cylinder keeps areas."""
    return np.column_stack([degrees[:, 0], np.degrees(np.sin(np.radians(degrees[:, 1])))])


def _declare_instead(findings: Sequence[Finding]) -> Finding:
    return finding(
        "spread-not-measured",
        "spread",
        f"none declared, and {len(findings)} faults in the tables that would give it",
    )
