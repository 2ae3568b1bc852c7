"""A posterior as one tree that ArviZ reads: prior, posterior, posterior_predictive, log_likelihood, observed_data.

ArviZ is imported inside the functions only. All in t CO2e/ha.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.compiling import WIDE, Compiled, compile_specification
from mollisol.uncertainty.posterior.draws.pointwise import Groups, pointwise
from mollisol.uncertainty.posterior.exact import sample_posterior
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.pymc_model import LogNormalStocks, Settings, sample_with_pymc
from mollisol.uncertainty.posterior.specification import Specification

CHAINS: Final = 4


def exact_tree(specification: Specification, *, draws: int, seed: int) -> Any:
    """Return the exact posterior as a tree of independent draws.

    Parameters
    ----------
    specification
        The declared error sources.
    draws
        In each of four chains; the chains are cut from one set of draws, for the engine has none.
    seed
        Of picking draws by their weight, and of what is drawn given the spreads. The reduction is drawn given the
        spreads from its exact normal.

    Raises
    ------
    ValueError
        For data that cannot carry the model.
    """
    compiled = compile_specification(specification)
    sample = sample_posterior(Marginal(compiled))
    dice = np.random.Generator(np.random.PCG64([seed, 1]))
    steps = (dice.random() + np.arange(CHAINS * draws)) / (CHAINS * draws)
    total = np.cumsum(sample.draws.weight)
    picked = dice.permutation(np.searchsorted(total / total[-1], steps))
    mixture = sample.mixture()
    reduction = mixture.mean[picked] + mixture.sd[picked] * dice.standard_normal(picked.size)
    spreads = dict(zip(compiled.names, sample.marginal.components(sample.eta[picked]).T, strict=True))
    return _tree(compiled, reduction, spreads, draws, seed)


def nuts_tree(
    specification: Specification,
    settings: Settings,
    censored: Any = None,
    stocks: LogNormalStocks | None = None,
) -> Any:
    """Return the posterior as NUTS samples it, as a tree of its chains.

    Data are weighed and drawn given the spreads, for which errors must be normal: with others the tree has prior and
    posterior.

    Parameters
    ----------
    specification, settings, censored, stocks
        As of :func:`~mollisol.uncertainty.posterior.pymc_model.sample_with_pymc`.

    Raises
    ------
    ValueError
        As :func:`exact_tree`.
    """
    sampled = sample_with_pymc(specification, settings, censored=censored, stocks=stocks)
    spreads = {name: value.ravel() for name, value in sampled.components.items()}
    compiled, reduction = compile_specification(specification), sampled.reduction.ravel()
    if settings.error == "normal" and censored is None and stocks is None:
        return _tree(compiled, reduction, spreads, settings.draws, settings.seed)
    prior = _prior(compiled, reduction.size, settings.seed)
    return tree_of({"posterior": {"reduction": reduction, **spreads}, "prior": prior}, {}, settings.draws)


def _tree(
    compiled: Compiled, reduction: FloatArray, spreads: Mapping[str, FloatArray], draws: int, seed: int
) -> Any:
    points = pointwise(compiled, spreads, seed)
    return tree_of(
        {
            "posterior": {"reduction": reduction, **spreads},
            "prior": _prior(compiled, reduction.size, seed),
            "log_likelihood": points.log_likelihood,
            "posterior_predictive": points.predictive,
        },
        points.observed,
        draws,
    )


def tree_of(groups: Mapping[str, Groups], observed: Groups, draws: int) -> Any:
    """Return groups of draws, one behind the other, and data as a tree with chains of ``draws``."""
    import arviz as az  # type: ignore[import-untyped]

    def in_chains(values: FloatArray) -> FloatArray:
        return np.asarray(values).reshape(-1, draws, *np.shape(values)[1:])

    data = {name: {key: in_chains(values) for key, values in group.items()} for name, group in groups.items()}
    dims = {name: [f"{name}_datum"] for name in observed}
    given = {"observed_data": observed} if observed else {}
    return az.from_dict({**data, **given}, dims=dims)


def _prior(compiled: Compiled, count: int, seed: int) -> Groups:
    """Return draws of the spreads from their priors; means are flat, and have none."""
    dice = np.random.Generator(np.random.PCG64([seed, 3]))
    made = {}
    for one in compiled.components:
        if one.family == "half-normal":
            made[one.name] = one.scale * np.abs(dice.standard_normal(count))
        else:
            made[one.name] = one.scale * np.exp(dice.uniform(*np.log(WIDE), size=count))
    return made
