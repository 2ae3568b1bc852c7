"""Runs a checked set of inputs and holds what comes out against published levels."""

from __future__ import annotations

from dataclasses import replace

from mollisol.methodology.findings import Finding, FindingsError, finding
from mollisol.methodology.soil_models.inputs import ModelInputs
from mollisol.methodology.soil_models.parameters import parameter_set
from mollisol.methodology.soil_models.warnings import gain_warnings, saturation_warnings
from mollisol.quantification.models.plausibility import (
    mineral_capacity_georgiou,
    stock_to_concentration,
    yearly_gain_per_thousand,
)
from mollisol.quantification.models.scenarios import ScenarioRuns, run_scenarios


def run_inputs(inputs: ModelInputs) -> ScenarioRuns:
    """Run the scenarios of a checked folder and add the plausibility warnings.

    Raises
    ------
    FindingsError
        If something that only shows in the run blocks it: a humification that no table has, a start that cannot be met.
    """
    try:
        runs = run_scenarios(inputs)
    except ValueError as error:
        fault = finding("model-cannot-run", f"model {inputs.model}", str(error))
        raise FindingsError([fault]) from error
    return replace(runs, findings=(*runs.findings, *_plausibility(runs, inputs)))


def _plausibility(runs: ScenarioRuns, inputs: ModelInputs) -> list[Finding]:
    """Return warnings where gains or stocks lie beyond published levels."""
    span = runs.years[-1] - runs.years[0]
    levels = parameter_set("plausibility").values
    manured = any(row.activity in ("manure", "manure-carbon") for row in inputs.schedule)
    found = []
    for name, stock in runs.stock_t_ha.items():
        gains, dense, room = {}, {}, {}
        for s, site in enumerate(inputs.sites):
            first, last = float(stock[0, s].mean()), float(stock[-1, s].mean())
            key = f"{site.site} in {name}"
            gains[key] = float(yearly_gain_per_thousand(end_t_ha=last, start_t_ha=first, years=float(span)))
            if site.bulk_density_g_cm3 is not None and site.clay_silt_percent is not None:
                dense[key] = float(
                    stock_to_concentration(
                        soc_t_ha=last, bulk_density_g_cm3=site.bulk_density_g_cm3, depth_cm=site.depth_cm
                    )
                )
                room[key] = float(
                    mineral_capacity_georgiou(
                        clay_silt_percent=site.clay_silt_percent,
                        per_percent_g_kg=levels["capacity_2_to_1_g_kg"],
                    )
                )
        found += gain_warnings(gains, explained=manured) + saturation_warnings(dense, room)
    return found
