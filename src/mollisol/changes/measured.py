"""Step 2: from the stocks of two campaigns to the change of a verification period, its variance and its deduction."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from mollisol.changes.change import ChangeOfPeriod
from mollisol.changes.yearly_totals import area_of_strata, yearly_totals
from mollisol.methodology.checks.control_sites import control_groups
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.run import (
    RouteChoice,
    StratumChange,
)
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import (
    control_mean_by_stratum,
    mean_by_group,
)
from mollisol.quantification.soil_carbon_change import (
    stock_change_t_co2e_per_ha,
)
from mollisol.quantification.unit_crossing import stock_t_co2e_per_ha
from mollisol.routes.choose import run_measured_routes
from mollisol.routes.declared_errors import declared_errors
from mollisol.routes.interface import PeriodInputs, Side
from mollisol.routes.spread import spread_between_strata
from mollisol.stocks.measured import UnitStocks
from mollisol.uncertainty.scaling.sampling_error import paired_change_variance_t2, sampling_variance_t2


class ChangeStep:
    """The change of one period; the steps share the period's names in the trace."""

    def __init__(self, context: PeriodContext, stocks: UnitStocks) -> None:
        self._context, self._stocks = context, stocks
        self._project, self._trace, self._at = context.project, context.trace, context.place
        self._names = tuple(stratum.stratum for stratum in context.project.strata)

    def _measured_change(self) -> tuple[Quantity, Quantity, Quantity, dict[str, list[int]]]:
        """Give stocks at the start and the end, the change of each unit, and the places of each home's units."""
        start = self._stocks.by_campaign[self._context.period.first_campaign]
        end = self._stocks.by_campaign[self._context.period.last_campaign]
        change = self._trace.compute(
            f"change_of_unit{self._at}",
            stock_change_t_co2e_per_ha,
            index=start.index,
            stock_start_t_c_per_ha=start,
            stock_end_t_c_per_ha=end,
        )
        members: dict[str, list[int]] = defaultdict(list)
        for place, unit in enumerate(change.index):
            members[self._stocks.home_of[unit]].append(place)
        return start, end, change, members

    def run(self, *, biochar_carbon_per_year: Quantity, route: RouteChoice, seed: int) -> ChangeOfPeriod:
        """Compute change (Eqs. 46, 47), variance (Eqs. 70, 71) and deduction (Eq. 74 and posterior) of the period."""
        trace, at = self._trace, self._at
        start, end, change, members = self._measured_change()
        area = area_of_strata(self._context)
        project = self._project_side(change, start, end, members)
        groups = control_groups(self._project)
        control = self._control_side(change, members, groups)
        weight = trace.given(
            f"control_group_weight{at}", self._weights(groups), "1", ["control_links.csv"], self._names
        )
        baseline = trace.compute(
            f"baseline_change_of_stratum{at}",
            control_mean_by_stratum,
            index=self._names,
            group_mean_t_co2e_per_ha=control.mean,
            group_weight=weight,
        )
        totals = yearly_totals(
            self._context,
            project=project.mean,
            baseline=baseline,
            area=area,
            biochar_carbon_per_year=biochar_carbon_per_year,
        )
        errors, findings = declared_errors(self._context, self._stocks)
        inputs = PeriodInputs(
            context=self._context,
            stocks=self._stocks,
            difference=totals.difference,
            project_side=project,
            control_side=control,
            weight=weight,
            errors=errors,
            biochar_carbon_per_year=biochar_carbon_per_year,
            seed=seed,
        )
        found = run_measured_routes(inputs, route)
        return ChangeOfPeriod(
            area=area,
            project_annual=totals.project,
            baseline_annual=totals.baseline,
            difference=totals.difference,
            uncertainty=found.uncertainty,
            strata=self._strata(project, baseline),
            variance=found.details.get("variance", ()),
            deductions=found.details.get("deductions", {}),
            guarded=found.details.get("guarded"),
            montecarlo=found.details.get("montecarlo"),
            posterior=found.details.get("posterior"),
            credited_form=found.form,
            findings=(*findings, *found.findings),
            routes=found.routes,
            variance_budget=found.details.get("variance_budget"),
            spread_between_strata=spread_between_strata(inputs, members),
            spectroscopy=found.details.get("spectroscopy"),
        )

    def _project_side(
        self, change: Quantity, start: Quantity, end: Quantity, members: dict[str, list[int]]
    ) -> Side:
        trace, at = self._trace, self._at
        area = trace.quantities[f"area_ha{at}"]
        places = [place for name in self._names for place in members[name]]
        means = trace.compute(
            f"project_change_of_stratum{at}",
            mean_by_group,
            index=self._names,
            unit=change.unit,
            values=self._trace.pick(f"project_change_of_unit{at}", change, places),
            group=[number for number, name in enumerate(self._names) for _ in members[name]],
        )
        variances = []
        for number, stratum in enumerate(self._project.strata):
            own = members[stratum.stratum]
            first, last = (
                trace.compute(
                    f"{label}_stock_co2e.{stratum.stratum}{at}",
                    stock_t_co2e_per_ha,
                    index=[of.index[i] for i in own],
                    stock_t_c_per_ha=self._trace.pick(f"{label}_stock.{stratum.stratum}{at}", of, own),
                )
                for label, of in (("first", start), ("last", end))
            )
            variances.append(
                trace.compute(
                    f"project_variance.{stratum.stratum}{at}",
                    paired_change_variance_t2,
                    area_ha=trace.arrange(
                        f"area_ha.{stratum.stratum}{at}", stratum.area_ha, [area], places=[number]
                    ),
                    stock_start_t_co2e_per_ha=first,
                    stock_end_t_co2e_per_ha=last,
                )
            )
        replicates = tuple(len(members[name]) for name in self._names)
        variance = self._row(f"project_variance{at}", variances, self._names)
        return Side(self._names, means, variance, replicates, ("sampling units",) * len(replicates))

    def _control_side(
        self, change: Quantity, members: dict[str, list[int]], groups: dict[tuple[str, ...], tuple[str, ...]]
    ) -> Side:
        trace, at = self._trace, self._at
        labels, means, variances, replicates, kinds = [], [], [], [], []
        for sites in groups.values():
            label = "+".join(sites)
            values = self._trace.pick(
                f"control_change_of_unit.{label}{at}",
                change,
                [place for site in sites for place in members[site]],
            )
            if len(sites) > 1:
                values = trace.compute(
                    f"control_change_of_site.{label}{at}",
                    mean_by_group,
                    index=sites,
                    unit=change.unit,
                    values=values,
                    group=[number for number, site in enumerate(sites) for _ in members[site]],
                )
            replicates.append(len(values.index))
            means.append(
                trace.compute(
                    f"control_change.{label}{at}",
                    mean_by_group,
                    unit=change.unit,
                    values=values,
                    group=[0] * replicates[-1],
                )
            )
            variances.append(
                trace.compute(
                    f"control_variance.{label}{at}",
                    sampling_variance_t2,
                    area_ha=1.0,
                    change_t_co2e_per_ha=values,
                )
            )
            labels.append(label)
            kinds.append("control sites" if len(sites) > 1 else "sampling units")
        return Side(
            tuple(labels),
            self._row(f"control_change{at}", means, labels),
            self._row(f"control_variance{at}", variances, labels),
            tuple(replicates),
            tuple(kinds),
        )

    def _weights(self, groups: dict[tuple[str, ...], tuple[str, ...]]) -> NDArray[np.float64]:
        """Weight of a group in the control mean of a stratum: its share of the sites linked to the stratum."""
        sites = np.array(
            [
                [len(group) if name in strata else 0.0 for strata, group in groups.items()]
                for name in self._names
            ]
        )
        weight: NDArray[np.float64] = sites / sites.sum(axis=1, keepdims=True)
        return weight

    def _strata(self, project: Side, baseline: Quantity) -> tuple[StratumChange, ...]:
        linked: dict[str, list[str]] = defaultdict(list)
        for link in self._project.control_links:
            linked[link.stratum].append(link.control_site)
        return tuple(
            StratumChange(
                stratum=stratum.stratum,
                quantification_unit=stratum.quantification_unit,
                area_ha=stratum.area_ha,
                sampling_units=project.replicates[number],
                control_sites=tuple(sorted(linked[stratum.stratum])),
                reference_soil_mass_t_per_ha=self._stocks.reference_of[stratum.stratum],
                project_change_t_co2e_per_ha=float(project.mean.value[number]),
                baseline_change_t_co2e_per_ha=float(baseline.value[number]),
                difference_t_co2e_per_ha=float(project.mean.value[number] - baseline.value[number]),
                project_variance_t2=float(project.variance.value[number]),
                project_degrees_of_freedom=project.replicates[number] - 1.0,
            )
            for number, stratum in enumerate(self._project.strata)
        )

    def _row(self, name: str, parts: list[Quantity], labels: tuple[str, ...] | list[str]) -> Quantity:
        values = np.array([np.ravel(part.value)[0] for part in parts], dtype=np.float64)
        return self._trace.arrange(name, values, parts, index=labels)
