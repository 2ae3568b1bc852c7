"""`mollisol verify` against `mollisol run` of the same project: the bar is 1.2 times the run.

Run it as ``python benchmarks/verify.py``; ``--units 0`` leaves the generated project out. Ratios are of processor time,
which other work on the machine moves less than the clock.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from check import measure
from large_project import make_project

BAR = 1.2


def compare(project: Path, out: Path, repeats: int, tell: Callable[[str], None]) -> float:
    """Run a project and verify its bundle, with and without the second implementation; give the larger ratio."""
    mollisol = str(Path(sys.executable).with_name("mollisol"))
    run = measure([mollisol, "run", str(project), "--out", str(out)], repeats=repeats)
    verify = measure([mollisol, "verify", str(out)], repeats=repeats)
    second = measure([mollisol, "verify", str(out), "--independent"], repeats=repeats)
    if (run.exit_code, verify.exit_code, second.exit_code) not in {(0, 0, 0), (3, 0, 0)}:
        tell(f"{project.name}: exit codes {run.exit_code}, {verify.exit_code}, {second.exit_code}")
        return float("inf")
    ratio, other = (found.processor_seconds / run.processor_seconds for found in (verify, second))
    tell(
        f"{project.name:16} run {run.processor_seconds:6.2f} s {run.peak_mb:5.0f} MB; "
        f"verify {verify.processor_seconds:6.2f} s {verify.peak_mb:5.0f} MB, {ratio:.2f} x; "
        f"--independent {second.processor_seconds:6.2f} s, {other:.2f} x"
    )
    return max(ratio, other)


def main(tell: Callable[[str], None] = print) -> int:
    """Measure and give 1 where the bar is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1000, help="units of the generated project")
    units = parser.parse_args().units
    example = Path(str(files("mollisol"))) / "examples" / "woburn-ley"
    with tempfile.TemporaryDirectory() as name:
        worst = compare(example, Path(name) / "small", 3, tell)
        if units:
            project = Path(name) / f"{units}-units"
            make_project(project, units)
            worst = max(worst, compare(project, Path(name) / "large", 1, tell))
    tell("bar met" if worst <= BAR else "a bar is broken")
    return 0 if worst <= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
