"""The parameters that the project monitors: unit, source, value, method and what was done to assure it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel

from mollisol.methodology.base import DomainObject
from mollisol.methodology.findings import Finding
from mollisol.methodology.measurement import LaboratoryMethod
from mollisol.methodology.project import Project
from mollisol.templates.filters import number, plural

_INCREMENTS: Final = "core_increments.csv"


class Monitored(DomainObject):
    """One parameter as a monitoring report lists it."""

    name: str
    unit: str
    source: str
    value: str
    method: str
    quality: str


# name, unit, column, how it is measured
_CORE_COLUMNS: Final = (
    ("Soil organic carbon content of fine soil", "g/kg", "soc_g_per_kg", ""),
    ("Lower depth of the increment", "cm", "lower_cm", "depth of the probe below the surface"),
    ("Dry fine-soil density", "g/cm3", "fine_soil_density_g_per_cm3", "dry fine soil per total volume"),
    (
        "Dry fine soil of the composite",
        "g",
        "fine_soil_mass_g",
        "weighed, below 2 mm, free of plant material",
    ),
    ("Inner diameter of the probe", "mm", "probe_inner_diameter_mm", "measured at the cutting edge"),
)

# name, table of the project, file
ACTIVITY_TABLES: Final = (
    ("Schedule of activities", "schedule", "schedule_of_activities.csv"),
    ("Fuel use", "fuel_use", "fuel_use.csv"),
    ("Lime", "liming", "liming.csv"),
    ("Livestock", "herds", "livestock.csv"),
    ("Manure systems", "manure_shares", "manure_systems.csv"),
    ("Fertilizers", "fertilizers", "fertilizers.csv"),
    ("Nitrogen-fixing species", "fixing_species", "nitrogen_fixing_species.csv"),
    ("Biomass burning", "burning", "burning.csv"),
    ("Trees and shrubs", "woody_stocks", "woody_stocks.csv"),
    ("Organic amendments", "amendments", "organic_amendments.csv"),
    ("Modelled soil gases", "modelled_gases", "modelled_soil_gases.csv"),
    ("Production", "production", "production.csv"),
    ("Residues diverted", "residue_diversions", "residue_diversion.csv"),
    ("Biochar", "biochar", "biochar.csv"),
)


def monitored(project: Project, findings: Sequence[Finding]) -> Iterable[Monitored]:
    """Return the parameters: areas, what the cores gave, then the tables of activity."""
    told = Counter(finding.where.file for finding in findings)
    area = sum(stratum.area_ha for stratum in project.strata)
    geometry = project.head.geometry_file
    yield Monitored(
        name="Area of the strata",
        unit="ha",
        source="strata.csv" + (f", {geometry}" if geometry else ""),
        value=f"{number(area)} in {plural(len(project.strata), 'stratum', 'strata')}",
        method="declared; held against the outlines on the WGS 84 ellipsoid"
        if geometry
        else "declared; no outlines",
        quality=_checked(told["strata.csv"] + told[geometry]),
    )
    methods = {method.id: method for method in project.head.laboratory_methods}
    for name, unit, column, how in _CORE_COLUMNS:
        values = [found for item in project.core_increments if (found := getattr(item, column)) is not None]
        if values:
            used = sorted({item.laboratory_method for item in project.core_increments})
            own = [methods[id] for id in used if id in methods] if column == "soc_g_per_kg" else []
            yield Monitored(
                name=name,
                unit=unit,
                source=f"{_INCREMENTS}, column {column}",
                value=f"{plural(len(values), 'value')}, {number(min(values), 3)} to {number(max(values), 3)}",
                method=how or "; ".join(_in_words(method) for method in own) or "not named",
                quality="; ".join([*filter(None, map(_assured, own)), _checked(told[_INCREMENTS])]),
            )
    for name, table, file in ACTIVITY_TABLES:
        yield from _activity(name, _rows(getattr(project, table)), file, told[file])


def _rows(table: Iterable[Any]) -> list[BaseModel]:
    """Return the rows of a table; a schedule holds those of its years."""
    return [row for item in table for row in getattr(item, "years", (item,))]


def _activity(name: str, rows: Sequence[Any], file: str, findings: int) -> Iterable[Monitored]:
    if rows:
        evidence = sorted({row.evidence for row in rows if getattr(row, "evidence", "")})
        sources = "; ".join(evidence[:3]) + (f"; and {len(evidence) - 3} more" if len(evidence) > 3 else "")
        yield Monitored(
            name=name,
            unit="as the columns name it",
            source=file,
            value=plural(len(rows), "row"),
            method=sources or "records of the project",
            quality=_checked(findings),
        )


def _in_words(method: LaboratoryMethod) -> str:
    kind = method.kind.replace("_", " ").replace("walkley black", "Walkley-Black wet oxidation")
    more = f": {method.description}" if method.description else ""
    return f"{kind}, {method.laboratory}{more}"


def _assured(method: LaboratoryMethod) -> str:
    parts = [f"proficiency test: {method.proficiency_test}" if method.proficiency_test else ""]
    if method.repeat_relative_sd:
        parts.append(f"repeats {number(100 * method.repeat_relative_sd, 2)} % of the content")
    if method.batch_relative_sd:
        parts.append(f"batches {number(100 * method.batch_relative_sd, 2)} %")
    said = [part for part in parts if part]
    return f"{method.id}: {', '.join(said)}" if said else f"{method.id}: no error declared"


def _checked(findings: int) -> str:
    return f"every row checked; {plural(findings, 'finding') if findings else 'no finding'}"
