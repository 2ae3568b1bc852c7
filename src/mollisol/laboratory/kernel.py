"""The fast kernel: deduction, bar, split, buffer and leakage of many projects at once, by the engine's own equations.

It holds what a period of measured changes is credited under VM0042. On a sample of the projects of each run it is held
against the full engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mollisol.laboratory.activity import emissions_saved_t_co2e, leaked_t_co2e
from mollisol.laboratory.draws import DEEPER_CM, SURFACE_CM, Block, Group, Plan
from mollisol.laboratory.schemes import (
    design_half_width_percent,
    design_variance,
    pooled,
    quantile_with_prior,
)
from mollisol.laboratory.terms import Terms
from mollisol.methodology.rules_in_force.rule import Form
from mollisol.quantification.accounting.units import after_discount_t_co2e
from mollisol.quantification.accounting.vm0042 import issuance, leakage_shares, reductions_removals
from mollisol.quantification.accounting.vm0042.deduction import (
    baseline_change_after_deduction,
    project_change_after_deduction,
)
from mollisol.quantification.checks import FloatArray, Value
from mollisol.quantification.totals import uncertainty_fraction
from mollisol.uncertainty.deduction.issuing import deduction_percent
from mollisol.uncertainty.deduction.moment import (
    credited_after_deduction,
    deduction_after_allowance_percent,
    half_width_percent,
    uncertainty_percent,
)
from mollisol.uncertainty.deduction.sharp import (
    Campaign,
    sharp_deduction,
)
from mollisol.uncertainty.degrees_of_freedom import satterthwaite

_MEASURED: Final = (
    "mean", "variance", "freedom", "sharp", "of_project", "samples", "points", "sites", "design_width", "known",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credits:
    """What projects of a block are credited under a rule set; each an array over the projects.

    Parameters
    ----------
    estimate, error, freedom
        Of the mean, with its standard error of the moment form and its degrees of freedom. [t CO2e/ha], [1]
    known
        Standard error that the design has, which no project knows. [t CO2e/ha]
    half_width
        Two-sided, 90 %. [% of the estimate]
    deduction
        That issues. [% of the estimate]
    credited
        What of the soil's change is credited, before leakage and buffer. [t CO2e/ha]
    verified
        After leakage, buffer and discount. [t CO2e]
    state
        ``issued``, ``debt`` (a credit below zero that is booked), ``bar``, ``nothing``, or the code of what blocks.
    samples, sites
        That were taken, in all and of control sites.
    cost
        Of the campaigns. [money]
    """

    estimate: FloatArray
    error: FloatArray
    freedom: FloatArray
    known: FloatArray
    half_width: FloatArray
    deduction: FloatArray
    credited: FloatArray
    verified: FloatArray
    state: np.ndarray
    samples: FloatArray
    sites: FloatArray
    cost: FloatArray

    @property
    def issued(self) -> np.ndarray:
        """Return whether each project's credit enters the ledger."""
        return np.asarray((self.state == "issued") | (self.state == "debt"))


def plan_of(block: Block, terms: Terms) -> Plan:
    """Return how developers sample under a rule set, by what the world says of their reactions."""
    planned, reacts = block.planned, block.world.reacts
    if block.world.design is not None:
        return planned
    samples, sites = planned.samples, planned.sites
    if reacts.samples == "comply":
        samples = np.maximum(samples, terms.least_samples)
    if reacts.sites == "comply":
        sites = np.maximum(sites, terms.least_sites)
    if reacts.sites == "least":
        fewest = np.maximum(terms.least_sites, np.where(block.points < 2, 2, 1))
        sites = np.where(planned.sites == block.world.sites.least, fewest, np.maximum(sites, fewest))
    deeper = (reacts.depth == "comply") & (SURFACE_CM < terms.least_depth_cm <= DEEPER_CM)
    return Plan(samples, sites, np.full(block.size, deeper))


