"""Single fields and control sites under the fitted model: residuals of each, and the credit without each."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import ndtri

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.compiling import NO_UNIT_LEVEL, Side
from mollisol.uncertainty.posterior.declaration import IntArray
from mollisol.uncertainty.posterior.declaration_checks import control_residual
from mollisol.uncertainty.posterior.marginal import Marginal, System
from mollisol.uncertainty.posterior.mixture import Mixture
from mollisol.uncertainty.posterior.sample import Sample
from mollisol.uncertainty.posterior.specification import Specification

MOST_SITES: Final = 500
"""Control sites left out one by one; beyond, the first so many in order of residual."""


def _plug_in(sample: Sample) -> tuple[FloatArray, System, FloatArray]:
    """Return the root mean square of the components, the normal equations there, and the effects besides means (p,)."""
    eta = sample.typical()
    system = sample.marginal.system(eta[None])
    return eta, system, np.linalg.solve(system.precision[0], system.data[0])


def _design(spec: Specification, marginal: Marginal, which: str, scale: FloatArray) -> FloatArray:
    """Return the rows of the scaled effects besides means for the points of a side, shape (n, p)."""
    points = spec.project if which == "project" else spec.controls
    rows = np.zeros((points.change.size, marginal.size))
    if which == "control" and spec.control is not None:
        rows[:, 0] = 1
        if "s_theta" in marginal.of.names:
            basis = marginal.of.theta_basis
            rows[:, 1 : 1 + len(basis)] = (spec.control.link @ basis.T)[spec.control.site]
    first = marginal.size - marginal.of.bias_weight.size - len(spec.shared)
    for place, effect in enumerate(spec.shared):
        if (column := getattr(effect, which)) is not None:
            rows[:, first + place] = column
    return np.asarray(rows * scale)


def _variances(side: Side, marginal: Marginal, eta: FloatArray) -> tuple[FloatArray, float]:
    """Return the variance of each point within its unit (n,) and between units, in working units."""
    sd = marginal.components(eta) / marginal.of.unit
    within = (sd[side.point] ** 2 + side.known)[side.of_point]
    return within, 0.0 if side.level == NO_UNIT_LEVEL else float(sd[side.level] ** 2)


def predictive_residuals(sample: Sample) -> dict[str, tuple[IntArray, FloatArray]]:
    """Return standardised residuals of the mean of each unit, at the root mean square of the components.

    Returns
    -------
    dict
        For ``field`` and ``control site``: codes and residuals, shape (U,) each. Effects that the unit itself
        fitted are left in, so residuals of small groups are somewhat too small.
    """
    spec, marginal = sample.marginal.of.specification, sample.marginal
    eta, system, effects = _plug_in(sample)
    of = marginal.of
    value = (spec.project.change / of.unit) - of.project_centre[spec.project.stratum]
    sides = [("field", "project", of.project, value, spec.project.unit)]
    if spec.control is not None and of.control is not None:
        value = control_residual(spec) / of.unit - of.control_centre
        sides.append(("control site", "control", of.control, value, spec.control.site))
    out = {}
    for label, which, side, value, unit in sides:
        fitted = _design(spec, marginal, which, system.scale[0]) @ effects
        if which == "project":
            fitted = fitted + system.means(effects[None])[0][spec.project.stratum]
        within, between = _variances(side, marginal, eta)
        code, place = np.unique(unit, return_inverse=True)
        information = np.bincount(place, 1 / within)
        mean = np.bincount(place, (value - fitted) / within) / information
        out[label] = (code, mean / np.sqrt(1 / information + between))
    against = spec.strata.against[spec.project.stratum]
    if (
        against.any()
    ):  # control sites stand as units of strata that count against the project, after all others
        code, residual = out["field"]
        out["field"] = (code[~against], residual[~against])
        if np.bincount(spec.project.stratum[against]).max() > 1:
            out["control site"] = (code[against] - code[~against].size, residual[against])
    return out


def influence_of_replicates(sample: Sample, probability: float) -> tuple[int, float] | None:
    """Find the control site without which the credited value moves most, where sites stand as units of strata.

    Sites of a group are replicates of each other: without one of them the mean of the others stands in its place.

    Returns
    -------
    tuple or None
        Site and move in posterior sd; None where no group has two sites.
    """
    marginal, spec = sample.marginal, sample.marginal.of.specification
    stratum, change = spec.project.stratum, spec.project.change
    count = np.bincount(stratum)
    places = np.flatnonzero(spec.strata.against[stratum] & (count[stratum] > 1))
    if not places.size:
        return None
    eta = sample.typical()
    now = marginal.of.unit**2 * float(marginal.conditional(eta[None]).variance[0])
    spread = float(marginal.components(eta)[marginal.of.place("s_control")])
    others, lever = count[stratum[places]] - 1, spec.strata.weight[stratum[places]]
    middle = (np.bincount(stratum, change) / count)[stratum[places]]
    moved = lever * (middle - change[places]) / others
    then = now + (lever * spread) ** 2 * (1 / others - 1 / (others + 1))
    moves = moved + ndtri(probability) * (np.sqrt(then) - np.sqrt(now))
    worst = int(np.abs(moves).argmax())
    first = int((~spec.strata.against[stratum]).sum())
    return int(places[worst]) - first, float(moves[worst] / sample.mixture().spread)


def influence_of_control_sites(sample: Sample, probability: float) -> tuple[int, float] | None:
    """Find the control site without which the credited value moves most, the variances held.

    Returns
    -------
    tuple or None
        Site and move in posterior sd; None without controls or with one site only.
    """
    marginal, spec = sample.marginal, sample.marginal.of.specification
    side = marginal.of.control
    if spec.control is None or side is None or spec.control.link.shape[0] < 2:
        return None
    eta, system, _ = _plug_in(sample)
    of, control = marginal.of, spec.control
    value = control_residual(spec) / of.unit - of.control_centre
    rows = _design(spec, marginal, "control", system.scale[0])
    within, between = _variances(side, marginal, eta)
    weights, _, other = marginal.estimand(system, eta[None])
    weight, precision, data = weights[0], system.precision[0], system.data[0]

    def credited(a: FloatArray, b: FloatArray) -> float:
        solved = np.linalg.solve(a, weight)
        sd = np.sqrt(weight @ solved + other[0])
        return Mixture(np.ones(1), np.array([solved @ b]), np.array([sd])).quantile(probability)

    whole = credited(precision, data)
    label, residual = predictive_residuals(sample)["control site"]
    moves = []
    for site in label[np.argsort(-np.abs(residual), kind="stable")][:MOST_SITES]:
        own = control.site == site
        x, precise = rows[own], 1 / within[own]
        covariance = np.diag(precise) - np.outer(precise, precise) * between / (1 + between * precise.sum())
        less = precision - x.T @ covariance @ x
        if np.linalg.eigvalsh(less)[0] <= 1e-10 * np.linalg.eigvalsh(precision)[0]:
            continue
        moves.append((int(site), credited(less, data - x.T @ covariance @ value[own]) - whole))
    if not moves:
        return None
    site, move = max(moves, key=lambda pair: abs(pair[1]))
    return site, float(move * of.unit / sample.mixture().spread)
