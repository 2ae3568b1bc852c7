"""Run the steps in order: read, check, stocks, changes, credits. One way, each step a frozen value handed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mollisol.changes.baselines import Sides, both_sides, change_by_baselines, model_use
from mollisol.checks.activity import check_activity
from mollisol.checks.calibrations import check_calibrations
from mollisol.checks.control_sites import diagnose_controls
from mollisol.checks.eligibility import check_boundary_amounts, check_eligibility, check_sites
from mollisol.checks.plausibility import check_reported_stocks, check_similarity, check_units
from mollisol.crediting.outcome import outcome_findings
from mollisol.crediting.period import credit_period
from mollisol.emissions.grid import grid_of
from mollisol.emissions.leakage import LeakageOfPeriod, leakage_of_period
from mollisol.emissions.sources import SourcesOfPeriod, sources_of_period
from mollisol.equations import all_equations
from mollisol.methodology.boundary import check_boundary
from mollisol.methodology.checks.baseline_controls import check_controls_stayed
from mollisol.methodology.checks.baseline_model import check_model_setup
from mollisol.methodology.checks.baselines import check_baselines
from mollisol.methodology.checks.control_sites import check_control_sites
from mollisol.methodology.checks.declared import check_declared
from mollisol.methodology.checks.laboratory import check_laboratory
from mollisol.methodology.checks.periods import check_periods
from mollisol.methodology.checks.references import check_references
from mollisol.methodology.checks.sampling import check_sampling
from mollisol.methodology.checks.spectroscopy import check_spectroscopy
from mollisol.methodology.context import Context, PeriodContext
from mollisol.methodology.deviations import apply_deviations
from mollisol.methodology.factors.factor import FactorError
from mollisol.methodology.findings import Finding, FindingsError, Place, Severity, blocking, in_order
from mollisol.methodology.ledger import LEDGER_FILE, check_ledger
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import PeriodResult, ReferenceChoice, RouteChoice, RunResult, RunState
from mollisol.methodology.rules_in_force.proposal import lay_over, proposed
from mollisol.methodology.rules_in_force.rule import Clocks, MissingRuleError, Overlay, RuleError
from mollisol.methodology.rules_in_force.rule_set import (
    RuleSet,
    RulesInForce,
    TrustedRuleSet,
    load_rule_set,
    rule_set_of,
    ships,
    status_findings,
    unusable_rules,
)
from mollisol.methodology.trace import Quantity, Trace
from mollisol.reading.outlines import check_geometry
from mollisol.reading.project import Reading, read_project
from mollisol.reading.schema import HEAD_FILE
from mollisol.run import Assessment, Run, RunOptions
from mollisol.stocks.means import stock_means
from mollisol.stocks.samples import quantify_samples

type Tell = Callable[[str], None]

COMPLETE_RULES = "vm0042-2.2+2026-06-11"
"""The rule set that has a value of every rule."""

YEARLY = "year by year"


def _silent(_: str) -> None: ...


def assess_project(
    folder: str | Path,
    *,
    rules_key: str = "",
    overlays: Sequence[Overlay] = (),
    rule_set: RuleSet | None = None,
    tell: Tell = _silent,
) -> Assessment:
    """Read a project folder and hold it against its rules; every finding at once, as far as the data carry.

    Parameters
    ----------
    folder
        The project folder.
    rules_key
        Rule set to use instead of the project's own.
    overlays
        Proposals laid over the rule set.
    rule_set
        A rule set as a value, in place of a key. It issues if it ships or is one that an auditor trusts.
    tell
        Called with a line on each step.
    """
    tell(f"reading {folder}")
    folder = Path(folder)
    reading = read_project(folder)
    project = reading.project
    if project is None:
        return Assessment(reading, tuple(in_order(reading.findings)))
    try:
        rule_set = rule_set or (rule_set_of(rules_key) if rules_key else load_rule_set(project.head.rules))
    except RuleError as error:
        return Assessment(reading, (unusable_rules(str(error)),))
    try:
        rule_set = lay_over(rule_set, overlays, all_equations)
    except FindingsError as error:
        return Assessment(reading, error.findings)
    if set(rule_set.equations.values()) - set(all_equations() if rule_set.equations else ()):
        return Assessment(
            reading, (unusable_rules("an equation that this version does not have is swapped in"),)
        )
    rules = RulesInForce(rule_set, Clocks(registered_on=project.head.registered_on))
    missing = [*_missing(folder, rules), *_not_computed(rules)]
    if missing:
        return Assessment(reading, tuple(in_order(missing)))
    tell(f"checking against {rule_set.key}")
    try:
        assessment = _held_against(project, reading, rules)
    except RuleError as error:
        return Assessment(reading, (unusable_rules(str(error)),))
    if ships(rule_set) or isinstance(rule_set, TrustedRuleSet):
        return assessment
    return replace(assessment, findings=tuple(in_order([*assessment.findings, proposed(rule_set)])))


def _held_against(project: Project, reading: Reading, rules: RulesInForce) -> Assessment:
    findings = [*reading.findings, *check_declared(project.head, HEAD_FILE), *_kind(project)]
    findings += check_boundary(project.head.boundary, HEAD_FILE)
    references = check_references(project)
    if references:
        return Assessment(reading, tuple(in_order([*findings, *references])))
    findings += check_sampling(project, rules)
    findings += [*check_laboratory(project), *check_spectroscopy(project, rules)]
    findings += [*check_baselines(project, rules), *check_model_setup(project, rules)]
    if project.measured_controls:
        findings += [*check_control_sites(project, rules), *check_controls_stayed(project)]
    findings += check_periods(project, rules)
    findings += check_geometry(project, reading.inputs, rules)
    findings += check_activity(project, rules)
    findings += check_eligibility(project, rules)
    findings += check_ledger(
        project.ledger,
        start=project.head.start_date,
        periods=[(period.name, period.during) for period in project.head.verification_periods],
        inputs=reading.inputs,
    )
    findings += check_units(project)
    context = Context(project, rules, Trace(rules))
    samples = None
    if not blocking(apply_deviations(findings, project.head.deviations)):
        samples, more = quantify_samples(context)
        findings += [*more, *check_reported_stocks(context, samples.stocks)]
        findings += [*check_similarity(context, samples), *check_sites(context, samples)]
        findings += check_calibrations(context, samples)
    findings = apply_deviations(findings, project.head.deviations)
    return Assessment(reading, tuple(in_order([*findings, *status_findings(rules.chosen)])), context, samples)


def run_project(
    folder: str | Path,
    *,
    rules_key: str = "",
    overlays: Sequence[Overlay] = (),
    rule_set: RuleSet | None = None,
    route: RouteChoice = "all",
    seed: int = 0,
    reference: ReferenceChoice = "none",
    tell: Tell = _silent,
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
    assessment = assess_project(folder, rules_key=rules_key, overlays=overlays, rule_set=rule_set, tell=tell)
    context, samples = assessment.passed()
    project, rules, trace = context.project, context.rules, context.trace
    tell("computing")
    refusals = [finding for finding in assessment.findings if finding.severity is Severity.REFUSAL]
    sides = both_sides(context, samples)
    periods, outcome = _periods(context, sides, refusals, route, seed)
    diagnostics, told = diagnose_controls(context, samples, periods[0])
    results = RunResult(
        project=project.head.name,
        description=project.head.description,
        proponent=project.head.proponent,
        country=project.head.country,
        kind=project.head.kind,
        start_date=project.head.start_date,
        attribution=project.head.attribution,
        rule_set=rules.rule_set.key,
        rule_set_hash=rules.rule_set.hash,
        state=_state(periods, refusals),
        proposals=rules.rule_set.overlays,
        reporting_depth_cm=project.head.reporting_depth_cm,
        equivalent_soil_mass_interpolation=project.head.interpolation,
        seed=seed,
        periods=tuple(periods),
        stocks=stock_means(project, samples.stocks),
        model=model_use(project, sides.runs, rules),
        control_diagnostics=diagnostics,
    )
    checked = [finding for finding in assessment.findings if finding.code != "rule-weakly-sourced"]
    findings = in_order(dict.fromkeys([*checked, *outcome, *told, *status_findings(rules.chosen)]))
    options = RunOptions(
        rules_key=rules_key and rules.rule_set.head.key,
        overlays=tuple(overlays),
        route=route,
        seed=seed,
        reference=reference,
    )
    draws: dict[str, bytes] = {}
    if reference != "none":
        from mollisol.routes.reference import sample_references

        tell("sampling the reference")
        results, draws, differing = sample_references(results, trace)
        findings = in_order([*findings, *differing])
    return Run(results, tuple(findings), project, rules, trace, assessment.reading.inputs, options, draws)


def _state(periods: Sequence[PeriodResult], refusals: Sequence[Finding]) -> RunState:
    if any(finding.code == "rules-proposed" for finding in refusals):
        return "proposed"
    return "refused" if any(period.issuance == "refused" for period in periods) else "eligible"


def _periods(
    context: Context, sides: Sides, refusals: Sequence[Finding], route: RouteChoice, seed: int
) -> tuple[list[PeriodResult], list[Finding]]:
    project, head = context.project, context.project.head
    rating = context.trace.given(
        "non_permanence_rating_percent", head.non_permanence_rating_percent, "%", [f"{HEAD_FILE}:project"]
    )
    cumulative, displaced = _carried(context)
    issued = project.ledger.issued_units_t if project.ledger else 0
    periods: list[PeriodResult] = []
    findings: list[Finding] = []
    for period in head.verification_periods:
        current = context.during(period)
        carbon_t, biochar = _biochar(current)
        change, baselines = change_by_baselines(
            current, sides, biochar_carbon_per_year=biochar, route=route, seed=seed
        )
        change = replace(change, findings=(*change.findings, *refusals))
        sources, leakage = _activity(current, displaced)
        displaced = leakage.cumulative
        result, cumulative = credit_period(current, change, cumulative, rating, carbon_t, sources, leakage)
        findings += [*change.findings, *sources.findings, *leakage.findings]
        findings += outcome_findings(result, issued)
        issued += result.units_to_issue_t
        periods.append(result.model_copy(update={"baselines": baselines}))
    bounds = check_boundary_amounts(context, periods)
    if blocking(bounds):
        raise FindingsError(bounds)
    return periods, list(dict.fromkeys([*findings, *bounds]))


def _activity(context: PeriodContext, displaced: Quantity) -> tuple[SourcesOfPeriod, LeakageOfPeriod]:
    """Compute sources and leakage of a period.

    Raises
    ------
    FindingsError
        If an equation or a table of factors refuses what the tables hold; the message names the argument.
    """
    try:
        grid = grid_of(context)
        return sources_of_period(context, grid), leakage_of_period(context, grid, displaced)
    except (FactorError, ValueError) as error:
        finding = Finding(
            code="activity-not-computable",
            severity=Severity.BLOCKING,
            where=Place(thing=f"verification period {context.period.name}"),
            found=str(error),
            allowed="amounts that the equations accept, and factors that the tables hold",
            do="look at the argument that is named: its table, its unit of measure, its area",
            clause="VM0042 2.2, sections 8.2.3 to 8.4",
        )
        raise FindingsError([finding]) from None


def _carried(context: Context) -> tuple[Quantity, Quantity]:
    """Give what the ledger carries into the first period: the cumulative project change and displaced leakage."""
    project, trace = context.project, context.trace
    last = project.ledger.entry[-1] if project.ledger and project.ledger.entry else None
    rows = [f"{LEDGER_FILE}: period {last.period}"] if last else [f"{HEAD_FILE}: no {LEDGER_FILE}, the start"]
    return (
        trace.given(
            "prior_cumulative_project_change",
            last.cumulative_project_change_t_co2e if last else 0.0,
            "t CO2e",
            rows,
        ),
        trace.given(
            "prior_displaced_leakage",
            last.cumulative_displaced_leakage_t_co2e if last else 0.0,
            "t CO2e",
            rows,
        ),
    )


def _biochar(context: PeriodContext) -> tuple[float, Quantity]:
    subtracted = context.rules.value("vm0042.biochar.subtracted").value
    applied = [
        (row, item.biochar_t * item.organic_carbon_fraction)
        for row, item in enumerate(context.project.biochar, start=2)
        if context.period.during.holds(item.applied_on) and subtracted
    ]
    total = sum(carbon for _, carbon in applied)
    yearly = context.trace.given(
        f"biochar_carbon_per_year{context.place}",
        total / context.years,
        "t C",
        [f"biochar.csv:{row}" for row, _ in applied] or ["no row in any table of biochar"],
    )
    return total, yearly


def _kind(project: Project) -> list[Finding]:
    words = {
        "replay": (Severity.WARNING, "history replayed under today's rules", "not an issued project"),
        "constructed": (Severity.WARNING, "a constructed project", "its data were made up to show something"),
        "placeholder": (Severity.REFUSAL, "placeholder values of the skeleton", "nothing is issued"),
    }
    if project.head.kind not in words:
        return []
    severity, found, meaning = words[project.head.kind]
    return [
        Finding(
            code=f"kind-{project.head.kind}",
            severity=severity,
            where=Place(file=HEAD_FILE, thing="kind"),
            found=f"{found}: {meaning}",
            allowed='kind = "project" for a real one',
            do="put in the project's own data and set the kind"
            if severity is Severity.REFUSAL
            else "nothing",
        )
    ]


def _missing(folder: Path, rules: RulesInForce) -> list[Finding]:
    """Name every rule that the project needs and the rule set has no value of.

    What a project needs is what it looks up under the rule set that has them all.
    """
    if not rules.rule_set.head.open:
        return []
    try:
        needed = run_project(folder, rules_key=COMPLETE_RULES).rules.chosen
    except FindingsError:
        held = assess_project(folder, rules_key=COMPLETE_RULES).context
        needed = held.rules.chosen if held is not None else ()
    findings = []
    for chosen in needed:
        try:
            rules.value(chosen.rule, chosen.clock_date if chosen.clock == "emission_date" else None)
        except MissingRuleError as error:
            findings.append(
                Finding(
                    code="rule-missing",
                    severity=Severity.BLOCKING,
                    where=Place(file=HEAD_FILE, thing=f"rule {chosen.rule}"),
                    found=str(error),
                    allowed="a value of this edition; that of another edition does not stand in",
                    do="choose a rule set that has it, or lay a proposal with a sourced value over this one",
                    clause=chosen.rule,
                )
            )
    return findings


def _not_computed(rules: RulesInForce) -> list[Finding]:
    basis = rules.rule_set.rules["vm0042.accounting.basis"]
    try:
        value = rules.value(basis.id).value
    except MissingRuleError:
        return []
    if value == YEARLY:
        return []
    return [
        Finding(
            code="accounting-not-computed",
            severity=Severity.BLOCKING,
            where=Place(file=HEAD_FILE, thing="rules"),
            found=f"{basis.label}: {value}",
            allowed=YEARLY,
            do="choose another rule set: no equation of this accounting was available",
            clause=basis.id,
        )
    ]
