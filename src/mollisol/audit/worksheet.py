"""The worksheet of an auditor: which records to vouch, and what the faults that were found project to.

Core records are drawn; numbers that were typed in are few, so each figure that rests on them has a row.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.audit.effects import Effects, effects_of_records
from mollisol.bundle.read import MANIFEST, Bundle
from mollisol.methodology.findings import UserError
from mollisol.programmes.registry import material_share, programme
from mollisol.questions.typed_numbers import TypedFigure, declared_errors, figures_of_tables, typed_figures
from mollisol.templates.documents.inert import inert
from mollisol.uncertainty.audit.misstatement import (
    projected_misstatement_error_t_co2e,
    projected_misstatement_t_co2e,
    share_not_excluded,
    systematic_selection,
)
from mollisol.uncertainty.student import t_quantile

CONFIDENCE = 0.95
"""That the true misstatement is not above the upper, and as much that it is not below the lower limit."""
LARGEST_WORKSHEET_BYTES = 20_000_000
MOST_PICKS = 100_000

_INCREMENTS = "core_increments.csv"
_BOTH = {"production.csv": "production.csv and commodities.csv"}
"""Tables that a figure rests on together; a finding on it names the first."""
_MASSES = ("fine_soil_mass_g", "fine_soil_density_g_per_cm3")
COLUMNS = (
    "picks",
    "campaign",
    "point",
    "sample",
    "file_row",
    "effect_of_carbon_t_co2e",
    "effect_of_soil_mass_t_co2e",
    "recorded_soc_g_per_kg",
    "seen_soc_g_per_kg",
    "soil_mass_column",
    "recorded_soil_mass",
    "seen_soil_mass",
    "typed_figure",
    "recorded_t_co2e",
    "seen_t_co2e",
    "note",
    "drawn_from",
)


class WorksheetError(UserError):
    """A worksheet that cannot be projected; the message says which row and what to do."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What the vouched records and typed figures say of the credit, in t CO2e; above zero it was overstated.

    Parameters
    ----------
    projected_t_co2e, low_t_co2e, high_t_co2e
        Faults of the records, projected to all records, and those of the typed figures as they were found.
    credited_t_co2e
        The verified total of all periods: what the records stand behind, what rests on typed figures, and the rest.
    records_t_co2e
        The credit of the soil by the moment form, which the effects of the records are of.
    rest_t_co2e
        What neither can show: that another form issues than the moment form, and deductions on the gases.
    largest_share_at_fault
        Given where no record was at fault: the share of all effects that may still be.
    """

    records: int
    picks: int
    at_fault: int
    found_t_co2e: float
    typed: int
    typed_at_fault: int
    typed_found_t_co2e: float
    projected_t_co2e: float
    standard_error_t_co2e: float
    low_t_co2e: float
    high_t_co2e: float
    confidence: float
    credited_t_co2e: float
    records_t_co2e: float
    typed_t_co2e: float
    rest_t_co2e: float
    material_t_co2e: float
    materiality_percent: float
    rule: str
    citation: str
    largest_share_at_fault: float | None
    largest_relative_error: float | None
    verdict: str

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def worksheet(bundle: Bundle, *, size: int, seed: int) -> str:
    """Return the CSV worksheet of the records to vouch, and of the figures that no record stands behind.

    Under measure and model no record leads to the credit by steps that can be walked back: the soil carbon of the model
    is one figure beside those of typed numbers, and no record is drawn.

    Parameters
    ----------
    bundle
        The bundle.
    size
        How many picks; a record with a large effect may be picked more than once.
    seed
        Of the selection.

    Raises
    ------
    RecordsError
        If no record has an effect.
    WorksheetError
        If the size is not between 2 and 100,000.
    """
    if not 2 <= size <= MOST_PICKS:
        raise WorksheetError(f"--size must be from 2 to {MOST_PICKS:,}, found {size}")
    effects = _effects(bundle)
    picks = Counter(_chosen(effects, size, seed).tolist())
    increments = _increments(bundle)
    drawn = _drawn_from(bundle, size, seed)
    out = io.StringIO(newline="")
    table: csv.DictWriter[str] = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    for typed in typed_of(bundle):
        row = {"file_row": typed.file, "typed_figure": typed.name, "drawn_from": drawn}
        table.writerow(row | {"recorded_t_co2e": repr(typed.effect_t_co2e)})
    for place, times in sorted(picks.items()):
        row = increments[effects.rows[place]]
        column = next((name for name in _MASSES if row.get(name)), "")
        table.writerow(
            {
                "picks": times,
                **{name: inert(row[name]) for name in ("campaign", "point", "sample")},
                "file_row": effects.rows[place],
                "effect_of_carbon_t_co2e": repr(float(effects.carbon[place])),
                "effect_of_soil_mass_t_co2e": repr(float(effects.mass[place])),
                "recorded_soc_g_per_kg": inert(row["soc_g_per_kg"]),
                "soil_mass_column": column,
                "recorded_soil_mass": inert(row.get(column, "")),
                "drawn_from": drawn,
            }
        )
    return out.getvalue()


def _is_modelled(bundle: Bundle) -> bool:
    return any(period.project_side == "modelled" for period in bundle.results.periods)


def _effects(bundle: Bundle) -> Effects:
    """Return the effects of the records; none where a model stands between cores and credit."""
    if _is_modelled(bundle):
        return Effects((), np.zeros(0), np.zeros(0), 0.0)
    return effects_of_records(bundle)


def _chosen(effects: Effects, size: int, seed: int) -> NDArray[np.intp]:
    """Return the places of the records that are drawn."""
    if not effects.rows:
        return np.zeros(0, dtype=np.intp)
    return systematic_selection(size=effects.size, number=size, seed=seed)


def _credited_by(bundle: Bundle) -> list[TypedFigure]:
    """Return what typed numbers are in the credit, and the soil carbon of a model as one figure: the sum is the credit.

    Soil carbon of a model stands as it is after the deduction: what its tables, runs and validation have to support.
    """
    periods = bundle.results.periods
    soil = math.fsum(period.after_deduction_t_co2e for period in periods)
    modelled = [TypedFigure("soil carbon by the model", "model", soil)] if _is_modelled(bundle) else []
    return [*modelled, *typed_figures(periods, bundle.inputs)]


def typed_of(bundle: Bundle) -> list[TypedFigure]:
    """Return every part of the credit that rests on typed numbers, the largest first, then declared errors.

    A number typed too low, or on one side alone, may have no effect at all: where its tables were handed in it is
    asked for at 0 t too. Displaced production rests on yields of the past as much as on the yield of new land.
    """
    periods, files = bundle.results.periods, {*bundle.inputs}
    figures = [
        replace(figure, file=_BOTH.get(figure.file, figure.file))
        for figure in figures_of_tables(periods, files)
        if figure.effect_t_co2e or files.issuperset(figure.file.split(" and "))
    ]
    known = {figure.name for figure in figures}
    figures += [figure for figure in _credited_by(bundle) if figure.name not in known]
    figures.sort(key=lambda figure: (-abs(figure.effect_t_co2e), figure.name))
    return [*figures, *declared_errors(periods)]


def extrapolate(bundle: Bundle, filled: bytes) -> Projection:
    """Project what a filled worksheet found to all records.

    Parameters
    ----------
    bundle
        The bundle that the worksheet was drawn from.
    filled
        The worksheet; picks and effects are taken from the bundle again, not from it.

    Raises
    ------
    WorksheetError
        If it is of another bundle, lacks a row, or has a cell that is not filled in.
    """
    rows = list(enumerate(_rows_of(filled), start=2))
    size, seed = _drawn(bundle, [row for _, row in rows])
    typed = _typed_misstatements(typed_of(bundle), [item for item in rows if item[1]["typed_figure"]])
    effects = _effects(bundle)
    chosen = _chosen(effects, size, seed)
    place_of = {row: place for place, row in enumerate(effects.rows)}
    increments = _increments(bundle)
    found: dict[int, float] = {}
    for number, row in rows:
        if row["typed_figure"]:
            continue
        place = place_of.get(row["file_row"], -1)
        if place < 0 or place in found:
            raise WorksheetError(
                f"row {number}: {row['file_row']!r} is not one of the drawn records, once each"
            )
        found[place] = _misstatement(number, row, increments[row["file_row"]], effects, place)
    missing = sorted(set(chosen.tolist()) ^ set(found))
    if missing:
        raise WorksheetError(
            f"{effects.rows[missing[0]]} was drawn and is not in the worksheet, or the reverse"
        )
    if not effects.rows:
        return _judged(bundle, effects, found, typed, picks=0, estimate=0.0, error=0.0)
    each = np.array([found[place] for place in chosen.tolist()])
    chance = (effects.size / effects.size.sum())[chosen]
    estimate = float(projected_misstatement_t_co2e(misstatement_t_co2e=each, probability=chance))
    error = float(projected_misstatement_error_t_co2e(misstatement_t_co2e=each, probability=chance))
    return _judged(bundle, effects, found, typed, picks=size, estimate=estimate, error=error)


def _typed_misstatements(
    figures: Sequence[TypedFigure], rows: Sequence[tuple[int, Mapping[str, str]]]
) -> dict[tuple[str, str], float]:
    """Return recorded less seen of each typed figure; each stands in the worksheet once."""
    recorded = {(figure.name, figure.file): figure.effect_t_co2e for figure in figures}
    found: dict[tuple[str, str], float] = {}
    for number, row in rows:
        name = row["typed_figure"], row["file_row"]
        if name not in recorded or name in found:
            raise WorksheetError(f"row {number}: {name[0]!r} is not one of the typed figures, once each")
        try:
            seen = float(row["seen_t_co2e"])
        except ValueError:
            seen = math.nan
        if not math.isfinite(seen):
            do = "write the t CO2e that the evidence supports, the recorded ones where it does"
            raise WorksheetError(f"row {number}, seen_t_co2e: {row['seen_t_co2e'][:40]!r} is no number; {do}")
        found[name] = recorded[name] - seen
    if missing := sorted(recorded.keys() - found.keys()):
        raise WorksheetError(f"the typed figure {missing[0][0]} is not in the worksheet")
    return found


def _judged(
    bundle: Bundle,
    effects: Effects,
    result: Mapping[int, float],
    typed: Mapping[tuple[str, str], float],
    *,
    picks: int,
    estimate: float,
    error: float,
) -> Projection:
    half = float(t_quantile(probability=CONFIDENCE, degrees_of_freedom=picks - 1)) * error if picks else 0.0
    rule = material_share(programme(bundle.results.programme), bundle.results.periods)
    credited = math.fsum(period.verified_total_t_co2e for period in bundle.results.periods)
    on_typed = math.fsum(figure.effect_t_co2e for figure in _credited_by(bundle))
    material = abs(credited) * float(rule.value) / 100
    at_fault, typed_at_fault = (sum(value != 0 for value in item.values()) for item in (result, typed))
    typed_found = math.fsum(typed.values())
    estimate += typed_found
    share = relative = None
    if picks and not at_fault:
        share = float(share_not_excluded(picks=picks, confidence=CONFIDENCE))
        relative = material / (share * float(effects.size.sum()))
    if not at_fault and not typed_at_fault:
        verdict = "no fault found"
    elif max(abs(estimate - half), abs(estimate + half)) < material:
        verdict = "below materiality"
    elif abs(estimate) >= material:
        verdict = "material"
    else:
        verdict = "not decided: draw more records"
    return Projection(
        records=len(result),
        picks=picks,
        at_fault=at_fault,
        found_t_co2e=math.fsum(result.values()),
        typed=len(typed),
        typed_at_fault=typed_at_fault,
        typed_found_t_co2e=typed_found,
        projected_t_co2e=estimate,
        standard_error_t_co2e=error,
        low_t_co2e=estimate - half,
        high_t_co2e=estimate + half,
        confidence=CONFIDENCE,
        credited_t_co2e=credited,
        records_t_co2e=effects.credited,
        typed_t_co2e=on_typed,
        rest_t_co2e=credited - effects.credited - on_typed,
        material_t_co2e=material,
        materiality_percent=float(rule.value),
        rule=rule.rule,
        citation=f"{rule.citation} ({rule.status})",
        largest_share_at_fault=share,
        largest_relative_error=relative,
        verdict=verdict,
    )


def _misstatement(
    number: int, row: Mapping[str, str], recorded: Mapping[str, str], effects: Effects, place: int
) -> float:
    """Return what the seen values of a record take off the credit."""
    column = next((name for name in _MASSES if recorded.get(name)), "")
    carbon = _apart(number, "seen_soc_g_per_kg", row, recorded["soc_g_per_kg"])
    mass = _apart(number, "seen_soil_mass", row, recorded[column]) if column else 0.0
    return carbon * float(effects.carbon[place]) + mass * float(effects.mass[place])


def _apart(number: int, cell: str, row: Mapping[str, str], recorded: str) -> float:
    """Return recorded less seen, over recorded."""
    try:
        seen, written = float(row[cell]), float(recorded)
    except ValueError:
        written = seen = math.nan
    if not (math.isfinite(seen) and math.isfinite(written)):
        do = "write what the evidence shows, the recorded value where it agrees"
        raise WorksheetError(f"row {number}, {cell}: {row[cell][:40]!r} is no number; {do}")
    if seen == written:
        return 0.0
    if written == 0:
        raise WorksheetError(
            f"row {number}, {cell}: recorded 0 and seen {seen:g}; correct the table and run again"
        )
    return (written - seen) / written


def _increments(bundle: Bundle) -> dict[str, dict[str, str]]:
    text = bundle.input(_INCREMENTS).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = [name.strip() for name in header]
    found = {
        f"{_INCREMENTS}:{number}": dict(zip(columns, (cell.strip() for cell in row), strict=False))
        for number, row in enumerate(rows, start=2)
    }
    if any(
        not row["soc_g_per_kg"] for row in found.values()
    ):  # it was computed from what the laboratory gave
        for name, values in bundle.computed_figures.items():
            for place, value in values.items():
                row = found[f"{_INCREMENTS}:{place + 2}"]
                row[name] = row.get(name) or repr(value)
    return found


def _drawn_from(bundle: Bundle, size: int, seed: int) -> str:
    return f"{hashlib.sha256(bundle.read(MANIFEST)).hexdigest()[:16]} size {size} seed {seed}"


def _drawn(bundle: Bundle, rows: Sequence[Mapping[str, str]]) -> tuple[int, int]:
    """Return size and seed that every row names, after looking whether they name this bundle."""
    named = {row["drawn_from"] for row in rows}
    words = next(iter(named)).split() if len(named) == 1 else []
    if len(words) == 5 and words[1::2] == ["size", "seed"]:
        size, seed = (
            int(word) if word.isascii() and word.isdigit() and len(word) < 19 else -1 for word in words[2::2]
        )
        if 2 <= size <= MOST_PICKS and seed >= 0 and next(iter(named)) == _drawn_from(bundle, size, seed):
            return size, seed
    raise WorksheetError(
        "the worksheet was not drawn from this bundle: its column drawn_from says another one"
    )


def _rows_of(filled: bytes) -> list[dict[str, str]]:
    if len(filled) > LARGEST_WORKSHEET_BYTES:
        raise WorksheetError(f"over {LARGEST_WORKSHEET_BYTES / 1e6:g} MB is no worksheet")
    try:
        lines = [
            row
            for row in csv.reader(io.StringIO(filled.decode("utf-8-sig"), newline=""), strict=True)
            if any(row)
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise WorksheetError(f"the worksheet is no CSV table in UTF-8: {error}") from None
    if len(lines) < 2 or sorted(lines[0]) != sorted(COLUMNS):
        raise WorksheetError(f"the worksheet must have rows and the columns {', '.join(COLUMNS)}")
    for number, row in enumerate(lines[1:], start=2):
        if len(row) != len(COLUMNS):
            raise WorksheetError(f"row {number}: {len(row)} cells, not {len(COLUMNS)}")
    return [dict(zip(lines[0], row, strict=True)) for row in lines[1:]]
