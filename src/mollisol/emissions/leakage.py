"""Step 3b: leakage of a period: amendments, displaced production, diverted residues (Eqs. 33 to 36, 39)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.emissions.grid import FIRST_ROW, Grid
from mollisol.methodology.activity import CommodityFacts, NewLand
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.factors.displacement import accounting_for, response_rules
from mollisol.methodology.factors.factor import Factor
from mollisol.methodology.factors.warming import fuel_factor, retained_fraction
from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.results.sources import LeakageResult
from mollisol.methodology.trace import Quantity
from mollisol.quantification.accounting.vm0042.net_leakage import leakage_t_co2e
from mollisol.quantification.leakage import (
    displaced_production,
    organic_amendments,
    residues,
    vmd0054_v1_0,
    vmd0054_v1_1,
    vmd0054_v1_1_land,
)

HEAD_FILE = "project.toml"
IN_PRINT = "amendments, displaced production and residues"


@dataclass(frozen=True, slots=True)
class LeakageOfPeriod:
    """Leakage taken off, by year of the period, with the cumulative leakage of displaced production after it."""

    by_year: Quantity
    cumulative: Quantity
    result: LeakageResult
    findings: tuple[Finding, ...]


def leakage_of_period(context: PeriodContext, grid: Grid, prior: Quantity) -> LeakageOfPeriod:
    """Compute the leakage of a period; ``prior`` is the displaced production's up to its start. [t CO2e]."""
    return _Leakage(context, grid, prior).run()


