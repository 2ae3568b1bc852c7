"""The linear responses against the scenario runner, and the likelihood against a dense multivariate normal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mollisol.methodology.soil_models.calibration_plan import CalibrationPlan, Effect, default_plan
from mollisol.methodology.soil_models.trials import Trials
from mollisol.quantification.models.drivers import JointDraws
from mollisol.quantification.models.scenarios import run_scenarios
from mollisol.uncertainty.calibration.layout import lay_out
from mollisol.uncertainty.calibration.predict import predict
from mollisol.uncertainty.calibration.problem import Problem
from mollisol.uncertainty.calibration.responses import Places, Responses
from tests.support.simulated_trials import set_of
from tests.support.trial_folder import read_trials, write_trials

MODELS = ("rothc", "tier2", "amg", "icbm")


def trials_of(folder: Path, model: str) -> Trials:
    trials, findings = read_trials(write_trials(folder, model))
    assert trials is not None, findings
    return trials


def plan_of(model: str) -> CalibrationPlan:
    """Give the default plan with one deviation of every kind."""
    plan = default_plan(model)
    more = [
        Effect(on="manure", by="study", sd=0.2, source="test"),
        Effect(on="Winter wheat", by="all", sd=0.3, source="test"),
    ]
    if model != "amg":
        more.append(Effect(on="composition", by="site", sd=2.0, source="test"))
    return plan.model_copy(update={"effect": (*plan.effect, *more)})


@pytest.mark.parametrize("model", MODELS)
def test_terms_add_up_to_the_scenario_run(model: str, tmp_path: Path) -> None:
    """The scenario runner is another path through the kernel: sites by the measured stock, all inputs together."""
    trials = trials_of(tmp_path / "t", model)
    inputs = trials.inputs
    first = {"rothc": 2000, "tier2": 2005, "amg": 2001, "icbm": 2000}[model]
    rows = tuple(r.model_copy(update={"start_year": first - 1}) for r in trials.trial_sites)
    moved = trials.model_copy(update={"trial_sites": rows})
    runs = run_scenarios(
        inputs.model_copy(update={"baseline": "trial"}),
    )
    years = [2006, 2010, 2015]
    names = [s.site for s in inputs.sites]
    pairs = [(site, year) for site in names for year in years]
    x, inert = Responses(moved, lay_out(moved)).at(Places.of(names, pairs), {})
    start = np.repeat([s.soc_t_ha for s in inputs.sites], len(years))
    found = inert * (1 - x[0]) + x[0] * start + x[1:-1].sum(axis=0)
    stock = runs.stock_t_ha["trial"]
    expected = [stock[runs.years.index(year), s, 0] for s in range(len(names)) for year in years]
    np.testing.assert_allclose(found[0], expected, rtol=1e-10)


@pytest.mark.parametrize("model", ["rothc", "tier2", "icbm"])
def test_a_shift_at_the_start_is_that_of_the_scenario_run(model: str, tmp_path: Path) -> None:
    trials = trials_of(tmp_path / "t", model)
    inputs = trials.inputs
    first = {"rothc": 2000, "tier2": 2005, "icbm": 2000}[model]
    rows = tuple(r.model_copy(update={"start_year": first - 1}) for r in trials.trial_sites)
    moved = trials.model_copy(update={"trial_sites": rows})
    runs = run_scenarios(
        inputs.model_copy(update={"baseline": "trial"}),
        joint=JointDraws(inputs.parameters.label, inputs.parameters.values, slow_shift=[0.0, 0.12]),
    )
    names = [s.site for s in inputs.sites]
    places = Places.of(names, [(site, 2015) for site in names])
    x, inert = Responses(moved, lay_out(moved)).at(places, {"slow_shift": np.array([0.0, 0.12])})
    start = np.array([s.soc_t_ha for s in inputs.sites])
    found = inert * (1 - x[0]) + x[0] * start + x[1:-1].sum(axis=0)
    expected = runs.stock_t_ha["trial"][runs.years.index(2015)].T
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def dense(problem: Problem, quantities: dict[str, np.ndarray], draw: int) -> tuple[np.ndarray, np.ndarray]:
    """Write out mean and covariance of the stocks, entry by entry."""
    structure = problem.structure
    x, inert = problem.responses.at(
        problem.places,
        {p.name: quantities[p.name] for p in problem.plan.prior if p.role in ("model", "start")},
    )
    x, inert = x[:, draw], inert[draw]
    n = len(problem.observed)
    start = structure.start_t_ha[problem.places.site]
    mean = inert * (1 - x[0]) + x[0] * start + x[1:-1].sum(axis=0)
    sigma2 = quantities["residual_sd"][draw] ** 2
    covariance = np.diag(problem.known_variance + sigma2)
    same_site = problem.places.site[:, None] == problem.places.site[None]
    covariance += same_site * np.outer(x[0], x[0]) * sigma2
    for d in structure.deviations:
        sd = quantities[d.effect.sd][draw] if isinstance(d.effect.sd, str) else d.effect.sd
        load = {"campaign": np.ones(n), "inputs": x[1:-1].sum(axis=0)}.get(d.effect.on)
        load = x[d.term] if load is None else load
        same = (d.of_place[:, None] == d.of_place[None]) & (d.of_place[:, None] >= 0)
        covariance += same * np.outer(load, load) * sd**2
    return mean, covariance


@pytest.mark.parametrize("model", MODELS)
def test_likelihood_is_that_of_a_dense_normal(model: str, tmp_path: Path) -> None:
    """The independent program is scipy's; differences between draws, as constants are left out."""
    problem = Problem(trials_of(tmp_path / "t", model), plan_of(model))
    points = problem.priors.draw(6, np.random.default_rng(3))
    quantities = problem.named(points)
    found = problem.log_likelihood(quantities)
    expected = []
    for draw in range(6):
        mean, covariance = dense(problem, quantities, draw)
        expected.append(stats.multivariate_normal.logpdf(problem.observed, mean, covariance))
    np.testing.assert_allclose(found - found[0], np.array(expected) - expected[0], rtol=1e-7, atol=1e-6)


