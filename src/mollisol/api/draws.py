"""A posterior as one DataTree, for ArviZ: of a run by the exact engine or NUTS, and of a calibrated set."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from mollisol.methodology.findings import UserError
from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.run import Run
from mollisol.uncertainty.calibration.priors import Priors
from mollisol.uncertainty.posterior.draws.tree import exact_tree, nuts_tree, tree_of
from mollisol.uncertainty.posterior.pymc_model import Settings
from mollisol.uncertainty.posterior.results import PosteriorResult


def datatree(
    source: Run | CalibratedSet,
    *,
    period: str = "",
    sampler: Literal["exact", "nuts"] = "exact",
    draws: int = 1000,
    seed: int = 0,
) -> Any:
    """Return a posterior as an xarray DataTree that ArviZ reads (``az.summary``, ``az.loo``, ``az.plot_*``).

    Its groups are ``prior``, ``posterior``, ``posterior_predictive``, ``log_likelihood`` and ``observed_data``; a
    calibrated set has the first two. Data are the changes that the posterior was given, in t CO2e/ha.

    Parameters
    ----------
    source
        A run with the posterior route, or a calibrated set.
    period
        Which posterior of a run: words that its name holds, where there are several.
    sampler
        ``exact``: independent draws of what credits; ``nuts``: chains of PyMC on the same declaration.
    draws
        In each of four chains. A calibrated set has its own.
    seed
        Of all that is drawn here; the posterior itself does not hang on it.

    Raises
    ------
    UserError
        If the run has no posterior, or several and none is named.
    """
    if isinstance(source, CalibratedSet):
        return _of_set(source, seed)
    known = {name: one for name, one in source.trace.kept(PosteriorResult).items() if period in name}
    if len(known) != 1:
        names = ", ".join(source.trace.kept(PosteriorResult)) or "none: run with the posterior route"
        raise UserError(f"one posterior must be named by period; there are {names}")
    (result,) = known.values()
    if sampler == "nuts":
        return nuts_tree(result.specification, Settings(draws=draws, seed=seed))
    return exact_tree(result.specification, draws=draws, seed=seed)


def _of_set(fitted: CalibratedSet, seed: int) -> Any:
    priors = Priors(fitted.priors)
    points = priors.draw(len(fitted.draws), np.random.default_rng([seed, 4]))
    both = {"posterior": np.array(fitted.draws), "prior": priors.values(points)}
    groups = {name: dict(zip(priors.names, values.T, strict=True)) for name, values in both.items()}
    return tree_of(groups, {}, len(fitted.draws))
