"""What was found as frames: results, credits, trace, findings, a laboratory, a portfolio."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from mollisol.api.project import Project
from mollisol.api.tables import frame_of_rows
from mollisol.laboratory.results import LabResult
from mollisol.run import Assessment, Run

if TYPE_CHECKING:
    from mollisol.methodology.findings import Finding
    from mollisol.methodology.results.run import RunResult
    from mollisol.methodology.trace import Trace

_OF_PERIOD: Final = {
    "vintages": ("number",),
    "calendar": ("year",),
    "strata": ("stratum",),
    "variance": ("label",),
    "sources": ("id",),
    "baselines": ("kind",),
}
"""Tables of a period, and what names a row of each."""


def frames(
    source: Project | Assessment | Run | LabResult | str | Path,
) -> dict[str, pd.DataFrame]:
    """Return everything of a thing as frames by name, with named indexes and units in ``frame.attrs["units"]``.

    Parameters
    ----------
    source
        A project (its tables), findings (:func:`mollisol.assess_project`), a run (``periods``, ``credits``, ``strata``,
        ``variance``, ``trace`` and more), what a laboratory found, or the folder of a portfolio.

    Raises
    ------
    UserError
        If a folder is no portfolio, or a table of a project cannot be read.

    Examples
    --------
    >>> import mollisol
    >>> found = mollisol.frames(mollisol.Project.new().check())
    >>> found["findings"].index.name
    'code'
    """
    if isinstance(source, Project):
        return source.to_frames()
    if isinstance(source, Assessment):
        return {"findings": _of_findings(source.findings)}
    if isinstance(source, Run):
        made = _of_results(source.results)
        return {**made, "trace": _of_trace(source.trace), "findings": _of_findings(source.findings)}
    return _of_laboratory(source) if isinstance(source, LabResult) else _of_portfolio(Path(source))


def _of_findings(findings: Iterable[Finding]) -> pd.DataFrame:
    rows: list[Mapping[str, Any]] = []
    for one in findings:
        data = one.model_dump(mode="json")
        rows.append({**data, **data["where"]})
    return frame_of_rows(rows, ["code"])


def _of_results(results: RunResult) -> dict[str, pd.DataFrame]:
    """Return the figures of a run; tables of all periods stand in one frame each."""
    data = results.model_dump(mode="python")
    made = {"periods": frame_of_rows(map(_dated, data["periods"]), ["name"]).rename_axis("period")}
    for table, names in _OF_PERIOD.items():
        rows = [{"period": one["name"], **_dated(row)} for one in data["periods"] for row in one[table] or ()]
        made["credits" if table == "calendar" else table] = frame_of_rows(rows, ["period", *names])
    made["stocks"] = frame_of_rows(data["stocks"], ["stratum", "scenario", "campaign"])
    return made


def _dated(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the first and last day of its interval beside the rest."""
    return {**row, **row.get("during", {})}


def _of_trace(trace: Trace) -> pd.DataFrame:
    """Return every number of a trace in a row: the name of its quantity, its place in it, and what it stands on."""
    rows = []
    for one in trace.quantities.values():
        value = np.asarray(one.value)
        if value.dtype.kind not in "fiu":
            continue
        for place, number in enumerate(value.ravel().tolist()):
            label = one.index[place] if len(one.index) == value.size else ""
            row = one.rows[place] if len(one.rows) == value.size else ", ".join(one.rows)
            told = {"unit": one.unit, "equation": one.equation, "row": row}
            rows.append({"quantity": one.name, "place": place, "label": label, "value": number, **told})
    return frame_of_rows(rows, ["quantity", "place"])


def _of_laboratory(result: LabResult) -> dict[str, pd.DataFrame]:
    """Return scenarios, their figures, and their differences from the first."""
    data = result.model_dump(mode="python")["scenarios"]
    made = {"scenarios": frame_of_rows(data, ["name"]).rename_axis("scenario")}
    for table in ("figures", "differences"):
        rows = [
            {"scenario": one["name"], "figure": name, **figure}
            for one in data
            for name, figure in one[table].items()
        ]
        made[table] = frame_of_rows(rows, ["scenario", "figure"])
    return made


def _of_portfolio(folder: Path) -> dict[str, pd.DataFrame]:
    from mollisol.portfolio.page import EXPORTED
    from mollisol.portfolio.store import opened

    with opened(folder) as store:
        return {name: frame_of_rows(store.rows(query), ["project"]) for name, query in EXPORTED.items()}
