"""Honest projects, made up: what a careful developer hands in, also where the field is messy.

Committed before the first check that is tried on it. It imports nothing of the package and shares no number with its
checks: soils, changes and errors below are chosen from what long-term experiments and surveys show, by a person who
was asked for plausible farms and not for rows that pass. Each project comes from a family and a seed, and the same two
give the same bytes.

Sources of the magnitudes. Spread of carbon within a field, a coefficient of variation of 0.1 to 0.3, and pairs of cores
a few metres apart: Clapham and Woburn (data of Rothamsted Research) and the Canadian long-term trials. Density against
carbon: the mixing law of Adams (1973), mineral 1.5 g/cm3 and organic matter 0.22. Repeats of dry combustion, 1.5 to 4
per cent: figures of proficiency rounds, from memory. Change under practice, -0.2 to 0.7 t C/ha a year: Poeplau and
Don (2015) for cover crops, Ogle et al. (2019) for tillage, from memory.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

FAMILIES = (
    "temperate-loam",
    "dry-sand",
    "tropical-clay",
    "volcanic-rich",
    "calcareous-steppe",
    "smallholders",
    "long-run",
    "ragged",
)
KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Family:
    """What projects of a family have in common; pairs are ranges that a project draws from."""

    carbon_g_per_kg: tuple[float, float]
    spread_between: float
    spread_within: float
    gain_t_c_per_ha_year: tuple[float, float]
    trend_t_c_per_ha_year: tuple[float, float]
    years: tuple[int, ...]
    strata: tuple[int, int]
    units_per_stratum: tuple[int, int]
    cores_per_unit: tuple[int, int]
    controls: tuple[int, int]
    area_ha: tuple[float, float]
    depths_cm: tuple[tuple[int, ...], ...]
    latitude: tuple[float, float]
    country: str
    crops: tuple[str, ...]
    campaigns: int = 2
    repeat: tuple[float, float] = (0.015, 0.04)
    batch: tuple[float, float] = (0.0, 0.015)
    density_error: float = 0.03
    decimals: tuple[int, ...] = (1, 2)
    lost: float = 0.0
    soil: Sequence[str] = field(default=("loam", "clay loam", "sandy loam"))


KINDS = {
    "temperate-loam": Family(
        (12, 24), 0.15, 0.10, (0.1, 0.7), (-0.3, 0.2), (4, 5), (2, 4), (8, 16), (1, 1), (3, 6), (80, 900),
        ((0, 30, 50), (0, 15, 30, 45), (0, 10, 30, 60)), (44, 55), "FR", ("wheat", "rape", "barley", "sugar beet"),
    ),
    "dry-sand": Family(
        (3, 8), 0.22, 0.16, (0.0, 0.25), (-0.15, 0.1), (5,), (1, 3), (10, 18), (1, 2), (3, 5), (200, 3000),
        ((0, 15, 30, 40), (0, 30, 40)), (-35, -28), "AU", ("wheat", "lupin", "fallow"), decimals=(1,),
        soil=("sand", "loamy sand"),
    ),
    "tropical-clay": Family(
        (14, 30), 0.18, 0.12, (0.0, 0.8), (-0.5, 0.2), (3, 5), (2, 4), (8, 14), (1, 1), (3, 5), (300, 5000),
        ((0, 10, 20, 40), (0, 20, 40)), (-16, -8), "BR", ("soybean", "maize", "brachiaria"),
        soil=("clay", "heavy clay"),
    ),
    "volcanic-rich": Family(
        (45, 85), 0.15, 0.10, (0.0, 0.8), (-0.4, 0.4), (5,), (1, 3), (9, 15), (1, 1), (3, 4), (40, 300),
        ((0, 15, 30, 45), (0, 30, 45)), (-40, -36), "NZ", ("maize", "pasture"), soil=("silt loam", "peaty loam"),
    ),
    "calcareous-steppe": Family(
        (16, 32), 0.14, 0.10, (0.0, 0.5), (-0.3, 0.1), (4, 5), (2, 3), (8, 14), (1, 2), (3, 5), (500, 8000),
        ((0, 15, 30, 40), (0, 20, 40)), (45, 50), "UA", ("wheat", "sunflower", "maize"),
        soil=("silty clay loam", "silt loam"),
    ),
    "smallholders": Family(
        (6, 16), 0.28, 0.15, (0.0, 0.5), (-0.3, 0.1), (3, 4), (2, 3), (16, 30), (1, 1), (4, 8), (15, 120),
        ((0, 20, 40), (0, 30, 50)), (-3, 2), "KE", ("maize", "beans", "sorghum"), repeat=(0.03, 0.05),
        decimals=(1, 2),
    ),
    "long-run": Family(
        (12, 22), 0.15, 0.10, (0.1, 0.5), (-0.2, 0.2), (5,), (2, 3), (8, 14), (1, 1), (3, 5), (80, 600),
        ((0, 30, 50), (0, 15, 30, 45)), (50, 54), "GB", ("wheat", "barley", "beans"), campaigns=3,
    ),
    "ragged": Family(
        (9, 26), 0.22, 0.14, (-0.2, 0.7), (-0.5, 0.4), (3, 4, 5), (1, 5), (3, 20), (1, 3), (3, 9), (20, 2000),
        ((0, 30, 60), (0, 10, 30, 50), (0, 25, 40)), (35, 48), "US", ("maize", "soybean", "wheat", "alfalfa"),
        lost=0.04,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A point, and what its soil was at the start by layer."""

    name: str
    stratum: str
    control: str
    unit: str
    longitude: float
    latitude: float
    carbon: np.ndarray
    density: np.ndarray
    gain: float


