"""Checks of sites and schedules: all findings at once, each with a reason code, a place and what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.soil_models.catalogue import MODELS
from mollisol.methodology.soil_models.inputs import (
    ACTIVITIES,
    LANDS,
    SOILS,
    TILLAGES,
    ActivityRow,
    SiteRow,
)

_LARGEST_YIELD_T = 150.0


def check_sites(rows: Sequence[SiteRow], *, cells: Collection[str] | None = None) -> Iterator[Finding]:
    """Return the findings on sites: names once, cells that exist, units of clay and sand, ranges."""
    seen: dict[str, int] = {}
    for row in rows:
        if row.site in seen:
            yield finding("site-duplicate", row.place("site"), f"{row.site} is also in row {seen[row.site]}")
        seen.setdefault(row.site, row.row)
        if cells is not None and row.cell not in cells:
            yield finding(
                "site-cell-unknown", row.place("cell"), row.cell, names=", ".join(sorted(cells)[:8])
            )
        yield from _texture(row)
        for column, low, high in _SITE_RANGES:
            value = getattr(row, column)
            if value is not None and not low <= value <= high:
                short = column.split("_")[0]
                where = row.place(column)
                yield finding(f"site-{short}-range", where, f"{value:g}", low=low, high=high)
        if row.iom_t_ha is not None and row.iom_t_ha > row.soc_t_ha:
            yield finding(
                "site-iom-above-stock", row.place("iom_t_ha"), f"{row.iom_t_ha:g}", soc_t_ha=row.soc_t_ha
            )
        for column, words in (("land", LANDS), ("soil", SOILS)):
            if getattr(row, column) not in words:
                text, names = getattr(row, column), ", ".join(words)
                yield finding(f"site-{column}-unknown", row.place(column), text, names=names)


_SITE_RANGES = (
    ("depth_cm", 1.0, 200.0),
    ("soc_t_ha", 0.1, 1000.0),
    ("iom_t_ha", 0.0, 500.0),
    ("ph", 3.0, 11.0),
    ("cn_ratio", 4.0, 50.0),
    ("caco3_g_kg", 0.0, 1000.0),
    ("bulk_density_g_cm3", 0.2, 2.2),
    ("dpm_rpm_ratio", 0.01, 10.0),
)


def _texture(row: SiteRow) -> Iterator[Finding]:
    """Return a finding on clay as a fraction or in g/kg, sand in per cent, or texture above the whole."""
    if 0.0 < row.clay_percent <= 1.0:
        yield finding("site-clay-unit", row.place("clay_percent"), f"{row.clay_percent:g}")
    elif row.clay_percent > 100.0:
        do = "give clay in per cent: divide g/kg by 10"
        yield finding("site-clay-unit", row.place("clay_percent"), f"{row.clay_percent:g}", do=do)
    elif row.clay_percent < 0.0:
        yield finding("site-clay-range", row.place("clay_percent"), f"{row.clay_percent:g}")
    if row.sand_fraction is not None and not 0.0 <= row.sand_fraction <= 1.0:
        yield finding("site-sand-unit", row.place("sand_fraction"), f"{row.sand_fraction:g}")
    elif row.sand_fraction is not None and 100.0 * row.sand_fraction + row.clay_percent > 100.5:
        share = f"{100.0 * row.sand_fraction + row.clay_percent:g} %"
        yield finding("site-texture-sum", row.place("sand_fraction"), f"clay and sand are {share}")


def check_schedule(
    rows: Sequence[ActivityRow],
    *,
    sites: Collection[str],
    years: tuple[int, int] | None = None,
    crops: Collection[tuple[str, str]] = (),
    manures: Collection[str] = (),
) -> Iterator[Finding]:
    """Return what is wrong with a schedule: its words, sites, years and amounts, and sites with one scenario."""
    for row in rows:
        yield from _activity(row, crops, manures)
        if row.site not in sites:
            yield finding("activity-site-unknown", row.place("site"), row.site)
        if not 1 <= row.month <= 12:
            yield finding("activity-month-number", row.place("month"), str(row.month))
        for column in ("year", "until_year"):
            year = getattr(row, column)
            if years is not None and year is not None and not years[0] <= year <= years[1]:
                allowed = f"{years[0]}-{years[1]}"
                yield finding("activity-outside-weather", row.place(column), str(year), allowed=allowed)
    yield from _scenarios(rows, sites)


def repeated(rows: Iterable[ActivityRow]) -> list[ActivityRow]:
    """Write out the entries that repeat, one for each year."""
    return [
        row.model_copy(update={"year": year, "until_year": None})
        for row in rows
        for year in range(row.year, max(row.year, row.until_year or row.year) + 1)
    ]


def _activity(
    row: ActivityRow, crops: Collection[tuple[str, str]], manures: Collection[str]
) -> Iterator[Finding]:
    """Return the findings on the words and the amount of one activity."""
    if row.activity not in ACTIVITIES:
        yield finding("activity-unknown", row.place("activity"), row.activity)
        return
    if row.amount < 0.0:
        yield finding("activity-amount-negative", row.place("amount"), f"{row.amount:g}")
    kinds = {"harvest": ("main", "harvested-cover"), "cover-crop": ("cover",)}.get(row.activity, ())
    if kinds and not any((kind, row.what) in crops for kind in kinds):
        near = sorted(c for k, c in crops if k in kinds and c[:3].lower() == row.what[:3].lower())
        allowed = ", ".join(near[:6]) or "a crop of the table amg-crops"
        yield finding("activity-crop-unknown", row.place("what"), row.what, allowed=allowed)
    if row.activity == "manure" and row.what not in manures:
        allowed = ", ".join(sorted(m for m in manures if m[:3].lower() == row.what[:3].lower())[:6])
        yield finding(
            "activity-manure-unknown", row.place("what"), row.what, allowed=allowed or "amg-manures"
        )
    if row.activity in ("harvest", "cover-crop") and row.amount > _LARGEST_YIELD_T:
        yield finding("activity-yield-unit", row.place("amount"), f"{row.amount:g}")
    if row.activity == "tillage" and row.what not in TILLAGES:
        yield finding("activity-tillage-unknown", row.place("what"), row.what)
    if row.activity == "cover" and row.amount not in (0.0, 1.0):
        yield finding("activity-cover-value", row.place("amount"), f"{row.amount:g}")
    if row.until_year is not None and row.until_year < row.year:
        text = f"{row.year} until {row.until_year}"
        yield finding("activity-until-year", row.place("until_year"), text)
    for column in ("lignin_fraction", "nitrogen_fraction"):
        value = getattr(row, column)
        if value is not None and not 0.0 < value < 1.0:
            yield finding("activity-quality-unit", row.place(column), f"{value:g}")
    if (row.lignin_fraction is None) != (row.nitrogen_fraction is None):
        yield finding("activity-quality-half", row.place("lignin_fraction"), "one of the two")
    if row.residues not in ("returned", "exported"):
        yield finding("activity-residues-unknown", row.place("residues"), row.residues)


def _scenarios(rows: Sequence[ActivityRow], sites: Collection[str]) -> list[Finding]:
    """Return the findings on sites that have a schedule in one scenario only."""
    names = sorted({r.scenario for r in rows})
    there = {(r.site, r.scenario) for r in rows}
    return [
        finding(
            "schedule-scenario-missing",
            Place(file=rows[0].file, thing=f"site {site}"),
            f"no entry in scenario {name}",
            names=", ".join(names),
        )
        for site in sorted(sites)
        for name in names
        if (site, name) not in there
    ]


def practices_that_differ(rows: Iterable[ActivityRow]) -> set[str]:
    """Return the practices in which the scenarios of a schedule differ."""
    names = {
        "plant-input": "plant input",
        "harvest": "plant input",
        "cover-crop": "plant input",
        "manure": "manure",
        "manure-carbon": "manure",
    }
    entries: dict[tuple[str, str], set[tuple[object, ...]]] = defaultdict(set)
    scenarios = set()
    for row in rows:
        practice = names.get(row.activity, row.activity)
        scenarios.add(row.scenario)
        entry = (row.site, row.year, row.month, row.activity, row.what, row.amount, row.residues)
        entries[(practice, row.scenario)].add(entry)
    practices = {practice for practice, _ in entries}
    return {p for p in practices if len({frozenset(entries.get((p, s), set())) for s in scenarios}) > 1}


def check_needs(model: str, rows: Iterable[SiteRow]) -> list[Finding]:
    """Return the findings on site values that this model cannot do without."""
    return [
        finding("site-value-needed", row.place(column), "an empty cell", model=model)
        for row in rows
        for column in MODELS[model].needs
        if getattr(row, column) is None
    ]
