"""Speed of the soil models: ratios to yardsticks that run in the same minute, scaling, and the distance to the machine.

Run it as ``python benchmarks/models.py``; ``--json FILE`` writes the figures as well, ``--quick`` takes smaller sizes.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from mollisol.quantification.models.linear.kernel import Computing, Engine
from mollisol.quantification.models.rothc.model import RothCForcing, RothCParameters, run_rothc
from mollisol.quantification.models.rothc.start import steady_rothc

START = np.array([0.2, 5.0, 0.7, 28.0])
REFERENCE_PROGRAM = 9.8e3
"""Site-months per second of Rothamsted's program in its spin-up, as measured once for the study behind this."""
BYTES_PER_SITE_MONTH = 8 * 8
"""Seven streams read and one total written, in double precision."""
BIG = {"fields": 1000, "draws": 500, "months": 240}


def best(work: Callable[[], object], seconds: float = 1.5) -> float:
    """Give the shortest time of the runs that fit in some seconds, four at least, after one to warm up [s].

    The shortest is the one that other work on the machine disturbed least.
    """
    work()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 4 or time.perf_counter() < end:
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def forcing(sites: int, months: int, *, cells: int = 0) -> RothCForcing:
    """Give streams of which no two sites share one; with cells, weather is shared."""
    rng = np.random.default_rng(0)
    shape, weather = (months, sites), (months, cells or sites)
    return RothCForcing(
        tmean_c=10.0 + 8.0 * rng.standard_normal(weather),
        rain_mm=60.0 * rng.random(weather),
        pan_evaporation_mm=90.0 * rng.random(weather),
        plant_c_t_ha=0.3 * rng.random(shape),
        manure_c_t_ha=0.1 * rng.random(shape),
        covered=(rng.random(shape) > 0.4).astype(np.float64),
        dpm_rpm_ratio=np.where(rng.random(shape) > 0.5, 1.44, 0.67),
        clay_percent=10.0 + 30.0 * rng.random(sites),
        depth_cm=30.0,
        cell=np.arange(sites) % cells if cells else None,
    )


def plain_loop(months: int) -> float:
    """Run one site month by month on Python floats, as a reader of the manual would write it; give the last total."""
    rng = np.random.default_rng(0)
    t, rain, pan, plant = (rng.random(months).tolist() for _ in range(4))
    green = (rng.random(months) > 0.4).tolist()
    dpm, rpm, bio, hum = START.tolist()
    x = 1.67 * (1.85 + 1.6 * math.exp(-0.0786 * 20.0))
    driest, s = -(20.0 + 26.0 - 4.0) * 30.0 / 23.0, 0.0
    for m in range(months):
        a = 47.91 / (1.0 + math.exp(106.06 / (20.0 * t[m] + 18.27)))
        w = min(0.0, s + 90.0 * rain[m] - 75.0 * pan[m])
        s = max(driest, w) if green[m] else max(min(0.556 * driest, s), w)
        b = 1.0 if s > 0.444 * driest else 0.2 + 0.8 * (driest - s) / (0.556 * driest)
        q = a * b * (0.6 if green[m] else 1.0) / 12.0
        keep = [math.exp(-k * q) for k in (10.0, 0.3, 0.66, 0.02)]
        lost = dpm * (1 - keep[0]) + rpm * (1 - keep[1]) + bio * (1 - keep[2]) + hum * (1 - keep[3])
        dpm = dpm * keep[0] + 0.59 * plant[m]
        rpm = rpm * keep[1] + 0.41 * plant[m]
        bio = bio * keep[2] + 0.46 / (1.0 + x) * lost
        hum = hum * keep[3] + 0.54 / (1.0 + x) * lost
    return dpm + rpm + bio + hum


