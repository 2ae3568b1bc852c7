"""The validation repeated with a re-measurement in it, and how the model's error moved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from mollisol.methodology.context import Context
from mollisol.methodology.project import Project
from mollisol.methodology.true_up import ErrorChange, ForecastCheck
from mollisol.methodology.validation import (
    CombinationResult,
    Comparison,
    Study,
    ValidationResult,
    combination_of,
)
from mollisol.trials.summary import summarise
from mollisol.true_up.checks import WHOLE
from mollisol.true_up.measured import Measured

CONTROLS = "control sites"
"""What the comparison of an effect names as its reference site."""


def study_name(project: Project) -> str:
    """Return the name under which the re-measurements of a project stand in a validation.

    They are one study: the same fields, and the same cores at the start.
    """
    return _named(project.head.name)


def comparison_name(campaign: str, place: str) -> str:
    """Return the name of a comparison: the campaign, and the stratum."""
    return f"{campaign}: {place}"[:100]


def _named(text: str) -> str:
    """Keep what an identifier may hold."""
    kept = "".join(sign if sign.isalnum() or sign in "_ .:/+-" else " " for sign in text)
    return " ".join(kept.split())[:70] or "project"


def joined_validation(
    context: Context,
    validation: ValidationResult,
    measured: Measured,
    checks: Sequence[ForecastCheck],
    years: tuple[int, int],
) -> ValidationResult:
    """Add the re-measurement as a study and compute every combination again.

    Strata join as practice effects where control sites were measured, else as changes of one scenario. The parameter
    set never saw these cores: they are out of fold.
    """
    project, rules = context.project, context.rules
    joined = (*validation.comparisons, *_comparisons(project, measured, checks, years))
    summary = summarise(joined, context.trace)
    study = _study(project, measured)
    return validation.model_copy(
        update={
            "title": f"{validation.title}; with campaign {measured.campaign} of {_named(project.head.name)}",
            "comparisons": joined,
            "studies": (
                *(item for item in validation.studies if study is None or item.study != study.study),
                *((study,) if study is not None else ()),
            ),
            "combinations": summary.combinations,
            "domain": summary.domain,
            "horizon_years": summary.horizon_years,
            "rule_set": rules.rule_set.key,
            "rule_set_hash": rules.rule_set.hash,
        }
    )


def _comparisons(
    project: Project, measured: Measured, checks: Sequence[ForecastCheck], years: tuple[int, int]
) -> list[Comparison]:
    head, model = project.head.model, project.model
    if head is None or model is None:
        raise ValueError("the project declares no model")
    clay = {site.site: site.clay_percent for site in model.inputs.sites}
    what = "practice effect" if measured.effect else "project scenario"
    rows = []
    for check in checks:
        if check.what != what or check.place == WHOLE:
            continue
        means = head.stands_for(check.place)
        if means is None:
            raise ValueError(f"stratum {check.place} stands for nothing; the checks find this first")
        points = [p.point for p in project.sample_points if p.stratum == check.place and p.point in clay]
        rows.append(
            Comparison(
                comparison=comparison_name(measured.campaign, check.place),
                study=study_name(project),
                experiment=_named(project.head.name),
                site=check.place,
                reference_site=CONTROLS if measured.effect else "",
                practice_category=means.practice_category,
                crop_group=means.crop_group,
                source="SOC",
                climate_zone=means.climate_zone,
                texture_class=means.texture_class,
                clay_percent=fmean(clay[name] for name in points),
                from_year=years[0],
                to_year=years[1],
                duration_years=float(years[1] - years[0]),
                observed_t_co2e_per_ha=check.measured_t_co2e_per_ha,
                modelled_t_co2e_per_ha=check.forecast_t_co2e_per_ha,
                standard_error_t_co2e_per_ha=check.measured_standard_error_t_co2e_per_ha,
                replicates=check.sampling_units,
                interval_low_t_co2e_per_ha=check.low_t_co2e_per_ha,
                interval_high_t_co2e_per_ha=check.high_t_co2e_per_ha,
            )
        )
    return rows


def _study(project: Project, measured: Measured) -> Study | None:
    """Describe the re-measurement as a study; None where no point has coordinates."""
    head = project.head.model
    placed = [
        (point.longitude_deg, point.latitude_deg)
        for point in project.sample_points
        if point.stratum is not None and point.longitude_deg is not None and point.latitude_deg is not None
    ]
    means = head.stands_for(project.strata[0].stratum) if head is not None else None
    if not placed or means is None or project.model is None:
        return None
    return Study(
        study=study_name(project),
        experiment=_named(project.head.name),
        practice_category=means.practice_category,
        crop_group=means.crop_group,
        source="SOC",
        climate_zone=means.climate_zone,
        texture_class=means.texture_class,
        clay_percent=fmean(site.clay_percent for site in project.model.inputs.sites),
        latitude_deg=fmean(latitude for _, latitude in placed),
        longitude_deg=fmean(longitude for longitude, _ in placed),
        use="validation",
        citation=f"re-measurement of the project, campaign {measured.campaign}",
        licence="the project's own",
    )


def error_changes(
    project: Project, before: ValidationResult, after: ValidationResult
) -> tuple[ErrorChange, ...]:
    """Return the combinations of the project, before and after."""
    head = project.head.model
    if head is None:
        return ()
    own = {
        (means.practice_category, means.crop_group)
        for means in (head.stands_for(stratum.stratum) for stratum in project.strata)
        if means is not None
    }
    known = {combination_of(item): item for item in before.combinations}
    return tuple(
        _change(known.get(combination_of(item)), item)
        for item in after.combinations
        if (item.practice_category, item.crop_group) in own and item.source == "SOC"
    )


def _change(old: CombinationResult | None, new: CombinationResult) -> ErrorChange:
    return ErrorChange(
        practice_category=new.practice_category,
        crop_group=new.crop_group,
        practice_effect=new.practice_effect,
        comparisons_before=old.comparisons if old is not None else 0,
        comparisons_after=new.comparisons,
        mean_bias_before_t_co2e_per_ha=old.bias.mean_bias_t_co2e_per_ha if old is not None else None,
        mean_bias_after_t_co2e_per_ha=new.bias.mean_bias_t_co2e_per_ha,
        model_sd_before_t_co2e_per_ha=_sd(old),
        model_sd_after_t_co2e_per_ha=_sd(new),
        horizon_before_years=old.horizon_years if old is not None else None,
        horizon_after_years=new.horizon_years,
        verdict_before=old.verdict if old is not None else "",
        verdict_after=new.verdict,
    )


def _sd(item: CombinationResult | None) -> float | None:
    if item is None or item.model_variance is None:
        return None
    return math.sqrt(item.model_variance)
