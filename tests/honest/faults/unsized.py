"""Faults that are there or not: they have no size, or none that the credit shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import numpy as np

from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Finding
from mollisol.methodology.rules_in_force.overlay import Overlay, OverlayValue
from tests.honest.faults.of_records import area
from tests.honest.folder import CORES, POINTS, SCHEDULE, SOC, Folder, Row

type Told = tuple[Finding, ...]
type Planted = Callable[[Folder], Told]

CONFIDENCE = 0.55
CUTS = 12
ENTRY = """[[entry]]
period = "1"
during = {{ start = {first}-11-01, end = {last}-10-31 }}
rules = "vm0042-2.2+2026-06-11"
cumulative_project_change_t_co2e = 1000.0
cumulative_displaced_leakage_t_co2e = 0.0
verified_total_t_co2e = 1000.0
issued_reduction_units_t = 0
issued_removal_units_t = 1000
buffer_t_co2e = 150.0
bundle_manifest_sha256 = "{hash}"
signed_off_by = "the verifier"
signed_off_on = {last}-12-20
"""


def checked(folder: Folder) -> Told:
    """Return what ``mollisol check`` says."""
    return assess_project(folder.files).findings


def edited(change: Callable[[Folder], None]) -> Planted:
    """Return what is said to a folder after a change."""

    def planted(folder: Folder) -> Told:
        made = folder.copy()
        change(made)
        return checked(made)

    return planted


def ploughed(folder: Folder) -> None:
    def change(row: Row) -> None:
        row.update(tillage="yes", residue_removed="yes")

    folder.edit(SCHEDULE, change)


def exchanged(folder: Folder) -> None:
    def change(row: Row) -> None:
        row["longitude_deg"], row["latitude_deg"] = row["latitude_deg"], row["longitude_deg"]

    folder.edit(POINTS, change)


def in_metres(folder: Folder) -> None:
    """Write outlines in metres and say nothing of their system."""
    text = folder.text("units.geojson")
    folder.files["units.geojson"] = re.sub(
        r"-?\d+\.\d+", lambda found: f"{float(found[0]) * 111_195:.1f}", text
    ).encode()


def commas(folder: Folder) -> None:
    def change(row: Row) -> None:
        row[SOC] = row[SOC].replace(".", ",")

    folder.edit(CORES, change)


def ledger_by_hand(folder: Folder) -> None:
    """Close the first period by an entry that nobody signed off; projects of one period get one before it."""
    text = folder.text("project.toml")
    first, last = re.findall(r'name = "1"\nduring = \{ start = (\d{4})-11-01, end = (\d{4})', text)[0]
    folder.files["ledger.toml"] = ENTRY.format(first=first, last=last, hash="ab" * 32).encode()
    if 'name = "2"' in text:
        one = re.compile(
            r'\[\[project\.verification_periods\]\]\nname = "1"\n.*?\n(?=\[\[project\.monitoring)', re.DOTALL
        )
        folder.files["project.toml"] = one.sub("", text, count=1).encode()


def registered(folder: Folder, day: str) -> None:
    text = folder.text("project.toml")
    folder.files["project.toml"] = re.sub(r"registered_on = \S+", f"registered_on = {day}", text).encode()


def proposed(folder: Folder) -> Told:
    """Run under a proposal that lowers the deduction."""
    value = OverlayValue.model_validate(
        {
            "id": "vm0042.deduction.confidence", "from": date(2025, 10, 21), "value": CONFIDENCE,
            "reason": "a smaller deduction",
        }
    )  # fmt: skip
    overlay = Overlay(label="a smaller deduction", set=(value,))
    return run_project(folder.files, overlays=[overlay]).findings


def two_at_once(folder: Folder) -> Told:
    """Plant a fault in each of two tables; what is said counts where each table is named."""
    made = folder.copy()
    rows = made.rows(CORES)
    rows[0]["lower_cm"], rows[5][SOC] = "abc", "-4"
    made.save(CORES, rows)
    made.edit(SCHEDULE, lambda row: row.update(tillage="perhaps"))
    told = checked(made)
    named = {finding.where.file for finding in told if finding.severity.value == "blocking"}
    wanted = {f"{CORES}.csv", f"{SCHEDULE}.csv"}
    return told if wanted <= named else ()


def acres(folder: Folder) -> Told:
    """Declare areas in acres; what is said counts where 2.471 is among the causes."""
    made = folder.copy()
    area(made, 2.471054 - 1)
    told = checked(made)
    return told if any("2.471" in finding.found for finding in told) else ()


def cut_short(folder: Folder) -> Told:
    """Cut files off at places drawn at random; what is said counts where each time something is, and no error."""
    dice = np.random.default_rng(2)
    told: Told = ()
    for _ in range(CUTS):
        made = folder.copy()
        name = sorted(made.files)[dice.integers(len(made.files))]
        made.files[name] = made.files[name][: dice.integers(len(made.files[name]))]
        told = checked(made)
        if not told:
            return ()
    return told


UNSIZED: tuple[tuple[str, str, Planted], ...] = (
    ("contradiction-between-tables", "ploughed each year under a change to no-till", edited(ploughed)),
    ("coordinates", "longitude and latitude exchanged", edited(exchanged)),
    ("format-or-crs", "outlines in metres without a word on their system", edited(in_metres)),
    ("format-or-crs", "decimal commas", edited(commas)),
    ("ledger", "a closed period typed by hand", edited(ledger_by_hand)),
    ("proposal-or-route", "a proposal that lowers the deduction", proposed),
    (
        "rules-dated",
        "registered in 2009 under an edition of 2025",
        edited(lambda f: registered(f, "2009-11-21")),
    ),
    ("rules-dated", "month 21", edited(lambda f: registered(f, "2026-21-11"))),
    ("check-does-not-tell", "faults in two tables at once, each told", two_at_once),
    ("wrong-hint", "acres for hectares, 2.471 among the causes", acres),
    ("crash", f"{CUTS} files cut off at random, each answered", cut_short),
)
