"""Variance of the control change where strata share control sites (VM0042 section 8.6.2, Eq. 70)."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Amounts, Positives, equation, vm0042
from mollisol.quantification.checks import (
    FloatArray,
    Form,
    Value,
    form_of,
)

Weights = Annotated[FloatArray, Range(0, 1)]


@equation(
    "mollisol:control-terms",
    "s2_dSOC,bsl,g",
    "(t CO2e)^2",
    vm0042("8.6.2", "70, control part by group"),
    switch=("switch.shared-control",),
)
def control_variance_components_t2(
    *,
    area_ha: Positives,
    group_weight: Weights,
    group_mean_variance: Amounts,
    form: Form = "corrected",
) -> FloatArray:
    r"""Return what each control group adds to the variance of the control total.

    Parameters
    ----------
    area_ha, group_weight, group_mean_variance, form
        As in :func:`control_variance_t2`.

    Returns
    -------
    array
        Shape (..., G); its sum is :func:`control_variance_t2`. Goes with each group's degrees of freedom into
        Satterthwaite's formula. [(t CO2e)^2]

    Raises
    ------
    ValueError
        As in :func:`control_variance_t2`.

    Notes
    -----
    .. math:: s_g^2 = \left(\sum_h A_h \, w_{h,g}\right)^2 v_g

    Here :math:`A_h` is ``area_ha``, :math:`w_{h,g}` is ``group_weight`` and :math:`v_g` is
    ``group_mean_variance``. The printed form squares each stratum by itself, as if each had controls of its
    own.

    Source: Eq. 70, the control part, one term per group; see :func:`control_variance_t2`.

    Examples
    --------
    >>> result = control_variance_components_t2(
    ...     area_ha=[80.0, 40.0], group_weight=[[1.0], [1.0]], group_mean_variance=[1.3333333333333333]
    ... )
    >>> print(result)
    [19200.]
    """
    groups = group_mean_variance.shape[-1]
    if area_ha.ndim != 1 or group_weight.shape != (area_ha.size, groups):
        raise ValueError(
            f"group_weight must have a row per stratum and a column per group, "
            f"({area_ha.size}, {groups}), found {group_weight.shape}"
        )
    if np.any(np.abs(group_weight.sum(axis=1) - 1) > 1e-9):
        raise ValueError(f"group_weight must sum to 1 in each stratum, found {group_weight.sum(axis=1)}")
    lever = area_ha[:, None] * group_weight
    squared: FloatArray = (lever**2).sum(axis=0) if form_of(form) else lever.sum(axis=0) ** 2
    return squared * group_mean_variance


@equation(
    "mollisol:shared-control",
    "s2_dSOC,bsl",
    "(t CO2e)^2",
    vm0042("8.6.2", "70, control part"),
    switch=("switch.shared-control",),
)
def control_variance_t2(
    *, area_ha: Positives, group_weight: Weights, group_mean_variance: Amounts, form: Form = "corrected"
) -> Value:
    r"""Return the variance of the control total over all strata, control groups shared or not.

    Parameters
    ----------
    area_ha
        Area of the project's strata, shape (H,). [ha]
    group_weight
        Weight of control group g in the control mean of stratum h, shape (H, G); rows sum to 1. [0 to 1]
    group_mean_variance
        Variance of the mean change of each group, shape (G,) or (..., G). [(t CO2e/ha)^2]
    form
        ``corrected`` adds the areas that lean on a group before squaring; ``printed`` squares by stratum,
        as if each stratum had controls of its own, and is too small where they are shared (D3).

    Returns
    -------
    float or array
        Over all strata: the last axis is summed. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, shapes that do not fit, or weights that do not sum to 1.

    Notes
    -----
    .. math:: s^2 = \sum_g \left(\sum_h A_h \, w_{h,g}\right)^2 v_g

    Here :math:`A_h` is ``area_ha``, :math:`w_{h,g}` is ``group_weight`` and :math:`v_g` is
    ``group_mean_variance``. The printed form squares each stratum by itself, as if each had controls of its
    own.

    Source: Eq. 70; corrected after the variance of a weighted sum of independent group means.

    Examples
    --------
    >>> result = control_variance_t2(
    ...     area_ha=[80.0, 40.0], group_weight=[[0.5, 0.5], [0.0, 1.0]], group_mean_variance=[2.0, 1.0]
    ... )
    >>> print(result)
    9600.0
    """
    parts = control_variance_components_t2(
        area_ha=area_ha, group_weight=group_weight, group_mean_variance=group_mean_variance, form=form
    )
    total: FloatArray = parts.sum(axis=-1)
    return total
