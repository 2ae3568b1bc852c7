"""Buffer, verified units and the whole tonnes to issue (VM0042 section 8.7, Eqs. 75 to 79)."""

from __future__ import annotations

from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.accounting.vm0042.reductions_removals import stock_parts_t_co2e
from mollisol.quantification.arguments import Percent, Switch, Tonnes, equation, vm0042
from mollisol.quantification.checks import Value


@equation("vm0042:75", "Bu_ER,t", "t CO2e", vm0042("8.7", "75"))
def buffer_on_reductions_t_co2e(
    *,
    project_change_t_co2e: Tonnes,
    baseline_change_t_co2e: Tonnes,
    removals_switch: Switch,
    non_permanence_rating_percent: Percent,
) -> Value:
    r"""Return the buffer on the reductions: the rating times their carbon-stock part, before leakage.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Stock changes after the deduction (Eqs. 45 and 44). [t CO2e]
    removals_switch
        1 where the project has gained since its start, else 0.
    non_permanence_rating_percent
        Overall rating of the non-permanence risk tool. [per cent]

    Returns
    -------
    float or array
        Shape of the arguments combined; may be negative. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: Bu_{ER,t} = \left(\Delta^- + (1 - I) \, \Delta^+\right) \frac{NPR}{100}

    Here :math:`I` is ``removals_switch`` and :math:`NPR` is ``non_permanence_rating_percent``. :math:`\Delta^-`
    is the negative parts of ``project_change_t_co2e`` less those of ``baseline_change_t_co2e``,
    :math:`\Delta^+` the same of the positive parts.

    Source: Eq. 75. Emission sources carry no buffer.

    Examples
    --------
    >>> result = buffer_on_reductions_t_co2e(
    ...     project_change_t_co2e=[50, 50, -5, -5, 20, 10, -10, -10],
    ...     baseline_change_t_co2e=[-10, 10, -20, -10, -10, 15, -2, 5],
    ...     removals_switch=[1, 1, 0, 1, 0, 1, 1, 1], non_permanence_rating_percent=15
    ... )
    >>> print(result)
    [ 1.5   0.    2.25  0.75  4.5   0.   -1.2  -1.5 ]
    """
    lost, gained = stock_parts_t_co2e(project_change_t_co2e, baseline_change_t_co2e)
    return (lost + (1 - removals_switch) * gained) * non_permanence_rating_percent / PERCENT_PER_FRACTION


@equation("vm0042:76", "Bu_CR,t", "t CO2e", vm0042("8.7", "76"))
def buffer_on_removals_t_co2e(
    *,
    project_change_t_co2e: Tonnes,
    baseline_change_t_co2e: Tonnes,
    removals_switch: Switch,
    non_permanence_rating_percent: Percent,
) -> Value:
    r"""Return the buffer on the removals: the rating times the removals, before leakage.

    Parameters
    ----------
    project_change_t_co2e, baseline_change_t_co2e
        Stock changes after the deduction (Eqs. 45 and 44). [t CO2e]
    removals_switch
        1 where the project has gained since its start, else 0.
    non_permanence_rating_percent
        Overall rating of the non-permanence risk tool. [per cent]

    Returns
    -------
    float or array
        Shape of the arguments combined; may be negative. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: Bu_{CR,t} = I \, \Delta^+ \, \frac{NPR}{100}

    Here :math:`I` is ``removals_switch`` and :math:`NPR` is ``non_permanence_rating_percent``. :math:`\Delta^+`
    is the positive parts of ``project_change_t_co2e`` less those of ``baseline_change_t_co2e``.

    Source: Eq. 76.

    Examples
    --------
    >>> result = buffer_on_removals_t_co2e(
    ...     project_change_t_co2e=[50, 50, -5, -5, 20, 10, -10, -10],
    ...     baseline_change_t_co2e=[-10, 10, -20, -10, -10, 15, -2, 5],
    ...     removals_switch=[1, 1, 0, 1, 0, 1, 1, 1], non_permanence_rating_percent=15
    ... )
    >>> print(result)
    [ 7.5   6.    0.    0.    0.   -0.75  0.   -0.75]
    """
    _, gained = stock_parts_t_co2e(project_change_t_co2e, baseline_change_t_co2e)
    return removals_switch * gained * non_permanence_rating_percent / PERCENT_PER_FRACTION


@equation("vm0042:77", "VCU_ER,t", "t CO2e", vm0042("8.7", "77"))
def verified_reductions_t_co2e(*, net_t_co2e: Tonnes, buffer_t_co2e: Tonnes) -> Value:
    """Return the verified units from reductions: net less buffer.

    Parameters
    ----------
    net_t_co2e, buffer_t_co2e
        Eqs. 38 and 75. [t CO2e]

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
    .. math:: VCU_{ER,t} = ER_{NET,t} - Bu_{ER,t}

    Here :math:`ER_{NET,t}` is ``net_t_co2e`` and :math:`Bu_{ER,t}` is ``buffer_t_co2e``.

    Source: Eq. 77.

    Examples
    --------
    >>> print(verified_reductions_t_co2e(net_t_co2e=[63.0, -8.0], buffer_t_co2e=[1.5, -1.2]))
    [61.5 -6.8]
    """
    return net_t_co2e - buffer_t_co2e


@equation("vm0042:78", "VCU_CR,t", "t CO2e", vm0042("8.7", "78"))
def verified_removals_t_co2e(*, net_t_co2e: Tonnes, buffer_t_co2e: Tonnes) -> Value:
    """Return the verified units from removals: net less buffer.

    Parameters
    ----------
    net_t_co2e, buffer_t_co2e
        Eqs. 41 and 76. [t CO2e]

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
    .. math:: VCU_{CR,t} = CR_{NET,t} - Bu_{CR,t}

    Here :math:`CR_{NET,t}` is ``net_t_co2e`` and :math:`Bu_{CR,t}` is ``buffer_t_co2e``.

    Source: Eq. 78.

    Examples
    --------
    >>> print(verified_removals_t_co2e(net_t_co2e=[45.0, -5.0], buffer_t_co2e=[7.5, -0.75]))
    [37.5  -4.25]
    """
    return net_t_co2e - buffer_t_co2e


@equation("vm0042:79", "VCU_t", "t CO2e", vm0042("8.7", "79"))
def verified_total_t_co2e(*, verified_reductions_t_co2e: Tonnes, verified_removals_t_co2e: Tonnes) -> Value:
    """Return the verified units of a year.

    Parameters
    ----------
    verified_reductions_t_co2e, verified_removals_t_co2e
        Eqs. 77 and 78. [t CO2e]

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
    .. math:: VCU_t = VCU_{ER,t} + VCU_{CR,t}

    Here :math:`VCU_{ER,t}` is ``verified_reductions_t_co2e`` and :math:`VCU_{CR,t}` is
    ``verified_removals_t_co2e``.

    Source: Eq. 79.

    Examples
    --------
    >>> result = verified_total_t_co2e(
    ...     verified_reductions_t_co2e=[61.5, 8.0], verified_removals_t_co2e=[37.5, -4.25]
    ... )
    >>> print(result)
    [99.    3.75]
    """
    return verified_reductions_t_co2e + verified_removals_t_co2e
