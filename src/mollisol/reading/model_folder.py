"""Read the tables of a soil model: of a folder by itself, or of the folder ``model`` of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, blocking, finding
from mollisol.methodology.model_setup import MODEL_FOLDER, ModelHead, ProjectModel
from mollisol.methodology.soil_models import checks
from mollisol.methodology.soil_models.catalogue import EXTERNAL, MODELS
from mollisol.methodology.soil_models.domains import practice_refusals, site_refusals
from mollisol.methodology.soil_models.external import check_external
from mollisol.methodology.soil_models.inputs import ActivityRow, ExternalRow, ModelInputs, SiteRow, WeatherRow
from mollisol.methodology.soil_models.parameters import ParameterSet, parameter_set
from mollisol.methodology.soil_models.tables import crops, manures
from mollisol.methodology.soil_models.weather import check_weather
from mollisol.methodology.validation import ValidationResult
from mollisol.reading.calibrated_sets import calibrated_of
from mollisol.reading.external_model import EXTERNAL_KEYS, SETTINGS, SITES, external_of
from mollisol.reading.intake import Handed, Intake
from mollisol.soil_models import is_model, model_names

WEATHER, SCHEDULE = "weather.csv", "schedule.csv"


def project_model_of(intake: Intake, head: ModelHead) -> ProjectModel | None:
    """Read what ``[project.model]`` names.

    Parameters
    ----------
    intake
        The project folder; findings go there.
    head
        The table of project.toml.

    Returns
    -------
    ProjectModel or None
        The model, with the findings that do not block; None where something does.
    """
    inside = f"{MODEL_FOLDER}/"
    before = len(intake.findings)
    inputs = model_of(intake, inside=inside, settings_required=True)
    calibrated = calibrated_of(intake, head.parameter_set, inside) if head.parameter_set else None
    validation = None
    text = intake.text(inside + head.validation_file) if head.validation_file else None
    if text is not None:
        try:
            validation = ValidationResult.from_json(text)
        except (ValueError, RecursionError) as error:
            found = str(error).splitlines()[0]
            intake.add("validation-unreadable", inside + head.validation_file, found)
    if inputs is not None and calibrated is not None and calibrated.model != inputs.model:
        found = f"{inputs.model}, and {calibrated.id} is of {calibrated.model}"
        intake.add("calibrated-set-of-other-model", inside + SETTINGS, found)
    findings = intake.findings[before:]
    if inputs is None or blocking(findings):
        return None
    del intake.findings[before:]
    return ProjectModel(inputs=inputs, calibrated=calibrated, validation=validation, findings=tuple(findings))


def read_folder(
    folder: Handed, *, model: str = "", parameters: str = "", options: Sequence[str] = ()
) -> tuple[ModelInputs | None, list[Finding]]:
    """Read and check a folder of model tables by itself; parameters as in :func:`model_of`."""
    intake = Intake(folder)
    inputs = model_of(intake, model=model, parameters=parameters, options=options)
    return inputs, intake.findings


def read_external(file: Path) -> tuple[Columns[ExternalRow], list[Finding]]:
    """Read and check the results of a model that ran elsewhere."""
    path = file.resolve()
    intake = Intake(path.parent)
    rows = intake.table(path.name, ExternalRow)
    return rows, [*intake.findings, *gathered(check_external(rows) if rows else [])]


def model_of(
    intake: Intake,
    *,
    inside: str = "",
    settings_required: bool = False,
    model: str = "",
    parameters: str = "",
    options: Sequence[str] = (),
) -> ModelInputs | None:
    """Read and check model.toml, weather.csv, sites.csv and schedule.csv.

    Parameters
    ----------
    intake
        The folder; every finding goes there.
    inside
        Where the tables lie in it, as ``model/``.
    settings_required
        Whether model.toml may not be left out.
    model, parameters, options
        Choices that win over those of model.toml; an option is ``group=name``. The set and the options of
        model.toml hold for the model that it names only.

    Returns
    -------
    ModelInputs or None
        The inputs; None where something could not be read at all.
    """
    file = inside + SETTINGS
    settings = intake.toml(file, required=settings_required) or {}
    model = model or str(settings.get("model", "rothc"))
    if not is_model(model):
        intake.add("model-unknown", file, model, allowed=", ".join(model_names()))
        return None
    keys = EXTERNAL_KEYS if model == EXTERNAL else _KEYS
    told = {"allowed": ", ".join(keys), "do": "take it out or correct its name"}
    for key in (key for key in settings if key not in keys):
        intake.add("key-unknown", file, key, thing=key, **told)
    if model == EXTERNAL:
        return external_of(intake, inside, settings)
    own = settings if settings.get("model", model) == model else {}
    pairs = _options(own.get("options"), options)
    chosen = _parameters(intake, file, model, parameters or str(own.get("parameters", "")), pairs)
    weather = intake.table(inside + WEATHER, WeatherRow)
    sites = intake.table(inside + SITES, SiteRow)
    schedule = intake.table(inside + SCHEDULE, ActivityRow)
    years = (min(r.year for r in weather), max(r.year for r in weather)) if weather else None
    intake.findings += gathered(
        [
            *check_weather(weather),
            *checks.check_sites(sites, cells={r.cell for r in weather} if weather else None),
            *checks.check_needs(model, sites),
            *checks.check_schedule(
                schedule,
                sites={r.site for r in sites},
                years=years,
                crops=crops().keys(),
                manures=manures().keys(),
            ),
            *site_refusals(MODELS[model], sites),
            *practice_refusals(MODELS[model], checks.practices_that_differ(schedule)),
        ]
    )
    repeated = checks.repeated(schedule)
    if chosen is None or not (weather and sites and repeated):
        return None
    intake.findings += _weak(chosen)
    baseline, run_in = settings.get("baseline", "baseline"), settings.get("run_in_years", 5)
    names = sorted({row.scenario for row in repeated})
    if baseline not in names:
        allowed = ", ".join(names)
        intake.add("baseline-unknown", inside + SCHEDULE, str(baseline), allowed=allowed, column="scenario")
    _check_span(intake, inside, model, run_in, years)
    if not (isinstance(baseline, str) and isinstance(run_in, int)):
        return None
    return ModelInputs(
        model=model,
        parameters=chosen,
        baseline=baseline,
        run_in_years=run_in,
        weather=weather.rows,
        sites=sites.rows,
        schedule=tuple(repeated),
    )


_KEYS = ("model", "parameters", "baseline", "run_in_years", "options")


def _options(table: object, options: Sequence[str]) -> dict[str, str]:
    """Return the name that is chosen in each group of options."""
    pairs = {str(key): str(value) for key, value in table.items()} if isinstance(table, dict) else {}
    for option in options:
        group, _, value = option.partition("=")
        pairs[group.strip()] = value.strip()
    return pairs


def _parameters(
    intake: Intake, file: str, model: str, name: str, options: Mapping[str, str]
) -> ParameterSet | None:
    """Return the parameter set with its options; None, with a finding, where the choice is wrong."""
    try:
        chosen = parameter_set(name or MODELS[model].parameter_set)
        if chosen.model == model:
            return chosen.with_options(**options)
    except KeyError as error:
        intake.add("parameters-unknown", file, str(error.args[0]))
        return None
    found = f"{chosen.id} belongs to {chosen.model}"
    intake.add("parameters-of-other-model", file, found, allowed=model)
    return None


def _weak(chosen: ParameterSet) -> list[Finding]:
    return [
        finding("parameter-weak", f"parameter {name}", "stands on memory or on sources that disagree")
        for name in chosen.weak()
    ]


def _check_span(
    intake: Intake, inside: str, model: str, run_in: object, years: tuple[int, int] | None
) -> None:
    """Add findings where the years of weather or of the run-in do not do for the model."""
    span = years[1] - years[0] + 1 if years else 0
    if model == "tier2" and not (isinstance(run_in, int) and 5 <= run_in <= 20 and run_in < span):
        intake.add("run-in-years", inside + SETTINGS, str(run_in), column="run_in_years", span=span)
    if model == "amg" and span < 2:
        intake.add("years-too-few", inside + WEATHER, str(span), column="year")
