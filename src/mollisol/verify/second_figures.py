"""Soil mass and carbon of an increment a second time, from the row of its table; it shares no line with the engine."""

from __future__ import annotations

import math
from collections.abc import Mapping

type Row = Mapping[str, str]


def soil_mass_t_per_ha(row: Row) -> float:
    """Eq. 3 without its carbon: weighed fine soil over the area of the cores; or density times thickness."""
    dry = float(row.get("soil_dry_matter_fraction") or 1)
    weighed = float(row.get("fine_soil_mass_g") or 0) or float(row.get("moist_fine_soil_mass_g") or 0) * dry
    if weighed:
        radius = float(row["probe_inner_diameter_mm"]) / 2
        return weighed / (math.pi * radius**2 * float(row["cores"])) * 10_000
    thickness = float(row["lower_cm"]) - float(row["upper_cm"])
    density = float(row.get("fine_soil_density_g_per_cm3") or 0) or fine_soil_g_per_cm3(row, dry)
    return density * thickness * 100


def fine_soil_g_per_cm3(row: Row, dry: float) -> float:
    """Return dry fine soil per total volume: one cm3 of soil, less the volume or the mass of its stones."""
    by_mass = float(row.get("coarse_fragments_mass_fraction") or 0)
    by_volume = float(row.get("coarse_fragments_volume_fraction") or 0)
    heavy = float(row.get("particle_density_g_per_cm3") or 0)
    if row.get("whole_soil_density_g_per_cm3"):
        whole = float(row["whole_soil_density_g_per_cm3"]) * dry
        return whole - whole * by_mass - by_volume * heavy
    alone = float(row["fine_earth_density_g_per_cm3"]) * dry
    if by_mass:  # m / heavy to (1 - m) / alone, as volumes
        by_volume = by_mass * alone / (by_mass * alone + (1 - by_mass) * heavy)
    return alone * (1 - by_volume)


def carbon_g_per_kg(row: Row) -> float:
    """Return organic carbon of dry fine soil, as written or from what the laboratory gave."""
    if row["soc_g_per_kg"]:
        return float(row["soc_g_per_kg"])
    counts = {"zero": 0.0, "half the limit": 0.5}.get(row.get("below_limit") or "", 1.0)
    dry = float(row.get("carbon_dry_matter_fraction") or 1)
    if row.get("organic_matter_g_per_kg"):
        return counts * float(row["organic_matter_g_per_kg"]) * float(row["carbon_share_of_matter"]) / dry
    if row.get("total_carbon_g_per_kg"):
        total = counts * float(row["total_carbon_g_per_kg"])
        return (total - float(row["inorganic_carbon_g_per_kg"])) / dry
    return counts * float(row["carbon_as_given_g_per_kg"]) / dry
