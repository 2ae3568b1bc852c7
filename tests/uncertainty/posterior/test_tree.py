"""A posterior as a tree that ArviZ reads, held against the exact engine, PyMC and hand arithmetic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import arviz as az  # type: ignore[import-untyped]
import numpy as np
import pytest
import xarray as xr

import mollisol
from mollisol.methodology.findings import UserError
from mollisol.uncertainty.posterior.compiling import compile_specification
from mollisol.uncertainty.posterior.declaration import ProjectPoints, Strata
from mollisol.uncertainty.posterior.draws.pointwise import pointwise
from mollisol.uncertainty.posterior.draws.tree import exact_tree, nuts_tree
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.pymc_model import Settings
from mollisol.uncertainty.posterior.specification import Specification

GROUPS = {"prior", "posterior", "posterior_predictive", "log_likelihood", "observed_data"}
ROOT = Path(__file__).parents[3]


def one_stratum() -> Specification:
    change = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 2.0, 3.0, 4.0, 2.0, 3.0, 2.0, 5.0])
    return Specification(
        Strata(np.array([10.0])), ProjectPoints(change, np.zeros(12, np.int64)), baseline="none"
    )


def loo(tree: Any) -> Any:
    return az.loo(tree, var_name="project")


def test_the_tree_has_the_quantile_that_credits_and_arviz_reads_it() -> None:
    spec = one_stratum()
    exact = posterior_of_change(spec, checks=False)
    tree = exact_tree(spec, draws=1000, seed=1)
    assert set(tree.children) == GROUPS
    drawn = np.sort(tree["posterior"]["reduction"].values.ravel())
    # the standard error of a quantile p of n draws is sqrt(p (1 - p) / n) / density: five of them here
    error = np.sqrt(2 / 9 / drawn.size) / exact.mixture.density(np.array([exact.quantile]))[0]
    assert abs(np.quantile(drawn, 1 / 3) - exact.quantile) < 5 * error
    summary = az.summary(tree)
    assert {"reduction", *(row.name for row in exact.components)} <= set(summary.index)
    assert np.isfinite(loo(tree).elpd)
    assert tree["observed_data"]["project"].values.tolist() == spec.project.change.tolist()


def test_levels_given_a_spread_are_those_of_the_normal_by_hand() -> None:
    """One stratum, spread 2: the level is N(3, 4 / 12), so that a new datum is N(3, 4 + 4 / 12)."""
    spec = one_stratum()
    found = pointwise(compile_specification(spec), {"s_field": np.full(20_000, 2.0)}, seed=3)
    anew = found.predictive["project"]
    assert anew.mean() == pytest.approx(3.0, abs=0.04)
    assert anew.var() == pytest.approx(4 + 4 / 12, rel=0.03)
    # E[(y - level)^2] = (y - 3)^2 + 4 / 12, and the log density of a normal of variance 4
    expected = -0.5 * (((spec.project.change - 3) ** 2 + 4 / 12) / 4 + np.log(2 * np.pi * 4))
    assert found.log_likelihood["project"].mean(axis=0) == pytest.approx(expected, abs=0.02)


@pytest.mark.slow
def test_nuts_gives_the_same_expected_density_of_left_out_points() -> None:
    spec = one_stratum()
    exact, nuts = exact_tree(spec, draws=1000, seed=1), nuts_tree(spec, Settings(draws=1000, seed=2))
    assert set(nuts.children) == GROUPS
    one, other = (loo(tree).elpd for tree in (exact, nuts))
    assert one == pytest.approx(other, abs=0.15)


@pytest.mark.slow
def test_other_errors_move_the_reduction_as_they_must() -> None:
    """Eleven points of mean 3 and one of 60: the normal has their mean 7.75, Student's t stays by the eleven.

    A point that is known only to be at most 60 says almost nothing above 3, so that it is left out too.
    """
    spec = one_stratum()
    change = np.append(np.delete(spec.project.change, 1), 60.0)
    odd = replace(spec, project=replace(spec.project, change=change))
    settings = Settings(draws=400, tune=400, chains=4, seed=5)
    student = nuts_tree(odd, replace(settings, error="student"))
    censored = nuts_tree(odd, settings, np.arange(12) == 11)
    for tree in (student, censored):
        assert set(tree.children) == {"prior", "posterior"}
        assert 2.0 < float(tree["posterior"]["reduction"].median()) < 4.0
    assert float(exact_tree(odd, draws=1000, seed=1)["posterior"]["reduction"].mean()) == pytest.approx(
        change.mean(), abs=0.5
    )


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "default:Estimated shape parameter of Pareto"
)  # few units a stratum: true of the data
def test_every_period_of_a_run_has_a_tree(tmp_path: Path) -> None:
    run = mollisol.run_project(ROOT / "examples" / "woburn-ley")
    with pytest.raises(UserError, match="named by period"):
        mollisol.datatree(run, period="no such period")
    tree = mollisol.datatree(run, period=run.results.periods[0].name, draws=100)
    assert set(tree.children) == GROUPS
    assert loo(tree).n_data_points > 0
    name = run.results.periods[0].name
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"priors": {"area": 1.0}}, "priors may be"),
        ({"priors": {"prior_scale": -1.0}}, "no such posterior"),
        ({"errors": "student"}, "sampled by nuts"),
    )
    for given, words in wrong:
        with pytest.raises(UserError, match=words):
            mollisol.datatree(run, period=name, draws=100, **given)
    assert az.plot_dist(tree, var_names=["reduction"], backend="matplotlib") is not None
    held = mollisol.datatree(run, period=name, draws=100, priors={"effect_prior_sd": 0.01})
    assert (
        abs(float(held["posterior"]["reduction"].mean())) < 0.5
    )  # means held at nothing by a prior that is sure of it
    tree["posterior"].to_dataset().drop_attrs().to_netcdf(tmp_path / "tree.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "tree.nc", engine="scipy") as again:
        assert again["reduction"].equals(tree["posterior"]["reduction"])
