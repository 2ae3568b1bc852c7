"""The change of a period, whatever the baseline: all declared kinds are accounted, the first credited one issues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mollisol.changes.change import ChangeOfPeriod, ChangeOptions
from mollisol.changes.hybrid import hybrid_change
from mollisol.changes.measured import measured_change
from mollisol.changes.modelled import modelled_change
from mollisol.methodology.base import Interval
from mollisol.methodology.baseline import (
    Baseline,
    BlendedBaseline,
    HybridBaseline,
    ModelledSchedule,
    StaticBaseline,
)
from mollisol.methodology.checks.baseline_model import initial_shift_years, year_before
from mollisol.methodology.checks.periods import whole_years
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.findings import Finding, FindingsError, Severity, finding
from mollisol.methodology.project import VerificationPeriod
from mollisol.methodology.results.figure import figure, total
from mollisol.methodology.results.run import BaselineResult, ModelUse
from mollisol.methodology.soil_models.inputs import AMOUNTS
from mollisol.routes.laboratory_repeats import (
    SHARED_ERRORS,
    LaboratoryErrors,
    laboratory_errors,
    shares_errors,
)
from mollisol.stocks.modelled import ModelledStocks, run_model
from mollisol.stocks.paired import paired_stocks
from mollisol.stocks.samples import Samples

_DAYS_PER_YEAR = 365.25
_MODELLED = ("hybrid", "modelled_schedule", "blended")


type WhyNot = Callable[[Context, Baseline], str]
"""Says why a programme credits nothing from a baseline; empty where it does."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """What the changes of all periods rest on: samples with the errors of their laboratories, and model runs."""

    samples: Samples
    laboratory: LaboratoryErrors
    runs: ModelledStocks | None

    def during(self, period: VerificationPeriod) -> Sides:
        """Return them with the stocks of a period that covers a part of the land."""
        own = self.samples.stocks.of_period.get(period.name)
        return self if own is None else replace(self, samples=replace(self.samples, stocks=own))


def both_sides(context: Context, samples: Samples) -> Sides:
    """Run the model where a declared baseline needs it, and gather the laboratories' errors where one is measured."""
    declared = context.project.soil_baselines
    measured = any(item.kind not in _MODELLED for item in declared)
    modelled = any(item.kind in _MODELLED for item in declared)
    laboratory = LaboratoryErrors({}, ())
    if measured or shares_errors(context.project):
        laboratory = laboratory_errors(context)
    methods = sorted({method for method, key in laboratory.sd if key in SHARED_ERRORS})
    if not modelled:
        return Sides(samples, laboratory, None)
    practices = sorted({row.source for row in context.project.practice_samples} & set(AMOUNTS))
    runs = run_model(context, samples.stocks, methods, _years_asked(context), practices)
    return Sides(samples, laboratory, runs)


def _years_asked(context: Context) -> set[int]:
    """Return the years at whose ends a change begins or ends: those of periods, and from campaigns on to their ends."""
    head = context.project.head
    days = {campaign.during.start for campaign in head.campaigns}
    asked = set()
    for period in head.verification_periods:
        for day in {period.during.start, *(day for day in days if day < period.during.end)}:
            first = year_before(day)
            asked |= {first, first + (whole_years(Interval(start=day, end=period.during.end)) or 1)}
    return asked


def issuing_baseline(context: Context, why_not: WhyNot) -> Baseline:
    """Return the first declared baseline that is credited; the first of all where none is."""
    declared = context.project.soil_baselines
    return next((item for item in declared if not why_not(context, item)), declared[0])


def change_by_baselines(
    context: PeriodContext, sides: Sides, why_not: WhyNot, options: ChangeOptions
) -> tuple[ChangeOfPeriod, tuple[BaselineResult, ...]]:
    """Account a period with every declared baseline; the programme says why one is not credited.

    Returns
    -------
    tuple
        The change that the units of the period come from, and a result for each baseline where more than the
        measured one was declared. Quantities of baselines that do not issue carry ``:kind`` after the period's name.
    """
    project, period = context.project, context.period
    sides = sides.during(period)
    issues = issuing_baseline(context, why_not)
    changes: dict[str, ChangeOfPeriod] = {}
    notes: list[Finding] = []
    for item in project.soil_baselines:
        name = period.name if item.kind == issues.kind else f"{period.name}:{item.kind}"
        named = context.during(period.model_copy(update={"name": name}))
        try:
            changes[item.kind] = _change(named, sides, item, options)
        except ValueError as error:
            if item.kind == issues.kind:
                raise FindingsError([_not_computed(named, item, str(error), Severity.BLOCKING)]) from error
            notes.append(_not_computed(named, item, str(error), Severity.WARNING))
    credited = changes[issues.kind]
    if not project.head.baselines and sides.runs is None:
        return credited, ()
    results = tuple(
        _result(context, item, item.kind == issues.kind, changes[item.kind], why_not(context, item))
        for item in project.soil_baselines
        if item.kind in changes
    )
    others = [f for kind, change in changes.items() if kind != issues.kind for f in change.findings]
    notes += [finding for finding in others if finding.severity in (Severity.WARNING, Severity.NOTE)]
    return replace(credited, findings=tuple(dict.fromkeys((*credited.findings, *notes)))), results


