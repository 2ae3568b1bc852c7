"""The change of a period, the same for every kind of baseline, and its one maker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mollisol.changes.yearly_totals import YearlyTotals
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding
from mollisol.methodology.results.budget import SpreadTest
from mollisol.methodology.results.deductions import Deduction
from mollisol.methodology.results.figure import beside, count, entries
from mollisol.methodology.results.run import RouteChoice, StratumChange
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.methodology.trace import Quantity
from mollisol.routes.choose import RoutesFound
from mollisol.routes.interface import ControlSide, RouteInputs, Side
from mollisol.stocks.groups import group_means
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.deduction.estimate import Estimate


@dataclass(frozen=True, slots=True, eq=False)
class ChangeOptions:
    """What every baseline of a period is accounted with.

    Parameters
    ----------
    biochar_carbon_per_year
        Carbon of biochar on the whole project. [t C per year]
    route
        The routes that were asked for.
    seed
        Of draws.
    """

    biochar_carbon_per_year: Quantity
    route: RouteChoice
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class ChangesOfUnits:
    """Stocks of the sampling units at both ends, their change, and where each of them lies."""

    start: Quantity
    end: Quantity
    change: Quantity
    members: Mapping[str, list[int]]
    home_of: Mapping[str, str]

    def places(self, homes: Sequence[str]) -> list[int]:
        """Return the places of the units of some strata or control sites, one after the other."""
        return [place for home in homes for place in self.members[home]]

    def means(self, context: PeriodContext, name: str, values: Quantity, homes: Sequence[str]) -> Quantity:
        """Compute the means of values of some units by their stratum or control site."""
        return group_means(context, name, values, [self.home_of[unit] for unit in values.index], homes)


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """How control sites corrected a modelled baseline: the prior sd of the bias, the weight of the sites, the move."""

    bias_sd: Quantity
    weight: Quantity
    correction: Quantity


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangeOfPeriod:
    """What a verification period measured, before it is split into reductions and removals.

    Parameters
    ----------
    totals
        Yearly totals before the deduction (Eqs. 47 less biochar, 46), and the areal mean over the period.
    outcome
        What the routes found of that mean: the deduction that issues, and the estimate in each form.
    units
        The sampling units that it was measured on; None where it was modelled.
    control, correction
        What the baseline rests on: control sites where they were measured, how they corrected a model where they did.
    """

    area: Quantity
    totals: YearlyTotals
    strata: tuple[StratumChange, ...]
    outcome: RoutesFound
    findings: tuple[Finding, ...]
    units: ChangesOfUnits | None = None
    control: ControlSide | None = None
    correction: Correction | None = None
    spread_between_strata: SpreadTest | None = None

    @property
    def estimate(self) -> Estimate:
        """Return the estimate in the form that issues."""
        return self.outcome.estimates[self.outcome.form]

    @property
    def deductions(self) -> dict[Form, Deduction]:
        """Return the methodology's own form, corrected and as printed."""
        return self.outcome.details.get("deductions", {})


def changes_of_strata(
    inputs: RouteInputs, stocks: UnitStocks, project: Quantity, baseline: Quantity, *, linked: bool
) -> tuple[StratumChange, ...]:
    """Return the mean changes of both scenarios by stratum, beside its control sites where the baseline has any."""
    side: Side = inputs.project_side
    freedom = side.degrees_of_freedom
    sites: dict[str, list[str]] = defaultdict(list)
    for link in inputs.context.project.control_links if linked else ():
        sites[link.stratum].append(link.control_site)
    areas, own, others, variances = map(entries, (inputs.area, project, baseline, side.variance))
    return tuple(
        StratumChange(
            stratum=stratum.stratum,
            quantification_unit=stratum.quantification_unit,
            area_ha=areas[number],
            sampling_units=count(side.replicates[number], "sampling units of the stratum", side.variance),
            control_sites=tuple(sorted(sites[stratum.stratum])),
            reference_soil_mass_t_per_ha=stocks.reference_of[stratum.stratum],
            project_change_t_co2e_per_ha=own[number],
            baseline_change_t_co2e_per_ha=others[number],
            difference_t_co2e_per_ha=(own[number] - others[number]).said("project less baseline"),
            project_variance_t2=variances[number],
            project_degrees_of_freedom=beside(
                float(freedom[number]),
                "of the design's estimator"
                if stratum.stratum in side.freedom
                else "sampling units of the stratum, less one",
                side.variance,
            ),
        )
        for number, stratum in enumerate(inputs.context.project.strata)
    )
