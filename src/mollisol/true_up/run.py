"""A true-up: forecast against re-measurement, validation repeated, both scenarios run again, future deductions.

What was issued stays issued. Nothing sets the modelled stock to the measured one: a re-measurement enters through the
model's error, and through its parameters where it is calibrated again (VM0042 v2.2 section 8.6.1.3).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mollisol.bundle.read import MANIFEST, Bundle, open_bundle
from mollisol.engine import assess_project, run_project
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, FindingsError, Severity, blocking, finding, in_order
from mollisol.methodology.model_setup import MODEL_FOLDER
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import PeriodResult, RunResult
from mollisol.methodology.soil_models.calibrated import identity_findings
from mollisol.methodology.trace import Trace
from mollisol.methodology.true_up import ForecastCheck, FuturePeriod, IssuedPeriod, Remeasured, TrueUpResult
from mollisol.methodology.validation import ValidationResult
from mollisol.run import Assessment, Tell, silent
from mollisol.stocks.modelled import run_model
from mollisol.stocks.samples import Samples
from mollisol.true_up.assimilation import assimilation
from mollisol.true_up.checks import credited_of, forecast_checks, remeasured_amount
from mollisol.true_up.forecast import Issued, error_sds, last_year, open_issued, scenario_forecast
from mollisol.true_up.measured import middle_day, remeasured_change
from mollisol.true_up.report import change_rows
from mollisol.true_up.validation import comparison_name, error_changes, joined_validation, study_name

_INTERVAL = 0.90


@dataclass(frozen=True, slots=True)
class TrueUp:
    """A finished true-up: the result, and the validation that future periods take."""

    result: TrueUpResult
    validation: ValidationResult


def true_up(
    folder: Path, against: Path, *, recalibrated: bool = False, assimilate: bool = False, tell: Tell = silent
) -> TrueUp:
    """Return what a re-measurement says of what a bundle forecast and issued.

    Parameters
    ----------
    folder
        The project with the re-measurement in its cores, weather to date, and the periods that are still open.
    against
        The bundle of the periods that were credited: a folder, or a zip of one.
    recalibrated
        Says that the parameter set was calibrated again on purpose; else the model hash must be the bundle's.
    assimilate
        Also condition the forecast on the re-measurement, outside the printed rule.
    tell
        Called with a line on each step.

    Raises
    ------
    FindingsError
        With every blocking finding.
    UserError
        If there is no bundle that can be opened.
    """
    tell("opening the bundle and running its model again")
    bundle = open_bundle(against)
    issued = open_issued(bundle)
    options = issued.options
    rules_of: dict[str, Any] = {"rules_key": options.rules_key, "overlays": options.overlays}
    assessment = assess_project(folder, **rules_of, tell=tell)
    context, samples, validation = _held(assessment)
    project, rules = context.project, context.rules
    campaign = _remeasurement(project, issued)
    findings = [*_used_twice(project, issued, validation, campaign), *_periods_closed(project, bundle)]
    now = run_model(context, samples.stocks)
    if not recalibrated:
        findings += identity_findings(
            {"the bundle": issued.runs.identity, "validation": validation.identity, "true-up": now.identity}
        )
    if blocking(findings):
        raise FindingsError(in_order(findings))

    tell(f"measured change up to campaign {campaign}")
    measured = remeasured_change(context, samples, campaign)
    years = (issued.runs.years[0], last_year(issued.runs, measured.on))
    scenario = scenario_forecast(issued, "project", years, errors=error_sds(issued, effect=False))
    effect = scenario_forecast(issued, "effect", years, errors=error_sds(issued, effect=True))
    checks = forecast_checks(project, measured, scenario, effect, years[1] - years[0], _INTERVAL)
    if not checks:
        told = f"no stratum with two sampling units in the initial campaign and in {campaign}"
        raise FindingsError([_finding("remeasurement-not-paired", told)])
    findings += _missed(checks)

    tell("repeating the validation with the re-measurement in it")
    after = joined_validation(Context(project, rules, Trace(rules)), validation, measured, checks, years)
    results = bundle.results
    credited = [period for period in results.periods if period.during.end.year <= years[1]]
    amount = remeasured_amount(context, issued, measured, years, credited)
    findings += _below_issued(amount, credited, issued.project)

    tell("running both scenarios again for the periods that are open")
    asked: dict[str, Any] = {**rules_of, "route": options.route, "seed": options.seed}
    as_was = run_project(assessment.reading.inputs, **asked)
    before = as_was.results
    then, more = _run_with(assessment.reading.inputs, project, after, asked)
    findings += [finding for finding in more if finding not in as_was.findings]
    future = _future(before, then)
    result = TrueUpResult(
        project=project.head.name,
        against_manifest_sha256=hashlib.sha256(bundle.read(MANIFEST)).hexdigest(),
        remeasurement=campaign,
        remeasured_on=measured.on,
        identity=now.identity,
        identity_before=issued.runs.identity,
        recalibrated=recalibrated,
        forecasts=checks,
        errors=error_changes(project, validation, after),
        issued=tuple(
            IssuedPeriod(
                period=period.name,
                years=period.years,
                credited_t_co2e_per_ha=credited_of(period),
                units=period.units_to_issue_t,
            )
            for period in results.periods
        ),
        remeasured=amount,
        future=future,
        assimilation=assimilation(project, checks, issued, now, before, years) if assimilate else None,
        changes=(),
        validation_before_sha256=validation.sha256,
        validation_after_sha256=after.sha256,
        rule_set=rules.rule_set.key,
        rule_set_hash=rules.rule_set.hash,
        rules=rules.chosen,
        findings=tuple(in_order(dict.fromkeys(findings))),
    )
    return TrueUp(result.model_copy(update={"changes": change_rows(result)}), after)


def _held(assessment: Assessment) -> tuple[Context, Samples, ValidationResult]:
    """Return what the checks let through."""
    context, samples = assessment.passed()
    model = context.project.model
    validation = model.validation if model is not None else None
    if validation is None:
        found = _finding("true-up-without-model", "a project without a model and its validation")
        raise FindingsError([found])
    return context, samples, validation


def _remeasurement(project: Project, issued: Issued) -> str:
    """Return the last campaign whose cores the bundle does not hold."""
    known = set(issued.project.core_increments.column("campaign").labels)
    new: set[str] = set(project.core_increments.column("campaign").labels) - known
    if not new:
        found = f"campaigns {', '.join(sorted(known))}, all of them in the bundle"
        raise FindingsError([_finding("remeasurement-missing", found)])
    return max(new, key=lambda name: (middle_day(project, name), name))


def _used_twice(
    project: Project, issued: Issued, validation: ValidationResult, campaign: str
) -> list[Finding]:
    """Look for cores that would speak twice: copied from the bundle, or in validation or calibration already."""
    old, again = _contents(issued.project), _contents(project)[campaign]
    copied = sum(
        any(content == cores.get(point) for cores in old.values()) for point, content in again.items()
    )
    found = []
    if copied > len(again) / 2:
        told = (
            f"{copied} of {len(again)} points of campaign {campaign} have the numbers of an earlier campaign"
        )
        found.append(_finding("core-used-twice", told))
    name, label = study_name(project), comparison_name(campaign, "")
    calibrated = project.model.calibrated if project.model is not None else None
    places = []
    if any(item.study == name and item.comparison.startswith(label) for item in validation.comparisons):
        places.append("the validation")
    if calibrated is not None and f"{name}: {campaign}" in {item.study for item in calibrated.data}:
        places.append("the calibration")
    if places:
        told = f"campaign {campaign} of study {name} is in {' and '.join(places)} already"
        allowed = "a re-measurement that joins the validation once"
        do = "name the validation from before it, or run the project: this true-up is done"
        found.append(_finding("core-used-twice", told, allowed=allowed, do=do))
    return found


def _contents(project: Project) -> dict[str, dict[str, list[tuple[float | None, ...]]]]:
    """Return the numbers of the cores, by campaign and point."""
    found: dict[str, dict[str, list[tuple[float | None, ...]]]] = defaultdict(lambda: defaultdict(list))
    for item in project.core_increments:
        masses = (item.fine_soil_mass_g, item.fine_soil_density_g_per_cm3)
        found[item.campaign][item.point].append((item.upper_cm, item.soc_g_per_kg, *masses))
    return found


def _periods_closed(project: Project, bundle: Bundle) -> list[Finding]:
    """Return the open periods that the bundle has too: what was issued is not computed again."""
    issued = {period.name for period in bundle.results.periods if period.issuance == "issued"}
    open_again = sorted(issued & {period.name for period in project.head.verification_periods})
    told = f"periods {', '.join(open_again)} of the bundle stand in project.toml again"
    return [_finding("issued-period-open", told)] if open_again else []


def _missed(checks: Sequence[ForecastCheck]) -> list[Finding]:
    """Return where a re-measurement lies outside its forecast."""
    return [
        finding(
            "forecast-missed",
            f"{item.place}, {item.what}",
            f"measured {item.measured_t_co2e_per_ha:.2f}, forecast {item.forecast_t_co2e_per_ha:.2f} t CO2e/ha: "
            f"{abs(item.deviation):.1f} standard deviations {'below' if item.deviation < 0 else 'above'}",
            low_t_co2e_per_ha=item.low_t_co2e_per_ha,
            high_t_co2e_per_ha=item.high_t_co2e_per_ha,
        )
        for item in checks
        if not item.inside
    ]


def _below_issued(
    amount: Remeasured | None, credited: Sequence[PeriodResult], project: Project
) -> list[Finding]:
    """Return where the re-measurement gives less than was issued: units stand for carbon that is not there."""
    closed = project.ledger.entry if project.ledger is not None else ()
    units = sum(period.units_to_issue_t for period in credited)
    units += project.ledger.issued_units_t if project.ledger is not None else 0
    if amount is None or amount.mean_t_co2e_per_ha >= amount.given_t_co2e_per_ha or units == 0:
        return []
    given = amount.given_t_co2e_per_ha
    names = [*(one.period for one in closed), *(period.name for period in credited)]
    area = sum(stratum.area_ha for stratum in project.strata)
    return [
        finding(
            "reversal-suspected",
            f"periods {', '.join(names)}",
            f"re-measured {amount.mean_t_co2e_per_ha:.2f} (SE {amount.standard_error_t_co2e_per_ha:.2f}), "
            f"credited {given:.2f} t CO2e/ha: {(given - amount.mean_t_co2e_per_ha) * area:,.0f} t CO2e less on "
            f"{area:g} ha; the truth lies below what was credited with probability {amount.chance_below_credited:.2f}",
            chance_allowed=amount.chance_allowed,
        )
    ]


def _run_with(
    inputs: Mapping[str, bytes], project: Project, validation: ValidationResult, options: Mapping[str, Any]
) -> tuple[RunResult | None, list[Finding]]:
    """Run the project with another validation, and give what is found then; no result where something blocks."""
    head = project.head.model
    if head is None:
        raise ValueError("the project declares no model")
    changed = {f"{MODEL_FOLDER}/{head.validation_file}": validation.to_json().encode()}
    try:
        run = run_project({**inputs, **changed}, **options)
    except FindingsError as error:
        return None, blocking(error.findings)
    return run.results, [f for f in run.findings if f.severity is not Severity.NOTE]


def _future(before: RunResult, after: RunResult | None) -> tuple[FuturePeriod, ...]:
    if after is None:
        return ()
    return tuple(
        FuturePeriod(
            period=old.name,
            years=old.years,
            mean_before_t_co2e_per_ha=old.deduction.mean_t_co2e_per_ha,
            mean_after_t_co2e_per_ha=new.deduction.mean_t_co2e_per_ha,
            deduction_before_percent=old.issuing_uncertainty_percent,
            deduction_after_percent=new.issuing_uncertainty_percent,
            credited_before_t_co2e_per_ha=credited_of(old),
            credited_after_t_co2e_per_ha=credited_of(new),
            units_before=old.units_to_issue_t,
            units_after=new.units_to_issue_t,
        )
        for old, new in zip(before.periods, after.periods, strict=True)
    )


def _finding(code: str, state: str, **texts: Any) -> Finding:
    return finding(code, "true-up", state, **texts)