def credits_of(block: Block, terms: Terms, plan: Plan | None = None) -> Credits:
    """Return what a block is credited under a rule set.

    Parameters
    ----------
    plan
        How it is sampled, in place of what developers do.
    """
    plan = plan_of(block, terms) if plan is None else plan
    measured = {name: np.zeros(block.size) for name in _MEASURED}
    for group in block.groups(plan):
        for name, values in measured_group(group, block, terms).items():
            measured[name][group.index] = values
    mean, error = measured["mean"], np.sqrt(measured["variance"])
    percent, credited, width = deducted(measured, terms)
    verified = _verified(block, terms, percent, measured["of_project"], measured["of_project"] - mean)
    if terms.pool > 1:
        credit, width = pooled(mean, error, measured["freedom"], block.area, terms.pool, terms.confidence)
        credited = _left(credit, terms)
        verified = block.area * credited * (1 - block.rating / 100)
    state = np.full(block.size, "issued", dtype="U24")
    state[~((credited > 0) & (verified > 0))] = "debt" if terms.negatives == "booked" else "nothing"
    if terms.bar_basis != "none":
        state[width > terms.bar_percent] = "bar"
    state[measured["sites"] < terms.least_sites] = "control-too-few"
    state[np.where(plan.deeper, DEEPER_CM, SURFACE_CM) < terms.least_depth_cm] = "depth-below-minimum"
    economy, points = block.world.economy, measured["samples"] + measured["points"]
    a_sample = economy.per_sample + economy.per_deeper_sample * plan.deeper
    return Credits(
        estimate=mean,
        error=error,
        freedom=measured["freedom"],
        known=np.sqrt(measured["known"]),
        half_width=width,
        deduction=percent,
        credited=credited,
        verified=verified,
        state=state,
        samples=measured["samples"],
        sites=measured["sites"],
        cost=economy.per_project + a_sample * points + economy.per_site * measured["sites"],
    )


def measured_group(group: Group, block: Block, terms: Terms) -> dict[str, FloatArray | float]:
    """Return what was measured of projects of one design, by the names of ``_MEASURED``."""
    samples = sum(x.shape[-1] for x in group.project)
    sharp = sharp_deduction(
        campaign=Campaign(group.share, group.project, group.control, group.link),
        setting=terms.setting_of_few if samples < terms.few else terms.setting,
        confidence=terms.confidence,
    )
    variance, freedom = _moment(group, terms.shared_control)
    found: dict[str, FloatArray | float] = {
        "mean": sharp.mean,
        "variance": variance,
        "freedom": freedom,
        "sharp": sharp.credited,
        "of_project": np.stack([x.mean(axis=-1) for x in group.project], axis=-1) @ group.share,
        "samples": samples,
        "points": sum(y.shape[-1] for y in group.control),
        "sites": len(group.control),
        "known": design_variance(group, block)[0],
    }
    return found | (
        {"design_width": design_half_width_percent(group, block)} if terms.bar_basis == "design" else {}
    )


