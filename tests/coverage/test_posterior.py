"""The promise as a promise: simulation-based calibration, and coverage at fixed truths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.compiling import compile_specification
from mollisol.uncertainty.posterior.declaration import ControlPoints, ProjectPoints, Strata
from mollisol.uncertainty.posterior.exact import sample_posterior
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.replicates import by_means
from mollisol.uncertainty.posterior.specification import Specification
from mollisol.uncertainty.simulation.posterior_simulator import Simulator, draw_components

type Design = Callable[..., Specification]
SCALE = 1.5


def long_and_short(short: int, long: int) -> pytest.MarkDecorator:
    """Return the mark of a test that runs with few replicates in `slow` and with all of them in `statistics`."""
    return pytest.mark.parametrize(
        "replicates",
        [pytest.param(short, marks=pytest.mark.slow), pytest.param(long, marks=pytest.mark.statistics)],
    )


def kolmogorov_smirnov(ranks: FloatArray) -> float:
    """Give the p-value of uniformity."""
    from scipy.stats import kstest

    return float(kstest(ranks, "uniform").pvalue)


def calibrate(specification: Specification, replicates: int, seed: int) -> tuple[list[str], FloatArray]:
    """Give the posterior probability below the truth, of the reduction and each component: (replicates, 1 + d)."""
    proper = replace(specification, prior_scale=SCALE, effect_prior_sd=100 * SCALE)
    if proper.modelled_error:
        proper = replace(proper, validation_scale=SCALE)
    names, rows = ["reduction"], []
    for k in range(replicates):
        dice = np.random.default_rng([seed, k])
        truth = draw_components(proper, dice)
        data, reduction = Simulator(proper, truth, 100 * SCALE).data_set(dice)
        sample = sample_posterior(Marginal(compile_specification(data)))
        sd, weight = sample.marginal.components(sample.eta), sample.draws.weight
        names = ["reduction", *sample.marginal.of.names]
        rows.append(
            [sample.mixture().below(reduction)]
            + [float(weight @ (sd[:, j] < truth[name])) for j, name in enumerate(sample.marginal.of.names)]
        )
    return names, np.array(rows)


def check_uniform(specification: Specification, replicates: int, seed: int = 7) -> None:
    names, ranks = calibrate(specification, replicates, seed)
    found = {name: kolmogorov_smirnov(column) for name, column in zip(names, ranks.T, strict=True)}
    assert min(found.values()) > 0.01, found


def test_calibration(designs: dict[str, Design]) -> None:
    check_uniform(designs["small"](), 100)


@pytest.mark.statistics
def test_calibration_long(designs: dict[str, Design]) -> None:
    check_uniform(designs["small"](), 1000)


@long_and_short(100, 300)
@pytest.mark.parametrize("name", ["modelled", "zones", "one stratum", "points only"])
def test_calibration_of_other_designs(name: str, replicates: int, designs: dict[str, Design]) -> None:
    check_uniform(designs[name](), replicates)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["small", "modelled", "one stratum"])
def test_calibration_of_the_prior_on_means(name: str, designs: dict[str, Design]) -> None:
    """Spreads from 0.015 to 15; what is known beside the data (a lone site, sites of single strata) is drawn too."""
    check_uniform(by_means(designs[name]()), 100)


@pytest.mark.slow
def test_calibration_of_what_is_known_beside_the_data(designs: dict[str, Design]) -> None:
    check_uniform(by_means(designs["one stratum"](sites=1)), 60)


@pytest.mark.slow
def test_calibration_hybrid(designs: dict[str, Design]) -> None:
    check_uniform(designs["hybrid"](parameters=0.0), 300)


def landscape(
    area: list[float], fields: int, points: int, sites: int, site_points: int, *, shared: bool
) -> Specification:
    """Fields in strata; ``sites`` for each stratum, or, shared, for all of them together."""
    number = len(area)
    stratum = np.repeat(np.arange(number), fields * points)
    share = np.array(area) / np.sum(area)
    link = np.tile(share, (sites, 1)) if shared else np.repeat(np.eye(number), sites, axis=0)
    site = np.repeat(np.arange(len(link)), site_points)
    draw = np.random.default_rng(0)
    return Specification(
        Strata(np.array(area)),
        ProjectPoints(draw.normal(size=stratum.size), stratum, np.repeat(np.arange(number * fields), points)),
        ControlPoints(draw.normal(size=site.size), site, link),
    )


def coverage(specification: Specification, truth: dict[str, float], replicates: int) -> float:
    """Give the share of replicates in which the truth is at least what is credited."""
    held = 0
    for k in range(replicates):
        data, reduction = Simulator(specification, truth, 1.0).data_set(np.random.default_rng([11, k]))
        marginal = Marginal(compile_specification(data))
        assert set(marginal.of.names) == set(truth)
        held += reduction >= sample_posterior(marginal).mixture().quantile(1 / 3)
    return held / replicates


REGULAR = {
    "one stratum of 10, 5 sites": (
        landscape([100.0], 10, 1, 5, 1, shared=True),
        {"s_field": 1.0, "s_control": 1.0},
    ),
    "one stratum of 50, 10 sites of 5": (
        landscape([100.0], 50, 1, 10, 5, shared=True),
        {"s_field": 1.0, "s_point": 1.0, "s_control": 1.0},
    ),
    "10 strata of 3, 8 shared sites of 3": (
        landscape(list(np.linspace(1, 5, 10)), 3, 1, 8, 3, shared=True),
        {"s_field": 0.7, "s_point": 0.7, "s_control": 0.7},
    ),
}
DIFFERING = {
    "three strata of 5, 2 sites of 5 each": (
        landscape([120.0, 60.0, 20.0], 5, 1, 2, 5, shared=False),
        {"s_field": 0.0, "s_point": 1.5, "s_control": 3.0, "s_theta": 0.0},
    ),
    "one stratum of 10, 3 sites of 5": (
        landscape([100.0], 10, 1, 3, 5, shared=True),
        {"s_field": 0.0, "s_point": 1.5, "s_control": 3.0},
    ),
    "three strata of 5, 1 site of 5 each": (
        landscape([120.0, 60.0, 20.0], 5, 1, 1, 5, shared=False),
        {"s_field": 0.0, "s_point": 1.5, "s_control": 3.0, "s_theta": 0.0},
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        "one stratum of 10, 5 sites",
        pytest.param("10 strata of 3, 8 shared sites of 3", marks=pytest.mark.slow),
        pytest.param("one stratum of 50, 10 sites of 5", marks=pytest.mark.slow),
    ],
)
def test_coverage_in_regular_designs(name: str) -> None:
    assert coverage(*REGULAR[name], 300) == pytest.approx(2 / 3, abs=0.07)


@pytest.mark.statistics
@pytest.mark.parametrize("name", REGULAR)
def test_coverage_in_regular_designs_long(name: str) -> None:
    assert coverage(*REGULAR[name], 2000) == pytest.approx(2 / 3, abs=0.03)


@long_and_short(300, 1000)
@pytest.mark.parametrize("name", DIFFERING)
def test_coverage_where_control_sites_differ(name: str, replicates: int) -> None:
    """Within-site points as replicates give 0.60 here; the site as the unit must not fall below the band."""
    assert coverage(*DIFFERING[name], replicates) >= 2 / 3 - 0.045


SPREADS = {
    "s_field": 0.8, "s_point": 1.0, "s_control": 0.7, "s_theta": 0.2, "s_beta": 0.5, "s_site": 0.4, "s_eps": 0.5,
}  # fmt: skip


@long_and_short(30, 100)
@pytest.mark.parametrize("name", ["modelled", "hybrid"])
def test_coverage_of_modelled_and_hybrid_baselines(
    name: str, replicates: int, designs: dict[str, Design]
) -> None:
    """Under the prior on means, at set spreads with biases drawn anew; docs/posterior.md has the figures of 100.

    Not below two thirds by more than three errors.
    """
    specification = designs[name](**({"parameters": 0.0} if name == "hybrid" else {}))
    names = Marginal(compile_specification(specification)).of.names
    truth, held = {part: SPREADS[part] for part in names}, 0
    for k in range(replicates):
        data, reduction = Simulator(specification, truth, 1.0).data_set(np.random.default_rng([11, k]))
        sample = sample_posterior(Marginal(compile_specification(by_means(data))))
        held += reduction >= sample.mixture().quantile(1 / 3)
    assert held / replicates >= 2 / 3 - 3 * np.sqrt(2 / 9 / replicates)
