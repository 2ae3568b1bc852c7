"""Step 2, whatever the baseline: every declared kind is accounted; the first that the rule set credits issues."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mollisol.changes.change import ChangeOfPeriod
from mollisol.changes.hybrid import HybridChange
from mollisol.changes.measured import ChangeStep
from mollisol.changes.modelled import ModelledChange
from mollisol.methodology.baseline import Baseline, BlendedBaseline, HybridBaseline, ModelledSchedule
from mollisol.methodology.checks.baseline_model import initial_shift_years
from mollisol.methodology.checks.baselines import credits_soil
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.findings import Finding, FindingsError, Place, Severity
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.methodology.results.run import BaselineResult, ModelUse, RouteChoice
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Quantity
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.modelled import ModelledStocks, run_model


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """What the changes of all periods rest on: stocks from cores, and model runs where a baseline needs them."""

    stocks: UnitStocks
    runs: ModelledStocks | None


def both_sides(context: Context, stocks: UnitStocks) -> Sides:
    """Run the model where a declared baseline needs it."""
    modelled = any(item.kind != "measured_controls" for item in context.project.soil_baselines)
    return Sides(stocks, run_model(context) if modelled else None)


def issuing_baseline(project: Project, rules: RulesInForce) -> Baseline:
    """Give the first declared baseline that the rule set credits; the first of all where it credits none."""
    declared = project.soil_baselines
    return next((item for item in declared if not credits_soil(project, item, rules)), declared[0])


def change_by_baselines(
    context: PeriodContext, sides: Sides, *, biochar_carbon_per_year: Quantity, route: RouteChoice, seed: int
) -> tuple[ChangeOfPeriod, tuple[BaselineResult, ...]]:
    """Account a period with every declared baseline.

    Returns
    -------
    tuple
        The change that the units of the period come from, and a result for each baseline where more than the
        measured one was declared. Quantities of baselines that do not issue carry ``:kind`` after the period's name.
    """
    project, period = context.project, context.period
    issues = issuing_baseline(project, context.rules)
    changes: dict[str, ChangeOfPeriod] = {}
    for item in project.soil_baselines:
        named = (
            period
            if item.kind == issues.kind
            else period.model_copy(update={"name": f"{period.name}:{item.kind}"})
        )
        try:
            changes[item.kind] = _change(context.during(named), sides, item).run(
                biochar_carbon_per_year=biochar_carbon_per_year, route=route, seed=seed
            )
        except ValueError as error:
            if item.kind == issues.kind:
                raise FindingsError([_not_computed(named, item, str(error), Severity.BLOCKING)]) from error
            issued = changes.get(issues.kind)
            if issued is not None:
                note = _not_computed(named, item, str(error), Severity.WARNING)
                changes[issues.kind] = replace(issued, findings=(*issued.findings, note))
    if not project.head.baselines and sides.runs is None:
        return changes[issues.kind], ()
    results = tuple(
        _result(context, item, item.kind == issues.kind, changes[item.kind])
        for item in project.soil_baselines
        if item.kind in changes
    )
    own = changes[issues.kind]
    beside = [f for kind, change in changes.items() if kind != issues.kind for f in change.findings]
    told = tuple(finding for finding in beside if finding.severity in (Severity.WARNING, Severity.NOTE))
    return replace(own, findings=tuple(dict.fromkeys((*own.findings, *told)))), results


def _change(context: PeriodContext, sides: Sides, item: Baseline) -> ChangeStep | ModelledChange:
    if isinstance(item, HybridBaseline) and sides.runs is not None:
        return HybridChange(context, sides.stocks, sides.runs, item)
    if isinstance(item, ModelledSchedule | BlendedBaseline) and sides.runs is not None:
        scenario = "blended" if isinstance(item, BlendedBaseline) else "baseline"
        return ModelledChange(context, sides.stocks, sides.runs, scenario)
    return ChangeStep(context, sides.stocks)


def _not_computed(period: VerificationPeriod, item: Baseline, message: str, severity: Severity) -> Finding:
    return Finding(
        code="baseline-not-computed",
        severity=severity,
        where=Place(thing=f"verification period {period.name}, baseline {item.kind}"),
        found=message,
        allowed="data that carry this kind of baseline",
        do="look at what is named, or leave the baseline out",
        clause="vm0042.baseline.credited-kinds",
    )


def _result(context: PeriodContext, item: Baseline, issues: bool, change: ChangeOfPeriod) -> BaselineResult:
    project, years = context.project, context.years
    at = context.place if issues else f"{context.place}:{item.kind}"
    why = credits_soil(project, item, context.rules)
    area = float(change.area.value.sum())
    mean = float(change.difference.value)
    percent = float(change.uncertainty.value)
    hybrid = {
        field: float(context.trace.quantities[f"{name}{at}"].value)
        for field, name in (
            ("model_bias_sd_t_co2e_per_ha", "model_bias_sd"),
            ("control_weight", "correction_weight"),
            ("correction_t_co2e_per_ha", "baseline_correction"),
        )
        if item.kind == "hybrid"
    }
    return BaselineResult(
        kind=item.kind,
        pool=item.pool,
        units=item.units or tuple(unit.quantification_unit for unit in project.quantification_units),
        credited=not why,
        why_not=why,
        issues=issues and not why,
        project_side="modelled" if item.kind in ("modelled_schedule", "blended") else "measured",
        project_change_t_co2e_per_ha=years * float(change.project_annual.value) / area,
        baseline_change_t_co2e_per_ha=years * float(change.baseline_annual.value) / area,
        difference_t_co2e_per_ha=mean,
        credited_t_co2e_per_ha=next(
            row.credited_t_co2e_per_ha for row in change.routes if row.form == change.credited_form
        ),
        credited_form=change.credited_form,
        uncertainty_percent=percent,
        routes=change.routes,
        **hybrid,
    )


def model_use(project: Project, runs: ModelledStocks | None, rules: RulesInForce) -> ModelUse | None:
    """Say which model stands behind a run."""
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
        initial_shift_years=initial_shift_years(project, rules.number("mollisol.start.tolerance")),
    )
