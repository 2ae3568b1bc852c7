"""Reductions and removals by the switch (VM0042 section 8.5, Eqs. 37 and 40).

Nothing is floored, clipped or rounded: a negative total is a loss and stays one.
"""

from __future__ import annotations

import numpy as np

from mollisol.quantification.arguments import Number, Switch, Tonnes, equation, vm0042
from mollisol.quantification.checks import Form, Value, form_of

_SECTION = "8.5"


@equation("vm0042:37-switch", "I(dCO2_wp)", "0 or 1", vm0042(_SECTION, "37, switch"))
def removals_switch(*, cumulative_project_change_t_co2e: Tonnes) -> Value:
    r"""Return 1 where stock gains count as removals: the project has gained since its start; else 0.

    Parameters
    ----------
    cumulative_project_change_t_co2e
        Sum of the project's adjusted stock change (Eq. 45) from the start to this year, carried across
        verifications; neither the year's change nor project less baseline. [t CO2e]

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
    .. math:: I = 1 \text{ where } \sum_t \Delta CO2_{wp,t} > 0, \text{ else } 0

    Here :math:`\sum_t \Delta CO2_{wp,t}` is ``cumulative_project_change_t_co2e``.

    Source: the switch of Eqs. 37, 40, 75 and 76. It moves labels, never the total.

    Examples
    --------
    >>> print(removals_switch(cumulative_project_change_t_co2e=[0.1, 0.0, -0.1]))
    [1. 0. 0.]
    """
    return np.where(np.asarray(cumulative_project_change_t_co2e) > 0, 1.0, 0.0)[()]


@equation(
    "vm0042:37-sources",
    "E_t",
    "t CO2e",
    vm0042(_SECTION, "37, source terms"),
    switch=("switch.ch4-n2o-sign",),
)
def source_terms_t_co2e(
    *,
    default_factor_sources_t_co2e: Tonnes,
    soil_ch4_t_co2e: Tonnes = 0.0,
    soil_n2o_t_co2e: Tonnes = 0.0,
    uncertainty_ch4: Number = 0.0,
    uncertainty_n2o: Number = 0.0,
    form: Form = "corrected",
) -> Value:
    r"""Return the reductions of the emission sources, modelled soil CH4 and N2O after their deduction.

    Parameters
    ----------
    default_factor_sources_t_co2e
        Sum of the sources without a deduction, baseline less project. [t CO2e]
    soil_ch4_t_co2e, soil_n2o_t_co2e
        Modelled soil CH4 and N2O, baseline less project; below 0 where the project emits more. [t CO2e]
    uncertainty_ch4, uncertainty_n2o
        Their Eq. 74 as fractions; 0 under default factors. [fraction]
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
    .. math:: E_t = \Delta S_t + \Delta CH4_{soil,t} (1 \mp UNC_{CH4}) + \Delta N2O_{soil,t} (1 \mp UNC_{N2O})

    Here :math:`\Delta S_t` is ``default_factor_sources_t_co2e``, :math:`\Delta CH4_{soil,t}` is
    ``soil_ch4_t_co2e``, :math:`\Delta N2O_{soil,t}` is ``soil_n2o_t_co2e``, :math:`UNC_{CH4}` is
    ``uncertainty_ch4`` and :math:`UNC_{N2O}` is ``uncertainty_n2o``. The sign is minus for a reduction and plus
    for an increase; the printed form has minus always.

    Source: the terms of Eq. 37 that are not carbon stocks.

    Examples
    --------
    >>> print(source_terms_t_co2e(default_factor_sources_t_co2e=8.0))
    8.0
    """
    printed = form_of(form)
    sign_ch4 = np.where((np.asarray(soil_ch4_t_co2e) >= 0) | printed, 1.0, -1.0)
    sign_n2o = np.where((np.asarray(soil_n2o_t_co2e) >= 0) | printed, 1.0, -1.0)
    ch4 = soil_ch4_t_co2e * (1 - uncertainty_ch4 * sign_ch4)
    return default_factor_sources_t_co2e + ch4 + soil_n2o_t_co2e * (1 - uncertainty_n2o * sign_n2o)


