"""Variance of the process model's prediction, over strata (VM0042 section 8.6.1.1, Eqs. 63 and 64)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import (
    Form,
    Value,
    at_least,
    form_of,
    positive,
    ratio,
    row,
    same_shape,
    together,
)


@equation(
    "vm0042:64",
    symbol="s2_model",
    unit="(t CO2e/ha)^2",
    locator=Locator("VM0042", "2.2", section="8.6.1.1", equation="64"),
    switch=("switch.eq64-correlation",),
)
def project_model_variance(
    *, area_ha: ArrayLike, model_variance: ArrayLike, form: Form = "corrected"
) -> Value:
    """Model variance of the project mean, from that of the strata.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha, above 0]
    model_variance
        Variance of the prediction error by stratum, shape (H,). [(t CO2e/ha)^2, 0 or more]
    form
        ``corrected`` takes the strata's errors as fully correlated, since they share their parameters: the
        square of the area-weighted sum of standard deviations. ``printed`` takes them as independent, so
        that splitting a stratum shrinks the error (D1).

    Returns
    -------
    float
        [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that differ.

    Notes
    -----
    Source: Eq. 64; section 8.6.1.2.1 itself forbids splitting the model variance over strata.
    """
    area = row("area_ha", positive("area_ha", area_ha))
    variance = row("model_variance", at_least("model_variance", model_variance, 0.0))
    same_shape(area_ha=area, model_variance=variance)
    share = ratio("area_ha", area, area.sum())
    independent = (share**2 * variance).sum()
    correlated = (share * np.sqrt(variance)).sum() ** 2
    return float(independent if form_of(form) else correlated)


@equation(
    "vm0042:63",
    symbol="s2_d,t",
    unit="(t CO2e/ha)^2",
    locator=Locator("VM0042", "2.2", section="8.6.1.1", equation="63"),
)
def variance_with_model_error(
    *, sampling_variance_t2: ArrayLike, model_variance: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Variance of the project mean: sampling and model together.

    Parameters
    ----------
    sampling_variance_t2
        Sampling variance of the project total (Eq. 62, summed). [(t CO2e)^2, 0 or more]
    model_variance
        Model variance of the project mean (Eq. 64). [(t CO2e/ha)^2, 0 or more]
    area_ha
        Area of the project. [ha, above 0]

    Returns
    -------
    float or array
        Shape of the arguments combined. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside the ranges above, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 63. Only the sampling part is over the squared area; model error does not shrink with it.
    """
    sampling = at_least("sampling_variance_t2", sampling_variance_t2, 0.0)
    model = at_least("model_variance", model_variance, 0.0)
    area = positive("area_ha", area_ha)
    together(sampling_variance_t2=sampling, model_variance=model, area_ha=area)
    return ratio("area_ha", sampling, area**2) + model