def density_of(carbon_g_per_kg: np.ndarray, compaction: float | np.ndarray) -> np.ndarray:
    """Return the density of soil with this carbon, by the mixing law; organic matter is carbon times 1.72."""
    organic = np.minimum(1.72 * carbon_g_per_kg / 1000, 0.9)
    return compaction / (organic / 0.22 + (1 - organic) / 1.5)


class Maker:
    """One project being drawn."""

    def __init__(self, family: str, seed: int) -> None:
        self.family, self.kind = family, KINDS[family]
        self.dice = np.random.default_rng([FAMILIES.index(family), seed])
        k, d = self.kind, self.dice
        self.years = int(d.choice(k.years))
        self.start = int(d.integers(2012, 2021))
        self.depths = k.depths_cm[d.integers(len(k.depths_cm))]
        self.base = d.uniform(*k.carbon_g_per_kg)
        self.gain = d.uniform(*k.gain_t_c_per_ha_year)
        self.trend = d.uniform(*k.trend_t_c_per_ha_year)
        self.repeat, self.batch = d.uniform(*k.repeat), d.uniform(*k.batch)
        self.decimals = int(d.choice(k.decimals))
        self.latitude = d.uniform(*k.latitude)
        self.longitude = d.uniform(1.0, 30.0)
        self.names = [str(self.start + self.years * n) for n in range(k.campaigns)]
        self.strata: list[tuple[str, float]] = []
        self.places: list[Place] = []
        self.outlines: list[dict[str, object]] = []
        self.links: list[tuple[str, str]] = []
        self.sites: list[tuple[str, float]] = []

    def between(self, ends: tuple[int, int]) -> int:
        """Return a whole number from a range."""
        return int(self.dice.integers(ends[0], ends[1] + 1))

    def profile(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return carbon and density of the layers of a place; carbon falls with depth."""
        middle = np.array([(a + b) / 2 for a, b in zip(self.depths[:-1], self.depths[1:], strict=True)])
        decline = math.log(self.dice.uniform(2.0, 4.0)) / 60
        carbon = level * np.exp(-decline * (middle - 15)) * self.dice.lognormal(0, 0.05, middle.size)
        compaction = self.dice.normal(0.97, 0.03) + 0.0012 * middle
        return carbon, density_of(carbon, compaction)

    def lay_out(self) -> None:
        """Draw strata, their outlines, units and points, and control sites near by."""
        k, d = self.kind, self.dice
        number = self.between(k.strata)
        total = d.uniform(*k.area_ha)
        shares = d.dirichlet(np.full(number, 6.0))
        soils = list(d.permutation([*k.soil, *(f"{name} {n}" for n in (2, 3) for name in k.soil)]))
        west = self.longitude
        for name, share in zip(soils, shares, strict=False):
            area, stratum = round(float(total * share), 2), str(name).replace(" ", "-")
            side = math.sqrt(area / 100) / KM_PER_DEGREE
            east = west + side / math.cos(math.radians(self.latitude))
            north = self.latitude + side
            ring = [[west, self.latitude], [east, self.latitude], [east, north], [west, north]]
            ring = [[round(x, 7), round(y, 7)] for x, y in [*ring, ring[0]]]
            self.outlines.append(
                {
                    "type": "Feature",
                    "properties": {"stratum": stratum},
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
            )
            self.strata.append((stratum, area))
            level = self.base * d.lognormal(0, 0.12)
            for unit in range(1, self.between(k.units_per_stratum) + 1):
                self.unit(stratum, "", f"{stratum[:2].upper()}{len(self.strata)}-{unit:02d}", level, ring)
            west = east + 0.02
        for site in range(1, max(self.between(k.controls), 3) + 1):
            stratum = self.strata[(site - 1) % len(self.strata)][0]
            where = [self.longitude - 0.05 - 0.03 * site, self.latitude + d.uniform(-0.1, 0.1)]
            box = [where, [where[0] + 0.01, where[1]], [where[0] + 0.01, where[1] + 0.01], where, where]
            near = [place for place in self.places if place.stratum == stratum]
            level = float(np.mean([self.level_of(place) for place in near])) * d.lognormal(0, 0.04)
            name = f"C{site}"
            self.sites.append((name, round(float(KM_PER_DEGREE * 0.7 * (0.05 + 0.03 * site)), 1)))
            self.links.append((name, stratum))
            for point in range(self.between((2, 4))):
                self.unit("", name, f"{name}-{point + 1}", level, box)
        for stratum, _ in self.strata:
            if stratum not in {linked for _, linked in self.links}:
                self.links.append((self.sites[0][0], stratum))

    def level_of(self, place: Place) -> float:
        """Return the mean carbon of a place's layers within 30 cm."""
        inside = [n for n, top in enumerate(self.depths[:-1]) if top < 30]
        return float(place.carbon[inside].mean())

    def unit(self, stratum: str, control: str, name: str, level: float, ring: list[list[float]]) -> None:
        """Draw the points of one sampling unit inside a box."""
        k, d = self.kind, self.dice
        cores = self.between(k.cores_per_unit) if stratum else 1
        here = level * d.lognormal(0, k.spread_between if stratum else k.spread_between / 2)
        gain = self.trend + d.normal(0, 0.15) + (self.gain + d.normal(0, 0.2) if stratum else 0.0)
        lows, highs = np.min(ring, axis=0), np.max(ring, axis=0)
        for core in range(cores):
            if core and d.random() < k.lost:
                continue  # could not be reached again, and is left out of every campaign
            x, y = lows + (highs - lows) * d.uniform(0.05, 0.95, 2)
            carbon, density = self.profile(here * d.lognormal(0, k.spread_within / 2))
            point = name if cores == 1 else f"{name}-{'abc'[core]}"
            self.places.append(
                Place(point, stratum, control, name, round(x, 6), round(y, 6), carbon, density, gain)
            )

    def cores(self) -> list[list[object]]:
        """Return what the laboratory gives for each layer of each point in each campaign."""
        d, k = self.dice, self.kind
        thick = np.diff(self.depths)
        weight = np.exp(-np.array(self.depths[:-1]) / 20.0) * thick
        rows: list[list[object]] = []
        for number, campaign in enumerate(self.names):
            batch = d.normal(0, self.batch)
            day = int(d.integers(5, 25))
            for place in self.places:
                gained = place.gain * self.years * number * weight / weight.sum()
                truth = place.carbon + 10 * gained / (thick * place.density)
                again = d.lognormal(0, k.spread_within / 3)
                carbon = truth * again * (1 + batch) * (1 + d.normal(0, self.repeat, thick.size))
                density = density_of(np.maximum(truth, 0.5), 1.0) / density_of(
                    np.maximum(place.carbon, 0.5), 1.0
                )
                density = place.density * density * (1 + d.normal(0, k.density_error, thick.size))
                for layer, (top, bottom) in enumerate(zip(self.depths[:-1], self.depths[1:], strict=True)):
                    rows.append(
                        [
                            campaign, place.name, f"{place.name}-{campaign}", f"{campaign}-10-{day:02d}", top, bottom,
                            f"{max(carbon[layer], 0.4):.{self.decimals}f}", "dumas", f"{density[layer]:.2f}",
                        ]
                    )  # fmt: skip
        return rows

    def schedule(self) -> list[list[object]]:
        """Return the practice of the years before and since the start."""
        rows: list[list[object]] = []
        last = self.start + self.years * (self.kind.campaigns - 1)
        for year in range(self.start - 5, last + 1):
            scenario = "baseline" if year < self.start else "project"
            crop = self.kind.crops[year % len(self.kind.crops)]
            tilled, removed = ("yes", "yes") if scenario == "baseline" else ("no", "no")
            rows.append(
                [
                    "farm",
                    scenario,
                    year,
                    crop,
                    tilled,
                    removed,
                    "yes",
                    "no",
                    "no",
                    "no",
                    "no",
                    "no",
                    f"field book {year}",
                ]
            )
        return rows

    def head(self) -> str:
        """Return project.toml."""
        begin = f"{self.start}-11-01"
        periods = []
        for number in range(1, len(self.names)):
            first, last = self.start + self.years * (number - 1), self.start + self.years * number
            during = f"{{ start = {first}-11-01, end = {last}-10-31 }}"
            periods.append(
                f'[[project.monitoring_periods]]\nname = "{number}"\nduring = {during}\n\n'
                f'[[project.verification_periods]]\nname = "{number}"\nduring = {during}\n'
                f'first_campaign = "{self.names[number - 1]}"\nlast_campaign = "{self.names[number]}"\n'
            )
        campaigns = "\n".join(
            f'[[project.campaigns]]\nname = "{name}"\nduring = {{ start = {name}-09-15, end = {name}-10-31 }}\n'
            for name in self.names
        )
        left_out = "\n".join(
            f'[[project.boundary.entries]]\nid = "{id}"\nincluded = false\nreason = "{reason}"\n'
            for id, reason in LEFT_OUT
        )
        return f"""schema = 2
programme = "vm0042"

[project]
name = "{self.family} {self.names[0]}"
description = "Reduced tillage and residues kept on {len(self.strata)} soils"
proponent = "a cooperative"
country = "{self.kind.country}"
rules = "vm0042-2.2+2026-06-11"
registered_on = 2026-11-21
start_date = {begin}
kind = "project"
reporting_depth_cm = 30.0
equivalent_soil_mass_interpolation = "natural_cubic_spline"
non_permanence_rating_percent = {float(self.dice.choice([12.0, 14.0, 15.0, 18.0]))}
geometry_file = "units.geojson"

[project.design]
kind = "stratified_random"
description = "Strata from the soil map; units drawn at random in each"

[[project.practice_changes]]
group = "tillage_and_residue"
kind = "adopt"
description = "Direct drilling, residues kept"

{campaigns}
[[project.laboratory_methods]]
id = "dumas"
kind = "dry_combustion"
laboratory = "Laboratory of the region, ISO 10694"
proficiency_test = "GLOSOLAN {self.start}"

{chr(10).join(periods)}
[[project.boundary.entries]]
id = "soil_organic_carbon"
included = true

{left_out}"""

    def write(self, folder: Path) -> Path:
        """Write the project folder."""
        self.lay_out()
        folder.mkdir(parents=True, exist_ok=True)
        total = round(sum(area for _, area in self.strata), 2)
        (folder / "project.toml").write_text(self.head(), encoding="utf-8")
        (folder / "units.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": self.outlines}), encoding="utf-8"
        )
        table(folder, "quantification_units", UNITS, [["farm", "measure_and_remeasure", total]])
        table(folder, "strata", STRATA, [[name, "farm", area, ""] for name, area in self.strata])
        table(
            folder,
            "sample_points",
            POINTS,
            [[p.name, p.stratum, p.control, p.unit, p.longitude, p.latitude] for p in self.places],
        )
        table(folder, "core_increments", CORES, self.cores())
        table(folder, "control_sites", SITES, [[name, "a neighbour", far] for name, far in self.sites])
        table(folder, "control_links", LINKS, self.links)
        table(folder, "schedule_of_activities", SCHEDULE, self.schedule())
        return folder


