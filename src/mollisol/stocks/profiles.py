"""From core increments to cumulative profiles of soil and carbon mass, and the reference mass that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.columns import Column, Columns
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.measurement import CoreIncrement, SamplePoint
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Quantity, Trace
from mollisol.quantification.averages import cumulate
from mollisol.quantification.equivalent_soil_mass import (
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
from mollisol.stocks.groups import Book
from mollisol.stocks.laboratory_figures import column_at, figures_at, rows_named


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


def increment_masses(increments: Columns[CoreIncrement], trace: Trace) -> Increments:
    """Return soil and carbon mass of each increment in t/ha, in file order."""
    read = increments.as_read
    has_mass = increments.column("fine_soil_mass_g").given()
    weighed, from_density = np.flatnonzero(has_mass).tolist(), np.flatnonzero(~has_mass).tolist()
    soil = np.zeros(len(increments))
    parts: list[Quantity] = []
    if weighed:
        parts.append(
            trace.compute(
                "soil_mass.weighed",
                fine_soil_mass_t_per_ha,
                index=rows_named(weighed),
                fine_soil_mass_g=figures_at(read, weighed, "fine_soil_mass_g", trace),
                probe_inner_diameter_mm=column_at(
                    increments, weighed, "probe_inner_diameter_mm", "mm", trace
                ),
                cores=column_at(increments, weighed, "cores", "1", trace),
            )
        )
        soil[weighed] = parts[-1].value
    if from_density:
        lower, upper = (increments.column(name).numbers()[from_density] for name in ("lower_cm", "upper_cm"))
        density = figures_at(read, from_density, "fine_soil_density_g_per_cm3", trace)
        rows = rows_named(from_density)
        parts.append(
            trace.compute(
                "soil_mass.from_density",
                fine_soil_mass_from_density_t_per_ha,
                index=rows,
                fine_soil_density_g_per_cm3=density,
                thickness_cm=trace.given("thickness_cm", lower - upper, "cm", rows, rows),
            )
        )
        soil[from_density] = parts[-1].value
    everything = range(len(increments))
    order = np.argsort([*weighed, *from_density]).tolist()
    mass = trace.arrange("soil_mass", soil, parts, index=rows_named(everything), places=order)
    content = figures_at(read, everything, "soc_g_per_kg", trace)
    carbon_kg = trace.compute(
        "carbon_mass_kg",
        soil_carbon_mass_kg_per_ha,
        index=mass.index,
        fine_soil_mass_t_per_ha=mass,
        soc_g_per_kg=content,
    )
    carbon = trace.compute("carbon_mass_t", tonnes, index=mass.index, unit="t C/ha", mass_kg=carbon_kg)
    return Increments(mass, content, carbon)


def home_of_point(point: SamplePoint) -> str:
    """Return the stratum or the control site that a point lies in."""
    return point.stratum or point.control_site or ""


def gather_profiles(
    increments: Columns[CoreIncrement],
    points: Mapping[str, SamplePoint],
    reference_group: Mapping[str, str],
    masses: Increments,
    trace: Book,
) -> dict[tuple[str, int], Profiles]:
    """Return the profiles of some points by their reference and their number of increments."""
    order = increments.order("sample", "upper_cm")
    sample, point = increments.column("sample"), increments.column("point")
    starts = np.flatnonzero(np.r_[True, np.diff(sample.codes[order]) != 0][: order.size])
    counts = np.diff(np.r_[starts, order.size])
    known = (points.get(name) for name in point.labels)
    group_of_point = Column.of(item and reference_group[home_of_point(item)] for item in known)
    group_of = group_of_point.codes[point.codes[order[starts]]]
    every, lower_cm = masses.soil_mass.index, increments.column("lower_cm").numbers()
    batches = {}
    kinds = [
        (name, count, code)
        for code, name in enumerate(group_of_point.labels)
        for count in np.unique(counts).tolist()
        if name is not None
    ]
    for group, count, code in sorted(kinds):
        first = starts[(counts == count) & (group_of == code)]
        if not first.size:
            continue
        at = order[first[:, None] + np.arange(count)]
        samples = tuple(sample.labels[number] for number in sample.codes[at[:, 0]].tolist())
        profiles = at.tolist()
        rows = tuple([every[place] for positions in profiles for place in positions])
        cumulative = [
            trace.compute(
                f"cumulative_{name}.{group}.{count}",
                cumulate,
                index=samples,
                unit=part.unit,
                values=trace.arrange(
                    f"{name}_of_profile.{group}.{count}",
                    part.value[at],
                    [part],
                    index=samples,
                    places=profiles,
                ),
            )
            for name, part in (("soil_mass", masses.soil_mass), ("carbon", masses.carbon))
        ]
        batches[group, count] = Profiles(samples, rows, lower_cm[at], *cumulative)
    return batches


def reference_mass(group: str, batches: Sequence[Profiles], depth_cm: float, trace: Book) -> Quantity:
    """Compute the soil mass that the profiles of a group are compared at, from what they hold down to a depth."""
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
        soil_mass_at_reporting_depth_t_per_ha=trace.join(
            f"soil_mass_at_reporting_depth.{group}",
            at_depth,
            [sample for batch in batches for sample in batch.samples],
        ),
    )


def extrapolation(
    group: str, reference: Quantity, batches: Sequence[Profiles], rules: RulesInForce, trace: Book
) -> Finding:
    """Return how far the reference mass lies beyond what was sampled: beyond it nothing is known of the carbon."""
    warns = rules.number("mollisol.esm.extrapolation-warns")
    refuses = rules.number("mollisol.esm.extrapolation-refuses")
    samples = [sample for batch in batches for sample in batch.samples]
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
    mildest = Severity.NOTE if largest <= warns else Severity.REFUSAL
    return finding(
        "esm-beyond-sampled-mass" if beyond else "esm-inside-sampled-mass",
        Place(file=INCREMENTS, thing=f"sample {samples[worst]}" if beyond else f"reference {group}"),
        f"reference {float(reference.value):.1f} t soil/ha; {beyond} of {len(samples)} profiles end short of it, "
        f"the farthest by {largest:.1%} of its sampled mass",
        severity=Severity.BLOCKING if largest > refuses else mildest,
        warns=warns,
        refuses=refuses,
    )
