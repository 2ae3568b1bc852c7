"""The exact engine against closed forms, dense algebra, and itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri, stdtrit

from mollisol.uncertainty.integration.importance import pareto_k
from mollisol.uncertainty.integration.sobol import sobol
from mollisol.uncertainty.posterior.compiling import compile_specification
from mollisol.uncertainty.posterior.conjugate import behrens_fisher_quantile
from mollisol.uncertainty.posterior.declaration import (
    ControlPoints,
    ProjectPoints,
    SharedEffect,
    Strata,
)
from mollisol.uncertainty.posterior.diagnostics import reweighted
from mollisol.uncertainty.posterior.exact import posterior_of_change, sample_posterior
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.mixture import Mixture
from mollisol.uncertainty.posterior.specification import Specification
from mollisol.uncertainty.simulation.posterior_simulator import Simulator, observed, plain_monte_carlo

type Design = Callable[..., Specification]
THIRD = 1 / 3
TV1 = ([1.2, 0.4, 2.1, 0.9, 1.6, 0.3], [0.8, 1.9, 0.2, 1.1], [2.4, 1.0, 3.1])


def credited(specification: Specification) -> float:
    return posterior_of_change(specification, checks=False).quantile


def strata_of_tv1(which: tuple[int, ...]) -> Specification:
    change = np.concatenate([TV1[h] for h in which])
    stratum = np.repeat(np.arange(len(which)), [len(TV1[h]) for h in which])
    area = np.array([120.0, 60.0, 20.0])[list(which)]
    return Specification(Strata(area), ProjectPoints(change, stratum), baseline="none")


@pytest.mark.parametrize(
    ("which", "expected"), [((0,), 0.9532400283), ((0, 1, 2), 1.0641740312)], ids=["TV-5a", "TV-5c"]
)
def test_prior_one_over_sigma_gives_student(which: tuple[int, ...], expected: float) -> None:
    sample = sample_posterior(Marginal(compile_specification(strata_of_tv1(which))))
    flat_in_log = -sample.marginal.log_prior(sample.eta) - sample.eta.sum(axis=1)
    mixture = reweighted(sample, flat_in_log)
    assert mixture.quantile(THIRD) == pytest.approx(expected, abs=1e-3)


def test_tv5b_known_variance_and_normal_prior() -> None:
    known = Mixture(np.ones(1), np.array([1.0833333333333333]), np.array([0.28450737151574994]))
    posterior = known.under_normal_prior(0.4, 0.5)
    assert posterior.centre == pytest.approx(0.8873645377, abs=1e-10)
    assert posterior.spread == pytest.approx(0.2318435703, abs=1e-10)
    assert posterior.quantile(THIRD) == pytest.approx(0.7875031828, abs=1e-10)


def test_behrens_fisher_is_expected_to_be_wider_than_satterthwaite() -> None:
    """Flat priors on a variance for each small stratum do not give the deduction; a shared one does."""
    mean = [float(np.mean(y)) for y in TV1]
    error = [float(np.std(y, ddof=1) / np.sqrt(len(y))) for y in TV1]
    weight = np.array([0.6, 0.3, 0.1])
    separate = behrens_fisher_quantile(
        mean=np.asarray(mean),
        standard_error=np.asarray(error),
        degrees_of_freedom=np.array([5, 3, 2], float),
        weight=weight,
        probability=THIRD,
    )
    centre, spread = weight @ mean, float(np.sqrt(weight**2 @ np.square(error)))
    assert (centre - separate) / spread == pytest.approx(0.5382990491, abs=1e-7)
    assert (centre - separate) / spread > -stdtrit(8.9098808874, THIRD) > -ndtri(THIRD)


@pytest.mark.parametrize("name", ["small", "modelled", "zones", "points only", "one stratum"])
def test_given_variances_equals_dense_algebra(name: str, designs: dict[str, Design]) -> None:
    check_dense(replace(designs[name](), effect_prior_sd=50.0))


def test_hybrid_without_doubt_of_parameters_equals_dense_algebra(designs: dict[str, Design]) -> None:
    base = designs["hybrid"](parameters=0.0, effect_prior_sd=50.0)
    check_dense(base)
    check_dense(replace(base, validation=replace(base.trials, climate=np.arange(12) % 3)))


def check_dense(specification: Specification) -> None:
    marginal = Marginal(compile_specification(specification))
    eta = np.random.default_rng(0).normal(-0.7, 0.7, (3, marginal.dimensions))
    given, unit = marginal.conditional(eta), marginal.of.unit
    data = observed(specification)
    offset = 0.0
    if specification.baseline == "hybrid":
        offset = float(specification.strata.weight @ specification.model_draws.baseline_stratum.mean(axis=1))
    gaps = []
    for k, sd in enumerate(marginal.components(eta)):
        covariance, across, own = Simulator(
            specification, dict(zip(marginal.of.names, sd, strict=True)), 50.0
        ).dense()
        gain = np.linalg.solve(covariance, across)
        log_density = -0.5 * (np.linalg.slogdet(covariance)[1] + data @ np.linalg.solve(covariance, data))
        gaps.append(log_density - given.log_likelihood[k])
        assert unit * given.mean[k] == pytest.approx(gain @ data - offset, rel=1e-9)
        assert unit**2 * given.variance[k] == pytest.approx(own - gain @ across, rel=1e-8)
    np.testing.assert_allclose(gaps, gaps[0], atol=1e-8)


def test_integral_over_two_components_equals_a_grid(designs: dict[str, Design]) -> None:
    specification = designs["one stratum"](
        control=ControlPoints(np.array([0.1, -0.4, 1.3]), np.arange(3), np.ones((3, 1))),
        effect_prior_sd=100.0,
    )
    marginal = Marginal(compile_specification(specification))
    assert marginal.of.names == ("s_field", "s_control")
    axis = np.linspace(-9, 3, 90)
    eta = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    data, rows = observed(specification), []
    scale = np.array([c.scale for c in marginal.of.components])
    for sd in marginal.components(eta):
        covariance, across, own = Simulator(
            specification, dict(zip(marginal.of.names, sd, strict=True)), 100.0
        ).dense()
        gain = np.linalg.solve(covariance, across)
        log_density = -0.5 * (np.linalg.slogdet(covariance)[1] + data @ np.linalg.solve(covariance, data))
        log_density += -0.5 * ((sd / scale) ** 2).sum() + np.log(sd).sum()
        rows.append((log_density, gain @ data, np.sqrt(own - gain @ across)))
    weight, mean, spread = np.array(rows).T
    weight = np.exp(weight - weight.max())
    grid = Mixture(weight / weight.sum(), mean, spread)
    found = posterior_of_change(specification, checks=False)
    assert found.sd == pytest.approx(grid.spread, rel=0.01)
    assert abs(found.quantile - grid.quantile(THIRD)) < max(3 * found.monte_carlo_error, 0.003 * found.sd)


def test_conditional_equals_plain_monte_carlo(designs: dict[str, Design]) -> None:
    specification = designs["small"]()
    marginal = Marginal(compile_specification(specification))
    eta = np.full((1, marginal.dimensions), -0.7)
    given, unit = marginal.conditional(eta), marginal.of.unit
    named = dict(zip(marginal.of.names, marginal.components(eta)[0], strict=True))
    drawn = plain_monte_carlo(specification, named, 4000, seed=5)
    mean, sd = unit * given.mean[0], unit * np.sqrt(given.variance[0])
    assert abs(drawn.mean() - mean) < 4 * sd / np.sqrt(4000)
    assert drawn.std() == pytest.approx(sd, rel=0.05)
    assert np.quantile(drawn, THIRD) == pytest.approx(
        mean + ndtri(THIRD) * sd, abs=4 * 1.3 * sd / np.sqrt(4000)
    )


def test_gradient_is_exact(design: Design) -> None:
    marginal = Marginal(compile_specification(design()))
    at = np.random.default_rng(3).normal(-0.7, 0.5, (2, marginal.dimensions))
    step = 1e-5
    for k, slope in enumerate(marginal.gradient(at).T):
        move = step * np.eye(marginal.dimensions)[k]
        numeric = (marginal.log_density(at + move) - marginal.log_density(at - move)) / (2 * step)
        np.testing.assert_allclose(slope, numeric, rtol=1e-6, atol=1e-6)


def test_second_run_gives_the_same_bits(design: Design) -> None:
    first, second = (posterior_of_change(design(), checks=False) for _ in range(2))
    assert first.quantile == second.quantile
    assert first.sd == second.sd
    assert [c.mean for c in first.components] == [c.mean for c in second.components]


def permuted(specification: Specification, seed: int) -> Specification:
    dice = np.random.default_rng(seed)
    project, control = specification.project, specification.control
    order = dice.permutation(project.change.size)
    other = dice.permutation(control.change.size if control is not None else 0)
    shared = tuple(
        replace(
            effect,
            project=None if effect.project is None else effect.project[order],
            control=None if effect.control is None else effect.control[other],
        )
        for effect in specification.shared
    )
    names = dice.permutation(int(project.unit.max()) + 1)
    changed: dict[str, Any] = {}
    if control is not None:
        changed["control"] = ControlPoints(
            control.change[other], control.site[other], control.link, control.measurement_class[other]
        )
    return replace(
        specification,
        project=ProjectPoints(
            project.change[order],
            project.stratum[order],
            names[project.unit[order]],
            project.measurement_class[order],
        ),
        shared=shared,
        **changed,
    )


def test_order_of_rows_and_names_of_fields_move_nothing(design: Design) -> None:
    before = posterior_of_change(design(), checks=False)
    after = posterior_of_change(permuted(design(), 4), checks=False)
    assert after.quantile == pytest.approx(before.quantile, rel=1e-10)
    assert after.sd == pytest.approx(before.sd, rel=1e-10)


def test_another_unit_scales_everything(designs: dict[str, Design]) -> None:
    factor = 44 / 12 * 1e3
    base = designs["small"]()
    control = base.control
    assert control is not None
    scaled = replace(
        base,
        project=replace(base.project, change=factor * base.project.change),
        control=replace(control, change=factor * control.change),
        measurement_sd=factor * base.measurement_sd,
        shared=tuple(replace(effect, sd=factor * effect.sd) for effect in base.shared),
    )
    assert credited(scaled) == pytest.approx(factor * credited(base), rel=1e-9)


def test_a_shift_of_all_points_shifts_the_credit(designs: dict[str, Design]) -> None:
    base = designs["small"]()
    moved = replace(base, project=replace(base.project, change=base.project.change + 1e4))
    assert credited(moved) == pytest.approx(credited(base) + 1e4, abs=1e-7)


def test_area_scales_out(designs: dict[str, Design]) -> None:
    base = designs["small"]()
    wider = replace(base, strata=replace(base.strata, area_ha=7 * base.strata.area_ha))
    assert credited(wider) == pytest.approx(credited(base), rel=1e-12)


def test_splitting_fields_with_equal_data_keeps_cells(designs: dict[str, Design]) -> None:
    """Fields of equal design are one cell: cost does not grow with their number, the answer is the same."""
    base = designs["small"](fields=9)
    block = compile_specification(base).project.block
    assert block.units == 27
    assert block.cell_units.size == 3


def test_duplicate_comparisons_of_a_study_do_not_count_as_studies(designs: dict[str, Design]) -> None:
    base = designs["modelled"]()
    given = base.validation
    assert given is not None
    twice = type(given)(
        *(
            np.tile(getattr(given, name), 2)
            for name in ("residual", "standard_error", "study", "practice", "duration")
        )
    )
    base = replace(base, validation_scale=2.0)
    once = posterior_of_change(base, checks=False)
    doubled = posterior_of_change(replace(base, validation=twice), checks=False)
    new = replace(twice, study=np.r_[given.study, given.study + 100])
    independent = posterior_of_change(replace(base, validation=new), checks=False)
    assert once.sd > doubled.sd > independent.sd
    assert doubled.sd - independent.sd > once.sd - doubled.sd


def test_duplicated_cores_do_not_count_as_fields(designs: dict[str, Design]) -> None:
    """Pseudo-replication: the wrong way halves the variance, the field as unit hardly moves it."""
    base = designs["one stratum"](points=12)
    values = base.project.change
    doubled = np.repeat(values, 2) + np.tile([0.3, -0.3], values.size)
    stratum = np.zeros(doubled.size, int)
    wrong = posterior_of_change(replace(base, project=ProjectPoints(doubled, stratum)), checks=False)
    right = posterior_of_change(
        replace(base, project=ProjectPoints(doubled, stratum, np.repeat(np.arange(values.size), 2))),
        checks=False,
    )
    once = posterior_of_change(base, checks=False)
    baseline = posterior_of_change(base, checks=False).components[-1].mean
    assert baseline > 0
    assert wrong.sd < 0.95 * right.sd
    assert right.sd > 0.9 * once.sd


def test_shared_error_does_not_average_out(designs: dict[str, Design]) -> None:
    base = designs["one stratum"](points=40)
    shared = SharedEffect("density calibration", 1.0, project=np.ones(40))
    with_shared = posterior_of_change(replace(base, shared=(shared,)), checks=False)
    without = posterior_of_change(base, checks=False)
    assert with_shared.sd**2 == pytest.approx(without.sd**2 + 1.0, rel=1e-6)
    both = replace(shared, control=np.ones(8))
    cancels = posterior_of_change(replace(base, shared=(both,)), checks=False)
    assert cancels.sd == pytest.approx(without.sd, rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_more_laboratory_error_never_raises_the_credit(seed: int, designs: dict[str, Design]) -> None:
    base = designs["small"](seed, fields=6, sites=9, prior_scale=2.0)
    lab = base.shared[0]
    found = [
        posterior_of_change(replace(base, shared=(replace(lab, sd=sd),)), checks=False)
        for sd in (0.0, 0.3, 0.6, 1.2, 2.4)
    ]
    spreads = [result.sd for result in found]
    assert spreads == sorted(spreads)
    deductions = [result.mean - result.quantile for result in found]
    assert deductions == sorted(deductions)


def test_whole_population_measured_without_error_leaves_the_control_side_only() -> None:
    dice = np.random.default_rng(8)
    field = np.repeat(np.arange(4), 400)
    level = np.array([0.0, 1.0, 2.0, 5.0])
    project = ProjectPoints(level[field] + 0.01 * dice.normal(size=field.size), np.zeros(1600, int), field)
    finite = Specification(Strata(np.array([10.0]), np.array([4.0])), project, baseline="none")
    result = posterior_of_change(finite, checks=False)
    assert result.mean == pytest.approx(2.0, abs=1e-3)
    assert result.sd < 1e-3
    infinite = Specification(Strata(np.array([10.0])), project, baseline="none")
    assert posterior_of_change(infinite, checks=False).sd > 0.5


def test_sobol_points_are_those_of_the_literature() -> None:
    from scipy.stats import qmc

    ours = np.sort(sobol(64, 11) / 2.0**32, axis=0)
    theirs = np.sort(qmc.Sobol(11, scramble=False).random(64), axis=0)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    np.testing.assert_allclose(sobol(64, 11) / 2.0**32, qmc.Sobol(11, scramble=False).random(64), atol=1e-9)


@pytest.mark.parametrize("shape", [0.1, 0.5, 0.9])
def test_k_hat_finds_the_tail(shape: float) -> None:
    dice = np.random.default_rng(0)
    weights = (dice.random(20000) ** -shape - 1) / shape + 1
    assert pareto_k(np.log(weights)) == pytest.approx(shape, abs=0.12)


def test_density_of_a_mixture_is_the_slope_of_its_probability() -> None:
    """The trapezoidal rule over the density, against the normal distribution function of ``below``."""
    mixture = Mixture(np.array([0.3, 0.7]), np.array([-2.0, 1.0]), np.array([0.5, 2.0]))
    at = np.linspace(-3.0, 4.0, 2001)
    mass = np.trapezoid(mixture.density(at), at)
    assert mass == pytest.approx(mixture.below(4.0) - mixture.below(-3.0), abs=1e-6)


def test_quantile_of_a_mixture_is_the_root() -> None:
    mixture = Mixture(np.array([0.2, 0.5, 0.3]), np.array([-40.0, 0.0, 3.0]), np.array([0.01, 2.0, 1e-3]))
    for chance in (1e-6, 0.2, 1 / 3, 0.9, 1 - 1e-9):
        assert mixture.below(mixture.quantile(chance)) == pytest.approx(chance, abs=1e-9)


def test_budget_adds_up_and_checks_have_verdicts(design: Design) -> None:
    result = posterior_of_change(design())
    assert sum(row.share for row in result.budget) == pytest.approx(1, abs=1e-9)
    assert all(row.share > -1e-6 for row in result.budget)
    total = sum(row.variance_t_co2e_per_ha_2 for row in result.budget)
    assert total == pytest.approx(result.sd**2, rel=0.35)
    assert {check.verdict for check in result.checks} <= {"pass", "informative"}
    assert not result.refused
    assert all(np.isfinite(check.found) or check.name == "k-hat" for check in result.checks)


def test_a_learned_bias_never_raises_the_credit(designs: dict[str, Design]) -> None:
    base = designs["modelled"]()
    given = base.validation
    assert given is not None
    up, down = (
        posterior_of_change(replace(base, validation=replace(given, residual=given.residual + shift)))
        for shift in (2.0, -2.0)
    )
    assert up.credited < up.quantile
    assert down.credited == down.quantile < up.credited


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, numpy as np\n"
        "from mollisol.uncertainty.posterior.exact import posterior_of_change\n"
        "from mollisol.uncertainty.posterior.declaration import ProjectPoints, Strata\n"
        "from mollisol.uncertainty.posterior.specification import Specification\n"
        "import mollisol.uncertainty.posterior.pymc_model\n"
        "s = Specification(Strata(np.ones(1)), ProjectPoints(np.arange(9.0), np.zeros(9)), baseline='none')\n"
        "posterior_of_change(s)\n"
        "print([m for m in ('pymc', 'arviz', 'scipy.stats', 'pandas', 'numba', 'xarray') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
