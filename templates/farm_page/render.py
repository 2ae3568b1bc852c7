"""From a report to a page for each farm, in the words of a message catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, Final, NamedTuple

from mollisol.methodology.findings import UserError
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import PeriodResult
from mollisol.templates.filters import fixed, slug, span, whole
from mollisol.templates.monitoring_report.report import ReportModel
from mollisol.templates.render import page_of

_PAGE: Final = "farm_page/page.html.j2"
_CATALOGUE: Final = "messages.toml"


class _Farm(NamedTuple):
    name: str
    area_ha: dict[str, float]
    """By stratum."""


def farm_pages(report: ReportModel, project: Project, catalogue: Path | None = None) -> dict[str, str]:
    """Return the page of each farm by the name of its file; of each quantification unit where no field names a farm.

    Parameters
    ----------
    report, project
        What is rendered, and the project as read from the inputs.
    catalogue
        A message catalogue in the place of the English one.

    Raises
    ------
    UserError
        If the catalogue cannot be read, lacks a message, or one of its messages has other names in braces.
    """
    say = _Messages(_own() if catalogue is None else _translated(catalogue))
    farms = list(_farms(project))
    files_of: dict[str, str] = {}
    for place, farm in enumerate(farms, start=1):
        name = f"{place:0{len(str(len(farms)))}d}-{slug(farm.name.lower())[:60].strip('-.')}.html"
        files_of[name] = _page(report, project, farm, say)
    return files_of


def _farms(project: Project) -> Iterator[_Farm]:
    days = [period.during.end for period in project.head.verification_periods]
    fields = [field for field in project.fields if not field.left_on or not days or field.left_on > max(days)]
    if any(field.farm for field in fields):
        found: dict[str, dict[str, float]] = {}
        for field in fields:
            areas = found.setdefault(field.farm or field.field, {})
            areas[field.stratum] = areas.get(field.stratum, 0.0) + field.area_ha
        yield from (_Farm(name, areas) for name, areas in sorted(found.items()))
        return
    for unit in project.quantification_units:
        own = {
            s.stratum: s.area_ha for s in project.strata if s.quantification_unit == unit.quantification_unit
        }
        yield _Farm(unit.quantification_unit, own)


class _Messages:
    """Messages by name, filled with values that are words already."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self._messages = messages

    def __call__(self, name: str, **values: str) -> str:
        return self._messages[name].format(**values)


@cache
def _own() -> Mapping[str, str]:
    text = files("mollisol.templates.farm_page").joinpath(_CATALOGUE).read_text(encoding="utf-8")
    return dict(tomllib.loads(text))


def _translated(file: Path) -> Mapping[str, str]:
    try:
        found: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UserError(f"{file} is no message catalogue: {error}") from None
    wrong = [name for name, own in _own().items() if _names(found.get(name)) != _names(own)]
    if wrong:
        raise UserError(
            f"{file} lacks {', '.join(wrong)}, or has other names in braces there than the English catalogue"
        )
    return found


def _names(message: Any) -> set[str] | None:
    """Return the names in braces of a message; None where it is none, or does more than name them."""
    try:
        parts = list(Formatter().parse(message))
    except (TypeError, ValueError):
        return None
    plain = all(not spec and not conversion for _, _, spec, conversion in parts)
    return {name for _, name, _, _ in parts if name is not None} if plain else None


def _page(report: ReportModel, project: Project, farm: _Farm, say: _Messages) -> str:
    results = report.results
    own = set(farm.area_ha)
    area, whole_area = sum(farm.area_ha.values()), sum(stratum.area_ha for stratum in project.strata)
    stocks = [row for row in results.stocks if row.stratum in own and row.scenario == "project"]
    places = sum(point.stratum in own for point in project.sample_points)
    alone = all(
        stratum.area_ha <= farm.area_ha[stratum.stratum]
        for stratum in project.strata
        if stratum.stratum in own
    )
    measured = say("not_measured_text")
    if stocks:
        rounds = len({row.campaign for row in stocks})
        measured = say("measured_text", places=whole(places), campaigns=whole(rounds))
    deducted = "; ".join(
        say(
            "deducted",
            percent=fixed(100 * period.deducted_t_co2e / period.gross_t_co2e, 0),
            period=span(period.during),
        )
        for period in results.periods
        if period.gross_t_co2e > 0
    )
    changes = [line for period in results.periods for line in _changes(period, own, say)]
    credited = [
        say(
            "credited_text",
            period=span(period.during),
            area=fixed(period.area_ha, 0),
            units=whole(period.units_if_eligible_t or 0),
            state=say(f"state_{period.state}"),
        )
        for period in results.periods
    ]
    share = say("share_text", share=fixed(100 * area / whole_area, 0))
    return page_of(
        _PAGE,
        {},
        say=say,
        farm=farm.name,
        project=results.project,
        area=fixed(area, 1),
        measured=measured,
        stocks=stocks,
        changes=[*changes, *([] if alone else [say("shared_text")])],
        uncertain=say("uncertain_text", deducted=deducted) if deducted else "",
        credited=[*credited, share, say("no_promise")],
        made_by=say("made_by", version=report.mollisol),
    )


def _changes(period: PeriodResult, strata: set[str], say: _Messages) -> Sequence[str]:
    """Return a sentence for each part of the land: its change, and that of land that is farmed as before."""
    measured = bool(period.first_campaign)
    lines = []
    for row in period.strata:
        if row.stratum in strata:
            mine, theirs = row.project_change_t_co2e_per_ha, row.baseline_change_t_co2e_per_ha
            ends = (
                {"first": str(period.first_campaign), "last": str(period.last_campaign)} if measured else {}
            )
            lines.append(
                say(
                    "change_text" if measured else "modelled_text",
                    **ends,
                    part=row.stratum,
                    moved=say("gained" if mine >= 0 else "lost"),
                    amount=fixed(abs(mine), 1),
                    control_moved=say("gained" if theirs >= 0 else "lost"),
                    control_amount=fixed(abs(theirs), 1),
                    difference=fixed(row.difference_t_co2e_per_ha, 1),
                )
            )
    return lines
