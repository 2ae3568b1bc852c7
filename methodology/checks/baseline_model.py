"""What measure and model asks of a project: initial stocks, weather, points, validation and its domain (8.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import partial

from mollisol.methodology.checks.external_model import check_external_model
from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.periods import whole_years
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.checks.validation import check_project_domain
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.model_setup import MODEL_FOLDER, ModelHead, ModelledStrata, ProjectModel
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.soil_models.calibrated import ModelIdentity, identity_findings, model_settings
from mollisol.methodology.validation import (
    CombinationResult,
    Comparison,
    ProjectPoint,
    ValidationResult,
)

HEAD = "project.toml"
SITES, WEATHER, SCHEDULE = (f"{MODEL_FOLDER}/{name}.csv" for name in ("sites", "weather", "schedule"))
SCENARIOS = ("baseline", "project")
_DAYS_PER_YEAR = 365.25


def check_model_setup(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return every finding on a project's model; nothing where it declares none."""
    head, model = project.head.model, project.model
    if head is None or model is None:
        return []
    return gathered(
        [
            *model.findings,
            *heard(_points, project, model),
            *heard(_scenarios, model),
            *heard(_weather, project, model),
            *heard(_external, project, model, rules),
            *heard(_station, head, rules),
            *heard(_initial, project, head, model, rules),
            *heard(_validation, project, head, model, rules),
            *heard(_identity, model),
        ]
    )


def _external(project: Project, model: ProjectModel, rules: RulesInForce) -> Iterable[Finding]:
    return check_external_model(
        project, modelled_points(project), partial(_years_needed, project, model, rules)
    )


def simulated(model: ProjectModel) -> ModelIdentity:
    """Return the identity of the model as the project runs it; its hash is the model hash."""
    return ModelIdentity.of(model.calibrated or model.inputs.parameters, model_settings(model.inputs))


def _identity(model: ProjectModel) -> Iterable[Finding]:
    """Compare the model of calibration, validation and simulation."""
    stages: dict[str, ModelIdentity] = {}
    if model.calibrated is not None:
        stages["calibration"] = ModelIdentity.of(model.calibrated, dict(model.calibrated.settings))
    if model.validation is not None:
        stages["validation"] = model.validation.identity
    return identity_findings({**stages, "simulation": simulated(model)})


def year_before(day: date) -> int:
    """Return the year whose end is the last one before a day: the models' years end in December."""
    return day.year - 1


def initial_shift_years(project: Project, tolerance: float) -> int:
    """Return whole years from the start date to the measurement of the initial stocks; 0 within the tolerance."""
    head = project.head
    if head.model is None:
        return 0
    days = [
        item.sampled_on for item in project.core_increments if item.campaign == head.model.initial_campaign
    ]
    gaps = [(day - head.start_date).days / _DAYS_PER_YEAR for day in days]
    middle = sum(gaps) / len(gaps) if gaps else 0.0
    return 0 if abs(middle) <= tolerance else round(middle)


def modelled_points(project: Project) -> list[str]:
    """Return the points that are run, in the order of the file; control sites only where a baseline needs them."""
    with_controls = any(item.kind == "hybrid" for item in project.soil_baselines)
    return [point.point for point in project.sample_points if point.stratum is not None or with_controls]


def _points(project: Project, model: ProjectModel) -> Iterable[Finding]:
    there = {site.site for site in model.inputs.sites}
    for name in modelled_points(project):
        if name not in there:
            yield finding("model-point-missing", Place(file=SITES, thing=f"point {name}"), "no row")
    known = {point.point for point in project.sample_points}
    for site in model.inputs.sites:
        if site.site not in known:
            yield finding("model-site-unknown", Place(file=SITES, row=site.row, column="site"), site.site)
        elif site.depth_cm != project.head.reporting_depth_cm:
            yield finding(
                "model-depth-differs",
                Place(file=SITES, row=site.row, column="depth_cm"),
                f"{site.depth_cm:g} cm",
                reporting_depth_cm=project.head.reporting_depth_cm,
            )


def _scenarios(model: ProjectModel) -> Iterable[Finding]:
    names, external = model.inputs.scenarios, model.inputs.external
    if names != SCENARIOS or model.inputs.baseline != "baseline":
        yield finding(
            "model-scenarios",
            Place(file=SCHEDULE if external is None else external.rows.file, column="scenario"),
            ", ".join(names) + f"; model.toml takes {model.inputs.baseline} for the baseline",
        )


def last_year(project: Project) -> int:
    """Return the last year that ends within the periods."""
    end = project.head.verification_periods[-1].during.end
    return end.year if _ends_with_year(end) else end.year - 1


def _years_needed(project: Project, model: ProjectModel, rules: RulesInForce) -> range:
    """Return the years whose ends a run goes through: from the start, or an earlier measurement, to the last period."""
    if model.inputs.external is None or not project.head.verification_periods:
        return range(0)
    start = year_before(project.head.start_date)
    measured = start + initial_shift_years(project, rules.number("mollisol.start.tolerance"))
    return range(min(start, measured), max(last_year(project), measured) + 1)


def _weather(project: Project, model: ProjectModel) -> Iterable[Finding]:
    if not project.head.verification_periods or model.inputs.external is not None:
        return
    needed = last_year(project)
    years = {row.year for row in model.inputs.weather}
    first = year_before(project.head.start_date) + 1
    if model.inputs.model == "tier2":
        first -= model.inputs.run_in_years
    if not years or min(years) > first or max(years) < needed:
        yield finding(
            "model-weather-short",
            Place(file=WEATHER, column="year"),
            f"{min(years)} to {max(years)}" if years else "none",
            first=first,
            needed=needed,
        )


