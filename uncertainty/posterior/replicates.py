"""Means as replicates: units and control sites by their mean change, with a prior on the spread of those means.

The spread of the means of control sites holds whatever differs between them and inside them, and so does that of the
units of a stratum: nothing has to be estimated apart, and no prior scale carries what the data cannot show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.declaration import (
    MOST_POINT_SPREADS,
    ControlPoints,
    Evidence,
    IntArray,
    ProjectPoints,
    Strata,
)
from mollisol.uncertainty.posterior.declaration_checks import control_residual, within
from mollisol.uncertainty.posterior.specification import Specification
from mollisol.uncertainty.scaling.spread_of_sites import LONE_SITE, groups_of_sites

FEWEST_FOR_OWN_SPREAD: Final = 5
"""Units of a stratum from which it may have a spread of its own; strata of fewer share one.

Found by simulation (docs/deduction.md): with a spread for each, twelve strata of two keep 0.84, twenty of three 0.73;
from 3, 4 and 5 units on, the designs of that page differ by less than 0.002 where strata differ in spread."""
BELOW_CONFIDENCE: Final = 2 / 3 - 0.645
"""How far the level of the core lies below that of deduction A beside it: the larger of two covers more than either.

0.655, that of deduction B, keeps 0.714 with two control sites (J) and 0.724 in small unequal strata (B); 0.640 leaves
0.650 where four sites differ (O). At 0.645 every design of docs/deduction.md is within 0.01 of deduction B."""


ONE_MORE_CORE: Final = "one more core"
"""Names what cores of a unit show of each other, which the prior does not stand on."""

type PriorStandsOn = Literal["means", "half-normal"]


@dataclass(frozen=True, slots=True, eq=False)
class StrataApart:
    """Strata whose change is one estimate of several campaigns, with a variance of its own; arrays of shape (a,).

    Parameters
    ----------
    stratum, change
        Number of each, and its mean change. [t CO2e/ha]
    variance, freedom
        Of that mean. [(t CO2e/ha)^2], [degrees of freedom]
    """

    stratum: ArrayLike
    change: ArrayLike
    variance: ArrayLike
    freedom: ArrayLike

    def evidence(self, name: str, weight: FloatArray) -> Evidence:
        """Return one spread for all of them: of the sum of their changes, with Satterthwaite's degrees of freedom."""
        share = weight[np.asarray(self.stratum, dtype=np.int64)] ** 2
        parts = share * np.asarray(self.variance)
        freedom = float(parts.sum() ** 2 / (parts**2 / np.asarray(self.freedom)).sum())
        return Evidence(name, freedom, float(parts.sum() / share.sum()))


def with_prior(
    specification: Specification, prior: PriorStandsOn, apart: StrataApart | None = None
) -> Specification:
    """Return the declaration under the prior that is asked for.

    Parameters
    ----------
    apart
        As in :func:`by_means`.

    Raises
    ------
    ValueError
        For another word, or data that cannot carry the model.
    """
    if prior not in ("means", "half-normal"):
        raise ValueError(f"prior must be means or half-normal, found {prior!r}")
    if prior == "half-normal" and apart is not None:
        raise ValueError("strata of several campaigns have no change of a point: the prior must be means")
    return by_means(specification, apart) if prior == "means" else specification


def by_means(specification: Specification, apart: StrataApart | None = None) -> Specification:
    """Return the declaration with the mean of each unit and of each control site as one datum.

    Each unit and site then shows the spread of its kind, with a prior that is flat on its logarithm. Against a measured
    baseline a control site is a unit of a stratum that counts against the project. Sites that stand for the same strata
    are replicates of each other; where no two do, their spread about one mean is what is known of it; a single site has
    the spread of its points, which counts more.

    Parameters
    ----------
    apart
        Strata that have one datum each, their change; what is known of its variance stands beside it.

    Raises
    ------
    ValueError
        For a stratum or a lone control site that shows no spread.
    """
    spec, points = specification, specification.project
    unit, first, place = np.unique(points.unit, return_index=True, return_inverse=True)
    stratum, kind = points.stratum[first], points.measurement_class[first]
    cores = _cores(spec)
    code = shared_spreads(spec.strata.area_ha, np.bincount(stratum, minlength=spec.strata.area_ha.size))
    if apart is not None:
        own = np.asarray(apart.stratum, dtype=np.int64)
        code[own] = code.max() + 1
        number = int(np.searchsorted(np.unique(code), code[own[0]]))
        name = f"s_field[{number}]" if number else "s_field"
        cores = (*cores, apart.evidence(name, spec.strata.weight))
    units = replace(
        spec,
        strata=replace(spec.strata, point_spread=code),
        project=ProjectPoints(_means(points.change, place, unit.size), stratum, measurement_class=kind),
        spread_prior="log-uniform",
        evidence=cores,
        control=None,
        baseline=spec.baseline if spec.control is None else "none",
        validation=spec.validation if spec.control is None else None,
        model=spec.model if spec.control is None else None,
        shared=tuple(replace(e, project=_of(e.project, place, unit.size), control=None) for e in spec.shared),
    )
    if spec.control is None:
        return units
    control = spec.control
    sites = control.link.shape[0]
    site = ControlPoints(
        _means(control.change, control.site, sites),
        np.arange(sites),
        control.link,
        control.measurement_class[np.unique(control.site, return_index=True)[1]],
    )
    lines = [_of(e.control, control.site, sites) for e in spec.shared]
    lone = _lone(spec) if sites == 1 else ()
    if spec.baseline == "measured":
        return _with_sites(units, site, lines, lone)
    return replace(
        units,
        control=site,
        baseline=spec.baseline,
        validation=spec.validation,
        model=spec.model,
        shared=tuple(replace(e, control=line) for e, line in zip(units.shared, lines, strict=True)),
        evidence=(*cores, *lone),
    )


