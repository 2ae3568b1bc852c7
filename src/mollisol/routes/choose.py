"""The routes on the same inputs, and which of them issues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from mollisol.emissions.hooks import after_allowance
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding, Severity, finding
from mollisol.methodology.results.deductions import CreditedForm, RouteSummary
from mollisol.methodology.results.run import RouteChoice
from mollisol.methodology.trace import Quantity
from mollisol.routes.deduction_notes import selected_by_the_bar, selection_by_bar
from mollisol.routes.guarded import guarded_form
from mollisol.routes.interface import (
    Moment,
    MomentRoute,
    PeriodInputs,
    Route,
    RouteDetails,
    RouteInputs,
    RouteOutcome,
)
from mollisol.routes.moment import analytic_route
from mollisol.routes.monte_carlo import montecarlo_route
from mollisol.routes.posterior import posterior_route
from mollisol.routes.sharp import sharp_form
from mollisol.uncertainty.deduction.estimate import Estimate
from mollisol.uncertainty.deduction.issuing import largest_deduction_percent


@dataclass(frozen=True, slots=True, eq=False)
class RoutesFound:
    """What the routes found and what issues: its deduction in per cent and its form, beside the moment form."""

    uncertainty: Quantity
    form: CreditedForm
    estimates: Mapping[CreditedForm, Estimate]
    moment: Moment
    routes: tuple[RouteSummary, ...]
    details: RouteDetails
    findings: tuple[Finding, ...]


def run_measured_routes(inputs: PeriodInputs, choice: RouteChoice) -> RoutesFound:
    """Run the routes of a measured period.

    The sharp form always runs, for it draws nothing; under the rules of release 0.1.0, which issued the lowest of all
    forms, the guarded form stands in its place.
    """
    lowest = inputs.context.trace.rule("mollisol.issuance.form").value == "lower"
    core = core_issues(inputs)
    closed: Mapping[CreditedForm, Route[PeriodInputs]] = (
        {"guarded": guarded_form}
        if lowest
        else {"sharp": partial(sharp_form, ceiling=core and choice not in ("analytic", "montecarlo"))}
    )
    others: dict[CreditedForm, Route[PeriodInputs]] = {**closed, "montecarlo": montecarlo_route}
    prior = inputs.context.trace.rule("mollisol.posterior.prior").value
    if not (inputs.stocks.anew or inputs.stocks.sites_anew) or prior == "means":
        # of points drawn anew there is no change at a point, which the half-normal prior is of
        others["posterior"] = posterior_route
    return run_routes(inputs, choice, analytic_route, others, core=core and "posterior" in others)


def core_issues(inputs: PeriodInputs) -> bool:
    """Return whether the posterior issues on a measured period, below the ceiling of deduction A.

    It does where points share declared errors: it learns them together with the spread, which deduction B cannot. A
    grid, parts of fields and points drawn anew it has no model of.
    """
    parted = len(inputs.context.project.drawn_fields) > 0
    if inputs.errors is None or inputs.project_side.freedom or parted:
        return False
    prior = inputs.context.trace.rule("mollisol.posterior.prior").value
    return prior == "means" and inputs.errors.added(inputs.context).any


def run_routes[Inputs: RouteInputs](
    inputs: Inputs,
    choice: RouteChoice,
    analytic: MomentRoute[Inputs],
    others: Mapping[CreditedForm, Route[Inputs]],
    *,
    core: bool = False,
) -> RoutesFound:
    """Run the routes that were asked for; the analytic one always runs, for the others start from its variance.

    Of what ran the rule chooses; a mean of exactly 0 is left to the analytic route. With ``core`` the posterior issues
    where the sharp form would, below the ceiling of deduction A. Where the sharp form issues, it and the analytic route
    decide; elsewhere all do.
    """
    if choice == "deciding":
        rule = inputs.context.trace.rule("mollisol.issuance.form").value
        choice = "analytic" if rule == "sharp" and "sharp" in others and not core else "all"
    first, moment = analytic(inputs)
    outcomes: dict[CreditedForm, RouteOutcome] = {"moment": first}
    if inputs.difference.value != 0:
        for form, run in others.items():
            if choice in ("all", form) or form == "sharp":
                outcomes[form] = run(inputs, moment)
    details: RouteDetails = {}
    computed: dict[CreditedForm, Quantity] = {}
    for form, outcome in outcomes.items():
        details |= outcome.details
        if outcome.uncertainty is not None:
            computed[form] = outcome.uncertainty
    chosen, issues = choose_deduction(inputs.context, computed, core=core and choice in ("all", "posterior"))
    name = f"uncertainty_after_allowance{inputs.context.place}"
    uncertainty = after_allowance(chosen, name, inputs.context.trace)
    selection = selection_by_bar(inputs, moment, uncertainty)
    if selection is not None:
        details["selection"] = selection
    summaries = [outcome.summary for outcome in outcomes.values() if outcome.summary is not None]
    severity = _severities(inputs, outcomes, issues, core)
    findings = [
        found.model_copy(update={"severity": severity[form]}) if severity.get(form) else found
        for form, outcome in outcomes.items()
        for found in outcome.findings
    ]
    findings += [selected_by_the_bar(inputs, selection)] if selection is not None else []
    return RoutesFound(
        uncertainty,
        issues,
        {form: outcome.estimate for form, outcome in outcomes.items() if outcome.estimate},
        moment,
        tuple(row.model_copy(update={"issues": row.form == issues}) for row in summaries),
        details,
        (*findings, *_not_all(inputs, choice, issues, core)),
    )


def choose_deduction(
    context: PeriodContext, computed: Mapping[CreditedForm, Quantity], *, core: bool = False
) -> tuple[Quantity, CreditedForm]:
    """Choose the deduction that issues of those that were computed: by the rule, else the one that credits least.

    The sharp form is never above the moment form. Where it cannot be, for a baseline that no control site measured, the
    posterior issues under that ceiling; with ``core`` it does under that of the sharp form.
    """
    which = str(context.trace.rule("mollisol.issuance.form").value)
    for form in computed:
        if form == which and not (core and form == "sharp"):
            return computed[form], form
    if which == "sharp":
        ceiling = "sharp" if "sharp" in computed else "moment"
        computed = {form: found for form, found in computed.items() if form in (ceiling, "posterior")}
    largest = context.compute(
        "issuing_uncertainty_percent",
        largest_deduction_percent,
        deductions_percent=context.join("deductions_percent", list(computed.values()), list(computed)),
    )
    return largest, max(computed, key=lambda form: float(computed[form].value))


def _severities(
    inputs: RouteInputs,
    outcomes: Mapping[CreditedForm, RouteOutcome],
    issues: CreditedForm,
    core: bool,
) -> Mapping[CreditedForm, Severity]:
    """Return another severity for the findings of some forms: what issues must be computed, the rest informs."""
    if issues == "sharp" and not core:
        return dict.fromkeys((form for form in outcomes if form not in ("moment", "sharp")), Severity.NOTE)
    severity: dict[CreditedForm, Severity] = {"montecarlo": Severity.NOTE} if core else {}
    posterior = outcomes.get("posterior")
    rule = inputs.context.trace.rule("mollisol.issuance.form").value
    if rule == "sharp" and posterior is not None and posterior.summary is None:
        severity["posterior"] = Severity.REFUSAL
    return severity


def _not_all(inputs: RouteInputs, choice: RouteChoice, issues: CreditedForm, core: bool) -> list[Finding]:
    """Return a warning where a route was left out that the rule of issuance asks for."""
    rule = str(inputs.context.trace.rule("mollisol.issuance.form").value)
    wanted = "posterior" if rule == "sharp" else rule
    if (issues == rule and not core) or choice in ("all", wanted):
        return []
    return [
        finding(
            "routes-left-out",
            f"verification period {inputs.context.period.name}",
            f"route {choice}",
            rule=rule,
        )
    ]