def _ends_with_year(day: date) -> bool:
    return (day.month, day.day) == (12, 31)


def _station(head: ModelHead, rules: RulesInForce) -> Iterable[Finding]:
    farthest = rules.number("vm0042.model.station")
    if head.weather_station_km > farthest:
        yield finding(
            "model-station-far",
            Place(file=HEAD, thing="model weather_station_km"),
            f"{head.weather_station_km:g} km",
            farthest=farthest,
        )


def _initial(
    project: Project, head: ModelHead, model: ProjectModel, rules: RulesInForce
) -> Iterable[Finding]:
    where = Place(file=HEAD, thing="model initial_campaign")
    if head.initial_campaign not in {campaign.name for campaign in project.head.campaigns}:
        yield finding(
            "unknown-reference",
            where,
            head.initial_campaign,
            allowed="the campaigns of project.toml",
            do="correct the name",
        )
        return
    bounds: dict[str, set[float]] = defaultdict(set)
    for item in project.core_increments:
        if item.campaign == head.initial_campaign:
            bounds[item.point].add(item.lower_cm)
    depth = {site.site: site.depth_cm for site in model.inputs.sites}
    for name in modelled_points(project):
        if name not in bounds or depth.get(name, 0.0) not in bounds[name] | {0.0}:
            yield finding(
                "initial-stock-missing",
                Place(file="core_increments.csv", thing=f"point {name}"),
                "not sampled" if name not in bounds else "increments that do not end at the model's depth",
                campaign=head.initial_campaign,
                depth=depth.get(name, 0.0),
            )
    most = rules.number("vm0042.soc.back-model-years")
    shift = initial_shift_years(project, rules.number("mollisol.start.tolerance"))
    if abs(shift) > most:
        yield finding(
            "initial-stock-too-far",
            where,
            f"measured {abs(shift)} years {'before' if shift < 0 else 'after'} the start date",
            most=most,
        )
    elif shift:
        yield finding(
            "initial-stock-modelled",
            where,
            f"measured {abs(shift)} years {'before' if shift < 0 else 'after'} the start date",
            shift="on" if shift < 0 else "back",
            most=most,
        )


def _validation(
    project: Project, head: ModelHead, model: ProjectModel, rules: RulesInForce
) -> Iterable[Finding]:
    if model.validation is None:
        yield finding("validation-missing", Place(file=HEAD, thing="model validation_file"), "none")
        return
    for row, stratum in enumerate(project.strata, start=2):
        where = Place(file="strata.csv", row=row, thing=f"stratum {stratum.stratum}")
        means = head.stands_for(stratum.stratum)
        if means is None:
            yield finding(
                "model-stratum-missing", where, "no practice category, crop group, climate zone and texture"
            )
        elif error_variance(model.validation, means) is None:
            yield finding(
                "model-error-unknown",
                where,
                f"{means.practice_category}, {means.crop_group}: fewer than two comparisons",
            )
    yield from _domain(project, head, model, model.validation, rules)


def comparisons_of(validation: ValidationResult, means: ModelledStrata) -> tuple[Comparison, ...]:
    """Return the comparisons of a stratum's combination: practice effects where there are any, else single sites."""
    own = [
        item
        for item in validation.comparisons
        if (item.practice_category, item.crop_group, item.source)
        == (means.practice_category, means.crop_group, "SOC")
    ]
    effects = tuple(item for item in own if item.practice_effect)
    return effects or tuple(own)


def error_variance(validation: ValidationResult, means: ModelledStrata) -> CombinationResult | None:
    """Return the result that holds the error variance of a combination; None where there is none."""
    key = (means.practice_category, means.crop_group, "SOC")
    known = [
        item
        for item in validation.combinations
        if (item.practice_category, item.crop_group, item.source) == key and item.model_variance is not None
    ]
    return next(iter(sorted(known, key=lambda item: not item.practice_effect)), None)


def _domain(
    project: Project,
    head: ModelHead,
    model: ProjectModel,
    validation: ValidationResult,
    rules: RulesInForce,
) -> Iterable[Finding]:
    """Return the findings on points, combinations and period lengths, held against what was validated."""
    clay = {site.site: site.clay_percent for site in model.inputs.sites}
    points = []
    for stratum in project.strata:
        means = head.stands_for(stratum.stratum)
        own = [p.point for p in project.sample_points if p.stratum == stratum.stratum and p.point in clay]
        if means is None:
            continue
        points += [
            ProjectPoint(
                point=name,
                climate_zone=means.climate_zone,
                texture_class=means.texture_class,
                clay_percent=clay[name],
                area_ha=stratum.area_ha / len(own),
            )
            for name in own
        ]
    combinations = {
        (means.practice_category, means.crop_group, "SOC")
        for means in (head.stands_for(stratum.stratum) for stratum in project.strata)
        if means is not None
    }
    years = max((whole_years(period.during) or 1 for period in project.head.verification_periods), default=1)
    for one in check_project_domain(
        validation, combinations=combinations, points=points, years=years, rules=rules
    ):
        name = SITES if one.where.file == "sites.csv" else f"{MODEL_FOLDER}/{head.validation_file}"
        yield one.model_copy(update={"where": one.where.model_copy(update={"file": name})})