def stream_rate() -> float:
    """Give the memory traffic of adding two large arrays on two threads [bytes/s]."""
    n = 8_000_000
    a, b, c = np.ones(n), np.ones(n), np.empty(n)
    half = n // 2

    def part(lo: int, hi: int) -> None:
        np.add(a[lo:hi], b[lo:hi], out=c[lo:hi])

    with ThreadPoolExecutor(2) as pool:
        seconds = best(lambda: list(pool.map(part, (0, half), (half, n))))
    return 3 * 8 * n / seconds


def rate(sites: int, months: int, engine: Engine, threads: int = 2, every: int = 12, cells: int = 0) -> float:
    """Give site-months per second."""
    given, numbers = forcing(sites, months, cells=cells), RothCParameters()
    options: dict[str, Any] = {"engine": Computing(engine, threads=threads), "every": every}
    return sites * months / best(lambda: run_rothc(given, numbers, start_t_ha=START, **options))


def draws_run(kind: str, *, fields: int, draws: int, months: int) -> Callable[[], object]:
    """Give a run of many draws: of the input, of a rate as well, or of all rates."""
    rng = np.random.default_rng(1)
    by_draw, by_both = rng.lognormal(0.0, 0.1, (1, draws)), rng.lognormal(0.0, 0.1, (fields, draws))
    numbers = {
        "input": RothCParameters(input_multiplier=by_both),
        "input, k_HUM and partition": RothCParameters(
            input_multiplier=by_both, k_hum_per_yr=0.02 * by_draw, partition_scale=1.67 * by_draw
        ),
        "all rates": RothCParameters(rate_multiplier=by_draw),
    }[kind]
    given = forcing(fields, months)
    return lambda: run_rothc(given, numbers, start_t_ha=START, engine="compiled")


def big_in_a_process() -> dict[str, float]:
    """Run the large case in a process of its own; give seconds (compiled code already kept) and peak memory."""
    script = f"import runpy; runpy.run_path({str(Path(__file__))!r})['big']()"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603
    return dict(json.loads(done.stdout))


