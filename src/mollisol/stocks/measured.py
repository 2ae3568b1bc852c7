"""From core increments to the stock of each sampling unit at equal soil mass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.sampling import INCREMENTS, reporting_depth_by_point
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.measurement import CoreIncrement, SamplePoint
from mollisol.methodology.project import Project
from mollisol.methodology.results.figure import Figure, figure
from mollisol.methodology.trace import Quantity, Trace
from mollisol.quantification.averages import cumulate
from mollisol.quantification.equivalent_soil_mass import (
    carbon_at_equivalent_soil_mass_t_per_ha,
    extrapolated_share,
    linear_at,
    reference_soil_mass_t_per_ha,
)
from mollisol.quantification.soil_carbon_stock import (
    fine_soil_mass_from_density_t_per_ha,
    fine_soil_mass_t_per_ha,
    soil_carbon_mass_kg_per_ha,
)
from mollisol.quantification.unit_crossing import tonnes
from mollisol.stocks.groups import group_means

SHARED_REFERENCE = "all"
"""The reference that all but shallow soils share."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """Samples that share a reference soil mass and have the same number k of increments.

    ``mass`` and ``carbon`` are cumulative by depth, shape (samples, k), in t/ha.
    """

    samples: tuple[str, ...]
    rows: tuple[str, ...]
    lower_cm: NDArray[np.float64]
    mass: Quantity
    carbon: Quantity


@dataclass(frozen=True, slots=True, eq=False)
class Increments:
    """Soil mass and carbon of each increment in t/ha and its content in g/kg, in the order of the file."""

    soil_mass: Quantity
    content: Quantity
    carbon: Quantity


@dataclass(frozen=True, slots=True)
class UnitStocks:
    """Stocks at equal soil mass.

    Parameters
    ----------
    increments
        What all of it was computed from.
    by_campaign
        Stock of each sampling unit in t C/ha, labelled ``home/sampling unit``, where home is the stratum or the
        control site.
    points_by_campaign
        Stock of each sample point in t C/ha.
    home_of
        From the label of a sampling unit to its stratum or control site.
    reference_of
        Reference soil mass in t/ha by stratum.
    profiles
        What the stocks were interpolated from, each with its reference soil mass.
    """

    increments: Increments
    by_campaign: dict[str, Quantity]
    points_by_campaign: dict[str, Quantity]
    home_of: dict[str, str]
    reference_of: dict[str, Figure]
    profiles: tuple[tuple[Profiles, Quantity], ...]

    def members(self, campaign: str) -> dict[str, list[int]]:
        """Return the places of the sampling units of each stratum and control site in a campaign's stocks."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, unit in enumerate(self.by_campaign[campaign].index):
            places[self.home_of[unit]].append(place)
        return places


def quantify_stocks(context: Context) -> tuple[UnitStocks, list[Finding]]:
    """Compute the stock of each sampling unit in each campaign at equal soil mass.

    Returns
    -------
    tuple
        The stocks, and what is to be said of how far each reference mass lies beyond the sampled one.
    """
    project, trace = context.project, context.trace
    points = {point.point: point for point in project.sample_points}
    reference_group = _reference_groups(project)
    increments = _increment_masses(project.core_increments, trace)
    batches = _profiles(project.core_increments, points, reference_group, increments, trace)
    depth_of = reporting_depth_by_point(project)
    depth = {reference_group[_home(point)]: depth_of[point.point] for point in project.sample_points}
    findings: list[Finding] = []
    references: dict[str, Quantity] = {}
    names: list[Quantity] = []
    profiles: list[tuple[Profiles, Quantity]] = []
    for group in sorted({group for group, _ in batches}):
        own = [batch for (of, _), batch in sorted(batches.items()) if of == group]
        references[group] = _reference(group, own, depth[group], trace)
        profiles += [(batch, references[group]) for batch in own]
        findings.append(_extrapolation(group, references[group], own, context))
        names += [
            trace.compute(
                f"stock_at_reference.{group}.{batch.lower_cm.shape[1]}",
                carbon_at_equivalent_soil_mass_t_per_ha,
                index=batch.samples,
                cumulative_soil_mass_t_per_ha=batch.mass,
                cumulative_carbon_t_per_ha=batch.carbon,
                reference_soil_mass_t_per_ha=trace.arrange(
                    f"reference_soil_masses.{group}.{batch.lower_cm.shape[1]}",
                    np.array([references[group].value]),
                    [references[group]],
                ),
                interpolation=project.head.interpolation,
            )
            for batch in own
        ]
    stock = trace.arrange(
        "stock_of_sample",
        np.concatenate([part.value[:, 0] for part in names]),
        names,
        index=[sample for part in names for sample in part.index],
    )
    points_by_campaign = _point_stocks(context, stock)
    by_campaign, home_of = _unit_stocks(points_by_campaign, points, trace)
    reference_of = {s.stratum: figure(references[reference_group[s.stratum]]) for s in project.strata}
    stocks = UnitStocks(increments, by_campaign, points_by_campaign, home_of, reference_of, tuple(profiles))
    return stocks, findings


