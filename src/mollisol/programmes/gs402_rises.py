"""What Gold Standard 402 counts beside soil carbon: emissions that rose, and leakage of yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.programmes.facts import PeriodFacts, ProgrammeFacts
from mollisol.methodology.trace import Quantity
from mollisol.programmes.declared import HEAD, nitrogen, not_met
from mollisol.programmes.interface import Activity, nothing
from mollisol.quantification.accounting.gs402 import credits, emissions, leakage


@dataclass(frozen=True, slots=True, eq=False)
class Rises(Activity):
    """Emissions that rose and leakage of yields, each of a year. [t CO2e]."""

    emissions: Quantity | None = None
    lost: Quantity | None = None
    told: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is missing of them."""
        return self.told


def rises_of_period(context: PeriodContext) -> Rises:
    """Return the emissions that rose (section 10) and the leakage of yields (section 11), by year."""
    facts = (context.project.head.gs402 or ProgrammeFacts()).of(context.period.name)
    made, found = _emissions(context, facts)
    lost, more = _leakage(context, facts)

    def of_year(name: str, amount: Quantity) -> Quantity:
        return context.compute(name, credits.amount_of_year_t_co2e, amount_t_co2e=amount, years=context.years)

    told = (*found, *more)
    return Rises(
        emissions=of_year("emissions_of_year", made), lost=of_year("leakage_of_year", lost), told=told
    )


def _emissions(context: PeriodContext, facts: PeriodFacts) -> tuple[Quantity, list[Finding]]:
    """Return the emissions that rose over a period (Eqs. 12 to 18), and what is not known of them."""
    rules, number = context.rules, context.trace.rule
    own, before, file = nitrogen(context, facts)
    rows, told = [file], []

    def given(name: str, value: Any, unit: str) -> Quantity:
        return context.given(name, value, unit, rows)

    if not own:
        where = Place(file=HEAD, thing=f"gs402: {context.period.name}")
        told.append(finding("programme-amount-missing", where, "nitrogen of the period"))
        own, before = [0.0], 0.0
    applied = given("nitrogen", np.array(own), "kg N")
    without = (
        context.compute(
            "nitrogen_baseline",
            emissions.undocumented_baseline,
            unit="kg N",
            project=applied,
            share=number("gs402.sources.undocumented"),
        )
        if before is None
        else given("nitrogen_baseline", before, "kg N")
    )
    rise = context.compute(
        "nitrogen_rise",
        emissions.rise_over_years,
        unit="kg N",
        project=applied,
        baseline_per_year=without,
    )
    factor: Any = {
        "increase_kg_n": rise,
        "factor": number("gs402.nitrogen.factor"),
        "gwp_n2o": number("gs402.gwp.nitrous-oxide", context.period.during.start),
    }
    of_nitrogen = {
        form: context.compute(
            f"nitrogen_emissions.{form}", emissions.nitrogen_emissions_t_co2e, **factor, form=form
        )
        for form in ("printed", "corrected")
    }[rules.form("switch.gs402-n-factor")]
    rows = [HEAD]
    energy = context.compute(
        "energy_emissions",
        emissions.energy_emissions_t_co2e,
        fuel_t_co2e=given("fuel", np.array(facts.fuel_t_co2e or [0.0]), "t CO2e"),
        fuel_baseline_t_co2e=given("fuel_baseline", facts.fuel_baseline_t_co2e, "t CO2e"),
        electricity_t_co2e=given("electricity", np.array(facts.electricity_t_co2e or [0.0]), "t CO2e"),
        electricity_baseline_t_co2e=given(
            "electricity_baseline", facts.electricity_baseline_t_co2e, "t CO2e"
        ),
        form=rules.form("switch.gs402-electricity"),
    )
    sprayed = context.compute(
        "agrochemicals_rise",
        emissions.rise_over_years,
        unit="t CO2e",
        project=given("agrochemicals", np.array(facts.agrochemicals_t_co2e or [0.0]), "t CO2e"),
        baseline_per_year=given("agrochemicals_baseline", facts.agrochemicals_baseline_t_co2e, "t CO2e"),
    )
    made = context.compute(
        "project_emissions",
        emissions.project_emissions_t_co2e,
        nitrogen_t_co2e=of_nitrogen,
        energy_t_co2e=energy,
        agrochemicals_t_co2e=sprayed,
        seed_t_co2e=given("seed_and_other_emissions", facts.seed_t_co2e + facts.other_t_co2e, "t CO2e"),
    )
    return made, told


def _leakage(context: PeriodContext, facts: PeriodFacts) -> tuple[Quantity, list[Finding]]:
    """Return the leakage of yields of a period (Eq. 19), and what is not known of it."""
    base, now = facts.yield_baseline_kg_per_ha, facts.yield_kg_per_ha
    if base is None or now is None:
        where = Place(file=HEAD, thing=f"gs402: {context.period.name}")
        told = [finding("programme-amount-missing", where, "yields of five years, before and now")]
        return nothing(context.trace, f"yield_leakage{context.place}"), told
    own = context.project.head.gs402 or ProgrammeFacts()
    names = [period.name for period in context.project.head.verification_periods]
    earlier = [
        one.yield_kg_per_ha
        for one in map(own.of, names[: names.index(context.period.name)])
        if one.yield_kg_per_ha is not None
    ]
    baseline = context.given("yield_baseline", base, "kg/ha", [HEAD])
    lowest = context.compute(
        "lowest_yield",
        leakage.lowest_yield_kg_per_ha,
        baseline_yield_kg_per_ha=baseline,
        earlier_yield_kg_per_ha=context.given("earlier_yields", np.array(earlier or [base]), "kg/ha", [HEAD]),
    )
    lost = context.compute(
        "yield_leakage",
        leakage.yield_leakage_t_co2e,
        lowest_kg_per_ha=lowest,
        yield_kg_per_ha=context.given("yield", now, "kg/ha", [HEAD]),
        baseline_yield_kg_per_ha=baseline,
        area_ha=context.given("yield_area", _hectares(context), "ha", ["strata.csv"]),
        lost_t_co2e_per_ha=context.given("lost_per_ha", facts.lost_t_co2e_per_ha, "t CO2e/ha", [HEAD]),
        form="corrected" if own.module != "402.6" else context.rules.form("switch.gs402-402-6-leakage"),
    )
    told = []
    if now < base:
        most = context.rules.number("gs402.yield.most-below-region")
        given = {answer.rule: answer.value for answer in own.answers}.get("gs402.yield.most-below-region")
        if given is None or given > most:
            told.append(not_met(
                context, "gs402.yield.most-below-region", f"{now:g} kg/ha after {base:g}",
                f"the baseline's, or at most {most:g} % below a region whose yields fall",
            ))  # fmt: skip
    return lost, told


def _hectares(context: PeriodContext) -> float:
    return float(sum(context.project.strata.column("area_ha").values()))
