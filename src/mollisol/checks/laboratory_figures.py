"""What counting contents below a limit another way would do to the stock of a campaign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from mollisol.methodology.checks.laboratory import INCREMENTS, factors_without_error
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.stocks.laboratory_figures import SHARE_OF_LIMIT, content_of_limits
from mollisol.stocks.measured import UnitStocks

_G_PER_KG = 1000.0


def check_counted_figures(context: Context, stocks: UnitStocks) -> Iterator[Finding]:
    """Return what contents below a limit count as, with the tonnes of another rule, and factors without an error."""
    project = context.project
    cores = project.core_increments.as_read
    yield from factors_without_error(cores, project.head.laboratory_methods)
    if not cores.column("below_limit").given().any():
        return
    whole = (
        content_of_limits(cores, context.rules) * np.asarray(stocks.increments.soil_mass.value) / _G_PER_KG
    )
    weights = _hectares(context)
    rows: dict[tuple[str, str], list[int]] = cores.groups("campaign", "below_limit")
    for (campaign, word), places in rows.items():
        if word is None:
            continue
        per_share = float((whole * weights)[places].sum())
        others = [
            f"{other} {per_share * (share - SHARE_OF_LIMIT[word]):+,.2f} t C"
            for other, share in SHARE_OF_LIMIT.items()
            if other != word
        ]
        where = Place(file=INCREMENTS, column="below_limit", thing=f"campaign {campaign}")
        text = f"{len(places)} contents count as {word}; in the stock of the project: {', '.join(others)}"
        yield finding("contents-below-limit", where, text)


def _hectares(context: Context) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the hectares that each increment stands for in its campaign: none at control sites."""
    project = context.project
    cores = project.core_increments
    points = {point.point: point for point in project.sample_points}
    area = {stratum.stratum: stratum.area_ha for stratum in project.strata}
    samples: dict[tuple[str, str], int] = defaultdict(int)
    for campaign, point, _ in cores.distinct("campaign", "point", "sample"):
        samples[campaign, point] += 1
    of_unit: dict[tuple[str, str, str], int] = defaultdict(int)
    for campaign, point in samples:
        of_unit[campaign, points[point].stratum or "", points[point].sampling_unit] += 1
    units: dict[tuple[str, str], int] = defaultdict(int)
    for campaign, stratum, _ in of_unit:
        units[campaign, stratum] += 1
    weights = np.zeros(len(cores))
    for (campaign, name), places in cores.groups("campaign", "point").items():
        stratum = points[name].stratum or ""
        share = samples[campaign, name] * of_unit[campaign, stratum, points[name].sampling_unit]
        weights[places] = area.get(stratum, 0.0) / (share * units[campaign, stratum])
    return weights