def stock_parts_t_co2e(project_change_t_co2e: Value, baseline_change_t_co2e: Value) -> tuple[Value, Value]:
    """Return project less baseline stock change as what was lost less and what was gained more.

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
    lost = np.minimum(0.0, project_change_t_co2e) - np.minimum(0.0, baseline_change_t_co2e)
    gained = np.maximum(0.0, project_change_t_co2e) - np.maximum(0.0, baseline_change_t_co2e)
    return lost, gained


@equation("vm0042:37", "ER_t", "t CO2e", vm0042(_SECTION, "37"))
def emission_reductions_t_co2e(
    *,
    project_change_t_co2e: Tonnes,
    baseline_change_t_co2e: Tonnes,
    removals_switch: Switch,
    source_terms_t_co2e: Tonnes,
) -> Value:
    r"""Return the emission reductions of a year.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Stock changes after the deduction (Eqs. 45 and 44). [t CO2e]
    removals_switch
        1 where the project has gained since its start, else 0.
    source_terms_t_co2e
        Reductions of the emission sources. [t CO2e]

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
    .. math:: ER_t = E_t + \Delta^- + (1 - I) \, \Delta^+

    Here :math:`E_t` is ``source_terms_t_co2e`` and :math:`I` is ``removals_switch``. :math:`\Delta^-` is the
    negative parts of ``project_change_t_co2e`` less those of ``baseline_change_t_co2e``, :math:`\Delta^+` the
    same of the positive parts.

    Source: Eq. 37.

    Examples
    --------
    >>> result = emission_reductions_t_co2e(
    ...     project_change_t_co2e=[50, 50, -5, -5, 20, 10, -10, -10],
    ...     baseline_change_t_co2e=[-10, 10, -20, -10, -10, 15, -2, 5],
    ...     removals_switch=[1, 1, 0, 1, 0, 1, 1, 1], source_terms_t_co2e=[60, 0, 0, 0, 0, 8, 0, 30]
    ... )
    >>> print(result)
    [70.  0. 15.  5. 30.  8. -8. 20.]
    """
    lost, gained = stock_parts_t_co2e(project_change_t_co2e, baseline_change_t_co2e)
    return source_terms_t_co2e + lost + (1 - removals_switch) * gained


@equation("vm0042:40", "CR_t", "t CO2e", vm0042(_SECTION, "40"))
def removals_t_co2e(
    *, project_change_t_co2e: Tonnes, baseline_change_t_co2e: Tonnes, removals_switch: Switch
) -> Value:
    r"""Return the carbon dioxide removals of a year.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Stock changes after the deduction (Eqs. 45 and 44). [t CO2e]
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
    .. math:: CR_t = I \, \left(\max(0, \Delta CO2_{wp,t}) - \max(0, \Delta CO2_{bsl,t})\right)

    Here :math:`I` is ``removals_switch``, :math:`\Delta CO2_{wp,t}` is ``project_change_t_co2e`` and
    :math:`\Delta CO2_{bsl,t}` is ``baseline_change_t_co2e``.

    Source: Eq. 40.

    Examples
    --------
    >>> result = removals_t_co2e(
    ...     project_change_t_co2e=[50, 50, -5, -5, 20, 10, -10, -10],
    ...     baseline_change_t_co2e=[-10, 10, -20, -10, -10, 15, -2, 5],
    ...     removals_switch=[1, 1, 0, 1, 0, 1, 1, 1]
    ... )
    >>> print(result)
    [50. 40.  0.  0.  0. -5.  0. -5.]
    """
    return removals_switch * stock_parts_t_co2e(project_change_t_co2e, baseline_change_t_co2e)[1]
