"""Validates a model on a trial folder: what is compared, with which parameter set, and everything that comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mollisol.methodology.base import DomainObject, Items, Text
from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.validation import (
    check_clay,
    check_gates,
    check_independence,
    check_resolution,
    check_words,
)
from mollisol.methodology.findings import Finding, FindingsError, Place, Severity, blocking, finding, in_order
from mollisol.methodology.rules_in_force.rule import Clocks
from mollisol.methodology.rules_in_force.rule_set import RulesInForce, status_findings
from mollisol.methodology.soil_models.calibrated import CalibratedSet, ModelIdentity, identity_findings
from mollisol.methodology.soil_models.catalogue import MODELS
from mollisol.methodology.soil_models.inputs import Row
from mollisol.methodology.soil_models.trials import ComparisonRow, StudyRow, Trials
from mollisol.methodology.trace import Trace
from mollisol.methodology.validation import Fold, Study, Unit, ValidationResult
from mollisol.programmes.registry import rule_set_named
from mollisol.trials.comparisons import compare, groups_of
from mollisol.trials.folds import FoldPlan, folds_of
from mollisol.trials.predictions import Predict
from mollisol.trials.summary import summarise

_TOLD = (
    "vmd0053.domain.every-climate-zone",
    "vmd0053.domain.predominant-textures",
    "vmd0053.domain.least-studies",
    "vmd0053.calibration.finest-region",
    "vmd0053.calibration.independent-data",
)
"""Rules that the report tells, whether or not they decide here."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What a validation gives: the result, its trace, and the parameter sets of the folds."""

    result: ValidationResult
    trace: Trace
    rules: RulesInForce
    sets: dict[str, CalibratedSet]


class Words(DomainObject):
    """What a folder says of its validation: words, and the error of a stock where the trials do not tell it."""

    title: Text = ""
    substitutions: Items[Text] = ()
    limits: Items[Text] = ()
    stock_error_t_c_per_ha: Annotated[float, Field(gt=0, lt=1e3)] | None = None
    stock_error_source: Text = ""


type Fit = Callable[[FoldPlan], tuple[CalibratedSet, list[Finding]]]


def validate(
    trials: Trials,
    *,
    settings: dict[str, str],
    predict: Predict,
    calibrated: CalibratedSet | None = None,
    cross: Unit = "none",
    fit: Fit | None = None,
    words: Words | None = None,
    read: Sequence[Finding] = (),
) -> Validation:
    """Validate a model.

    Parameters
    ----------
    trials
        A checked trial folder.
    settings
        The model's settings, for its identity.
    predict
        Models the effects of comparisons.
    calibrated
        The set that is validated, fitted on all data where it is cross-validated; None for the published one.
    cross
        What cross-validation leaves out at a time.
    fit
        Calibrates on a part of the trials, for cross-validation.
    words
        Title, substitutions and limits.
    read
        Findings of reading, which do not block; they go into the result.

    Raises
    ------
    FindingsError
        With every blocking finding: nothing to compare, or data that are not independent.
    """
    rules = _rules()
    trace = Trace(rules)
    crossed = cross != "none"
    chosen, findings = _chosen(trials, crossed=crossed, published=calibrated is None)
    findings += [*read, *_check_names(trials)]
    if blocking(findings):
        raise FindingsError(in_order(findings))
    studies = tuple(_study(row) for row in trials.studies)
    used = {row.study for row in chosen}
    findings += check_words([row for row in trials.studies if row.study in used], rules)
    findings += check_independence(calibrated, studies=studies, validated=used, crossed=crossed, rules=rules)
    if calibrated is not None:
        findings += [*check_resolution(calibrated, rules), *_same_model(calibrated, trials, settings)]
    if blocking(findings):
        raise FindingsError(in_order(findings))
    plans = folds_of(trials, chosen, cross) if crossed else ()
    sets: dict[str, CalibratedSet] = {}
    for plan in plans:
        if fit is None:
            break
        sets[plan.name], more = fit(plan)
        findings += [_of_fold(finding, plan.name) for finding in more]
    fold_of = {row.comparison: plan.name for plan in plans for row in plan.left_out}
    groups = groups_of(trials, chosen, fold_of)
    comparisons = compare(trials, groups, plans, sets, calibrated, predict, trace)
    words = words or Words()
    summary = summarise(comparisons, trace, stock_error_t_c_per_ha=words.stock_error_t_c_per_ha)
    for id in _TOLD:
        rules.value(id)
    findings += [f.model_copy(update={"severity": Severity.WARNING}) for f in check_clay(comparisons, rules)]
    findings += [*check_gates(summary.combinations), *status_findings(rules.chosen)]
    parameters = calibrated or trials.inputs.parameters
    result = ValidationResult(
        title=words.title or f"{MODELS[trials.inputs.model].title}, {parameters.id}",
        identity=ModelIdentity.of(parameters, settings),
        calibrated=calibrated is not None,
        cross_validation=cross,
        folds=tuple(_fold(place, plan, sets.get(plan.name)) for place, plan in enumerate(plans, start=1)),
        studies=tuple(study for study in studies if study.study in used),
        calibration_studies=_calibration_studies(studies, calibrated),
        comparisons=comparisons,
        combinations=summary.combinations,
        domain=summary.domain,
        horizon_years=summary.horizon_years,
        substitutions=words.substitutions,
        limits=(
            *_default_error(words),
            *words.limits,
            *((calibrated.limits,) if calibrated is not None else ()),
        ),
        rule_set=rules.rule_set.key,
        rule_set_hash=rules.rule_set.hash,
        rules=rules.chosen,
        findings=tuple(in_order(findings)),
    )
    return Validation(result, trace, rules, sets)


