"""Emissions before 2021 take the potentials of AR4 or AR5, as the project says (VCS Standard 5.0, 3.14.4)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from mollisol.engine import run_project

FARM = Path(__file__).parents[3] / "examples" / "mixed-farm"


def methane(folder: Path, choice: str) -> dict[str, float]:
    """Give methane of animals in the first period of the farm, three years earlier than it was."""
    shutil.copytree(FARM, folder)
    for path in [*folder.glob("*.csv"), *folder.glob("*.toml"), *folder.glob("plan/*.toml")]:
        text = re.sub(r"\b20[12]\d\b", lambda year: str(int(year[0]) - 3), path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8").replace("+2023-", "+2026-")
    text = text.replace("[project]\n", f"[project]\n{choice}\n", 1)
    head.write_text(text, encoding="utf-8")
    period = run_project(folder, route="analytic").results.periods[0]
    assert period.during.end.year == 2020
    return {source.id: source.baseline_t_co2e for source in period.sources}


def test_the_project_chooses_the_potentials_of_emissions_before_2021(tmp_path: Path) -> None:
    """By hand: 25 of AR4 and 28 of AR5 for methane, 298 and 265 for nitrous oxide."""
    as_was, newer = (methane(tmp_path / set, f'potentials_before_2021 = "{set}"') for set in ("AR4", "AR5"))
    assert newer["enteric_fermentation_ch4"] / as_was["enteric_fermentation_ch4"] == pytest.approx(
        28 / 25, rel=1e-12
    )
    nitrous = newer["nitrogen_fertilizer_n2o"] / as_was["nitrogen_fertilizer_n2o"]
    assert nitrous == pytest.approx(265 / 298, rel=1e-12)
