"""The three routes on the same inputs, and which of them issues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.results.run import (
    CreditedForm,
    RouteChoice,
    RouteName,
    RouteSummary,
)
from mollisol.methodology.trace import Quantity
from mollisol.routes.guarded import guarded_form
from mollisol.routes.interface import InputsOfPeriod, PeriodInputs, Route, RouteDetails, RouteOutcome
from mollisol.routes.moment import analytic_route, choose_deduction
from mollisol.routes.monte_carlo import montecarlo_route
from mollisol.routes.posterior import posterior_route


@dataclass(frozen=True, slots=True, eq=False)
class RoutesFound:
    """What the routes found and what issues: its deduction in per cent and its form."""

    uncertainty: Quantity
    form: CreditedForm
    routes: tuple[RouteSummary, ...]
    details: RouteDetails
    findings: tuple[Finding, ...]


ROUTES: Mapping[RouteName, Route] = {
    "analytic": analytic_route,
    "montecarlo": montecarlo_route,
    "posterior": posterior_route,
}


def run_measured_routes(inputs: PeriodInputs, choice: RouteChoice) -> RoutesFound:
    """Run the routes of a measured period; where all run, the guarded form joins them."""
    return run_routes(inputs, choice, ROUTES, guarded_form)


def run_routes[Inputs: InputsOfPeriod](
    inputs: Inputs,
    choice: RouteChoice,
    routes: Mapping[RouteName, Callable[[Inputs], RouteOutcome]],
    guarded: Callable[[Inputs], RouteOutcome] | None = None,
) -> RoutesFound:
    """Run the routes that were asked for; the analytic one always runs, for the others start from its variance.

    Of what ran the rule chooses; a mean of exactly 0 is left to the analytic route.
    """
    outcomes = [routes["analytic"](inputs)]
    if inputs.difference.value != 0:
        if choice == "all" and guarded is not None:
            outcomes.append(guarded(inputs))
        outcomes += [
            run(inputs) for name, run in routes.items() if name != "analytic" and choice in ("all", name)
        ]
    details: RouteDetails = {}
    computed: dict[CreditedForm, Quantity] = {}
    for outcome in outcomes:
        details |= outcome.details
        if outcome.summary is not None and outcome.uncertainty is not None:
            computed[outcome.summary.form] = outcome.uncertainty
    uncertainty, form = choose_deduction(computed, inputs.context.place, inputs.context.trace)
    found = [finding for outcome in outcomes for finding in outcome.findings]
    return RoutesFound(
        uncertainty,
        form,
        tuple(
            outcome.summary.model_copy(update={"issues": outcome.summary.form == form})
            for outcome in outcomes
            if outcome.summary is not None
        ),
        details,
        (*found, *_not_all(inputs, choice)),
    )


def _not_all(inputs: InputsOfPeriod, choice: RouteChoice) -> list[Finding]:
    """Say where a route was left out that the rule of issuance asks for."""
    rule = str(inputs.context.trace.rule("mollisol.issuance.form").value)
    if choice == "all" or rule == "moment" or rule == choice:
        return []
    return [
        Finding(
            code="routes-left-out",
            severity=Severity.WARNING,
            where=Place(thing=f"verification period {inputs.context.period.name}"),
            found=f"route {choice}",
            allowed=f"all routes, for what issues is: {rule}",
            do="run it without --route before anything is issued",
            clause="mollisol.issuance.form",
        )
    ]
