"""Multi-stage sampling: landowners, fields by size with replacement, strata, points (VM0042 Appendix 6).

Only the spread between fields counts: what varies within a field is inside it. A landowner needs two fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.arguments import Amount, Amounts, Hectares, equation, vm0042
from mollisol.quantification.checks import (
    FloatArray,
    Form,
    Value,
    finite,
    form_of,
    positive,
    ratio,
    row,
    same_shape,
)


@dataclass(frozen=True, slots=True)
class FieldStratum:
    """A stratum within a sampled field.

    Parameters
    ----------
    area_ha
        Area. [ha]
    values_t_co2e_per_ha
        Change or stock at its points, shape (n,), or (n, draws). [t CO2e/ha]
    """

    area_ha: float
    values_t_co2e_per_ha: ArrayLike


@dataclass(frozen=True, slots=True)
class Field:
    """A field drawn with probability proportional to its area, with replacement.

    Parameters
    ----------
    area_ha
        Area, the sum of its strata's. [ha]
    strata
        One or more.
    """

    area_ha: float
    strata: tuple[FieldStratum, ...]


@dataclass(frozen=True, slots=True)
class Landowner:
    """A landowner, or any first division of the project that is covered in full.

    Parameters
    ----------
    area_ha
        Area of all fields, drawn or not. [ha]
    fields
        The fields drawn, two or more; a field drawn twice stands here twice.
    """

    area_ha: float
    fields: tuple[Field, ...]

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Self:
        """Build the tree from plain tables, keys as the field names.

        Raises
        ------
        ValueError
            For a missing or an unknown key.
        """
        try:
            return cls(
                area_ha=data["area_ha"],
                fields=tuple(
                    Field(field["area_ha"], tuple(FieldStratum(**stratum) for stratum in field["strata"]))
                    for field in data["fields"]
                ),
            )
        except (KeyError, TypeError) as error:
            keys = "area_ha and fields; a field of area_ha and strata; a stratum of area_ha and values_t_co2e_per_ha"
            raise ValueError(f"a landowner is made of {keys}: {error}") from None

    @classmethod
    def of_means(cls, area_ha: float, mean_t_co2e_per_ha: FloatArray) -> Self:
        """Build the tree from the mean of each drawn field, shape (fields,): Eq. A6.1 needs no more of a field."""
        means = (FieldStratum(1.0, [float(value)]) for value in mean_t_co2e_per_ha)
        return cls(area_ha, tuple(Field(1.0, (mean,)) for mean in means))


def _expanded(landowner: Landowner) -> FloatArray:
    """Return each field's estimate of the landowner's total, shape (fields,) or (fields, draws)."""
    area = positive("landowner.area_ha", landowner.area_ha)
    if len(landowner.fields) < 2:
        raise ValueError(f"landowner.fields must be two or more, found {len(landowner.fields)}")
    totals = []
    for field in landowner.fields:
        hectares = positive("field.area_ha", field.area_ha)
        if not field.strata:
            raise ValueError("field.strata must be one or more, found none")
        parts = positive("stratum.area_ha", [stratum.area_ha for stratum in field.strata])
        if not np.isclose(parts.sum(), hectares, rtol=1e-6, atol=0):
            raise ValueError(f"stratum areas must sum to the field's, found {parts.sum():g} of {hectares:g}")
        values = [
            row("values_t_co2e_per_ha", finite("values_t_co2e_per_ha", stratum.values_t_co2e_per_ha))
            for stratum in field.strata
        ]
        if len({array.shape[1:] for array in values}) > 1:
            raise ValueError("values_t_co2e_per_ha must hold the same draws in all strata of a field")
        total = sum(part * array.mean(axis=0) for part, array in zip(parts, values, strict=True))
        totals.append(area / hectares * total)
    if len({np.shape(total) for total in totals}) > 1:
        raise ValueError("values_t_co2e_per_ha must hold the same draws in all fields")
    return np.array(totals)


def _some(landowners: Sequence[Landowner]) -> Sequence[Landowner]:
    """Check that there is a landowner."""
    if not landowners:
        raise ValueError("landowners must be one or more, found none")
    return landowners


def _between(first: FloatArray, second: FloatArray) -> float:
    """Return the covariance of two means over fields; the variance where both are the same."""
    k = first.shape[0]
    return float(((first - first.mean()) * (second - second.mean())).sum() / (k * (k - 1)))


def landowner_variances_t2(*, landowners: Sequence[Landowner]) -> FloatArray:
    """Return the sampling variance of each landowner's total.

    Parameters
    ----------
    landowners
        One or more, values of shape (n,).

    Returns
    -------
    array
        Shape (landowners,). [(t CO2e)^2]

    Raises
    ------
    ValueError
        For fewer than two fields, areas that do not add up, or numbers that are not finite.
    """
    totals = [_expanded(landowner) for landowner in _some(landowners)]
    if any(total.ndim != 1 for total in totals):
        raise ValueError("values_t_co2e_per_ha must be one value per point, found draws")
    return np.array([_between(total, total) for total in totals])


@equation("vm0042:A6.1", "s2_sampling", "(t CO2e)^2", vm0042("Appendix 6", "A6.1"))
def multistage_sampling_variance_t2(*, landowners: Sequence[Landowner]) -> Value:
    r"""Return the sampling variance of the project total under multi-stage sampling.

    Parameters
    ----------
    landowners
        One or more, values of shape (n,). [t CO2e/ha]

    Returns
    -------
    float
        Sum over landowners of the spread between their fields' expanded totals. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For fewer than two fields, areas that do not add up, or numbers that are not finite.

    Notes
    -----
    .. math::

        s_{sampling}^2 = \sum_o \frac{1}{F_o \, (F_o - 1)} \sum_f (\hat{Y}_{o,f} - \bar{Y}_o)^2, \qquad
        \hat{Y}_{o,f} = \frac{A_o}{A_f} \sum_h A_{f,h} \, \bar{y}_{f,h}

    Source: Eq. A6.1, the Hansen-Hurwitz estimator.

    Examples
    --------
    >>> result = multistage_sampling_variance_t2(
    ...     landowners=[Landowner.from_mapping({"area_ha": 100.0, "fields": [{"area_ha": 20.0, "strata":
    ...     [{"area_ha": 12.0, "values_t_co2e_per_ha": [1.0, 1.4]}, {"area_ha": 8.0, "values_t_co2e_per_ha":
    ...     [0.6, 1.0]}]}, {"area_ha": 30.0, "strata": [{"area_ha": 30.0, "values_t_co2e_per_ha": [0.8, 1.2,
    ...     1.0]}]}]}), Landowner.from_mapping({"area_ha": 60.0, "fields": [{"area_ha": 15.0, "strata":
    ...     [{"area_ha": 15.0, "values_t_co2e_per_ha": [1.5, 1.1]}]}, {"area_ha": 25.0, "strata":
    ...     [{"area_ha": 25.0, "values_t_co2e_per_ha": [0.9, 1.3]}]}]})],
    ... )
    >>> print(result)
    40.0
    """
    return float(landowner_variances_t2(landowners=landowners).sum())


@equation("vm0042:A6.2", "s2_d", "(t CO2e/ha)^2", vm0042("Appendix 6", "A6.2"))
def multistage_variance_of_mean(
    *, sampling_variance_t2: Amount, model_variance: Amount, area_ha: Hectares
) -> Value:
    r"""Return the variance of the project mean under multi-stage sampling: sampling and model together.

    Parameters
    ----------
    sampling_variance_t2
        Eq. A6.1. [(t CO2e)^2]
    model_variance
        Model variance of the project mean. [(t CO2e/ha)^2]
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
    .. math:: s_d^2 = \frac{s_{sampling}^2}{A^2} + s_{model}^2

    Here :math:`s_{sampling}^2` is ``sampling_variance_t2``, :math:`s_{model}^2` is ``model_variance`` and
    :math:`A` is ``area_ha``.

    Source: Eq. A6.2.

    Examples
    --------
    >>> result = multistage_variance_of_mean(
    ...     sampling_variance_t2=40.0, model_variance=0.04, area_ha=160.0
    ... )
    >>> print(result)
    0.0415625
    """
    return ratio("area_ha", sampling_variance_t2, area_ha**2) + model_variance


@equation(
    "vm0042:A6.6", "s2_sampling", "(t CO2e)^2", vm0042("Appendix 6", "A6.6"), switch=("switch.a66-area",)
)
def multistage_draws_sampling_variance_t2(
    *, landowners: Sequence[Landowner], form: Form = "corrected"
) -> Value:
    r"""Return the sampling variance of the project total under multi-stage sampling, from draws.

    Parameters
    ----------
    landowners
        One or more, values of shape (n, draws), or (n,) where the draws are averaged. [t CO2e/ha]
    form
        ``corrected`` as Eq. A6.1; ``printed`` times the squared area of the landowner, though the field
        totals are already expanded to it (D2).

    Returns
    -------
    float
        Spread between fields of the totals averaged over draws, summed over landowners. [(t CO2e)^2]

    Raises
    ------
    ValueError
        For fewer than two fields, areas that do not add up, draws that differ, or numbers that are not
        finite.

    Notes
    -----
    .. math:: s_{sampling}^2 = \sum_o \frac{1}{F_o \, (F_o - 1)} \sum_f (\bar{Y}_{o,f} - \bar{Y}_o)^2

    Source: Eq. A6.6.

    Examples
    --------
    >>> result = multistage_draws_sampling_variance_t2(
    ...     landowners=[Landowner.from_mapping({"area_ha": 10.0, "fields": [{"area_ha": 5.0, "strata":
    ...     [{"area_ha": 5.0, "values_t_co2e_per_ha": [[1.0, 3.0]]}]}, {"area_ha": 2.0, "strata":
    ...     [{"area_ha": 2.0, "values_t_co2e_per_ha": [[4.0, 4.0]]}]}]})],
    ... )
    >>> print(result)
    100.0
    """
    printed = form_of(form)
    total = 0.0
    for landowner in _some(landowners):
        expanded = _expanded(landowner)
        averaged = expanded.reshape(expanded.shape[0], -1).mean(axis=1)
        total += _between(averaged, averaged) * (landowner.area_ha**2 if printed else 1.0)
    return total


@equation("vm0042:A6.9", "s2_dSOC,pr", "(t CO2e)^2", vm0042("Appendix 6", "A6.9"))
def multistage_paired_variance_t2(*, start: Sequence[Landowner], end: Sequence[Landowner]) -> FloatArray:
    r"""Return the variance of the change of each landowner's total, the same fields measured twice.

    Parameters
    ----------
    start, end
        The same landowners and fields in the same order, values of shape (n,) stocks; points may differ.
        [t CO2e/ha]

    Returns
    -------
    array
        s_x^2 + s_s^2 - 2 COV by landowner, shape (landowners,). [(t CO2e)^2]

    Raises
    ------
    ValueError
        For landowners or fields that differ, fewer than two fields, areas that do not add up, or numbers
        that are not finite.

    Notes
    -----
    .. math::

        s_o^2 = \frac{1}{F_o \, (F_o - 1)} \sum_f (\delta_{o,f} - \bar{\delta}_o)^2, \qquad \delta_{o,f} =
        \hat{Y}_{o,f,end} - \hat{Y}_{o,f,start}

    Source: Eq. A6.9 without the outer square on the covariance, a slip that would not fit the units (D4).
    Joined field by field, so that rounding cannot give a variance below zero.

    Examples
    --------
    >>> result = multistage_paired_variance_t2(
    ...     start=[Landowner.from_mapping({"area_ha": 100.0, "fields": [{"area_ha": 20.0, "strata":
    ...     [{"area_ha": 20.0, "values_t_co2e_per_ha": [50.0, 52.0]}]}, {"area_ha": 30.0, "strata":
    ...     [{"area_ha": 30.0, "values_t_co2e_per_ha": [48.0]}]}]})],
    ...     end=[Landowner.from_mapping({"area_ha": 100.0, "fields": [{"area_ha": 20.0, "strata":
    ...     [{"area_ha": 20.0, "values_t_co2e_per_ha": [53.0, 55.0]}]}, {"area_ha": 30.0, "strata":
    ...     [{"area_ha": 30.0, "values_t_co2e_per_ha": [49.0, 51.0]}]}]})],
    ... )
    >>> print(result)
    [2500.]
    """
    if [[field.area_ha for field in owner.fields] for owner in _some(start)] != [
        [field.area_ha for field in owner.fields] for owner in end
    ]:
        raise ValueError("start and end must hold the same landowners and fields, in the same order")
    variances = []
    for before, after in zip(start, end, strict=True):
        first, second = _expanded(before), _expanded(after)
        if first.ndim != 1 or second.ndim != 1:
            raise ValueError("values_t_co2e_per_ha must be one value per point, found draws")
        change = second - first
        variances.append(_between(change, change))
    return np.array(variances)


@equation("vm0042:A6.8", "s2_dSOC", "(t CO2e/ha)^2", vm0042("Appendix 6", "A6.8"))
def multistage_variance_of_mean_change(
    *, project_variance_t2: Amounts, control_variance_t2: Amounts, area_ha: Hectares
) -> Value:
    r"""Return the variance of the mean difference in change, project less control, under multi-stage sampling.

    Parameters
    ----------
    project_variance_t2, control_variance_t2
        By landowner, shape (F,) (Eq. A6.9). [(t CO2e)^2]
    area_ha
        Area of the project. [ha]

    Returns
    -------
    float
        Sum of all, over the squared area. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that differ.

    Notes
    -----
    .. math:: s^2 = \frac{1}{A^2} \sum_o \left(s_{wp,o}^2 + s_{bsl,o}^2\right)

    Here :math:`s_{wp,o}^2` is ``project_variance_t2``, :math:`s_{bsl,o}^2` is ``control_variance_t2`` and
    :math:`A` is ``area_ha``.

    Source: Eq. A6.8.

    Examples
    --------
    >>> result = multistage_variance_of_mean_change(
    ...     project_variance_t2=[2500.0, 100.0], control_variance_t2=[400.0, 0.0], area_ha=160.0
    ... )
    >>> print(result)
    0.1171875
    """
    same_shape(project_variance_t2=project_variance_t2, control_variance_t2=control_variance_t2)
    return ratio("area_ha", (project_variance_t2 + control_variance_t2).sum(axis=-1), area_ha**2)
