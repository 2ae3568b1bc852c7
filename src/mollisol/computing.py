"""From an assessed project to what its periods are credited: changes, credits, and what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from mollisol.changes.baselines import Sides, both_sides, change_by_baselines, change_over, model_use
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, FindingsError, Severity, blocking, finding, in_order
from mollisol.methodology.results.run import ControlDiagnostics, PeriodResult, RunResult
from mollisol.methodology.results.state import state_of
from mollisol.methodology.rules_in_force.rule import MissingRuleError
from mollisol.methodology.rules_in_force.rule_set import status_findings
from mollisol.programmes.interface import Carried, Programme
from mollisol.programmes.registry import programme_of
from mollisol.questions.deviations import deviation_effects
from mollisol.questions.selection import tell_lost_points
from mollisol.run import Assessment, Run, RunOptions, Tell, needed_by
from mollisol.stocks.means import stock_means


def told_by_a_run(assessment: Assessment) -> list[Finding]:
    """Return every finding that a run would end with, those of its arithmetic too; no file is written.

    Of the routes those are run that decide what issues.
    """
    if assessment.blocked:
        return list(assessment.findings)
    try:
        needed_by(assessment)
        periods, outcome, _ = credited(assessment, RunOptions(route="deciding"))
        return _told(assessment, periods, outcome)[1]
    except FindingsError as error:
        return list(error.findings)


def compute(assessment: Assessment, options: RunOptions, tell: Tell) -> Run:
    """Return the run of a project that was held against its rules.

    Raises
    ------
    FindingsError
        If a finding blocks, also one that only the arithmetic makes; it carries all findings.
    """
    periods, outcome, sides = credited(assessment, options)
    context, samples = assessment.passed()
    project, rules, head = context.project, context.rules, context.project.head
    programme = programme_of(head)
    refusals = [finding for finding in assessment.findings if finding.severity is Severity.REFUSAL]
    diagnostics, findings = _told(assessment, periods, outcome)
    results = RunResult(
        project=head.name,
        programme=programme.id,
        description=head.description,
        proponent=head.proponent,
        country=head.country,
        kind=head.kind,
        start_date=head.start_date,
        attribution=head.attribution,
        rule_set=rules.rule_set.key,
        rule_set_hash=rules.rule_set.hash,
        state=state_of([*refusals, *outcome]),
        proposals=rules.rule_set.overlays,
        reporting_depth_cm=head.reporting_depth_cm,
        equivalent_soil_mass_interpolation=head.interpolation,
        seed=options.seed,
        periods=tuple(periods),
        stocks=stock_means(project, samples.stocks),
        model=model_use(context, sides.runs),
        control_diagnostics=diagnostics,
    )
    if options.rules_key:
        options = options.model_copy(update={"rules_key": rules.rule_set.head.key})
    draws: dict[str, bytes] = {}
    if options.reference != "none":
        from mollisol.routes.reference import sample_references

        tell("sampling the reference")
        results, draws, differing = sample_references(results, context.trace)
        findings = in_order([*findings, *differing])
    inputs, people = assessment.reading.inputs, assessment.reading.people
    return Run(results, tuple(findings), project, rules, context.trace, inputs, options, draws, people)


def _told(
    assessment: Assessment, periods: Sequence[PeriodResult], outcome: Sequence[Finding]
) -> tuple[tuple[ControlDiagnostics, ...], list[Finding]]:
    """Return the diagnostics of control sites, and every finding of a run whose periods found some themselves."""
    context, samples = assessment.passed()
    diagnostics, told = programme_of(context.project.head).diagnose(context, samples, periods[0])
    checked = [finding for finding in assessment.findings if finding.code != "rule-weakly-sourced"]
    told += deviation_effects(context, assessment.asked, assessment.reading.inputs, periods)
    told += tell_lost_points(context, samples, periods)
    chosen = status_findings(context.rules.chosen)
    return diagnostics, in_order(dict.fromkeys([*checked, *outcome, *told, *chosen]))


def credited(assessment: Assessment, options: RunOptions) -> tuple[list[PeriodResult], list[Finding], Sides]:
    """Return the periods of a project that was held against its rules, what they find, and what they stand on.

    Raises
    ------
    FindingsError
        As :func:`compute`.
    """
    context, samples = assessment.passed()
    refusals = [finding for finding in assessment.findings if finding.severity is Severity.REFUSAL]
    try:
        sides = both_sides(context, samples)
        periods, found = _periods(programme_of(context.project.head), context, sides, refusals, options)
    except FindingsError as error:
        raise FindingsError(in_order([*assessment.findings, *error.findings])) from None
    except MissingRuleError as error:
        missing = finding("rule-missing", f"rule {error.rule}", str(error), rule=error.rule)
        raise FindingsError(in_order([*assessment.findings, missing])) from None
    return periods, found, sides


def _periods(
    programme: Programme,
    context: Context,
    sides: Sides,
    refusals: Sequence[Finding],
    options: RunOptions,
) -> tuple[list[PeriodResult], list[Finding]]:
    """Return every period in its order, each with what the one before hands on."""
    from mollisol.changes.biochar import biochar_carbon
    from mollisol.changes.change import ChangeOptions
    from mollisol.crediting.carrying import Carrying
    from mollisol.crediting.outcome import outcome_findings
    from mollisol.crediting.period import credit_period

    carrying, handed_on = Carrying(context), list[Carried]()
    periods: list[PeriodResult] = []
    findings: list[Finding] = []
    for period in context.project.head.verification_periods:
        current, carried = context.during(period), carrying.before(period)
        carbon_t, biochar = biochar_carbon(current)
        asked = (current, sides, programme.why_not, ChangeOptions(biochar, options.route, options.seed))
        change, baselines = change_by_baselines(*asked)
        stopped = programme.stopped(current, change, refusals, partial(change_over, *asked))
        change = replace(change, findings=(*change.findings, *stopped))
        activity = programme.activity(current, carried)
        result, carried = credit_period(programme, current, change, activity, carried, carbon_t)
        findings += [*change.findings, *activity.findings]
        findings += outcome_findings(result, carrying.issued_units_t, programme.clauses)
        carrying.after(period, carried, result.units_to_issue_t)
        handed_on.append(carried)
        periods.append(result.model_copy(update={"baselines": baselines}))
    bounds = programme.check_amounts(context, periods, handed_on[-1])
    if blocking(bounds):
        raise FindingsError(bounds)
    return periods, list(dict.fromkeys([*findings, *bounds]))
