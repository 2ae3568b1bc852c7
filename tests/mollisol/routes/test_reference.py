"""The reference beside the exact engine: what is written, and that a difference is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.routes import reference as reference_step
from mollisol.run import Run
from mollisol.uncertainty.posterior.pymc_model import Diagnostics, SampledPosterior, Settings
from mollisol.uncertainty.posterior.results import PosteriorResult
from mollisol.uncertainty.posterior.specification import Specification

EXAMPLE = Path(__file__).parents[3] / "examples" / "woburn-ley"


@pytest.fixture(scope="module")
def run() -> Run:
    return run_project(EXAMPLE, route="posterior", seed=5)


def sampler(run: Run, *, errors: float, r_hat: float = 1.0) -> Callable[..., SampledPosterior]:
    """Stand in for NUTS: normal draws about the exact mean, the quantile so many errors away."""
    exact = {id(r.specification): r for r in run.trace.kept(PosteriorResult).values()}

    def sample(specification: Specification, settings: Settings, *, probability: float) -> SampledPosterior:
        result = exact[id(specification)]
        assert probability == result.probability
        draws = np.random.default_rng(settings.seed).normal(result.mean, result.sd, (2, 500))
        nothing: Any = {"sample_stats": {}}
        return SampledPosterior(
            settings=settings,
            reduction=draws,
            components={},
            diagnostics=(Diagnostics("reduction", r_hat, 900.0, 800.0),),
            divergences=0,
            quantile=result.quantile + errors * 0.05,
            monte_carlo_error=float(np.sqrt(0.05**2 - result.monte_carlo_error**2)),
            tree=nothing,
        )

    return sample


@pytest.mark.parametrize(
    ("errors", "r_hat", "verdict", "code"),
    [
        (2.9, 1.0, "pass", None),
        (-3.1, 1.0, "fail", "reference-differs"),
        (5.0, 1.2, "informative", "reference-not-mixed"),
    ],
)
def test_verdicts(
    run: Run,
    errors: float,
    r_hat: float,
    verdict: str,
    code: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reference_step, "sample_with_pymc", sampler(run, errors=errors, r_hat=r_hat))
    results, _, findings = reference_step.sample_references(run.results, run.trace)
    assert [row.verdict for row in results.references] == [verdict, verdict]
    assert results.references[0].difference_in_monte_carlo_errors == pytest.approx(errors)
    assert results.references[0].settings["seed"] == 5
    assert {finding.code for finding in findings} == ({code} if code else set())


def test_the_bundle_has_the_draws_and_names_the_sampler(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_step, "sample_with_pymc", sampler(run, errors=0.0))
    results, draws, _ = reference_step.sample_references(run.results, run.trace)
    files = bundle_files(replace(run, results=results, draws=draws))
    manifest = json.loads(files["manifest.json"])
    assert {"posterior/1.nc", "posterior/2.nc"} <= set(manifest["files"])
    assert "posterior/1.nc: pymc NUTS, chains 4" in manifest["sampler"]
    assert "seed 5, target_accept 0.95, tune 1000" in manifest["sampler"]
    assert not any(name.startswith("posterior/") for name in bundle_files(run))


@pytest.mark.slow
def test_nuts_agrees_with_the_exact_engine_on_the_example(run: Run) -> None:
    results, _, _ = reference_step.sample_references(run.results, run.trace, replace(Settings(), seed=1))
    assert [row.verdict for row in results.references] == ["pass", "pass"]