def _increment_masses(increments: Sequence[CoreIncrement], trace: Trace) -> Increments:
    """Return soil and carbon mass of each increment in t/ha, in file order."""
    weighed = [i for i, item in enumerate(increments) if item.fine_soil_mass_g is not None]
    from_density = [i for i, item in enumerate(increments) if item.fine_soil_mass_g is None]
    soil = np.zeros(len(increments))
    parts: list[Quantity] = []
    if weighed:
        parts.append(
            trace.compute(
                "soil_mass.weighed",
                fine_soil_mass_t_per_ha,
                index=_rows(weighed),
                fine_soil_mass_g=_column(increments, weighed, "fine_soil_mass_g", "g", trace),
                probe_inner_diameter_mm=_column(increments, weighed, "probe_inner_diameter_mm", "mm", trace),
                cores=_column(increments, weighed, "cores", "1", trace),
            )
        )
        soil[weighed] = parts[-1].value
    if from_density:
        thickness = np.array([increments[i].lower_cm - increments[i].upper_cm for i in from_density])
        density = _column(increments, from_density, "fine_soil_density_g_per_cm3", "g/cm3", trace)
        rows = _rows(from_density)
        parts.append(
            trace.compute(
                "soil_mass.from_density",
                fine_soil_mass_from_density_t_per_ha,
                index=rows,
                fine_soil_density_g_per_cm3=density,
                thickness_cm=trace.given("thickness_cm", thickness, "cm", rows, rows),
            )
        )
        soil[from_density] = parts[-1].value
    everything = range(len(increments))
    order = np.argsort([*weighed, *from_density]).tolist()
    mass = trace.arrange("soil_mass", soil, parts, index=_rows(everything), places=order)
    content = _column(increments, everything, "soc_g_per_kg", "g C/kg soil", trace)
    carbon_kg = trace.compute(
        "carbon_mass_kg",
        soil_carbon_mass_kg_per_ha,
        index=mass.index,
        fine_soil_mass_t_per_ha=mass,
        soc_g_per_kg=content,
    )
    carbon = trace.compute("carbon_mass_t", tonnes, index=mass.index, unit="t C/ha", mass_kg=carbon_kg)
    return Increments(mass, content, carbon)


def _rows(positions: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"{INCREMENTS}:{position + 2}" for position in positions)


def _column(
    increments: Sequence[CoreIncrement], positions: Sequence[int], column: str, unit: str, trace: Trace
) -> Quantity:
    values = np.array([getattr(increments[i], column) for i in positions], dtype=np.float64)
    return trace.given(column, values, unit, _rows(positions), _rows(positions))


def _home(point: SamplePoint) -> str:
    return point.stratum or point.control_site or ""


def _reference_groups(project: Project) -> dict[str, str]:
    """Return the reference group of each stratum and control site: one for all, its own for each shallow stratum."""
    group = {
        s.stratum: SHARED_REFERENCE if s.shallow_soil_depth_cm is None else s.stratum for s in project.strata
    }
    group |= {site.control_site: SHARED_REFERENCE for site in project.control_sites}
    return group | {link.control_site: group[link.stratum] for link in project.control_links}


def _profiles(
    increments: Sequence[CoreIncrement],
    points: Mapping[str, SamplePoint],
    reference_group: Mapping[str, str],
    masses: Increments,
    trace: Trace,
) -> dict[tuple[str, int], Profiles]:
    by_sample: dict[str, list[int]] = defaultdict(list)
    for position, item in enumerate(increments):
        by_sample[item.sample].append(position)
    places: dict[tuple[str, int], list[list[int]]] = defaultdict(list)
    for positions in by_sample.values():
        group = reference_group[_home(points[increments[positions[0]].point])]
        places[group, len(positions)].append(sorted(positions, key=lambda i: increments[i].upper_cm))
    batches = {}
    for (group, count), profiles in sorted(places.items()):
        samples = tuple(increments[positions[0]].sample for positions in profiles)
        rows = tuple(row for positions in profiles for row in _rows(positions))
        order = np.array(profiles)
        cumulative = [
            trace.compute(
                f"cumulative_{name}.{group}.{count}",
                cumulate,
                index=samples,
                unit=part.unit,
                values=trace.arrange(
                    f"{name}_of_profile.{group}.{count}",
                    part.value[order],
                    [part],
                    index=samples,
                    places=profiles,
                ),
            )
            for name, part in (("soil_mass", masses.soil_mass), ("carbon", masses.carbon))
        ]
        lower = np.array([[increments[i].lower_cm for i in positions] for positions in profiles])
        batches[group, count] = Profiles(samples, rows, lower, *cumulative)
    return batches


