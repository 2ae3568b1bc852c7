"""Effective draws per second of three ways to calibrate, on the same density; CPU time, as ratios in one run.

Run with ``.venv/bin/python benchmarks/calibration.py``. The density is that of two Canadian experiments (E3 and E7)
under the plan of ``examples/canada-trials``: 9 sampled quantities, deviations integrated out.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from mollisol.trials.calibrate import read_for_calibration
from mollisol.uncertainty.calibration.diagnostics import diagnose
from mollisol.uncertainty.calibration.problem import Problem
from mollisol.uncertainty.calibration.sampler import Chains, SamplerSettings, sample

ROOT = Path(__file__).resolve().parents[1]
STEP = 1e-5


def problem() -> Problem:
    """Give the density."""
    trials, plan, _ = read_for_calibration(ROOT / "examples" / "canada-trials")
    if trials is None or plan is None:
        raise SystemExit("the example cannot be read")
    return Problem(trials.only(frozenset({"E3", "E7"})), plan)


def chains(of: Problem, *, independent: float, generations: int) -> dict[str, Any]:
    """Measure the chains that are shipped; without independent moves they are DE-MCz alone."""
    settings = replace(
        SamplerSettings(), independent=independent, least=generations, most=generations, ess=1e9
    )
    rng = np.random.default_rng(1)
    begun = time.process_time()
    state = Chains.begin(lambda n: of.priors.draw(n, rng), of.log_density, settings)
    done, verdict = sample(state, of.log_density, settings, seed=1)
    return _row(
        time.process_time() - begun, verdict.ess_bulk, verdict.ess_tail, verdict.r_hat, len(done.kept)
    )


def nuts(of: Problem, *, tune: int, draws: int) -> dict[str, Any]:
    """Measure PyMC's NUTS, its gradient by central differences that the kernel runs as one batch."""
    import pymc as pm
    import pytensor.tensor as pt
    from pytensor.graph.basic import Apply
    from pytensor.graph.op import Op

    size = len(of.priors.names)
    ends = STEP * np.concatenate([np.eye(size), -np.eye(size)])

    class Gradient(Op):  # type: ignore[misc]
        """Gradient of the log density."""

        def make_node(self, point: Any) -> Any:
            return Apply(self, [pt.as_tensor(point)], [pt.dvector()])

        def perform(self, node: Any, inputs: Any, outputs: Any) -> None:
            values = of.log_density(inputs[0] + ends)
            outputs[0][0] = (values[:size] - values[size:]) / (2.0 * STEP)

    class Density(Op):  # type: ignore[misc]
        """Log density."""

        def make_node(self, point: Any) -> Any:
            return Apply(self, [pt.as_tensor(point)], [pt.dscalar()])

        def perform(self, node: Any, inputs: Any, outputs: Any) -> None:
            outputs[0][0] = np.asarray(of.log_density(inputs[0][None])[0])

        def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> Any:
            return [cotangents[0] * Gradient()(inputs[0])]

        def grad(self, inputs: Any, gradients: Any) -> Any:
            return [gradients[0] * Gradient()(inputs[0])]

    rng = np.random.default_rng(1)
    tries = of.priors.draw(200, rng)
    start = tries[np.argmax(of.log_density(tries))]
    begun = time.process_time()
    with pm.Model():
        point = pm.Flat("point", shape=size, initval=start)
        pm.Potential("density", Density()(point))
        trace = pm.sample(
            draws, tune=tune, chains=2, cores=1, random_seed=1, progressbar=False, nuts_sampler="pymc"
        )
    spent = time.process_time() - begun
    verdict = diagnose(np.moveaxis(np.asarray(trace.posterior["point"]), 0, 1))
    return _row(spent, verdict.ess_bulk, verdict.ess_tail, verdict.r_hat, draws)


def _row(seconds: float, bulk: Any, tail: Any, r_hat: Any, kept: int) -> dict[str, Any]:
    least = float(min(bulk.min(), tail.min()))
    return {
        "cpu_s": round(seconds, 1),
        "kept": kept,
        "least_ess": round(least),
        "r_hat": round(float(r_hat.max()), 3),
        "ess_per_cpu_s": round(least / seconds, 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generations", type=int, default=600)
    parser.add_argument("--tune", type=int, default=200)
    parser.add_argument("--draws", type=int, default=200)
    a = parser.parse_args()
    of = problem()
    of.log_density(of.priors.draw(4, np.random.default_rng(0)))
    for name, run in (
        ("chains with independent moves", lambda: chains(of, independent=0.8, generations=a.generations)),
        ("DE-MCz alone", lambda: chains(of, independent=0.0, generations=a.generations)),
        ("PyMC NUTS, batched differences", lambda: nuts(of, tune=a.tune, draws=a.draws)),
    ):
        print(json.dumps({"method": name, **run()}), flush=True)


if __name__ == "__main__":
    main()
