"""Time and memory of `mollisol check` and `run` on 100,000 core rows, and of `--help`; bars from the design.

Each command runs as a process of its own, as a user starts it; the table tells the ratio to a yardstick that runs
on the same machine in the same minute. Run it as ``python benchmarks/check.py``.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

STRATA = 50
CONTROLS_PER_STRATUM = 2
POINTS_PER_CONTROL = 10
CAMPAIGNS = ("2021", "2026")
DEPTHS = (("0", "30", "1.35", 1.0), ("30", "50", "1.45", 0.5))
HELP_YARDSTICK = "import pydantic, typer"
CSV_YARDSTICK = "import csv, sys\nfor row in csv.reader(open(sys.argv[1], newline='')): pass"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process took."""

    seconds: float
    processor_seconds: float
    peak_mb: float
    exit_code: int


def measure(command: Sequence[str], *, repeats: int = 3) -> Measured:
    """Run a command some times and give the fastest run; memory is the largest resident size of any run."""
    best, processor, peak, code = float("inf"), float("inf"), 0.0, 0
    for _ in range(repeats):
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        best = min(best, time.perf_counter() - start)
        processor = min(processor, usage.ru_utime + usage.ru_stime)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        peak = max(peak, _megabytes(usage))
    return Measured(best, processor, peak, code)


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def make_project(folder: Path, rows: int) -> int:
    """Write a project of about so many core rows; give how many there are."""
    per_point = len(CAMPAIGNS) * len(DEPTHS)
    controls = STRATA * CONTROLS_PER_STRATUM * POINTS_PER_CONTROL
    per_stratum = (rows // per_point - controls) // STRATA
    points = [(f"S{s}-{p}", f"S{s}", "") for s, p in product(range(STRATA), range(per_stratum))]
    sites = [f"C{s}-{c}" for s, c in product(range(STRATA), range(CONTROLS_PER_STRATUM))]
    points += [(f"{site}-{p}", "", site) for site, p in product(sites, range(POINTS_PER_CONTROL))]
    subprocess.run([_mollisol(), "new", str(folder)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    area = 40
    _write(
        folder / "quantification_units.csv",
        "quantification_unit,approach,area_ha",
        [("PLACEHOLDER-unit", "measure_and_remeasure", STRATA * area)],
    )
    _write(
        folder / "strata.csv",
        "stratum,quantification_unit,area_ha",
        ((f"S{s}", "PLACEHOLDER-unit", area) for s in range(STRATA)),
    )
    _write(
        folder / "control_sites.csv",
        "control_site,managed_by,distance_km",
        ((site, "the same manager", 10) for site in sites),
    )
    _write(
        folder / "control_links.csv",
        "control_site,stratum",
        ((site, "S" + site.removeprefix("C").split("-")[0]) for site in sites),
    )
    _write(
        folder / "sample_points.csv",
        "point,stratum,control_site,sampling_unit",
        ((point, stratum, site, point) for point, stratum, site in points),
    )
    _write(
        folder / "core_increments.csv",
        "campaign,point,sample,sampled_on,upper_cm,lower_cm,soc_g_per_kg,laboratory_method,"
        "fine_soil_density_g_per_cm3",
        _cores(points),
    )
    return len(points) * per_point


def _cores(points: Sequence[tuple[str, str, str]]) -> Iterator[tuple[object, ...]]:
    for campaign, (number, (point, _, site)) in product(CAMPAIGNS, enumerate(points)):
        gain = 0.8 if campaign == CAMPAIGNS[-1] and not site else 0.0
        carbon = 14.0 + (number * 7919 % 401) / 100 + gain
        for upper, lower, density, share in DEPTHS:
            yield (
                campaign,
                point,
                f"{point}-{campaign}",
                f"{campaign}-10-01",
                upper,
                lower,
                f"{carbon * share:.2f}",
                "dumas",
                density,
            )


def _write(path: Path, header: str, rows: object) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(header + "\n")
        csv.writer(file, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]


def _mollisol() -> str:
    return str(Path(sys.executable).with_name("mollisol"))


def _line(name: str, found: Measured, bar: str, yardstick: str, ratio: float) -> str:
    return f"{_figures(name, found)}   {bar:14} {ratio:7.1f} x {yardstick}"


def _figures(name: str, found: Measured) -> str:
    times = f"{found.seconds:7.2f} s {found.processor_seconds:7.2f} s processor"
    return f"{name:22} {times} {found.peak_mb:7.0f} MB"


def main(tell: Callable[[str], None] = print) -> int:
    """Measure, print the table, and give 1 where a bar is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="core rows of the generated project")
    wanted = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        project, out = Path(name) / "project", Path(name) / "bundle"
        rows = make_project(project, wanted)
        plain = measure([sys.executable, "-c", CSV_YARDSTICK, str(project / "core_increments.csv")])
        check = measure([_mollisol(), "check", str(project)])
        run = measure([_mollisol(), "run", str(project), "--out", str(out)], repeats=1)
    libraries = measure([sys.executable, "-c", HELP_YARDSTICK], repeats=7)
    help_ = measure([_mollisol(), "--help"], repeats=7)
    tell(f"{rows:,} core rows; fastest of 3 (--help of 7, run of 1); peak memory of the process")
    tell(_figures("csv.reader alone", plain))
    tell(_line("mollisol check", check, "5 s, 500 MB", "csv.reader alone", check.seconds / plain.seconds))
    tell(_line("mollisol run", run, "none", "csv.reader alone", run.seconds / plain.seconds))
    tell(_figures(HELP_YARDSTICK, libraries))
    tell(_line("mollisol --help", help_, "0.3 s", HELP_YARDSTICK, help_.seconds / libraries.seconds))
    met = check.seconds < 5 and check.peak_mb < 500 and help_.seconds < 0.3
    finished = check.exit_code == 0 and run.exit_code in {0, 3} and help_.exit_code == 0
    tell("bars met" if met else "a bar is broken")
    if not finished:
        tell(f"exit codes: check {check.exit_code}, run {run.exit_code}, --help {help_.exit_code}")
    return 0 if met and finished else 1


if __name__ == "__main__":
    raise SystemExit(main())