def _default_error(words: Words) -> tuple[str, ...]:
    """Return in words where the error of a stock comes from that no trial tells."""
    if words.stock_error_t_c_per_ha is None:
        return ()
    return (
        f"Where a combination's trials have no replicates, its pooled measurement uncertainty is that of stocks with a "
        f"standard error of {words.stock_error_t_c_per_ha:g} t C/ha: {words.stock_error_source}",
    )


def _same_model(calibrated: CalibratedSet, trials: Trials, settings: dict[str, str]) -> list[Finding]:
    """Refuse a set that was calibrated under another base or other settings than it is validated under."""
    base = {"published base": calibrated.base_sha256}, {"published base": trials.inputs.parameters.sha256}
    stages = {
        "calibration": ModelIdentity.of(calibrated, dict(calibrated.settings) | base[0]),
        "validation": ModelIdentity.of(calibrated, settings | base[1]),
    }
    return list(identity_findings(stages))


_NAMES = re.compile(r"[\w][\w .:/+-]{0,99}")
_MARKUP = re.compile(r"[<>\x00]")


def _check_names(trials: Trials) -> list[Finding]:
    """Look for names and texts that cannot stand in a result: markup, signs, nothing, or more than 100 letters."""
    tables: list[tuple[Sequence[Row], tuple[str, ...], tuple[str, ...]]] = [
        (
            trials.studies,
            ("study", "experiment", "practice_category", "crop_group", "climate_zone", "texture_class"),
            ("citation", "licence"),
        ),
        (trials.comparisons, ("comparison", "practice_category", "crop_group"), ()),
        (trials.trial_sites, ("site", "treatment"), ()),
    ]
    return gathered(
        [
            finding(
                "validation-name",
                Place(file=row.file, row=row.row or None, column=column),
                getattr(row, column)[:60] or "an empty cell",
            )
            for rows, names, texts in tables
            for row in rows
            for column in (*names, *texts)
            if (column in names and not _NAMES.fullmatch(getattr(row, column)))
            or (
                column in texts and (_MARKUP.search(getattr(row, column)) or len(getattr(row, column)) > 2000)
            )
        ]
    )


def _rules() -> RulesInForce:
    """Return the rules; those of VMD0053 hang on its edition alone, not on a day of registration."""
    rule_set = rule_set_named("")
    return RulesInForce(rule_set, Clocks(registered_on=rule_set.head.documents["VMD0053"].dated))


def _chosen(trials: Trials, *, crossed: bool, published: bool) -> tuple[list[ComparisonRow], list[Finding]]:
    """Return the comparisons to use: of studies for validation; of those for cross-validation where no set saw them."""
    uses = {"cross-validation"} if crossed else {"validation"}
    if published:
        uses.add("cross-validation")
    of = {row.study: row.use for row in trials.studies}
    chosen = [row for row in trials.comparisons if of.get(row.study) in uses and row.source == "SOC"]
    if chosen:
        return chosen, []
    return [], [
        finding(
            "validation-nothing-to-compare",
            Place(file="comparisons.csv"),
            f"no comparison of soil carbon in a study whose use is {' or '.join(sorted(uses))}",
        )
    ]


def _study(row: StudyRow) -> Study:
    return Study.model_validate(row.model_dump(exclude={"file", "row"}))


def _calibration_studies(studies: Sequence[Study], calibrated: CalibratedSet | None) -> tuple[Study, ...]:
    """Return the studies that the set was calibrated on; those of another folder are not known beyond their names."""
    seen = {item.study for item in calibrated.data} if calibrated is not None else set()
    return tuple(study for study in studies if study.study in seen)


def _of_fold(finding: Finding, name: str) -> Finding:
    """Return a finding with the fold that it is of."""
    thing = f"{finding.where.thing} without {name}"
    return finding.model_copy(update={"where": finding.where.model_copy(update={"thing": thing})})


def _fold(place: int, plan: FoldPlan, used: CalibratedSet | None) -> Fold:
    return Fold(
        fold=plan.name,
        left_out=plan.names,
        fitted_on=tuple(sorted({row.study for row in plan.fitted.studies})),
        parameter_set=used.label if used is not None else "",
        parameters_sha256=used.sha256 if used is not None else "",
        folder=f"folds/{place:02d}" if used is not None else "",
    )
