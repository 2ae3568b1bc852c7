"""Run every benchmark of this folder, one after the other; each prints its own figures. A bar missed stops none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run the scripts beside this one, and give 1 where one of them missed a bar."""
    here, missed = Path(__file__), list[str]()
    for script in sorted(here.parent.glob("*.py")):
        if script != here:
            print(f"\n== {script.stem}", flush=True)
            if subprocess.run([sys.executable, str(script)], check=False).returncode:  # noqa: S603
                missed.append(script.stem)
    print(f"\nbars missed in: {', '.join(missed)}" if missed else "\nall bars met")
    return int(bool(missed))


if __name__ == "__main__":
    raise SystemExit(main())
