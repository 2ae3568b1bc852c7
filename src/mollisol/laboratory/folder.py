"""A drawn project as the files of a project folder, for the full engine; nothing is written to a disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from mollisol.laboratory.activity import (
    FUEL_T_CO2E_PER_GJ,
    MANURE_T_C_PER_T,
    RESIDUE_GJ_PER_T,
    diesel_saved_litre,
    manure_t_c,
    production_t,
    residues_t,
)
from mollisol.laboratory.draws import DEEPER_CM, SURFACE_CM, Block, Plan
from mollisol.laboratory.terms import REGISTERED
from mollisol.methodology.units import CO2E_PER_C
from mollisol.output import csv_table

START_YEAR: Final = 2021
_LAYERS: Final = ((0, 30, 1.0), (30, 50, 0.35), (50, 60, 0.12))
"""Upper and lower end, and stock as a share of the uppermost. [cm], [cm], [1]"""
_PER_PERCENT: Final = 10.0
"""g/kg of a stock in t C/ha over a layer in cm, at a density of 1 g/cm3."""


def project_files(block: Block, place: int, plan: Plan, rules_key: str) -> dict[str, bytes]:
    """Return the files of one project of a block as it is sampled under a plan.

    Its changes are those that the kernel credits. They stand in the uppermost layer: how a change is spread over depth
    moves no credit.

    Parameters
    ----------
    place
        Of the project in the block.
    rules_key
        The rule set that its head names.
    """
    group = next(block.groups(plan, np.array([place])))
    years = block.world.period_years
    points: list[dict[str, Any]] = []
    cores: list[dict[str, Any]] = []
    for kind, homes in (("sample", group.project), ("point", group.control)):
        for home, values in enumerate(homes, 1):
            for number, change in enumerate(values[0], 1):
                own = kind == "sample"
                name = f"{'S' if own else 'C'}{home}-{number}"
                homed = {"stratum": f"S{home}" if own else "", "control_site": "" if own else f"C{home}"}
                points.append({"point": name, **homed, "sampling_unit": name})
                start = float(block.stock_of(kind, home - 1, number - 1)[place])
                cores += _cores(name, start, float(change) / CO2E_PER_C, years)
    area = [float(ha) for ha in block.area[place] * group.share]
    unit = {"quantification_unit": "farm", "approach": "measure_and_remeasure", "area_ha": repr(sum(area))}
    tables: dict[str, list[dict[str, Any]]] = {
        "quantification_units": [unit],
        "strata": [
            {"stratum": f"S{h}", "quantification_unit": "farm", "area_ha": repr(ha)}
            for h, ha in enumerate(area, 1)
        ],
        "sample_points": points,
        "core_increments": cores,
        "control_sites": [
            {"control_site": f"C{c}", "managed_by": "a neighbour", "distance_km": 10}
            for c in range(1, len(group.control) + 1)
        ],
        "control_links": [
            {"control_site": f"C{c + 1}", "stratum": f"S{h + 1}"}
            for h, c in np.argwhere(group.link > 0).tolist()
        ],
        "schedule_of_activities": list(_schedule(years, manured=bool(manure_t_c(block)[place]))),
    } | dict(_activity(block, place))
    head = _head(block, place, bool(plan.deeper[place]), rules_key)
    return {"project.toml": head.encode()} | {f"{name}.csv": csv_table(rows) for name, rows in tables.items()}


def _cores(name: str, start: float, change: float, years: int) -> Iterator[dict[str, Any]]:
    """Yield the increments of a point in both campaigns. [t C/ha to 30 cm]."""
    for year, gained in ((START_YEAR, 0.0), (START_YEAR + years, change)):
        for upper, lower, share in _LAYERS:
            stock = start * share + (gained if upper == 0 else 0.0)
            yield {
                "campaign": str(year),
                "point": name,
                "sample": f"{name}-{year}",
                "sampled_on": f"{year}-10-01",
                "upper_cm": upper,
                "lower_cm": lower,
                "soc_g_per_kg": repr(_PER_PERCENT * stock / (lower - upper)),
                "laboratory_method": "dumas",
                "fine_soil_density_g_per_cm3": 1.0,
            }


def _activity(block: Block, place: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the tables of manure, residues, production and diesel, before the project and in it."""
    years = range(START_YEAR, START_YEAR + block.world.period_years)
    of_project = {"quantification_unit": "farm", "scenario": "project"}
    if manure := float(manure_t_c(block)[place]):
        row: dict[str, Any] = of_project | {
            "amendment": "manure",
            "origin": "a neighbour",
            "exemption": "none",
        }
        row |= {"applied_t": repr(manure / MANURE_T_C_PER_T), "carbon_t_per_t": MANURE_T_C_PER_T}
        yield "organic_amendments", [row | {"year": year} for year in years]
    if diverted := float(residues_t(block)[place]):
        row = {
            "quantification_unit": "farm",
            "residue": "straw",
            "diverted_t_dm": repr(diverted),
            "abundant": "no",
        }
        row |= {
            "energy_content_gj_per_t_dm": RESIDUE_GJ_PER_T,
            "fuel_factor_t_co2e_per_gj": FUEL_T_CO2E_PER_GJ,
        }
        yield "residue_diversion", [row | {"year": year, "evidence": "drawn"} for year in years]
    of_hectare, before, after = (float(made[place]) for made in production_t(block))
    if of_hectare:
        told = dict.fromkeys(("produced_in_country", "national_production_rises"), "yes")
        crop: dict[str, Any] = {
            "commodity": "wheat",
            "kind": "agricultural",
            "unit": "t",
            "yield_per_ha": repr(of_hectare),
        }
        crop |= {"growth_fraction_per_year": 0, "subsistence": "no", "evidence": "drawn"} | told
        yield "commodities", [crop]
        made = [
            *((year, before) for year in range(START_YEAR - 5, START_YEAR)),
            *((year, after) for year in years),
        ]
        yield (
            "production",
            [{"commodity": "wheat", "year": year, "produced": repr(amount)} for year, amount in made],
        )
    if saved := float(diesel_saved_litre(block)[place]):
        of_baseline = of_project | {"scenario": "baseline"}
        yield (
            "fuel_use",
            [
                side | {"year": year, "fuel": "diesel", "fuel_litre": repr(max(sign * saved, 0.0))}
                for side, sign, span in (
                    (of_baseline, 1, range(START_YEAR - 5, START_YEAR)),
                    (of_project, -1, years),
                )
                for year in span
            ],
        )


