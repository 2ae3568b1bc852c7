"""The sharp form of a measured period: the larger of the methodology's deduction and that of the sites' means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.deductions import Decider, SharpDeduction
from mollisol.methodology.results.figure import figure
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import mean_by_group
from mollisol.quantification.totals import total_t_co2e
from mollisol.routes.components import sampling_per_hectare
from mollisol.routes.deduction_notes import no_spread, notes_of_sharp
from mollisol.routes.interface import (
    Moment,
    PeriodInputs,
    RouteOutcome,
    finite_or_none,
    route_outcome,
    student,
    with_values,
)
from mollisol.routes.weights import weight_of_points
from mollisol.uncertainty.deduction.estimate import Reading, sharp_estimate
from mollisol.uncertainty.deduction.issuing import (
    deduction_percent,
    largest_deduction_percent,
    mean_less_multiple,
)
from mollisol.uncertainty.deduction.moment import credited_after_deduction
from mollisol.uncertainty.deduction.sharp import SETTINGS, SharpSetting
from mollisol.uncertainty.deduction.tail import (
    excess_skewness,
    lengthened_multiplier,
    pooled_skewness,
    samples_that_show_a_tail,
    skewness_of_estimate,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.measurement.laboratory import batch_variance_of_mean
from mollisol.uncertainty.monte_carlo.modelled import variance_of_mean_from_total
from mollisol.uncertainty.scaling.control_sites import control_variance_components_t2
from mollisol.uncertainty.scaling.sampling_error import variance_of_group_mean
from mollisol.uncertainty.scaling.spread_of_sites import (
    freedom_of_sites,
    groups_of_sites,
    level_of_sites,
    lone_site_variance,
    spread_of_sites,
)
from mollisol.uncertainty.student import standard_error, t_quantile

_ALIKE = 1e-9
"""Deductions that agree to this share are one: the first of them is named."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Parts of the variance of the mean: degrees of freedom and samples of each, and the excess skewness of all."""

    variance: Quantity
    freedom: Sequence[float]
    samples: Sequence[float]
    excess: Quantity | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Tail:
    """What samples show of a tail, and what of it over-credits beyond chance."""

    skewness: Quantity
    excess: Quantity


@dataclass(frozen=True, slots=True, eq=False)
class _Sites:
    """The control sites as deduction A takes them (points), and as deduction B does (sites)."""

    points: _Part
    between: _Part
    tail: _Tail
    spread: Quantity | None
    freedom: int


@dataclass(frozen=True, slots=True, eq=False)
class _Deduced:
    """One of the two deductions, with its steps."""

    error: Quantity
    freedom: Quantity
    skewness: Quantity | None
    multiplier: Quantity
    credited: Quantity
    percent: Quantity

    def reading(self, below: float) -> Reading:
        """Return the deduction as one that can be read at any confidence."""
        skewness = 0.0 if self.skewness is None else float(self.skewness.value)
        return Reading(float(self.error.value), float(self.freedom.value), skewness, below)


