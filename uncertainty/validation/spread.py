"""How the errors of a model spread within studies, and how they grow with the length of a comparison."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import Numbers, equation, ours
from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.groups import Labels, places
from mollisol.uncertainty.model.horizon import fit_growth


@equation(
    "mollisol:within-study-variance",
    "s_w^2",
    "(t CO2e/ha)^2",
    Locator("Searle, Casella and McCulloch, Variance Components", "1992", "3.6"),
)
def within_study_variance(*, error_t_co2e_per_ha: Numbers, study: Labels) -> float:
    r"""Return the variance of the model's errors about the mean of their study.

    Parameters
    ----------
    error_t_co2e_per_ha
        Modelled less observed effect of each comparison, shape (k,). [t CO2e/ha]
    study
        Id of the study of each, shape (k,).

    Returns
    -------
    float
        Pooled over studies. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For no study with two comparisons, shapes that differ, or a number that is not finite.

    Notes
    -----
    .. math:: s_w^2 = \frac{\sum_s \sum_i (e_{si} - \bar{e}_s)^2}{\sum_s (n_s - 1)}

    Here :math:`e_{si}` is ``error_t_co2e_per_ha`` and :math:`s` is ``study``.

    Source: Searle and others, the mean square within classes of an analysis of variance.

    Examples
    --------
    >>> print(within_study_variance(error_t_co2e_per_ha=[0.0, 2.0, 50.0], study=["a", "a", "b"]))
    2.0
    """
    place, size = places("study", study, error_t_co2e_per_ha)
    freedom = float(size.sum() - size.size)
    if freedom == 0:
        raise ValueError("study must name at least one study with two comparisons")
    mean = np.bincount(place, weights=error_t_co2e_per_ha) / size
    return float(((error_t_co2e_per_ha - mean[place]) ** 2).sum() / freedom)


@equation(
    "mollisol:error-growth",
    "a, b",
    "(t CO2e/ha)^2, the second per year",
    ours("prediction error as a random walk"),
)
def error_growth(
    *,
    error_t_co2e_per_ha: Annotated[FloatArray, Range(least=4)],
    duration_years: Annotated[FloatArray, Range(0, unit="years", above=True)],
) -> FloatArray:
    r"""Return the constant and yearly growth of the variance of the prediction error.

    Parameters
    ----------
    error_t_co2e_per_ha
        Mean error of each study, shape (s,), at least four. [t CO2e/ha]
    duration_years
        Median duration of each study's comparisons, shape (s,), not all the same. [years]

    Returns
    -------
    array
        Constant and growth, shape (2,), both 0 or more. [(t CO2e/ha)^2 and the same per year]

    Raises
    ------
    ValueError
        For fewer than four studies, durations all the same, errors without spread, or a number out of range.

    Notes
    -----
    .. math:: E\left[(e_v - \bar{e})^2\right] \frac{n}{n - 1} = a + b \, T_v, \qquad a, b \ge 0

    Here :math:`e_v` is ``error_t_co2e_per_ha`` and :math:`T_v` is ``duration_years``. Least squares with
    weights that follow the fit give :math:`a` and :math:`b`.

    Source: squared errors about their mean, regressed on duration with weights 1/variance^2 and no negative part.

    Examples
    --------
    >>> result = error_growth(
    ...     error_t_co2e_per_ha=[1.7320508075688772, -1.7320508075688772, 3.0, -3.0],
    ...     duration_years=[2.0, 2.0, 10.0, 10.0]
    ... )
    >>> print(result)
    [2. 1.]
    """
    growth = fit_growth(error_t_co2e_per_ha=error_t_co2e_per_ha, duration_years=duration_years)
    return np.array([growth.constant, growth.per_year])
