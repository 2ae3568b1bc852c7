"""The deduction taken off the stock changes of both scenarios (VM0042 section 8.5.1, Eqs. 44 and 45)."""

from __future__ import annotations

import numpy as np

from mollisol.quantification.arguments import (
    Number,
    Tonnes,
    equation,
    vm0042,
)
from mollisol.quantification.checks import Value


@equation("vm0042:44", "dCO2_bsl,t", "t CO2e", vm0042("8.5.1", "44"))
def baseline_change_after_deduction(
    *,
    soil_change_t_co2e: Tonnes,
    uncertainty_fraction: Number,
    project_minus_baseline_t_co2e: Tonnes,
    tree_change_t_co2e: Tonnes = 0.0,
    shrub_change_t_co2e: Tonnes = 0.0,
) -> Value:
    r"""Return the change of the baseline's stocks after the deduction.

    Parameters
    ----------
    soil_change_t_co2e, uncertainty_fraction, project_minus_baseline_t_co2e
        As in :func:`adjusted_change_t_co2e`. [t CO2e, fraction, t CO2e]
    tree_change_t_co2e, shrub_change_t_co2e
        As in :func:`adjusted_change_t_co2e`. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        As in :func:`adjusted_change_t_co2e`.

    Notes
    -----
    .. math::

        \Delta CO2_{bsl,t} = \Delta CO2_{soil,bsl,t} \, (1 - s \, UNC) + \Delta C_{TREE,bsl,t} + \Delta
        C_{SHRUB,bsl,t}

    Here :math:`\Delta CO2_{soil,bsl,t}` is ``soil_change_t_co2e``, :math:`UNC` is ``uncertainty_fraction``,
    :math:`\Delta C_{TREE,bsl,t}` is ``tree_change_t_co2e`` and :math:`\Delta C_{SHRUB,bsl,t}` is
    ``shrub_change_t_co2e``. :math:`s` is 1 where ``project_minus_baseline_t_co2e`` is 0 or above, else -1.

    Source: Eq. 44. Both scenarios take the same factor: below 1 where the project does better, else above 1.

    Examples
    --------
    >>> result = baseline_change_after_deduction(
    ...     soil_change_t_co2e=100.0, uncertainty_fraction=0.1, project_minus_baseline_t_co2e=0.0
    ... )
    >>> print(result)
    90.0
    """
    factor = _deduction_factor(uncertainty_fraction, project_minus_baseline_t_co2e)
    return soil_change_t_co2e * factor + tree_change_t_co2e + shrub_change_t_co2e


@equation("vm0042:45", "dCO2_wp,t", "t CO2e", vm0042("8.5.1", "45"))
def project_change_after_deduction(
    *,
    soil_change_t_co2e: Tonnes,
    uncertainty_fraction: Number,
    project_minus_baseline_t_co2e: Tonnes,
    tree_change_t_co2e: Tonnes = 0.0,
    shrub_change_t_co2e: Tonnes = 0.0,
) -> Value:
    r"""Return the change of the project's stocks after the deduction.

    Parameters
    ----------
    soil_change_t_co2e, uncertainty_fraction, project_minus_baseline_t_co2e
        As in :func:`adjusted_change_t_co2e`. [t CO2e, fraction, t CO2e]
    tree_change_t_co2e, shrub_change_t_co2e
        As in :func:`adjusted_change_t_co2e`. [t CO2e]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        As in :func:`adjusted_change_t_co2e`.

    Notes
    -----
    .. math::

        \Delta CO2_{wp,t} = \Delta CO2_{soil,wp,t} \, (1 - s \, UNC) + \Delta C_{TREE,wp,t} + \Delta
        C_{SHRUB,wp,t}

    Here :math:`\Delta CO2_{soil,wp,t}` is ``soil_change_t_co2e``, :math:`UNC` is ``uncertainty_fraction``,
    :math:`\Delta C_{TREE,wp,t}` is ``tree_change_t_co2e`` and :math:`\Delta C_{SHRUB,wp,t}` is
    ``shrub_change_t_co2e``. :math:`s` is 1 where ``project_minus_baseline_t_co2e`` is 0 or above, else -1.

    Source: Eq. 45. Both scenarios take the same factor: below 1 where the project does better, else above 1.

    Examples
    --------
    >>> result = project_change_after_deduction(
    ...     soil_change_t_co2e=-600.0, uncertainty_fraction=0.1, project_minus_baseline_t_co2e=-400.0
    ... )
    >>> print(result)
    -660.0
    """
    factor = _deduction_factor(uncertainty_fraction, project_minus_baseline_t_co2e)
    return soil_change_t_co2e * factor + tree_change_t_co2e + shrub_change_t_co2e


def _deduction_factor(uncertainty_fraction: Value, project_minus_baseline_t_co2e: Value) -> Value:
    return 1 - uncertainty_fraction * np.where(np.asarray(project_minus_baseline_t_co2e) >= 0, 1.0, -1.0)
