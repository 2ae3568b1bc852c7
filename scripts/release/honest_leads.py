"""Write src/mollisol/audit/leads/honest.csv: what the looks of ``mollisol audit leads`` see in honest projects.

Run it as ``python scripts/release/honest_leads.py`` in the environment of the checkout; it takes some minutes. The
projects are those of ``tests/honest/generator.py``, each with four things that happen to honest people and that the
generator leaves out: samples that the laboratory determined twice, sampling that took several days, units that were
never reached, and control sites that change each in its own way.
"""

from __future__ import annotations

import csv
import math
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

ROOT: Final = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mollisol.audit.leads.grounds import Grounds  # noqa: E402
from mollisol.audit.leads.honest import ANY, SHARES, TABLE, Measured  # noqa: E402
from mollisol.audit.leads.kinds import KINDS  # noqa: E402
from mollisol.engine import assess_project  # noqa: E402
from tests.honest.generator import FAMILIES, write_honest  # noqa: E402

SEEDS: Final = range(5000, 5150)
"""For each of the eight families."""
OTHERS: Final = range(6000, 6060)
"""Projects on which it is counted how often any of the looks is rare by the table."""
LOST: Final = 0.02
"""Chance that a unit is never reached, from memory of surveys; it is drawn for project units alone."""
TWICE: Final = 0.15
"""Share of the samples that a laboratory determines twice."""
REPEAT: Final = 0.03
SITE: Final = 0.015
"""How far the later contents of a control site lie from those of the others: some 3 t CO2e/ha in 60 t C/ha."""


def write_lived(folder: Path, family: str, seed: int) -> Path:
    """Write an honest project with repeats, days and units that were lost before the first campaign."""
    write_honest(folder, family, seed)
    dice = np.random.default_rng([seed, FAMILIES.index(family), 17])
    header, points = _rows(folder / "sample_points.csv")
    units = sorted({row["sampling_unit"] for row in points if row["stratum"]})
    by_stratum = [row["stratum"] for row in points]
    many = {name for name in by_stratum if name and by_stratum.count(name) > 5}
    lost = {unit for unit in units if dice.random() < LOST}
    gone = {row["point"] for row in points if row["sampling_unit"] in lost and row["stratum"] in many}
    _write(folder / "sample_points.csv", header, [row for row in points if row["point"] not in gone])
    header, cores = _rows(folder / "core_increments.csv")
    cores = [row for row in cores if row["point"] not in gone]
    days = int(dice.integers(1, 6))
    names = list(dict.fromkeys(row["point"] for row in cores))
    day_of = {name: place * days // len(names) for place, name in enumerate(names)}
    for row in cores:
        year, month, day = row["sampled_on"].split("-")
        row["sampled_on"] = f"{year}-{month}-{int(day) + day_of[row['point']]:02d}"
    site_of = {row["point"]: row["control_site"] for row in points}
    site = {name: 1 + SITE * dice.normal() for name in sorted({*site_of.values()} - {""})}
    for row in cores:
        if row["campaign"] != cores[0]["campaign"] and site_of[row["point"]]:
            digits = len(row["soc_g_per_kg"].partition(".")[2])
            row["soc_g_per_kg"] = f"{float(row['soc_g_per_kg']) * site[site_of[row['point']]]:.{digits}f}"
    _write(folder / "core_increments.csv", header, cores)
    repeats = []
    for row in cores:
        if dice.random() < TWICE:
            sample = f"{row['sample']}-{row['upper_cm']}"
            decimals = len(row["soc_g_per_kg"].partition(".")[2])
            again = float(row["soc_g_per_kg"]) * (1 + REPEAT * dice.normal())
            pair = (row["soc_g_per_kg"], f"{again:.{decimals}f}")
            repeats += [["dumas", row["campaign"], sample, value] for value in pair]
    with (folder / "laboratory_repeats.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["laboratory_method", "batch", "sample", "soc_g_per_kg"])
        writer.writerows(repeats)
    return folder


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return list(reader.fieldnames or []), rows


def _write(path: Path, header: Sequence[str], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def strengths(folder: Path) -> dict[str, float]:
    """Return the strength of each look at a project; nothing where it is blocked and no bundle would be made."""
    assessment = assess_project(folder)
    if assessment.blocked:
        return {}
    context, samples = assessment.passed()
    grounds = Grounds(context, samples.stocks)
    seen = {kind.id: kind.look(grounds) for kind in KINDS}
    return {kind: look.strength for kind, look in seen.items() if look is not None}


def measure(seeds: Iterable[int]) -> list[dict[str, float]]:
    """Return the strengths of all honest projects of some seeds that a bundle can be made of."""
    found = []
    for seed in seeds:
        for family in FAMILIES:
            with tempfile.TemporaryDirectory() as place:
                if seen := strengths(write_lived(Path(place) / "project", family, seed)):
                    found.append(seen)
    return found


def thresholds_of(strengths: Sequence[float]) -> dict[float, float]:
    """Return for each share the strength above which one more project, honest too, lies with no larger chance.

    Of n honest projects k may lie above it where (k + 1) / (n + 1) is not above the share.
    """
    ordered = sorted(strengths, reverse=True)
    above = {share: int(share * (len(ordered) + 1) + 1e-9) - 1 for share in SHARES}
    return {share: ordered[k] if k >= 0 else math.inf for share, k in above.items()}


def table(projects: Sequence[dict[str, float]], others: Sequence[dict[str, float]]) -> list[list[str]]:
    """Return the rows of the table: each kind as the projects show it, and how often any look is rare in others."""
    kinds: dict[str, Measured] = {}
    for kind in (item.id for item in KINDS):
        if own := [project[kind] for project in projects if kind in project]:
            kinds[kind] = Measured(len(own), thresholds_of(own))
    least = [min(kinds[kind].share(strength) for kind, strength in project.items()) for project in others]
    shares = {share: float(np.mean([one <= share for one in least])) for share in SHARES}
    kinds[ANY] = Measured(len(others), shares)
    return [
        [kind, str(row.projects), *(f"{row.thresholds[share]:.6g}" for share in SHARES)]
        for kind, row in kinds.items()
    ]


def main() -> None:
    """Measure and write the table."""
    projects, others = measure(SEEDS), measure(OTHERS)
    with (ROOT / "src" / "mollisol" / "audit" / "leads" / TABLE).open(
        "w", encoding="utf-8", newline=""
    ) as file:
        file.write(
            f"# Measured on {len(projects):,} made-up honest projects ({len(FAMILIES)} families, seeds {SEEDS.start} "
            f"to {SEEDS.stop - 1}); how often any look is as rare, on {len(others):,} others (seeds {OTHERS.start} to "
            f"{OTHERS.stop - 1}).\n# Made by scripts/release/honest_leads.py from tests/honest/generator.py.\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", "projects", *(f"{share:g}" for share in SHARES)])
        writer.writerows(table(projects, others))


if __name__ == "__main__":
    main()
