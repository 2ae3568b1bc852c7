"""Simulation-based calibration: experiments simulated with known parameters are recovered, ranks being uniform.

Truth is drawn from the priors, stocks from the dense normal of ``test_density`` (written out apart from the engine),
and the truth is ranked among nearly independent draws of the fit.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mollisol.methodology.soil_models.calibration_plan import default_plan
from mollisol.uncertainty.calibration.problem import Problem
from mollisol.uncertainty.calibration.sampler import Chains, SamplerSettings, sample
from tests.support.trial_folder import read_trials, write_trials
from tests.uncertainty.calibration.test_density import dense

SETTINGS = SamplerSettings(
    chains=16, warmup=240, refit=40, block=40, least=80, most=400, r_hat=1.05, ess=150.0, independent=0.6
)
RANKED = 19
"""Draws that the truth is ranked among: 20 possible ranks."""


def ranks(problem: Problem, count: int, first: int) -> np.ndarray:
    """Give the rank of the truth of each quantity in each experiment, (experiment, quantity)."""
    found = []
    for number in range(first, first + count):
        rng = np.random.default_rng([20260611, number])
        truth = problem.priors.draw(1, rng)
        quantities = problem.named(truth)
        mean, covariance = dense(problem, quantities, 0)
        problem.observed = rng.multivariate_normal(mean, covariance)
        starts = problem.priors.draw(400, rng)
        begun = Chains.begin(partial(_first, starts), problem.log_density, SETTINGS)
        done, _ = sample(begun, problem.log_density, SETTINGS, seed=number)
        flat = done.kept.reshape(-1, truth.shape[1])
        picked = flat[np.linspace(0, len(flat) - 1, RANKED).round().astype(int)]
        found.append((picked < truth).sum(axis=0))
    return np.array(found)


def _first(starts: np.ndarray, count: int) -> np.ndarray:
    return starts[:count]


def problem_of(folder: Path) -> Problem:
    trials, _ = read_trials(write_trials(folder, "icbm"))
    assert trials is not None
    return Problem(trials, default_plan("icbm"))


def test_few_experiments_are_recovered(tmp_path: Path) -> None:
    """The mean rank of 4 experiments x 4 quantities within four of its standard errors (quantities correlate)."""
    found = ranks(problem_of(tmp_path / "t"), 4, 0) / RANKED
    assert abs(found.mean() - 0.5) < 4 * (1 / 12 / 4) ** 0.5
    assert found.min() < 0.45
    assert found.max() > 0.55


@pytest.mark.slow
def test_ranks_are_uniform(tmp_path: Path) -> None:
    """Chi-square on ten classes of rank, 120 experiments; 0.001 for each of four quantities."""
    found = ranks(problem_of(tmp_path / "t"), 120, 0)
    for place in range(found.shape[1]):
        counts = np.bincount(found[:, place] // 2, minlength=10)
        assert stats.chisquare(counts).pvalue > 0.001, counts
