"""Checks of a trial folder: all findings at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Sequence

from mollisol.methodology.findings import Finding, Severity
from mollisol.methodology.soil_models.checks import fault
from mollisol.methodology.soil_models.inputs import Row, SiteRow
from mollisol.methodology.soil_models.trials import (
    SOURCES,
    USES,
    ComparisonRow,
    ObservationRow,
    StudyRow,
    TrialSiteRow,
)

INDEPENDENT = "VMD0053, section 5.1: calibration and validation data are independent"
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


def check_studies(rows: Sequence[StudyRow]) -> list[Finding]:
    """Check studies: names once, known words, and no experiment on both sides."""
    found = _twice(rows, "study", "study-duplicate")
    sides: dict[str, dict[str, StudyRow]] = defaultdict(dict)
    for row in rows:
        sides[row.experiment].setdefault(row.use, row)
        found += _word(row, "use", USES) + _word(row, "source", SOURCES)
        if row.climate_zone not in CLIMATE_ZONES:
            do = "take an IPCC climate zone, or keep the name of a national agricultural region"
            code, severity = "study-climate-zone-unknown", Severity.WARNING
            allowed = ", ".join(CLIMATE_ZONES)
            found.append(fault(code, row, "climate_zone", row.climate_zone, allowed, do, severity))
        if not 1.0 < row.clay_percent <= 100.0:
            do = "give clay in per cent"
            found.append(
                fault("study-clay-unit", row, "clay_percent", f"{row.clay_percent:g}", "per cent", do)
            )
        for column, most in (("latitude_deg", 90.0), ("longitude_deg", 180.0)):
            value = getattr(row, column)
            if abs(value) > most:
                do = "give decimal degrees, north and east positive"
                found.append(
                    fault(f"study-{column[:-4]}", row, column, f"{value:g}", f"-{most:g} to {most:g}", do)
                )
    for experiment, uses in sides.items():
        if {"calibration", "validation"} <= uses.keys():
            last = uses["validation"]
            said = f"experiment {experiment} calibrates (study {uses['calibration'].study}) and validates"
            do = "use an experiment on one side only, or all of it in cross-validation"
            text = f"{said} (study {last.study})"
            one = fault("study-in-both-sets", last, "use", text, "one side", do)
            found.append(one.model_copy(update={"clause": INDEPENDENT}))
    return found


def check_trial_sites(
    rows: Sequence[TrialSiteRow],
    *,
    studies: Sequence[StudyRow],
    sites: Sequence[SiteRow],
    years: tuple[int, int] | None,
) -> list[Finding]:
    """Check which study a site belongs to: each site to one, each study with sites."""
    names, known = {s.study for s in studies}, {s.site for s in sites}
    found = _twice(rows, "site", "trial-site-duplicate")
    for row in rows:
        found += _known(row, "site", known, "trial-site-unknown", "sites.csv")
        found += _known(row, "study", names, "trial-study-unknown", "studies.csv")
        error = row.start_standard_error_t_ha
        if error is not None and error <= 0.0:
            do = "give the standard error of the stock at the start, or leave the cell empty"
            code = "trial-start-error"
            found.append(fault(code, row, "start_standard_error_t_ha", f"{error:g}", "above 0", do))
        if years is not None and not years[0] - 1 <= row.start_year < years[1]:
            do = "let the weather begin no later than the year after the start"
            allowed = f"{years[0] - 1} to {years[1] - 1}, with the weather of the years after it"
            found.append(fault("trial-start-weather", row, "start_year", str(row.start_year), allowed, do))
    here, used = {r.site for r in rows}, {r.study for r in rows}
    for site in sites:
        if site.site not in here:
            do = "name its study in trial_sites.csv, or leave the site out"
            found.append(
                fault("trial-site-without-study", site, "site", site.site, "a row in trial_sites.csv", do)
            )
    for study in studies:
        if study.study not in used:
            do = "add its sites, or leave the study out"
            found.append(
                fault("study-without-sites", study, "study", study.study, "a row in trial_sites.csv", do)
            )
    return found


def check_observations(
    rows: Sequence[ObservationRow],
    *,
    trial_sites: Sequence[TrialSiteRow],
    years: tuple[int, int] | None,
) -> list[Finding]:
    """Check measured stocks: once each, within the weather, with an error that can be one."""
    study_of = {r.site: r.study for r in trial_sites}
    start_of = {r.site: r.start_year for r in trial_sites}
    found: list[Finding] = []
    counts: Counter[tuple[str, int, int]] = Counter()
    for row in rows:
        found += _known(row, "site", study_of.keys(), "observation-site-unknown", "trial_sites.csv")
        counts[row.site, row.year, row.month] += 1
        if counts[row.site, row.year, row.month] == 2:
            what = f"{row.site} {row.year}-{row.month:02d} is there twice"
            do = "give one stock per site and month: the mean of the replicates, with its standard error"
            found.append(fault("observation-duplicate", row, "year", what, "once", do))
        if not 1 <= row.month <= 12:
            do = "mend the month"
            found.append(fault("observation-month-number", row, "month", str(row.month), "1 to 12", do))
        if years is not None and not years[0] <= row.year <= years[1]:
            do = "add the weather up to that year, or leave the stock out"
            allowed = f"{years[0]} to {years[1]}, the years of weather.csv"
            found.append(fault("observation-outside-weather", row, "year", str(row.year), allowed, do))
        if row.year < start_of.get(row.site, row.year):
            do = "start the site's run at its first stock, or leave the stock out"
            allowed = f"{start_of[row.site]} or later, where the run starts"
            found.append(fault("observation-before-start", row, "year", str(row.year), allowed, do))
        if not _LEAST_T_HA <= row.soc_t_ha <= _MOST_T_HA:
            do = "give tonnes of organic carbon per hectare in the layer of the site"
            code, allowed = "observation-stock-range", f"{_LEAST_T_HA:g} to {_MOST_T_HA:g} t C/ha"
            found.append(fault(code, row, "soc_t_ha", f"{row.soc_t_ha:g}", allowed, do))
        found += _error(row)
    measured = {study_of.get(r.site) for r in rows}
    without = {site.study: site for site in trial_sites if site.study not in measured}
    for name, site in sorted(without.items()):
        do = "add its stocks, or leave the study out"
        found.append(fault("study-without-stocks", site, "study", name, "measured stocks", do))
    return found


def _error(row: ObservationRow) -> list[Finding]:
    """Check standard error and replicates of a stock."""
    found = []
    if row.replicates < 1:
        do = "give how many plots or cores the mean is of"
        found.append(fault("observation-replicates", row, "replicates", str(row.replicates), "1 or more", do))
    error = row.standard_error_t_ha
    if error is not None and not 0.0 < error < row.soc_t_ha:
        do = "give the standard error of the mean in t C/ha, or leave the cell empty where it is not known"
        allowed = "above 0 and below the stock"
        found.append(fault("observation-error-range", row, "standard_error_t_ha", f"{error:g}", allowed, do))
    if error is None and row.replicates > 1:
        do = "give the standard error; without it the error is estimated for all stocks together"
        code, severity = "observation-error-missing", Severity.WARNING
        text = f"{row.replicates} replicates without a standard error"
        found.append(fault(code, row, "standard_error_t_ha", text, "a standard error", do, severity))
    return found


def check_comparisons(
    rows: Sequence[ComparisonRow],
    *,
    trial_sites: Sequence[TrialSiteRow],
    observations: Sequence[ObservationRow],
) -> list[Finding]:
    """Check comparisons: two sites of one study, both measured in both years."""
    study_of = {r.site: r.study for r in trial_sites}
    measured = {(r.site, r.year) for r in observations}
    found = _twice(rows, "comparison", "comparison-duplicate")
    for row in rows:
        found += _word(row, "source", SOURCES)
        for column in ("treated_site", "reference_site"):
            site = getattr(row, column)
            if not site and column == "reference_site":
                continue
            if site not in study_of:
                found += _known(row, column, study_of.keys(), "comparison-site-unknown", "trial_sites.csv")
                continue
            if study_of[site] != row.study:
                do = "compare sites of the study that the row names"
                text = f"{site} belongs to {study_of[site]}"
                found.append(fault("comparison-other-study", row, column, text, row.study, do))
            gone = [year for year in (row.from_year, row.to_year) if (site, year) not in measured]
            if gone:
                do = "take years in which both sites were measured"
                text = f"{site} was not measured in {', '.join(map(str, gone))}"
                found.append(
                    fault("comparison-not-measured", row, column, text, "a stock in observations.csv", do)
                )
        if row.treated_site == row.reference_site:
            do = "name the site without the practice, or leave the cell empty"
            found.append(
                fault("comparison-with-itself", row, "reference_site", row.reference_site, "another site", do)
            )
        if row.from_year >= row.to_year:
            do = "the first year comes first"
            text = f"{row.from_year} to {row.to_year}"
            found.append(fault("comparison-years-order", row, "to_year", text, "a later year", do))
    return found


def _twice(rows: Sequence[Row], column: str, code: str) -> list[Finding]:
    """Look for names that are there twice."""
    first: dict[str, int] = {}
    found = []
    for row in rows:
        name = getattr(row, column)
        if name in first:
            text = f"{name} is also in row {first[name]}"
            found.append(fault(code, row, column, text, "once", "keep one row, or rename one"))
        first.setdefault(name, row.row)
    return found


def _word(row: Row, column: str, words: Sequence[str]) -> list[Finding]:
    """Check a word of a list."""
    value = getattr(row, column)
    if value in words:
        return []
    return [fault(f"trial-{column}-unknown", row, column, value, ", ".join(words), "take one of the words")]


def _known(row: Row, column: str, names: Container[str], code: str, table: str) -> list[Finding]:
    """Check a name against those of another table."""
    value = getattr(row, column)
    if value in names:
        return []
    return [fault(code, row, column, value, f"a name in {table}", f"add it to {table}, or mend the name")]