def change_over(
    context: PeriodContext, sides: Sides, why_not: WhyNot, options: ChangeOptions, years: float
) -> ChangeOfPeriod | None:
    """Return the change from the latest campaign that lies so many years before the end of a period, in moment form.

    None where no campaign does, where periods cover parts of the land, and where it cannot be computed.
    """
    period, head, stocks = context.period, context.project.head, sides.samples.stocks
    named = {campaign.name: campaign.during.start for campaign in head.campaigns}
    end = named.get(period.last_campaign)
    slack = context.rules.number("mollisol.interval.tolerance")
    early = [
        (day, name)
        for name, day in named.items()
        if end is not None
        and (end - day).days / _DAYS_PER_YEAR >= years - slack
        and name in stocks.by_campaign
    ]
    if not early or stocks.of_period:
        return None
    day, first = max(early)
    during = period.during.model_copy(update={"start": day})
    update = {"name": f"{first}+{period.name}", "first_campaign": first, "during": during}
    long = context.during(period.model_copy(update=update))
    item = issuing_baseline(context, why_not)
    try:
        return _change(long, sides, item, replace(options, route="analytic"))
    except (ValueError, FindingsError):
        return None


def _change(context: PeriodContext, sides: Sides, item: Baseline, options: ChangeOptions) -> ChangeOfPeriod:
    samples, runs = sides.samples, sides.runs
    if not isinstance(item, ModelledSchedule | BlendedBaseline):
        samples = replace(samples, stocks=paired_stocks(context, samples.stocks))
    if isinstance(item, HybridBaseline) and runs is not None:
        return hybrid_change(context, samples.stocks, runs, item, options)
    if isinstance(item, ModelledSchedule | BlendedBaseline) and runs is not None:
        scenario = "blended" if isinstance(item, BlendedBaseline) else "baseline"
        return modelled_change(context, samples.stocks, runs, scenario, options, sides.laboratory)
    return measured_change(
        context, samples, sides.laboratory, options, static=isinstance(item, StaticBaseline)
    )


def _not_computed(context: PeriodContext, item: Baseline, message: str, severity: Severity) -> Finding:
    return finding(
        "baseline-not-computed",
        f"verification period {context.period.name}, baseline {item.kind}",
        message,
        severity=severity,
        clause=context.rules.clause("programme.baseline.credited-kinds"),
    )


def _result(
    context: PeriodContext, item: Baseline, issues: bool, change: ChangeOfPeriod, why: str
) -> BaselineResult:
    project, years = context.project, context.years
    area, hybrid = total(change.area), change.correction
    words = "yearly change times years, over the area"
    return BaselineResult(
        kind=item.kind,
        pool=item.pool,
        units=item.units or tuple(unit.quantification_unit for unit in project.quantification_units),
        credited=not why,
        why_not=why,
        issues=issues and not why,
        project_side="modelled" if item.kind in ("modelled_schedule", "blended") else "measured",
        project_change_t_co2e_per_ha=(figure(change.totals.project) * years / area).said(words),
        baseline_change_t_co2e_per_ha=(figure(change.totals.baseline) * years / area).said(words),
        difference_t_co2e_per_ha=figure(change.totals.difference),
        credited_t_co2e_per_ha=next(
            row.credited_t_co2e_per_ha for row in change.outcome.routes if row.form == change.outcome.form
        ),
        credited_form=change.outcome.form,
        uncertainty_percent=figure(change.outcome.uncertainty),
        routes=change.outcome.routes,
        model_bias_sd_t_co2e_per_ha=figure(hybrid.bias_sd) if hybrid else None,
        control_weight=figure(hybrid.weight) if hybrid else None,
        correction_t_co2e_per_ha=figure(hybrid.correction) if hybrid else None,
    )


def model_use(context: Context, runs: ModelledStocks | None) -> ModelUse | None:
    """Return which model stands behind a run; None where none ran."""
    project = context.project
    head, model = project.head.model, project.model
    if runs is None or head is None or model is None:
        return None
    return ModelUse(
        model=runs.identity.model,
        model_version=runs.identity.model_version,
        parameter_set=runs.identity.parameter_set,
        model_hash=runs.identity.sha256,
        draws=runs.draws,
        points=len(runs.points),
        validation_sha256=model.validation.sha256 if model.validation else "",
        initial_campaign=head.initial_campaign,
        initial_shift_years=initial_shift_years(project, context.rules.number("mollisol.start.tolerance")),
    )
