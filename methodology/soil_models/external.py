"""Results of models that ran elsewhere (DayCent, DNDC and the like): checked, then treated as our own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.soil_models.inputs import ExternalModel, ExternalRow

_LARGEST_STOCK_T_HA = 1000.0
_NAMES = ("model", "model_version", "parameter_set", "point", "scenario")
_KEY = ("scenario", "point", "year", "month", "draw")
_INPUTS = ("weather", "soil", "management", "parameters")
_DECEMBER = 12


def check_external(rows: Columns[ExternalRow]) -> Iterator[Finding]:
    """Return what is wrong with external results: several models, values twice, or points, dates and draws missing."""
    if not rows:
        yield finding("external-empty", "external results", "no rows")
        return
    yield from _cells(rows)
    for key, places in rows.groups(*_KEY).items() if len(rows.distinct(*_KEY)) < len(rows) else ():
        scenario, point, year, month, draw = key
        for place in places[1:]:
            text = f"point {point}, {scenario}, {year}-{month:02d}, draw {draw}"
            yield finding("external-duplicate", _at(rows, "point", int(rows.row_numbers[place])), text)
    yield from _identity(rows)
    yield from _complete(rows)


def check_declared(declared: ExternalModel, rows: Columns[ExternalRow], file: str) -> Iterator[Finding]:
    """Return where results are not of the model that ``model.toml`` declares, and inputs that it does not declare."""
    for column, name in zip(
        _NAMES[:3], (declared.name, declared.version, declared.parameter_set), strict=True
    ):
        for number, other in list(rows.places(column, lambda value, own=name: value != own))[:1]:  # type: ignore[misc]
            yield finding("external-not-as-declared", _at(rows, column, number), other, allowed=name)
    missing = [what for what in _INPUTS if not declared.files_of(what)]
    if missing:
        where = Place(file=file, thing="external.inputs")
        yield finding("external-input-undeclared", where, f"nothing on {', '.join(missing)}")


def missing_years(
    rows: Columns[ExternalRow], wanted: Iterable[tuple[str, int]], scenarios: Iterable[str]
) -> Iterator[Finding]:
    """Return a finding for each scenario that lacks the end of a year that is wanted of a point."""
    there = {key[:3] for key in rows.distinct("scenario", "point", "year", "month") if key[3] == _DECEMBER}
    pairs = sorted(set(wanted))
    for scenario in scenarios:
        gone = [pair for pair in pairs if (scenario, *pair) not in there]
        if gone:
            where = Place(file=rows.file, column="year", thing=f"scenario {scenario}")
            point, year = gone[0]
            found = f"no stock of {point} at the end of December {year}"
            yield finding("external-years-missing", where, found, more=len(gone) - 1)


def _at(rows: Columns[ExternalRow], column: str, number: int) -> Place:
    return Place(file=rows.file, row=number or None, column=column)


def _cells(rows: Columns[ExternalRow]) -> Iterator[Finding]:
    """Return the findings on single cells."""
    for column in _NAMES:
        for number, _ in rows.places(column, lambda value: not value.strip()):
            yield finding("external-name-missing", _at(rows, column, number), "nothing")
    for number, month in rows.places("month", lambda value: not 1 <= value <= _DECEMBER):
        yield finding("external-month-number", _at(rows, "month", number), str(month))
    for number, stock in rows.places("soc_t_ha", lambda value: not 0 <= value <= _LARGEST_STOCK_T_HA):
        code = "external-stock-negative" if stock < 0 else "external-stock-unit"
        yield finding(code, _at(rows, "soc_t_ha", number), f"{stock:g}")


def _identity(rows: Columns[ExternalRow]) -> list[Finding]:
    """Return the findings on more than one model, version or parameter set."""
    named = {column: sorted(set(rows.column(column).labels)) for column in _NAMES[:3]}
    return [
        finding(
            f"external-{column.replace('_', '-')}-mixed",
            Place(file=rows.file, column=column),
            ", ".join(names),
        )
        for column, names in named.items()
        if len(names) > 1
    ]


def _complete(rows: Columns[ExternalRow]) -> Iterator[Finding]:
    """Return the findings on points, dates or draws that one scenario has and another lacks."""
    dates: dict[str, set[tuple[int, int]]] = {}
    for point, year, month in rows.distinct("point", "year", "month"):
        dates.setdefault(point, set()).add((year, month))
    draws = sorted(set(rows.column("draw").labels))
    here = rows.distinct(*_KEY)
    for scenario in sorted(set(rows.column("scenario").labels)):
        gone = [
            (point, year, month, draw)
            for point in sorted(dates)
            for year, month in sorted(dates[point])
            for draw in draws
            if (scenario, point, year, month, draw) not in here
        ]
        if gone:
            point, year, month, draw = gone[0]
            yield finding(
                "external-incomplete",
                Place(file=rows.file, thing=f"scenario {scenario}"),
                f"point {point}, {year}-{month:02d}, draw {draw} missing",
                more=len(gone) - 1,
                points=len(dates),
                dates=len({date for own in dates.values() for date in own}),
                draws=len(draws),
            )
