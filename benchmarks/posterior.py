"""The exact engine against PyMC to equal Monte Carlo error of the credited quantile, and its cost when large.

Run ``python benchmarks/posterior.py`` (some minutes). Ratios are taken in one run on one machine, in time of the
processor, which other jobs do not change; times are there to show the order of size. At 1e4 fields NUTS is not run to
its end: the time of one gradient is measured, and the steps a draw takes and the effective draws it gives are those of
1e3 fields, where both were measured.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np

from mollisol.uncertainty.posterior.declaration import (
    ControlPoints,
    ProjectPoints,
    SharedEffect,
    Strata,
)
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.specification import Specification

TARGET = 0.01
NORMAL = 1.2964
"""Standard error of the 1/3 quantile of n draws, times sqrt(n), in sd of a normal: sqrt(p (1 - p)) / density."""
STRATA = 4
BATCHES = 3


def project_of(fields: int, points: int, *, by_point: bool = False, seed: int = 5) -> Specification:
    """Four strata, two laboratory methods, three batches, a tenth as many control sites (at least 30).

    With ``by_point`` a calibration error goes with each point's own value, so that no two fields are alike.
    """
    dice = np.random.default_rng(seed)
    field = np.repeat(np.arange(fields), points)
    stratum = field % STRATA
    kind = dice.integers(0, 2, field.size)
    batch = dice.integers(0, BATCHES, fields)[field]
    sites = max(30, fields // 10)
    site = np.repeat(np.arange(sites), points)
    control_batch = dice.integers(0, BATCHES, sites)[site]
    change = 2 + 0.8 * dice.normal(size=fields)[field] + 1.2 * dice.normal(size=field.size)
    control = 0.3 + 0.6 * dice.normal(size=sites)[site] + 1.2 * dice.normal(size=site.size)
    shared = [
        SharedEffect(f"batch {k}", 0.2, (batch == k).astype(float), (control_batch == k).astype(float))
        for k in range(BATCHES)
    ]
    if by_point:
        shared.append(SharedEffect("density calibration", 0.05, change - 2, control - 0.3))
    return Specification(
        strata=Strata(np.array([4.0, 3.0, 2.0, 1.0]), np.full(STRATA, 2.5 * fields)),
        project=ProjectPoints(change, stratum, field, kind),
        control=ControlPoints(control, site, np.eye(STRATA)[np.arange(sites) % STRATA]),
        measurement_sd=np.array([0.3, 0.6]),
        shared=tuple(shared),
    )


def exact_seconds(specification: Specification, repeats: int) -> tuple[float, float, float, float]:
    """Give the engine's median time of the processor, its quantile, error and sd."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        found = posterior_of_change(specification, checks=False)
        times.append(time.process_time() - start)
    return float(np.median(times)), found.quantile, found.monte_carlo_error, found.sd


def ratio(fields: int, points: int) -> tuple[float, float]:
    """Print the ratio at one size; gives steps of a draw, and effective draws of the quantile to a draw."""
    from mollisol.uncertainty.posterior.pymc_model import Settings, sample_with_pymc

    specification = project_of(fields, points)
    seconds, quantile, error, sd = exact_seconds(specification, 5)
    settings = Settings(draws=1000, tune=1000, chains=2, cores=1, target_accept=0.8)
    start, clock = time.process_time(), time.perf_counter()
    nuts = sample_with_pymc(specification, settings)
    whole, wall = time.process_time() - start, time.perf_counter() - clock
    sampling = whole / wall * float(nuts.tree["sample_stats"].attrs.get("sampling_time", wall))
    share = nuts.monte_carlo_error / nuts.sd
    drawing = 0.5 * sampling
    wanted = whole - drawing + drawing * max(1.0, (share / TARGET) ** 2)
    without_set_up = drawing * (share / TARGET) ** 2
    apart = abs(nuts.quantile - quantile) / np.hypot(nuts.monte_carlo_error, error)
    print(
        f"{fields:7d} fields x {points}: exact {seconds:.3f} s (error {error / sd:.3%} of sd); PyMC point form "
        f"{whole:.1f} s for {share:.1%}, so {wanted:.0f} s for {TARGET:.0%}: ratio {wanted / seconds:.0f} "
        f"({without_set_up / seconds:.0f} without compiling and tuning); quantiles {apart:.1f} errors apart; "
        f"R-hat {max(row.r_hat for row in nuts.diagnostics):.3f}, divergences {nuts.divergences}",
        flush=True,
    )
    steps = float(nuts.tree["sample_stats"]["n_steps"].values.mean())
    return steps, (NORMAL / share) ** 2 / nuts.reduction.size


