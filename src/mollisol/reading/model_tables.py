"""Reads the CSV tables of the soil models. Nothing is filled in; every fault is a finding with file, row and column."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.soil_models import checks
from mollisol.methodology.soil_models.catalogue import MODELS
from mollisol.methodology.soil_models.domains import practice_refusals, site_refusals
from mollisol.methodology.soil_models.inputs import ActivityRow, ModelInputs, Row, SiteRow, WeatherRow
from mollisol.methodology.soil_models.parameters import ParameterSet, parameter_set
from mollisol.methodology.soil_models.tables import crops, manures
from mollisol.methodology.soil_models.weather import check_weather

MOST_BYTES = 500_000_000
_SHOWN_ROWS = 5


def read_table[R: Row](path: Path, kind: type[R]) -> tuple[list[R], list[Finding]]:
    """Read a CSV table as typed rows.

    Parameters
    ----------
    path
        The file: UTF-8, a header, comma or semicolon between cells.
    kind
        Type of the rows; its fields name the columns.

    Returns
    -------
    tuple
        The rows that could be read, and the findings. A row with a blocking finding is not among the rows.
    """
    name = path.name
    text, findings = _text(path)
    if findings:
        return [], findings
    lines = text.splitlines()
    separator = ";" if lines[0].count(";") > lines[0].count(",") else ","
    table = csv.reader(lines, delimiter=separator, strict=True)
    try:
        header = [cell.strip() for cell in next(table)]
    except csv.Error as error:
        do = "look at quotes and line ends"
        return [], [table_fault("table-malformed", name, f"its header: {error}", "a CSV table", do)]
    findings = _columns(name, header, kind)
    if any(f.severity is Severity.BLOCKING for f in findings):
        return [], findings
    rows: list[R] = []
    try:
        for number, cells in enumerate(table, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            values, faults = _row(name, number, header, cells, kind)
            findings += faults
            if not faults:
                rows.append(kind(file=name, row=number, **values))
    except csv.Error as error:
        findings.append(
            table_fault("table-malformed", name, str(error), "a CSV table", "look at quotes and line ends")
        )
    if not rows and not findings:
        findings.append(
            table_fault("table-empty", name, "no rows under the header", "at least one row", "add the rows")
        )
    return rows, gathered(findings)


def gathered(findings: list[Finding]) -> list[Finding]:
    """Gather findings of one code and column beyond the first five into the last of them."""
    kept: list[Finding] = []
    counts: dict[tuple[str, str, str], int] = {}
    last: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        key = (finding.code, finding.where.file, finding.where.column)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= _SHOWN_ROWS:
            last[key] = len(kept)
            kept.append(finding)
        else:
            place = last[key]
            kept[place] = kept[place].model_copy(update={"more": kept[place].more + 1})
    return kept


def table_fault(
    code: str, file: str, found: str, allowed: str, do: str, column: str = "", row: int | None = None
) -> Finding:
    """Make a blocking finding on a file, a column or a cell."""
    where = Place(file=file, row=row, column=column)
    return Finding(code=code, severity=Severity.BLOCKING, where=where, found=found, allowed=allowed, do=do)


def _text(path: Path) -> tuple[str, list[Finding]]:
    """Read a file as text, or say why not."""
    name = path.name
    if not path.is_file():
        return "", [table_fault("file-missing", name, "no such file", "a CSV file", "write the table")]
    size = path.stat().st_size
    if size > MOST_BYTES:
        do = "split the table"
        return "", [table_fault("file-too-large", name, f"{size} bytes", f"up to {MOST_BYTES} bytes", do)]
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return "", [
            table_fault(
                "file-not-text", name, "bytes that are not UTF-8", "UTF-8 text", "save it as UTF-8 CSV"
            )
        ]
    if not text.strip():
        return "", [table_fault("file-empty", name, "nothing", "a header and rows", "write the table")]
    if "\x00" in text:
        return "", [table_fault("file-not-text", name, "zero bytes", "UTF-8 text", "save it as UTF-8 CSV")]
    return text, []


def _columns(name: str, header: list[str], kind: type[Row]) -> list[Finding]:
    """Look for columns that are missing, twice there, or unknown."""
    fields = {field: info for field, info in kind.model_fields.items() if field not in ("file", "row")}
    known = ", ".join(fields)
    found = []
    for column, info in fields.items():
        if info.is_required() and column not in header:
            do = "add the column; its name carries its unit"
            found.append(table_fault("column-missing", name, f"no column {column}", known, do, column))
    found += [
        table_fault("column-twice", name, f"{column} is there twice", "once", "keep one", column)
        for column in sorted({c for c in header if header.count(c) > 1})
    ]
    found += [
        table_fault(
            "column-unknown", name, column, known, "rename or remove it; it is not read", column
        ).model_copy(update={"severity": Severity.WARNING})
        for column in header
        if column not in fields
    ]
    return found


def _row(
    name: str, number: int, header: list[str], cells: list[str], kind: type[Row]
) -> tuple[dict[str, Any], list[Finding]]:
    """Turn the cells of a row into values."""
    if len(cells) != len(header):
        text = f"{len(cells)} cells"
        return {}, [
            table_fault(
                "row-length", name, text, f"{len(header)} cells", "look for a stray separator", "", number
            )
        ]
    values: dict[str, Any] = {}
    faults = []
    for column, cell in zip(header, cells, strict=True):
        info = kind.model_fields.get(column)
        if info is None or column in ("file", "row"):
            continue
        text = cell.strip()
        if text == "":
            if info.is_required():
                do = "give the value; nothing is filled in"
                faults.append(
                    table_fault("value-missing", name, "an empty cell", "a value", do, column, number)
                )
            continue
        wanted = _plain(info.annotation)
        if wanted is str:
            values[column] = text
            continue
        value = _number(text, whole=wanted is int)
        if value is None:
            allowed = "a whole number" if wanted is int else "a finite number with a decimal point"
            do = "give the number alone, without unit, sign of comparison or decimal comma"
            faults.append(table_fault("value-not-a-number", name, text[:40], allowed, do, column, number))
        else:
            values[column] = value
    return values, faults


def _plain(annotation: Any) -> type:
    """Give the type that a cell is read as: the part of an optional type that is not None."""
    parts = (
        [p for p in get_args(annotation) if p is not type(None)]
        if get_origin(annotation) is UnionType
        else []
    )
    return parts[0] if parts else annotation  # type: ignore[no-any-return]


def _number(text: str, *, whole: bool) -> float | int | None:
    """Read a finite number written plainly, or give None."""
    if "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    if not whole:
        return value
    return int(value) if value.is_integer() else None


def read_folder(
    folder: Path, *, model: str = "", parameters: str = "", options: Sequence[str] = ()
) -> tuple[ModelInputs | None, list[Finding]]:
    """Read and check a folder with model.toml, weather.csv, sites.csv and schedule.csv.

    Parameters
    ----------
    folder
        The folder.
    model, parameters, options
        Choices that win over those of model.toml; an option is ``group=name``. The set and the options of
        model.toml hold for the model that it names only.

    Returns
    -------
    tuple
        The inputs (None where something could not be read at all), and every finding.
    """
    settings, findings = _settings(folder)
    model = model or str(settings.get("model", "rothc"))
    if model not in MODELS:
        do = "name one of the models"
        return None, [*findings, table_fault("model-unknown", "model.toml", model, ", ".join(MODELS), do)]
    own = settings if settings.get("model", model) == model else {}
    chosen, more = _parameters(
        model, parameters or str(own.get("parameters", "")), own.get("options", {}), options
    )
    findings += more
    weather, more = read_table(folder / "weather.csv", WeatherRow)
    findings += more
    sites, more = read_table(folder / "sites.csv", SiteRow)
    findings += more
    schedule, more = read_table(folder / "schedule.csv", ActivityRow)
    findings += more
    years = (min(r.year for r in weather), max(r.year for r in weather)) if weather else None
    findings += gathered(
        [
            *check_weather(weather),
            *checks.check_sites(sites, cells={r.cell for r in weather} if weather else None),
            *checks.check_needs(model, sites),
            *checks.check_schedule(
                schedule,
                sites={r.site for r in sites},
                years=years,
                crops=crops().keys(),
                manures=manures().keys(),
            ),
            *site_refusals(MODELS[model], sites),
            *practice_refusals(MODELS[model], checks.practices_that_differ(schedule)),
        ]
    )
    schedule = checks.repeated(schedule)
    if chosen is None or not (weather and sites and schedule):
        return None, findings
    findings += [
        Finding(
            code="parameter-weak",
            severity=Severity.WARNING,
            where=Place(thing=f"parameter {name}"),
            found="stands on memory or on sources that disagree",
            allowed="verified, two-sources or secondary",
            do="bring a source, or take another option",
        )
        for name in chosen.weak()
    ]
    baseline, run_in = settings.get("baseline", "baseline"), settings.get("run_in_years", 5)
    findings += _choices(model, baseline, run_in, schedule, years)
    if not (isinstance(baseline, str) and isinstance(run_in, int)):
        return None, findings
    inputs = ModelInputs(
        model=model,
        parameters=chosen,
        baseline=baseline,
        run_in_years=run_in,
        weather=tuple(weather),
        sites=tuple(sites),
        schedule=tuple(schedule),
    )
    return inputs, findings


def _settings(folder: Path) -> tuple[dict[str, Any], list[Finding]]:
    """Read model.toml, which may be left out."""
    path = folder / "model.toml"
    if not path.is_file():
        return {}, []
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [table_fault("settings-malformed", path.name, str(error), "a TOML file", "mend the file")]
    known = ("model", "parameters", "baseline", "run_in_years", "options")
    return settings, [
        table_fault("settings-unknown", path.name, key, ", ".join(known), "rename or remove it", key)
        for key in settings
        if key not in known
    ]


def _parameters(
    model: str, name: str, table: object, options: Sequence[str]
) -> tuple[ParameterSet | None, list[Finding]]:
    """Give the parameter set with its options, or say what is wrong with the choice."""
    try:
        chosen = parameter_set(name or MODELS[model].parameter_set)
        if chosen.model != model:
            do = "take a set of this model"
            found = f"{chosen.id} belongs to {chosen.model}"
            return None, [table_fault("parameters-of-other-model", "model.toml", found, model, do)]
        pairs = {str(k): str(v) for k, v in table.items()} if isinstance(table, dict) else {}
        for option in options:
            group, _, value = option.partition("=")
            pairs[group.strip()] = value.strip()
        return chosen.with_options(**pairs), []
    except KeyError as error:
        text = str(error.args[0])
        do = "see mollisol model list"
        return None, [
            table_fault("parameters-unknown", "model.toml", text, "a set and options that are shipped", do)
        ]


def _choices(
    model: str,
    baseline: object,
    run_in: object,
    schedule: Sequence[ActivityRow],
    years: tuple[int, int] | None,
) -> list[Finding]:
    """Check the baseline's name and the years of the run-in."""
    found = []
    names = sorted({r.scenario for r in schedule})
    if baseline not in names:
        do = "name the baseline in model.toml as the schedule does"
        found.append(
            table_fault("baseline-unknown", "schedule.csv", str(baseline), ", ".join(names), do, "scenario")
        )
    span = years[1] - years[0] + 1 if years else 0
    if model == "tier2" and not (isinstance(run_in, int) and 5 <= run_in <= 20 and run_in < span):
        allowed = f"5 to 20, and fewer than the {span} years of weather"
        do = "set run_in_years in model.toml, or let the weather begin earlier"
        found.append(table_fault("run-in-years", "model.toml", str(run_in), allowed, do, "run_in_years"))
    if model == "amg" and span < 2:
        found.append(
            table_fault("years-too-few", "weather.csv", str(span), "2 or more years", "add weather", "year")
        )
    return found
