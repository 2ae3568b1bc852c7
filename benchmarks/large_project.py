"""Report of a project of 1,000 units in every format: time of each, size of the page; bars from the design.

The project is constructed: 1,000 units of one stratum each with outlines and points, control sites in groups of three,
two campaigns of two increments. Run it as ``python benchmarks/large_project.py``; ``--out DIR`` keeps what was made.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path

import numpy as np

CAMPAIGNS = ("2021", "2026")
POINTS_PER_UNIT = 3
SITES_PER_GROUP = 3
GROUPS = 10
POINTS_PER_SITE = 3
DEPTHS = (("0", "30", "1.35", 1.0), ("30", "50", "1.45", 0.5))
SIDE_DEG = 0.004
FORMATS = ("html", "pdf", "docx", "xlsx", "csv", "json")
LONGEST_SECONDS = 60.0
LARGEST_PAGE_BYTES = 5_000_000


def make_project(folder: Path, units: int) -> None:
    """Write the project."""
    subprocess.run([_mollisol(), "new", str(folder)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    head = (folder / "project.toml").read_text(encoding="utf-8")
    head = head.replace('kind = "placeholder"', 'kind = "constructed"\ngeometry_file = "units.geojson"')
    (folder / "project.toml").write_text(head, encoding="utf-8")
    names = [f"U{number:04d}" for number in range(units)]
    sites = [f"C{group}-{number}" for group, number in product(range(GROUPS), range(SITES_PER_GROUP))]
    corners = dict(zip(names, _corners(units), strict=True))
    points = [
        (f"{name}.{p}", name, "", *_inside(corners[name], p))
        for name, p in product(names, range(POINTS_PER_UNIT))
    ]
    points += [
        (f"{site}.{p}", "", site, -1.02, 51.9 + 0.01 * number)
        for number, site in enumerate(sites)
        for p in range(POINTS_PER_SITE)
    ]
    areas = {name: round(_area_ha(corner), 2) for name, corner in corners.items()}
    _write(folder, "quantification_units", "quantification_unit,approach,area_ha",
           [(name, "measure_and_remeasure", area) for name, area in areas.items()])  # fmt: skip
    _write(
        folder, "strata", "stratum,quantification_unit,area_ha", [(n, n, area) for n, area in areas.items()]
    )
    _write(
        folder,
        "control_sites",
        "control_site,managed_by,distance_km",
        [(s, "a neighbour", 10) for s in sites],
    )
    links = [
        (f"C{number % GROUPS}-{site}", name)
        for number, name in enumerate(names)
        for site in range(SITES_PER_GROUP)
    ]
    _write(folder, "control_links", "control_site,stratum", links)
    _write(folder, "sample_points", "point,stratum,control_site,sampling_unit,longitude_deg,latitude_deg",
           [(point, unit, site, point, x, y) for point, unit, site, x, y in points])  # fmt: skip
    _write(folder, "core_increments",
           "campaign,point,sample,sampled_on,upper_cm,lower_cm,soc_g_per_kg,laboratory_method,"
           "fine_soil_density_g_per_cm3", _cores([(p[0], p[2]) for p in points]))  # fmt: skip
    schedule = (folder / "schedule_of_activities.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split(",")[1:] for line in schedule[1:]]
    _write(folder, "schedule_of_activities", schedule[0], [(name, *row) for name in names for row in rows])
    features = [
        {
            "type": "Feature",
            "properties": {"stratum": name},
            "geometry": {"type": "Polygon", "coordinates": [_ring(c)]},
        }
        for name, c in corners.items()
    ]
    outlines = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "units.geojson").write_text(outlines, encoding="utf-8")


def _corners(units: int) -> Iterator[tuple[float, float]]:
    across = math.ceil(math.sqrt(units))
    for number in range(units):
        yield -1.0 + 1.25 * SIDE_DEG * (number % across), 52.0 + 1.25 * SIDE_DEG * (number // across)


def _ring(corner: tuple[float, float]) -> list[tuple[float, float]]:
    x, y = corner
    return [(x, y), (x + SIDE_DEG, y), (x + SIDE_DEG, y + SIDE_DEG), (x, y + SIDE_DEG), (x, y)]


def _area_ha(corner: tuple[float, float]) -> float:
    from pyproj import Geod

    xs, ys = zip(*_ring(corner), strict=True)
    return abs(float(Geod(ellps="WGS84").polygon_area_perimeter(xs, ys)[0])) / 10_000


def _inside(corner: tuple[float, float], number: int) -> tuple[float, float]:
    step = SIDE_DEG * (number + 1) / (POINTS_PER_UNIT + 1)
    return round(corner[0] + step, 6), round(corner[1] + step, 6)


def _cores(points: Sequence[tuple[str, str]]) -> Iterable[tuple[object, ...]]:
    dice = np.random.default_rng(1)
    level = 14.0 + 0.8 * (np.arange(len(points)) % POINTS_PER_UNIT - 1) + dice.normal(0, 0.05, len(points))
    for campaign in CAMPAIGNS:
        gain = 1.2 * (campaign == CAMPAIGNS[-1])
        for place, (point, site) in enumerate(points):
            sample, day = f"{point}-{campaign}", f"{campaign}-10-01"
            noise = dice.normal(1, 0.01, (len(DEPTHS), 2)).tolist()
            for (upper, lower, density, share), (carbon, weight) in zip(DEPTHS, noise, strict=True):
                content = (level[place] + (0.0 if site else gain)) * share * carbon
                soil = float(density) * weight
                yield (campaign, point, sample, day, upper, lower, f"{content:.2f}", "dumas", f"{soil:.2f}")


def _write(folder: Path, table: str, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
        file.write(header + "\n")
        csv.writer(file, lineterminator="\n").writerows(rows)


def _mollisol() -> str:
    return str(Path(sys.executable).with_name("mollisol"))


def _timed(*command: str) -> tuple[float, float]:
    """Run a command; give seconds on the clock and of the processor."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([_mollisol(), *command], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode not in {0, 3}:
        raise SystemExit(f"mollisol {command[0]} gave {done.returncode}:\n{done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, used


def _told(name: str, found: tuple[float, float], bar: str = "") -> None:
    print(f"  {name:20}{found[0]:7.1f} s {found[1]:7.1f} s processor  {bar}", flush=True)


def main() -> int:
    """Measure, print the table, and give 1 where a bar is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=None, help="keep project, bundle and report here")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = wanted.out or Path(scratch)
        project, bundle, report = folder / "project", folder / "bundle", folder / "report"
        make_project(project, wanted.units)
        print(f"{wanted.units:,} units; seconds of the whole command")
        _told("run, analytic", _timed("run", str(project), "--out", str(bundle), "--route", "analytic"))
        for name in FORMATS:
            _told(f"report, {name}", _timed("report", str(bundle), "--format", name, "--out", str(report)))
        everything = _timed("report", str(bundle), "--format", ",".join(FORMATS), "--out", str(report))
        _told("report, all", everything, f"bar {LONGEST_SECONDS:g} s of the processor")
        page = (bundle / "report.html").stat().st_size
        print(f"  report.html         {page / 1e6:7.2f} MB  bar {LARGEST_PAGE_BYTES / 1e6:g} MB")
        for path in sorted(report.glob("*.*")):
            print(f"  {path.name:18}{path.stat().st_size / 1e6:9.2f} MB")
    met = everything[1] < LONGEST_SECONDS and page < LARGEST_PAGE_BYTES
    print("bars met" if met else "a bar is broken")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
