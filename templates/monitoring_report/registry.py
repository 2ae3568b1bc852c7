"""The monitoring report in a registry's form: the sections of its template, what was declared for each, and boxes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any, Final

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.eligibility.clauses import DECLARATIONS_FILE, clauses
from mollisol.methodology.project import Project, ProjectHead
from mollisol.templates.filters import number, plural, span, whole
from mollisol.templates.monitoring_report.monitored import ACTIVITY_TABLES
from mollisol.templates.monitoring_report.report import ReportModel

MISSING: Final = "missing"
"""What stands for anything that the project has not declared."""
_MANY: Final = 4
_LOSSES: Final = {"loss-event", "loss-after-issue"}
_YEAR_DAYS: Final = 365.25


class Answer(DomainObject):
    """What the template asks in one line, and what the project says; empty where it says nothing."""

    asks: str
    said: str
    source: str = ""


class Box(DomainObject):
    """A parameter as the methodology lists it: where it enters, and its value in this project."""

    id: str
    symbol: str
    unit: str
    equations: str
    page: str
    source: str
    frequency: str
    quality: str
    equipment: str
    value: str


class Section(DomainObject):
    """A section of the template, its answers, and the chapters of the own report that stand in it."""

    number: str
    heading: str
    asks: str
    answers: Items[Answer] = ()
    boxes: Items[Box] = ()
    chapters: Items[str] = ()

    @property
    def anchor(self) -> str:
        """The anchor of its heading."""
        return f"section-{self.number.replace('.', '-')}"

    @property
    def inner(self) -> bool:
        """Whether it stands inside of another one."""
        return "." in self.number


def registry_sections(report: ReportModel) -> tuple[Section, ...]:
    """Return the sections of the template, filled with what the project declares and the run computed."""
    own = {chapter.id for chapter in report.chapters}
    return tuple(
        Section(
            number=row["number"],
            heading=row["heading"],
            asks=row["asks"],
            answers=(
                *(answer for fact in row["facts"].split() if fact in _FACTS for answer in _FACTS[fact](report)),
                *(_statement(report, id) for id in row["statements"].split()),
            ),
            boxes=tuple(boxes(report)) if "parameters" in row["facts"].split() else (),
            chapters=tuple(chapter for chapter in row["chapters"].split() if chapter in own),
        )
        for row in _rows("mollisol.templates.monitoring_report", "registry.csv")
    )  # fmt: skip


@cache
def _rows(package: str, *names: str) -> tuple[Mapping[str, str], ...]:
    text = files(package).joinpath(*names).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _statement(report: ReportModel, id: str) -> Answer:
    asks = next(clause.asks for clause in clauses() if clause.id == id)
    project = _project(report)
    stated = [one for one in project.declarations if one.clause == id] if project else []
    said = "; ".join(f"{one.thing}: {one.answer}" if one.thing else one.answer for one in stated)
    documents = ", ".join(dict.fromkeys(one.document for one in stated if one.document))
    return Answer(asks=asks, said=said, source=documents or (DECLARATIONS_FILE if stated else ""))


def _project(report: ReportModel) -> Project | None:
    return report.site.project if report.site else None


def _head(asks: str, name: str) -> Callable[[ReportModel], list[Answer]]:
    def answer(report: ReportModel) -> list[Answer]:
        value = getattr(report.head, name)
        return [
            Answer(asks=asks, said="" if value in (None, "") else str(value), source=f"project.toml, {name}")
        ]

    return answer


def _periods(report: ReportModel) -> list[Answer]:
    said = ", ".join(span(period.during) for period in report.head.monitoring_periods)
    return [Answer(asks="monitoring periods", said=said, source="project.toml")]


def _rules(report: ReportModel) -> list[Answer]:
    return [Answer(asks="methodology and its edition", said=report.results.rule_set, source="project.toml")]


def _location(report: ReportModel) -> list[Answer]:
    file, project = report.head.geometry_file, _project(report)
    said = f"{plural(len(project.strata), 'outline')} of strata" if file and project else ""
    return [Answer(asks="outlines, which mollisol report --format kml writes as KML", said=said, source=file)]


def _registered(report: ReportModel) -> list[Answer]:
    named = (
        ("registered on", "registered_on"),
        ("listed on", "listed_on"),
        ("registration asked for on", "registration_requested_on"),
    )
    return [answer for asks, name in named for answer in _head(asks, name)(report)]


def _eligibility(report: ReportModel) -> list[Answer]:
    project = _project(report)
    facts = project.eligibility if project else None
    asked = (
        ("use of the land, year by year", "land_use"),
        ("no native ecosystem cleared", "native_clearing"),
        ("no wetland", "wetlands"),
        ("productivity is kept", "productivity"),
        ("not required by law", "regulatory_surplus"),
        ("barriers", "barriers"),
        ("adoption in the region", "adoption"),
    )
    told = sum(finding.where.file == "eligibility.toml" for finding in report.findings)
    found = f"; {plural(told, 'finding')} on the file" if told else ""
    answers = []
    for asks, name in asked:
        rows = list(getattr(facts, name)) if facts else []
        answers.append(
            Answer(
                asks=asks,
                said=plural(len(rows), "statement") + found if rows else "",
                source="eligibility.toml",
            )
        )
    return answers


def _losses(report: ReportModel) -> list[Answer]:
    found = [f"{one.where}: {one.found}" for one in report.findings if one.code in _LOSSES]
    said = "; ".join(found) or "no period has a total below zero"
    return [Answer(asks="losses that the figures show", said=said, source="results.json")]


def _ex_ante(report: ReportModel) -> list[Answer]:
    yearly = report.head.expected_t_co2e_per_year
    answers = []
    for period in report.results.periods:
        years = ((period.during.end - period.during.start).days + 1) / _YEAR_DAYS
        achieved = f"verified {number(period.verified_total_t_co2e)} t CO2e"
        said = "" if yearly is None else f"estimated {number(yearly * years)} t CO2e; {achieved}"
        asks = f"period {period.name}: estimate beforehand and what was verified"
        answers.append(Answer(asks=asks, said=said, source="project.toml, results.json"))
    return answers


_FACTS: Final[Mapping[str, Callable[[ReportModel], list[Answer]]]] = {
    "title": _head("title of the project", "name"),
    "period": _periods,
    "rules": _rules,
    "proponent": _head("proponent", "proponent"),
    "country": _head("country", "country"),
    "location": _location,
    "start": _head("day of the start", "start_date"),
    "crediting": _head("years of crediting", "crediting_years"),
    "registered": _registered,
    "eligibility": _eligibility,
    "losses": _losses,
    "exante": _ex_ante,
}


def boxes(report: ReportModel) -> Iterable[Box]:
    """Yield a box for each parameter of the methodology, those at validation first."""
    used = {note.id.removeprefix("vm0042:") for note in report.equations}
    for row in _rows("mollisol.methodology", "tables", "parameters.csv"):
        value = _value(report, row["value"], used & set(row["equations"].split()))
        equipment = _statement(report, row["equipment"]).said or MISSING if row["equipment"] else "records"
        yield Box.model_validate(dict(row) | {"value": value or MISSING, "equipment": equipment})


def _value(report: ReportModel, where: str, used: set[str]) -> str:
    """Return the value of a parameter in words; nothing where the project has none."""
    kind, _, rest = where.partition(" ")
    if kind == "rule":
        values = [row.chosen for row in report.rules if row.chosen.rule == rest]
        return "; ".join(dict.fromkeys(f"{one.value} ({one.clock_date})" for one in values))
    if where == "boundary":
        return "; ".join(row.label for row in report.boundary if row.included)
    if where == "model":
        return "as the modelling plan says" if report.head.model else "does not apply: no model"
    if where == "computed":
        equations = ", ".join(sorted(used, key=lambda id: (len(id), id)))
        return (
            f"by equation {equations}, see the trace" if used else "does not apply: not computed in this run"
        )
    field, _, column = kind.partition(".")
    table = getattr(_project(report), field, ())
    wanted = [part.split("=") for part in rest.split()]
    rows = [row for row in table if all(getattr(row, name) == value for name, value in wanted)]
    found = [value for row in rows if (value := getattr(row, column)) is not None]
    if not found:
        return _absent(report.head, table, rows, field)
    if all(isinstance(value, int | float) for value in found):
        low, high = number(min(found)), number(max(found))
        return f"{plural(len(found), 'value')}, {low if low == high else f'{low} to {high}'}"
    words = list(dict.fromkeys(map(str, found)))
    more = f" and {whole(len(words) - _MANY)} more" if len(words) > _MANY else ""
    return ", ".join(words[:_MANY]) + more


def _absent(head: ProjectHead, table: Any, rows: list[Any], field: str) -> str:
    """Return why a table gives no value, where the project says so."""
    file = next((file for _, name, file in ACTIVITY_TABLES if name == field), "")
    reasons = [one.reason for one in head.absent_tables if one.table == file]
    if reasons:
        return f"does not take place: {reasons[0]}"
    if rows:
        return "measured in another way"
    return "none recorded" if len(table) else ""


def missing_of(sections: Iterable[Section]) -> dict[str, list[str]]:
    """Return what is missing, by the number of its section."""
    found = [(one.number, answer.asks) for one in sections for answer in one.answers if not answer.said]
    return {
        section: [asks for _, asks in group] for section, group in groupby(found, key=lambda item: item[0])
    }
