"""Reductions, removals, leakage shares and net totals (VM0042 section 8.5, Eqs. 37 to 43).

Nothing is floored, clipped or rounded: a negative total is a loss and stays one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import FloatArray, Form, Value, finite, form_of, together

_SECTION = "8.5"


def switch_of(removals_switch: ArrayLike) -> FloatArray:
    """Check that the switch is 0 or 1.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    switch = finite("removals_switch", removals_switch)
    if not np.isin(switch, (0.0, 1.0)).all():
        raise ValueError(f"removals_switch must be 0 or 1, found {removals_switch!r}")
    return switch


@equation(
    "vm0042:37-switch",
    symbol="I(dCO2_wp)",
    unit="0 or 1",
    locator=Locator("VM0042", "2.2", section=_SECTION, equation="37, switch"),
)
def removals_switch(*, cumulative_project_change_t_co2e: ArrayLike) -> Value:
    """Whether stock gains count as removals: the project has gained since its start.

    Parameters
    ----------
    cumulative_project_change_t_co2e
        Sum of the project's adjusted stock change (Eq. 45) from the start to this year, carried across
        verifications; neither the year's change nor project less baseline. [t CO2e, finite]

    Returns
    -------
    float or array
        1.0 where the sum is above 0, else 0.0.

    Raises
    ------
    ValueError
        For an argument that is not finite.

    Notes
    -----
    Source: the switch of Eqs. 37, 40, 75 and 76. It moves labels, never the total.
    """
    total = finite("cumulative_project_change_t_co2e", cumulative_project_change_t_co2e)
    return np.where(total > 0, 1.0, 0.0)[()]


@equation(
    "vm0042:37-sources",
    symbol="E_t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section=_SECTION, equation="37, source terms"),
    switch=("switch.ch4-n2o-sign",),
)
def source_terms_t_co2e(
    *,
    default_factor_sources_t_co2e: ArrayLike,
    soil_ch4_t_co2e: ArrayLike = 0.0,
    soil_n2o_t_co2e: ArrayLike = 0.0,
    uncertainty_ch4: ArrayLike = 0.0,
    uncertainty_n2o: ArrayLike = 0.0,
    form: Form = "corrected",
) -> Value:
    """Reductions of the emission sources, modelled soil CH4 and N2O after their deduction.

    Parameters
    ----------
    default_factor_sources_t_co2e
        Sum of the sources without a deduction, baseline less project. [t CO2e, finite]
    soil_ch4_t_co2e, soil_n2o_t_co2e
        Modelled soil CH4 and N2O, baseline less project; below 0 where the project emits more. [t CO2e]
    uncertainty_ch4, uncertainty_n2o
        Their Eq. 74 as fractions; 0 under default factors. [fraction, finite]
    form
        ``printed`` takes (1 - UNC) also where the project emits more, which shrinks that loss; ``corrected``
        takes (1 + UNC) there, as Eqs. 44 and 45 do (E-15).

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: the terms of Eq. 37 that are not carbon stocks.
    """
    sources = finite("default_factor_sources_t_co2e", default_factor_sources_t_co2e)
    ch4 = finite("soil_ch4_t_co2e", soil_ch4_t_co2e)
    n2o = finite("soil_n2o_t_co2e", soil_n2o_t_co2e)
    doubt_ch4 = finite("uncertainty_ch4", uncertainty_ch4)
    doubt_n2o = finite("uncertainty_n2o", uncertainty_n2o)
    together(
        default_factor_sources_t_co2e=sources,
        soil_ch4_t_co2e=ch4,
        soil_n2o_t_co2e=n2o,
        uncertainty_ch4=doubt_ch4,
        uncertainty_n2o=doubt_n2o,
    )
    printed = form_of(form)
    sign_ch4 = np.where((ch4 >= 0) | printed, 1.0, -1.0)
    sign_n2o = np.where((n2o >= 0) | printed, 1.0, -1.0)
    return sources + ch4 * (1 - doubt_ch4 * sign_ch4) + n2o * (1 - doubt_n2o * sign_n2o)


