"""Run the steps in order: read, check, stocks, changes, credits. One way, each step a frozen value handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from mollisol.checks.calibrations import check_calibrations
from mollisol.checks.laboratory_figures import check_counted_figures
from mollisol.checks.plausibility import check_reported_stocks, check_units
from mollisol.methodology.checks.declared import check_declared, check_kind
from mollisol.methodology.checks.laboratory import check_laboratory
from mollisol.methodology.checks.references import check_references
from mollisol.methodology.checks.unread import UnreadError, heard
from mollisol.methodology.context import Context
from mollisol.methodology.deviations import apply_deviations
from mollisol.methodology.findings import Finding, FindingsError, blocking, in_order
from mollisol.methodology.land.design import DRAWN_FIELDS_FILE
from mollisol.methodology.land.fields import FIELDS_FILE, INSTANCES_FILE
from mollisol.methodology.results.run import RouteChoice
from mollisol.methodology.results.state import held_as_musts
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
from mollisol.programmes.interface import Programme
from mollisol.programmes.rules import not_trusted, rules_of_project, under
from mollisol.questions.cores import question_cores, question_increments
from mollisol.questions.deviations import question_deviations
from mollisol.questions.ledger import question_ledger
from mollisol.questions.places.outlines import counted_areas
from mollisol.questions.tables import question_tables
from mollisol.reading.intake import Handed
from mollisol.reading.project import Reading, read_project, without_faults
from mollisol.reading.schema import HEAD_FILE
from mollisol.run import Assessment, Run, RunOptions, Tell, needed_by, silent
from mollisol.stocks.laboratory_figures import with_figures
from mollisol.stocks.samples import Samples, quantify_samples

_STOCKS_ARE_OF = frozenset(
    {
        "", HEAD_FILE, "core_increments.csv", "sample_points.csv", "strata.csv", "quantification_units.csv",
        "control_sites.csv", "control_links.csv", FIELDS_FILE, DRAWN_FIELDS_FILE, INSTANCES_FILE,
        "laboratory_repeats.csv", "spectroscopy_validation.csv",
    }
)  # fmt: skip
"""Files that stocks are computed from: what blocks in another one does not keep them from being asked."""
_INCREMENTS_ARE_OF = frozenset({"", "core_increments.csv", "sample_points.csv", "laboratory_repeats.csv"})
"""Files that the increments are asked with by themselves, where another one keeps stocks from being computed."""


def assess_project(
    folder: Handed | Reading,
    *,
    rules_key: str = "",
    overlays: Sequence[Overlay] = (),
    rule_set: RuleSet | None = None,
    programme: str = "",
    questions: bool = True,
    tell: Tell = silent,
) -> Assessment:
    """Read a project folder and hold it against its rules; every finding at once, as far as the data carry.

    Parameters
    ----------
    folder
        The project folder, its files as they were taken, or what was read of them before.
    rules_key
        Rule set to use instead of the project's own.
    overlays
        Proposals laid over the rule set.
    rule_set
        A rule set as a value, in place of a key. It issues if it ships or is one that an auditor trusts.
    programme
        The programme to compute under in place of the project's own; nothing issues then.
    questions
        Whether questions are put to it too: they find much, and move no amount.
    tell
        Called with a line on each step.
    """
    if isinstance(folder, Reading):
        reading = folder
    else:
        tell("reading the files" if isinstance(folder, Mapping) else f"reading {folder}")
        reading = read_project(folder)
    project = reading.project or reading.part
    if project is None:
        return Assessment(reading, tuple(in_order(reading.findings)))
    project = without_faults(project, reading.findings)
    form = [*reading.findings, *check_references(project)]
    project = without_faults(project, form[len(reading.findings) :])
    marked = blocking(form)
    if programme and programme != project.head.programme:
        project, beside = under(project, programme)
        form += beside
    form += [*heard(check_declared, project.head, HEAD_FILE), *check_kind(project.head, HEAD_FILE)]
    form += heard(check_laboratory, project)
    try:
        chosen, rules = rules_of_project(project.head, rules_key, overlays, rule_set)
        project = chosen.prepared(project)
    except FindingsError as error:
        return Assessment(reading, tuple(in_order([*form, *error.findings])))
    missing = [*_missing(folder, rules, chosen, programme), *chosen.check_rules(rules)]
    if missing:
        return Assessment(reading, tuple(in_order([*form, *missing])))
    tell(f"checking against {rules.rule_set.key}")
    try:
        counted, outlines = counted_areas(project, reading.inputs, rules)
        counted, differing = with_figures(counted, rules)
        context = Context(without_faults(counted, differing), rules, Trace(rules))
        if questions:
            differing = [
                *differing,
                *chosen.ask(context),
                *question_tables(context.project, outlines, rules),
            ]
            differing += heard(question_ledger, context, reading.inputs)
        assessment = _held_against(chosen, context, reading, [*form, *differing], marked, questions)
    except RuleError as error:
        return Assessment(reading, tuple(in_order([*form, unusable_rules(str(error))])))
    more = not_trusted(chosen, rules.rule_set)
    return replace(assessment, findings=tuple(in_order([*assessment.findings, *more])))


def _held_against(
    programme: Programme,
    context: Context,
    reading: Reading,
    form: Sequence[Finding],
    marked: Sequence[Finding],
    questions: bool,
) -> Assessment:
    """Return every finding: what the programme checks beside what was found, and the stocks where nothing blocks.

    What is ``marked`` as unread keeps no stocks from being computed that do not ask for it.
    """
    project, rules, head = context.project, context.rules, context.project.head
    findings = [*form, *programme.check(context), *heard(check_units, project, rules)]
    samples = None
    stops = {
        stop.where.file
        for stop in blocking(apply_deviations(findings, head.deviations))
        if stop not in marked
    }
    if not stops & _STOCKS_ARE_OF:
        try:
            context, samples, told = _of_samples(programme, context, questions)
            findings += told
        except UnreadError:
            pass  # what could not be read is told
    if samples is None:
        findings += heard(programme.check_samples, context, None)
    if samples is None and questions and not stops & _INCREMENTS_ARE_OF:
        findings += heard(question_increments, replace(context, trace=Trace(rules)))
    findings = held_as_musts(findings, decide=bool(rules.value("mollisol.musts.decide").value))
    told = [*question_deviations(context, findings, reading.inputs), *status_findings(rules.chosen)]
    if samples is None:  # what a deviation answers may come only when what blocks is mended
        told = [one for one in told if one.code != "deviation-unused"]
    return Assessment(reading, tuple(in_order(told)), context, samples, tuple(findings))


def _of_samples(
    programme: Programme, context: Context, questions: bool
) -> tuple[Context, Samples, list[Finding]]:
    """Return the stocks of all samples, and what they say."""
    samples, findings = quantify_samples(context)
    context = replace(context, project=context.project.interpolated_by(samples.stocks.interpolation))
    asked = (question_cores,) if questions else ()
    for check in (check_reported_stocks, *asked, check_counted_figures):
        findings += heard(check, context, samples.stocks)
    for question in (programme.check_samples, check_calibrations):
        findings += heard(question, context, samples)
    return context, samples, findings


def run_project(
    folder: Handed | Reading,
    *,
    rules_key: str = "",
    overlays: Sequence[Overlay] = (),
    rule_set: RuleSet | None = None,
    programme: str = "",
    route: RouteChoice | Literal["nuts"] = "all",
    seed: int = 0,
    tell: Tell = silent,
) -> Run:
    """Run a project folder from cores to units.

    Parameters
    ----------
    folder, rules_key, overlays, rule_set, programme, tell
        As in :func:`assess_project`.
    route
        ``all``, or one of ``analytic``, ``montecarlo`` and ``posterior``: that and the analytic one, from which the
        others start. What issues of those that ran is a rule. ``nuts``: all, and each posterior is sampled by PyMC
        too, with the same seed; nothing is credited from it.
    seed
        Of the draws of declared measurement errors; the other routes are deterministic.

    Raises
    ------
    FindingsError
        If a finding blocks, or the bundle would be larger than what reads bundles opens; it carries all findings.
    """
    from mollisol.computing import compute

    rules: dict[str, Any] = {"rules_key": rules_key, "overlays": tuple(overlays), "programme": programme}
    assessment = assess_project(folder, **rules, rule_set=rule_set, tell=tell)
    sampled: dict[str, Any] = {"route": "all", "reference": "nuts"} if route == "nuts" else {"route": route}
    options = RunOptions(**rules, **sampled, seed=seed)
    tell(f"computing: {needed_by(assessment)}")
    return compute(assessment, options, tell)


def _missing(
    folder: Handed | Reading, rules: RulesInForce, programme: Programme, named: str
) -> list[Finding]:
    """Return every rule that the project looks up under the rule set that has them all, and this one does not know."""
    if not rules.rule_set.head.open or rules.rule_set.head.key == programme.complete_rules:
        return []
    complete = programme.complete_rules
    try:
        needed = run_project(folder, rules_key=complete, programme=named).rules.chosen
    except FindingsError:
        held = assess_project(folder, rules_key=complete, programme=named).context
        needed = held.rules.chosen if held is not None else ()
    return list(missing_rules(rules, needed))