def _with_sites(
    units: Specification,
    site: ControlPoints,
    lines: list[FloatArray | None],
    evidence: tuple[Evidence, ...],
) -> Specification:
    """Put control sites beside the units, as units of strata that count against the project."""
    strata, sites = units.strata, site.change.size
    linked = (site.link > 0).T
    if not linked.any(axis=1).all():
        raise ValueError("a stratum without a control site has no measured baseline: link one to it")
    weight = linked / linked.sum(axis=1, keepdims=True)
    group = groups_of_sites(weight)
    if sites > 1 and group.max() == 0 and np.unique(linked, axis=1).shape[1] > 1:
        evidence = (Evidence("s_control", sites - 1.0, float(site.change.var(ddof=1))),)
        group = np.arange(sites)
    lever = np.bincount(group, strata.area_ha @ weight)
    number, count = strata.area_ha.size, units.project.change.size
    return replace(
        units,
        strata=Strata(
            np.append(strata.area_ha, lever),
            point_spread=np.append(strata.point_spread, np.full(lever.size, strata.point_spread.max() + 1)),
            against=np.arange(number + lever.size) >= number,
        ),
        project=ProjectPoints(
            np.append(units.project.change, site.change),
            np.append(units.project.stratum, number + group),
            measurement_class=np.append(units.project.measurement_class, site.measurement_class),
        ),
        shared=tuple(
            replace(
                e,
                project=np.append(
                    np.zeros(count) if e.project is None else e.project,
                    np.zeros(sites) if line is None else line,
                ),
            )
            for e, line in zip(units.shared, lines, strict=True)
        ),
        evidence=(*units.evidence, *evidence),
    )


def shared_spreads(area_ha: FloatArray, units: IntArray) -> IntArray:
    """Return the class of strata that share one spread between units, by the design alone, shape (H,).

    The strata that weigh most have their own, where they have units enough; all others share one.

    Parameters
    ----------
    area_ha, units
        Of each stratum, and the units that it was sampled at, shape (H,). [ha]
    """
    many = np.flatnonzero(units >= FEWEST_FOR_OWN_SPREAD)
    heavy = many[np.argsort(-(area_ha[many] ** 2) / units[many], kind="stable")]
    chosen = heavy[: min(MOST_POINT_SPREADS - 1, units.size - 1)]
    code = np.zeros(units.size, np.int64)
    code[np.sort(chosen)] = np.arange(1, chosen.size + 1)
    # strata of one unit alone show nothing that they could share
    return code if (units[code == 0] > 1).any() else np.zeros_like(code)


def variance_of_cores(specification: Specification, more: int = 0) -> float:
    """Return what points add to the variance of a unit's mean, with so many more in each; 0 where none repeats.

    Points of control sites have the spread of those of units.
    """
    squares, freedom = within(specification.project.change, specification.project.unit)
    if specification.control is not None:
        other, count = within(control_residual(specification), specification.control.site)
        squares, freedom = squares + other, freedom + count
    points = np.unique(specification.project.unit, return_counts=True)[1] + more
    return squares / freedom * float((1 / points).mean()) if freedom else 0.0


def _cores(specification: Specification) -> tuple[Evidence, ...]:
    """Return by how much one more core in each unit lowers the variance of its mean; nothing where none repeats."""
    less = variance_of_cores(specification) - variance_of_cores(specification, 1)
    return (Evidence(ONE_MORE_CORE, 1.0, less),) if less else ()


def _lone(specification: Specification) -> tuple[Evidence, ...]:
    """Return what the points of a single control site say of the spread between sites."""
    points = control_residual(specification)
    if points.size < 2:
        raise ValueError("one control site with one point: nothing shows the spread of the baseline")
    return (Evidence("s_control", points.size - 1.0, LONE_SITE * float(points.var(ddof=1)) / points.size),)


def _means(values: FloatArray, place: IntArray, count: int) -> FloatArray:
    return np.asarray(np.bincount(place, values, count) / np.bincount(place, minlength=count))


def _of(values: FloatArray | None, place: IntArray, count: int) -> FloatArray | None:
    return None if values is None else _means(values, place, count)
