"""Checks of sites and schedules: all findings at once, each with a reason code, a place and what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from mollisol.methodology.findings import Finding, Place, Severity
from mollisol.methodology.soil_models.inputs import (
    ACTIVITIES,
    LANDS,
    SOILS,
    TILLAGES,
    ActivityRow,
    Row,
    SiteRow,
)

_LARGEST_YIELD_T = 150.0


def fault(
    code: str,
    row: Row,
    column: str,
    found: str,
    allowed: str,
    do: str,
    severity: Severity = Severity.BLOCKING,
) -> Finding:
    """Make a finding on a cell of a row."""
    where = Place(file=row.file, row=row.row or None, column=column)
    return Finding(code=code, severity=severity, where=where, found=found, allowed=allowed, do=do)


def check_sites(rows: Sequence[SiteRow], *, cells: Collection[str] | None = None) -> list[Finding]:
    """Check sites: names once, cells that exist, units of clay and sand, ranges."""
    found: list[Finding] = []
    seen: dict[str, int] = {}
    for row in rows:
        if row.site in seen:
            do = "give each site once; two layers or two points need two names"
            found.append(
                fault(
                    "site-duplicate", row, "site", f"{row.site} is also in row {seen[row.site]}", "once", do
                )
            )
        seen.setdefault(row.site, row.row)
        if cells is not None and row.cell not in cells:
            do = "name a cell of the weather table"
            found.append(fault("site-cell-unknown", row, "cell", row.cell, ", ".join(sorted(cells)[:8]), do))
        found += _texture(row)
        for column, low, high in _SITE_RANGES:
            value = getattr(row, column)
            if value is not None and not low <= value <= high:
                code = f"site-{column.split('_')[0]}-range"
                do = "look at value and unit"
                found.append(fault(code, row, column, f"{value:g}", f"{low:g} to {high:g}", do))
        if row.iom_t_ha is not None and row.iom_t_ha > row.soc_t_ha:
            do = "inert carbon is a part of the stock"
            found.append(
                fault("site-iom-above-stock", row, "iom_t_ha", f"{row.iom_t_ha:g}", f"{row.soc_t_ha:g}", do)
            )
        for column, words in (("land", LANDS), ("soil", SOILS)):
            if getattr(row, column) not in words:
                text, do = getattr(row, column), "take one of the words"
                found.append(fault(f"site-{column}-unknown", row, column, text, ", ".join(words), do))
    return found


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


def _texture(row: SiteRow) -> list[Finding]:
    """Look for clay as a fraction or in g/kg, sand in per cent, and texture that adds to more than all."""
    found = []
    if 0.0 < row.clay_percent <= 1.0:
        do = "give clay in per cent: multiply a fraction by 100"
        found.append(fault("site-clay-unit", row, "clay_percent", f"{row.clay_percent:g}", "per cent", do))
    elif row.clay_percent > 100.0:
        do = "give clay in per cent: divide g/kg by 10"
        found.append(fault("site-clay-unit", row, "clay_percent", f"{row.clay_percent:g}", "per cent", do))
    elif row.clay_percent < 0.0:
        found.append(
            fault("site-clay-range", row, "clay_percent", f"{row.clay_percent:g}", "0 to 100", "mend it")
        )
    if row.sand_fraction is not None and not 0.0 <= row.sand_fraction <= 1.0:
        do = "give sand as a fraction: divide per cent by 100"
        found.append(fault("site-sand-unit", row, "sand_fraction", f"{row.sand_fraction:g}", "0 to 1", do))
    elif row.sand_fraction is not None and 100.0 * row.sand_fraction + row.clay_percent > 100.5:
        share = f"{100.0 * row.sand_fraction + row.clay_percent:g} %"
        do = "look at the units of both"
        found.append(
            fault("site-texture-sum", row, "sand_fraction", f"clay and sand are {share}", "100 %", do)
        )
    return found


def check_schedule(
    rows: Sequence[ActivityRow],
    *,
    sites: Collection[str],
    years: tuple[int, int] | None = None,
    crops: Collection[tuple[str, str]] = (),
    manures: Collection[str] = (),
) -> list[Finding]:
    """Check a schedule: known words, sites and years, amounts with a sign and a size, both scenarios for every site."""
    found: list[Finding] = []
    for row in rows:
        found += _activity(row, crops, manures)
        if row.site not in sites:
            do = "name a site of the site table"
            found.append(fault("activity-site-unknown", row, "site", row.site, "a site of the table", do))
        if not 1 <= row.month <= 12:
            found.append(
                fault("activity-month-number", row, "month", str(row.month), "1 to 12", "mend the month")
            )
        for column in ("year", "until_year"):
            year = getattr(row, column)
            if years is not None and year is not None and not years[0] <= year <= years[1]:
                do = "add the weather of that year, or leave the entry out"
                allowed = f"{years[0]}-{years[1]}"
                found.append(fault("activity-outside-weather", row, column, str(year), allowed, do))
    return found + _scenarios(rows, sites)


def repeated(rows: Iterable[ActivityRow]) -> list[ActivityRow]:
    """Write out the entries that repeat, one for each year."""
    return [
        row.model_copy(update={"year": year, "until_year": None})
        for row in rows
        for year in range(row.year, max(row.year, row.until_year or row.year) + 1)
    ]


def _activity(
    row: ActivityRow, crops: Collection[tuple[str, str]], manures: Collection[str]
) -> list[Finding]:
    """Check the words and the amount of one activity."""
    if row.activity not in ACTIVITIES:
        do = "take one of the words"
        return [fault("activity-unknown", row, "activity", row.activity, ", ".join(ACTIVITIES), do)]
    found = []
    if row.amount < 0.0:
        do = "amounts are 0 or more"
        found.append(fault("activity-amount-negative", row, "amount", f"{row.amount:g}", "0 or more", do))
    kinds = {"harvest": ("main", "harvested-cover"), "cover-crop": ("cover",)}.get(row.activity, ())
    if kinds and not any((kind, row.what) in crops for kind in kinds):
        near = sorted(c for k, c in crops if k in kinds and c[:3].lower() == row.what[:3].lower())
        allowed = ", ".join(near[:6]) or "a crop of the table amg-crops"
        do = "name a crop as the table does, or give its carbon as plant-input"
        found.append(fault("activity-crop-unknown", row, "what", row.what, allowed, do))
    if row.activity == "manure" and row.what not in manures:
        allowed = ", ".join(sorted(m for m in manures if m[:3].lower() == row.what[:3].lower())[:6])
        do = "name a manure as the table does, or give its carbon as manure-carbon"
        found.append(fault("activity-manure-unknown", row, "what", row.what, allowed or "amg-manures", do))
    if row.activity in ("harvest", "cover-crop") and row.amount > _LARGEST_YIELD_T:
        do = "give tonnes of dry matter per hectare: divide kg by 1000"
        found.append(fault("activity-yield-unit", row, "amount", f"{row.amount:g}", "t DM/ha", do))
    if row.activity == "tillage" and row.what not in TILLAGES:
        found.append(
            fault("activity-tillage-unknown", row, "what", row.what, ", ".join(TILLAGES), "take one of these")
        )
    if row.activity == "cover" and row.amount not in (0.0, 1.0):
        do = "give 1 for under plants and 0 for bare"
        found.append(fault("activity-cover-value", row, "amount", f"{row.amount:g}", "0 or 1", do))
    if row.until_year is not None and row.until_year < row.year:
        do = "give the last year in which the entry repeats, or leave the cell empty"
        text = f"{row.year} until {row.until_year}"
        found.append(fault("activity-until-year", row, "until_year", text, "a later year", do))
    for column in ("lignin_fraction", "nitrogen_fraction"):
        value = getattr(row, column)
        if value is not None and not 0.0 < value < 1.0:
            do = "give a fraction of the dry matter, above 0: divide per cent by 100"
            found.append(fault("activity-quality-unit", row, column, f"{value:g}", "0 to 1", do))
    if (row.lignin_fraction is None) != (row.nitrogen_fraction is None):
        do = "give both, or neither"
        found.append(fault("activity-quality-half", row, "lignin_fraction", "one of the two", "both", do))
    if row.residues not in ("returned", "exported"):
        do = "take one of the words"
        found.append(
            fault("activity-residues-unknown", row, "residues", row.residues, "returned, exported", do)
        )
    return found


def _scenarios(rows: Sequence[ActivityRow], sites: Collection[str]) -> list[Finding]:
    """Look for sites that have a schedule in one scenario only."""
    names = sorted({r.scenario for r in rows})
    there = {(r.site, r.scenario) for r in rows}
    return [
        Finding(
            code="schedule-scenario-missing",
            severity=Severity.BLOCKING,
            where=Place(file=rows[0].file, thing=f"site {site}"),
            found=f"no entry in scenario {name}",
            allowed=f"entries in {', '.join(names)}",
            do="give the site's activities in every scenario",
            clause="VM0042 2.2, section 4, condition 4(e)",
        )
        for site in sorted(sites)
        for name in names
        if (site, name) not in there
    ]


def practices_that_differ(rows: Iterable[ActivityRow]) -> set[str]:
    """Give the practices in which the scenarios of a schedule differ."""
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


NEEDS = {"tier2": ("sand_fraction",), "amg": ("caco3_g_kg", "ph", "cn_ratio")}
"""Columns of the site table that are optional in general and needed by a model."""


def check_needs(model: str, rows: Iterable[SiteRow]) -> list[Finding]:
    """Look for site values that this model cannot do without."""
    return [
        fault(
            "site-value-needed",
            row,
            column,
            "an empty cell",
            f"a value: {model} needs it",
            "measure or look it up",
        )
        for row in rows
        for column in NEEDS.get(model, ())
        if getattr(row, column) is None
    ]
