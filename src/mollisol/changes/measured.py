"""From the stocks of two campaigns to the change of a verification period, its variance and its deduction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from mollisol.changes.change import ChangeOfPeriod, ChangeOptions, ChangesOfUnits, changes_of_strata
from mollisol.changes.designed import variances_by_design
from mollisol.changes.drawn_anew import (
    hold_what_is_computed,
    site_drawn_anew,
    stratum_drawn_anew,
    stratum_of_campaigns,
)
from mollisol.changes.yearly_totals import area_of_strata, yearly_totals
from mollisol.methodology.checks.control_sites import control_groups
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import control_mean_by_stratum, mean_by_group
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.soil_carbon_change import stock_change_t_co2e_per_ha
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.routes.choose import run_measured_routes, run_routes
from mollisol.routes.declared_errors import declared_errors
from mollisol.routes.interface import ControlSide, PeriodInputs, ProjectSide, with_values
from mollisol.routes.laboratory_repeats import LaboratoryErrors
from mollisol.routes.moment import analytic_route
from mollisol.routes.spread import spread_between_strata
from mollisol.stocks.groups import Replicates
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.samples import Samples
from mollisol.uncertainty.scaling.sampling_error import sampling_variance_t2


def measured_change(
    context: PeriodContext,
    samples: Samples,
    laboratory: LaboratoryErrors,
    options: ChangeOptions,
    *,
    static: bool = False,
) -> ChangeOfPeriod:
    """Compute change (Eqs. 46, 47), variance (Eqs. 70, 71) and deduction (Eq. 74 and posterior) of a period.

    A ``static`` baseline takes nothing of control sites: without the project nothing changes, and it is sure of it.
    """
    area, units = area_of_strata(context), changes_of_units(context, samples.stocks)
    side = project_side(context, units, area, samples.stocks)
    without = static and not len(context.project.control_links)
    project, control = (
        side,
        _no_control(context) if without else _control_side(context, units, samples.stocks),
    )
    if static and not without:
        zero, rows = np.zeros(len(control.labels)), ["project.toml: baseline static"]
        mean, variance = (
            context.given(f"static_{name}", zero, old.unit, rows, control.labels)
            for name, old in (("change", control.mean), ("variance", control.variance))
        )
        control = replace(control, mean=mean, variance=variance)
    baseline = context.compute(
        "baseline_change_of_stratum",
        control_mean_by_stratum,
        index=project.labels,
        group_mean_t_co2e_per_ha=control.mean,
        group_weight=control.weight,
    )
    totals = yearly_totals(context, project.mean, baseline, area, options.biochar_carbon_per_year)
    inputs = PeriodInputs(
        context=context,
        difference=totals.difference,
        area=area,
        project_side=project,
        biochar_carbon_per_year=options.biochar_carbon_per_year,
        seed=options.seed,
        stocks=samples.stocks,
        change=units.change,
        control_side=control,
        errors=declared_errors(context, samples, laboratory),
    )
    hold_what_is_computed(inputs)
    outcome = (
        run_routes(inputs, "analytic", analytic_route, {})
        if static
        else run_measured_routes(inputs, options.route)
    )
    return ChangeOfPeriod(
        area=area,
        totals=totals,
        strata=changes_of_strata(inputs, samples.stocks, project.mean, baseline, linked=True),
        outcome=outcome,
        findings=(*laboratory.findings, *outcome.findings),
        units=units,
        control=control,
        spread_between_strata=spread_between_strata(inputs),
    )


def changes_of_units(context: PeriodContext, stocks: UnitStocks) -> ChangesOfUnits:
    """Compute the change of each sampling unit over a period."""
    period = context.period
    start, end = stocks.by_campaign[period.first_campaign], stocks.by_campaign[period.last_campaign]
    change = context.compute(
        "change_of_unit",
        stock_change_t_co2e_per_ha,
        index=start.index,
        stock_start_t_c_per_ha=start,
        stock_end_t_c_per_ha=end,
    )
    return ChangesOfUnits(start, end, change, stocks.members(period.first_campaign), stocks.home_of)


def project_side(
    context: PeriodContext, units: ChangesOfUnits, area: Quantity, stocks: UnitStocks
) -> ProjectSide:
    """Compute mean and variance (Eq. 71) of the change of each stratum."""
    names = tuple(context.project.strata.column("stratum").values())
    paired = [name for name in names if name not in stocks.anew]
    places = units.places(paired)
    change = context.pick("project_change_of_unit", units.change, places)
    count = {name: len(units.members[name]) for name in paired}
    means = variance = None
    freedom: dict[str, float] = {}
    ends: list[tuple[Quantity, Quantity]] = []
    if paired:
        means = units.means(context, "project_change_of_stratum", change, paired)
        start, end = (
            context.compute(
                f"{label}_stock_co2e_of_unit",
                stock_t_co2e_per_ha,
                index=change.index,
                stock_t_c_per_ha=context.pick(f"{label}_stock_of_unit", stock, places),
            )
            for label, stock in (("first", units.start), ("last", units.end))
        )
        ends.append((start, end))
        of_paired, name = area, "project_variance"
        if stocks.anew:
            at = [place for place, name in enumerate(names) if name in count]
            of_paired = context.pick("area_ha_of_paired", area, at)
            name = "project_variance_of_paired"
        found = variances_by_design(context, name, count, of_paired, change, (start, end))
        variance, freedom = found.variance, dict(found.freedom)
    groups = np.repeat(np.arange(len(paired)), list(count.values())).tolist()
    if stocks.anew:
        sides = []
        for number, name in enumerate(names):
            if name in stocks.anew:
                anew = stocks.anew[name]
                hectares = context.arrange(
                    f"area_ha.{name}", float(area.value[number]), [area], places=[number]
                )
                sides.append(
                    stratum_drawn_anew(context, name, hectares, *anew.stocks)
                    if anew.apart
                    else stratum_of_campaigns(context, name, hectares, anew)
                )
        ends += [(side.first, side.last) for side in sides]
        freedom |= {side.name: side.freedom for side in sides}
        count |= {side.name: side.replicates for side in sides}
        order = {name: place for place, name in enumerate([*paired, *(side.name for side in sides)])}
        means, variance = (
            context.arrange(
                f"project_{label}",
                np.concatenate([np.ravel(part.value) for part in parts])[[order[name] for name in names]],
                parts,
                index=names,
                places=[order[name] for name in names],
            )
            for label, parts in (
                ("change_of_strata", [*([means] if means else []), *(side.mean for side in sides)]),
                ("variance", [*([variance] if variance else []), *(side.variance for side in sides)]),
            )
        )
        apart = [stock for side in sides for stock in side.apart]
        change = context.join("project_change_and_stocks", [part for part in (change, *apart) if part.index])
        for place, stock in enumerate(apart):
            groups += [len(paired) + place] * len(stock.index)
    return ProjectSide(
        labels=names,
        mean=cast("Quantity", means),
        variance=cast("Quantity", variance),
        replicates=tuple(count[name] for name in names),
        replicate=("sampling units",) * len(names),
        freedom=freedom,
        change=change,
        group=tuple(groups),
        ends=tuple(ends),
    )


def _control_side(context: PeriodContext, units: ChangesOfUnits, stocks: UnitStocks) -> ControlSide:
    """Compute mean and variance of each group of control sites that stand for the same strata.

    Sites are the replicates of a group, since what a site shares does not average out over its units; a group of one
    site can only show the spread inside it.
    """
    groups = control_groups(context.project)
    labels = ["+".join(sites) for sites in groups.values()]
    anew = {name: site_drawn_anew(context, name, site) for name, site in stocks.sites_anew.items()}
    change, _ = with_values(context, "control_change_and_values", units.change, [], anew)
    members, first = defaultdict(list, units.members), len(units.change.index)
    for site, own in anew.items():
        members[site] = list(range(first, first + len(own.value.index)))
        first += len(own.value.index)
    replicates = Replicates.of(list(groups.values()), members)
    values = replicates.values(context, "control_change_of_replicate", change)
    entry = replicates.entry.tolist()
    names = context.project.strata.column("stratum").values()
    return ControlSide(
        labels=tuple(labels),
        mean=context.compute(
            "control_change", mean_by_group, index=labels, unit=values.unit, values=values, group=entry
        ),
        variance=context.compute(
            "control_variance",
            sampling_variance_t2,
            index=labels,
            area_ha=np.ones(len(labels)),
            change_t_co2e_per_ha=values,
            entry=entry,
        ),
        replicates=tuple(np.bincount(replicates.entry).tolist()),
        replicate=tuple("control sites" if len(sites) > 1 else "sampling units" for sites in groups.values()),
        freedom={
            label: anew[sites[0]].freedom
            for label, sites in zip(labels, groups.values(), strict=True)
            if len(sites) == 1 and sites[0] in anew
        },
        anew=anew,
        weight=context.given(
            "control_group_weight", _weights(names, groups), "1", ["control_links.csv"], names
        ),
    )


def _no_control(context: PeriodContext) -> ControlSide:
    """Return the start as the one group that stands for every stratum: nothing changes, and that is sure."""
    names, rows = tuple(context.project.strata.column("stratum").values()), ["project.toml: baseline static"]
    start, zero = ("start",), np.zeros(1)
    return ControlSide(
        labels=start,
        mean=context.given("static_change", zero, "t CO2e/ha", rows, start),
        variance=context.given("static_variance", zero, "(t CO2e/ha)^2", rows, start),
        replicates=(2,),  # what has no variance weighs nothing, whatever its degrees of freedom
        replicate=("control sites",),
        freedom={},
        anew={},
        weight=context.given("control_group_weight", np.ones((len(names), 1)), "1", rows, names),
    )


def _weights(names: Sequence[str], groups: Mapping[tuple[str, ...], tuple[str, ...]]) -> FloatArray:
    """Return the weight of a group in the control mean of a stratum: its share of the sites linked to the stratum."""
    row = {name: number for number, name in enumerate(names)}
    sites = np.zeros((len(names), len(groups)))
    for column, (strata, own) in enumerate(groups.items()):
        sites[[row[name] for name in strata if name in row], column] = len(own)
    weight: FloatArray = sites / sites.sum(axis=1, keepdims=True)
    return weight
