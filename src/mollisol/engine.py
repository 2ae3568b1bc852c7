"""Run the steps in order: read, check, stocks, changes, credits. One way, each step a frozen value handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mollisol.checks.calibrations import check_calibrations
from mollisol.checks.plausibility import check_reported_stocks, check_units
from mollisol.methodology.checks.declared import check_declared, check_kind
from mollisol.methodology.checks.laboratory import check_laboratory
from mollisol.methodology.checks.references import check_references
from mollisol.methodology.context import Context
from mollisol.methodology.deviations import apply_deviations
from mollisol.methodology.findings import Finding, FindingsError, Severity, blocking, in_order
from mollisol.methodology.results.run import PeriodResult, ReferenceChoice, RouteChoice, RunResult
from mollisol.methodology.results.state import held_as_musts, state_of
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.rule import RuleError
from mollisol.methodology.rules_in_force.rule_set import (
    RuleSet,
    RulesInForce,
    missing_rules,
    status_findings,
    unusable_rules,
)
from mollisol.methodology.trace import Trace
from mollisol.programmes.interface import Carried, Programme
from mollisol.programmes.registry import programme_of
from mollisol.programmes.rules import not_trusted, rules_of_project
from mollisol.questions.cores import question_cores
from mollisol.questions.deviations import deviation_effects, question_deviations
from mollisol.questions.ledger import question_ledger
from mollisol.questions.places.outlines import Outlines, counted_areas
from mollisol.questions.selection import tell_lost_points
from mollisol.questions.tables import question_tables
from mollisol.reading.intake import Handed
from mollisol.reading.project import Reading, read_project
from mollisol.reading.schema import HEAD_FILE
from mollisol.run import Assessment, Run, RunOptions, Tell, silent
from mollisol.stocks.means import stock_means
from mollisol.stocks.samples import quantify_samples

if TYPE_CHECKING:
    from mollisol.changes.baselines import Sides


def assess_project(
    folder: Handed,
    *,
    rules_key: str = "",
    overlays: Sequence[Overlay] = (),
    rule_set: RuleSet | None = None,
    tell: Tell = silent,
) -> Assessment:
    """Read a project folder and hold it against its rules; every finding at once, as far as the data carry.

    Parameters
    ----------
    folder
        The project folder, or its files as they were taken.
    rules_key
        Rule set to use instead of the project's own.
    overlays
        Proposals laid over the rule set.
    rule_set
        A rule set as a value, in place of a key. It issues if it ships or is one that an auditor trusts.
    tell
        Called with a line on each step.
    """
    tell("reading the files" if isinstance(folder, Mapping) else f"reading {folder}")
    reading = read_project(folder)
    project = reading.project
    if project is None:
        return Assessment(reading, tuple(in_order(reading.findings)))
    try:
        programme, rules = rules_of_project(project.head, rules_key, overlays, rule_set)
    except FindingsError as error:
        return Assessment(reading, error.findings)
    missing = [*_missing(folder, rules, programme), *programme.check_rules(rules)]
    if missing:
        return Assessment(reading, tuple(in_order(missing)))
    tell(f"checking against {rules.rule_set.key}")
    try:
        counted, outlines = counted_areas(project, reading.inputs, rules)
        assessment = _held_against(programme, Context(counted, rules, Trace(rules)), reading, outlines)
    except RuleError as error:
        return Assessment(reading, (unusable_rules(str(error)),))
    more = not_trusted(programme, rules.rule_set)
    return replace(assessment, findings=tuple(in_order([*assessment.findings, *more])))


def _held_against(programme: Programme, context: Context, reading: Reading, outlines: Outlines) -> Assessment:
    """Return every finding on form, then on what the programme asks, then on the stocks."""
    project, rules, head = context.project, context.rules, context.project.head
    findings = [*reading.findings, *check_declared(head, HEAD_FILE), *check_kind(head, HEAD_FILE)]
    references = check_references(project)
    if references:
        return Assessment(reading, tuple(in_order([*findings, *references])))
    findings += [*check_laboratory(project), *programme.check(context)]
    findings += question_tables(project, outlines, rules)
    findings += [*question_ledger(context, reading.inputs), *check_units(project, rules)]
    samples = None
    if not blocking(apply_deviations(findings, head.deviations)):
        samples, more = quantify_samples(context)
        context = replace(context, project=context.project.interpolated_by(samples.stocks.interpolation))
        findings += [*more, *check_reported_stocks(context, samples.stocks)]
        findings += question_cores(context, samples.stocks)
        findings += [*programme.check_samples(context, samples), *check_calibrations(context, samples)]
    findings = held_as_musts(findings, decide=bool(rules.value("mollisol.musts.decide").value))
    answered = question_deviations(context, findings, reading.inputs)
    told = tuple(in_order([*answered, *status_findings(rules.chosen)]))
    return Assessment(reading, told, context, samples, tuple(findings))


def run_project(
    folder: Handed,
    *,
    rules_key: str = "",
    overlays: Sequence[Overlay] = (),
    rule_set: RuleSet | None = None,
    route: RouteChoice = "all",
    seed: int = 0,
    reference: ReferenceChoice = "none",
    tell: Tell = silent,
) -> Run:
    """Run a project folder from cores to units.

    Parameters
    ----------
    folder, rules_key, overlays, rule_set, tell
        As in :func:`assess_project`.
    route
        ``all``, or one of ``analytic``, ``montecarlo`` and ``posterior``: that and the analytic one, from which the
        others start. What issues of those that ran is a rule.
    seed
        Of the draws of declared measurement errors; the other routes are deterministic.
    reference
        ``nuts`` samples each posterior by PyMC too, with the same seed; nothing is credited from it.

    Raises
    ------
    FindingsError
        If a finding blocks; it carries all findings.
    """
    from mollisol.changes.baselines import both_sides, model_use

    assessment = assess_project(folder, rules_key=rules_key, overlays=overlays, rule_set=rule_set, tell=tell)
    context, samples = assessment.passed()
    project, rules, head = context.project, context.rules, context.project.head
    programme = programme_of(head)
    tell("computing")
    refusals = [finding for finding in assessment.findings if finding.severity is Severity.REFUSAL]
    sides = both_sides(context, samples)
    periods, outcome = _periods(programme, context, sides, refusals, route, seed)
    diagnostics, told = programme.diagnose(context, samples, periods[0])
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
        seed=seed,
        periods=tuple(periods),
        stocks=stock_means(project, samples.stocks),
        model=model_use(context, sides.runs),
        control_diagnostics=diagnostics,
    )
    checked = [finding for finding in assessment.findings if finding.code != "rule-weakly-sourced"]
    told = [*told, *deviation_effects(context, assessment.asked, assessment.reading.inputs, periods)]
    told += tell_lost_points(context, samples, periods)
    findings = in_order(dict.fromkeys([*checked, *outcome, *told, *status_findings(rules.chosen)]))
    key = rules_key and rules.rule_set.head.key
    options = RunOptions(rules_key=key, overlays=tuple(overlays), route=route, seed=seed, reference=reference)
    draws: dict[str, bytes] = {}
    if reference != "none":
        from mollisol.routes.reference import sample_references

        tell("sampling the reference")
        results, draws, differing = sample_references(results, context.trace)
        findings = in_order([*findings, *differing])
    inputs, people = assessment.reading.inputs, assessment.reading.people
    return Run(results, tuple(findings), project, rules, context.trace, inputs, options, draws, people)


def _periods(
    programme: Programme,
    context: Context,
    sides: Sides,
    refusals: Sequence[Finding],
    route: RouteChoice,
    seed: int,
) -> tuple[list[PeriodResult], list[Finding]]:
    """Return every period in its order, each with what the one before hands on."""
    from mollisol.changes.baselines import change_by_baselines
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
        change, baselines = change_by_baselines(
            current, sides, programme.why_not, ChangeOptions(biochar, route, seed)
        )
        stopped = programme.stopped(current, change, refusals)
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


def _missing(folder: Handed, rules: RulesInForce, programme: Programme) -> list[Finding]:
    """Return every rule that the project looks up under the rule set that has them all, and this one does not know."""
    if not rules.rule_set.head.open:
        return []
    try:
        needed = run_project(folder, rules_key=programme.complete_rules).rules.chosen
    except FindingsError:
        held = assess_project(folder, rules_key=programme.complete_rules).context
        needed = held.rules.chosen if held is not None else ()
    return list(missing_rules(rules, needed))
