"""Buffer, verified units and the whole tonnes to issue (VM0042 section 8.7, Eqs. 75 to 79)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.checks import Value, between, finite, together
from mollisol.quantification.reductions_removals import stock_parts_t_co2e, switch_of


@equation(
    "vm0042:75",
    symbol="Bu_ER,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.7", equation="75"),
)
def buffer_on_reductions_t_co2e(
    *,
    project_change_t_co2e: ArrayLike,
    baseline_change_t_co2e: ArrayLike,
    removals_switch: ArrayLike,
    non_permanence_rating_percent: ArrayLike,
) -> Value:
    """Buffer on the reductions: the rating times their carbon-stock part, before leakage.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Stock changes after the deduction (Eqs. 45 and 44). [t CO2e, finite]
    removals_switch
        1 where the project has gained since its start, else 0.
    non_permanence_rating_percent
        Overall rating of the non-permanence risk tool. [per cent, 0 to 100]

    Returns
    -------
    float or array
        Shape of the arguments combined; may be negative. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 75. Emission sources carry no buffer.
    """
    lost, gained = stock_parts_t_co2e(
        project_change_t_co2e=project_change_t_co2e, baseline_change_t_co2e=baseline_change_t_co2e
    )
    switch = switch_of(removals_switch)
    rating = between(
        "non_permanence_rating_percent", non_permanence_rating_percent, 0.0, PERCENT_PER_FRACTION
    )
    together(project_change_t_co2e=lost, removals_switch=switch, non_permanence_rating_percent=rating)
    return (lost + (1 - switch) * gained) * rating / PERCENT_PER_FRACTION


@equation(
    "vm0042:76",
    symbol="Bu_CR,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.7", equation="76"),
)
def buffer_on_removals_t_co2e(
    *,
    project_change_t_co2e: ArrayLike,
    baseline_change_t_co2e: ArrayLike,
    removals_switch: ArrayLike,
    non_permanence_rating_percent: ArrayLike,
) -> Value:
    """Buffer on the removals: the rating times the removals, before leakage.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Stock changes after the deduction (Eqs. 45 and 44). [t CO2e, finite]
    removals_switch
        1 where the project has gained since its start, else 0.
    non_permanence_rating_percent
        Overall rating of the non-permanence risk tool. [per cent, 0 to 100]

    Returns
    -------
    float or array
        Shape of the arguments combined; may be negative. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 76.
    """
    _, gained = stock_parts_t_co2e(
        project_change_t_co2e=project_change_t_co2e, baseline_change_t_co2e=baseline_change_t_co2e
    )
    switch = switch_of(removals_switch)
    rating = between(
        "non_permanence_rating_percent", non_permanence_rating_percent, 0.0, PERCENT_PER_FRACTION
    )
    together(project_change_t_co2e=gained, removals_switch=switch, non_permanence_rating_percent=rating)
    return switch * gained * rating / PERCENT_PER_FRACTION


@equation(
    "vm0042:77",
    symbol="VCU_ER,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.7", equation="77"),
)
def verified_reductions_t_co2e(*, net_t_co2e: ArrayLike, buffer_t_co2e: ArrayLike) -> Value:
    """Give the verified units from reductions: net less buffer.

    Parameters
    ----------
    net_t_co2e, buffer_t_co2e
        Eqs. 38 and 75. [t CO2e, finite]

    Returns
    -------
    float or array
        Shape of the arguments combined; not rounded. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 77.
    """
    net = finite("net_t_co2e", net_t_co2e)
    buffer = finite("buffer_t_co2e", buffer_t_co2e)
    together(net_t_co2e=net, buffer_t_co2e=buffer)
    return net - buffer


@equation(
    "vm0042:78",
    symbol="VCU_CR,t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.7", equation="78"),
)
def verified_removals_t_co2e(*, net_t_co2e: ArrayLike, buffer_t_co2e: ArrayLike) -> Value:
    """Give the verified units from removals: net less buffer.

    Parameters
    ----------
    net_t_co2e, buffer_t_co2e
        Eqs. 41 and 76. [t CO2e, finite]

    Returns
    -------
    float or array
        Shape of the arguments combined; not rounded. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 78.
    """
    net = finite("net_t_co2e", net_t_co2e)
    buffer = finite("buffer_t_co2e", buffer_t_co2e)
    together(net_t_co2e=net, buffer_t_co2e=buffer)
    return net - buffer


@equation(
    "vm0042:79",
    symbol="VCU_t",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.7", equation="79"),
)
def verified_total_t_co2e(
    *, verified_reductions_t_co2e: ArrayLike, verified_removals_t_co2e: ArrayLike
) -> Value:
    """Give the verified units of a year.

    Parameters
    ----------
    verified_reductions_t_co2e, verified_removals_t_co2e
        Eqs. 77 and 78. [t CO2e, finite]

    Returns
    -------
    float or array
        Shape of the arguments combined; not rounded. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 79.
    """
    reductions = finite("verified_reductions_t_co2e", verified_reductions_t_co2e)
    removals = finite("verified_removals_t_co2e", verified_removals_t_co2e)
    together(verified_reductions_t_co2e=reductions, verified_removals_t_co2e=removals)
    return reductions + removals


@equation(
    "mollisol:units-to-issue",
    symbol="N_t",
    unit="whole t CO2e",
    locator=Locator("mollisol", "0.1", section="issuance in whole tonnes"),
)
def units_to_issue_t(*, verified_total_t_co2e: ArrayLike) -> Value:
    """Give the whole tonnes to issue: rounded downward, and none for a negative total.

    Parameters
    ----------
    verified_total_t_co2e
        Eq. 79. [t CO2e, finite]

    Returns
    -------
    float or array
        Whole numbers, 0 or more. [t CO2e]

    Raises
    ------
    ValueError
        For an argument that is not finite.

    Notes
    -----
    Source: our rule, the last step of all; the document rounds nowhere. A negative total is a loss.
    """
    total = finite("verified_total_t_co2e", verified_total_t_co2e)
    return np.maximum(0.0, np.floor(total))
