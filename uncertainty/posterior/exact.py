"""The exact engine: sufficient sums, linear effects integrated out, variances by importance sampling.

Nothing heavier than numpy and ``scipy.special`` is imported; the same declaration gives the same bits.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.integration.ensemble import walk
from mollisol.uncertainty.integration.importance import (
    SHORT_STAGES,
    STAGES,
    Draws,
    find_mode,
    pareto_k,
    shape_proposal,
)
from mollisol.uncertainty.posterior.compiling import compile_specification
from mollisol.uncertainty.posterior.coordinates import Coordinates
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.results import CheckResult, ComponentSummary, PosteriorResult
from mollisol.uncertainty.posterior.sample import (
    K_HAT_BELOW,
    LEAST_EFFECTIVE,
    MOST_ERROR,
    Sample,
)
from mollisol.uncertainty.posterior.specification import Specification
from mollisol.uncertainty.student import probability_of

_FIRST_POINTS: Final = 128
_FIRST_POINTS_IF_DEAR: Final = 32
_DEAR: Final = 100_000
"""Numbers to go through in one evaluation, beyond which fewer points are tried first; the gates stay."""
_MOST_POINTS: Final = 2048
_LAST_STAGE: Final = 9


def sample_posterior(marginal: Marginal, probability: float = 1 / 3) -> Sample:
    """Integrate over the variance components until the gates hold, or fall back to the ensemble."""
    over = Coordinates(marginal)
    density = over.log_density
    mode, curvature = find_mode(density, over.gradient, over.low, over.high)
    dear = marginal.cost > _DEAR
    proposal = shape_proposal(density, mode, curvature, SHORT_STAGES if dear else STAGES)
    count = _FIRST_POINTS_IF_DEAR if dear else _FIRST_POINTS
    while True:
        phi, log_q = proposal.draw(count, _LAST_STAGE)
        flat = phi.reshape(-1, marginal.dimensions)
        draws = Draws(over.eta(phi), density(flat).reshape(log_q.shape) - log_q)
        sample = _sample(marginal, draws, pareto_k(draws.log_weight))
        if _good(sample, probability):
            return sample
        if count >= _MOST_POINTS:
            break
        count *= 4
    best = np.argsort(-draws.log_weight.reshape(-1), kind="stable")[:128]
    walked, r_hat = walk(density, flat[best])
    walked = Draws(over.eta(walked.eta), walked.log_weight)
    return _sample(marginal, walked, -np.inf, "ensemble", r_hat)


def _sample(
    marginal: Marginal,
    draws: Draws,
    k_hat: float,
    engine: Literal["importance sampling", "ensemble"] = "importance sampling",
    r_hat: float = 1.0,
) -> Sample:
    kept = np.isfinite(draws.log_weight).reshape(-1)
    eta = draws.eta.reshape(-1, marginal.dimensions).copy()
    eta[~kept] = eta[int(np.argmax(draws.log_weight))]
    return Sample(marginal, draws, marginal.conditional(eta), engine, k_hat, r_hat)


def _good(sample: Sample, probability: float) -> bool:
    error = sample.monte_carlo_error(probability)
    return (
        sample.k_hat < K_HAT_BELOW
        and sample.draws.effective_size >= LEAST_EFFECTIVE
        and error <= MOST_ERROR * sample.mixture().spread
    )


def weighted_quantile(values: FloatArray, weight: FloatArray, probability: FloatArray) -> FloatArray:
    """Return quantiles of weighted draws, interpolated at the middles of their steps."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order]) - 0.5 * weight[order]
    return np.asarray(np.interp(probability, share, values[order]))


def _summaries(sample: Sample) -> tuple[ComponentSummary, ...]:
    sd, weight = sample.marginal.components(sample.eta), sample.draws.weight
    rows = []
    for component, column in zip(sample.marginal.of.components, sd.T, strict=True):
        mean = float(weight @ column)
        low, median, high = weighted_quantile(column, weight, np.array([0.05, 0.5, 0.95]))
        spread = float(np.sqrt(weight @ (column - mean) ** 2))
        rows.append(
            ComponentSummary(
                component.name, component.prior, mean, spread, float(low), float(median), float(high)
            )
        )
    return tuple(rows)


def posterior_of_change(
    specification: Specification, *, confidence: ArrayLike = 2 / 3, checks: bool = True
) -> PosteriorResult:
    """Return the posterior of the mean emission reduction and its credited quantile.

    Parameters
    ----------
    specification
        The declared error sources.
    confidence
        Probability with which the truth exceeds what is credited. [fraction]
    checks
        False leaves out the checks and the budget, for simulations; gates of the integration stay.

    Returns
    -------
    PosteriorResult
        All in t CO2e/ha over the period.

    Raises
    ------
    ValueError
        For data that cannot carry the model; the message says what to do.
    """
    from mollisol.uncertainty.posterior.budget import error_budget
    from mollisol.uncertainty.posterior.diagnostics import all_checks, integration_checks

    probability = 1 - float(probability_of("confidence", confidence))
    sample = sample_posterior(Marginal(compile_specification(specification)), probability)
    mixture = sample.mixture()
    quantile = credited = mixture.quantile(probability)
    if specification.baseline == "modelled":
        credited = min(quantile, sample.mixture(without_bias=True).quantile(probability))
    verdicts: tuple[CheckResult, ...] = integration_checks(sample, probability)
    if checks:
        verdicts += all_checks(sample, probability)
    return PosteriorResult(
        mean=mixture.centre,
        sd=mixture.spread,
        quantile=quantile,
        credited=credited,
        probability=probability,
        monte_carlo_error=sample.monte_carlo_error(probability),
        effective_size=sample.draws.effective_size,
        draws=mixture.weight.size,
        k_hat=sample.k_hat,
        engine=sample.engine,
        components=_summaries(sample),
        budget=error_budget(sample) if checks else (),
        checks=verdicts,
        mixture=mixture,
        specification=specification,
    )
