"""A plugin that switches off what a requirement names: its findings, the clauses on it and its equations.

``MOLLISOL_OFF`` holds the number of the requirement. Findings of its codes get another code and weigh nothing, its
clauses are not in the table, its equations give one per cent more. Five requirements name none of these: the schedule
then repeats its oldest year alone, potentials change places, no project is large, and there are no formulas or boxes.
Three
name a choice beside these: flooded rice then has the factor of other crops, displaced production never ends, and the
errors of amounts that a model takes are passed over.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from mollisol.methodology import findings, provenance

TABLES = Path(__file__).parents[2] / "methodology" / "tables"
MAPPING, WORKBOOK, POTENTIALS, SIZE, RICE, YEARS, AMOUNTS, BOXES = (
    "34", "94", "165", "169", "105", "120", "134", "150",
)  # fmt: skip
_STATED = ("clause-broken", "clause-undeclared", "clause-undocumented")


def _row(number: str) -> dict[str, str]:
    with (TABLES / "requirements.csv").open(newline="", encoding="utf-8") as stream:
        return next(row for row in csv.DictReader(stream) if row["number"] == number)


def _switch_off(number: str) -> None:
    row = _row(number)
    codes = set(filter(None, row["findings"].split("; "))).difference(_STATED)
    equations = set(filter(None, row["equations"].split("; ")))
    real, registered = findings.finding, provenance.equation

    @wraps(real)
    def finding(code: str, *where: Any, **more: Any) -> Any:
        made = real(code, *where, **more)
        off = {"code": "switched-off", "severity": findings.Severity.NOTE}
        return made.model_copy(update=off) if code in codes else made

    @wraps(registered)
    def equation(id: str, *more: Any, **named: Any) -> Callable[[Any], Any]:
        register = registered(id, *more, **named)

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(function)
            def wrong(*args: Any, **given: Any) -> Any:
                found = function(*args, **given)
                return found if isinstance(found, bool | str | None) else _more(found)

            return register(wrong if id in equations else function)

        return decorate

    findings.finding, provenance.equation = finding, equation
    from mollisol.methodology.eligibility import clauses

    kept = tuple(one for one in clauses.clauses() if one.row != int(number))
    clauses.clauses = lambda: kept  # type: ignore[assignment]
    if number == MAPPING:
        from mollisol.methodology.eligibility import schedule

        schedule.mapped_year = lambda project_year, look_back_years: -look_back_years
    if number == SIZE:
        from mollisol.programmes.vm0042 import VM0042

        VM0042.rule_names = {name: id for name, id in VM0042.rule_names.items() if "large" not in name}
    if number == POTENTIALS:
        from mollisol.emissions import terms

        terms.POTENTIALS = dict(zip(terms.POTENTIALS, reversed(terms.POTENTIALS.values()), strict=True))
    if number == RICE:
        from mollisol.methodology.factors import climate

        own: Any = climate.direct_factor
        climate.direct_factor = lambda nitrogen, moisture, rice=None: own(nitrogen, moisture)
    if number == BOXES:
        from mollisol.templates.monitoring_report import registry

        registry.boxes = lambda report: ()
    if number == AMOUNTS:
        baselines: Any = import_module("mollisol.changes.baselines")
        baselines.AMOUNTS = ()
    if number == YEARS:
        from mollisol.methodology.rules_in_force.rule_set import RulesInForce

        known: Any = RulesInForce.number
        never = "vmd0054.production.most-years"
        RulesInForce.number = lambda self, id: 1e6 if id == never else known(self, id)  # type: ignore[method-assign]
    if number == WORKBOOK:
        from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

        nothing: Any = lambda *given: 0  # noqa: E731
        Worksheet.write_formula = nothing


def _more(found: Any) -> Any:
    try:
        return found * 1.01
    except TypeError:
        return found


if number := os.environ.get("MOLLISOL_OFF"):
    _switch_off(number)
