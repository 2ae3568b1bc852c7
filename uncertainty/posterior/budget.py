"""The error budget: every declared source, what it adds to the variance of the estimand, and what would lower it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.compiling import Compiled, Side, compile_specification
from mollisol.uncertainty.posterior.declaration import ControlPoints, IntArray, ProjectPoints
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.replicates import ONE_MORE_CORE
from mollisol.uncertainty.posterior.results import BudgetRow, OneMoreRow
from mollisol.uncertainty.posterior.sample import Sample
from mollisol.uncertainty.posterior.specification import Specification

_STEP: Final = 1e-4
_KNOWN: Final = "declared"


def error_budget(sample: Sample) -> tuple[BudgetRow, ...]:
    """Split the variance of the estimand over the declared sources.

    Given the variances the estimator is the best linear one, and its variance is homogeneous of degree one in
    all of them together. By Euler's theorem variance times derivative, summed over the sources, is the whole;
    no source is left out and none is counted twice. Taken at the root mean square of the components, so that the
    doubt about the components themselves is not in it. A spread that points of both sides have has a row for each.

    Returns
    -------
    tuple of BudgetRow
        Shares sum to 1.
    """
    marginal, of = sample.marginal, sample.marginal.of
    eta = sample.typical()
    square = of.unit**2
    rows: list[BudgetRow] = []

    def variance(compiled: Compiled, place: object = None) -> float:
        where = eta if place is None else np.asarray(place)
        return float(Marginal(compiled).conditional(where[None]).variance[0])

    def add(name: str, kind: str, sd: float, slope: float, origin: str, side: str = "") -> None:
        rows.append(
            BudgetRow(name, kind, sd, kind != "component", slope * square, 0.0, origin, side)  # type: ignore[arg-type]
        )

    for k, component in enumerate(of.components):
        sd = float(np.exp(eta[k]) * component.unit)
        if of.control is not None and k in of.project.point and k in of.control.point:
            known = (sd / of.unit) ** 2
            for which in ("project", "control"):
                up, down = (_spread(of, which, k, s * known) for s in (_STEP, -_STEP))
                slope = (variance(up) - variance(down)) / (2 * _STEP)
                add(component.name, "component", sd, slope, component.source, which)
            continue
        move = np.zeros(eta.size)
        move[k] = 0.5 * _STEP
        slope = (variance(of, eta + move) - variance(of, eta - move)) / (2 * _STEP)
        add(component.name, "component", sd, slope, component.source)
    for place, sd in enumerate(of.specification.measurement_sd):
        if sd > 0:
            up, down = (_measured(of, place, float(sd), 1 + s) for s in (_STEP, -_STEP))
            slope = (variance(up) - variance(down)) / (2 * _STEP)
            add(f"class {place}", "measurement class", float(sd), slope, _KNOWN)
    for place, effect in enumerate(of.specification.shared):
        up, down = (_shared(of, place, 1 + s) for s in (_STEP, -_STEP))
        slope = (variance(up) - variance(down)) / (2 * _STEP)
        add(effect.name, "shared effect", effect.sd, slope, effect.source or _KNOWN)
    if of.cut_columns or of.fixed_variance:
        none = replace(of, fixed_variance=0.0, cut_estimand=np.zeros(0), cut_columns=0, control=_uncut(of))
        part = variance(of) - variance(none)
        add("model parameters", "model draws", float(np.sqrt(part)) * of.unit, part, "calibration draws")
    if of.specification.validation is not None and (of.specification.validation.standard_error > 0).any():
        rest = float(marginal.conditional(eta[None]).variance[0]) - sum(
            row.variance_t_co2e_per_ha_2 / square for row in rows
        )
        sd = float(np.sqrt(np.mean(of.specification.validation.standard_error**2)))
        add("validation trials", "measurement class", sd, rest, "standard errors of the trials")
    total = sum(row.variance_t_co2e_per_ha_2 for row in rows)
    return tuple(
        replace(row, share=row.variance_t_co2e_per_ha_2 / total if total > 0 else 0.0) for row in rows
    )


def _spread(compiled: Compiled, which: str, place: int, more: float) -> Compiled:
    """Return the points of one side more variance where their spread is this component."""

    def moved(side: Side) -> Side:
        return replace(side, known=np.where(side.point == place, side.known + more, side.known))

    if which == "project" or compiled.control is None:
        return replace(compiled, project=moved(compiled.project))
    return replace(compiled, control=moved(compiled.control))


def _measured(compiled: Compiled, place: int, sd: float, factor: float) -> Compiled:
    known = (sd / compiled.unit) ** 2

    def changed(side: Side) -> Side:
        return replace(side, known=np.where(side.kind == place, known * factor, side.known))

    control = None if compiled.control is None else changed(compiled.control)
    return replace(compiled, project=changed(compiled.project), control=control)


def _shared(compiled: Compiled, place: int, factor: float) -> Compiled:
    sd = compiled.shared_sd.copy()
    sd[place] *= np.sqrt(factor)
    return replace(compiled, shared_sd=sd)


def _uncut(compiled: Compiled) -> Side | None:
    if compiled.control is None or compiled.cut_columns == 0:
        return compiled.control
    block, q = compiled.control.block, compiled.shared_sd.size
    return replace(
        compiled.control,
        block=replace(
            block,
            group_shared=block.group_shared[..., :q],
            shared_square=block.shared_square[:, :q, :q],
            shared_data=block.shared_data[:, :q],
            cell_shared=block.cell_shared.reshape(len(block.shared_data), -1, block.cell_units.size)[
                :, :q
            ].reshape(len(block.shared_data), -1),
        ),
    )


def one_more(specification: Specification, budget: tuple[BudgetRow, ...]) -> tuple[OneMoreRow, ...]:
    """Return the standard deviation of the estimand with one more replicate, at the same spreads.

    The variance given the spreads hangs on the design alone, so a replicate that is not there can be put in: a point
    in each sampling unit, a unit where a stratum weighs most for how few it has, a control site likewise.

    Parameters
    ----------
    specification
        What the posterior was computed from.
    budget
        Of the same posterior; the spreads are taken from it.

    Returns
    -------
    tuple of OneMoreRow
        What can be added; a point in each unit is left out where the spread of points within it is not known.
    """
    spread = {row.source: row.sd_t_co2e_per_ha for row in budget if row.kind == "component"}
    now, means = _sd(specification, spread), specification.spread_prior == "log-uniform"
    rows = []
    for known in specification.evidence:
        if known.name == ONE_MORE_CORE and now is not None:
            less = {
                name: max(sd**2 - known.variance, (_STEP * sd) ** 2) ** 0.5
                for name, sd in spread.items()
                if name.startswith("s_field")
            }
            then = _sd(specification, {**spread, **less})
            rows += [OneMoreRow("core in each sampling unit", -1, now, then)] if then is not None else []
    for what, place, more in (
        ("core in each sampling unit", -1, None if means else _with_points(specification)),
        ("sampling unit", *_with_unit(specification)),
        ("control site", *_with_site(specification)),
    ):
        if more is not None and now is not None and (then := _sd(more, spread)) is not None:
            rows.append(OneMoreRow(what, place, now, then))  # type: ignore[arg-type]
    return tuple(rows)


def _sd(specification: Specification, spread: Mapping[str, float]) -> float | None:
    """Return the estimand's standard deviation at these spreads; None where one of them is not known."""
    of = compile_specification(specification)
    if any(name not in spread for name in of.names):
        return None
    eta = np.array([np.log(spread[component.name] / component.unit) for component in of.components])
    return of.unit * float(np.sqrt(Marginal(of).conditional(eta[None]).variance[0]))


