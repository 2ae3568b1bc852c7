"""The model validation report as data: everything that the page prints, frozen."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from math import ceil
from string import ascii_uppercase

import numpy as np

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.findings import Finding
from mollisol.methodology.rules_in_force.rule import ChosenValue
from mollisol.methodology.soil_models.calibrated import CalibratedSet, CalibrationData
from mollisol.methodology.soil_models.catalogue import MODELS, ModelCard
from mollisol.methodology.validation import (
    CombinationResult,
    Comparison,
    Coverage,
    Study,
    ValidationResult,
    combination_of,
)
from mollisol.templates.monitoring_report.chapters import Chapter
from mollisol.templates.monitoring_report.report import TableBasis, table_basis
from mollisol.templates.validation_report.bases import BASES, CHAPTERS, CONTENTS, TRIGGERS

MOST_ROWS = 60
"""Comparisons that the page lists; beyond them it lists half as many, those with the largest errors."""
MOST_STUDIES = 25
MOST_NAMES = 12


class ParameterRow(DomainObject):
    """A calibrated quantity: its prior, what the data made of it, and how well that is known."""

    name: str
    prior: str
    unit: str
    mean: float
    low: float
    high: float
    r_hat: float | None
    effective_draws: float | None


class CombinationRow(DomainObject):
    """A combination under its letter, with what it would take to read it right."""

    letter: str
    label: str
    result: CombinationResult
    comparisons: Items[Comparison]
    coverage: dict[str, Coverage]
    needed: int
    shortest_years: float
    longest_years: float
    margin_percent_of_effect: float | None
    """The largest bias that the printed gate lets through, as a share of the mean observed effect."""


class ContentsRow(DomainObject):
    """What the module asks a report for, and the chapter that has it."""

    asked: str
    anchor: str
    section: str


class StudyGroup(DomainObject):
    """Studies of one experiment, practice and citation, told as one row."""

    study: str
    more: int
    experiment: str
    practice_category: str
    crop_group: str
    climate_zone: str
    texture_class: str
    clay: str
    latitude_deg: float
    longitude_deg: float
    citation: str
    licence: str


class CalibrationGroup(DomainObject):
    """Studies of one citation that a set was calibrated on."""

    studies: str
    stocks: int
    citation: str
    licence: str


class ValidationReport(DomainObject):
    """Everything on the page."""

    result: ValidationResult
    sha256: str
    model: ModelCard
    chapters: Items[Chapter]
    outcome: str
    statement: str
    combinations: Items[CombinationRow]
    most_studies: int
    parameters: Items[ParameterRow]
    calibration: Items[tuple[str, str]]
    calibration_citations: Items[CalibrationGroup]
    experiments: Items[str]
    studies: Items[StudyGroup]
    finest_region: str
    textures: int
    clay_span: str
    contents: Items[ContentsRow]
    triggers: Items[str]
    comparisons: Items[Comparison]
    shown: int
    rules: Items[ChosenValue]
    bases: dict[str, TableBasis]
    findings: Items[Finding]
    chances: Items[tuple[int, float]]
    mollisol: str


def validation_report(
    result: ValidationResult,
    *,
    calibrated: CalibratedSet | None,
    chances: Sequence[tuple[int, float]],
) -> ValidationReport:
    """Gather the page.

    Parameters
    ----------
    result
        The validation.
    calibrated
        The set that was validated; None for a published one.
    chances
        Numbers of comparisons, and the probability that a right model passes the coverage gate with so many.
    """
    rule = {item.rule: item.value for item in result.rules}
    ordered = sorted(result.comparisons, key=lambda item: (-abs(item.error_t_co2e_per_ha), item.comparison))
    listed = result.comparisons if len(ordered) <= MOST_ROWS else tuple(ordered[: MOST_ROWS // 2])
    titles = dict(CHAPTERS)
    return ValidationReport(
        result=result,
        sha256=result.sha256,
        model=MODELS[result.identity.model],
        chapters=CHAPTERS,
        outcome=_outcome(result),
        statement=_statement(result),
        combinations=tuple(
            _row(letter, item, result, float(rule["vmd0053.coverage.least-share"]))
            for letter, item in zip(_letters(len(result.combinations)), result.combinations, strict=True)
        ),
        most_studies=MOST_STUDIES,
        parameters=() if calibrated is None else tuple(_parameters(calibrated)),
        calibration=() if calibrated is None else tuple(_calibration(calibrated)),
        calibration_citations=() if calibrated is None else tuple(_citations(calibrated)),
        experiments=tuple(sorted({item.experiment for item in result.comparisons})),
        studies=tuple(_grouped(result.studies)),
        finest_region=str(rule.get("vmd0053.calibration.finest-region", "climate zone")),
        textures=int(float(rule["vmd0053.domain.predominant-textures"])),
        clay_span=f"{float(rule['vmd0053.domain.clay-span']):g}",
        contents=tuple(
            ContentsRow(asked=words, anchor=anchor, section=titles[anchor]) for words, anchor in CONTENTS
        ),
        triggers=TRIGGERS,
        comparisons=tuple(listed),
        shown=len(listed),
        rules=result.rules,
        bases={name: table_basis(basis, rules=rule.keys()) for name, basis in BASES.items()},
        findings=result.findings,
        chances=tuple(chances),
        mollisol=version("mollisol"),
    )


def _grouped(studies: Sequence[Study]) -> list[StudyGroup]:
    """Gather studies that differ in name and clay alone."""
    groups: dict[tuple[str, ...], list[Study]] = {}
    for study in studies:
        place = (study.experiment, study.climate_zone, study.texture_class)
        groups.setdefault((*place, study.practice_category, study.crop_group, study.citation), []).append(
            study
        )
    rows = []
    for members in groups.values():
        first, clay = members[0], [study.clay_percent for study in members]
        span = f"{min(clay):g}" if min(clay) == max(clay) else f"{min(clay):g} to {max(clay):g}"
        plain = first.model_dump(include=set(StudyGroup.model_fields) - {"more", "clay"})
        rows.append(StudyGroup(**plain, more=len(members) - 1, clay=span))
    return rows


def _citations(calibrated: CalibratedSet) -> list[CalibrationGroup]:
    """Gather the studies of a citation."""
    groups: dict[tuple[str, str], list[CalibrationData]] = {}
    for item in calibrated.data:
        groups.setdefault((item.citation, item.licence), []).append(item)
    return [
        CalibrationGroup(
            studies=", ".join(item.study for item in members[:MOST_NAMES])
            + (f" and {len(members) - MOST_NAMES} more" if len(members) > MOST_NAMES else ""),
            stocks=sum(item.stocks for item in members),
            citation=citation,
            licence=licence,
        )
        for (citation, licence), members in groups.items()
    ]


def _letters(count: int) -> list[str]:
    """Return A to Z, then A2 and on."""
    return [ascii_uppercase[n % 26] + (str(n // 26 + 1) if n >= 26 else "") for n in range(count)]


def _outcome(result: ValidationResult) -> str:
    verdicts = [item.verdict for item in result.combinations]
    if "fail" in verdicts:
        return "gate failed"
    return "gates passed" if "pass" in verdicts else "not judged"


def _statement(result: ValidationResult) -> str:
    """Return what land the validation stands on, and that it is worth nothing elsewhere."""
    domain = result.domain
    low, high = domain.lowest_clay_percent, domain.highest_clay_percent
    clay = f"{low:g} % clay" if low == high else f"{low:g} to {high:g} % clay"
    places = len({item.experiment for item in result.comparisons})
    return (
        f"It stands on {places} experiment{'s' if places != 1 else ''}, in the climate "
        f"zone{'s' if len(domain.climate_zones) != 1 else ''} {', '.join(domain.climate_zones)}, on "
        f"{', '.join(domain.texture_classes)} with {clay}. It validates no project elsewhere."
    )


def _row(letter: str, item: CombinationResult, result: ValidationResult, share: float) -> CombinationRow:
    mine = [one for one in result.comparisons if combination_of(one) == combination_of(item)]
    mean = sum(one.observed_t_co2e_per_ha for one in mine) / len(mine)
    margin = item.bias.pooled_measurement_uncertainty_t_co2e_per_ha
    return CombinationRow(
        letter=letter,
        label=f"{item.practice_category}; {item.crop_group}; {item.source}",
        result=item,
        comparisons=tuple(mine),
        coverage={one.form: one for one in item.coverage},
        needed=ceil(item.comparisons * share - 1e-9),
        shortest_years=min(one.duration_years for one in mine),
        longest_years=max(one.duration_years for one in mine),
        margin_percent_of_effect=None if margin is None or mean == 0 else 100 * margin / abs(mean),
    )


def _parameters(calibrated: CalibratedSet) -> list[ParameterRow]:
    diagnostics = {item.name: item for item in calibrated.diagnostics}
    rows = []
    for prior in calibrated.priors:
        draws = calibrated.column(prior.name)
        low, high = np.quantile(draws, (0.05, 0.95)).tolist()
        told = diagnostics.get(prior.name)
        rows.append(
            ParameterRow(
                name=prior.name,
                prior=str(prior).partition(" ~ ")[2],
                unit=prior.unit,
                mean=float(np.mean(draws)),
                low=low,
                high=high,
                r_hat=None if told is None else told.r_hat,
                effective_draws=None if told is None else min(told.ess_bulk, told.ess_tail),
            )
        )
    return rows


def _calibration(calibrated: CalibratedSet) -> list[tuple[str, str]]:
    return [
        ("Method", calibrated.method),
        *((name.replace("_", " ").capitalize(), value) for name, value in calibrated.sampler),
        ("Seed", str(calibrated.seed)),
        ("Joint draws", str(len(calibrated.draws))),
        ("Published base", calibrated.base),
        ("Climate zones", ", ".join(calibrated.climate_zones)),
        ("Stocks of its studies", str(sum(item.stocks for item in calibrated.data))),
    ]
