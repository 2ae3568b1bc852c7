"""Modelled soil methane and nitrous oxide: reductions by year and their deductions (Eqs. 10, 15, 54, 58)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from mollisol.emissions.grid import FIRST_ROW
from mollisol.emissions.terms import Period, no_rows
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import mean_difference_t_co2e_per_ha
from mollisol.quantification.sources import modelled_gases, totals
from mollisol.quantification.totals import uncertainty_fraction
from mollisol.uncertainty.deduction.moment import uncertainty_percent
from mollisol.uncertainty.model.project_variance import project_model_variance

type Gas = Literal["CH4", "N2O"]

INFINITE = float("inf")


class ModelledGases:
    """The modelled gases of one verification period."""

    def __init__(self, of: Period) -> None:
        self._of, self._rules = of, of.rules
        self._trace, self.grid = of.trace, of.grid
        self._project, self._at = of.project, f"@{of.grid.period}"
        self._years = len(of.grid.years)

    def reduction(self, gas: Gas, *, included: bool) -> tuple[Quantity, Quantity]:
        """Give the reductions of a gas by year, and their deductions as fractions; zeros where it is not included."""
        word = gas.lower()
        rows = [
            (number, row)
            for number, row in enumerate(self._project.modelled_gases, start=FIRST_ROW)
            if row.gas == gas and row.year in self.grid.years
        ]
        if not rows or not included:
            return (
                no_rows(self._of, f"soil_{word}_reduction", "t CO2e"),
                no_rows(self._of, f"uncertainty_{word}", "1"),
            )
        shape = (self._years, len(self.grid.units))
        output = {name: np.zeros(shape) for name in ("baseline", "project", "variance")}
        for _, row in rows:
            place = (self.grid.years.index(row.year), self.grid.units.index(row.quantification_unit))
            output["baseline"][place] = row.baseline_t_per_ha
            output["project"][place] = row.project_t_per_ha
            output["variance"][place] = row.difference_variance_t2_per_ha2
        lines = [f"modelled_soil_gases.csv:{number}" for number, _ in rows]
        mean, spread = (
            (modelled_gases.soil_methane_t_co2e_per_ha, modelled_gases.soil_methane_variance)
            if gas == "CH4"
            else (
                modelled_gases.soil_nitrous_oxide_modelled_t_co2e_per_ha,
                modelled_gases.soil_nitrous_oxide_variance,
            )
        )
        potential = {f"gwp_{word}": self._of.gwp("methane" if gas == "CH4" else "nitrous-oxide")}
        pair = []
        for scenario in ("baseline", "project"):
            model = self._trace.given(
                f"model_{word}.{scenario}{self._at}", output[scenario], f"t {gas}/ha", lines, self.grid.labels
            )
            given: dict[str, Any] = {f"soil_{word}_t_per_ha": model, **potential}
            pair.append(
                self._trace.compute(
                    f"soil_{word}.{scenario}{self._at}", mean, index=self.grid.labels, **given
                )
            )
        function: Callable[..., Any] = (
            totals.soil_methane_reduction_t_co2e
            if gas == "CH4"
            else totals.soil_nitrous_oxide_reduction_t_co2e
        )
        reduction = self._trace.compute(
            f"soil_{word}_reduction{self._at}",
            function,
            index=self.grid.labels,
            baseline_t_co2e_per_ha=pair[0],
            project_t_co2e_per_ha=pair[1],
            area_ha=self._of.area_ha,
        )
        variance = self._trace.given(
            f"model_variance_{word}{self._at}", output["variance"], f"(t {gas}/ha)2", lines, self.grid.labels
        )
        doubt: dict[str, Any] = {f"soil_{word}_variance": variance, **potential}
        areal = self._trace.compute(
            f"soil_{word}_variance{self._at}", spread, index=self.grid.labels, **doubt
        )
        return reduction, self._doubt(word, reduction, areal)

    def _doubt(self, word: str, reduction: Quantity, variance: Quantity) -> Quantity:
        """Give the deduction on a modelled gas by year: model error is shared by the units (Eq. 64 corrected)."""
        parts: list[Quantity] = []
        for number, year in enumerate(self.grid.labels):
            at = f".{word}.{year}{self._at}"
            own = self._trace.arrange(
                f"unit_variance{at}", variance.value[number], [variance], places=[number]
            )
            total = self._trace.compute(
                f"gas_variance{at}",
                project_model_variance,
                area_ha=self._of.area_ha,
                model_variance=own,
                form=self._rules.form("switch.eq64-correlation"),
            )
            mean = self._trace.compute(
                f"gas_mean{at}",
                mean_difference_t_co2e_per_ha,
                project_change_t_co2e=self._trace.arrange(
                    f"gas_reduction{at}", float(reduction.value[number]), [reduction], places=[number]
                ),
                baseline_change_t_co2e=0.0,
                years=1,
                area_ha=self._of.area_ha,
            )
            if mean.value == 0 or total.value == 0:
                parts.append(self._trace.arrange(f"gas_uncertainty_percent{at}", 0.0, [total, mean]))
                continue
            parts.append(
                self._trace.compute(
                    f"gas_uncertainty_percent{at}",
                    uncertainty_percent,
                    mean_change=mean,
                    variance_of_mean=total,
                    degrees_of_freedom=INFINITE,
                    confidence=self._trace.rule("vm0042.deduction.confidence"),
                    form=self._rules.form("switch.deduction-denominator"),
                )
            )
        percent = self._trace.arrange(
            f"gas_uncertainty_percent.{word}{self._at}",
            np.array([float(part.value) for part in parts]),
            parts,
            index=self.grid.labels,
        )
        return self._trace.compute(
            f"uncertainty_{word}{self._at}",
            uncertainty_fraction,
            index=self.grid.labels,
            uncertainty_percent=percent,
        )
