"""The error budget: every declared source, its sd, and what it adds to the variance of the estimand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from mollisol.uncertainty.posterior.compiling import Compiled, Side
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.results import BudgetRow

if TYPE_CHECKING:
    from mollisol.uncertainty.posterior.exact import Sample

_STEP: Final = 1e-4
_KNOWN: Final = "declared"


def error_budget(sample: Sample) -> tuple[BudgetRow, ...]:
    """Split the variance of the estimand over the declared sources.

    Given the variances the estimator is the best linear one, and its variance is homogeneous of degree one in
    all of them together. By Euler's theorem variance times derivative, summed over the sources, is the whole;
    no source is left out and none is counted twice. Taken at the root mean square of the components, so that the
    doubt about the components themselves is not in it.

    Returns
    -------
    tuple of BudgetRow
        Shares sum to 1.
    """
    marginal, of = sample.marginal, sample.marginal.of
    eta = sample.typical()
    square = of.unit**2
    rows: list[BudgetRow] = []

    def variance(compiled: Compiled, at: object = None) -> float:
        where = eta if at is None else np.asarray(at)
        return float(Marginal(compiled).conditional(where[None]).variance[0])

    def add(name: str, kind: str, sd: float, slope: float, origin: str) -> None:
        rows.append(
            BudgetRow(name, kind, sd, kind != "component", slope * square, 0.0, origin)  # type: ignore[arg-type]
        )

    for k, component in enumerate(of.components):
        move = np.zeros(eta.size)
        move[k] = 0.5 * _STEP
        slope = (variance(of, eta + move) - variance(of, eta - move)) / (2 * _STEP)
        add(component.name, "component", float(np.exp(eta[k]) * component.unit), slope, component.source)
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


def _measured(of: Compiled, place: int, sd: float, factor: float) -> Compiled:
    known = (sd / of.unit) ** 2

    def changed(side: Side) -> Side:
        return replace(side, known=np.where(side.kind == place, known * factor, side.known))

    control = None if of.control is None else changed(of.control)
    return replace(of, project=changed(of.project), control=control)


def _shared(of: Compiled, place: int, factor: float) -> Compiled:
    sd = of.shared_sd.copy()
    sd[place] *= np.sqrt(factor)
    return replace(of, shared_sd=sd)


def _uncut(of: Compiled) -> Side | None:
    if of.control is None or of.cut_columns == 0:
        return of.control
    block, q = of.control.block, of.shared_sd.size
    return replace(
        of.control,
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