def peak_mb() -> float:
    """Give the peak memory of this process [MB]; the resource usage would count that of the process that started it."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def big() -> None:
    """Print seconds and peak memory of the large case."""
    given = draws_run("input, k_HUM and partition", **BIG)
    begin = time.perf_counter()
    given()
    first = time.perf_counter() - begin
    peak = peak_mb()
    print(json.dumps({"seconds_first": first, "seconds": best(given), "peak_mb": peak}))


def measure(*, quick: bool) -> dict[str, Any]:
    """Take all figures."""
    months = 240 if quick else 1200
    loop = 20_000
    figures: dict[str, Any] = {
        "load": os.getloadavg()[0],
        "plain_loop": loop / best(lambda: plain_loop(loop)),
        "stream": stream_rate(),
    }
    n = 4_000_000
    values, out = -np.random.default_rng(0).random(n), np.empty(n)
    figures["numpy_exp"] = n / best(lambda: np.exp(values, out=out))
    figures["numpy"] = {s: rate(s, months, "numpy") for s in (10, 100, 1000, 10_000)}
    figures["compiled_1"] = {s: rate(s, months, "compiled", 1) for s in (100, 1000, 10_000)}
    figures["compiled_2"] = {s: rate(s, months, "compiled", 2) for s in (100, 1000, 10_000)}
    figures["compiled_2_monthly"] = rate(10_000, months, "compiled", 2, every=1)
    figures["compiled_2_cells"] = rate(10_000, months, "compiled", 2, cells=100)
    figures["months"] = {m: rate(2000, m, "compiled") for m in (24, 120, 600, 2400 if not quick else 1200)}
    figures["draws"] = {
        d: 200 * 240 * d / best(draws_run("input", fields=200, draws=d, months=240)) for d in (1, 8, 64, 512)
    }
    kinds = ("input", "input, k_HUM and partition", "all rates")
    count = BIG["fields"] * BIG["draws"] * BIG["months"]
    figures["big"] = {kind: count / best(draws_run(kind, **BIG)) for kind in kinds}
    figures["big_process"] = big_in_a_process()
    one, numbers = forcing(1, 1200), RothCParameters()
    figures["one_site_ms"] = 1e3 * best(lambda: run_rothc(one, numbers, start_t_ha=START))
    year = forcing(10_000, 12)
    figures["steady"] = 10_000 / best(lambda: steady_rothc(year, numbers))
    figures["steady_target"] = 10_000 / best(lambda: steady_rothc(year, numbers, target_t_ha=500.0))
    return figures


def bars(f: dict[str, Any]) -> list[tuple[str, float, float, bool]]:
    """Give what was asked for: name, found, asked, met."""
    at_least = [
        ("NumPy, 1,000 sites, site-months/s", f["numpy"][1000], 1.5e7),
        ("NumPy, 10,000 sites, site-months/s", f["numpy"][10_000], 1.5e7),
        ("compiled, two threads, 1,000 sites, site-months/s", f["compiled_2"][1000], 5e7),
        ("compiled, two threads, 10,000 sites, site-months/s", f["compiled_2"][10_000], 5e7),
        ("exact steady state, sites/s", f["steady"], 2e5),
        ("NumPy at 1,000 sites over a plain Python loop, ratio", f["numpy"][1000] / f["plain_loop"], 15.0),
    ]
    at_most = [
        ("one site, 100 years, ms", f["one_site_ms"], 5.0),
        ("1,000 fields x 500 draws x 240 months, s", f["big_process"]["seconds"], 10.0),
        ("the same, peak memory, MB", f["big_process"]["peak_mb"], 1000.0),
    ]
    found = [(name, value, bar, value >= bar) for name, value, bar in at_least]
    return found + [(name, value, bar, value <= bar) for name, value, bar in at_most]


def show(f: dict[str, Any]) -> None:
    """Print the figures."""
    print(
        f"plain Python loop {f['plain_loop']:.3g} site-months/s; NumPy exp {f['numpy_exp']:.3g}/s;", end=" "
    )
    print(f"memory {f['stream'] / 1e9:.1f} GB/s on two threads; load before the start {f['load']:.1f}")
    print(f"\n{'engine':34}{'sites':>8}{'site-months/s':>16}{'x loop':>9}{'x RothC_Py':>12}{'of memory':>11}")
    for name, key in (
        ("NumPy", "numpy"),
        ("compiled, 1 thread", "compiled_1"),
        ("compiled, 2 threads", "compiled_2"),
    ):
        for sites, value in f[key].items():
            line(name, sites, value, f)
    line("compiled, 2 threads, each month", 10_000, f["compiled_2_monthly"], f)
    line("compiled, 2 threads, 100 cells", 10_000, f["compiled_2_cells"], f)
    print("\nmonths:  " + ", ".join(f"{m}: {v:.3g}" for m, v in f["months"].items()) + " (2,000 sites)")
    print(
        "draws:   " + ", ".join(f"{d}: {v:.3g}" for d, v in f["draws"].items()) + " (200 sites, input only)"
    )
    for kind, value in f["big"].items():
        print(f"1,000 x 500 x 240, draws of {kind}: {value:.3g} site-months/s")
    print(f"first call in a new process {f['big_process']['seconds_first']:.2f} s")
    print(f"steady state that meets a target: {f['steady_target']:.3g} sites/s")
    print(f"\n{'bar':58}{'found':>12}{'asked':>12}")
    for name, value, bar, met in bars(f):
        print(f"{name:58}{value:12.4g}{bar:12.4g}  {'met' if met else 'MISSED'}")


def line(name: str, sites: int, value: float, f: dict[str, Any]) -> None:
    """Print one row: ratio to the loop, to the reference program's figure, and the share of the memory's rate."""
    share = value * BYTES_PER_SITE_MONTH / f["stream"]
    ratios = f"{value / f['plain_loop']:9.0f}{value / REFERENCE_PROGRAM:12.0f}"
    print(f"{name:34}{sites:8d}{value:16.3g}{ratios}{share:11.0%}")


def main() -> None:
    """Measure, print, and write the figures if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    figures = measure(quick=arguments.quick)
    show(figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
