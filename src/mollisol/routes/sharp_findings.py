"""What the sharp form tells: which deduction decides and by how much, and what the samples cannot show."""

from __future__ import annotations

from math import sqrt

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.project import VerificationPeriod
from mollisol.methodology.results.deductions import SharpDeduction
from mollisol.routes.interface import Moment, PeriodInputs
from mollisol.uncertainty.deduction.sharp import DEFAULT

UNITS_THAT_SHOW_A_TAIL = 150
COVERED_BY_A_LONE_SITE = 0.8
"""Difference between sites that the lone site's factor covers, in standard errors of the site's mean."""


def no_spread(period: VerificationPeriod) -> Finding:
    """Return the refusal of data without any spread: they would credit everything."""
    return finding("sharp-not-computed", _place(period), "no spread between samples on either side")


def notes_of_sharp(
    inputs: PeriodInputs, moment: Moment, deduction: SharpDeduction, lone_site_error: float
) -> tuple[Finding, ...]:
    """Return the notes on a sharp deduction, each with its size in t CO2e/ha.

    Parameters
    ----------
    lone_site_error
        Standard error of the mean of a control site that stands alone; 0 where there are several. [t CO2e/ha]
    """
    period, side = inputs.context.period, inputs.project_side
    units = sum(side.replicates)
    taken = deduction.uncertainty_percent * abs(moment.deduction.mean_t_co2e_per_ha) / 100
    plain = moment.deduction.mean_t_co2e_per_ha - moment.deduction.credited_t_co2e_per_ha
    by_points = deduction.deduction_a_t_co2e_per_ha
    notes: list[tuple[str, str]] = []
    if deduction.decided_by == "a" and (deduction.excess_project or deduction.excess_control):
        notes.append(("tail-lengthens-deduction", f"credits {taken - plain:.3g} t CO2e/ha less for it"))
    if deduction.decided_by != "a" and deduction.variance_between_sites_t_co2e_per_ha_2 is not None:
        spread = sqrt(deduction.variance_between_sites_t_co2e_per_ha_2)
        found = f"their means spread by {spread:.3g} t CO2e/ha: {taken - by_points:.3g} t CO2e/ha are credited less"
        notes.append(("sites-decide-deduction", found))
    if lone_site_error:
        covered = COVERED_BY_A_LONE_SITE * lone_site_error
        notes.append(("lone-site-covers", f"a difference between sites of up to {covered:.3g} t CO2e/ha"))
    links = inputs.site_link
    if links.shape[0] > 1 and (links.sum(axis=0) == 1).all() and (links.sum(axis=1) == 1).all():
        notes.append(("own-sites-alone", f"{links.shape[0]} strata with one control site each"))
    if deduction.setting != DEFAULT.name:
        notes.append(("few-samples-setting", f"{units} sampling units: setting {deduction.setting}"))
    if units < UNITS_THAT_SHOW_A_TAIL:
        notes.append(("long-tail-unseen", f"{units} sampling units"))
    few = inputs.context.rules.number("mollisol.sharp.few-samples")
    return tuple(
        finding(code, _place(period), found, few=few, units_that_show_a_tail=UNITS_THAT_SHOW_A_TAIL)
        for code, found in notes
    )


def _place(period: VerificationPeriod) -> str:
    return f"verification period {period.name}"
