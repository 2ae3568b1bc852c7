"""What a declaration must fulfil: every refusal in words, before anything is computed."""

from __future__ import annotations

import numpy as np

from mollisol.quantification.checks import FloatArray, positive
from mollisol.uncertainty.posterior.declaration import (
    _ROUNDING,
    FEWEST_POINTS_OF_A_SPREAD,
    MOST_CLASSES,
    ControlPoints,
    Declaration,
    IntArray,
)


def check(specification: Declaration) -> None:
    """Check one declaration.

    Raises
    ------
    ValueError
        For parts that do not fit together, or data that cannot carry the model.
    """
    _project(specification)
    if specification.baseline in ("modelled", "none"):
        if specification.control is not None:
            raise ValueError(
                f"baseline {specification.baseline} takes no control points: declare it hybrid or measured"
            )
    elif specification.control is None:
        raise ValueError(f"a {specification.baseline} baseline needs control points, found none")
    else:
        _control(specification, specification.control)
    _shared(specification)
    _model(specification)
    for name in ("prior_scale", "validation_scale", "bias_scale", "effect_prior_sd", "period_years"):
        if (value := getattr(specification, name)) is not None:
            positive(name, value)
    _spread(specification)


def _project(declaration: Declaration) -> None:
    strata, points = declaration.strata, declaration.project
    number = strata.area_ha.size
    if (points.stratum >= number).any():
        raise ValueError(f"stratum must be below {number}, found {points.stratum.max()}")
    empty = np.setdiff1d(np.arange(number), points.stratum)
    if empty.size:
        raise ValueError(f"stratum {empty[0]} has no measured point ({empty.size} such strata)")
    classes = declaration.measurement_sd.size
    if classes > MOST_CLASSES:
        raise ValueError(f"measurement_sd has {classes} classes, at most {MOST_CLASSES}: group the points")
    if (points.measurement_class >= classes).any():
        raise ValueError(f"measurement_class must be below {classes}")
    pairs = np.unique(np.stack([points.unit, points.stratum]), axis=1)
    held, times = np.unique(pairs[0], return_counts=True)
    if (times > 1).any():
        raise ValueError(f"field {held[times > 1][0]} lies in more than one stratum: give each part its own")
    sampled = np.bincount(pairs[1], minlength=number)
    short = np.flatnonzero(sampled > strata.fields)
    if short.size:
        raise ValueError(
            f"stratum {short[0]} has {sampled[short[0]]} sampled fields but {strata.fields[short[0]]:g} in all"
        )
    used, size = np.unique(strata.point_spread[points.stratum], return_counts=True)
    own = declaration.spread_prior == "half-normal"
    if own and used.size > 1 and (size < FEWEST_POINTS_OF_A_SPREAD).any():
        raise ValueError(f"a class of point_spread needs {FEWEST_POINTS_OF_A_SPREAD} points or more")


def _control(declaration: Declaration, points: ControlPoints) -> None:
    if points.link.shape[1] != declaration.strata.area_ha.size:
        raise ValueError(f"link must have a column for each of {declaration.strata.area_ha.size} strata")
    if (points.measurement_class >= declaration.measurement_sd.size).any():
        raise ValueError(f"control measurement_class must be below {declaration.measurement_sd.size}")


def _shared(declaration: Declaration) -> None:
    names = [effect.name for effect in declaration.shared]
    if len(set(names)) < len(names):
        raise ValueError(f"shared effects must have different names, found {names}")
    for effect in declaration.shared:
        if effect.project is not None and effect.project.size != declaration.project.change.size:
            raise ValueError(
                f"project design of {effect.name} must hold {declaration.project.change.size} numbers"
            )
        if effect.control is not None and (
            declaration.control is None or effect.control.size != declaration.control.change.size
        ):
            raise ValueError(f"control design of {effect.name} must hold one number a control point")


