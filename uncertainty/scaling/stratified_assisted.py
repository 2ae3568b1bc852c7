"""The difference estimator over strata: the mean of the map, plus the strata's mean residuals by area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mollisol.quantification.checks import between, finite, positive, row, same_shape
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from mollisol.uncertainty.scaling.model_assisted import FEWEST_POINTS, Assisted


def stratified_difference_estimate(
    *,
    area_ha: ArrayLike,
    value: Sequence[ArrayLike],
    prediction: Sequence[ArrayLike],
    mean_prediction: ArrayLike,
    unsampled_share: ArrayLike = 1.0,
) -> Assisted:
    """Give the mean over strata with the help of a map.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha, above 0]
    value, prediction
        Measured and mapped at the points of each stratum, H rows, two points or more in each and more than 40 in all.
        [any unit, the same]
    mean_prediction
        Mean of the map over each whole stratum, shape (H,). [the same unit]
    unsampled_share
        Finite population factor of each stratum, one number or shape (H,); 1 for sampling with replacement. [0 to 1]

    Returns
    -------
    Assisted
        Slope 1, degrees of freedom after Satterthwaite.

    Raises
    ------
    ValueError
        For 40 points or fewer in all, one point in a stratum, shapes that differ, or an argument out of range.

    Notes
    -----
    Source: Sarndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, section 6.3. The map must not have been
    fitted to these points; unbiased whatever the map is.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    mapped = row("mean_prediction", finite("mean_prediction", mean_prediction))
    same_shape(area_ha=area, mean_prediction=mapped)
    share = between("unsampled_share", unsampled_share, 0.0, 1.0)
    if (
        area.ndim != 1
        or not area.size == len(value) == len(prediction)
        or share.shape not in ((), area.shape)
    ):
        raise ValueError(f"value and prediction must hold one row for each of the {area.size} strata")
    residuals = []
    for measured, at_points in zip(value, prediction, strict=True):
        one = row("value", finite("value", measured), 2)
        other = row("prediction", finite("prediction", at_points), 2)
        same_shape(value=one, prediction=other)
        residuals.append(one - other)
    points = sum(residual.size for residual in residuals)
    if points < FEWEST_POINTS:
        raise ValueError(
            f"value needs more than {FEWEST_POINTS - 1} points in all for a model-assisted estimate, found {points}: "
            "use the stratified mean"
        )
    weight = area / area.sum()
    means = np.array([residual.mean() for residual in residuals])
    parts = weight**2 * share * [residual.var(ddof=1) / residual.size for residual in residuals]
    return Assisted(
        mean=float(weight @ (mapped + means)),
        variance_of_mean=float(parts.sum()),
        degrees_of_freedom=float(
            satterthwaite(variances=parts, degrees_of_freedom=[residual.size - 1 for residual in residuals])
        ),
        slope=1.0,
    )
