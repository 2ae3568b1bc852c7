"""A posterior as one DataTree, for ArviZ: of a run by the exact engine or NUTS, and of a calibrated set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal

import numpy as np

from mollisol.methodology.findings import UserError
from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.run import Run
from mollisol.uncertainty.calibration.priors import Priors
from mollisol.uncertainty.posterior.draws.tree import exact_tree, nuts_tree, tree_of
from mollisol.uncertainty.posterior.pymc_model import LogNormalStocks, Settings
from mollisol.uncertainty.posterior.results import PosteriorResult

_PRIORS: Final = ("prior_scale", "effect_prior_sd", "spread_prior")
"""What of a declaration is a prior, and not what was measured."""


def datatree(
    source: Run | CalibratedSet,
    *,
    period: str = "",
    sampler: Literal["exact", "nuts"] = "exact",
    draws: int = 1000,
    seed: int = 0,
    errors: Literal["normal", "student"] | Any = "normal",
    priors: Mapping[str, Any] | None = None,
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
    errors
        Of points, for ``nuts``: ``normal``; ``student``; marks, (n,), of project points whose change is at most its
        value; or ``LogNormalStocks``. With others than normal ones the tree has ``prior`` and ``posterior``.
    priors
        In place of the declared ones: ``prior_scale``, ``effect_prior_sd`` [t CO2e/ha] and ``spread_prior``. With them,
        as with other errors, the tree is a comparison: what issues does not move.

    Raises
    ------
    UserError
        If the run has no posterior, or several and none is named; and if errors or priors do not fit it.
    """
    if isinstance(source, CalibratedSet):
        return _of_set(source, seed)
    known = {name: one for name, one in source.trace.kept(PosteriorResult).items() if period in name}
    if len(known) != 1:
        names = ", ".join(source.trace.kept(PosteriorResult)) or "none: run with the posterior route"
        raise UserError(f"one posterior must be named by period; there are {names}")
    (result,) = known.values()
    unknown = set(priors or {}) - set(_PRIORS)
    normal = isinstance(errors, str) and errors == "normal"
    if unknown or (sampler == "exact" and not normal):
        raise UserError(
            f"priors may be {', '.join(_PRIORS)}, not {', '.join(sorted(unknown))}"
            if unknown
            else "errors that are not normal are sampled by nuts"
        )
    try:
        specification = replace(result.specification, **priors or {})
        if sampler == "exact":
            return exact_tree(specification, draws=draws, seed=seed)
        return nuts_tree(specification, *_sampled(errors, Settings(draws=draws, seed=seed)))
    except (TypeError, ValueError) as error:
        raise UserError(f"no such posterior: {error}") from None


def _sampled(errors: Any, settings: Settings) -> tuple[Settings, Any, LogNormalStocks | None]:
    """Return the settings, marks of censored points, and stocks whose errors multiply."""
    if isinstance(errors, str):
        return replace(settings, error=errors), None, None  # type: ignore[arg-type]
    return (
        (settings, None, errors)
        if isinstance(errors, LogNormalStocks)
        else (settings, np.asarray(errors), None)
    )


def _of_set(fitted: CalibratedSet, seed: int) -> Any:
    priors = Priors(fitted.priors)
    points = priors.draw(len(fitted.draws), np.random.default_rng([seed, 4]))
    both = {"posterior": np.array(fitted.draws), "prior": priors.values(points)}
    groups = {name: dict(zip(priors.names, values.T, strict=True)) for name, values in both.items()}
    return tree_of(groups, {}, len(fitted.draws))
