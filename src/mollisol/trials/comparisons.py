"""Measured effects beside modelled ones: replicates of a trial together, each with its standard error and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.methodology.soil_models.inputs import SiteRow
from mollisol.methodology.soil_models.trials import ComparisonRow, ObservationRow, Trials
from mollisol.methodology.trace import Quantity, Trace
from mollisol.methodology.validation import Comparison
from mollisol.quantification.averages import mean_by_group
from mollisol.quantification.checks import FloatArray
from mollisol.trials.folds import FoldPlan
from mollisol.trials.predictions import Group, Predict
from mollisol.uncertainty.validation.effects import replicate_error, trial_effect, trial_effect_error
from mollisol.uncertainty.validation.prediction import predictive_interval

NO_SITE = "no reference site"
_COPIES = 0.01
"""Blocks whose effects agree to this share of their stock (t CO2e against t C) are one mean, copied: no plots do."""
_STOCKS = ("treated_start", "treated_end", "reference_start", "reference_end")


def groups_of(trials: Trials, chosen: Sequence[ComparisonRow], fold_of: Mapping[str, str]) -> list[Group]:
    """Put comparisons of the same treatments over the same years together: the blocks of a trial are its replicates.

    Parameters
    ----------
    trials
        The trials; sites of one treatment and study are replicates of each other where their stocks have no standard
        error of their own.
    chosen
        The comparisons.
    fold_of
        Fold of each comparison: replicates in different folds stay apart.
    """
    treatment = {row.site: row.treatment for row in trials.trial_sites}
    known = {row.site for row in trials.observations if row.standard_error_t_ha is not None}
    gathered: dict[tuple[Any, ...], list[ComparisonRow]] = {}
    for row in chosen:
        alone = row.treated_site in known or row.reference_site in known
        key = (
            row.study,
            row.practice_category,
            row.crop_group,
            row.source,
            treatment[row.treated_site],
            treatment.get(row.reference_site, ""),
            row.from_year,
            row.to_year,
            fold_of.get(row.comparison, ""),
            row.comparison if alone else "",
        )
        gathered.setdefault(key, []).append(row)
    return [
        Group(
            rows[0].comparison if len(rows) == 1 else f"{rows[0].comparison}+{len(rows) - 1}",
            tuple(rows),
            fold_of.get(rows[0].comparison, ""),
        )
        for rows in gathered.values()
    ]


def compare(
    trials: Trials,
    groups: Sequence[Group],
    plans: Sequence[FoldPlan],
    sets: Mapping[str, CalibratedSet],
    calibrated: CalibratedSet | None,
    predict: Predict,
    trace: Trace,
) -> tuple[Comparison, ...]:
    """Return every comparison with its observed and modelled effect.

    Parameters
    ----------
    trials, groups
        The trials and what is compared.
    plans, sets
        Folds and their parameter sets; none without cross-validation.
    calibrated
        The set without cross-validation; None for a published one.
    predict
        Models the groups.
    trace
        Takes every quantity.
    """
    observed = _observed(trials, groups, trace)
    coverage = float(trace.rule("vmd0053.interval.coverage").value)
    modelled: dict[str, dict[str, float | None]] = {}
    parts: list[tuple[list[Group], CalibratedSet | None, Trials | None]] = [
        ([group for group in groups if group.fold == plan.name], sets.get(plan.name), plan.fitted)
        for plan in plans
    ] or [(list(groups), calibrated, None)]
    for mine, with_set, told in parts:
        known = np.array([observed.known.get(group.label, 0.0) for group in mine])[:, None]
        given = predict(trials, mine, with_set, told)
        ends: FloatArray | None = None
        if given.sd_t_co2e_per_ha is not None:
            ends = predictive_interval(
                draws_t_co2e_per_ha=given.effect_t_co2e_per_ha,
                sd_t_co2e_per_ha=np.sqrt(given.sd_t_co2e_per_ha**2 + known**2),
                coverage=coverage,
            )
        for place, group in enumerate(mine):
            low, high = (None, None) if ends is None else ends[:, place].tolist()
            modelled[group.label] = {
                "modelled_t_co2e_per_ha": float(given.effect_t_co2e_per_ha[place].mean()),
                "interval_low_t_co2e_per_ha": low,
                "interval_high_t_co2e_per_ha": high,
            }
    return tuple(
        _comparison(trials, group, float(effect), observed, modelled[group.label])
        for group, effect in zip(groups, observed.effect.value, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Observed:
    """Measured effects by group, their standard errors and replicates, and errors known from the stocks alone."""

    effect: Quantity
    error: dict[str, float]
    replicates: dict[str, int]
    known: dict[str, float]


def _observed(trials: Trials, groups: Sequence[Group], trace: Trace) -> _Observed:
    """Compute effects by replicate, their means, and their standard errors: of replicates, else of the stocks."""
    rows = [row for group in groups for row in group.rows]
    labels = [row.comparison for row in rows]
    ends = _ends(trials, rows)
    given: dict[str, Any] = {
        f"{name}_t_c_per_ha": trace.given(
            f"stock.{name}",
            np.array([0.0 if end is None else end.soc_t_ha for end in own]),
            "t C/ha",
            [NO_SITE if end is None else f"{end.file}:{end.row}" for end in own],
            labels,
        )
        for name, own in zip(_STOCKS, zip(*ends, strict=True), strict=True)
    }
    single = trace.compute("observed_effect.replicate", trial_effect, index=labels, **given)
    numbers = [place for place, group in enumerate(groups) for _ in group.rows]
    effect = trace.compute(
        "observed_effect",
        mean_by_group,
        index=[group.label for group in groups],
        unit=single.unit,
        values=single,
        group=numbers,
    )
    error: dict[str, float] = {}
    known: dict[str, float] = {}
    replicates: dict[str, int] = {}
    for place, group in enumerate(groups):
        mine = [n for n, number in enumerate(numbers) if number == place]
        if len(mine) > 1:
            of = trace.arrange(f"replicates.{group.label}", single.value[mine], [single])
            found = trace.compute(f"replicate_error.{group.label}", replicate_error, effect_t_co2e_per_ha=of)
            replicates[group.label] = len(mine)
            size = max(float(stock.value[n]) for stock in given.values() for n in mine)
            if found.value > _COPIES * size:
                error[group.label] = float(found.value)
            continue
        stocks = [end for end in ends[mine[0]] if end is not None]
        observed = [end for end in stocks if isinstance(end, ObservationRow)]
        replicates[group.label] = min((end.replicates for end in observed), default=1)
        errors = [end.standard_error_t_ha for end in observed]
        if len(observed) == len(stocks) and None not in errors:
            told = trace.given(
                f"stock_errors.{group.label}",
                np.array(errors, dtype=np.float64),
                "t C/ha",
                [f"comparisons.csv:{group.rows[0].row}"],
            )
            found = trace.compute(
                f"effect_error.{group.label}", trial_effect_error, standard_error_t_c_per_ha=told
            )
            error[group.label] = known[group.label] = float(found.value)
    return _Observed(effect, error, replicates, known)


def _ends(trials: Trials, rows: Sequence[ComparisonRow]) -> list[tuple[ObservationRow | SiteRow | None, ...]]:
    """Return where the four stocks of each comparison were measured, in the order of their names.

    A stock that is no observation is that of the site at its start; None where there is no reference.
    """
    measured = {(row.site, row.year): row for row in trials.observations}
    sites = {row.site: row for row in trials.inputs.sites}
    return [
        tuple(
            measured.get((site, year)) or sites.get(site)
            for site in (row.treated_site, row.reference_site)
            for year in (row.from_year, row.to_year)
        )
        for row in rows
    ]


def _comparison(
    trials: Trials, group: Group, effect: float, observed: _Observed, modelled: Mapping[str, float | None]
) -> Comparison:
    row = group.rows[0]
    study = next(item for item in trials.studies if item.study == row.study)
    site = next(item for item in trials.inputs.sites if item.site == row.treated_site)
    treatment = {item.site: item.treatment for item in trials.trial_sites}
    named = (lambda name: treatment.get(name, "")) if len(group.rows) > 1 else (lambda name: name)
    return Comparison.model_validate(
        {
            "comparison": group.label,
            "study": row.study,
            "experiment": study.experiment,
            "site": named(row.treated_site),
            "reference_site": named(row.reference_site),
            "practice_category": row.practice_category,
            "crop_group": row.crop_group,
            "source": row.source,
            "climate_zone": study.climate_zone,
            "texture_class": study.texture_class,
            "clay_percent": site.clay_percent,
            "fold": group.fold,
            "from_year": row.from_year,
            "to_year": row.to_year,
            "duration_years": float(row.to_year - row.from_year),
            "observed_t_co2e_per_ha": effect,
            "standard_error_t_co2e_per_ha": observed.error.get(group.label),
            "replicates": observed.replicates[group.label],
            **modelled,
        }
    )
