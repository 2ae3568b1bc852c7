"""Small projects written to a folder, from numbers that a test gives."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import pytest

from tests.support.approvals import approve

HEAD = files("mollisol").joinpath("skeleton", "project.toml").read_text(encoding="utf-8")
SCHEDULE = files("mollisol").joinpath("skeleton", "schedule_of_activities.csv").read_text(encoding="utf-8")


@dataclass
class Layout:
    """A project by its stocks: point -> (start, end) in t C/ha, as one 0-30 cm increment of 3000 t soil/ha.

    With 1 g/cm3 over 30 cm the soil mass is 3000 t/ha, so a content of c g/kg is a stock of 3 c t C/ha.
    """

    areas_ha: Mapping[str, float]
    project: Mapping[str, Sequence[tuple[float, float]]]
    control: Mapping[str, Sequence[tuple[float, float]]]
    links: Sequence[tuple[str, str]]
    rating_percent: float = 15.0
    cores_per_point: int = 1
    biochar: Sequence[tuple[str, str, float, float]] = field(default_factory=tuple)


def write_rows(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def write_project(folder: Path, layout: Layout) -> Path:
    """Write the project folder of a layout; deviations let few and unlike control sites and single increments pass."""
    folder.mkdir(parents=True, exist_ok=True)
    head = HEAD.replace('kind = "placeholder"', 'kind = "constructed"')
    head = head.replace("rating_percent = 15.0", f"rating_percent = {layout.rating_percent}")
    for code in ("control-too-few", "control-not-similar", "increments-too-few"):
        head += f'\n[[project.deviations]]\nid = "{code}"\ncode = "{code}"\nreason = "a constructed test"\n'
    (folder / "project.toml").write_text(head, encoding="utf-8")
    (folder / "schedule_of_activities.csv").write_text(
        SCHEDULE.replace("PLACEHOLDER-unit", "unit"), encoding="utf-8"
    )
    write_rows(
        folder / "quantification_units.csv",
        ["quantification_unit", "approach", "area_ha"],
        [["unit", "measure_and_remeasure", sum(layout.areas_ha.values())]],
    )
    write_rows(
        folder / "strata.csv",
        ["stratum", "quantification_unit", "area_ha"],
        [[name, "unit", area] for name, area in layout.areas_ha.items()],
    )
    points: list[list[object]] = []
    cores: list[list[object]] = []
    for home, stocks, is_control in (
        *((name, values, False) for name, values in layout.project.items()),
        *((name, values, True) for name, values in layout.control.items()),
    ):
        for number, (start, end) in enumerate(stocks):
            point = f"{home}.{number}"
            points.append([point, "" if is_control else home, home if is_control else "", point])
            for campaign, stock in (("2021", start), ("2026", end)):
                day, content = f"{campaign}-10-01", repr(stock / 3)
                cores += [
                    [campaign, point, f"{point}.{campaign}.{core}", day, 0, 30, content, "dumas", 1.0]
                    for core in range(layout.cores_per_point)
                ]
    write_rows(folder / "sample_points.csv", ["point", "stratum", "control_site", "sampling_unit"], points)
    write_rows(
        folder / "core_increments.csv",
        [
            "campaign", "point", "sample", "sampled_on", "upper_cm", "lower_cm", "soc_g_per_kg", "laboratory_method",
            "fine_soil_density_g_per_cm3",
        ],
        cores,
    )  # fmt: skip
    write_rows(
        folder / "control_sites.csv",
        ["control_site", "managed_by", "distance_km"],
        [[name, "test", 10] for name in layout.control],
    )
    write_rows(folder / "control_links.csv", ["control_site", "stratum"], layout.links)
    if layout.biochar:
        write_rows(
            folder / "biochar.csv",
            ["quantification_unit", "applied_on", "biochar_t", "organic_carbon_fraction"],
            layout.biochar,
        )
    return approve(folder)


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[[Layout], Path]:
    """Give a function that writes a layout into a folder of its own."""
    made: list[Path] = []

    def make(layout: Layout) -> Path:
        made.append(write_project(tmp_path / f"project-{len(made)}", layout))
        return made[-1]

    return make


C = 12 / 44
"""t C per t CO2e: TV-2 gives stocks in t CO2e/ha."""

TV2 = Layout(
    areas_ha={"s1": 80.0, "s2": 40.0},
    project={
        "s1": [
            (a * C, b * C) for a, b in zip((150, 162, 171, 158, 166), (158, 167, 181, 163, 176), strict=True)
        ],
        "s2": [(a * C, b * C) for a, b in zip((120, 131, 127, 124), (126, 134, 136, 127), strict=True)],
    },
    control={
        "c1": [(a * C, b * C) for a, b in zip((152, 160, 165), (153, 163, 164), strict=True)],
        "c2": [(a * C, b * C) for a, b in zip((122, 128, 125), (121, 131, 126), strict=True)],
    },
    links=[("c1", "s1"), ("c2", "s2")],
)

FOUR_SITES = Layout(
    TV2.areas_ha,
    TV2.project,
    {
        "c1": TV2.control["c1"][:2],
        "c2": [TV2.control["c1"][2], TV2.control["c1"][0]],
        "c3": TV2.control["c2"][:2],
        "c4": [TV2.control["c2"][2], TV2.control["c2"][0]],
    },
    [("c1", "s1"), ("c2", "s1"), ("c3", "s2"), ("c4", "s2")],
)
