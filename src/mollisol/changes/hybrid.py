"""Step 2 with a hybrid baseline: measured project, modelled baseline, corrected by residuals at the control sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from mollisol.changes.change import ChangeOfPeriod
from mollisol.changes.measured import ChangeStep
from mollisol.changes.yearly_totals import area_of_strata, yearly_totals
from mollisol.methodology.baseline import HybridBaseline
from mollisol.methodology.checks.baseline_model import year_before
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.run import RouteChoice
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import mean_by_group
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.soil_carbon_change import (
    stock_change_t_co2e_per_ha,
)
from mollisol.routes.choose import run_routes
from mollisol.routes.hybrid import HYBRID_ROUTES, HybridInputs
from mollisol.stocks.measured import UnitStocks
from mollisol.stocks.model_error import ModelError, model_error
from mollisol.stocks.modelled import ModelledStocks
from mollisol.uncertainty.model.hybrid_baseline import (
    control_residual_t_co2e_per_ha,
    draw_covariance_t2,
    hybrid_baseline_t_co2e_per_ha,
    hybrid_control_part_t2,
    hybrid_correction_t_co2e_per_ha,
    hybrid_model_part_t2,
    hybrid_weight,
    mean_residual_error_t_co2e_per_ha,
)
from mollisol.uncertainty.model.project_variance import project_model_variance
from mollisol.uncertainty.student import standard_error


class HybridChange(ChangeStep):
    """The change of one period with a hybrid baseline."""

    def __init__(
        self,
        context: PeriodContext,
        stocks: UnitStocks,
        runs: ModelledStocks,
        baseline: HybridBaseline,
    ) -> None:
        super().__init__(context, stocks)
        self._runs, self._baseline = runs, baseline
        self._sites = tuple(sorted({link.control_site for link in context.project.control_links}))

    def run(self, *, biochar_carbon_per_year: Quantity, route: RouteChoice, seed: int) -> ChangeOfPeriod:
        """Compute the measured change of the project, the corrected baseline, and the deduction."""
        del seed
        trace, at, names = self._trace, self._at, self._names
        start, end, change, members = self._measured_change()
        area = area_of_strata(self._context)
        project = self._project_side(change, start, end, members)
        first = year_before(self._context.period.during.start)
        strata_draws, site_draws = self._modelled((first, first + self._context.years))
        modelled = self._given(f"modelled_baseline_of_stratum{at}", strata_draws, names)
        residual = self._residual(change, members, site_draws)
        error = model_error(self._context)
        sd, spread = self._bias_sd(area, error), self._spread(residual)
        drawn = self._draws(area, strata_draws, site_draws)
        weight = trace.compute(
            f"correction_weight{at}",
            hybrid_weight,
            bias_sd_t_co2e_per_ha=sd,
            residual_error_t_co2e_per_ha=spread,
            control_variance_t2=drawn["control_variance_t2"],
            covariance_t2=drawn["covariance_t2"],
        )
        correction = trace.compute(
            f"baseline_correction{at}",
            hybrid_correction_t_co2e_per_ha,
            weight=weight,
            mean_residual_t_co2e_per_ha=self._mean(residual),
        )
        baseline = trace.compute(
            f"baseline_change_of_stratum{at}",
            hybrid_baseline_t_co2e_per_ha,
            index=names,
            modelled_change_t_co2e_per_ha=modelled,
            correction_t_co2e_per_ha=correction,
        )
        totals = yearly_totals(
            self._context,
            project=project.mean,
            baseline=baseline,
            area=area,
            biochar_carbon_per_year=biochar_carbon_per_year,
        )
        found = run_routes(
            HybridInputs(
                context=self._context,
                stocks=self._stocks,
                difference=totals.difference,
                project_side=project,
                control_part=trace.compute(
                    f"hybrid_control_part{at}",
                    hybrid_control_part_t2,
                    weight=weight,
                    residual_error_t_co2e_per_ha=spread,
                ),
                model_part=trace.compute(
                    f"hybrid_model_part{at}",
                    hybrid_model_part_t2,
                    weight=weight,
                    bias_sd_t_co2e_per_ha=sd,
                    baseline_variance_t2=drawn["baseline_variance_t2"],
                    control_variance_t2=drawn["control_variance_t2"],
                    covariance_t2=drawn["covariance_t2"],
                ),
                sites=self._sites,
                baseline_draws=strata_draws,
                control_draws=site_draws,
                error=error,
                biochar_carbon_per_year=biochar_carbon_per_year,
            ),
            route,
            HYBRID_ROUTES,
            None,
        )
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
            routes=found.routes,
            credited_form=found.form,
            findings=(*self._runs.findings, *found.findings),
        )

    def _modelled(self, years: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
        """Give the modelled baseline change of strata and of control sites by draw: points to units to places."""
        of = {point.point: point for point in self._project.sample_points}
        drawn = np.asarray(
            stock_change_t_co2e_per_ha(
                stock_start_t_c_per_ha=0.0,
                stock_end_t_c_per_ha=self._runs.between("baseline", *years),
            )
        )
        homes: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for place, name in enumerate(self._runs.points):
            point = of[name]
            homes[point.stratum or point.control_site or ""][point.sampling_unit].append(place)

        def means(names: tuple[str, ...]) -> FloatArray:
            return np.stack(
                [
                    np.stack([drawn[places].mean(axis=0) for places in homes[name].values()]).mean(axis=0)
                    for name in names
                ]
            )

        return means(self._names), means(self._sites)

    def _given(self, name: str, draws: FloatArray, index: tuple[str, ...]) -> Quantity:
        rows = [*self._runs.source, f"scenario baseline, mean of {self._runs.draws} draws"]
        return self._trace.given(name, draws.mean(axis=1), "t CO2e/ha", rows, index)

    def _residual(
        self, change: Quantity, members: Mapping[str, list[int]], site_draws: FloatArray
    ) -> Quantity:
        trace, at = self._trace, self._at
        places = [place for site in self._sites for place in members[site]]
        measured = trace.compute(
            f"control_change_of_site{at}",
            mean_by_group,
            index=self._sites,
            unit=change.unit,
            values=self._trace.pick(f"control_change_of_unit{at}", change, places),
            group=[number for number, site in enumerate(self._sites) for _ in members[site]],
        )
        return trace.compute(
            f"control_residual{at}",
            control_residual_t_co2e_per_ha,
            index=self._sites,
            measured_change_t_co2e_per_ha=measured,
            modelled_change_t_co2e_per_ha=self._given(
                f"modelled_change_of_site{at}", site_draws, self._sites
            ),
        )

    def _mean(self, residual: Quantity) -> Quantity:
        mean = self._trace.compute(
            f"residual_of_sites{self._at}",
            mean_by_group,
            unit=residual.unit,
            values=residual,
            group=[0] * len(self._sites),
        )
        return self._trace.arrange(f"mean_residual{self._at}", float(mean.value[0]), [mean], places=[0])

    def _spread(self, residual: Quantity) -> Quantity:
        return self._trace.compute(
            f"mean_residual_error{self._at}",
            mean_residual_error_t_co2e_per_ha,
            residual_t_co2e_per_ha=residual,
        )

    def _bias_sd(self, area: Quantity, error: ModelError) -> Quantity:
        """Give the prior sd of the model's bias: declared, or the validation's prediction error."""
        trace, at, declared = self._trace, self._at, self._baseline.model_bias_sd_t_co2e_per_ha
        if declared is not None:
            source = f"project.toml:project.baselines, {self._baseline.source}"
            return trace.given(f"model_bias_sd{at}", declared, "t CO2e/ha", [source])
        return trace.compute(
            f"model_bias_sd{at}",
            standard_error,
            variance_of_mean=trace.compute(
                f"model_variance{at}",
                project_model_variance,
                area_ha=area,
                model_variance=error.variance,
                form=self._context.rules.form("switch.eq64-correlation"),
            ),
        )

    def _draws(self, area: Quantity, strata: FloatArray, sites: FloatArray) -> dict[str, Quantity]:
        """Give variances and covariance over joint draws of the area's and the control sites' modelled change."""
        trace, at = self._trace, self._at
        hectares = np.asarray(area.value)
        both = {"baseline": hectares / hectares.sum() @ strata, "control": sites.mean(axis=0)}
        told = {
            "baseline": trace.quantities[f"modelled_baseline_of_stratum{at}"],
            "control": trace.quantities[f"modelled_change_of_site{at}"],
        }
        return {
            name: trace.record(
                f"draws_{name}{at}",
                float(
                    draw_covariance_t2(
                        first_draws_t_co2e_per_ha=both[first], second_draws_t_co2e_per_ha=both[second]
                    )
                )
                if strata.shape[1] > 1
                else 0.0,
                draw_covariance_t2,
                first=told[first],
                second=told[second],
                draws=strata.shape[1],
            )
            for name, first, second in (
                ("baseline_variance_t2", "baseline", "baseline"),
                ("control_variance_t2", "control", "control"),
                ("covariance_t2", "baseline", "control"),
            )
        }
