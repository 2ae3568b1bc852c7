"""Results of models that ran elsewhere, brought to the axes of our own runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.findings import FindingsError, Severity
from mollisol.methodology.soil_models.external import check_external
from mollisol.methodology.soil_models.inputs import ExternalRow
from mollisol.quantification.models.arrays import FloatArray
from mollisol.quantification.models.scenarios import ScenarioRuns


@dataclass(frozen=True, slots=True)
class ExternalRuns:
    """Stocks and fluxes of an external model.

    Parameters
    ----------
    runs
        The same value as a run of our own gives: stocks by scenario, (date, point, draw). [t C/ha]
    dates
        (year, month) of each row.
    n2o_kg_ha, ch4_kg_ha
        Fluxes by scenario where the file has them for every row, (date, point, draw). [kg/ha]
    """

    runs: ScenarioRuns
    dates: tuple[tuple[int, int], ...]
    n2o_kg_ha: dict[str, FloatArray]
    ch4_kg_ha: dict[str, FloatArray]


def gather_external(rows: Sequence[ExternalRow]) -> ExternalRuns:
    """Bring the rows of an external model to arrays, once nothing blocks.

    Raises
    ------
    FindingsError
        With every finding, if any of them blocks.
    """
    findings = list(check_external(rows))
    if any(f.severity is Severity.BLOCKING for f in findings):
        raise FindingsError(findings)
    points = sorted({r.point for r in rows})
    dates = sorted({(r.year, r.month) for r in rows})
    draws = sorted({r.draw for r in rows})
    scenarios = sorted({r.scenario for r in rows})
    at_point, at_date, at_draw = ({name: i for i, name in enumerate(axis)} for axis in (points, dates, draws))

    def cube(column: str) -> dict[str, FloatArray]:
        if any(getattr(r, column) is None for r in rows):
            return {}
        cubes = {name: np.empty((len(dates), len(points), len(draws))) for name in scenarios}
        for r in rows:
            place = at_date[r.year, r.month], at_point[r.point], at_draw[r.draw]
            cubes[r.scenario][place] = getattr(r, column)
        return cubes

    first = rows[0]
    label = f"{first.model} {first.model_version}, {first.parameter_set}"
    runs = ScenarioRuns(
        first.model, label, tuple(points), tuple(year for year, _ in dates), cube("soc_t_ha"), tuple(findings)
    )
    return ExternalRuns(runs, tuple(dates), cube("n2o_kg_ha"), cube("ch4_kg_ha"))