def _with_points(specification: Specification) -> Specification:
    """Put one more point into each unit, measured as its first one."""
    first = np.unique(specification.project.unit, return_index=True)[1]
    return _with_project_rows(specification, first, specification.project.unit[first])


def _with_unit(specification: Specification, controls: bool = False) -> tuple[int, Specification | None]:
    """Put one more unit into the stratum that gains most, like the first of its units; of those of ``controls``."""
    units, first = np.unique(specification.project.unit, return_index=True)
    sampled = np.bincount(specification.project.stratum[first], minlength=specification.strata.area_ha.size)
    gain = specification.strata.weight**2 / (sampled * (sampled + 1.0))
    stratum = int(np.argmax(np.where(specification.strata.against == controls, gain, -1.0)))
    if sampled[stratum] >= specification.strata.fields[stratum]:
        return stratum, None
    like = units[specification.project.stratum[first] == stratum][0]
    rows = np.flatnonzero(specification.project.unit == like)
    return stratum, _with_project_rows(specification, rows, np.full(rows.size, units.max() + 1))


def _with_site(specification: Specification) -> tuple[int, Specification | None]:
    """Put one more control site beside those that stand for most area and are fewest, like the first of them."""
    if specification.strata.against.any():
        stratum, more = _with_unit(specification, controls=True)
        place = int(np.flatnonzero(specification.project.stratum == stratum)[0])
        return place - int((~specification.strata.against[specification.project.stratum]).sum()), more
    if specification.control is None or specification.baseline == "hybrid":
        return -1, None
    held, group, count = np.unique(
        specification.control.link, axis=0, return_inverse=True, return_counts=True
    )
    stands_for = (held > 0) @ specification.strata.weight
    chosen = int(np.argmax(stands_for**2 / (count * (count + 1.0))))
    site = int(np.flatnonzero(group.reshape(-1) == chosen)[0])
    rows = np.flatnonzero(specification.control.site == site)
    control = ControlPoints(
        _unlike(specification.control.change, rows),
        np.append(specification.control.site, np.full(rows.size, specification.control.link.shape[0])),
        np.vstack([specification.control.link, specification.control.link[site]]),
        np.append(specification.control.measurement_class, specification.control.measurement_class[rows]),
    )
    shared = tuple(
        replace(effect, control=None if effect.control is None else _again(effect.control, rows))
        for effect in specification.shared
    )
    return site, replace(specification, control=control, shared=shared)


def _with_project_rows(specification: Specification, rows: IntArray, unit: IntArray) -> Specification:
    points = ProjectPoints(
        _unlike(specification.project.change, rows),
        np.append(specification.project.stratum, specification.project.stratum[rows]),
        np.append(specification.project.unit, unit),
        np.append(specification.project.measurement_class, specification.project.measurement_class[rows]),
    )
    shared = tuple(
        replace(effect, project=None if effect.project is None else _again(effect.project, rows))
        for effect in specification.shared
    )
    return replace(specification, project=points, shared=shared)


def _again(values: FloatArray, rows: IntArray) -> FloatArray:
    return np.append(values, values[rows])


def _unlike(change: FloatArray, rows: IntArray) -> FloatArray:
    """Append changes that agree with none that is there: they do not enter the variance, only the checks."""
    return np.append(change, change[rows] + (1.0 + np.ptp(change)))
