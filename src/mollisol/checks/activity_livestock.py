"""Activity tables of herds and their manure, and of what a project produces beside carbon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from mollisol.emissions.factors import moisture_at, sites_of
from mollisol.emissions.grid import FIRST_ROW, project_years
from mollisol.methodology.checks.look_alikes import did_you_mean
from mollisol.methodology.context import Context
from mollisol.methodology.eligibility.livestock import check_manure_shares
from mollisol.methodology.factors import livestock
from mollisol.methodology.factors.climate import manure_n2o_factor
from mollisol.methodology.factors.factor import FactorError
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.project import Project

HERDS, SHARES = "livestock.csv", "manure_systems.csv"


def check_livestock(project: Project) -> Iterable[Finding]:
    """Return where factors have no row for a herd, and where herds and the shares of their manure do not fit."""
    sites = sites_of(project)
    herds: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(project.herds, start=FIRST_ROW):
        herds[_herd(row)] = number
        site = sites.get(row.quantification_unit)
        if site is not None:
            where = Place(file=HERDS, row=number, column="live_weight_kg")
            try:
                for factor in (livestock.enteric_factor, livestock.solids_rate, livestock.nitrogen_rate):
                    factor(row.animal, site.region, row.productivity)
                yield from livestock.check_live_weight(row.animal, site.region, row.live_weight_kg, where)
            except FactorError as error:
                yield finding("factor-not-available", Place(file=HERDS, row=number), str(error))
    shares: dict[tuple[Any, ...], dict[str, float]] = defaultdict(dict)
    first: dict[tuple[Any, ...], int] = {}
    for number, share in enumerate(project.manure_shares, start=FIRST_ROW):
        shares[_herd(share)][share.system] = share.share_fraction
        first.setdefault(_herd(share), number)
        site = sites.get(share.quantification_unit)
        if site is not None:
            climate = (site.manure_climate, site.manure_moisture)
            try:
                livestock.manure_ch4_factor(
                    share.animal, site.region, share.system, *climate, share.productivity
                )
                manure_n2o_factor(share.animal, share.system, moisture_at(site))
            except FactorError as error:
                yield finding("factor-not-available", Place(file=SHARES, row=number), str(error))
    for herd, by_system in shares.items():
        where = Place(file=SHARES, row=first[herd])
        if herd not in herds:
            yield finding("manure-without-herd", where, " ".join(map(str, herd)))
        *_, animal, level = herd
        for one in check_manure_shares(animal, level, by_system):
            yield one.model_copy(update={"where": where})
    for herd, number in herds.items():
        if herd not in shares:
            yield finding("manure-share-missing", Place(file=HERDS, row=number), " ".join(map(str, herd)))


def _herd(row: Any) -> tuple[Any, ...]:
    return row.quantification_unit, row.scenario, row.year, row.animal, row.productivity


def check_commodities(context: Context) -> Iterable[Finding]:
    """Return where production and its mitigation name no commodity, stand twice, or lack years; and unknown land."""
    project = context.project
    known = {facts.commodity for facts in project.commodities}
    tables: tuple[tuple[str, Sequence[Any]], ...] = (
        ("production.csv", project.production),
        ("leakage_mitigation.csv", project.mitigation),
    )
    for file, rows in tables:
        seen: set[tuple[str, int]] = set()
        for number, row in enumerate(rows, start=FIRST_ROW):
            if row.commodity not in known:
                where = Place(file=file, row=number, column="commodity")
                found = f"{row.commodity}{did_you_mean(row.commodity, known)}"
                yield finding("unknown-reference", where, found, table="commodities.csv")
            if (row.commodity, row.year) in seen:
                where, twice = Place(file=file, row=number), f"{row.commodity} {row.year}"
                do = "add them up, or take one out"
                yield finding("activity-row-twice", where, twice, allowed="each once", do=do)
            seen.add((row.commodity, row.year))
    for commodity in sorted(known):
        years = {row.year for row in project.production if row.commodity == commodity}
        lacking = sorted(project_years(project) - years)
        before = len([year for year in years if year < project.head.start_date.year])
        least = context.rules.number("vmd0054.production.least-years")
        if lacking or 0 < before < least:
            none = ", ".join(map(str, lacking)) or "no project year"
            where = Place(file="production.csv", thing=f"commodity {commodity}")
            missing = f"{before} years before the start, none for {none}"
            yield finding("production-year-missing", where, missing, least=least)
    if known and project.head.new_land is None:
        where = Place(file="project.toml", thing="new_land")
        yield finding("new-land-missing", where, "commodities, and no [project.new_land]")