UNITS = ["quantification_unit", "approach", "area_ha"]
STRATA = ["stratum", "quantification_unit", "area_ha", "shallow_soil_depth_cm"]
POINTS = ["point", "stratum", "control_site", "sampling_unit", "longitude_deg", "latitude_deg"]
CORES = [
    "campaign", "point", "sample", "sampled_on", "upper_cm", "lower_cm", "soc_g_per_kg", "laboratory_method",
    "fine_soil_density_g_per_cm3",
]  # fmt: skip
SITES = ["control_site", "managed_by", "distance_km"]
LINKS = ["control_site", "stratum"]
SCHEDULE = [
    "place", "scenario", "year", "crop", "tillage", "residue_removed", "synthetic_nitrogen", "manure", "compost",
    "irrigation", "grazing", "liming", "evidence",
]  # fmt: skip
LEFT_OUT = (
    ("aboveground_woody_biomass", "no woody plants in either scenario"),
    ("fossil_fuel_co2", "less than before, below 5 percent"),
    ("liming_co2", "no lime in either scenario"),
    ("soil_methanogenesis_ch4", "never flooded"),
    ("enteric_fermentation_ch4", "no livestock"),
    ("manure_deposition_ch4", "no livestock"),
    ("manure_deposition_n2o", "no livestock"),
    ("nitrogen_fertilizer_n2o", "the same amount as before, below 5 percent"),
    ("nitrogen_fixing_species_n2o", "none are sown"),
    ("biomass_burning_ch4", "nothing is burned"),
    ("biomass_burning_n2o", "nothing is burned"),
)


def table(folder: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one table."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_honest(folder: Path, family: str, seed: int) -> Path:
    """Write the honest project of a family and a seed into a folder and return the folder."""
    return Maker(family, seed).write(folder)
