"""Variance of the process model's prediction, over strata (VM0042 section 8.6.1.1, Eqs. 63 and 64)."""

from __future__ import annotations

import numpy as np

from mollisol.quantification.arguments import Amount, Amounts, Hectares, Positives, equation, vm0042
from mollisol.quantification.checks import (
    Form,
    Value,
    form_of,
    ratio,
    same_shape,
)


@equation(
    "vm0042:64", "s2_model", "(t CO2e/ha)^2", vm0042("8.6.1.1", "64"), switch=("switch.eq64-correlation",)
)
def project_model_variance(*, area_ha: Positives, model_variance: Amounts, form: Form = "corrected") -> Value:
    r"""Return the model variance of the project mean, from that of the strata.

    Parameters
    ----------
    area_ha
        Area of the strata, shape (H,). [ha]
    model_variance
        Variance of the prediction error by stratum, shape (H,). [(t CO2e/ha)^2]
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
        For an argument outside its range, or shapes that differ.

    Notes
    -----
    .. math:: s_{model}^2 = \left(\sum_h \frac{A_h}{A} \sqrt{s_{model,h}^2}\right)^2

    Here :math:`A_h` is ``area_ha`` and :math:`s_{model,h}^2` is ``model_variance``. The printed form adds
    :math:`(A_h / A)^2 s_{model,h}^2`, as if the strata were independent.

    Source: Eq. 64; section 8.6.1.2.1 itself forbids splitting the model variance over strata.

    Examples
    --------
    >>> print(project_model_variance(area_ha=[120.0, 60.0, 20.0], model_variance=[0.25, 0.25, 0.25]))
    0.25
    """
    same_shape(area_ha=area_ha, model_variance=model_variance)
    share = ratio("area_ha", area_ha, area_ha.sum())
    independent = (share**2 * model_variance).sum()
    correlated = (share * np.sqrt(model_variance)).sum() ** 2
    return float(independent if form_of(form) else correlated)


@equation("vm0042:63", "s2_d,t", "(t CO2e/ha)^2", vm0042("8.6.1.1", "63"))
def variance_with_model_error(
    *, sampling_variance_t2: Amount, model_variance: Amount, area_ha: Hectares
) -> Value:
    r"""Return the variance of the project mean: sampling and model together.

    Parameters
    ----------
    sampling_variance_t2
        Sampling variance of the project total (Eq. 62, summed). [(t CO2e)^2]
    model_variance
        Model variance of the project mean (Eq. 64). [(t CO2e/ha)^2]
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
    .. math:: s_{d,t}^2 = \frac{s_{sampling}^2}{A^2} + s_{model}^2

    Here :math:`s_{sampling}^2` is ``sampling_variance_t2``, :math:`s_{model}^2` is ``model_variance`` and
    :math:`A` is ``area_ha``.

    Source: Eq. 63. Only the sampling part is over the squared area; model error does not shrink with it.

    Examples
    --------
    >>> result = variance_with_model_error(
    ...     sampling_variance_t2=1768.0444444444445, model_variance=[0.115, 0.25], area_ha=200.0
    ... )
    >>> print(result)
    [0.15920111 0.29420111]
    """
    return ratio("area_ha", sampling_variance_t2, area_ha**2) + model_variance