class _Leakage:
    """The leakage of one verification period."""

    def __init__(self, context: PeriodContext, grid: Grid, prior: Quantity) -> None:
        self._project, self._rules, self._trace = context.project, context.rules, context.trace
        self._grid, self._prior, self._at = grid, prior, context.place
        self._findings: list[Finding] = []
        self._area = float(grid.area.sum())
        self._accounting = "none"

    def run(self) -> LeakageOfPeriod:
        """Compute each channel by year, and what of it Eqs. 39 and 42 take off."""
        if not self._concerned():
            return self._none()
        amendments, diverted = self._amendments(), self._residues()
        cumulative, displaced = self._displaced()
        in_net = self._rules.value("vm0042.leakage.in-net").value == IN_PRINT
        form = self._rules.form("switch.displaced-production")
        by_year = self._trace.compute(
            f"leakage{self._at}",
            leakage_t_co2e,
            index=self._grid.labels,
            amendments_t_co2e=amendments,
            displaced_production_t_co2e=displaced,
            residues_t_co2e=diverted,
            displaced_in_print=1.0 if in_net else 0.0,
            form=form,
        )
        years = len(self._grid.years)
        result = LeakageResult(
            amendments_t_co2e=float(amendments.value.sum()),
            displaced_production_t_co2e=years * float(displaced.value),
            residues_t_co2e=float(diverted.value.sum()),
            taken_off_t_co2e=float(np.sum(by_year.value)),
            displaced_counted=form == "corrected" or in_net,
            module=str(self._rules.value("vmd0054.production.edition").value),
            accounting=self._accounting,
            cumulative_displaced_t_co2e=float(cumulative.value),
        )
        return LeakageOfPeriod(by_year, cumulative, result, tuple(self._findings))

    def _concerned(self) -> bool:
        project = self._project
        return bool(
            project.amendments or project.residue_diversions or project.commodities or self._prior.value
        )

    def _none(self) -> LeakageOfPeriod:
        zero = self._trace.given(
            f"leakage{self._at}",
            np.zeros(len(self._grid.years)),
            "t CO2e",
            ["no row in any table of leakage"],
            self._grid.labels,
        )
        result = LeakageResult(
            amendments_t_co2e=0.0,
            displaced_production_t_co2e=0.0,
            residues_t_co2e=0.0,
            taken_off_t_co2e=0.0,
            displaced_counted=True,
            module="",
            accounting="none",
            cumulative_displaced_t_co2e=0.0,
        )
        return LeakageOfPeriod(zero, self._prior, result, ())

    def _zeros(self, name: str, file: str) -> Quantity:
        zeros = np.zeros(len(self._grid.years))
        return self._trace.given(f"{name}{self._at}", zeros, "t CO2e", [f"{file}: no row"], self._grid.labels)

    def _amendments(self) -> Quantity:
        """Give Eq. 33 by year; what an exemption frees is left out, and rows of one content are added up."""
        rows = self._project.amendments
        kinds = sorted(
            {
                (row.amendment, row.origin, row.carbon_t_per_t)
                for row in rows
                if row.exemption == "none" and row.scenario == "project"
            }
        )
        if not kinds:
            return self._zeros("amendment_leakage", "organic_amendments.csv")
        masses = {}
        for scenario in ("project", "baseline"):
            array, used = self._grid.fill(
                rows, scenario, file="organic_amendments.csv",
                categories=[kind[:2] if scenario == "baseline" else kind for kind in kinds],
                category=lambda row, s=scenario: (  # type: ignore[misc]
                    (row.amendment, row.origin)
                    if s == "baseline"
                    else (row.amendment, row.origin, row.carbon_t_per_t)
                    if row.exemption == "none"
                    else None
                ),
                value=lambda row: row.applied_t,
            )  # fmt: skip
            masses[scenario] = self._trace.given(
                f"amendment_t.{scenario}{self._at}", array.sum(axis=1), "t",
                used or ["organic_amendments.csv: no row"], self._grid.labels,
            )  # fmt: skip
        return self._trace.compute(
            f"amendment_leakage{self._at}",
            organic_amendments.amendment_leakage_t_co2e,
            index=self._grid.labels,
            applied_t=masses["project"],
            look_back_t=masses["baseline"],
            carbon_content_t_c_per_t=self._trace.given(
                f"amendment_carbon{self._at}", np.array([kind[2] for kind in kinds]), "t C/t",
                ["organic_amendments.csv"], [f"{kind[0]} of {kind[1]}" for kind in kinds],
            ),
            retained_fraction=self._factor("retained_fraction", retained_fraction()),
            area_ha=self._area,
            basis=self._rules.value("vm0042.leakage.amendment-basis").value,
        )  # fmt: skip

    def _residues(self) -> Quantity:
        rows = [
            (number, row)
            for number, row in enumerate(self._project.residue_diversions, start=FIRST_ROW)
            if not row.abundant and row.year in self._grid.years
        ]
        if not rows:
            return self._zeros("residue_leakage", "residue_diversion.csv")
        diverted = np.zeros((len(self._grid.years), len(rows)))
        for place, (_, row) in enumerate(rows):
            diverted[self._grid.years.index(row.year), place] = row.diverted_t_dm
        lines = [f"residue_diversion.csv:{number}" for number, _ in rows]
        names = [row.residue for _, row in rows]
        given = {
            "energy_content_gj_per_t_dm": ([row.energy_content_gj_per_t_dm for _, row in rows], "GJ/t d.m."),
            "fuel_factor_t_co2e_per_gj": ([row.fuel_factor_t_co2e_per_gj for _, row in rows], "t CO2e/GJ"),
        }
        self._findings.append(_from_memory())
        return self._trace.compute(
            f"residue_leakage{self._at}",
            residues.residue_diversion_t_co2e,
            index=self._grid.labels,
            diverted_t_dm=self._trace.given(
                f"diverted_t_dm{self._at}", diverted, "t d.m.", lines, self._grid.labels
            ),
            area_ha=self._area,
            **{
                name: self._trace.given(f"{name}{self._at}", np.array(values), unit, lines, names)
                for name, (values, unit) in given.items()
            },  # type: ignore[arg-type]
        )

    def _factor(self, name: str, table_factor: Factor) -> Quantity:
        factor = self._trace.factor(table_factor)
        return self._trace.given(
            f"{name}{self._at}", factor.central, factor.unit, [f"{factor.id} (central); {factor.citation}"]
        )

    def _displaced(self) -> tuple[Quantity, Quantity]:
        """Give the cumulative leakage of displaced production, and that of each year (VMD0054 and Eqs. 34 to 36)."""
        module = str(self._rules.value("vmd0054.production.edition").value)
        self._rules.value("vm0042.leakage.displaced-label")
        commodities = self._project.commodities
        if not commodities:
            zero = self._trace.arrange(
                f"displaced_cumulative{self._at}", float(self._prior.value), [self._prior]
            )
            return zero, self._yearly(zero)
        change = {facts.commodity: self._change(facts, module) for facts in commodities}
        produced = {name: float(pair[0].value) for name, pair in change.items()}
        self._accounting = accounting_for(produced)
        land = [self._new_land(facts, change[facts.commodity][1], module) for facts in commodities]
        lands = self._trace.arrange(
            f"new_land{self._at}",
            np.array([float(part.value) for part in land]),
            land,
            index=[facts.commodity for facts in commodities],
        )
        area = self._trace.compute(
            f"displaced_area{self._at}",
            displaced_production.displaced_area_ha
            if module == "1.0"
            else vmd0054_v1_1_land.displaced_area_ha,
            new_land_ha=lands,
        )
        lost = self._stock_lost(module)
        given: dict[str, Any] = {"displaced_area_ha": area, "stock_lost_t_c_per_ha": lost}
        if module == "1.0":
            cumulative = self._trace.compute(
                f"displaced_cumulative{self._at}", vmd0054_v1_0.cumulative_leakage_t_co2e, **given
            )
        else:
            cumulative = self._trace.compute(
                f"displaced_cumulative{self._at}",
                vmd0054_v1_1_land.cumulative_leakage_t_co2e,
                mitigation_emission_t_co2e=self._mitigation_emission(),
                **given,
            )
        return cumulative, self._yearly(cumulative)

    def _yearly(self, cumulative: Quantity) -> Quantity:
        return self._trace.compute(
            f"displaced_leakage{self._at}",
            displaced_production.displacement_leakage_t_co2e,
            cumulative_t_co2e=cumulative,
            prior_cumulative_t_co2e=self._prior,
            years=len(self._grid.years),
        )

    def _series(
        self, file: str, rows: Sequence[Any], name: str, *, before: bool
    ) -> tuple[list[float], list[str]]:
        start = self._project.head.start_date.year
        found = sorted(
            (row.year, row.produced, number)
            for number, row in enumerate(rows, start=FIRST_ROW)
            if row.commodity == name and (row.year < start if before else row.year in self._grid.years)
        )
        return [produced for _, produced, _ in found], [f"{file}:{number}" for *_, number in found]

    def _change(self, facts: CommodityFacts, module: str) -> tuple[Quantity, Quantity]:
        """Give the fall of a commodity's production, and what of it is not made up for (steps 1 and 2)."""
        at, trace = f".{facts.commodity}{self._at}", self._trace
        growth = (
            trace.rule("vmd0054.production.growth")
            if facts.growth_fraction_per_year is None
            else trace.given(
                f"growth{at}", facts.growth_fraction_per_year, "fraction/yr", ["commodities.csv"]
            )
        )
        elapsed = float(self._grid.years[-1] - self._project.head.start_date.year + 1)
        steps = vmd0054_v1_0 if module == "1.0" else vmd0054_v1_1

        def series(stem: str, file: str, rows: Sequence[Any], *, before: bool) -> Quantity:
            values, lines = self._series(file, rows, facts.commodity, before=before)
            return trace.given(
                f"{stem}{at}", np.array(values or [0.0]), f"{facts.unit}/yr", lines or [f"{file}: no row"]
            )

        def grown(stem: str, function: Any, past: Quantity) -> Quantity:
            return trace.compute(
                f"{stem}{at}",
                function,
                production_per_year=past,
                growth_per_year=growth,
                years_since_start=elapsed,
            )

        production, mitigation = self._project.production, self._project.mitigation
        expected = grown(
            "baseline_production",
            steps.baseline_production_per_year,
            series("reference_production", "production.csv", production, before=True),
        )
        made = trace.compute(
            f"monitored_production{at}",
            vmd0054_v1_1.monitored_production_per_year,
            production_per_year=series("production", "production.csv", production, before=False),
        )
        fall = trace.compute(
            f"production_change{at}",
            vmd0054_v1_0.foregone_production_per_year
            if module == "1.0"
            else vmd0054_v1_1.production_change_per_year,
            baseline_production_per_year=expected,
            monitored_production_per_year=made,
        )
        elsewhere = trace.compute(
            f"leakage_mitigation{at}",
            steps.leakage_mitigation_per_year,
            mitigation_production_per_year=trace.compute(
                f"mitigation_production{at}",
                vmd0054_v1_1.monitored_production_per_year,
                production_per_year=series("mitigation", "leakage_mitigation.csv", mitigation, before=False),
            ),
            mitigation_baseline_per_year=grown(
                "mitigation_baseline",
                steps.mitigation_baseline_per_year,
                series("mitigation_reference", "leakage_mitigation.csv", mitigation, before=True),
            ),
        )
        if module == "1.0":
            net = trace.compute(
                f"net_production_change{at}",
                displaced_production.production_change_per_year,
                foregone_production_per_year=fall,
                leakage_mitigation_per_year=elsewhere,
            )
        else:
            net = trace.compute(
                f"net_production_change{at}",
                vmd0054_v1_1.net_production_change_per_year,
                production_change_per_year=fall,
                leakage_mitigation_per_year=elsewhere,
            )
        return fall, net

    def _new_land(self, facts: CommodityFacts, net: Quantity, module: str) -> Quantity:
        at = f".{facts.commodity}{self._at}"
        supply, new_land = response_rules(
            facts.kind, "cross-commodity" if self._accounting == "cross-commodity" else "leakage-only"
        )
        steps = vmd0054_v1_0 if module == "1.0" else vmd0054_v1_1_land
        return self._trace.compute(
            f"new_land{at}",
            steps.new_land_ha,
            net_production_change_per_year=net,
            supply_response=self._trace.rule(supply),
            new_land_share=self._trace.rule(new_land),
            yield_per_ha=self._trace.given(
                f"yield{at}", facts.yield_per_ha, f"{facts.unit}/ha", ["commodities.csv"]
            ),
            area_ha=self._area,
        )

    def _stock_lost(self, module: str) -> Quantity:
        steps = vmd0054_v1_0 if module == "1.0" else vmd0054_v1_1_land
        land = self._project.head.new_land or NewLand(
            biomass_t_c_per_ha=0.0, reference_soil_t_c_per_ha=1.0, land_use_factor=1.0, management_factor=1.0,
            input_factor=1.0, source="no land is cleared",
        )  # fmt: skip
        given = {
            name: self._trace.given(f"new_land_{name}{self._at}", value, unit, [f"{HEAD_FILE}: new_land"])
            for name, value, unit in (
                ("biomass", land.biomass_t_c_per_ha, "t C/ha"),
                ("reference", land.reference_soil_t_c_per_ha, "t C/ha"),
                ("land_use", land.land_use_factor, "1"),
                ("management", land.management_factor, "1"),
                ("input", land.input_factor, "1"),
            )
        }
        soil = self._trace.compute(
            f"new_land_soil_lost{self._at}",
            steps.soil_lost_t_c_per_ha,
            reference_stock_t_c_per_ha=given["reference"],
            land_use_factor=given["land_use"],
            management_factor=given["management"],
            input_factor=given["input"],
        )
        return self._trace.compute(
            f"new_land_stock_lost{self._at}",
            steps.stock_lost_t_c_per_ha,
            biomass_lost_t_c_per_ha=given["biomass"],
            soil_lost_t_c_per_ha=soil,
        )

    def _mitigation_emission(self) -> Quantity:
        """Give the emission of mitigation from the start to the end of the period (v1.1, Eqs. 7 and 8)."""
        start, last = self._project.head.start_date.year, self._grid.years[-1]
        rows = [
            (number, row)
            for number, row in enumerate(self._project.mitigation, start=FIRST_ROW)
            if start <= row.year <= last
        ]
        lines = [f"leakage_mitigation.csv:{number}" for number, _ in rows] or [
            "leakage_mitigation.csv: no row"
        ]
        litre = self._trace.given(
            f"mitigation_diesel{self._at}",
            np.array([[row.diesel_litre] for _, row in rows] or [[0.0]]),
            "litre",
            lines,
        )
        fuel = self._trace.compute(
            f"mitigation_fuel{self._at}",
            vmd0054_v1_1.mitigation_fuel_t_co2e,
            fuel_litre=litre,
            fuel_factor_t_co2e_per_litre=self._factor("mitigation_fuel_factor", fuel_factor("diesel")),
        )
        return self._trace.compute(
            f"mitigation_emission{self._at}",
            vmd0054_v1_1.mitigation_emission_t_co2e,
            fertilizer_t_co2e=self._trace.given(
                f"mitigation_fertilizer{self._at}", np.array([row.fertilizer_t_co2e for _, row in rows] or [0.0]),
                "t CO2e", lines,
            ),
            fuel_t_co2e=fuel,
        )  # fmt: skip


def _from_memory() -> Finding:
    return Finding(
        code="residue-diversion-from-memory",
        severity=Severity.WARNING,
        where=Place(file="residue_diversion.csv"),
        found="the equation of CDM TOOL16 is from memory",
        allowed="an equation that was read in its document",
        do="hold it against the current TOOL16 before crediting",
        clause="VM0042 2.2, section 8.4.4",
    )