def sharp_form(inputs: PeriodInputs, moment: Moment, *, ceiling: bool = False) -> RouteOutcome:
    """Compute the sharp form of a period, step by step into the trace (docs/deduction.md).

    Deduction A is the methodology's, lengthened where the samples show a tail that over-credits. Deduction B takes the
    mean change of each control site as one replicate. The larger issues, and never less than the moment form takes.
    With ``ceiling`` B only informs: the posterior stands in its place.
    """
    context, side = inputs.context, inputs.project_side
    setting, trace = _setting(inputs), inputs.context.trace
    project = sampling_per_hectare(context, inputs.area, side)
    tail = _tail(context, setting, "project", side.change, side.group)
    own = _Part(project.variance, side.degrees_of_freedom.tolist(), side.replicates, tail.excess)
    sites = _sites(inputs, setting, project.hectares)
    if not (project.variance.value.any() or sites.points.variance.value.any()):
        return RouteOutcome(None, None, findings=(no_spread(context.period),))
    confidence = trace.rule("programme.deduction.confidence")
    level = context.compute(
        "sharp_level_of_sites",
        level_of_sites,
        confidence=confidence,
        below_confidence=setting.below_confidence,
    )
    further = _further(inputs, moment)
    a = _deduced(inputs, "a", [own, sites.points, *further], confidence)
    b = _deduced(inputs, "b", [replace(own, excess=None), sites.between, *further], level)
    percents: dict[Decider, Quantity] = {"a": a.percent, "b": b.percent, "moment": moment.uncertainty}
    if ceiling:
        del percents["b"]
    percent = context.compute(
        "sharp_uncertainty_percent",
        largest_deduction_percent,
        deductions_percent=context.arrange(
            "sharp_deductions_percent",
            np.array([float(part.value) for part in percents.values()]),
            list(percents.values()),
            index=list(percents),
        ),
    )
    credited = context.compute(
        "sharp_credited",
        credited_after_deduction,
        mean_change=inputs.difference,
        uncertainty_percent=percent,
        form=context.rules.form("switch.deduction-denominator"),
    )
    mean, spread = figure(inputs.difference), sites.spread
    deduction = SharpDeduction(
        setting=setting.name,
        standard_error_t_co2e_per_ha=figure(a.error),
        degrees_of_freedom=finite_or_none(a.freedom),
        multiplier=figure(a.multiplier),
        skewness_project=figure(tail.skewness),
        skewness_control=figure(sites.tail.skewness),
        excess_project=figure(tail.excess),
        excess_control=figure(sites.tail.excess),
        deduction_a_t_co2e_per_ha=mean - figure(a.credited),
        variance_between_sites_t_co2e_per_ha_2=None if spread is None else figure(spread),
        site_degrees_of_freedom=sites.freedom,
        standard_error_b_t_co2e_per_ha=figure(b.error),
        degrees_of_freedom_b=finite_or_none(b.freedom),
        deduction_b_t_co2e_per_ha=mean - figure(b.credited),
        decided_by=next(
            name for name, part in percents.items() if np.isclose(part.value, percent.value, rtol=_ALIKE)
        ),
        credited_t_co2e_per_ha=figure(credited),
        uncertainty_percent=figure(percent),
    ).beside(percent)
    estimate = sharp_estimate(
        student(inputs.difference, moment.error, moment.spread.freedom),
        [a.reading(0.0), *([] if ceiling else [b.reading(setting.below_confidence)])],
    )
    lone = 0.0 if sites.freedom else float(np.sqrt(sites.points.variance.value.sum()))
    notes = notes_of_sharp(inputs, moment, deduction, lone)
    return route_outcome("sharp", estimate, credited, percent, {"sharp": deduction}, findings=notes)


def _setting(inputs: PeriodInputs) -> SharpSetting:
    """Return the constants that the rules choose by the number of sampling units of the project."""
    trace, units = inputs.context.trace, sum(inputs.project_side.replicates)
    few = units < figure(trace.rule("mollisol.sharp.few-samples"))
    word = "mollisol.sharp.setting-of-few-samples" if few else "mollisol.sharp.setting"
    return SETTINGS[str(trace.rule(word).value)]


def _tail(
    context: PeriodContext, setting: SharpSetting, side: str, change: Quantity, group: Sequence[int]
) -> _Tail:
    """Compute what the samples of a side show of a tail."""
    skewness = context.compute(f"{side}_skewness", pooled_skewness, value=change, group=group)
    excess = context.compute(
        f"{side}_excess_skewness",
        excess_skewness,
        skewness=skewness,
        harmful="losses" if side == "project" else "gains",
        samples=float(samples_that_show_a_tail(group)),
        gate=setting.gate,
        sample_term=setting.sample_term,
        longest=setting.longest,
    )
    return _Tail(skewness, excess)


def _sites(inputs: PeriodInputs, setting: SharpSetting, hectares: Quantity) -> _Sites:
    """Compute what the control sites bring in, by their points and by their means."""
    context, names, anew = inputs.context, inputs.control_sites, inputs.control_side.anew
    home_of, members = inputs.stocks.home_of, inputs.stocks.members(context.period.first_campaign)
    paired = [place for site in names if site not in anew for place in members[site]]
    change = context.pick("control_change_of_unit", inputs.change, paired)
    number = {site: place for place, site in enumerate(names)}
    site_of = [home_of[unit] for unit in change.index]
    change, site_of = with_values(context, "control_values_of_unit", change, site_of, anew)
    homes = [number[site] for site in site_of]
    samples = np.bincount(homes).astype(np.float64)
    freedom = np.maximum(samples - 1, 1.0)
    freedom[[number[name] for name in anew]] = [site.freedom for site in anew.values()]
    link = inputs.site_link.T
    weight = context.given(
        "control_site_weight",
        link / link.sum(axis=1, keepdims=True),
        "1",
        ["control_links.csv"],
        inputs.project_side.labels,
    )
    tail = _tail(context, setting, "control", change, homes)

    def of_mean(name: str, variance: Quantity) -> Quantity:
        total = context.compute(
            f"{name}_total",
            control_variance_components_t2,
            index=names,
            area_ha=inputs.area,
            group_weight=weight,
            group_mean_variance=variance,
        )
        return context.compute(
            name, variance_of_mean_from_total, index=names, variance_of_total_t2=total, area_ha=hectares
        )

    own = context.compute(
        "variance_of_site_mean", variance_of_group_mean, index=names, values=change, group=homes
    )
    points = _Part(of_mean("site_variance_by_points", own), freedom.tolist(), samples.tolist(), tail.excess)
    group = groups_of_sites(link)
    sites = freedom_of_sites(group)
    if not sites:
        lone = context.compute(
            "lone_site_variance",
            lone_site_variance,
            index=names,
            variance_of_site_mean=points.variance,
            factor=setting.lone_site,
        )
        return _Sites(points, _Part(lone, freedom.tolist(), samples.tolist()), tail, None, 0)
    spread = context.compute(
        "variance_between_sites",
        spread_of_sites,
        site_mean_t_co2e_per_ha=context.compute(
            "change_of_site", mean_by_group, index=names, unit=change.unit, values=change, group=homes
        ),
        group=group.tolist(),
    )
    alike = context.arrange(
        "variance_of_any_site", np.full(len(names), float(spread.value)), [spread], index=names
    )
    by_site = of_mean("site_variance_by_sites", alike)
    # one spread for all sites: its parts rest on the same degrees of freedom, and count as one
    between = context.compute("site_variance", total_t_co2e, unit="(t CO2e/ha)^2", parts_t_co2e=by_site)
    return _Sites(points, _Part(between, [float(sites)], [np.inf]), tail, spread, sites)


