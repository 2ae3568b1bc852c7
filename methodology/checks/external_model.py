"""What a project asks of the results of a model that ran elsewhere: years, points, depth, one start, no phases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from mollisol.methodology.baseline import BlendedBaseline
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.model_setup import MODEL_FOLDER
from mollisol.methodology.project import Project
from mollisol.methodology.soil_models.external import missing_years
from mollisol.methodology.soil_models.inputs import ExternalResults

_SETTINGS = f"{MODEL_FOLDER}/model.toml"


def check_external_model(
    project: Project, points: Sequence[str], years: Callable[[], range]
) -> Iterator[Finding]:
    """Return every finding on the results; none where the project's model ran here.

    Parameters
    ----------
    project
        The project.
    points
        The points that are modelled.
    years
        The years whose ends the results have to hold, from the start of the runs on; asked for at last, as they rest
        on the cores.
    """
    external = project.model.inputs.external if project.model is not None else None
    if external is None:
        return
    rows, declared = external.rows, external.declared
    there = set(rows.column("point").labels)
    known = {point.point for point in project.sample_points}
    for name in (name for name in points if name not in there):
        yield finding("model-point-missing", Place(file=rows.file, thing=f"point {name}"), "no row")
    for number, name in list(rows.places("point", lambda value: value not in known))[:1]:
        yield finding("model-site-unknown", Place(file=rows.file, row=number, column="point"), name)
    yield from _depth(project, external)
    yield from _start(external, set(points), project.head.start_date.year - 1)
    if any(isinstance(item, BlendedBaseline) for item in project.soil_baselines):
        where = Place(file="project.toml", thing="baselines, kind blended")
        yield finding("external-no-phases", where, f"results of {declared.name}")
    gases = [name for name in ("n2o_kg_ha", "ch4_kg_ha") if rows.column(name).given().any()]
    if gases:
        yield finding("external-gases-unused", Place(file=rows.file, column=gases[0]), ", ".join(gases))
    wanted = ((name, year) for year in years() for name in points if name in there)
    yield from missing_years(rows, wanted, sorted(set(rows.column("scenario").labels)))


def _depth(project: Project, external: ExternalResults) -> Iterator[Finding]:
    depth = external.declared.depth_cm
    if depth != project.head.reporting_depth_cm:
        yield finding(
            "model-depth-differs",
            Place(file=_SETTINGS, thing="external.depth_cm"),
            f"{depth:g} cm",
            reporting_depth_cm=project.head.reporting_depth_cm,
        )


def _start(external: ExternalResults, points: Collection[str], start: int) -> Iterator[Finding]:
    """Return a finding where the scenarios do not start from one stock: what parts them later is not the practice."""
    rows = external.within((start, start), points).rows
    stocks: dict[tuple[str, int], set[float]] = {}
    for point, month, draw, stock in rows.distinct("point", "month", "draw", "soc_t_ha"):
        if month == 12:
            stocks.setdefault((point, draw), set()).add(stock)
    apart = [(point, sorted(found)) for (point, _), found in stocks.items() if len(found) > 1]
    if apart:
        point, (low, *_, high) = apart[0]
        yield finding(
            "external-start-differs",
            Place(file=rows.file, column="soc_t_ha", thing=f"point {point}"),
            f"{low:g} and {high:g} t C/ha at the end of {start}",
            more=len(apart) - 1,
        )
