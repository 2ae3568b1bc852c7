"""Checks of a trial folder: all findings at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.soil_models.inputs import Row, SiteRow
from mollisol.methodology.soil_models.trials import (
    SOURCES,
    USES,
    ComparisonRow,
    ObservationRow,
    StudyRow,
    TrialSiteRow,
)

CLIMATE_ZONES = (
    "tropical-montane",
    "tropical-wet",
    "tropical-moist",
    "tropical-dry",
    "warm-temperate-moist",
    "warm-temperate-dry",
    "cool-temperate-moist",
    "cool-temperate-dry",
    "boreal-moist",
    "boreal-dry",
    "polar-moist",
    "polar-dry",
)
_LEAST_T_HA, _MOST_T_HA = 0.1, 1000.0


def check_studies(rows: Sequence[StudyRow]) -> Iterator[Finding]:
    """Return the findings on studies: names once, known words, and no experiment on both sides."""
    yield from _twice(rows, "study", "study-duplicate")
    sides: dict[str, dict[str, StudyRow]] = defaultdict(dict)
    for row in rows:
        sides[row.experiment].setdefault(row.use, row)
        yield from _word(row, "use", USES)
        yield from _word(row, "source", SOURCES)
        if row.climate_zone not in CLIMATE_ZONES:
            yield finding("study-climate-zone-unknown", row.place("climate_zone"), row.climate_zone)
        if not 1.0 < row.clay_percent <= 100.0:
            yield finding("study-clay-unit", row.place("clay_percent"), f"{row.clay_percent:g}")
        for column, most in (("latitude_deg", 90.0), ("longitude_deg", 180.0)):
            value = getattr(row, column)
            if abs(value) > most:
                yield finding(f"study-{column[:-4]}", row.place(column), f"{value:g}")
    for experiment, uses in sides.items():
        if {"calibration", "validation"} <= uses.keys():
            last = uses["validation"]
            said = f"experiment {experiment} calibrates (study {uses['calibration'].study}) and validates"
            text = f"{said} (study {last.study})"
            yield finding("study-in-both-sets", last.place("use"), text)


def check_trial_sites(
    rows: Sequence[TrialSiteRow],
    *,
    studies: Sequence[StudyRow],
    sites: Sequence[SiteRow],
    years: tuple[int, int] | None,
) -> Iterator[Finding]:
    """Return the findings on which study a site belongs to: each site to one, each study with sites."""
    names, known = {s.study for s in studies}, {s.site for s in sites}
    yield from _twice(rows, "site", "trial-site-duplicate")
    for row in rows:
        yield from _known(row, "site", known, "trial-site-unknown")
        yield from _known(row, "study", names, "trial-study-unknown")
        error = row.start_standard_error_t_ha
        if error is not None and error <= 0.0:
            yield finding("trial-start-error", row.place("start_standard_error_t_ha"), f"{error:g}")
        if years is not None and not years[0] - 1 <= row.start_year < years[1]:
            allowed = f"{years[0] - 1} to {years[1] - 1}, with the weather of the years after it"
            yield finding(
                "trial-start-weather", row.place("start_year"), str(row.start_year), allowed=allowed
            )
    here, used = {r.site for r in rows}, {r.study for r in rows}
    for site in sites:
        if site.site not in here:
            yield finding("trial-site-without-study", site.place("site"), site.site)
    for study in studies:
        if study.study not in used:
            yield finding("study-without-sites", study.place("study"), study.study)


def check_observations(
    rows: Sequence[ObservationRow],
    *,
    trial_sites: Sequence[TrialSiteRow],
    years: tuple[int, int] | None,
) -> Iterator[Finding]:
    """Return the findings on measured stocks: once each, within the weather, with an error that can be one."""
    study_of = {r.site: r.study for r in trial_sites}
    start_of = {r.site: r.start_year for r in trial_sites}
    counts: Counter[tuple[str, int, int]] = Counter()
    for row in rows:
        yield from _known(row, "site", study_of.keys(), "observation-site-unknown")
        counts[row.site, row.year, row.month] += 1
        if counts[row.site, row.year, row.month] == 2:
            what = f"{row.site} {row.year}-{row.month:02d} is there twice"
            yield finding("observation-duplicate", row.place("year"), what)
        if not 1 <= row.month <= 12:
            yield finding("observation-month-number", row.place("month"), str(row.month))
        if years is not None and not years[0] <= row.year <= years[1]:
            allowed = f"{years[0]} to {years[1]}, the years of weather.csv"
            yield finding("observation-outside-weather", row.place("year"), str(row.year), allowed=allowed)
        if row.year < start_of.get(row.site, row.year):
            allowed = f"{start_of[row.site]} or later, where the run starts"
            yield finding("observation-before-start", row.place("year"), str(row.year), allowed=allowed)
        if not _LEAST_T_HA <= row.soc_t_ha <= _MOST_T_HA:
            yield finding("observation-stock-range", row.place("soc_t_ha"), f"{row.soc_t_ha:g}")
        yield from _error(row)
    measured = {study_of.get(r.site) for r in rows}
    without = {site.study: site for site in trial_sites if site.study not in measured}
    for name, site in sorted(without.items()):
        yield finding("study-without-stocks", site.place("study"), name)


def _error(row: ObservationRow) -> Iterator[Finding]:
    """Return the findings on standard error and replicates of a stock."""
    if row.replicates < 1:
        yield finding("observation-replicates", row.place("replicates"), str(row.replicates))
    error = row.standard_error_t_ha
    if error is not None and not 0.0 < error < row.soc_t_ha:
        yield finding("observation-error-range", row.place("standard_error_t_ha"), f"{error:g}")
    if error is None and row.replicates > 1:
        text = f"{row.replicates} replicates without a standard error"
        yield finding("observation-error-missing", row.place("standard_error_t_ha"), text)


def check_comparisons(
    rows: Sequence[ComparisonRow],
    *,
    trial_sites: Sequence[TrialSiteRow],
    observations: Sequence[ObservationRow],
) -> Iterator[Finding]:
    """Return the findings on comparisons: two sites of one study, both measured in both years."""
    study_of = {r.site: r.study for r in trial_sites}
    measured = {(r.site, r.year) for r in observations}
    yield from _twice(rows, "comparison", "comparison-duplicate")
    for row in rows:
        yield from _word(row, "source", SOURCES)
        for column in ("treated_site", "reference_site"):
            site = getattr(row, column)
            if not site and column == "reference_site":
                continue
            if site not in study_of:
                yield from _known(row, column, study_of.keys(), "comparison-site-unknown")
                continue
            if study_of[site] != row.study:
                text = f"{site} belongs to {study_of[site]}"
                yield finding("comparison-other-study", row.place(column), text, allowed=row.study)
            gone = [year for year in (row.from_year, row.to_year) if (site, year) not in measured]
            if gone:
                text = f"{site} was not measured in {', '.join(map(str, gone))}"
                yield finding("comparison-not-measured", row.place(column), text)
        if row.treated_site == row.reference_site:
            yield finding("comparison-with-itself", row.place("reference_site"), row.reference_site)
        if row.from_year >= row.to_year:
            text = f"{row.from_year} to {row.to_year}"
            yield finding("comparison-years-order", row.place("to_year"), text)


def _twice(rows: Sequence[Row], column: str, code: str) -> Iterator[Finding]:
    """Return the findings on names that are there twice."""
    first: dict[str, int] = {}
    for row in rows:
        name = getattr(row, column)
        if name in first:
            text = f"{name} is also in row {first[name]}"
            yield finding(code, row.place(column), text)
        first.setdefault(name, row.row)


def _word(row: Row, column: str, words: Sequence[str]) -> Iterator[Finding]:
    """Return the findings on a word of a list."""
    value = getattr(row, column)
    if value in words:
        return
    yield finding(f"trial-{column}-unknown", row.place(column), value, names=", ".join(words))


def _known(row: Row, column: str, names: Container[str], code: str) -> Iterator[Finding]:
    """Return the findings on a name against those of another table."""
    value = getattr(row, column)
    if value in names:
        return
    yield finding(code, row.place(column), value)
