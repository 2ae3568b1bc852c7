"""The ensemble that stands in where importance sampling fails, and checks that must speak up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.integration.ensemble import walk
from mollisol.uncertainty.posterior import diagnostics, exact
from mollisol.uncertainty.posterior.compiling import compile_specification
from mollisol.uncertainty.posterior.declaration import ModelDraws
from mollisol.uncertainty.posterior.exact import posterior_of_change, sample_posterior
from mollisol.uncertainty.posterior.influence import predictive_residuals
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.specification import Specification

type Design = Callable[..., Specification]


def test_walkers_find_the_moments_of_a_correlated_normal() -> None:
    covariance = np.array([[1.0, 0.9 * 3], [0.9 * 3, 9.0]])
    inverse = np.linalg.inv(covariance)

    def density(at: FloatArray) -> FloatArray:
        return np.asarray(-0.5 * np.einsum("bi,ij,bj->b", at - 2, inverse, at - 2))

    draws, r_hat = walk(density, np.random.default_rng(0).normal(2, 1, (128, 2)))
    flat = draws.eta.reshape(-1, 2)
    assert r_hat < 1.02
    np.testing.assert_allclose(flat.mean(axis=0), 2, atol=0.1)
    np.testing.assert_allclose(np.cov(flat.T), covariance, rtol=0.06)
    again, _ = walk(density, np.random.default_rng(0).normal(2, 1, (128, 2)))
    assert (again.eta == draws.eta).all()


@pytest.mark.slow
def test_fallback_gives_the_same_answer(designs: dict[str, Design], monkeypatch: pytest.MonkeyPatch) -> None:
    usual = posterior_of_change(designs["small"](), checks=False)
    monkeypatch.setattr(exact, "K_HAT_BELOW", -10.0)
    forced = posterior_of_change(designs["small"](), checks=False)
    assert forced.engine == "ensemble"
    assert not forced.refused
    assert forced.quantile == pytest.approx(usual.quantile, abs=0.02 * usual.sd)
    assert forced.sd == pytest.approx(usual.sd, rel=0.03)


def test_gates_that_are_missed_refuse(designs: dict[str, Design], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "MOST_ERROR", 1e-9)
    monkeypatch.setattr(exact, "_good", lambda *_: True)
    refused = posterior_of_change(designs["small"](), checks=False).refused
    assert [check.name for check in refused] == ["monte-carlo-error"]


def test_parameter_draws_are_shared_by_all_strata(designs: dict[str, Design]) -> None:
    """Drawn for each stratum by itself, the same doubt about the model would average out."""
    base, dice = designs["modelled"](), np.random.default_rng(0)
    joint = np.tile(dice.normal(0, 2, 400), (3, 1))
    wrong = dice.normal(0, 2, (3, 400))
    none, right, apart = (
        posterior_of_change(replace(base, model=model), checks=False)
        for model in (None, ModelDraws(effect=joint), ModelDraws(effect=wrong))
    )
    weight = base.strata.weight
    assert right.sd**2 - none.sd**2 == pytest.approx(joint[0].var(ddof=1), rel=1e-6)
    assert apart.sd**2 - none.sd**2 == pytest.approx(float((weight @ wrong).var(ddof=1)), rel=1e-6)
    assert apart.sd < right.sd


def test_the_cut_is_wider_than_learning_from_the_controls(designs: dict[str, Design]) -> None:
    """Parameters that move strata and control sites alike cancel; those that move strata alone do not."""
    base = designs["hybrid"](parameters=0.0)
    shift = 2.0 * np.random.default_rng(0).normal(size=20)
    draws = base.model_draws
    alike = ModelDraws(
        baseline_stratum=draws.baseline_stratum + shift, baseline_control=draws.baseline_control + shift
    )
    alone = ModelDraws(
        baseline_stratum=draws.baseline_stratum + shift, baseline_control=draws.baseline_control
    )
    none, cancels, stays = (
        posterior_of_change(replace(base, model=model), checks=False) for model in (draws, alike, alone)
    )
    assert stays.sd**2 - none.sd**2 == pytest.approx(shift.var(ddof=1), rel=0.02)
    assert none.sd < cancels.sd < 0.75 * stays.sd


def test_leaving_out_the_odd_control_site_is_reported(designs: dict[str, Design]) -> None:
    base = designs["small"](sites=9)
    change = base.controls.change + np.where(base.controls.site == 4, 6.0, 0.0)
    result = posterior_of_change(replace(base, control=replace(base.controls, change=change)))
    found = next(check for check in result.checks if check.name == "leave-one-site-out")
    assert "control site 4" in found.text
    assert found.found > 0


def test_leave_one_out_equals_a_run_without_the_site(designs: dict[str, Design]) -> None:
    """With the variances as good as known, the cheap form is the whole one."""
    base = designs["one stratum"](points=60, sites=40)
    result = posterior_of_change(base)
    found = next(check for check in result.checks if check.name == "leave-one-site-out")
    site = int(found.text.split("control site ")[1].split()[0])
    kept = base.controls.site != site
    place = np.unique(base.controls.site[kept], return_inverse=True)[1]
    less = replace(
        base,
        prior_scale=result.components[0].prior.scale,
        control=type(base.controls)(base.controls.change[kept], place, np.ones((39, 1))),
    )
    moved = (posterior_of_change(less, checks=False).quantile - result.quantile) / result.sd
    assert found.found == pytest.approx(moved, abs=0.08)


def test_residuals_use_the_spread_of_their_own_class(designs: dict[str, Design]) -> None:
    base = designs["points only"]()
    wide = base.project.stratum == 0
    project = replace(base.project, change=np.where(wide, 30.0, 1.0) * base.project.change)
    sample = sample_posterior(Marginal(compile_specification(replace(base, project=project))))
    _, residual = predictive_residuals(sample)["field"]
    assert residual[wide].std() == pytest.approx(1, abs=0.25)
    assert residual[~wide].std() == pytest.approx(1, abs=0.25)