def _further(inputs: PeriodInputs, moment: Moment) -> list[_Part]:
    """Return errors that points share: declared ones of laboratory and soil mass, and those of calibrations."""
    context, errors, parts = inputs.context, inputs.errors, []
    if moment.spread.further is not None:
        variance, freedom = moment.spread.further
        parts.append(_Part(variance, [float(freedom.value)], [np.inf]))
    if errors is None:
        return parts
    levers = [
        effect @ errors.weights(weight_of_points(inputs, errors))
        for effect in errors.increments.batch_effects()
    ]
    cvs = (errors.increments.carbon_batch_cv, errors.increments.soil_mass_batch_cv)
    for source, lever, cv in zip(("laboratory", "soil_mass"), levers, cvs, strict=True):
        if not cv.any():
            continue
        behind: dict[str, Any] = {sd.name: sd for sd in errors.sd} | {
            "changes_of_units": inputs.change,
            "area_ha": inputs.area,
            "control_group_weight": inputs.control_side.weight,
        }
        value = float(batch_variance_of_mean(batch_variance=1.0, lever=lever * cv))
        variance = context.record(f"shared_{source}_variance", value, batch_variance_of_mean, **behind)
        parts.append(_Part(variance, [np.inf], [np.inf]))
    return parts


def _deduced(inputs: PeriodInputs, name: str, parts: Sequence[_Part], confidence: Quantity) -> _Deduced:
    """Compute one of the deductions from the parts of its variance."""
    context = inputs.context
    terms = context.arrange(
        f"sharp_terms_{name}",
        np.concatenate([np.ravel(part.variance.value) for part in parts]),
        [part.variance for part in parts],
    )
    freedom = context.compute(
        f"sharp_freedom_{name}",
        satterthwaite,
        variances=terms,
        degrees_of_freedom=[float(nu) for part in parts for nu in part.freedom],
    )
    variance = context.compute(
        f"sharp_variance_{name}", total_t_co2e, unit="(t CO2e/ha)^2", parts_t_co2e=terms
    )
    error = context.compute(f"sharp_error_{name}", standard_error, variance_of_mean=variance)
    t = context.compute(f"sharp_t_{name}", t_quantile, probability=confidence, degrees_of_freedom=freedom)
    skewness, multiplier = None, t
    if excess := [part.excess for part in parts if part.excess is not None]:
        of_parts = [
            np.full(np.size(part.variance.value), 0.0 if part.excess is None else float(part.excess.value))
            for part in parts
        ]
        skewness = context.compute(
            f"sharp_skewness_{name}",
            skewness_of_estimate,
            part_variance=terms,
            samples=[float(n) for part in parts for n in part.samples],
            skewness=context.arrange(f"sharp_excess_{name}", np.concatenate(of_parts), excess),
        )
        multiplier = context.compute(
            f"sharp_multiplier_{name}", lengthened_multiplier, t_quantile=t, skewness_of_losses=skewness
        )
    credited = context.compute(
        f"sharp_credited_{name}",
        mean_less_multiple,
        mean_change_t_co2e_per_ha=inputs.difference,
        multiplier=multiplier,
        standard_error_t_co2e_per_ha=error,
    )
    percent = context.compute(
        f"sharp_percent_{name}",
        deduction_percent,
        mean_change_t_co2e_per_ha=inputs.difference,
        credited_t_co2e_per_ha=credited,
    )
    return _Deduced(error, freedom, skewness, multiplier, credited, percent)
