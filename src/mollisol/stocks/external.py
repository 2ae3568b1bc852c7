"""The results of a model that ran elsewhere beside what was measured, and the rows that they stand in."""

from __future__ import annotations

import numpy as np

from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.soil_models.inputs import ExternalResults
from mollisol.methodology.trace import Quantity
from mollisol.quantification.models.external import december_stocks


def rows_of_results(external: ExternalResults) -> dict[tuple[str, str, int], str]:
    """Return the row of each stock at the end of a year, by scenario, point and year; none where there are draws."""
    rows = external.rows
    if len(set(rows.column("draw").labels)) > 1:
        return {}
    return {
        (scenario, point, year): f"{rows.file}:{rows.row_numbers[place]}"
        for (scenario, point, year, month), place in rows.distinct(
            "scenario", "point", "year", "month"
        ).items()
        if month == 12
    }


def start_gaps(
    context: Context, external: ExternalResults, measured: Quantity, year: int
) -> tuple[Finding, ...]:
    """Return a finding for each stratum whose runs start far from what was measured.

    Parameters
    ----------
    context
        The project.
    external
        The results.
    measured
        Measured stock of each point. [t C/ha]
    year
        At whose end the runs start.
    """
    allowed = context.rules.number("mollisol.external.start-gap")
    run = december_stocks(external.rows, measured.index, (year, year))["project"][0].mean(axis=1)
    home = {point.point: point.stratum or point.control_site for point in context.project.sample_points}
    names = np.array([home[point] for point in measured.index])
    found = []
    for stratum in sorted(set(names.tolist())):
        own = names == stratum
        started, held = float(run[own].mean()), float(np.asarray(measured.value)[own].mean())
        if abs(started - held) > allowed * held:
            where = Place(file=external.rows.file, column="soc_t_ha", thing=f"stratum {stratum}")
            text = f"{started:.2f} t C/ha at the end of {year}, where {held:.2f} were measured"
            found.append(finding("external-start-off", where, text, allowed_share=allowed))
    return tuple(found)
