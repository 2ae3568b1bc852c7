"""A sampling plan as a document and as lines for a terminal."""

from __future__ import annotations

from typing import Any

from mollisol.sampling_plan.plan import Plan


def document_of(made: Plan) -> dict[str, Any]:
    """Return the plan as plain data."""
    return {
        "samples": made.samples,
        "cost": made.cost,
        "detectable_t_co2e_per_ha": made.detectable_t_co2e_per_ha,
        "standard_error_t_co2e_per_ha": made.standard_error_t_co2e_per_ha,
        "degrees_of_freedom": made.degrees_of_freedom,
        "deduction_t_co2e_per_ha": made.deduction_t_co2e_per_ha,
        "strata": [
            {
                "stratum": item.stratum,
                "area_ha": item.area_ha,
                "spread_t_co2e_per_ha": item.spread.t_co2e_per_ha,
                "spread_from": item.spread.source,
                "spread_sampling_units": item.spread.units,
                "samples": item.samples,
                "cost": item.cost,
            }
            for item in made.strata
        ],
        "points": made.points,
    }


def lines_of(made: Plan) -> list[str]:
    """Return the plan as it is printed."""
    price = "" if made.cost is None else f" for {made.cost:,.2f}"
    width = max(7, *(len(item.stratum) for item in made.strata))
    lines = [
        f"{made.samples} samples in {len(made.strata)} strata{price}",
        f"  shows a change of {made.detectable_t_co2e_per_ha:.2f} t CO2e/ha (5 % two-sided, power 90 %); "
        f"standard error {made.standard_error_t_co2e_per_ha:.2f}, {made.degrees_of_freedom} degrees of freedom",
        f"  would take {made.deduction_t_co2e_per_ha:.2f} t CO2e/ha for sampling on the project side; control sites, "
        "laboratory and model come on top",
        f"  {'stratum':{width}}  {'area_ha':>10}  {'spread':>7}  {'samples':>7}  spread from",
    ]
    for item in made.strata:
        units = f", {item.spread.units} sampling units" if item.spread.units else ""
        lines.append(
            f"  {item.stratum:{width}}  {item.area_ha:10,.2f}  {item.spread.t_co2e_per_ha:7.2f}  "
            f"{item.samples:7d}  {item.spread.source}{units}"
        )
    if not any(item.places for item in made.strata):
        lines.append("  no places: project.toml names no geometry_file")
    return lines
