"""Means as replicates: what the prior on the spread of means gives where it can be known another way."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

from mollisol.uncertainty.deduction.sharp import Campaign, sharp_deduction
from mollisol.uncertainty.posterior import exact
from mollisol.uncertainty.posterior.conjugate import behrens_fisher_quantile
from mollisol.uncertainty.posterior.declaration import ControlPoints, ProjectPoints, SharedEffect, Strata
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.pymc_model import Settings, sample_with_pymc
from mollisol.uncertainty.posterior.replicates import by_means, with_prior
from mollisol.uncertainty.posterior.specification import Specification

type Design = Callable[..., Specification]
VECTORS = Path(__file__).parents[1] / "deduction" / "sharp_vectors.toml"
FIVE = ("small", "initial stocks", "hybrid", "zones", "one stratum")


def campaign(
    project: list[list[float]], control: list[list[float]], area: list[float], link: list[list[float]]
) -> Specification:
    """Give the declaration of a campaign; ``link`` by control site."""
    weight = np.array(link) * np.array(area)
    return Specification(
        strata=Strata(np.array(area)),
        project=ProjectPoints(
            np.concatenate([np.array(x) for x in project]),
            np.repeat(np.arange(len(project)), [len(x) for x in project]),
        ),
        control=ControlPoints(
            np.concatenate([np.array(y) for y in control]),
            np.repeat(np.arange(len(control)), [len(y) for y in control]),
            weight / weight.sum(axis=1, keepdims=True),
        ),
    )


PROJECT = [3.6, 10.0, 15.4, 7.5, 4.9, 11.2, 5.4, 8.3]
SITES = [[-5.5, -5.1, -5.5, -4.9], [0.0, -0.6, 0.8, 1.9], [0.8, 2.3, 3.5, 3.6], [1.0, 0.2, 2.4, -0.4]]


@pytest.mark.parametrize("probability", [0.2, 1 / 3, 0.355])
def test_several_sites_are_a_sum_of_two_students(probability: float) -> None:
    """One stratum of eight, four sites: t with 7 and with 3 degrees of freedom; quadrature of the convolution."""
    spec = campaign([PROJECT], SITES, [150.0], [[1.0]] * 4)
    means = [float(np.mean(y)) for y in SITES]
    expected = behrens_fisher_quantile(
        mean=np.array([np.mean(PROJECT), -np.mean(means)]),
        standard_error=np.array([np.std(PROJECT, ddof=1) / np.sqrt(8), np.std(means, ddof=1) / 2]),
        degrees_of_freedom=np.array([7.0, 3.0]),
        weight=np.ones(2),
        probability=probability,
    )
    found = posterior_of_change(by_means(spec), confidence=1 - probability)
    # the prior ends at ten times the spread that is seen: a thousandth of t with 3 degrees of freedom lies beyond
    assert found.quantile == pytest.approx(float(expected), abs=0.01 * (found.mean - float(expected)) + 0.01)


def test_a_lone_site_has_the_spread_of_its_points_times_its_factor() -> None:
    """Four points: variance of the mean 1.5 s^2 / 4 with 3 degrees of freedom; eight of the project."""
    spec = campaign([PROJECT], SITES[:1], [150.0], [[1.0]])
    expected = behrens_fisher_quantile(
        mean=np.array([np.mean(PROJECT), -np.mean(SITES[0])]),
        standard_error=np.array(
            [np.std(PROJECT, ddof=1) / np.sqrt(8), np.sqrt(1.5 * np.var(SITES[0], ddof=1) / 4)]
        ),
        degrees_of_freedom=np.array([7.0, 3.0]),
        weight=np.ones(2),
        probability=1 / 3,
    )
    assert posterior_of_change(by_means(spec)).quantile == pytest.approx(float(expected), rel=2e-3)


def test_strata_of_few_units_share_one_spread() -> None:
    """Twelve strata of two, no baseline: t with 12 degrees of freedom, not a sum of twelve with one each."""
    dice = np.random.default_rng(3)
    changes, area = dice.normal(8, 4, (12, 2)), np.linspace(45, 5, 12)
    spec = Specification(
        Strata(area), ProjectPoints(changes.ravel(), np.repeat(np.arange(12), 2)), baseline="none"
    )
    share = area / area.sum()
    pooled = changes.var(axis=1, ddof=1).mean()
    error = np.sqrt(pooled * (share**2 / 2).sum())
    expected = share @ changes.mean(axis=1) + student.ppf(1 / 3, 12) * error
    assert posterior_of_change(by_means(spec)).quantile == pytest.approx(expected, abs=0.01 * error)


def test_the_mean_is_that_of_the_samples_and_the_deduction_near_b() -> None:
    """The ten data sets of the sharp form: each stratum by its own sites; B takes the same parts by Satterthwaite."""
    for row in tomllib.loads(VECTORS.read_text(encoding="utf-8"))["case"]:
        link = np.array(row["link"])
        link = link / link.sum(axis=1, keepdims=True)
        spec = campaign(row["project"], row["control"], row["area_ha"], (link.T > 0).astype(float).tolist())
        held = sharp_deduction(campaign=Campaign(row["area_ha"], row["project"], row["control"], link))
        found = posterior_of_change(by_means(spec), confidence=0.655)
        assert found.mean == pytest.approx(float(held.mean), abs=1e-9)
        assert 0.9 < (found.mean - found.quantile) / float(held.b) < 1.25
        assert not found.refused


def test_an_error_that_all_share_is_added_and_one_of_both_sides_cancels() -> None:
    """A calibration off by 1 t CO2e/ha on the project alone adds its variance; on both sides it is gone."""
    spec = campaign([PROJECT], SITES, [150.0], [[1.0]] * 4)
    ones, sixteen = np.ones(8), np.ones(16)
    alone, both = (
        replace(spec, shared=(SharedEffect("calibration", 1.0, ones, control),))
        for control in (None, sixteen)
    )
    plain, one, none = (posterior_of_change(by_means(each)) for each in (spec, alone, both))
    assert none.quantile == pytest.approx(plain.quantile, abs=1e-6)
    assert one.sd**2 == pytest.approx(plain.sd**2 + 1, rel=0.02)


def test_a_second_run_and_other_rows_give_the_same() -> None:
    spec = campaign([PROJECT[:5], PROJECT[5:]], SITES[:2], [90.0, 60.0], [[1.0, 0.0], [0.0, 1.0]])
    order = np.random.default_rng(1).permutation(8)
    turned = replace(spec, project=ProjectPoints(spec.project.change[order], spec.project.stratum[order]))
    first, again, other = (posterior_of_change(by_means(each)).quantile for each in (spec, spec, turned))
    assert first == again
    assert other == pytest.approx(first, abs=1e-10)


def test_the_ensemble_gives_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = by_means(campaign([PROJECT], SITES, [150.0], [[1.0]] * 4))
    usual = posterior_of_change(spec, checks=False)
    monkeypatch.setattr(exact, "K_HAT_BELOW", -10.0)
    forced = posterior_of_change(spec, checks=False)
    assert forced.engine == "ensemble"
    assert forced.quantile == pytest.approx(usual.quantile, abs=0.02 * usual.sd)


@pytest.mark.slow
@pytest.mark.parametrize("name", FIVE)
def test_nuts_agrees(name: str, designs: dict[str, Design]) -> None:
    spec = by_means(designs[name]())
    found = posterior_of_change(spec, checks=False)
    nuts = sample_with_pymc(spec, Settings(draws=1000, tune=1000, chains=2, target_accept=0.95))
    error = float(np.hypot(found.monte_carlo_error, nuts.monte_carlo_error))
    assert abs(nuts.quantile - found.quantile) < 3 * error


def test_what_shows_no_spread_is_refused_in_words() -> None:
    lone = campaign([PROJECT], [[1.0]], [150.0], [[1.0]])
    with pytest.raises(ValueError, match="one control site with one point"):
        by_means(lone)
    with pytest.raises(ValueError, match="without a control site"):
        by_means(campaign([PROJECT[:4], PROJECT[4:]], SITES[:1], [90.0, 60.0], [[1.0, 0.0]]))
    with pytest.raises(ValueError, match="prior must be means or half-normal"):
        with_prior(lone, "flat")  # type: ignore[arg-type]