def bound(fields: int, points: int, steps: float, effective: float) -> None:
    """Print the ratio at one size from the time of a gradient of the point form; compiling and tuning left out."""
    from mollisol.uncertainty.posterior.pymc_model import build_model

    specification = project_of(fields, points)
    seconds, _, error, sd = exact_seconds(specification, 5)
    model, _ = build_model(specification)
    start = time.process_time()
    function = model.logp_dlogp_function(ravel_inputs=True)
    function.set_extra_values({})
    at = np.random.default_rng(0).normal(0, 0.1, sum(int(np.prod(v.type.shape)) for v in model.value_vars))
    function(at)
    compiling = time.process_time() - start
    start = time.process_time()
    for _ in range(200):
        function(at)
    gradient = (time.process_time() - start) / 200
    draws = (NORMAL / TARGET) ** 2 / effective
    wanted = draws * steps * gradient
    print(
        f"{fields:7d} fields x {points}: exact {seconds:.3f} s (error {error / sd:.3%} of sd); PyMC point form: "
        f"compiling {compiling:.0f} s, a gradient {gradient * 1e3:.2f} ms; {draws:.0f} draws of {steps:.0f} steps (as "
        f"at 1e3 fields) take {wanted:.0f} s for {TARGET:.0%}: ratio {wanted / seconds:.0f}, and "
        f"{draws * gradient / seconds:.0f} were every draw one step",
        flush=True,
    )


def alone(fields: int, points: int, by_point: bool) -> None:
    """Print time and peak memory of one project, as JSON, in a process of its own."""
    specification = project_of(fields, points, by_point=by_point)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    found = posterior_of_change(specification, checks=False)
    middle = time.perf_counter()
    posterior_of_change(specification)
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "seconds": middle - start,
                "seconds_with_checks": end - middle,
                "peak_mb": peak / 1024,
                "data_mb": before / 1024,
                "error_of_sd": found.monte_carlo_error / found.sd,
                "k_hat": found.k_hat,
                "draws": found.draws,
            }
        )
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratios", action="store_true", help="the ratios alone")
    parser.add_argument("--alone", nargs=3, type=int, metavar=("FIELDS", "POINTS", "BY_POINT"))
    given = parser.parse_args()
    if given.alone:
        alone(given.alone[0], given.alone[1], bool(given.alone[2]))
        return
    for fields, points in () if given.ratios else ((1000, 5), (10_000, 10), (100_000, 10)):
        for by_point in (0, 1):
            call = [sys.executable, __file__, "--alone", str(fields), str(points), str(by_point)]
            done = subprocess.run(call, capture_output=True, text=True, check=True)  # noqa: S603
            found = json.loads(done.stdout)
            print(
                f"{fields:7d} fields x {points}, {'calibration by point' if by_point else 'batches'}: "
                f"{found['seconds']:.2f} s, then with all checks {found['seconds_with_checks']:.2f} s; peak "
                f"{found['peak_mb']:.0f} MB (data {found['data_mb']:.0f}); error {found['error_of_sd']:.3%} of sd",
                flush=True,
            )
    ratio(100, 5)
    bound(10_000, 10, *ratio(1000, 5))


if __name__ == "__main__":
    main()
