"""Import of laboratory rows from CSV and XLSX: time and memory, and how many times the reading library alone takes.

``python benchmarks/importing.py [ROWS]``; 1,000,000 rows take five minutes with nothing beside them: 1.42 GB from CSV,
142 times the csv module (0.7 s), and 1.46 GB from XLSX, 21 times python-calamine. The bar is 1.5 GB at 1,000,000 rows.
"""

from __future__ import annotations

import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

MAPPING = """
kind = "laboratory"
file = "{file}"
[fields]
number = "no"
point = "id"
campaign = "campaign"
upper = {{ column = "top", unit = "cm" }}
lower = {{ column = "bottom", unit = "cm" }}
sampled_on = "date"
carbon = {{ column = "oc", unit = "%", is = "organic" }}
density = {{ column = "bd", unit = "g/cm3", basis = "whole soil" }}
stones = {{ column = "stones", unit = "%", by = "mass" }}
method = {{ value = "lab" }}
[decide]
role = "results"
zero = "mineral surface"
"""
COLUMNS = ("no", "id", "campaign", "top", "bottom", "oc", "bd", "stones", "date")
LAYERS, CAMPAIGNS = 3, 20
MOST_GB = 1.5


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Yield made-up rows of a laboratory."""
    draw = random.Random(1)  # noqa: S311
    for number in range(count):
        point, rest = divmod(number, LAYERS * CAMPAIGNS)
        campaign, layer = divmod(rest, LAYERS)
        year = 2001 + campaign
        figures = (
            round(draw.uniform(0.6, 2.5), 2),
            round(draw.uniform(1.1, 1.6), 2),
            round(draw.uniform(0, 9), 1),
        )
        yield (
            f"L{number}",
            f"P-{point:05d}",
            str(year),
            layer * 15,
            layer * 15 + 15,
            *figures,
            f"{year}-10-05",
        )


def project(folder: Path, file: str, count: int) -> None:
    """Write a project with one raw file."""
    for name in ("raw", "imports"):
        (folder / name).mkdir(parents=True)
    (folder / "project.toml").write_text("[project]\nstart_date = 2001-10-01\n")
    (folder / "imports" / "lab.toml").write_text(MAPPING.format(file=file))
    points = range(count // (LAYERS * CAMPAIGNS) + 1)
    lines = [f"P-{point:05d},s,,P-{point:05d}" for point in points]
    (folder / "sample_points.csv").write_text(
        "\n".join(["point,stratum,control_site,sampling_unit", *lines]) + "\n"
    )
    if file.endswith(".csv"):
        with (folder / "raw" / file).open("w", newline="") as stream:
            csv.writer(stream).writerows([COLUMNS, *rows(count)])
        return
    from xlsxwriter import Workbook

    book = Workbook(folder / "raw" / file, {"constant_memory": True})
    sheet = book.add_worksheet()
    for place, cells in enumerate([COLUMNS, *rows(count)]):
        sheet.write_row(place, 0, cells)
    book.close()


def measured(code: str) -> tuple[float, float]:
    """Return seconds of the processor and greatest memory in GB of a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    told = f"import resource\n{code}\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)  # noqa: S603
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, int(done.stdout.split()[-1]) / 1e6


def main() -> int:
    """Print the figures of both formats, and give 1 where one takes more memory than the bar."""
    missed = 0
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    for file in ("lab.csv", "lab.xlsx"):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "project"
            project(home, file, count)
            path = str(home / "raw" / file)
            alone = (
                f"import csv\nfor row in csv.reader(open({path!r})): pass"
                if file.endswith(".csv")
                else f"import python_calamine as c\nfor row in c.CalamineWorkbook.from_path({path!r})"
                ".get_sheet_by_index(0).iter_rows(): pass"
            )
            start = time.perf_counter()
            base, _ = measured(alone)
            whole, memory = measured(
                "from pathlib import Path\nfrom mollisol.importing.perform import imported, write_import\n"
                f"home = Path({str(home)!r})\nmade = imported(home)\nassert not made.is_open\nwrite_import(home, made)"
            )
            print(
                f"{file}: {count:,} rows in {whole:.1f} s of the processor, {memory:.2f} GB; "
                f"{whole / max(base, 0.01):.0f} times the library alone ({time.perf_counter() - start:.0f} s in all)"
            )
            missed |= memory > MOST_GB
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