def deducted(measured: Mapping[str, FloatArray], terms: Terms) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the deduction [%], what it leaves [t CO2e/ha], and the half-width that the bar looks at [%]."""
    percent = _percent(measured, terms)
    credited = credited_after_deduction(
        mean_change=measured["mean"], uncertainty_percent=percent, form=terms.denominator
    )
    if terms.bar_basis == "design":
        return percent, _left(credited, terms), measured["design_width"]
    width = half_width_percent(
        mean_change=measured["mean"],
        variance_of_mean=measured["variance"],
        degrees_of_freedom=measured["freedom"],
        form=terms.bar_quantile,
    )
    return percent, _left(credited, terms), np.asarray(width)


def _percent(measured: Mapping[str, FloatArray], terms: Terms) -> FloatArray:
    """Return the deduction that issues. [% of the estimate]."""
    mean, variance, freedom = (measured[name] for name in ("mean", "variance", "freedom"))
    percent = np.asarray(
        uncertainty_percent(
            variance_of_mean=variance,
            mean_change=mean,
            degrees_of_freedom=freedom,
            confidence=terms.confidence_of_moment,
            form=terms.denominator,
        )
    )
    if terms.prior[1]:
        least = quantile_with_prior(mean, np.sqrt(variance), freedom, terms.prior, terms.confidence)
        percent = np.asarray(deduction_percent(mean_change_t_co2e_per_ha=mean, credited_t_co2e_per_ha=least))
    elif terms.form == "sharp":
        of_sharp = deduction_percent(mean_change_t_co2e_per_ha=mean, credited_t_co2e_per_ha=measured["sharp"])
        percent = np.maximum(percent, of_sharp)
    return np.asarray(
        deduction_after_allowance_percent(
            uncertainty_percent=percent, allowance_percent=terms.allowance_percent
        )
    )


def _left(credited: Value, terms: Terms) -> FloatArray:
    """Return what the discount leaves of credits for each hectare. [t CO2e/ha]."""
    return np.asarray(after_discount_t_co2e(amount_t_co2e=credited, discount_percent=terms.discount_percent))


def _moment(group: Group, form: Form) -> tuple[FloatArray, FloatArray]:
    """Return variance and degrees of freedom of the mean as Eq. 70 has them: control sites are replicates."""
    parts = [
        (share**2 * x.var(axis=-1, ddof=1) / x.shape[-1], x.shape[-1] - 1.0)
        for share, x in zip(group.share, group.project, strict=True)
    ]
    alike, place = np.unique(group.link > 0, axis=1, return_inverse=True)
    for number in range(alike.shape[1]):
        chosen = np.flatnonzero(place.ravel() == number)
        weight = group.share * group.link[:, chosen].sum(axis=1)
        sites = [group.control[c] for c in chosen]
        values = sites[0] if chosen.size == 1 else np.stack([y.mean(axis=-1) for y in sites], axis=-1)
        lever = (weight**2).sum() if form == "printed" else weight.sum() ** 2
        parts.append((lever * values.var(axis=-1, ddof=1) / values.shape[-1], values.shape[-1] - 1.0))
    variances = np.stack([variance for variance, _ in parts], axis=-1)
    nu = satterthwaite(
        variances=variances, degrees_of_freedom=np.broadcast_to([nu for _, nu in parts], variances.shape)
    )
    return variances.sum(axis=-1), np.asarray(nu)


def _verified(
    block: Block, terms: Terms, percent: FloatArray, of_project: FloatArray, of_baseline: FloatArray
) -> FloatArray:
    """Return reductions and removals of all years after buffer and discount (Eqs. 37 to 45, 75 to 79). [t CO2e]."""
    years, area, rating = block.world.period_years, block.area, block.rating
    fraction = uncertainty_fraction(uncertainty_percent=percent)
    yearly = {
        "project": area * of_project / years,
        "baseline": area * of_baseline / years,
    }
    difference = yearly["project"] - yearly["baseline"]
    project, baseline = (
        equation(
            soil_change_t_co2e=yearly[side],
            uncertainty_fraction=fraction,
            project_minus_baseline_t_co2e=difference,
        )
        for side, equation in (
            ("project", project_change_after_deduction),
            ("baseline", baseline_change_after_deduction),
        )
    )
    total, sources, leakage = (
        np.zeros(area.size),
        emissions_saved_t_co2e(block, terms),
        leaked_t_co2e(block, terms),
    )
    for year in range(1, years + 1):
        switch = reductions_removals.removals_switch(cumulative_project_change_t_co2e=year * project)
        stock = {
            "project_change_t_co2e": project,
            "baseline_change_t_co2e": baseline,
            "removals_switch": switch,
        }
        reductions = reductions_removals.emission_reductions_t_co2e(source_terms_t_co2e=sources, **stock)
        removals = reductions_removals.removals_t_co2e(**stock)
        rated = stock | {"non_permanence_rating_percent": rating}
        shares: dict[str, Any] = {
            "leakage_t_co2e": leakage,
            "reductions_t_co2e": reductions,
            "removals_t_co2e": removals,
            "form": terms.leakage_allocation,
        }
        for amount, taken in (
            (
                reductions - leakage_shares.leakage_on_reductions_t_co2e(**shares),
                issuance.buffer_on_reductions_t_co2e(**rated),
            ),
            (
                removals - leakage_shares.leakage_on_removals_t_co2e(**shares),
                issuance.buffer_on_removals_t_co2e(**rated),
            ),
        ):
            total += after_discount_t_co2e(
                amount_t_co2e=amount - taken, discount_percent=terms.discount_percent
            )
    return total