def stock_parts_t_co2e(
    *, project_change_t_co2e: ArrayLike, baseline_change_t_co2e: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Split project less baseline stock change into what was lost less and what was gained more.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Stock changes after the deduction (Eqs. 45 and 44). [t CO2e, finite]

    Returns
    -------
    tuple of two arrays
        The MIN and the MAX terms of Eqs. 37, 40, 75 and 76; their sum is project less baseline. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.
    """
    project = finite("project_change_t_co2e", project_change_t_co2e)
    baseline = finite("baseline_change_t_co2e", baseline_change_t_co2e)
    together(project_change_t_co2e=project, baseline_change_t_co2e=baseline)
    lost = np.minimum(0.0, project) - np.minimum(0.0, baseline)
    gained = np.maximum(0.0, project) - np.maximum(0.0, baseline)
    return lost, gained


@equation(
    "vm0042:37",
    symbol="ER_t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section=_SECTION, equation="37"),
)
def emission_reductions_t_co2e(
    *,
    project_change_t_co2e: ArrayLike,
    baseline_change_t_co2e: ArrayLike,
    removals_switch: ArrayLike,
    source_terms_t_co2e: ArrayLike,
) -> Value:
    """Emission reductions of a year.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Stock changes after the deduction (Eqs. 45 and 44). [t CO2e, finite]
    removals_switch
        1 where the project has gained since its start, else 0.
    source_terms_t_co2e
        Reductions of the emission sources. [t CO2e, finite]

    Returns
    -------
    float or array
        Shape of the arguments combined; may be negative. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, a switch other than 0 or 1, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 37.
    """
    lost, gained = stock_parts_t_co2e(
        project_change_t_co2e=project_change_t_co2e, baseline_change_t_co2e=baseline_change_t_co2e
    )
    switch = switch_of(removals_switch)
    sources = finite("source_terms_t_co2e", source_terms_t_co2e)
    together(project_change_t_co2e=lost, removals_switch=switch, source_terms_t_co2e=sources)
    return sources + lost + (1 - switch) * gained


@equation(
    "vm0042:40",
    symbol="CR_t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section=_SECTION, equation="40"),
)
def removals_t_co2e(
    *, project_change_t_co2e: ArrayLike, baseline_change_t_co2e: ArrayLike, removals_switch: ArrayLike
) -> Value:
    """Carbon dioxide removals of a year.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Stock changes after the deduction (Eqs. 45 and 44). [t CO2e, finite]
    removals_switch
        1 where the project has gained since its start, else 0.

    Returns
    -------
    float or array
        Shape of the arguments combined; negative where the baseline gained more. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, a switch other than 0 or 1, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 40.
    """
    _, gained = stock_parts_t_co2e(
        project_change_t_co2e=project_change_t_co2e, baseline_change_t_co2e=baseline_change_t_co2e
    )
    switch = switch_of(removals_switch)
    together(project_change_t_co2e=gained, removals_switch=switch)
    return switch * gained


def _share(
    leakage: ArrayLike, reductions: ArrayLike, removals: ArrayLike, form: Form, of_reductions: bool
) -> Value:
    """Give the part of the leakage that falls on reductions or on removals."""
    lost = finite("leakage_t_co2e", leakage)
    er = finite("reductions_t_co2e", reductions)
    cr = finite("removals_t_co2e", removals)
    together(leakage_t_co2e=lost, reductions_t_co2e=er, removals_t_co2e=cr)
    if not form_of(form):
        er, cr = np.maximum(er, 0.0), np.maximum(cr, 0.0)
    total = er + cr
    if ((total == 0) & (lost != 0)).any():
        raise ValueError(
            "reductions_t_co2e + removals_t_co2e must not be 0 where leakage_t_co2e is not: it has no shares"
        )
    share = np.divide(er if of_reductions else cr, np.where(lost == 0, 1.0, total))
    return lost * share


@equation(
    "vm0042:39",
    symbol="LK_ER,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section=_SECTION, equation="39"),
    switch=("switch.leakage-allocation",),
)
def leakage_on_reductions_t_co2e(
    *,
    leakage_t_co2e: ArrayLike,
    reductions_t_co2e: ArrayLike,
    removals_t_co2e: ArrayLike,
    form: Form = "corrected",
) -> Value:
    """Leakage that falls on the reductions.

    Parameters
    ----------
    leakage_t_co2e
        All leakage of the year; which kinds are in it is a rule. [t CO2e, finite]
    reductions_t_co2e, removals_t_co2e
        Eqs. 37 and 40. [t CO2e, finite]
    form
        ``corrected`` shares by the positive parts of the two; ``printed`` by the two as they are, so that a negative
        one takes a negative share (E-13). The whole is the same.

    Returns
    -------
    float or array
        Shape of the arguments combined; as printed, outside 0 to the leakage where one is negative. [t CO2e]

    Raises
    ------
    ValueError
        Where there is leakage and nothing to share it on, or an argument is not finite.

    Notes
    -----
    Source: Eq. 39. No leakage gives 0 whatever the sum.
    """
    return _share(leakage_t_co2e, reductions_t_co2e, removals_t_co2e, form, of_reductions=True)


@equation(
    "vm0042:42",
    symbol="LK_CR,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section=_SECTION, equation="42"),
    switch=("switch.leakage-allocation",),
)
def leakage_on_removals_t_co2e(
    *,
    leakage_t_co2e: ArrayLike,
    reductions_t_co2e: ArrayLike,
    removals_t_co2e: ArrayLike,
    form: Form = "corrected",
) -> Value:
    """Leakage that falls on the removals.

    Parameters
    ----------
    leakage_t_co2e
        All leakage of the year; which kinds are in it is a rule. [t CO2e, finite]
    reductions_t_co2e, removals_t_co2e
        Eqs. 37 and 40. [t CO2e, finite]
    form
        ``corrected`` shares by the positive parts of the two; ``printed`` by the two as they are, so that a negative
        one takes a negative share (E-13). The whole is the same.

    Returns
    -------
    float or array
        Shape of the arguments combined; as printed, outside 0 to the leakage where one is negative. [t CO2e]

    Raises
    ------
    ValueError
        Where there is leakage and nothing to share it on, or an argument is not finite.

    Notes
    -----
    Source: Eq. 42. No leakage gives 0 whatever the sum.
    """
    return _share(leakage_t_co2e, reductions_t_co2e, removals_t_co2e, form, of_reductions=False)


@equation(
    "vm0042:38",
    symbol="ER_NET,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section=_SECTION, equation="38"),
)
def net_reductions_t_co2e(*, reductions_t_co2e: ArrayLike, leakage_on_reductions_t_co2e: ArrayLike) -> Value:
    """Reductions less their leakage.

    Parameters
    ----------
    reductions_t_co2e, leakage_on_reductions_t_co2e
        Eqs. 37 and 39. [t CO2e, finite]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 38.
    """
    gross = finite("reductions_t_co2e", reductions_t_co2e)
    leakage = finite("leakage_on_reductions_t_co2e", leakage_on_reductions_t_co2e)
    together(reductions_t_co2e=gross, leakage_on_reductions_t_co2e=leakage)
    return gross - leakage


@equation(
    "vm0042:41",
    symbol="CR_NET,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section=_SECTION, equation="41"),
)
def net_removals_t_co2e(*, removals_t_co2e: ArrayLike, leakage_on_removals_t_co2e: ArrayLike) -> Value:
    """Give removals less their leakage.

    Parameters
    ----------
    removals_t_co2e, leakage_on_removals_t_co2e
        Eqs. 40 and 42. [t CO2e, finite]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 41.
    """
    gross = finite("removals_t_co2e", removals_t_co2e)
    leakage = finite("leakage_on_removals_t_co2e", leakage_on_removals_t_co2e)
    together(removals_t_co2e=gross, leakage_on_removals_t_co2e=leakage)
    return gross - leakage


@equation(
    "vm0042:43",
    symbol="ERR_NET,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section=_SECTION, equation="43"),
)
def net_total_t_co2e(*, net_reductions_t_co2e: ArrayLike, net_removals_t_co2e: ArrayLike) -> Value:
    """Net reductions and removals together.

    Parameters
    ----------
    net_reductions_t_co2e, net_removals_t_co2e
        Eqs. 38 and 41. [t CO2e, finite]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 43.
    """
    reductions = finite("net_reductions_t_co2e", net_reductions_t_co2e)
    removals = finite("net_removals_t_co2e", net_removals_t_co2e)
    together(net_reductions_t_co2e=reductions, net_removals_t_co2e=removals)
    return reductions + removals
