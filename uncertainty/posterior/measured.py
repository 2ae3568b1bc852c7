"""The posterior of a measured project: from paired changes at points to the credited quantile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.arguments import equation, ours, takes
from mollisol.quantification.checks import FloatArray, at_least, between, finite, positive, row, whole
from mollisol.uncertainty.posterior.declaration import (
    ControlPoints,
    IntArray,
    ProjectPoints,
    SharedEffect,
    Strata,
)
from mollisol.uncertainty.posterior.exact import posterior_of_change
from mollisol.uncertainty.posterior.replicates import PriorStandsOn, StrataApart, with_prior
from mollisol.uncertainty.posterior.specification import Specification


@dataclass(frozen=True, slots=True)
class MeasurementErrors:
    """Known errors of the changes.

    Parameters
    ----------
    class_sd
        Standard deviation of each class of points, shape (K,). [t CO2e/ha]
    project_class, control_class
        Class of each point, shapes (n,) and (m,).
    shared
        Errors that many points share.
    """

    class_sd: ArrayLike
    project_class: ArrayLike
    control_class: ArrayLike
    shared: tuple[SharedEffect, ...]


def measured_specification(
    *,
    area_ha: ArrayLike,
    project_change_t_co2e_per_ha: ArrayLike,
    project_stratum: Sequence[int],
    project_unit: Sequence[int],
    control_change_t_co2e_per_ha: ArrayLike,
    control_site: Sequence[int],
    site_link: ArrayLike,
    offset_t_co2e_per_ha: ArrayLike = 0.0,
    errors: MeasurementErrors | None = None,
    prior: PriorStandsOn = "half-normal",
    apart: StrataApart | None = None,
) -> Specification:
    """Declare everything that makes the mean difference in stock change uncertain, project minus control.

    Parameters
    ----------
    area_ha
        Areas of the strata, shape (H,). [ha]
    project_change_t_co2e_per_ha
        Paired change at each project point, shape (n,). [t CO2e/ha]
    project_stratum, project_unit
        Number of the stratum and of the sampling unit of each point, shape (n,).
    control_change_t_co2e_per_ha
        Paired change at each control point, shape (m,). [t CO2e/ha]
    control_site
        Number of the control site of each point, shape (m,).
    site_link
        1 where a control site is linked to a stratum, else 0, shape (C, H).
    offset_t_co2e_per_ha
        Known amount taken off the project change, such as biochar carbon. [t CO2e/ha]
    errors
        Declared measurement errors; None where they are negligible.
    prior
        ``half-normal``: on each standard deviation; ``means``: flat on the logarithm of the spread of the means of
        units and of control sites, which are the data then.
    apart
        Strata without paired changes, whose change is one estimate of several campaigns; under ``means`` alone.

    Returns
    -------
    Specification
        For :func:`mollisol.uncertainty.posterior.exact.posterior_of_change`.

    Raises
    ------
    ValueError
        For data that cannot carry the model; the message says what to do.

    Notes
    -----
    Source: the hierarchical model of docs/posterior.md with a measured baseline. A laboratory error that is not
    declared is inside the spread between points, as it is in Eqs. 70 and 71.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    offset = finite("offset_t_co2e_per_ha", offset_t_co2e_per_ha)
    if offset.ndim:
        raise ValueError(f"offset_t_co2e_per_ha must be one number, found shape {offset.shape}")
    link = between("site_link", site_link, 0.0, 1.0) * area
    if link.ndim != 2 or not (link.sum(axis=1) > 0).all():
        raise ValueError(
            "site_link must have a row for each control site, each linked to at least one stratum"
        )
    name = "project_change_t_co2e_per_ha"
    change = row(name, finite(name, project_change_t_co2e_per_ha), 0 if apart is not None else 1)
    control = row(
        "control_change_t_co2e_per_ha", finite("control_change_t_co2e_per_ha", control_change_t_co2e_per_ha)
    )
    stratum = _numbers("project_stratum", project_stratum, change)
    unit = _numbers("project_unit", project_unit, change)
    if apart is not None:
        more = row("change of strata apart", finite("change of strata apart", apart.change))
        change = np.append(change, more)
        stratum = np.append(stratum, np.asarray(apart.stratum, dtype=np.int64))
        unit = np.append(unit, unit.max(initial=-1) + 1 + np.arange(more.size))
    known = (
        MeasurementErrors([0.0], np.zeros(change.size), np.zeros(control.size), ())
        if errors is None
        else errors
    )
    declared = Specification(
        measurement_sd=at_least("class_sd", known.class_sd, 0.0),
        shared=known.shared,
        strata=Strata(area),
        project=ProjectPoints(
            change - offset,
            stratum,
            unit,
            _numbers("project_class", known.project_class, change),
        ),
        control=ControlPoints(
            control,
            _numbers("control_site", control_site, control),
            link / link.sum(axis=1, keepdims=True),
            _numbers("control_class", known.control_class, control),
        ),
    )
    return with_prior(declared, prior, apart)


def _numbers(name: str, value: ArrayLike, change: FloatArray) -> IntArray:
    codes = row(name, whole(name, value, 0), 0)
    if codes.shape != change.shape:
        raise ValueError(
            f"{name} must hold {change.size} numbers, one for each change, found shape {codes.shape}"
        )
    return codes.astype(np.int64)


@equation("mollisol:posterior-credited", "q", "t CO2e/ha", ours("docs/posterior.md"))
@takes(measured_specification)
def posterior_credited_t_co2e_per_ha(*, confidence: ArrayLike, **data: Any) -> float:
    r"""Return the quantile of the posterior that the truth exceeds with the probability of the rule.

    Parameters
    ----------
    area_ha, project_change_t_co2e_per_ha, project_stratum, project_unit
        As in :func:`measured_specification`.
    control_change_t_co2e_per_ha, control_site, site_link, offset_t_co2e_per_ha, errors, prior, apart
        As in :func:`measured_specification`.
    confidence
        Probability with which the truth exceeds what is credited. [fraction]

    Returns
    -------
    float
        [t CO2e/ha over the period]

    Raises
    ------
    ValueError
        As in :func:`measured_specification`.

    Notes
    -----
    .. math:: P(\Delta \ge q \mid y) = c, \qquad \Delta = \sum_h \frac{A_h}{A} \, (\mu_h - \theta_h)

    Here :math:`A_h` is ``area_ha`` and :math:`c` is ``confidence``. :math:`\mu_h` is the mean change of a
    stratum of the project and :math:`\theta_h` that of its control sites, both unknown with a posterior given
    the data :math:`y`.

    Source: docs/posterior.md; the same data give the same bits.

    Examples
    --------
    >>> result = posterior_credited_t_co2e_per_ha(
    ...     area_ha=[10.0], project_change_t_co2e_per_ha=[3.0, 7.0] * 30, project_stratum=[0] * 60,
    ...     project_unit=list(range(60)), control_change_t_co2e_per_ha=[-1.0, 3.0] * 30,
    ...     control_site=list(range(60)), site_link=[[1.0]] * 60, confidence=0.75
    ... )
    >>> print(result)
    3.7516
    """
    return posterior_of_change(measured_specification(**data), confidence=confidence).credited
