"""Faults planted into an honest project, one kind a function: what somebody might do who makes data up, or slips.

Like the generator it imports nothing of the package.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

type Row = dict[str, str]
type Plant = Callable[[Path, np.random.Generator], None]

CARBON, DENSITY = "soc_g_per_kg", "fine_soil_density_g_per_cm3"


def rows_of(path: Path) -> list[Row]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[Row]) -> None:
    """Write the rows of a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


class Cores:
    """The cores of a project being changed, with the points that they belong to."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "core_increments.csv"
        self.rows = rows_of(self.path)
        self.points = {row["point"]: row for row in rows_of(folder / "sample_points.csv")}
        campaigns = sorted({row["campaign"] for row in self.rows})
        self.first, self.last = campaigns[0], campaigns[-1]
        self.stratum = sorted({row["stratum"] for row in self.points.values()} - {""})[0]

    def of(self, campaign: str, stratum: str = "") -> list[Row]:
        """Return the rows of a campaign, or of one stratum in it."""
        rows = [row for row in self.rows if row["campaign"] == campaign]
        return [row for row in rows if not stratum or self.points[row["point"]]["stratum"] == stratum]

    def write(self) -> None:
        """Write them."""
        write_rows(self.path, self.rows)


def put(row: Row, column: str, value: float) -> None:
    """Write a number with the digits that the cell had."""
    row[column] = f"{value:.{len(row[column].partition('.')[2])}f}"


def by_depth(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    """Return rows by their upper depth."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["upper_cm"], []).append(row)
    return groups


def digits_of_five(folder: Path, dice: np.random.Generator) -> None:
    """Round six of ten contents of the last campaign to fives of the last digit."""
    cores = Cores(folder)
    for row in cores.of(cores.last):
        if dice.random() < 0.6:
            step = 5 * 10.0 ** -len(row[CARBON].partition(".")[2])
            put(row, CARBON, round(float(row[CARBON]) / step) * step)
    cores.write()


def digits_too_many(folder: Path, dice: np.random.Generator) -> None:
    """Write contents with four decimals."""
    cores = Cores(folder)
    for row in cores.rows:
        row[CARBON] = f"{float(row[CARBON]) + dice.uniform(-0.05, 0.05):.4f}"
    cores.write()


def _even(folder: Path, dice: np.random.Generator, column: str, scatter: float) -> None:
    cores = Cores(folder)
    for rows in by_depth(cores.of(cores.last, cores.stratum)).values():
        middle = float(np.mean([float(row[column]) for row in rows]))
        for row in rows:
            put(row, column, middle * (1 + scatter * dice.normal()))
    cores.write()


def contents_even(folder: Path, dice: np.random.Generator) -> None:
    """Write the middle of a stratum at each of its points, with 3 % of scatter."""
    _even(folder, dice, CARBON, 0.03)


def densities_even(folder: Path, dice: np.random.Generator) -> None:
    """Write the middle density of a stratum at each of its points, with 0.8 % of scatter."""
    _even(folder, dice, DENSITY, 0.008)


def one_depth_ratio(folder: Path, dice: np.random.Generator) -> None:
    """Make up the lower layers of a stratum as 0.55 of the first one, with 2 % of scatter."""
    cores = Cores(folder)
    of_point: dict[str, list[Row]] = {}
    for row in cores.of(cores.last, cores.stratum):
        of_point.setdefault(row["point"], []).append(row)
    for rows in of_point.values():
        top, *lower = sorted(rows, key=lambda row: float(row["upper_cm"]))
        for row in lower:
            put(row, CARBON, 0.55 * float(top[CARBON]) * (1 + 0.02 * dice.normal()))
    cores.write()


def changes_even(folder: Path, dice: np.random.Generator) -> None:
    """Make up the last campaign of a stratum as 1.06 times the first one, with 1 % of scatter."""
    cores = Cores(folder)
    before = {(row["point"], row["upper_cm"]): float(row[CARBON]) for row in cores.of(cores.first)}
    for row in cores.of(cores.last, cores.stratum):
        put(row, CARBON, before[row["point"], row["upper_cm"]] * 1.06 * (1 + 0.01 * dice.normal()))
    cores.write()


def nearly_a_copy(folder: Path, dice: np.random.Generator) -> None:
    """Make up a point from another one, with 0.3 % of scatter."""
    cores = Cores(folder)
    source, *_, copy = sorted({row["point"] for row in cores.of(cores.last, cores.stratum)})
    given = {(row["campaign"], row["upper_cm"]): row for row in cores.rows if row["point"] == source}
    for row in cores.rows:
        if row["point"] == copy:
            for column in (CARBON, DENSITY):
                value = float(given[row["campaign"], row["upper_cm"]][column])
                put(row, column, value * (1 + 0.003 * dice.normal()))
    cores.write()