def _model(declaration: Declaration) -> None:
    if not declaration.modelled_error:
        if declaration.validation is not None or declaration.model is not None:
            raise ValueError(f"baseline {declaration.baseline} takes no validation and no model draws")
        return
    if declaration.validation is None or declaration.bias_scale is None:
        raise ValueError(f"a {declaration.baseline} baseline needs validation comparisons and bias_scale")
    used = (
        np.unique(declaration.strata.practice)
        if declaration.baseline == "modelled"
        else np.empty(0, np.int64)
    )
    missing = np.setdiff1d(used, declaration.validation.practice)
    if missing.size:
        raise ValueError(f"practice {missing[0]} has no validation comparison")
    number = declaration.strata.area_ha.size
    if declaration.baseline == "modelled":
        if declaration.model is not None and (
            declaration.model.effect.size == 0 or declaration.model.effect.shape[0] != number
        ):
            raise ValueError(f"a modelled baseline needs draws of the effect in each of {number} strata")
        return
    if (
        declaration.model is None
        or declaration.model.baseline_stratum.size == 0
        or declaration.model.baseline_control.size == 0
    ):
        raise ValueError("a hybrid baseline needs draws of the modelled baseline of strata and control sites")
    here, there = declaration.model.baseline_stratum.shape, declaration.model.baseline_control.shape
    if here[0] != number or there[0] != declaration.controls.link.shape[0] or here[1] != there[1]:
        raise ValueError("draws of the baseline must have a row a stratum or control site and the same draws")


def within(values: FloatArray, group: IntArray) -> tuple[float, int]:
    """Return the sum of squares within groups and its degrees of freedom; rounding counts as nothing."""
    _, place, size = np.unique(group, return_inverse=True, return_counts=True)
    mean = np.bincount(place, values) / size
    squares = float(((values - mean[place]) ** 2).sum())
    nothing = values.size * (_ROUNDING * float(np.abs(values).max())) ** 2
    return (squares if squares > nothing else 0.0), int(values.size - size.size)


def link_group(points: ControlPoints) -> IntArray:
    """Return each control site the place of its row among the different rows of ``link``, shape (C,)."""
    place = np.unique(points.link, axis=0, return_inverse=True)[1]
    return place.reshape(-1).astype(np.int64)


def pooled_sd(declaration: Declaration) -> float:
    """Pool the spread of the paired changes: within strata, and of all control points about one mean.

    Control points are not split by what they are linked to: with one site a stratum the difference between
    sites would be left out of the prior's scale, just where the prior carries it. [t CO2e/ha]

    Raises
    ------
    ValueError
        If no stratum and not the control side has two points, or all of those agree exactly.
    """
    squares, freedom = within(declaration.project.change, declaration.project.stratum)
    if declaration.control is not None:
        more, extra = within(
            control_residual(declaration), np.zeros(declaration.control.change.size, np.int64)
        )
        squares, freedom = squares + more, freedom + extra
    if freedom == 0:
        raise ValueError(
            "no stratum has two points and there are not two control points: nothing shows the spread of the change"
        )
    if squares == 0:
        raise ValueError(
            "changes within strata and at control sites agree exactly: no spread to learn from; "
            "check the data, or declare prior_scale and measurement_sd"
        )
    return float(np.sqrt(squares / freedom))


def control_residual(declaration: Declaration) -> FloatArray:
    """Return the change at control points, less the mean modelled baseline of the site in a hybrid."""
    if declaration.baseline == "hybrid":
        less = declaration.model_draws.baseline_control.mean(axis=1)[declaration.controls.site]
        return np.asarray(declaration.controls.change - less, np.float64)
    return declaration.controls.change


def _spread(declaration: Declaration) -> None:
    """Refuse exact ties that would drive a variance to zero with infinite likelihood."""
    if declaration.prior_scale is None and not declaration.evidence:
        pooled_sd(declaration)
    # a log-uniform prior ends above 0, so that ties are no infinite likelihood
    if (declaration.measurement_sd == 0).any() and declaration.spread_prior == "half-normal":
        fields, inside = within(declaration.project.change, declaration.project.unit)
        sites, at_sites = 0.0, 0
        if declaration.control is not None:
            sites, at_sites = within(control_residual(declaration), declaration.control.site)
        if inside + at_sites > 0 and fields + sites == 0:
            raise ValueError("points within every field and control site agree exactly: check the data")
        if inside + at_sites == 0:
            strata, among = within(declaration.project.change, declaration.project.stratum)
            if among > 0 and strata == 0:
                raise ValueError("changes within every stratum agree exactly: check the data")
            if declaration.control is not None:
                group = link_group(declaration.control)[declaration.control.site]
                controls, among = within(control_residual(declaration), group)
                if among > 0 and controls == 0:
                    raise ValueError("changes of the control sites agree exactly: check the data")
    if declaration.validation is not None:
        if declaration.validation_scale is None and np.ptp(declaration.validation.residual) == 0:
            raise ValueError("validation residuals agree exactly: declare validation_scale or check the data")
        if (declaration.validation.standard_error == 0).any() and np.ptp(
            declaration.validation.residual
        ) == 0:
            raise ValueError("validation residuals agree exactly without standard errors: check the data")
