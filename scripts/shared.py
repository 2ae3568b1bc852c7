"""What the makers of pages and examples share: tables, Markdown, figures with the same bytes each time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def read_csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Return the rows of a CSV table by the names of their columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a CSV table; the columns are those of the first row."""
    write_table(path, list(rows[0]), ([row.get(name, "") for name in rows[0]] for row in rows))


def write_table(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a CSV table from its header and its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def markdown(head: Sequence[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return [*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)]


def save_figure(figure: Any, path: Path) -> None:
    """Write a figure as SVG, the same bytes each time, and close it."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": path.stem}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)


def plain(axes: Any) -> None:
    """Leave out the lines of a drawing that say nothing."""
    axes.spines[["top", "right"]].set_visible(False)