def batch_apart(folder: Path, _: np.random.Generator) -> None:
    """Let every second point of the last campaign be of another day, on which the laboratory read 8 % higher."""
    cores = Cores(folder)
    odd = {
        point for number, point in enumerate(dict.fromkeys(row["point"] for row in cores.rows)) if number % 2
    }
    for row in cores.of(cores.last):
        row["sampled_on"] = row["sampled_on"][:8] + ("12" if row["point"] in odd else "13")
        if row["point"] in odd:
            put(row, CARBON, 1.08 * float(row[CARBON]))
    cores.write()


def drifting(folder: Path, _: np.random.Generator) -> None:
    """Let the laboratory rise by 15 % over the samples of each stratum of the last campaign."""
    cores = Cores(folder)
    for stratum in sorted({row["stratum"] for row in cores.points.values()} - {""}):
        rows = cores.of(cores.last, stratum)
        for number, row in enumerate(rows):
            put(row, CARBON, float(row[CARBON]) * (1 + 0.15 * (number / len(rows) - 0.5)))
    cores.write()


def column_shifted(folder: Path, _: np.random.Generator) -> None:
    """Shift the contents of the last campaign by one sample."""
    cores = Cores(folder)
    rows = cores.of(cores.last)
    layers = sum(row["point"] == rows[0]["point"] for row in rows)
    values = [row[CARBON] for row in rows]
    for row, value in zip(rows, values[-layers:] + values[:-layers], strict=True):
        row[CARBON] = value
    cores.write()


def repeats_shifted(folder: Path, dice: np.random.Generator) -> None:
    """Add second determinations of thirty samples, shifted by one sample."""
    cores = Cores(folder)
    chosen = dice.choice(len(cores.rows), min(30, len(cores.rows)), replace=False)
    rows = [cores.rows[number] for number in sorted(chosen.tolist())]
    again = [f"{float(row[CARBON]) * (1 + 0.02 * dice.normal()):.2f}" for row in rows]
    repeats: list[Row] = []
    for row, second in zip(rows, again[-1:] + again[:-1], strict=True):
        sample = {
            "laboratory_method": "dumas",
            "batch": row["campaign"],
            "sample": f"{row['sample']}-{row['upper_cm']}",
        }
        repeats += [sample | {CARBON: row[CARBON]}, sample | {CARBON: second}]
    write_rows(folder / "laboratory_repeats.csv", repeats)


def samples_swapped(folder: Path, _: np.random.Generator) -> None:
    """Exchange the samples of a poor and a rich point in the last campaign."""
    cores = Cores(folder)
    top = [row for row in cores.of(cores.first, cores.stratum) if row["upper_cm"] == "0"]
    ordered = [row["point"] for row in sorted(top, key=lambda row: float(row[CARBON]))]
    poor, rich = ordered[1], ordered[-2]
    for row in cores.of(cores.last):
        if row["point"] in (poor, rich):
            row["point"] = rich if row["point"] == poor else poor
    cores.write()


def units_left_out(folder: Path, dice: np.random.Generator) -> None:
    """Leave an eighth of the units out, and their numbers with them."""
    points = rows_of(folder / "sample_points.csv")
    units = sorted({row["sampling_unit"] for row in points if row["stratum"]})
    lost = set(dice.choice(units[1:-1], max(2, len(units) // 8), replace=False).tolist())
    gone = {row["point"] for row in points if row["sampling_unit"] in lost}
    write_rows(folder / "sample_points.csv", [row for row in points if row["point"] not in gone])
    cores = Cores(folder)
    cores.rows = [row for row in cores.rows if row["point"] not in gone]
    cores.write()


def one_unit_raised(folder: Path, _: np.random.Generator) -> None:
    """Raise the last contents of one unit by half."""
    cores = Cores(folder)
    unit = sorted({row["sampling_unit"] for row in cores.points.values() if row["stratum"] == cores.stratum})[
        1
    ]
    for row in cores.of(cores.last, cores.stratum):
        if cores.points[row["point"]]["sampling_unit"] == unit:
            put(row, CARBON, 1.5 * float(row[CARBON]))
    cores.write()


def one_control_lowered(folder: Path, _: np.random.Generator) -> None:
    """Lower the last contents of one control site by 30 %."""
    cores = Cores(folder)
    for row in cores.of(cores.last):
        if cores.points[row["point"]]["control_site"] == "C1":
            put(row, CARBON, 0.7 * float(row[CARBON]))
    cores.write()
