"""Which route's deduction issues: the lower credit, as a percentage of the mean that Eqs. 44 and 45 scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.checks import Value, finite


@equation(
    "mollisol:deduction-percent",
    symbol="UNC",
    unit="per cent",
    locator=Locator("VM0042", "2.2", section="8.6.4", equation="74, from a credited value"),
)
def deduction_percent(*, mean_change_t_co2e_per_ha: ArrayLike, credited_t_co2e_per_ha: ArrayLike) -> Value:
    """Deduction that leads from a mean to a credited value.

    Parameters
    ----------
    mean_change_t_co2e_per_ha
        The mean that is reduced. [t CO2e/ha, not 0]
    credited_t_co2e_per_ha
        What is left of it. [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [%]

    Raises
    ------
    ValueError
        For a mean of 0, or a number that is not finite.

    Notes
    -----
    Source: Eq. 74 solved for UNC with credited = mean - UNC |mean|, on both sides of zero.
    """
    mean = finite("mean_change_t_co2e_per_ha", mean_change_t_co2e_per_ha)
    credited = finite("credited_t_co2e_per_ha", credited_t_co2e_per_ha)
    if (mean == 0).any():
        raise ValueError("mean_change_t_co2e_per_ha must not be 0: a share of nothing is not defined")
    return PERCENT_PER_FRACTION * (mean - credited) / np.abs(mean)


@equation(
    "mollisol:lower-of-routes",
    symbol="UNC",
    unit="per cent",
    locator=Locator("mollisol", "0.1", section="issuance"),
)
def larger_deduction_percent(*, moment_percent: ArrayLike, posterior_percent: ArrayLike) -> Value:
    """Deduction that credits less: that of the moment form or that of the posterior.

    Parameters
    ----------
    moment_percent, posterior_percent
        Deductions of the two routes from one mean. [%]

    Returns
    -------
    float or array
        Shape of the arguments combined. [%]

    Raises
    ------
    ValueError
        For a number that is not finite.

    Notes
    -----
    Source: docs/posterior.md; both routes keep the promise in regular designs, and each fails in some irregular ones.
    """
    return np.maximum(
        finite("moment_percent", moment_percent), finite("posterior_percent", posterior_percent)
    )
