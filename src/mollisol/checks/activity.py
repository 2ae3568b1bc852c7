"""Activity tables against the project: places, years, shares, what a hectare can hold, what a source needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from mollisol.checks.activity_livestock import HERDS, SHARES, check_commodities, check_livestock
from mollisol.emissions.factors import moisture_at, sites_of
from mollisol.emissions.grid import FIRST_ROW, project_years, years_of_units
from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.likely_causes import other_units
from mollisol.methodology.checks.look_alikes import did_you_mean
from mollisol.methodology.checks.unread import UNREAD, heard
from mollisol.methodology.context import Context
from mollisol.methodology.eligibility.burning import check_burning
from mollisol.methodology.factors.factor import FactorError
from mollisol.methodology.factors.project_factors import check_project_factor
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.land.covered import look_back_years, starts_of_units, units_of
from mollisol.methodology.project import Project
from mollisol.methodology.provenance import Range
from mollisol.methodology.rules_in_force.rule import MissingRuleError
from mollisol.methodology.soil_models.inputs import AMOUNTS
from mollisol.methodology.soil_models.weather import check_year
from mollisol.quantification.sources import ranges

SITES = "site_conditions.csv"


class _Table(NamedTuple):
    """A table by unit, scenario and year: its field, what makes a row, and what a hectare holds of an amount."""

    file: str
    field: str
    key: tuple[str, ...]
    amount: str = ""
    span: Range | None = None


_TABLES = (
    _Table("fuel_use.csv", "fuel_use", ("fuel",), "fuel_litre", ranges.FUEL_PER_HA),
    _Table("liming.csv", "liming", ("lime",), "lime_t", ranges.LIME_PER_HA),
    _Table(HERDS, "herds", ("animal", "productivity")),
    _Table(SHARES, "manure_shares", ("animal", "productivity", "system")),
    _Table("fertilizers.csv", "fertilizers", ("product", "kind")),
    _Table(
        "nitrogen_fixing_species.csv", "fixing_species", ("species",), "residue_t_dm", ranges.RESIDUE_PER_HA
    ),
    _Table("burning.csv", "burning", ("residue",)),
    _Table(
        "organic_amendments.csv", "amendments", ("amendment", "origin"), "applied_t", ranges.ORGANIC_PER_HA
    ),
    _Table("modelled_soil_gases.csv", "modelled_gases", ("gas",)),
    _Table(
        "residue_diversion.csv", "residue_diversions", ("residue",), "diverted_t_dm", ranges.RESIDUE_PER_HA
    ),
)
_WITH_CLIMATE = ("herds", "manure_shares", "fertilizers", "fixing_species")
_ROWS_OF: Mapping[str, tuple[str, ...]] = {
    "fossil_fuel_co2": ("fuel_use",),
    "liming_co2": ("liming",),
    "soil_methanogenesis_ch4": ("modelled_gases",),
    "enteric_fermentation_ch4": ("herds",),
    "manure_deposition_ch4": ("herds", "manure_shares"),
    "manure_deposition_n2o": ("herds", "manure_shares"),
    "nitrogen_fertilizer_n2o": ("fertilizers", "modelled_gases"),
    "nitrogen_fixing_species_n2o": ("fixing_species",),
    "biomass_burning_ch4": ("burning",),
    "biomass_burning_n2o": ("burning",),
    "aboveground_woody_biomass": ("woody_stocks",),
    "belowground_woody_biomass": ("woody_stocks",),
}
_WOODY, _SITES = (
    _Table("woody_stocks.csv", "woody_stocks", ("kind", "measured_on")),
    _Table(SITES, "site_conditions", ()),
)
_EXEMPT: Mapping[str, tuple[str, ...]] = {
    "manure": ("produced on site", "diverted from anaerobic storage", "not used as amendment before"),
    "compost": ("produced on site", "not used as amendment before"),
    "biosolids": ("not used as amendment before",),
}


def check_activity(context: Context) -> list[Finding]:
    """Return every finding on the activity tables."""
    project = context.project
    return gathered(
        [
            *(found for table in (*_TABLES, _WOODY, _SITES) for found in heard(_places, project, table)),
            *(found for table in _TABLES for found in heard(_years, project, table)),
            *(found for table in _TABLES for found in heard(_amounts, project, table)),
            *heard(_forms, project),
            *heard(_nitrogen, project),
            *heard(_fires, project),
            *heard(_burning, context),
            *heard(check_livestock, project),
            *heard(_conditions, project),
            *heard(_potentials, context),
            *heard(_approaches, project),
            *heard(_exemptions, project),
            *heard(_woody, project),
            *heard(_practice_samples, project),
            *heard(check_commodities, context),
            *heard(_without_rows, project),
            *heard(_own_factors, context),
        ]
    )


def _areas(project: Project) -> dict[str, float]:
    """Return the area of each quantification unit in ha."""
    return {unit.quantification_unit: unit.area_ha for unit in project.quantification_units}


def _rows(project: Project, table: _Table) -> Iterable[tuple[int, Any]]:
    return enumerate(getattr(project, table.field), start=FIRST_ROW)


def _places(project: Project, table: _Table) -> Iterable[Finding]:
    """Find rows of units that are not there, and rows that stand twice."""
    units = project.quantification_units.column("quantification_unit").labels
    seen: set[tuple[Any, ...]] = set()
    for number, row in _rows(project, table):
        if row.quantification_unit not in units:
            where = Place(file=table.file, row=number, column="quantification_unit")
            unit = row.quantification_unit
            found = f"{unit}{did_you_mean(unit, units)}"
            yield finding("unknown-reference", where, found, table="quantification_units.csv")
        key = (
            row.quantification_unit,
            getattr(row, "scenario", ""),
            getattr(row, "year", ""),
            *(getattr(row, name) for name in table.key),
        )
        if key in seen:
            yield finding("activity-row-twice", Place(file=table.file, row=number), " ".join(map(str, key)))
        seen.add(key)


def _years(project: Project, table: _Table) -> Iterable[Finding]:
    """Return rows whose year is not of their scenario: of the look-back for the baseline, of the project for it."""
    rows = [*_rows(project, table)]
    starts, open_years = (starts_of_units(project), years_of_units(project)) if rows else ({}, {})
    back = look_back_years(project) if rows else {}
    for number, row in rows:
        length = back.get(row.quantification_unit, 0)
        start = starts.get(row.quantification_unit, project.head.start_date).year
        last = max(open_years.get(row.quantification_unit, ()), default=start)
        baseline = getattr(row, "scenario", "project") == "baseline"
        low, high = (start - length, start - 1) if baseline else (start, last)
        if not low <= row.year <= high:
            word, which = "project", "years in which a project year begins"
            if baseline:
                word, which = "baseline", "the years of the schedule before the start"
            where = Place(file=table.file, row=number, column="year")
            allowed = f"{low} to {high}: {which}"
            yield finding("activity-year-outside", where, f"{word} {row.year}", allowed=allowed)


def _judged(table: str, number: int, column: str, value: float, span: Range) -> Iterable[Finding]:
    if not span.low <= value <= span.high and not (span.zero and value == 0):
        where = Place(file=table, row=number, column=column)
        yield finding("amount-per-hectare", where, f"{value:g} {span.unit}", span=span)


def _amounts(project: Project, table: _Table) -> Iterable[Finding]:
    areas = _areas(project)
    for number, row in _rows(project, table):
        area = areas.get(row.quantification_unit)
        if table.span is not None and area is not None:
            yield from _judged(
                table.file, number, table.amount, getattr(row, table.amount) / area, table.span
            )


def _nitrogen(project: Project) -> Iterable[Finding]:
    """Return amounts of fertilizer on each hectare that no field gets."""
    areas = _areas(project)
    for number, row in enumerate(project.fertilizers, start=FIRST_ROW):
        if row.quantification_unit in areas:
            amount = row.applied_t / areas[row.quantification_unit]
            span = ranges.SYNTHETIC_PER_HA if row.kind == "synthetic" else ranges.ORGANIC_PER_HA
            yield from _judged("fertilizers.csv", number, "applied_t", amount, span)


def _forms(project: Project) -> Iterable[Finding]:
    """Return contents of nitrogen that no product or residue has, and forms that are unknown or not of the kind."""
    file = "fertilizers.csv"
    for number, row in enumerate(project.fertilizers, start=FIRST_ROW):
        synthetic = row.kind == "synthetic"
        content = ranges.SYNTHETIC_N_CONTENT if synthetic else ranges.ORGANIC_N_CONTENT
        yield from _judged(file, number, "nitrogen_t_per_t", row.nitrogen_t_per_t, content)
        if row.nitrogen_form is not None and not synthetic:
            where = Place(file=file, row=number, column="nitrogen_form")
            yield finding("nitrogen-form-of-organic", where, f"{row.product}, organic: {row.nitrogen_form}")
    formless = [
        number
        for number, row in enumerate(project.fertilizers, start=FIRST_ROW)
        if row.kind == "synthetic" and row.nitrogen_form is None and row.applied_t > 0
    ]
    if formless:
        where = Place(file=file, row=formless[0], column="nitrogen_form")
        yield finding("nitrogen-form-unknown", where, f"{len(formless)} rows of synthetic fertilizer")
    for number, fixing in enumerate(project.fixing_species, start=FIRST_ROW):
        yield from _judged(
            "nitrogen_fixing_species.csv", number, "nitrogen_t_per_t_dm", fixing.nitrogen_t_per_t_dm,
            ranges.RESIDUE_N_CONTENT,
        )  # fmt: skip


def _fires(project: Project) -> Iterable[Finding]:
    areas = _areas(project)
    for number, row in enumerate(project.burning, start=FIRST_ROW):
        area = areas.get(row.quantification_unit, row.burned_area_ha)
        if row.burned_area_ha > area:
            where = Place(file="burning.csv", row=number, column="burned_area_ha")
            yield finding(
                "burned-area-too-large",
                where,
                f"{row.burned_area_ha:g} ha" + other_units("area", row.burned_area_ha, 0.0, area, "ha"),
                area=area,
            )
        mass = row.biomass_kg_dm / row.burned_area_ha
        yield from _judged("burning.csv", number, "biomass_kg_dm", mass, ranges.BURNED_PER_HA)


def _conditions(project: Project) -> Iterable[Finding]:
    sites = sites_of(project)
    if any(getattr(project, field) for field in _WITH_CLIMATE):
        for number, unit in enumerate(project.quantification_units, start=FIRST_ROW):
            if unit.quantification_unit not in sites:
                where = Place(file="quantification_units.csv", row=number)
                yield finding(
                    "site-conditions-missing", where, f"no row for {unit.quantification_unit} in {SITES}"
                )
    for number, site in enumerate(project.site_conditions, start=FIRST_ROW):
        try:
            moisture_at(site)
        except FactorError as error:
            yield finding("climate-undecided", Place(file=SITES, row=number), str(error))
        thing = f"unit {site.quantification_unit}"
        rain, pet = (
            Place(file=SITES, row=number, column=column, thing=thing)
            for column in ("precipitation_mm", "potential_evapotranspiration_mm")
        )
        yield from check_year(
            {"rain_mm": (rain, site.precipitation_mm), "pet_mm": (pet, site.potential_evapotranspiration_mm)}
        )


def _potentials(context: Context) -> Iterable[Finding]:
    fields = (*_WITH_CLIMATE, "burning", "modelled_gases")
    if not any(getattr(context.project, field) for field in fields):
        return
    for period in context.project.head.verification_periods:
        for rule in ("vcs.gwp.methane", "vcs.gwp.nitrous-oxide"):
            try:
                context.rules.value(rule, period.during.start)
            except MissingRuleError as error:
                where = Place(file="project.toml", thing=f"verification period {period.name}")
                allowed = "years in which the rule has a value"
                do = "leave these sources out with a reason: there is no potential for these years"
                yield finding("rule-missing", where, str(error), allowed=allowed, do=do, rule=rule)


def _approaches(project: Project) -> Iterable[Finding]:
    modelled = {row.quantification_unit for row in project.modelled_gases if row.gas == "N2O"}
    tables: tuple[tuple[str, Sequence[Any]], ...] = (
        ("fertilizers.csv", project.fertilizers),
        ("nitrogen_fixing_species.csv", project.fixing_species),
        (SHARES, project.manure_shares),
    )
    for file, rows in tables:
        for number, row in enumerate(rows, start=FIRST_ROW):
            if row.quantification_unit in modelled:
                told = f"{row.quantification_unit} has modelled nitrous oxide, which covers this source"
                yield finding("two-approaches", Place(file=file, row=number), told)
    years, start = project_years(project), project.head.start_date.year
    counts = Counter((row.quantification_unit, row.gas) for row in project.modelled_gases)
    for (unit, gas), times in sorted(counts.items()):
        if times < len([year for year in years if year >= start]):
            yield finding(
                "modelled-year-missing",
                Place(file="modelled_soil_gases.csv", thing=f"unit {unit}"),
                f"{gas}: {times} of {len(years)} years",
            )


def _exemptions(project: Project) -> Iterable[Finding]:
    for number, row in enumerate(project.amendments, start=FIRST_ROW):
        if row.exemption == "none":
            continue
        where = Place(file="organic_amendments.csv", row=number, column="exemption")
        if row.exemption not in _EXEMPT[row.amendment]:
            allowed = "; ".join(_EXEMPT[row.amendment])
            yield finding(
                "exemption-not-possible", where, f"{row.amendment} {row.exemption}", allowed=allowed
            )
        if not row.evidence:
            yield finding("exemption-without-evidence", where, row.exemption)


def _woody(project: Project) -> Iterable[Finding]:
    if not project.woody_stocks:
        return
    days: dict[str, set[date]] = {}
    for (
        period
    ) in project.head.verification_periods:  # a unit that joins later is not asked for days before it
        for unit in units_of(project, period):
            days.setdefault(unit, set()).update({period.during.start, period.during.end + timedelta(days=1)})
    if silent := [
        number for number, row in project.woody_stocks.numbered_rows if row.uncertainty_percent is None
    ]:
        where = Place(file="woody_stocks.csv", row=silent[0], column="uncertainty_percent")
        yield finding(
            "woody-uncertainty-undeclared", where, f"{len(silent)} of {len(project.woody_stocks)} rows"
        )
    given = {
        (row.quantification_unit, row.kind, row.scenario, row.measured_on) for row in project.woody_stocks
    }
    for unit, kind in sorted({(row.quantification_unit, row.kind) for row in project.woody_stocks}):
        missing = [
            f"{scenario} {day}"
            for scenario in ("baseline", "project")
            for day in sorted(days.get(unit, ()))
            if (unit, kind, scenario, day) not in given
        ]
        if missing:
            yield finding(
                "woody-stock-missing",
                Place(file="woody_stocks.csv", thing=f"unit {unit}"),
                f"{kind}: no stock for {', '.join(missing)}",
            )


def _practice_samples(project: Project) -> Iterable[Finding]:
    """Find samples of practice data of nothing that is computed here, or twice, or of more units than all."""
    seen: set[str] = set()
    runs_here = project.model is not None and project.model.inputs.external is None
    known = {id for id in _ROWS_OF if not id.endswith("woody_biomass")} | set(AMOUNTS if runs_here else ())
    for number, row in project.practice_samples.numbered_rows:
        where = Place(file="practice_samples.csv", row=number)
        if row.source not in known or row.source in seen:
            state = (
                f"{row.source}: no source of default factors or amount of a model that runs here, or twice"
            )
            yield finding("practice-sample-unusable", where, state)
        elif row.units_sampled > row.units_all:
            yield finding("practice-sample-unusable", where, f"{row.units_sampled} of {row.units_all} units")
        seen.add(row.source)


def _without_rows(project: Project) -> Iterable[Finding]:
    for id, fields in _ROWS_OF.items():
        tables = [getattr(project, field) for field in fields]
        if project.head.boundary.includes(id) and UNREAD not in tables and not any(tables):
            where = Place(file="project.toml", thing=f"boundary {id}")
            yield finding("source-without-data", where, "included, and no table has a row of it")


def _burning(context: Context) -> list[Finding]:
    rows, rules = context.project.burning, context.rules
    if not rows:
        return []
    return list(check_burning(rows, "burning.csv", least_plots=rules.number("vm0042.burning.least-plots")))


def _own_factors(context: Context) -> Iterable[Finding]:
    """Return where factors of the project's own do not follow the hierarchy, or stand twice."""
    seen: set[tuple[str, str]] = set()
    for factor in context.project.head.factors:
        key = (factor.source, factor.name)
        if key in seen:
            where = Place(file="project.toml", thing=f"{factor.source}: {factor.name}")
            yield finding("own-factor-twice", where, factor.name)
        seen.add(key)
        yield from check_project_factor(
            factor,
            on=context.project.head.registered_on,
            recheck_years=context.rules.number("vm0042.factors.recheck-years"),
        )
