"""Validates a model on a trial folder: what is compared, with which parameter set, and everything that comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.findings import Finding, FindingsError, Place, Severity, blocking, in_order
from mollisol.methodology.ruleset import Clocks, RulesInForce, load_rule_set, status_findings
from mollisol.methodology.soil_models.calibrated import CalibratedSet, ModelIdentity
from mollisol.methodology.soil_models.catalogue import MODELS
from mollisol.methodology.soil_models.inputs import Row
from mollisol.methodology.soil_models.trials import ComparisonRow, ObservationRow, StudyRow, Trials
from mollisol.methodology.trace import Quantity, Trace
from mollisol.methodology.validation import Comparison, Fold, Study, Unit, ValidationResult
from mollisol.methodology.validation_checks import (
    check_clay,
    check_gates,
    check_independence,
    check_resolution,
    check_words,
)
from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.validation.effects import trial_effect, trial_effect_error
from mollisol.uncertainty.validation.prediction import predictive_interval
from mollisol.validate_folds import FoldPlan, folds_of
from mollisol.validate_predict import Predict
from mollisol.validate_step import summarise

RULES = "vm0042-2.2+2026-06-11"
NO_SITE = "no reference site"


@dataclass(frozen=True, slots=True)
class Validation:
    """What a validation gives: the result, its trace, and the parameter sets of the folds."""

    result: ValidationResult
    trace: Trace
    rules: RulesInForce
    sets: dict[str, CalibratedSet]


@dataclass(frozen=True, slots=True)
class Words:
    """What a folder says of its validation in words."""

    title: str = ""
    substitutions: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


type Fit = Callable[[Trials, str], CalibratedSet]


def validate(
    trials: Trials,
    *,
    settings: dict[str, str],
    predict: Predict,
    calibrated: CalibratedSet | None = None,
    cross: Unit = "none",
    fit: Fit | None = None,
    words: Words | None = None,
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

    Raises
    ------
    FindingsError
        With every blocking finding: nothing to compare, or data that are not independent.
    """
    rules = _rules()
    trace = Trace(rules)
    crossed = cross != "none"
    chosen, findings = _chosen(trials, crossed=crossed, published=calibrated is None)
    studies = tuple(_study(row) for row in trials.studies)
    used = {row.study for row in chosen}
    findings += _check_names(trials)
    findings += check_words([row for row in trials.studies if row.study in used], rules)
    findings += check_independence(calibrated, studies=studies, validated=used, crossed=crossed, rules=rules)
    if calibrated is not None:
        findings += check_resolution(calibrated, rules)
    if blocking(findings):
        raise FindingsError(in_order(findings))
    plans = folds_of(trials, chosen, cross) if crossed else ()
    sets = {plan.name: fit(plan.fitted, plan.name) for plan in plans} if fit is not None else {}
    comparisons = _comparisons(trials, chosen, plans, sets, calibrated, predict, trace)
    summary = summarise(comparisons, rules, trace)
    for id in ("vmd0053.report.contents", "vmd0053.report.update-triggers"):
        rules.value(id)
    findings += [f.model_copy(update={"severity": Severity.WARNING}) for f in check_clay(comparisons, rules)]
    findings += [*check_gates(summary.combinations), *status_findings(rules.chosen)]
    told = words or Words()
    parameters = calibrated or trials.inputs.parameters
    result = ValidationResult(
        title=told.title or f"{MODELS[trials.inputs.model].title}, {parameters.id}",
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
        substitutions=told.substitutions,
        limits=(*told.limits, *((calibrated.limits,) if calibrated is not None else ())),
        rule_set=rules.rule_set.key,
        rule_set_hash=rules.rule_set.hash,
        rules=rules.chosen,
        findings=tuple(in_order(findings)),
    )
    return Validation(result, trace, rules, sets)


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
        (trials.comparisons, ("comparison", "practice_category", "crop_group", "treated_site"), ()),
    ]
    return gathered(
        [
            Finding(
                code="validation-name",
                severity=Severity.BLOCKING,
                where=Place(file=row.file, row=row.row or None, column=column),
                found=getattr(row, column)[:60] or "an empty cell",
                allowed="letters, digits, blanks and _ . : / + - in names; texts without < and >",
                do="mend the name in every table",
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
    """Give the rules; those of VMD0053 hang on its edition alone, not on a day of registration."""
    rule_set = load_rule_set(RULES)
    return RulesInForce(rule_set, Clocks(registered_on=rule_set.head.documents["VMD0053"].dated))


def _chosen(trials: Trials, *, crossed: bool, published: bool) -> tuple[list[ComparisonRow], list[Finding]]:
    """Give the comparisons to use: of studies for validation; of those for cross-validation where no set saw them."""
    uses = {"cross-validation"} if crossed else {"validation"}
    if published:
        uses.add("cross-validation")
    of = {row.study: row.use for row in trials.studies}
    chosen = [row for row in trials.comparisons if of.get(row.study) in uses and row.source == "SOC"]
    if chosen:
        return chosen, []
    return [], [
        Finding(
            code="validation-nothing-to-compare",
            severity=Severity.BLOCKING,
            where=Place(file="comparisons.csv"),
            found=f"no comparison of soil carbon in a study whose use is {' or '.join(sorted(uses))}",
            allowed="at least one",
            do="add comparisons, or let studies.csv say what the studies are for",
            clause="VMD0053 2.1, section 5.2",
        )
    ]


def _comparisons(
    trials: Trials,
    chosen: Sequence[ComparisonRow],
    plans: Sequence[FoldPlan],
    sets: dict[str, CalibratedSet],
    calibrated: CalibratedSet | None,
    predict: Predict,
    trace: Trace,
) -> tuple[Comparison, ...]:
    """Give every comparison with its observed and modelled effect."""
    labels = [row.comparison for row in chosen]
    observed, error = _observed(trials, chosen, labels, trace)
    fold_of = {row.comparison: plan.name for plan in plans for row in plan.left_out}
    parts = [(list(plan.left_out), sets.get(plan.name)) for plan in plans] or [(list(chosen), calibrated)]
    modelled: dict[str, tuple[float, float | None, float | None]] = {}
    at = {label: place for place, label in enumerate(labels)}
    coverage = float(trace.rule("vmd0053.interval.coverage").value)
    for rows, with_set in parts:
        given = predict(trials, rows, with_set)
        known = np.array([error[at[row.comparison]] or 0.0 for row in rows])[:, None]
        ends: FloatArray | None = None
        if given.sd_t_co2e_per_ha is not None:
            ends = predictive_interval(
                draws_t_co2e_per_ha=given.effect_t_co2e_per_ha,
                sd_t_co2e_per_ha=np.sqrt(given.sd_t_co2e_per_ha**2 + known**2),
                coverage=coverage,
            )
        for place, row in enumerate(rows):
            mean = float(given.effect_t_co2e_per_ha[place].mean())
            low, high = (float(ends[0, place]), float(ends[1, place])) if ends is not None else (None, None)
            modelled[row.comparison] = (mean, low, high)
    of_study = {row.study: row for row in trials.studies}
    measured = {(row.site, row.year): row for row in trials.observations}
    clay = {site.site: site.clay_percent for site in trials.inputs.sites}
    return tuple(
        _comparison(
            row,
            of_study[row.study],
            clay[row.treated_site],
            fold_of.get(row.comparison, ""),
            float(observed.value[place]),
            error[place],
            min(stock.replicates for stock in _stocks(row, measured) if stock is not None),
            modelled[row.comparison],
        )
        for place, row in enumerate(chosen)
    )


def _stocks(
    row: ComparisonRow, measured: dict[tuple[str, int], ObservationRow]
) -> tuple[ObservationRow | None, ...]:
    """Give the stocks of a comparison: treated first and last, reference first and last."""
    reference = [
        measured[row.reference_site, year] if row.reference_site else None
        for year in (row.from_year, row.to_year)
    ]
    treated = [measured[row.treated_site, year] for year in (row.from_year, row.to_year)]
    return (*treated, *reference)


_STOCKS = ("treated_start", "treated_end", "reference_start", "reference_end")


def _observed(
    trials: Trials, chosen: Sequence[ComparisonRow], labels: Sequence[str], trace: Trace
) -> tuple[Quantity, list[float | None]]:
    """Compute the observed effects from the measured stocks, and their standard errors where all are known."""
    measured = {(row.site, row.year): row for row in trials.observations}
    stocks = [_stocks(row, measured) for row in chosen]
    given: dict[str, Any] = {
        f"{name}_t_c_per_ha": trace.given(
            f"stock.{name}",
            np.array([0.0 if (one := four[place]) is None else one.soc_t_ha for four in stocks]),
            "t C/ha",
            [NO_SITE if (one := four[place]) is None else f"{one.file}:{one.row}" for four in stocks],
            labels,
        )
        for place, name in enumerate(_STOCKS)
    }
    effect = trace.compute("observed_effect", trial_effect, index=labels, **given)
    errors: list[float | None] = [None] * len(stocks)
    known = [
        place
        for place, four in enumerate(stocks)
        if all(one is None or one.standard_error_t_ha is not None for one in four)
    ]
    if known:
        table = np.array(
            [
                [
                    0.0 if one is None or one.standard_error_t_ha is None else one.standard_error_t_ha
                    for one in stocks[place]
                ]
                for place in known
            ]
        )
        rows = [f"comparisons.csv:{chosen[place].row}" for place in known]
        index = [labels[place] for place in known]
        told = trace.given("stock_standard_errors", table, "t C/ha", rows, index)
        found = trace.compute(
            "observed_standard_error", trial_effect_error, index=index, standard_error_t_c_per_ha=told
        )
        for place, value in zip(known, found.value, strict=True):
            errors[place] = float(value)
    return effect, errors


def _comparison(
    row: ComparisonRow,
    study: StudyRow,
    clay_percent: float,
    fold: str,
    observed: float,
    error: float | None,
    replicates: int,
    modelled: tuple[float, float | None, float | None],
) -> Comparison:
    return Comparison.model_validate(
        {
            "comparison": row.comparison,
            "study": row.study,
            "experiment": study.experiment,
            "site": row.treated_site,
            "reference_site": row.reference_site,
            "practice_category": row.practice_category,
            "crop_group": row.crop_group,
            "source": row.source,
            "climate_zone": study.climate_zone,
            "texture_class": study.texture_class,
            "clay_percent": clay_percent,
            "fold": fold,
            "from_year": row.from_year,
            "to_year": row.to_year,
            "duration_years": float(row.to_year - row.from_year),
            "observed_t_co2e_per_ha": observed,
            "modelled_t_co2e_per_ha": modelled[0],
            "standard_error_t_co2e_per_ha": error,
            "replicates": replicates,
            "interval_low_t_co2e_per_ha": modelled[1],
            "interval_high_t_co2e_per_ha": modelled[2],
        }
    )


def _study(row: StudyRow) -> Study:
    return Study.model_validate(row.model_dump(exclude={"file", "row"}))


def _calibration_studies(studies: Sequence[Study], calibrated: CalibratedSet | None) -> tuple[Study, ...]:
    """Give the studies that the set was calibrated on; those of another folder are not known beyond their names."""
    seen = {item.study for item in calibrated.data} if calibrated is not None else set()
    return tuple(study for study in studies if study.study in seen)


def _fold(place: int, plan: FoldPlan, used: CalibratedSet | None) -> Fold:
    return Fold(
        fold=plan.name,
        left_out=plan.names,
        fitted_on=tuple(sorted({row.study for row in plan.fitted.studies})),
        parameter_set=used.label if used is not None else "",
        parameters_sha256=used.sha256 if used is not None else "",
        folder=f"folds/{place:02d}" if used is not None else "",
    )
