"""Levels and errors of all data under draws of the spreads: given these everything is a normal linear model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.compiling import NO_UNIT_LEVEL, Compiled, Side
from mollisol.uncertainty.posterior.declaration_checks import control_residual

type Groups = dict[str, FloatArray]
"""By kind of data (``project``, ``control``, ``comparison``), draws along the first axis. [t CO2e/ha]."""


@dataclass(frozen=True, slots=True, eq=False)
class Pointwise:
    """Data, and for each draw of the spreads the log likelihood of each datum and a datum drawn anew, (draw, datum)."""

    observed: Groups
    log_likelihood: Groups
    predictive: Groups


class _Linear:
    """The design of the linear effects, with the spread of each column; a spread of None is flat."""

    def __init__(self, data: Mapping[str, FloatArray]) -> None:
        self.data = data
        self._columns: list[tuple[Mapping[str, FloatArray], Any]] = []

    def add(self, spread: Any, **designs: FloatArray) -> None:
        """Add columns: the design of each kind of data, (datum, column), and the spread by draw, (B,)."""
        self._columns.append((designs, spread))

    def arrays(self, draws: int) -> tuple[FloatArray, FloatArray]:
        """Return the design (datum, column) and the precision of each column (draw, column)."""
        sizes = {name: values.size for name, values in self.data.items()}
        blocks, precisions = [], []
        for designs, spread in self._columns:
            width = next(iter(designs.values())).shape[1]
            parts = [designs.get(name, np.zeros((size, width))) for name, size in sizes.items()]
            blocks.append(np.concatenate(parts))
            own = np.zeros(draws) if spread is None else np.broadcast_to(spread, (draws,)) ** -2.0
            precisions.append(np.repeat(own[:, None], width, axis=1))
        return np.concatenate(blocks, axis=1), np.concatenate(precisions, axis=1)


def pointwise(compiled: Compiled, spreads: Mapping[str, FloatArray], seed: int) -> Pointwise:
    """Return the log likelihood of each datum, and data drawn anew, under draws of the spreads.

    The linear effects (means, fields, control sites, shared errors, learned biases) are drawn from their normal
    distribution given the data and the spreads, once a draw.

    Parameters
    ----------
    compiled
        The declaration.
    spreads
        Draws of each component by name, (B,). [t CO2e/ha]
    seed
        Of the draws.
    """
    dice = np.random.Generator(np.random.PCG64([seed, 2]))
    draws = next(iter(spreads.values())).size
    linear, variance = _declared(compiled, spreads)
    design, prior = linear.arrays(draws)
    noise = np.concatenate(list(variance.values()), axis=1)
    observed = np.concatenate(list(linear.data.values()))
    level = np.empty_like(noise)
    for place in range(draws):
        scaled = design / noise[place][:, None]
        lower = np.linalg.cholesky(design.T @ scaled + np.diag(prior[place]))
        middle = np.linalg.solve(lower, scaled.T @ observed) + dice.standard_normal(design.shape[1])
        level[place] = design @ np.linalg.solve(lower.T, middle)
    logs = -0.5 * ((observed - level) ** 2 / noise + np.log(2 * np.pi * noise))
    anew = level + np.sqrt(noise) * dice.standard_normal(noise.shape)
    ends = np.cumsum([values.size for values in linear.data.values()])[:-1]
    split = {name: np.split(whole, ends, axis=1) for name, whole in (("logs", logs), ("anew", anew))}
    names = list(linear.data)
    return Pointwise(
        dict(linear.data),
        dict(zip(names, split["logs"], strict=True)),
        dict(zip(names, split["anew"], strict=True)),
    )


def _declared(compiled: Compiled, sd: Mapping[str, FloatArray]) -> tuple[_Linear, Groups]:
    """Return the linear effects of a declaration and the variance of each datum by draw."""
    spec = compiled.specification
    strata, points = spec.strata.area_ha.size, spec.project
    data, variance = {"project": points.change}, {"project": _variance(compiled, compiled.project, sd)}
    if spec.control is not None and compiled.control is not None:
        data["control"] = control_residual(spec)
        variance["control"] = _variance(compiled, compiled.control, sd)
    trials = spec.validation
    if trials is not None:
        data["comparison"] = trials.residual
        own = sd["s_eps"][:, None] ** 2 * trials.duration / spec.period_years
        variance["comparison"] = trials.standard_error**2 + own
    linear = _Linear(data)
    linear.add(spec.effect_prior_sd, project=_one_hot(points.stratum, strata))
    if compiled.project.level != NO_UNIT_LEVEL:
        fields, field = np.unique(points.unit, return_inverse=True)
        linear.add(sd["s_field"], project=_one_hot(field, fields.size))
    for effect in spec.shared:
        sides = {"project": effect.project, "control": effect.control if spec.control is not None else None}
        linear.add(effect.sd, **{name: one[:, None] for name, one in sides.items() if one is not None})
    if spec.control is not None and compiled.control is not None:
        control, sites = spec.control, spec.control.link.shape[0]
        shifts = [sd[name] ** 2 for name in ("s_beta", "s_site", "s_climate") if name in sd]
        flat = np.sqrt(np.sum(shifts, axis=0)) if spec.baseline == "hybrid" else spec.effect_prior_sd
        linear.add(flat, control=np.ones((control.change.size, 1)))
        if "s_theta" in sd:
            linear.add(sd["s_theta"], control=control.link[control.site])
        if compiled.control.level != NO_UNIT_LEVEL:
            linear.add(sd["s_control"], control=_one_hot(control.site, sites))
    if trials is not None:
        for name, code in (
            ("s_beta", trials.practice),
            ("s_site", trials.study),
            ("s_climate", trials.climate),
        ):
            if name in sd:
                kinds, kind = np.unique(code, return_inverse=True)
                linear.add(sd[name], comparison=_one_hot(kind, kinds.size))
    return linear, variance


def _variance(compiled: Compiled, side: Side, sd: Mapping[str, FloatArray]) -> FloatArray:
    """Return the variance of each point about its level by draw: its own spread and its known error."""
    known = side.known[side.of_point] * compiled.unit**2
    own = np.stack([sd[compiled.names[place]] for place in side.point], axis=1)
    return np.asarray(own[:, side.of_point] ** 2 + known)


def _one_hot(code: Any, size: int) -> FloatArray:
    return np.asarray(np.eye(size)[np.asarray(code, dtype=np.int64)])
