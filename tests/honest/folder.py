"""A project folder in memory: files by name, tables as rows, and what its cores say of each point."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

type Row = dict[str, str]

CORES, POINTS, SCHEDULE = "core_increments", "sample_points", "schedule_of_activities"
SOC, DENSITY = "soc_g_per_kg", "fine_soil_density_g_per_cm3"


@dataclass
class Folder:
    """Files by name; a table is read as rows and written back whole."""

    files: dict[str, bytes] = field(default_factory=dict)

    def copy(self) -> Folder:
        """Return a copy that can be edited."""
        return Folder(dict(self.files))

    def text(self, name: str) -> str:
        """Return the text of a file."""
        return self.files[name].decode()

    def replace(self, name: str, old: str, new: str) -> None:
        """Put a text in the place of another, which has to be there."""
        text = self.text(name)
        if old not in text:
            raise LookupError(old)
        self.files[name] = text.replace(old, new).encode()

    def append(self, name: str, text: str) -> None:
        """Write a text at the end of a file, which need not be there."""
        self.files[name] = self.files.get(name, b"") + text.encode()

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a table."""
        return list(csv.DictReader(io.StringIO(self.text(f"{table}.csv"))))

    def save(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Write a table; a table without rows is taken out."""
        if not rows:
            del self.files[f"{table}.csv"]
            return
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        self.files[f"{table}.csv"] = out.getvalue().encode()

    def edit(self, table: str, change: Callable[[Row], None]) -> None:
        """Change every row of a table."""
        rows = self.rows(table)
        for row in rows:
            change(row)
        self.save(table, rows)

    def keep(self, table: str, condition: Callable[[Row], bool]) -> None:
        """Keep the rows that meet a condition."""
        self.save(table, [row for row in self.rows(table) if condition(row)])

    def multiply(
        self, table: str, columns: Sequence[str], factor: float, where: Callable[[Row], bool]
    ) -> None:
        """Multiply numbers of some rows; what a laboratory gives keeps its digits, other numbers get three more.

        A laboratory's last digit goes up for as many values as the factor asks, the same ones first at every size.
        """
        rows, dice = self.rows(table), np.random.default_rng(5)
        for row in rows:
            for name in columns:
                up = float(dice.uniform(0.01, 0.99))
                if where(row):
                    row[name] = kept(row[name], factor, up) if table == CORES else scaled(row[name], factor)
        self.save(table, rows)

    @property
    def campaigns(self) -> list[str]:
        """Return the campaigns, first to last."""
        return sorted({row["campaign"] for row in self.rows(CORES)})

    @property
    def inside(self) -> set[str]:
        """Return the points of the project's own land."""
        return {row["point"] for row in self.rows(POINTS) if row["stratum"]}

    def gains(self) -> dict[str, float]:
        """Return how much carbon each point gained from first to last campaign, in t/ha, as the rows say."""
        first, last = self.campaigns[0], self.campaigns[-1]
        gain: dict[str, float] = defaultdict(float)
        for row in self.rows(CORES):
            if row["campaign"] in (first, last):
                thick = float(row["lower_cm"]) - float(row["upper_cm"])
                stock = float(row[SOC]) * float(row[DENSITY]) * thick / 10
                gain[row["point"]] += stock if row["campaign"] == last else -stock
        return gain

    def by_gain(self) -> list[str]:
        """Return the points of the project, those that gained least first."""
        gain, inside = self.gains(), self.inside
        return sorted(inside & gain.keys(), key=lambda point: (gain[point], point))


def scaled(text: str, factor: float) -> str:
    """Return a number times a factor, with three more digits than it had."""
    digits = len(text.partition(".")[2]) + 3
    return f"{float(text) * factor:.{digits}f}"


def kept(text: str, factor: float, up: float) -> str:
    """Return a number times a factor with the digits that it had, rounded upward from a part of the last one on."""
    digits = len(text.partition(".")[2])
    return f"{math.floor(float(text) * factor * 10**digits + up) / 10**digits:.{digits}f}"
