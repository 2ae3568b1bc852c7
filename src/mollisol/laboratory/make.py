"""Make a world: written from one that ships, checked where it is there, or drawn around a project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from mollisol.engine import assess_project
from mollisol.laboratory.world import World
from mollisol.laboratory.worlds import fixed, load_world, toml_text, world_of, world_text
from mollisol.methodology.findings import FindingsError, Place, finding
from mollisol.methodology.units import CO2E_PER_C
from mollisol.output import write_beside
from mollisol.quantification.checks import FloatArray

_MEASURED: Final = "secondary"


def make_world(path: Path, like: str, around: Path | None) -> tuple[World, bool]:
    """Return the world of a file, and whether it was written.

    Parameters
    ----------
    path
        Checked where it is there, else written.
    like
        The world that is written.
    around
        A project folder whose design, spreads and change take the place of those of the world.

    Raises
    ------
    FindingsError
        With every fault of the world or the project.
    """
    if path.exists():
        return load_world(str(path)), False
    text = world_text(like)
    if around is not None:
        text = _around(world_of(text, like), around)
    world = world_of(text, path.name)
    write_beside(path, text.encode())
    return world, True


def _around(world: World, project: Path) -> str:
    """Return the text of a world of replicates: the design of a project, with what it measured as the truth.

    Raises
    ------
    FindingsError
        If the project is blocked, or has no control site that was measured at both ends of its first period.
    """
    assessment = assess_project(project)
    context, samples = assessment.passed()
    head, stocks = context.project.head, samples.stocks
    period = head.verification_periods[0]
    start, end = (stocks.by_campaign[name] for name in (period.first_campaign, period.last_campaign))
    of_home: dict[str, list[float]] = {}
    for unit, before, after in zip(start.index, np.ravel(start.value), np.ravel(end.value), strict=True):
        of_home.setdefault(stocks.home_of[unit], []).append(float(after - before) * CO2E_PER_C)
    strata = [one.stratum for one in context.project.strata]
    links = {(one.control_site, one.stratum) for one in context.project.control_links}
    sites = sorted({site for site, _ in links if site in of_home})
    if not sites or min(len(of_home.get(name, ())) for name in strata) < 2:
        where, words = (
            Place(file=project.name),
            "no control sites, or a stratum with fewer than two units at both ends",
        )
        raise FindingsError([finding("world-not-usable", where, words)])
    change = {name: np.array(values) for name, values in of_home.items()}
    area = np.array([one.area_ha for one in context.project.strata])
    link = np.array([[float((site, name) in links) for site in sites] for name in strata])
    means = np.array([change[site].mean() for site in sites])
    baseline = (link * means).sum(axis=1) / link.sum(axis=1)
    effect = np.array([change[name].mean() for name in strata]) - baseline
    share = area / area.sum()
    within, between = _spreads_of_sites([change[site] for site in sites])
    rest = f"measured in {head.name}, period {period.name}; taken as the truth"
    alike: Mapping[str, float] = {
        "baseline_change": float(baseline @ share),
        "between_sites": between,
        "spread_of_points": within,
        "between_strata": 0.0,
        "batch_cv": 0.0,
        "deeper_share": 0.0,
        "rating_percent": head.non_permanence_rating_percent or 12.0,
    }
    given: dict[str, Any] = world.model_dump(mode="json", by_alias=True, exclude_none=True)
    given |= {name: fixed(value, rest, _MEASURED) for name, value in alike.items()}
    given |= {
        "name": f"replicates of {head.name}",
        "about": f"one project's design, {len(strata)} strata and {len(sites)} control sites; its change is the truth",
        "deeper_spread": 0.0,
        "practice": [
            {"name": "as measured", "share": 1.0, "change": fixed(float(effect @ share), rest, _MEASURED)}
        ],
        "texture": [{"name": "its own", "share": 1.0, "source": rest, "status": _MEASURED}],
        "region": [{"name": "its own", "share": 1.0, "source": rest, "status": _MEASURED}],
        "design": {
            "project": head.name,
            "area_ha": area.tolist(),
            "samples": [change[name].size for name in strata],
            "spread": [float(change[name].std(ddof=1)) for name in strata],
            "points": [change[site].size for site in sites],
            "link": link.astype(int).tolist(),
        },
    }
    return f"# Made by mollisol lab make --around\n{toml_text(given)}"


def _spreads_of_sites(changes: list[FloatArray]) -> tuple[float, float]:
    """Return the standard deviations within and between control sites; one site alone has none between."""
    freedom = sum(x.size - 1 for x in changes)
    within = sum(float(((x - x.mean()) ** 2).sum()) for x in changes) / freedom if freedom else 0.0
    if len(changes) == 1:
        return float(np.sqrt(within)), 0.0
    own = float(np.var([x.mean() for x in changes], ddof=1))
    points = float(np.mean([1 / x.size for x in changes]))
    return float(np.sqrt(within)), float(np.sqrt(max(own - within * points, 0.0)))
