"""The Monte Carlo route for modelled units (VM0042 section 8.6.1.2, Eqs. 65 to 69).

A draw is joint: column l holds the same parameters at all points, in all strata and in both scenarios. Then the spread
of the project's total over draws is the model's share, and it does not shrink with the number of points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Amount, Hectares, Positives, TonnesPerHa, equation, vm0042
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    finite,
    positive,
    ratio,
    row,
    same_shape,
)
from mollisol.uncertainty.scaling.sampling_error import sampling_variance_t2


def drawn_groups(name: str, groups: Sequence[ArrayLike], fewest_points: int = 1) -> list[FloatArray]:
    """Return one array (points, draws) per group, all with the same draws.

    Raises
    ------
    ValueError
        For no group, a group with too few points or draws, draws that differ, or numbers that are not finite.
    """
    if isinstance(groups, str) or not isinstance(groups, Sequence | np.ndarray) or not len(groups):
        raise ValueError(f"{name} must hold one array (points, draws) for each group, found {groups!r}")
    arrays = [row(name, finite(name, values), 2) for values in groups]
    for array in arrays:
        if array.ndim != 2 or array.shape[0] < fewest_points:
            raise ValueError(
                f"{name} must have {fewest_points} or more rows, one per point, and a column per draw in each "
                f"group, found {array.shape}"
            )
    if len({array.shape[1] for array in arrays}) > 1:
        raise ValueError(f"{name} must hold the same draws in all groups")
    return arrays


def _fit(area: FloatArray, name: str, arrays: list[FloatArray]) -> None:
    if area.ndim != 1 or area.size != len(arrays):
        raise ValueError(f"area_ha must be one number for each stratum of {name}, found {area.shape}")


@equation("vm0042:65", "y_h,ip,l", "t CO2e/ha", vm0042("8.6.1.2", "65"))
def modelled_reduction_t_co2e_per_ha(
    *, baseline_emission_t_co2e_per_ha: TonnesPerHa, project_emission_t_co2e_per_ha: TonnesPerHa
) -> Value:
    """Return the reduction or removal of each draw: emission of the baseline less emission of the project.

    Parameters
    ----------
    baseline_emission_t_co2e_per_ha, project_emission_t_co2e_per_ha
        Predicted with the same draws; for soil carbon minus the change in stock. Shapes (n, L). [t CO2e/ha]

    Returns
    -------
    float or array
        Shape of both. [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that differ or a number that is not finite.

    Notes
    -----
    .. math:: y_{h,ip,l} = E_{bsl,h,ip,l} - E_{wp,h,ip,l}

    Here :math:`E_{bsl,h,ip,l}` is ``baseline_emission_t_co2e_per_ha`` and :math:`E_{wp,h,ip,l}` is
    ``project_emission_t_co2e_per_ha``.

    Source: Eq. 65.

    Examples
    --------
    >>> result = modelled_reduction_t_co2e_per_ha(
    ...     baseline_emission_t_co2e_per_ha=[1.0, 2.0], project_emission_t_co2e_per_ha=[0.5, 3.0]
    ... )
    >>> print(result)
    [ 0.5 -1. ]
    """
    same_shape(
        baseline_emission_t_co2e_per_ha=baseline_emission_t_co2e_per_ha,
        project_emission_t_co2e_per_ha=project_emission_t_co2e_per_ha,
    )
    return baseline_emission_t_co2e_per_ha - project_emission_t_co2e_per_ha


def total_by_draw_t_co2e(*, area_ha: ArrayLike, reduction_t_co2e_per_ha: Sequence[ArrayLike]) -> FloatArray:
    """Return the project's total in each draw.

    Parameters
    ----------
    area_ha, reduction_t_co2e_per_ha
        As in :func:`total_t_co2e`.

    Returns
    -------
    array
        Shape (L,). [t CO2e]

    Raises
    ------
    ValueError
        As in :func:`total_t_co2e`.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    arrays = drawn_groups("reduction_t_co2e_per_ha", reduction_t_co2e_per_ha)
    _fit(area, "reduction_t_co2e_per_ha", arrays)
    total: FloatArray = area @ np.stack([array.mean(axis=0) for array in arrays])
    return total


@equation("vm0042:66", "tau", "t CO2e", vm0042("8.6.1.2", "66"))
def total_t_co2e(*, area_ha: Positives, reduction_t_co2e_per_ha: Sequence[ArrayLike]) -> Value:
    r"""Return the sum over the years of a period.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha]
    reduction_t_co2e_per_ha
        One array (points, draws) per stratum (Eq. 65); column l is the same draw everywhere. [t CO2e/ha]

    Returns
    -------
    float
        Over the area it is the mean. [t CO2e]

    Raises
    ------
    ValueError
        For strata or draws that differ, one draw, or an argument outside its range.

    Notes
    -----
    .. math:: \tau = \frac{1}{L} \sum_l \sum_h A_h \, \frac{1}{n_h} \sum_{ip} y_{h,ip,l}

    Here :math:`A_h` is ``area_ha`` and :math:`y_{h,ip,l}` is ``reduction_t_co2e_per_ha``.

    Source: Eq. 66.

    Examples
    --------
    >>> result = total_t_co2e(
    ...     area_ha=[10.0, 30.0],
    ...     reduction_t_co2e_per_ha=[[[1.0, 1.4, 0.6, 1.0], [2.0, 2.6, 1.4, 2.0]], [[0.5, 0.9, 0.1, 0.5],
    ...     [1.5, 1.7, 1.3, 1.5], [1.0, 1.6, 0.4, 1.0]]],
    ... )
    >>> print(result)
    45.0
    """
    return float(
        total_by_draw_t_co2e(area_ha=area_ha, reduction_t_co2e_per_ha=reduction_t_co2e_per_ha).mean()
    )


def sampling_variances_t2(*, area_ha: ArrayLike, reduction_t_co2e_per_ha: Sequence[ArrayLike]) -> FloatArray:
    """Return the sampling variance of each stratum's total, from the points' means over draws.

    Parameters
    ----------
    area_ha, reduction_t_co2e_per_ha
        As in :func:`total_t_co2e`, two points or more in each stratum.

    Returns
    -------
    array
        Shape (H,); goes with n - 1 into Satterthwaite. [(t CO2e)^2]

    Raises
    ------
    ValueError
        As in :func:`total_t_co2e`, and for one point.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    arrays = drawn_groups("reduction_t_co2e_per_ha", reduction_t_co2e_per_ha, fewest_points=2)
    _fit(area, "reduction_t_co2e_per_ha", arrays)
    return np.array(
        [
            float(sampling_variance_t2(area_ha=hectares, change_t_co2e_per_ha=array.mean(axis=1)))
            for hectares, array in zip(area, arrays, strict=True)
        ]
    )


@equation("vm0042:68-sampling", "s2_sampling", "(t CO2e)^2", vm0042("8.6.1.2", "68, first term"))
def drawn_sampling_variance_t2(*, area_ha: Positives, reduction_t_co2e_per_ha: Sequence[ArrayLike]) -> Value:
    r"""Return the sampling variance of the project's total.

    Parameters
    ----------
    area_ha, reduction_t_co2e_per_ha
        As in :func:`total_t_co2e`, two points or more in each stratum.

    Returns
    -------
    float
        Sum over strata. [(t CO2e)^2]

    Raises
    ------
    ValueError
        As in :func:`total_t_co2e`, and for one point.

    Notes
    -----
    .. math:: s_{sampling}^2 = \sum_h \frac{A_h^2}{n_h \, (n_h - 1)} \sum_{ip} (\bar{y}_{h,ip} - \bar{y}_h)^2

    Here :math:`A_h` is ``area_ha``. :math:`\bar{y}_{h,ip}` is the mean of ``reduction_t_co2e_per_ha`` over the
    draws of a point.

    Source: Eq. 68.

    Examples
    --------
    >>> result = drawn_sampling_variance_t2(
    ...     area_ha=[10.0, 30.0],
    ...     reduction_t_co2e_per_ha=[[[1.0, 1.4, 0.6, 1.0], [2.0, 2.6, 1.4, 2.0]], [[0.5, 0.9, 0.1, 0.5],
    ...     [1.5, 1.7, 1.3, 1.5], [1.0, 1.6, 0.4, 1.0]]],
    ... )
    >>> print(result)
    100.0
    """
    return float(
        sampling_variances_t2(area_ha=area_ha, reduction_t_co2e_per_ha=reduction_t_co2e_per_ha).sum()
    )


@equation("vm0042:68-model", "s2_model", "(t CO2e)^2", vm0042("8.6.1.2", "68, second term"))
def drawn_model_variance_t2(*, area_ha: Positives, reduction_t_co2e_per_ha: Sequence[ArrayLike]) -> Value:
    r"""Return the model variance of the project's total: its spread over joint draws.

    Parameters
    ----------
    area_ha, reduction_t_co2e_per_ha
        As in :func:`total_t_co2e`.

    Returns
    -------
    float
        [(t CO2e)^2]

    Raises
    ------
    ValueError
        As in :func:`total_t_co2e`.

    Notes
    -----
    .. math::

        s_{model}^2 = \frac{1}{L - 1} \sum_l (\tau_l - \bar{\tau})^2, \qquad \tau_l = \sum_h A_h \,
        \bar{y}_{h,l}

    Here :math:`A_h` is ``area_ha``. :math:`\bar{y}_{h,l}` is the mean of ``reduction_t_co2e_per_ha`` over the
    points of a stratum in draw :math:`l`.

    Source: Eq. 68. Of the whole project's total: summed by stratum it would leave out what strata share.

    Examples
    --------
    >>> result = drawn_model_variance_t2(
    ...     area_ha=[10.0, 30.0],
    ...     reduction_t_co2e_per_ha=[[[1.0, 1.4, 0.6, 1.0], [2.0, 2.6, 1.4, 2.0]], [[0.5, 0.9, 0.1, 0.5],
    ...     [1.5, 1.7, 1.3, 1.5], [1.0, 1.6, 0.4, 1.0]]],
    ... )
    >>> print(result)
    192.6667
    """
    total = total_by_draw_t_co2e(area_ha=area_ha, reduction_t_co2e_per_ha=reduction_t_co2e_per_ha)
    return float(np.var(total, ddof=1))


@equation("vm0042:67", "Var(tau)", "(t CO2e)^2", vm0042("8.6.1.2", "67"))
def total_variance_t2(*, sampling_variance_t2: Amount, model_variance_t2: Amount) -> Value:
    r"""Return the variance of the project's total: sampling and model.

    Parameters
    ----------
    sampling_variance_t2, model_variance_t2
        Eq. 68, both of totals. [(t CO2e)^2]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \operatorname{Var}(\tau) = s_{sampling}^2 + s_{model}^2

    Here :math:`s_{sampling}^2` is ``sampling_variance_t2`` and :math:`s_{model}^2` is ``model_variance_t2``.

    Source: Eq. 67, the law of total variance.

    Examples
    --------
    >>> print(total_variance_t2(sampling_variance_t2=100.0, model_variance_t2=192.66666666666666))
    292.6667
    """
    return sampling_variance_t2 + model_variance_t2


@equation("vm0042:69", "Var(mu)", "(t CO2e/ha)^2", vm0042("8.6.1.2", "69"))
def variance_of_mean_from_total(*, variance_of_total_t2: Amount, area_ha: Hectares) -> Value:
    r"""Return the variance of the project's mean from that of its total.

    Parameters
    ----------
    variance_of_total_t2
        Eq. 67. [(t CO2e)^2]
    area_ha
        Area of the project. [ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \operatorname{Var}(\mu) = \frac{\operatorname{Var}(\tau)}{A^2}

    Here :math:`\operatorname{Var}(\tau)` is ``variance_of_total_t2`` and :math:`A` is ``area_ha``.

    Source: Eq. 69; unlike Eq. 63 the model part too is of a total.

    Examples
    --------
    >>> print(variance_of_mean_from_total(variance_of_total_t2=292.6666666666667, area_ha=40.0))
    0.1829167
    """
    return ratio("area_ha", variance_of_total_t2, area_ha**2)


@equation("vm0042:8.6.1.2.3", "k_L", "1", vm0042("8.6.1.2.3"))
def draws_factor(*, draws: Annotated[Value, Range(1)]) -> Value:
    r"""Return the factor by which a finite number of draws widens the standard error.

    Parameters
    ----------
    draws
        Independent draws, or the effective number of a Markov chain. [1 or more]

    Returns
    -------
    float or array
        sqrt(1 + 1/L). [1]

    Raises
    ------
    ValueError
        For fewer than one.

    Notes
    -----
    .. math:: k_L = \sqrt{1 + \frac{1}{L}}

    Here :math:`L` is ``draws``.

    Source: VM0042 2.2 section 8.6.1.2.3, after Gelman; it suggests 500 to 1000 draws.

    Examples
    --------
    >>> print(draws_factor(draws=100.0))
    1.004988
    """
    return np.sqrt(1 + 1 / draws)
