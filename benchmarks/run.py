"""Run every benchmark of this folder, one after the other; each prints its own figures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run the scripts beside this one."""
    here = Path(__file__)
    for script in sorted(here.parent.glob("*.py")):
        if script != here:
            print(f"\n== {script.stem}", flush=True)
            subprocess.run([sys.executable, str(script)], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
