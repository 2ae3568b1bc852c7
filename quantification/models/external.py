"""Results of models that ran elsewhere, brought to the axes of our own runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mollisol.methodology.columns import Columns
from mollisol.methodology.soil_models.inputs import ExternalRow
from mollisol.quantification.models.arrays import FloatArray

_DECEMBER = 12


def december_stocks(
    rows: Columns[ExternalRow], sites: Sequence[str], years: tuple[int, int]
) -> dict[str, FloatArray]:
    """Return the stocks at the end of each year by scenario.

    Parameters
    ----------
    rows
        Results, of which those at the end of December count.
    sites
        The sites that are wanted.
    years
        First and last year.

    Returns
    -------
    dict
        By scenario, (year, site, draw); draws in the order of their numbers. [t C/ha]

    Raises
    ------
    ValueError
        If a site has no stock at the end of a year in a scenario and draw.
    """
    scenario, point = rows.column("scenario"), rows.column("point")
    year, draw = (rows.column(name).numbers().astype(np.int64) for name in ("year", "draw"))
    numbers = {site: number for number, site in enumerate(sites)}
    place = np.array([numbers.get(label, -1) for label in point.labels])[point.codes]
    wanted = (place >= 0) & (rows.column("month").numbers() == _DECEMBER)
    wanted &= (year >= years[0]) & (year <= years[1])
    _, column = np.unique(draw, return_inverse=True)
    stock = rows.column("soc_t_ha").numbers()
    cubes = {}
    for code, name in enumerate(scenario.labels):
        mine = wanted & (scenario.codes == code)
        cube = np.full((years[1] - years[0] + 1, len(sites), int(column.max()) + 1), np.nan)
        cube[year[mine] - years[0], place[mine], column[mine]] = stock[mine]
        if np.isnan(cube).any():
            gap, site, _ = np.argwhere(np.isnan(cube))[0].tolist()
            raise ValueError(f"no stock of {sites[site]} at the end of {years[0] + gap} in scenario {name}")
        cubes[name] = cube
    return cubes
