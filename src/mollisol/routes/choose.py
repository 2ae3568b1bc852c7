"""The routes on the same inputs, and which of them issues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mollisol.emissions.hooks import after_allowance
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.results.run import CreditedForm, RouteChoice, RouteSummary
from mollisol.methodology.trace import Quantity
from mollisol.routes.guarded import guarded_form
from mollisol.routes.interface import Moment, MomentRoute, PeriodInputs, Route, RouteDetails, RouteInputs
from mollisol.routes.moment import analytic_route
from mollisol.routes.monte_carlo import montecarlo_route
from mollisol.routes.posterior import posterior_route
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
    """Run the routes of a measured period; where all run, the guarded form joins them."""
    others: Mapping[CreditedForm, Route[PeriodInputs]] = {
        "guarded": guarded_form,
        "montecarlo": montecarlo_route,
        "posterior": posterior_route,
    }
    return run_routes(inputs, choice, analytic_route, others)


def run_routes[Inputs: RouteInputs](
    inputs: Inputs,
    choice: RouteChoice,
    analytic: MomentRoute[Inputs],
    others: Mapping[CreditedForm, Route[Inputs]],
) -> RoutesFound:
    """Run the routes that were asked for; the analytic one always runs, for the others start from its variance.

    Of what ran the rule chooses; a mean of exactly 0 is left to the analytic route.
    """
    first, moment = analytic(inputs)
    outcomes = [first]
    if inputs.difference.value != 0:
        outcomes += [run(inputs, moment) for form, run in others.items() if choice in ("all", form)]
    details: RouteDetails = {}
    computed: dict[CreditedForm, Quantity] = {}
    for outcome in outcomes:
        details |= outcome.details
        if outcome.summary is not None and outcome.uncertainty is not None:
            computed[outcome.summary.form] = outcome.uncertainty
    chosen, form = choose_deduction(inputs.context, computed)
    name = f"uncertainty_after_allowance{inputs.context.place}"
    uncertainty = after_allowance(chosen, name, inputs.context.trace)
    estimates: dict[CreditedForm, Estimate] = {
        outcome.summary.form: outcome.estimate for outcome in outcomes if outcome.summary and outcome.estimate
    }
    summaries = [outcome.summary for outcome in outcomes if outcome.summary is not None]
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    return RoutesFound(
        uncertainty,
        form,
        estimates,
        moment,
        tuple(row.model_copy(update={"issues": row.form == form}) for row in summaries),
        details,
        (*findings, *_not_all(inputs, choice)),
    )


def choose_deduction(
    context: PeriodContext, computed: Mapping[CreditedForm, Quantity]
) -> tuple[Quantity, CreditedForm]:
    """Choose the deduction that issues of those that were computed: by the rule, the one that credits least."""
    trace = context.trace
    which = trace.rule("mollisol.issuance.form").value
    for form in computed:
        if which == form and which in ("moment", "posterior"):
            return computed[form], form
    largest = context.compute(
        "issuing_uncertainty_percent",
        largest_deduction_percent,
        deductions_percent=context.join("deductions_percent", list(computed.values()), list(computed)),
    )
    return largest, max(computed, key=lambda form: float(computed[form].value))


def _not_all(inputs: RouteInputs, choice: RouteChoice) -> list[Finding]:
    """Return a warning where a route was left out that the rule of issuance asks for."""
    rule = str(inputs.context.trace.rule("mollisol.issuance.form").value)
    if choice == "all" or rule == "moment" or rule == choice:
        return []
    return [
        finding(
            "routes-left-out",
            f"verification period {inputs.context.period.name}",
            f"route {choice}",
            rule=rule,
        )
    ]
