"""Crops that the schedule names: legumes bring nitrogen that somebody has to count, and rice its own factors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from mollisol.methodology.eligibility.schedule import crop_groups
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.project import Project

_LEGUMES: Final = re.compile(
    r"legum\w*|clover|\w*klee\b|trèfle|trebol|trébol|trevo|lucerne|luzerne|luzerna|alfalfa|vetch\w*|\w*wicken?\b|vicia|"
    r"trifolium|medicago|lupin\w*|\bpeas?\b|\w*erbsen?\b|\bbeans?\b|soy\w*|soja|lentil\w*|linsen?\b|sainfoin|esparsette|"
    r"mucuna|crotalaria|cowpea|chickpea|serradell\w*|stylosanthes|desmodium",
    re.I,
)
_RICE: Final = re.compile(r"\brice\b|\bpaddy\b|\barroz\b|\briz\b|\breis\b|\briso\b|\bpadi\b", re.I)
_ENTRY: Final = "nitrogen_fixing_species_n2o"


def check_legumes(project: Project) -> Iterator[Finding]:
    """Yield legumes among the crops of the project alone, where nitrogen-fixing species are nowhere.

    A name is a guess and warns; a functional group is what the project says itself, and refuses.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for scenario, crop in project.schedule.distinct("scenario", "crop"):
        named[scenario] |= {match[0].casefold() for match in _LEGUMES.finditer(crop or "")}
    begun = sorted(named["project"] - named["baseline"])
    groups: dict[str, set[str]] = {"baseline": set(), "project": set()}
    for scenario, group in project.schedule.distinct("scenario", "crop_group"):
        groups[scenario] |= crop_groups(group) & {"legumes"}
    stated = groups["project"] - groups["baseline"]
    begun = begun or sorted(stated)
    modelled = any(gas.gas == "N2O" for gas in project.modelled_gases)
    omitted = project.eligibility.omitted_as_de_minimis if project.eligibility else ()
    if begun and _ENTRY not in omitted and not len(project.fixing_species) and not modelled:
        entry = project.head.boundary.entry(_ENTRY)
        out = f"left out: {entry.reason}" if entry and not entry.included else "without a row"
        yield finding(
            "source-begins-uncounted",
            Place(file="schedule_of_activities.csv", column="crop"),
            f"{', '.join(begun)} among the crops of the project and not before it; nitrogen-fixing species {out}"[
                :600
            ],
            severity=Severity.REFUSAL if stated else Severity.WARNING,
            tables="nitrogen_fixing_species.csv",
        )


def check_rice(project: Project) -> Iterator[Finding]:
    """Yield units with rice of which nobody says how it is flooded, and paddies, of which VM0051 is the methodology."""
    flooded = {site.quantification_unit: site.flooded_rice for site in project.site_conditions}
    units = project.quantification_units.column("quantification_unit").labels
    grown = {place for place, crop in project.schedule.distinct("place", "crop") if _RICE.search(crop or "")}
    for unit in sorted(grown & set(units)):
        where, water = (
            Place(file="site_conditions.csv", column="flooded_rice", thing=f"unit {unit}"),
            flooded.get(unit),
        )
        if water is None:
            yield finding("rice-water-undeclared", where, "rice among the crops, and nothing on its water")
        elif water != "no":
            yield finding("rice-paddy", where, f"flooded rice, {water}")
