"""Approach 3: the stock and its change by default factors, and how sure they are (GS 402 v1.0, sections 6, 7 and 9)."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.arguments import AboveZero, Amount, Fraction, equation
from mollisol.quantification.checks import FloatArray, Form, Value, form_of

_gs = partial(Locator, "Gold Standard 402", "1.0")


@equation("gs402:4", "s_BL", "t C/ha", _gs("6.1", "4"))
def default_baseline_stock_t_c_per_ha(
    *,
    reference_t_c_per_ha: AboveZero,
    land_use: AboveZero,
    management: AboveZero,
    input_of_carbon: AboveZero,
    years_in_place: Amount,
    dependency_years: AboveZero,
) -> Value:
    r"""Return the baseline stock of Approach 3, on its way to the equilibrium of the land use.

    Parameters
    ----------
    reference_t_c_per_ha
        Reference stock. [t C/ha]
    land_use
        Factor of land use. [1]
    management
        Factor of management. [1]
    input_of_carbon
        Factor of carbon input. [1]
    years_in_place
        Years since the land is used that way; more than the dependency count as that. [years]
    dependency_years
        Years until the new equilibrium. [years]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t C/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: s = REF \left(1 + (F_{LU} F_{MG} F_I - 1) \frac{\min(T, D)}{D}\right)

    Here :math:`REF` is ``reference_t_c_per_ha``, :math:`F_{LU}` is ``land_use``, :math:`F_{MG}` is
    ``management``, :math:`F_I` is ``input_of_carbon``, :math:`T` is ``years_in_place`` and :math:`D` is
    ``dependency_years``.

    Source: Eq. 4.

    Examples
    --------
    >>> result = default_baseline_stock_t_c_per_ha(
    ...     reference_t_c_per_ha=64.0, land_use=0.7, management=1.0, input_of_carbon=0.92,
    ...     years_in_place=[12.0, 45.0], dependency_years=20.0
    ... )
    >>> print(result)
    [50.3296 41.216 ]
    """
    share = np.minimum(years_in_place, dependency_years) / dependency_years
    return reference_t_c_per_ha * (1 + (land_use * management * input_of_carbon - 1) * share)


@equation("gs402:6", "ds", "t C/ha", _gs("7.1", "6"))
def default_change_t_c_per_ha(
    *,
    reference_t_c_per_ha: AboveZero,
    land_use: AboveZero,
    management_project: AboveZero,
    input_project: AboveZero,
    management_baseline: AboveZero,
    input_baseline: AboveZero,
    year_start: Amount,
    year_end: Amount,
    dependency_years: AboveZero,
) -> Value:
    r"""Return the change of a period by Approach 3: what came by its end less what came by its start.

    Parameters
    ----------
    reference_t_c_per_ha
        Reference stock. [t C/ha]
    land_use
        Factor of land use. [1]
    management_project
        Factor of management with the project. [1]
    input_project
        Factor of carbon input with the project. [1]
    management_baseline
        Without it. [1]
    input_baseline
        Without it. [1]
    year_start
        Years from the change of practice to the start of the period. [years]
    year_end
        And to its end. [years]
    dependency_years
        Years until the new equilibrium. [years]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t C/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \Delta s = REF \, F_{LU} \, (F_{MG,P} F_{I,P} - F_{MG,B} F_{I,B}) \frac{\min(T_1, D) - \min(T_0, D)}{D}

    Here :math:`REF` is ``reference_t_c_per_ha``, :math:`F_{LU}` is ``land_use``, :math:`F_{MG,P}` is
    ``management_project``, :math:`F_{I,P}` is ``input_project``, :math:`F_{MG,B}` is ``management_baseline``,
    :math:`F_{I,B}` is ``input_baseline``, :math:`T_0` is ``year_start``, :math:`T_1` is ``year_end`` and
    :math:`D` is ``dependency_years``.

    Source: Eq. 6; the difference of two times is a reading.

    Examples
    --------
    >>> result = default_change_t_c_per_ha(
    ...     reference_t_c_per_ha=64.0, land_use=0.7, management_project=1.04, input_project=1.11,
    ...     management_baseline=1.0, input_baseline=1.0, year_start=[5.0, 18.0], year_end=[10.0, 23.0],
    ...     dependency_years=20.0
    ... )
    >>> print(result)
    [1.72928  0.691712]
    """
    gained = management_project * input_project - management_baseline * input_baseline
    share = np.minimum(year_end, dependency_years) - np.minimum(year_start, dependency_years)
    return reference_t_c_per_ha * land_use * gained * share / dependency_years


@equation("gs402:8-t", "t", "1", _gs("9", "8", "6"), switch=("switch.gs402-t-unknown",))
def t_of_unknown_number(*, printed_t: AboveZero, table_t: AboveZero, form: Form) -> Value:
    r"""Return the t where nobody knows how many samples there were.

    Parameters
    ----------
    printed_t
        What the text prints. [1]
    table_t
        What Table 6 has for the number of samples that the text says. [1]
    form
        ``"printed"`` or ``"corrected"``, which is that of the table.

    Returns
    -------
    float or array
        Shape of the chosen one. [1]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: t = t_3

    Here :math:`t_3` is ``table_t``, and ``printed_t`` as printed.

    Source: the note under Eq. 8, which prints 1.675 for n = 3; Table 6 has 2.92.

    Examples
    --------
    >>> print(t_of_unknown_number(printed_t=1.675, table_t=2.9199855803537242, form="corrected"))
    2.91998558
    """
    return printed_t if form_of(form) else table_t


@equation("gs402:8-factor", "limits", "as the value", _gs("9", "8", "4"))
def limits_of_factor(*, value: Amount, error_percent: Amount, t: Amount) -> Value:
    r"""Return the lower and the upper limit of a default factor; none is below 0.

    Parameters
    ----------
    value
        A default factor, or a reference stock.
    error_percent
        Two standard deviations in per cent of the value, as Tables 3 and 4 print them; 0 of a reference
        level. [per cent]
    t
        As for samples that nobody counted. [1]

    Returns
    -------
    float or array
        The two limits, behind the shape of the arguments.

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: L, U = \max\left(0, F \left(1 \mp \frac{e}{200} t\right)\right)

    Here :math:`F` is ``value``, :math:`e` is ``error_percent`` and :math:`t` is ``t``.

    Source: section 9 and Table 4; 402.4 and 402.6 v1.0, 9.1.2, take an error of 100 % and t = 3 where nothing
    is known. The lower end at 0 is a reading.

    Examples
    --------
    >>> print(limits_of_factor(value=64.0, error_percent=[10.0, 100.0], t=[1.675, 3.0]))
    [[ 58.64  69.36]
     [  0.   160.  ]]
    """
    width = error_percent / (2 * PERCENT_PER_FRACTION) * t
    return np.stack([np.maximum(0.0, value * (1 - width)), value * (1 + width)], axis=-1)


@equation("gs402:9-factors", "L, U", "t C/ha", _gs("9", "9", "4"))
def limits_of_default_change_t_c_per_ha(
    *,
    lowest: Annotated[FloatArray, Range(0, least=6)],
    highest: Annotated[FloatArray, Range(0, least=6)],
    share_of_change: Fraction,
) -> Value:
    r"""Return the least and the greatest change by Approach 3 over all corners of its factors.

    Parameters
    ----------
    lowest
        Lower limits of reference stock, land use, management and input with the project, management and input
        without it. [t C/ha, then 1]
    highest
        Upper limits, in the same order.
    share_of_change
        What of the change the period holds: years of it within the dependency, over the dependency.
        [fraction]

    Returns
    -------
    float or array
        The two. [t C/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: L, U = \min, \max \; REF \, F_{LU} (F_{MG,P} F_{I,P} - F_{MG,B} F_{I,B}) \, d

    Here the factors are at ``lowest`` or ``highest``, each by itself, and :math:`d` is ``share_of_change``.

    Source: Eqs. 6 and 9; that all corners count is a reading.

    Examples
    --------
    >>> result = limits_of_default_change_t_c_per_ha(
    ...     lowest=[100.0, 0.5, 1.0, 1.0, 1.0, 1.0], highest=[100.0, 1.0, 1.0, 1.2, 1.0, 1.0],
    ...     share_of_change=0.25
    ... )
    >>> print(result)
    [0. 5.]
    """
    corners = np.array(
        [
            ref * use * (own * added - old * before)
            for ref, use, own, added, old, before in product(*np.stack([lowest, highest], axis=-1))
        ]
    )
    return np.stack([corners.min(), corners.max()]) * share_of_change
