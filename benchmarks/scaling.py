"""Cost of each command on projects of 100, 1,000 and 10,000 units, with ``BENCH=full`` on one of 100,000 too.

Processor seconds and peak memory of the whole command, bytes that it wrote, the exponent with which the cost above that
of the smallest project grows, and the ratio to reading the same tables with ``csv.reader`` alone. Only exponents are
bars: a loaded machine does not move them much. Run it as ``python benchmarks/scaling.py``.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from check import Measured, measure
from large_project import make_project

UNITS = (100, 1_000, 10_000)
FULL = (*UNITS, 100_000)
EXPONENT = 1.1
COMMANDS = ("check", "run", "verify", "explain", "report")
READ = (
    "import csv, sys, pathlib\\nfor path in pathlib.Path(sys.argv[1]).glob('*.csv'):\\n"
    " for row in csv.reader(open(path, newline='')): pass"
)


def bytes_in(folder: Path) -> int:
    """Return the bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure_all(units: int, wanted: tuple[str, ...], tell: Callable[[str], None]) -> dict[str, Measured]:
    """Make a project of so many units and measure each command on it; `run` itself refuses what nothing would open."""
    mollisol = str(Path(sys.executable).with_name("mollisol"))
    with tempfile.TemporaryDirectory() as name:
        project, bundle = Path(name) / "project", Path(name) / "bundle"
        make_project(project, units)
        arguments = {
            "check": [str(project)],
            "run": [str(project), "--out", str(bundle)],
            "verify": [str(bundle)],
            "explain": [str(bundle), "periods.1.verified_total_t_co2e"],
            "report": [str(bundle), "--format", "csv,json", "--out", str(Path(name) / "report")],
        }
        plain = measure([sys.executable, "-c", READ, str(project)], repeats=1)
        found = {}
        for command in wanted:
            before = bytes_in(Path(name))
            one = found[command] = measure([mollisol, command, *arguments[command]], repeats=1)
            ratio = one.processor_seconds / plain.processor_seconds
            written = (bytes_in(Path(name)) - before) / 1e6
            tell(
                f"{units:9,} units  {command:8} {one.processor_seconds:8.2f} s processor {one.peak_mb:7.0f} MB "
                f"{ratio:7.1f} x csv.reader alone, exit {one.exit_code}, wrote {written:.1f} MB"
            )
    return found


def exponents(found: dict[int, dict[str, Measured]], command: str) -> list[float]:
    """Return with which power of the units the cost above that of the smallest project grows, from size to size."""
    sizes = [units for units in sorted(found) if command in found[units]]
    least = found[sizes[0]][command].processor_seconds
    above = {units: max(found[units][command].processor_seconds - least, 1e-3) for units in sizes[1:]}
    return [
        math.log(above[large] / above[small]) / math.log(large / small)
        for small, large in pairwise(sizes[1:])
    ]


def main(tell: Callable[[str], None] = print) -> int:
    """Measure, print the table, and give 1 where a cost grows faster than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--units", type=int, nargs="*", default=FULL if os.environ.get("BENCH") == "full" else UNITS
    )
    parser.add_argument("--commands", nargs="*", default=COMMANDS)
    wanted = parser.parse_args()
    found = {units: measure_all(units, tuple(wanted.commands), tell) for units in wanted.units}
    met = True
    for command in wanted.commands:
        grown = exponents(found, command)
        met &= all(exponent <= EXPONENT for exponent in grown)
        tell(f"{command:8} exponent {', '.join(f'{exponent:.2f}' for exponent in grown) or 'of one size'}")
    tell("bars met" if met else "a bar is broken")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