def _schedule(years: int, *, manured: bool) -> Iterator[dict[str, Any]]:
    """Yield the practice of five years before the start and of those since."""
    for year in range(START_YEAR - 5, START_YEAR + years):
        before = year < START_YEAR
        told = dict.fromkeys(("manure", "compost", "irrigation", "grazing", "liming"), "no")
        yield {
            "place": "farm",
            "scenario": "baseline" if before else "project",
            "year": year,
            "crop": "wheat",
            "tillage": "yes" if before else "no",
            "residue_removed": "no",
            "synthetic_nitrogen": "yes",
            **told,
            "manure": "yes" if manured and not before else "no",
            "evidence": f"field book {year}",
        }


def _head(block: Block, place: int, deeper: bool, rules_key: str) -> str:
    """Return project.toml."""
    last = START_YEAR + block.world.period_years
    during = f"{{ start = {START_YEAR}-10-01, end = {last}-09-30 }}"
    campaigns = "\n".join(
        f'[[project.campaigns]]\nname = "{year}"\nduring = {{ start = {year}-09-01, end = {year}-11-30 }}\n'
        for year in (START_YEAR, last)
    )
    lost = float(block.drawn("new_land_t_c_per_ha")[place])
    new_land = (
        f"\n[project.new_land]\nbiomass_t_c_per_ha = {lost!r}\nreference_soil_t_c_per_ha = 1.0\n"
        'land_use_factor = 1.0\nmanagement_factor = 1.0\ninput_factor = 1.0\nsource = "drawn"\n'
    )
    return f"""schema = 2
programme = "vm0042"

[project]
name = "project {place} of block {block.number}"
description = "drawn from a world of the laboratory"
proponent = "nobody"
country = "XX"
rules = "{rules_key}"
registered_on = {REGISTERED}
start_date = {START_YEAR}-10-01
kind = "constructed"
reporting_depth_cm = {DEEPER_CM if deeper else SURFACE_CM}
equivalent_soil_mass_interpolation = "natural_cubic_spline"
non_permanence_rating_percent = {float(block.rating[place])!r}

[project.design]
kind = "stratified_random"
description = "points drawn at random in each stratum"

[[project.practice_changes]]
group = "tillage_and_residue"
kind = "adopt"
description = "the practice of the world"

{campaigns}
[[project.laboratory_methods]]
id = "dumas"
kind = "dry_combustion"
laboratory = "a laboratory, ISO 10694"
proficiency_test = "drawn"

[[project.monitoring_periods]]
name = "1"
during = {during}

[[project.verification_periods]]
name = "1"
during = {during}
first_campaign = "{START_YEAR}"
last_campaign = "{last}"

[[project.boundary.entries]]
id = "soil_organic_carbon"
included = true

[[project.boundary.entries]]
id = "aboveground_woody_biomass"
included = false
reason = "none in either scenario"

[[project.boundary.entries]]
id = "fossil_fuel_co2"
included = {str(bool(diesel_saved_litre(block)[place])).lower()}
reason = "diesel of machines, where it changes"

[[project.deviations]]
id = "D1"
code = "control-not-similar"
reason = "initial stocks are drawn; similarity is no part of a world"
{new_land if production_t(block)[0][place] else ""}"""
