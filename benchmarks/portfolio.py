"""A portfolio of projects of the demo's size: seconds of the processor a project with its bundle, and of the overlaps.

A thousand projects are compared for land, places and cores that two of them share: at most 10 seconds. So many as are
asked are run in one warm process: at most 0.22 of what the same number of commands take. Run it as
``python benchmarks/portfolio.py [PROJECTS]``.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mollisol.audit.overlap.compare import overlaps_of

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.mollisol.portfolio.demos import demo_like

COMPARED, SECONDS, RATIO = 1000, 10.0, 600 / 2760


def seconds_of(*arguments: str | Path) -> float:
    """Return the seconds of the processor that a command takes; its output is dropped."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "mollisol", *map(str, arguments)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print both figures beside their bars, and give 1 where one is missed."""
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = [demo_like(folder / f"p{number:04}", number) for number in range(COMPARED)]
        started = time.process_time()
        overlaps_of(made)
        overlaps = time.process_time() - started
        print(f"overlaps among {COMPARED} projects: {overlaps:.1f} s of the processor (bar {SECONDS:.0f})")
        store = folder / "store"
        seconds_of("portfolio", "add", store, *made[:asked])
        together = seconds_of("portfolio", "run", store) / asked
        single = seconds_of("run", made[0], "--out", folder / "bundle")
        print(
            f"a project with its bundle, {asked} in one process: {together:.2f} s, {together / single:.2f} of a command"
            f" of its own (bar {RATIO:.2f})"
        )
    return int(overlaps > SECONDS or together / single > RATIO)


if __name__ == "__main__":
    raise SystemExit(main())
