"""Small projects with several units, campaigns and periods, from numbers that a test gives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from tests.support.approvals import approve
from tests.support.projects import HEAD, SCHEDULE, C, write_rows

type Stocks = Mapping[str, float]
"""From a campaign, named by its year, to a stock in t CO2e/ha."""


@dataclass(frozen=True)
class Part:
    """A stratum, or a control site: its area in ha, its points, its unit or the strata that it stands for.

    Stocks are those of soil of 1 g/cm3; a denser one has as many times more.
    """

    points: Mapping[str, Stocks]
    area_ha: float = 0.0
    unit: str = ""
    strata: Sequence[str] = ()
    density: float = 1.0


@dataclass
class Life:
    """A project by its strata and control sites, and its periods: name, first and last year, units."""

    strata: Mapping[str, Part]
    controls: Mapping[str, Part]
    periods: Sequence[tuple[str, int, int, Sequence[str]]]
    fields: Sequence[Sequence[object]] = field(default_factory=tuple)
    statuses: Sequence[Sequence[object]] = field(default_factory=tuple)
    field_of: Mapping[str, str] = field(default_factory=dict)
    anew: Mapping[str, Sequence[str]] = field(default_factory=dict)
    starts: Mapping[str, int] = field(default_factory=dict)
    instances: Sequence[Sequence[object]] = field(default_factory=tuple)
    head: Sequence[str] = ()
    """Further lines of ``[project]``."""
    eligibility: str = ""
    monitoring: Sequence[tuple[str, int, int]] = ()
    """Name, first and last year of monitoring periods, where they are not those of verification."""


def _head(life: Life, campaigns: Sequence[str]) -> str:
    head = HEAD.replace('kind = "placeholder"', 'kind = "constructed"')
    blocks = r"\[\[project\.(campaigns|monitoring_periods|verification_periods)\]\]\n(.+\n)+\n"
    text = re.sub(blocks, "", head)
    text = text.replace("[project]\n", "\n".join(["[project]", *life.head]) + "\n", 1)
    for name in campaigns:
        text += f'\n[[project.campaigns]]\nname = "{name}"\n'
        text += f"during = {{ start = {name}-09-01, end = {name}-11-30 }}\n"
        text += f"drawn_anew = {list(life.anew[name])}\n".replace("'", '"') if name in life.anew else ""
    for name, first, last in life.monitoring:
        text += f'\n[[project.monitoring_periods]]\nname = "{name}"\n'
        text += f"during = {{ start = {first}-10-01, end = {last}-09-30 }}\n"
    kinds = ("verification",) if life.monitoring else ("monitoring", "verification")
    for kind, (name, first, last, units) in product(kinds, life.periods):
        text += f'\n[[project.{kind}_periods]]\nname = "{name}"\n'
        text += f"during = {{ start = {first}-10-01, end = {last}-09-30 }}\n"
        if kind == "verification":
            text += f'first_campaign = "{first}"\nlast_campaign = "{last}"\n'
            text += f"units = {list(units)}\n".replace("'", '"') if units else ""
    for code in ("control-too-few", "control-not-similar", "increments-too-few"):
        text += f'\n[[project.deviations]]\nid = "{code}"\ncode = "{code}"\nreason = "a constructed test"\n'
    return text


def write_life(folder: Path, life: Life) -> Path:
    """Write the project folder: one increment of 3000 t soil/ha a point, so that 1 g/kg is 3 t C/ha."""
    folder.mkdir(parents=True)
    parts = {**life.strata, **life.controls}
    campaigns = sorted({name for part in parts.values() for own in part.points.values() for name in own})
    (folder / "project.toml").write_text(_head(life, campaigns), encoding="utf-8")
    units = list(dict.fromkeys(part.unit for part in life.strata.values()))
    areas = {unit: sum(part.area_ha for part in life.strata.values() if part.unit == unit) for unit in units}
    write_rows(
        folder / "quantification_units.csv",
        ["quantification_unit", "approach", "area_ha"],
        [[unit, "measure_and_remeasure", areas[unit]] for unit in units],
    )
    write_rows(
        folder / "strata.csv",
        ["stratum", "quantification_unit", "area_ha"],
        [[name, part.unit, part.area_ha] for name, part in life.strata.items()],
    )
    write_rows(
        folder / "sample_points.csv",
        ["point", "stratum", "control_site", "sampling_unit", "field"],
        [
            [point, home if part.unit else "", "" if part.unit else home, point, life.field_of.get(point, "")]
            for home, part in parts.items()
            for point in part.points
        ],
    )
    write_rows(
        folder / "core_increments.csv",
        ["campaign", "point", "sample", "sampled_on", "upper_cm", "lower_cm", "soc_g_per_kg",
         "laboratory_method", "fine_soil_density_g_per_cm3"],
        [
            [name, point, f"{point}.{name}", f"{name}-10-01", 0, 30, repr(own[name] * C / 3), "dumas", part.density]
            for name in campaigns
            for part in parts.values()
            for point, own in part.points.items()
            if name in own
        ],
    )  # fmt: skip
    write_rows(
        folder / "control_sites.csv",
        ["control_site", "managed_by", "distance_km"],
        [[name, "test", 10] for name in life.controls],
    )
    write_rows(
        folder / "control_links.csv",
        ["control_site", "stratum"],
        [[name, stratum] for name, part in life.controls.items() for stratum in part.strata],
    )
    _write_schedule(folder, life, units)
    if life.fields:
        names = ["field", "farm", "instance", "stratum", "area_ha", "joined_on", "left_on", "reason"]
        write_rows(folder / "fields.csv", names, life.fields)
    if life.instances:
        write_rows(folder / "instances.csv", ["instance", "validated_on"], life.instances)
    if life.eligibility:
        (folder / "eligibility.toml").write_text(life.eligibility, encoding="utf-8")
    if life.statuses:
        write_rows(folder / "point_status.csv", ["point", "status", "campaign", "reason"], life.statuses)
    return approve(folder)


def _write_schedule(folder: Path, life: Life, units: Sequence[str]) -> None:
    first, *lines = SCHEDULE.splitlines()
    baseline, project = (
        next(line for line in lines if f",{kind}," in line) for kind in ("baseline", "project")
    )
    last = max(end for _, _, end, _ in life.periods)
    rows = [first]
    for unit in units:
        start = life.starts.get(unit, 2021)
        for line, years in ((baseline, range(start - 3, start)), (project, range(start, last))):
            rows += [
                re.sub(r",\d{4},", f",{year},", line).replace("PLACEHOLDER-unit", unit) for year in years
            ]
    (folder / "schedule_of_activities.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