@pytest.mark.parametrize("model", ["rothc", "tier2"])
def test_prediction_is_the_conditional_normal(model: str, tmp_path: Path) -> None:
    """Conditioning written out with dense matrices: stocks of study S1 tell of the input that all sites share."""
    trials, plan = trials_of(tmp_path / "t", model), plan_of(model)
    problem = Problem(trials, plan)
    points = problem.priors.draw(3, np.random.default_rng(5))
    quantities = problem.named(points)
    made = set_of(plan, problem.priors.values(points), trials, data=("S1",))
    wanted = [i for i, s in enumerate(problem.places.site) if problem.trials.inputs.sites[s].site == "B1"]
    names = [s.site for s in trials.inputs.sites]
    contrasts = [[(names[problem.places.site[i]], int(problem.places.year[i]), 1.0)] for i in wanted] + [
        [("B1", 2015, 1.0), ("B1", 2009, -1.0)]
    ]
    found = predict(trials, plan, made, contrasts)
    told = [i for i, s in enumerate(problem.places.site) if names[s].startswith("A")]
    for draw in range(3):
        mean, covariance = dense(problem, quantities, draw)
        gain = np.linalg.solve(covariance[np.ix_(told, told)], covariance[np.ix_(told, wanted)]).T
        then = mean[wanted] + gain @ (problem.observed[told] - mean[told])
        spread = covariance[np.ix_(wanted, wanted)] - gain @ covariance[np.ix_(told, wanted)]
        spread = spread - np.diag(problem.known_variance[wanted])
        weights = np.concatenate([np.eye(2), [[-1.0, 1.0]]])
        np.testing.assert_allclose(found.mean_t_ha[:, draw], weights @ then, rtol=1e-8)
        np.testing.assert_allclose(
            found.sd_t_ha[:, draw] ** 2, np.diag(weights @ spread @ weights.T), rtol=1e-7
        )