def _reference(group: str, batches: Sequence[Profiles], depth_cm: float, trace: Trace) -> Quantity:
    at_depth = []
    for batch in batches:
        at = f"{group}.{batch.lower_cm.shape[1]}"
        lower = trace.given(f"lower_cm.{at}", batch.lower_cm, "cm", batch.rows, batch.samples)
        at_depth.append(
            trace.compute(
                f"soil_mass_at_depth.{at}",
                linear_at,
                index=batch.samples,
                cumulative_soil_mass_t_per_ha=lower,
                cumulative_value=batch.mass,
                reference_soil_mass_t_per_ha=np.array([depth_cm]),
            )
        )
    return trace.compute(
        f"reference_soil_mass.{group}",
        reference_soil_mass_t_per_ha,
        soil_mass_at_reporting_depth_t_per_ha=trace.arrange(
            f"soil_mass_at_reporting_depth.{group}",
            np.concatenate([part.value[:, 0] for part in at_depth]),
            at_depth,
            index=[sample for batch in batches for sample in batch.samples],
        ),
    )


def _extrapolation(group: str, reference: Quantity, batches: Sequence[Profiles], context: Context) -> Finding:
    warns = context.rules.number("mollisol.esm.extrapolation-warns")
    refuses = context.rules.number("mollisol.esm.extrapolation-refuses")
    samples = [sample for batch in batches for sample in batch.samples]
    trace = context.trace
    share = trace.compute(
        f"extrapolated_share.{group}",
        extrapolated_share,
        index=samples,
        sampled_soil_mass_t_per_ha=trace.arrange(
            f"sampled_soil_mass.{group}",
            np.concatenate([batch.mass.value[:, -1] for batch in batches]),
            [batch.mass for batch in batches],
            index=samples,
        ),
        reference_soil_mass_t_per_ha=reference,
    )
    worst = int(np.argmax(share.value))
    beyond, largest = int(np.count_nonzero(share.value)), float(share.value[worst])
    mildest = Severity.NOTE if largest <= warns else Severity.WARNING
    return finding(
        "esm-beyond-sampled-mass" if beyond else "esm-inside-sampled-mass",
        Place(file=INCREMENTS, thing=f"sample {samples[worst]}" if beyond else f"reference {group}"),
        f"reference {float(reference.value):.1f} t soil/ha; {beyond} of {len(samples)} profiles end short of it, "
        f"the farthest by {largest:.1%} of its sampled mass",
        severity=Severity.BLOCKING if largest > refuses else mildest,
        warns=warns,
        refuses=refuses,
    )


def _point_stocks(context: Context, stock: Quantity) -> dict[str, Quantity]:
    """Average samples to points, campaign by campaign."""
    project, trace = context.project, context.trace
    where = {item.sample: (item.campaign, item.point) for item in project.core_increments}
    by_campaign: dict[str, Quantity] = {}
    for campaign in (item.name for item in project.head.campaigns):
        chosen = [i for i, sample in enumerate(stock.index) if where[sample][0] == campaign]
        if chosen:
            of_sample = trace.pick(f"stock_of_sample@{campaign}", stock, chosen)
            point_of = [where[sample][1] for sample in of_sample.index]
            by_campaign[campaign] = group_means(
                trace, f"stock_of_point@{campaign}", of_sample, point_of, sorted(set(point_of))
            )
    return by_campaign


def _unit_stocks(
    points_by_campaign: Mapping[str, Quantity], points: Mapping[str, SamplePoint], trace: Trace
) -> tuple[dict[str, Quantity], dict[str, str]]:
    """Average points to sampling units, campaign by campaign."""
    by_campaign: dict[str, Quantity] = {}
    home_of: dict[str, str] = {}
    for campaign, of_point in points_by_campaign.items():
        unit_of = [f"{_home(points[id])}/{points[id].sampling_unit}" for id in of_point.index]
        by_campaign[campaign] = group_means(
            trace, f"stock_of_unit@{campaign}", of_point, unit_of, sorted(set(unit_of))
        )
        home_of |= {unit: _home(points[id]) for unit, id in zip(unit_of, of_point.index, strict=True)}
    return by_campaign, home_of
