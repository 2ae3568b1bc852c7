"""Prediction error of a model, its intervals and how often they hold the observation (VMD0053 section 5.2.5)."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import (
    AboveZero,
    Amount,
    Numbers,
    Probability,
    TonnesPerHa,
    equation,
    ours,
)
from mollisol.quantification.checks import (
    FloatArray,
    Value,
    same_shape,
)
from mollisol.uncertainty.groups import Labels, places
from mollisol.uncertainty.posterior.mixture import Mixture
from mollisol.uncertainty.student import t_quantile

_STEPS: Final = 200


Errors = Annotated[FloatArray, Range(least=2)]


@equation("vmd0053:5.2.5", "s2_model", "(t CO2e/ha)^2", Locator("VMD0053", "2.1", "5.2.5"))
def prediction_error_variance(*, error_t_co2e_per_ha: Errors) -> float:
    r"""Return the variance of the prediction error about its mean.

    Parameters
    ----------
    error_t_co2e_per_ha
        Modelled less observed effect of each comparison, shape (k,), two or more. [t CO2e/ha]

    Returns
    -------
    float
        [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For one comparison, or a number that is not finite.

    Notes
    -----
    .. math:: s_{model}^2 = \frac{1}{n - 1} \sum_i (e_i - \bar{e})^2

    Here :math:`e_i` is ``error_t_co2e_per_ha``.

    Source: section 5.2.5, after two secondary sources. A bias that passed its gate is not in it, and the error of the
    field measurement is.

    Examples
    --------
    >>> print(prediction_error_variance(error_t_co2e_per_ha=[-3.4, 9.1, -0.6, -6.8, 0.5]))
    35.233
    """
    return float(_errors(error_t_co2e_per_ha).var(ddof=1))


@equation("vmd0053:5.2.5-mse", "MSE", "(t CO2e/ha)^2", Locator("VMD0053", "2.1", "5.2.5"))
def mean_square_error(*, error_t_co2e_per_ha: Numbers) -> float:
    r"""Return the mean of the squared errors, bias included.

    Parameters
    ----------
    error_t_co2e_per_ha
        Modelled less observed effect of each comparison, shape (k,). [t CO2e/ha]

    Returns
    -------
    float
        [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For no comparison, or a number that is not finite.

    Notes
    -----
    .. math:: MSE = \frac{1}{n} \sum_i e_i^2

    Here :math:`e_i` is ``error_t_co2e_per_ha``.

    Source: contents of the validation report, after a secondary source.

    Examples
    --------
    >>> print(mean_square_error(error_t_co2e_per_ha=[-3.4, 9.1, -0.6, -6.8, 0.5]))
    28.244
    """
    return float((_errors(error_t_co2e_per_ha) ** 2).mean())


@equation(
    "mollisol:variance-without-noise",
    "s2_model",
    "(t CO2e/ha)^2",
    ours("prediction error less known measurement error"),
)
def variance_without_noise(
    *, error_t_co2e_per_ha: Errors, standard_error_t_co2e_per_ha: Annotated[FloatArray, Range(0)]
) -> float:
    r"""Return the variance of the prediction error with the known variances of the observations taken out.

    Parameters
    ----------
    error_t_co2e_per_ha
        Modelled less observed effect of each comparison, shape (k,), two or more. [t CO2e/ha]
    standard_error_t_co2e_per_ha
        Of the observed effects, same shape. [t CO2e/ha]

    Returns
    -------
    float
        0 where the observations alone explain the spread. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For one comparison, shapes that differ, or an argument outside its range.

    Notes
    -----
    .. math::

        \sum_i \frac{(e_i - \hat{\mu})^2}{s_{model}^2 + u_i^2} = n - 1, \qquad \hat{\mu} = \frac{\sum_i e_i /
        (s_{model}^2 + u_i^2)}{\sum_i 1 / (s_{model}^2 + u_i^2)}

    Here :math:`e_i` is ``error_t_co2e_per_ha`` and :math:`u_i` is ``standard_error_t_co2e_per_ha``. The
    equation is solved for :math:`s_{model}^2`, which is 0 where the known errors explain all.

    Source: R. C. Paule and J. Mandel 1982, Journal of Research of the National Bureau of Standards 87:377-385: the
    variance at which the weighted squares about the weighted mean are k - 1. Errors count as independent.

    Examples
    --------
    >>> result = variance_without_noise(
    ...     error_t_co2e_per_ha=[0.0, 4.0], standard_error_t_co2e_per_ha=[1.0, 2.0]
    ... )
    >>> print(result)
    5.5
    """
    error = _errors(error_t_co2e_per_ha)
    known = standard_error_t_co2e_per_ha**2
    same_shape(error_t_co2e_per_ha=error, standard_error_t_co2e_per_ha=known)
    high = float(error.var(ddof=1))
    if _excess(error, known, 1e-12 * high) <= 0:
        return 0.0
    low = 0.0
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        if _excess(error, known, middle) > 0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _excess(error: FloatArray, known: FloatArray, variance: float) -> float:
    """Return the weighted squares about the weighted mean, less what they should be; it falls with the variance."""
    total = np.maximum(known + variance, np.finfo(float).tiny)
    weight = total.min() / total
    squares = weight @ (error - weight @ error / weight.sum()) ** 2
    return float(squares / total.min() - (error.size - 1))


@equation("vmd0053:5.2.5-interval", "h", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.5"))
def interval_half_width(*, model_variance: Amount, multiplier: AboveZero) -> Value:
    r"""Return half of the width of a prediction interval.

    Parameters
    ----------
    model_variance
        Of the prediction error. [(t CO2e/ha)^2]
    multiplier
        Standard deviations on each side. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: h = k \sqrt{s_{model}^2}

    Here :math:`k` is ``multiplier`` and :math:`s_{model}^2` is ``model_variance``.

    Source: section 5.2.5, after a secondary source that prints 1.64 for 90 %.

    Examples
    --------
    >>> print(interval_half_width(model_variance=[9.0, 0.0], multiplier=2.0))
    [6. 0.]
    """
    return multiplier * np.sqrt(model_variance)


@equation("mollisol:new-observation-multiplier", "m", "1", ours("interval of a new observation"))
def new_observation_multiplier(
    *, comparisons: Annotated[Value, Range(2, whole=True)], coverage: Probability
) -> Value:
    r"""Return the multiplier of the standard deviation that holds a new observation, mean and variance unknown.

    Parameters
    ----------
    comparisons
        That the mean and variance of the errors were taken from. [whole number]
    coverage
        [fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined. [1]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: m = t_{(1+c)/2,\,n-1} \sqrt{1 + \frac{1}{n}}

    Here :math:`n` is ``comparisons`` and :math:`c` is ``coverage``.

    Source: Student's prediction interval of one further value: t sqrt(1 + 1/k) with k - 1 degrees of freedom.

    Examples
    --------
    >>> print(new_observation_multiplier(comparisons=2, coverage=0.5))
    1.224745
    """
    t = t_quantile(probability=(1 + coverage) / 2, degrees_of_freedom=comparisons - 1)
    return t * np.sqrt(1 + 1 / comparisons)


@equation(
    "mollisol:left-out-interval",
    "PI",
    "t CO2e/ha",
    ours("interval of a new observation, studies left out in turn"),
)
def left_out_interval(
    *,
    modelled_t_co2e_per_ha: Annotated[FloatArray, Range()],
    observed_t_co2e_per_ha: TonnesPerHa,
    study: Labels,
    coverage: Probability,
) -> FloatArray:
    r"""Return the interval of each observation, from the errors of the other studies alone.

    Parameters
    ----------
    modelled_t_co2e_per_ha, observed_t_co2e_per_ha
        Effect of each comparison, shape (k,). [t CO2e/ha]
    study
        Id of the study of each, shape (k,); whichever is left out, two comparisons must remain.
    coverage
        [fraction]

    Returns
    -------
    array
        Lower and upper ends, shape (2, k). [t CO2e/ha]

    Raises
    ------
    ValueError
        Where fewer than two comparisons remain, for shapes that differ, or a number out of range.

    Notes
    -----
    .. math:: PI_i = P_i - \bar{e}_{-s} \pm m_{-s} \, s_{-s}

    Here :math:`P_i` is ``modelled_t_co2e_per_ha`` and :math:`s` is ``study``. :math:`\bar{e}_{-s}` and
    :math:`s_{-s}` are mean and standard deviation of modelled less ``observed_t_co2e_per_ha`` in the other
    studies, :math:`m` the multiplier of a new observation at ``coverage``.

    Source: Student's prediction interval about the modelled value less the mean error. An observation takes no part in
    its own interval, nor does one of its study.

    Examples
    --------
    >>> result = left_out_interval(
    ...     modelled_t_co2e_per_ha=[1.0, 3.0, 8.0], observed_t_co2e_per_ha=[0.0, 0.0, 0.0],
    ...     study=["a", "b", "c"], coverage=0.5
    ... )
    >>> print(result)
    [[-8.83012702 -7.56217783  4.26794919]
     [-0.16987298  4.56217783  7.73205081]]
    """
    same_shape(modelled_t_co2e_per_ha=modelled_t_co2e_per_ha, observed_t_co2e_per_ha=observed_t_co2e_per_ha)
    place, size = places("study", study, modelled_t_co2e_per_ha)
    left = modelled_t_co2e_per_ha.size - size
    if np.any(left < 2):
        raise ValueError("study: two comparisons of other studies must remain whichever is left out")
    error = modelled_t_co2e_per_ha - observed_t_co2e_per_ha
    middle = (error.sum() - np.bincount(place, weights=error)) / left
    squares = np.array(
        [((error[place != one] - middle[one]) ** 2).sum() for one in range(size.size)], dtype=np.float64
    )
    half = new_observation_multiplier(comparisons=left, coverage=coverage) * np.sqrt(squares / (left - 1))
    centre = modelled_t_co2e_per_ha - middle[place]
    return np.stack([centre - half[place], centre + half[place]])


@equation("mollisol:predictive-interval", "PI", "t CO2e/ha", ours("posterior predictive interval"))
def predictive_interval(
    *,
    draws_t_co2e_per_ha: Annotated[FloatArray, Range()],
    sd_t_co2e_per_ha: Annotated[FloatArray, Range(0, above=True)],
    coverage: Probability,
) -> FloatArray:
    r"""Return the posterior predictive interval of each observation, from joint draws of the model's parameters.

    Parameters
    ----------
    draws_t_co2e_per_ha
        Modelled effect of each comparison under each draw, shape (k, L). [t CO2e/ha]
    sd_t_co2e_per_ha
        What the model leaves over and the measurement error together, same shape. [t CO2e/ha]
    coverage
        [fraction]

    Returns
    -------
    array
        Lower and upper ends, shape (2, k). [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that differ, or an argument outside its range.

    Notes
    -----
    .. math:: \frac{1}{L} \sum_l \Phi\left(\frac{q_p - m_{i,l}}{s_i}\right) = p, \qquad p = \frac{1 \mp c}{2}

    Here :math:`m_{i,l}` is ``draws_t_co2e_per_ha``, :math:`s_i` is ``sd_t_co2e_per_ha`` and :math:`c` is
    ``coverage``.

    Source: quantiles of the mixture of normals, one for each draw, solved and not drawn.

    Examples
    --------
    >>> result = predictive_interval(
    ...     draws_t_co2e_per_ha=[[3.0, 3.0]], sd_t_co2e_per_ha=[[2.0, 2.0]], coverage=0.9
    ... )
    >>> print(result)
    [[-0.28970725]
     [ 6.28970725]]
    """
    share = float(coverage)
    same_shape(draws_t_co2e_per_ha=draws_t_co2e_per_ha, sd_t_co2e_per_ha=sd_t_co2e_per_ha)
    if draws_t_co2e_per_ha.ndim != 2:
        raise ValueError(
            f"draws_t_co2e_per_ha must have a row for each comparison, found shape {draws_t_co2e_per_ha.shape}"
        )
    weight = np.full(draws_t_co2e_per_ha.shape[1], 1 / draws_t_co2e_per_ha.shape[1])
    mixtures = [
        Mixture(weight, mean, spread)
        for mean, spread in zip(draws_t_co2e_per_ha, sd_t_co2e_per_ha, strict=True)
    ]
    ends = ((1 - share) / 2, (1 + share) / 2)
    return np.array([[mixture.quantile(end) for mixture in mixtures] for end in ends])


@equation("vmd0053:5.2.5-coverage", "n_in", "1", Locator("VMD0053", "2.1", "5.2.5"))
def observations_inside(
    *, observed_t_co2e_per_ha: Numbers, low_t_co2e_per_ha: TonnesPerHa, high_t_co2e_per_ha: TonnesPerHa
) -> float:
    r"""Return the number of observations that lie in their interval, ends included.

    Parameters
    ----------
    observed_t_co2e_per_ha, low_t_co2e_per_ha, high_t_co2e_per_ha
        Observed effect and interval of each comparison, shape (k,). [t CO2e/ha]

    Returns
    -------
    float
        A whole number. [1]

    Raises
    ------
    ValueError
        For an interval whose ends are the wrong way round, shapes that differ, or a number that is not finite.

    Notes
    -----
    .. math:: n_{in} = \sum_i 1[l_i \le O_i \le u_i]

    Here :math:`O_i` is ``observed_t_co2e_per_ha``, :math:`l_i` is ``low_t_co2e_per_ha`` and :math:`u_i` is
    ``high_t_co2e_per_ha``.

    Source: section 5.2.5, after two secondary sources.

    Examples
    --------
    >>> result = observations_inside(
    ...     observed_t_co2e_per_ha=[0.0, 1.0], low_t_co2e_per_ha=[0.5, 1.0], high_t_co2e_per_ha=[2.0, 2.0]
    ... )
    >>> print(result)
    1.0
    """
    same_shape(
        observed_t_co2e_per_ha=observed_t_co2e_per_ha,
        low_t_co2e_per_ha=low_t_co2e_per_ha,
        high_t_co2e_per_ha=high_t_co2e_per_ha,
    )
    if np.any(low_t_co2e_per_ha > high_t_co2e_per_ha):
        raise ValueError("low_t_co2e_per_ha must not be above high_t_co2e_per_ha")
    return float(
        ((observed_t_co2e_per_ha >= low_t_co2e_per_ha) & (observed_t_co2e_per_ha <= high_t_co2e_per_ha)).sum()
    )


def _errors(error: FloatArray) -> FloatArray:
    if error.ndim != 1:
        raise ValueError(f"error_t_co2e_per_ha must be a row, found shape {error.shape}")
    return error
