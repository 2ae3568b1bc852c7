"""Leakage of a period: amendments, displaced production, diverted residues (Eqs. 33 to 36, 39)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.emissions.displaced_production import central_factor, displaced_leakage
from mollisol.emissions.grid import Grid
from mollisol.emissions.hooks import ON_LEAKAGE, after_discount
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.factors.warming import retained_fraction
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.results.figure import figure, total
from mollisol.methodology.results.sources import LeakageResult
from mollisol.methodology.trace import Quantity
from mollisol.quantification.accounting.vm0042.net_leakage import leakage_t_co2e
from mollisol.quantification.leakage import organic_amendments, residues

IN_PRINT = "amendments, displaced production and residues"
_AMENDMENTS, _RESIDUES = "organic_amendments.csv", "residue_diversion.csv"


@dataclass(frozen=True, slots=True)
class LeakageOfPeriod:
    """Leakage taken off, by year of the period, with the cumulative leakage of displaced production after it."""

    by_year: Quantity
    cumulative: Quantity
    result: LeakageResult
    findings: tuple[Finding, ...]


def leakage_of_period(context: PeriodContext, grid: Grid, prior: Quantity) -> LeakageOfPeriod:
    """Compute each channel by year, and what of it Eqs. 39 and 42 take off.

    Parameters
    ----------
    prior
        Leakage of displaced production up to the start of the period. [t CO2e]
    """
    project, rules = context.project, context.rules
    if not (project.amendments or project.residue_diversions or project.commodities or prior.value):
        return _none(context, grid, prior)
    amendments = _amendments(context, grid)
    diverted, findings = _residues(context, grid)
    displaced = displaced_leakage(context, grid, prior)
    in_net = rules.value("vm0042.leakage.in-net").value == IN_PRINT
    form = rules.form("switch.displaced-production")

    def printed(name: str) -> Quantity:
        return context.trace.compute(
            name,
            leakage_t_co2e,
            index=grid.labels,
            amendments_t_co2e=amendments,
            displaced_production_t_co2e=displaced.by_year,
            residues_t_co2e=diverted,
            displaced_in_print=1.0 if in_net else 0.0,
            form=form,
        )

    by_year = after_discount(printed, f"leakage{context.place}", ON_LEAKAGE, context.trace, grid.labels)
    result = LeakageResult(
        amendments_t_co2e=total(amendments, "all years"),
        displaced_production_t_co2e=(figure(displaced.by_year) * len(grid.years)).said("each year the same"),
        residues_t_co2e=total(diverted, "all years"),
        taken_off_t_co2e=total(by_year, "all years"),
        displaced_counted=form == "corrected" or in_net,
        module=displaced.module,
        accounting=displaced.accounting,
        cumulative_displaced_t_co2e=figure(displaced.cumulative),
    )
    return LeakageOfPeriod(by_year, displaced.cumulative, result, findings + displaced.findings)


def _none(context: PeriodContext, grid: Grid, prior: Quantity) -> LeakageOfPeriod:
    zero = _zeros(context, grid, "leakage", "no row in any table of leakage")
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
    return LeakageOfPeriod(zero, prior, result, ())


def _zeros(context: PeriodContext, grid: Grid, name: str, row: str) -> Quantity:
    none = np.zeros(len(grid.years))
    return context.given(f"{name}", none, "t CO2e", [row], grid.labels)


def _amendments(context: PeriodContext, grid: Grid) -> Quantity:
    """Compute Eq. 33 by year; what an exemption frees is left out, and rows of one content are added up."""
    rows = context.project.amendments
    kinds = sorted(
        {
            (row.amendment, row.origin, row.carbon_t_per_t)
            for row in rows
            if row.exemption == "none" and row.scenario == "project"
        }
    )
    if not kinds:
        return _zeros(context, grid, "amendment_leakage", f"{_AMENDMENTS}: no row")
    applied, of_project = grid.fill(
        rows, "project", file=_AMENDMENTS, categories=kinds, value=lambda row: row.applied_t,
        category=lambda row: (
            (row.amendment, row.origin, row.carbon_t_per_t) if row.exemption == "none" else None
        ),
    )  # fmt: skip
    look_back, of_baseline = grid.fill(
        rows, "baseline", file=_AMENDMENTS, categories=[kind[:2] for kind in kinds],
        category=lambda row: (row.amendment, row.origin), value=lambda row: row.applied_t,
    )  # fmt: skip

    def mass(scenario: str, values: np.ndarray, used: list[str]) -> Quantity:
        lines = used or [f"{_AMENDMENTS}: no row"]
        return context.given(f"amendment_t.{scenario}", values.sum(axis=1), "t", lines, grid.labels)

    return context.compute(
        "amendment_leakage",
        organic_amendments.amendment_leakage_t_co2e,
        index=grid.labels,
        applied_t=mass("project", applied, of_project),
        look_back_t=mass("baseline", look_back, of_baseline),
        carbon_content_t_c_per_t=context.given(
            "amendment_carbon", np.array([content for *_, content in kinds]), "t C/t",
            [_AMENDMENTS], [f"{amendment} of {origin}" for amendment, origin, _ in kinds],
        ),
        retained_fraction=central_factor(context, "retained_fraction", retained_fraction()),
        area_ha=float(grid.area.sum()),
        basis=context.rules.value("vm0042.leakage.amendment-basis").value,
    )  # fmt: skip


def _residues(context: PeriodContext, grid: Grid) -> tuple[Quantity, tuple[Finding, ...]]:
    """Compute the leakage of diverted residues by year; what is abundant anyway leaks nothing."""
    rows = [
        (number, row)
        for number, row in context.project.residue_diversions.numbered_rows
        if not row.abundant and row.year in grid.years
    ]
    if not rows:
        return _zeros(context, grid, "residue_leakage", f"{_RESIDUES}: no row"), ()
    diverted = np.zeros((len(grid.years), len(rows)))
    for place, (_, row) in enumerate(rows):
        diverted[grid.years.index(row.year), place] = row.diverted_t_dm
    lines, names = [f"{_RESIDUES}:{number}" for number, _ in rows], [row.residue for _, row in rows]
    content = np.array([row.energy_content_gj_per_t_dm for _, row in rows])
    factor = np.array([row.fuel_factor_t_co2e_per_gj for _, row in rows])
    leakage = context.compute(
        "residue_leakage",
        residues.residue_diversion_t_co2e,
        index=grid.labels,
        diverted_t_dm=context.given("diverted_t_dm", diverted, "t d.m.", lines, grid.labels),
        area_ha=float(grid.area.sum()),
        energy_content_gj_per_t_dm=context.given(
            "energy_content_gj_per_t_dm", content, "GJ/t d.m.", lines, names
        ),
        fuel_factor_t_co2e_per_gj=context.given(
            "fuel_factor_t_co2e_per_gj", factor, "t CO2e/GJ", lines, names
        ),
    )
    return leakage, (_from_memory(),)


def _from_memory() -> Finding:
    return finding(
        "residue-diversion-from-memory", Place(file=_RESIDUES), "the equation of CDM TOOL16 is from memory"
    )
