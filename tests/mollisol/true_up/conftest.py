"""A project under measure and model in two periods: what was issued for the first, and the re-measurement after it."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.crediting.ledger import as_toml, entries_of_bundle
from mollisol.engine import run_project
from mollisol.output import write_folder
from tests.support import modelled_project
from tests.support.declarations import declare
from tests.support.modelled_project import write_modelled_project


class Pair(NamedTuple):
    """The bundle that was issued, and the project folder with the re-measurement."""

    bundle: Path
    project: Path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_first(folder: Path) -> Path:
    """Write the project as it stood at the end of 2020, before anything was measured again."""
    write_modelled_project(folder)
    cores = folder / "core_increments.csv"
    write_rows(cores, [row for row in rows_of(cores) if row["campaign"] == "2015"])
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8")
    campaign = '[[project.campaigns]]\nname = "2020"\nduring = { start = 2020-09-01, end = 2020-11-30 }\n\n'
    assert campaign in text
    text = text.replace(campaign, "").replace('first_campaign = "2015"\nlast_campaign = "2020"\n', "")
    head.write_text(text, encoding="utf-8")
    return declare(folder)


def write_second(folder: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the project at the end of 2025: cores of 2020, weather and activities to date, period 1 in the ledger."""
    with monkeypatch.context() as patched:
        patched.setattr(modelled_project, "LAST", 2025)
        write_modelled_project(folder)
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8")
    text = text.replace(
        'name = "1"\nduring = { start = 2016-01-01, end = 2020-12-31 }',
        'name = "2"\nduring = { start = 2021-01-01, end = 2025-12-31 }',
    ).replace('first_campaign = "2015"\nlast_campaign = "2020"\n', "")
    head.write_text(text, encoding="utf-8")
    activities = folder / "schedule_of_activities.csv"
    rows = rows_of(activities)
    last = [row for row in rows if row["year"] == "2020"]
    rows += [{**row, "year": str(year)} for year in range(2021, 2026) for row in last]
    write_rows(activities, rows)
    entries = entries_of_bundle(bundle, signed_off_by="An auditor", signed_off_on=date(2021, 6, 1))
    (folder / "ledger.toml").write_text(as_toml(entries), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("trueup")
    first = write_first(folder / "first")
    bundle = folder / "bundle"
    write_folder(bundle, bundle_files(run_project(first)))
    with pytest.MonkeyPatch.context() as patched:
        return Pair(bundle, write_second(folder / "second", bundle, patched))


@pytest.fixture(scope="module")
def woburn_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundle = tmp_path_factory.mktemp("woburn") / "bundle"
    example = Path(__file__).parents[3] / "examples" / "woburn-ley"
    write_folder(bundle, bundle_files(run_project(example, route="analytic")))
    return bundle
