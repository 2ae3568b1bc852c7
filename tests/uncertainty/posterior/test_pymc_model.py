"""The PyMC model against the exact engine; PyMC's own diagnostics are not enough to find a slip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.pymc_model import Settings, sample_with_pymc
from mollisol.uncertainty.posterior.specification import Specification
from mollisol.uncertainty.simulation.posterior_simulator import Simulator, draw_components

type Design = Callable[..., Specification]
QUICK = Settings(draws=500, tune=500, chains=2, target_accept=0.9)
LONG = Settings(draws=2000, tune=1500, chains=4, target_accept=0.97)


def check_agreement(specification: Specification, settings: Settings) -> None:
    exact = posterior_of_change(specification, checks=False)
    nuts = sample_with_pymc(specification, settings)
    error = np.hypot(exact.monte_carlo_error, nuts.monte_carlo_error)
    assert abs(nuts.quantile - exact.quantile) < 3 * error
    assert nuts.sd == pytest.approx(exact.sd, rel=0.15)
    by_name = {row.name: row for row in nuts.diagnostics}
    assert by_name["reduction"].r_hat < 1.05
    for summary in exact.components:
        value = nuts.components[summary.name]
        tolerance = 5 * summary.sd / np.sqrt(by_name[summary.name].bulk) + 0.02 * summary.mean
        assert value.mean() == pytest.approx(summary.mean, abs=tolerance)


def test_one_design_agrees(designs: dict[str, Design]) -> None:
    check_agreement(designs["small"](), QUICK)


@pytest.mark.slow
def test_every_design_agrees(design: Design) -> None:
    check_agreement(design(), LONG)


@pytest.mark.slow
def test_student_errors_lean_less_on_an_outlier(designs: dict[str, Design]) -> None:
    base = designs["one stratum"](points=25)
    change = base.project.change.copy()
    change[0] -= 25.0
    spec = replace(base, project=replace(base.project, change=change))
    normal, student = (sample_with_pymc(spec, replace(QUICK, error=law)) for law in ("normal", "student"))
    assert student.sd < normal.sd
    assert student.mean > normal.mean


@pytest.mark.slow
def test_censored_losses_count_as_losses_of_that_size_or_more(designs: dict[str, Design]) -> None:
    base = designs["one stratum"](points=25)
    marked = base.project.change < np.quantile(base.project.change, 0.2)
    plain = sample_with_pymc(base, QUICK)
    censored = sample_with_pymc(base, QUICK, censored=marked)
    assert censored.mean < plain.mean


@pytest.mark.statistics
def test_calibration_of_nuts(designs: dict[str, Design]) -> None:
    from scipy.stats import kstest

    scale = 1.5
    base = designs["one stratum"](prior_scale=scale, effect_prior_sd=100 * scale)
    rows, names = [], [""]
    for k in range(100):
        dice = np.random.default_rng([13, k])
        truth = draw_components(base, dice)
        data, reduction = Simulator(base, truth, 100 * scale).data_set(dice)
        nuts = sample_with_pymc(data, replace(QUICK, seed=k))
        names = ["reduction", *nuts.components]
        rows.append([np.mean(nuts.reduction < reduction)])
        rows[-1] += [np.mean(value < truth[name]) for name, value in nuts.components.items()]
    for name, ranks in zip(names, np.array(rows).T, strict=True):
        assert kstest(ranks, "uniform").pvalue > 0.01, name
