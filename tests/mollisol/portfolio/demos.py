"""Projects of the demo's size for portfolios: its tables, each on land of its own with cores of its own."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

DEMO = Path(__file__).parents[3] / "examples" / "woburn-ley"
_TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(DEMO.iterdir()) if path.is_file()}


def demo_like(folder: Path, number: int, *, laboratory: str = "", batch: float = 0.0) -> Path:
    """Write a project of the demo's size.

    Parameters
    ----------
    number
        Of the project: its place on the earth, and the seed of what its cores differ by.
    laboratory, batch
        The name of its laboratory, and the relative error that its samples share.
    """
    dice = np.random.default_rng(number)
    texts = dict(_TEXTS)
    head = texts["project.toml"].replace("Woburn ley-arable", f"Project {number}", 1)
    if laboratory:
        head = head.replace("Analytical Chemistry Unit, Rothamsted Research", laboratory)
    if batch:
        head = head.replace('id = "tinsley"', f'id = "tinsley"\nbatch_relative_sd = {batch}')
        head = head.replace('id = "dry-combustion"', f'id = "dry-combustion"\nbatch_relative_sd = {batch}')
    texts["project.toml"] = head
    east, south = 0.5 * (number % 300), 0.5 * (number // 300)
    outlines = json.loads(texts["units.geojson"])
    corner: dict[str, tuple[float, float]] = {}
    for feature in outlines["features"]:
        ring = [[x + east, y - south] for x, y in feature["geometry"]["coordinates"][0]]
        feature["geometry"]["coordinates"] = [ring]
        corner[feature["properties"]["stratum"]] = min(x for x, _ in ring), min(y for _, y in ring)
    texts["units.geojson"] = json.dumps(outlines)
    points = list(csv.DictReader(io.StringIO(texts["sample_points.csv"])))
    for place, row in enumerate(points):
        if row["stratum"]:  # 110 m apart in their stratum
            x, y = corner[row["stratum"]]
            x, y = x + 0.001, y + 0.0005 + 0.001 * (place % 4)
        else:
            x, y = -0.63 + east + 0.002 * place, 52.02 - south
        row["longitude_deg"], row["latitude_deg"] = f"{x:.6f}", f"{y:.6f}"
    texts["sample_points.csv"] = _table(points)
    cores = list(csv.DictReader(io.StringIO(texts["core_increments.csv"])))
    for row in cores:
        row["soc_g_per_kg"] = f"{float(row['soc_g_per_kg']) + dice.normal(0, 0.3):.3f}"
        density = float(row["fine_soil_density_g_per_cm3"]) + dice.normal(0, 0.005)
        row["fine_soil_density_g_per_cm3"] = f"{density:.4f}"
    texts["core_increments.csv"] = _table(cores)
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def farms(folder: Path) -> list[Path]:
    """Write the eight farms of docs/portfolio.md.

    Five have one laboratory and two another, the last lies on the land of the second, and a word stands for a number
    in a table of the fourth.
    """
    made = []
    for number in range(1, 9):
        laboratory = "Laboratory A" if number <= 5 else "Laboratory B" if number <= 7 else ""
        made.append(
            demo_like(folder / f"farm-{number}", number, laboratory=laboratory, batch=0.03 * bool(laboratory))
        )
    for name in ("units.geojson", "sample_points.csv"):
        (made[7] / name).write_bytes((made[1] / name).read_bytes())
    table = made[3] / "core_increments.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",1.5", ",many", 1), encoding="utf-8")
    return made


def _table(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
