"""Error of the laboratory: repeats, batches and composites.

A repeat's error averages out over samples; a batch's error is shared by all samples of the batch and does not.
"""

from __future__ import annotations

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Amount, Count, Numbers, Positives, equation, ours
from mollisol.quantification.checks import FloatArray, Value
from mollisol.uncertainty.groups import Labels, places


def _squares(name: str, labels: Labels, values: FloatArray) -> tuple[float, float, FloatArray]:
    """Return the sums of squares within and between groups, and the sizes of the groups."""
    place, size = places(name, labels, values)
    mean = np.bincount(place, weights=values) / size
    within = float(((values - mean[place]) ** 2).sum())
    between = float((size * (mean - values.mean()) ** 2).sum())
    return within, between, size


def repeat_degrees_of_freedom(*, sample: Labels) -> float:
    """Return the degrees of freedom of :func:`repeat_standard_deviation`: measurements less samples.

    Parameters
    ----------
    sample
        Id of the sample of each measurement, shape (n,).

    Returns
    -------
    float
        0 where no sample was measured twice.

    Raises
    ------
    ValueError
        For no measurement.
    """
    ids = np.asarray(sample)
    if ids.ndim != 1 or not ids.size:
        raise ValueError(f"sample must hold one id for each measurement, found shape {ids.shape}")
    return float(ids.size - np.unique(ids).size)


@equation("mollisol:pooled-repeats", "s_r", "unit of the value", Locator("ISO 5725-2", "2019", "7.4"))
def repeat_standard_deviation(*, value: Numbers, sample: Labels) -> Value:
    r"""Return the standard deviation of one measurement, pooled over samples measured more than once.

    Parameters
    ----------
    value
        Measurements, shape (n,); their logarithms for a relative error. [any unit]
    sample
        Id of the sample of each, shape (n,). A sample measured once adds nothing.

    Returns
    -------
    float
        [unit of the value]

    Raises
    ------
    ValueError
        Where no sample was measured twice, for shapes that differ or a value that is not finite.

    Notes
    -----
    .. math:: s_r = \sqrt{\frac{\sum_j \sum_i (x_{ij} - \bar{x}_j)^2}{\sum_j (n_j - 1)}}

    Here :math:`x_{ij}` is ``value`` and :math:`j` is ``sample``.

    Source: ISO 5725-2, repeatability. Repeats of ground soil miss the error of grinding and splitting: repeat from
    the unground sample to catch it.

    Examples
    --------
    >>> print(repeat_standard_deviation(value=[10.0, 10.0], sample=["a", "a"]))
    0.0
    """
    within, _, size = _squares("sample", sample, value)
    freedom = float((size - 1).sum())
    if freedom == 0:
        raise ValueError("sample must name at least one sample that was measured twice")
    return float(np.sqrt(within / freedom))


@equation(
    "mollisol:batch-variance",
    "s_b^2",
    "squared unit of the value",
    Locator("Searle, Casella and McCulloch, Variance Components", "1992", "3.6"),
)
def batch_variance(*, value: Numbers, batch: Labels) -> Value:
    r"""Return the variance between batches of one material that was measured in each of them.

    Parameters
    ----------
    value
        Measurements of the material, or of several after taking off each one's mean, shape (n,). [any unit]
    batch
        Id of the batch of each, shape (n,).

    Returns
    -------
    float
        Between batches, that within taken off, 0 where nothing is left. [squared unit of the value]

    Raises
    ------
    ValueError
        For fewer than two batches or no batch with two measurements, shapes that differ, or a value that is not
        finite.

    Notes
    -----
    .. math::

        s_b^2 = \max\left(0, \frac{MS_b - MS_w}{n_0}\right), \qquad n_0 = \frac{N - \sum_j n_j^2 / N}{k - 1}

    Here :math:`j` is ``batch``. :math:`MS_b` and :math:`MS_w` are the mean squares of ``value`` between and
    within the :math:`k` batches.

    Source: Searle and others, analysis of variance with unequal numbers. The same estimator serves sites and trials.

    Examples
    --------
    >>> print(batch_variance(value=[10.0, 12.0, 10.0, 12.0], batch=["a", "a", "b", "b"]))
    0.0
    """
    within, between, size = _squares("batch", batch, value)
    groups = size.size
    if groups < 2 or size.sum() == groups:
        raise ValueError(f"batch must name two batches or more, one of them with two values, found {groups}")
    typical = (size.sum() - (size**2).sum() / size.sum()) / (groups - 1)
    return max(0.0, float((between / (groups - 1) - within / (size.sum() - groups)) / typical))


@equation(
    "mollisol:relative-repeats", "CV_r", "fraction", Locator("ISO 5725-2", "2019", "7.4, of logarithms")
)
def relative_repeat_sd(*, value: Positives, sample: Labels) -> Value:
    r"""Return the relative standard deviation of one measurement, pooled over samples measured more than once.

    Parameters
    ----------
    value
        Measurements, shape (n,). [any unit]
    sample
        Id of the sample of each, with its batch where there are several, shape (n,).

    Returns
    -------
    float
        sqrt(exp(s^2) - 1), s of the logarithms. [fraction]

    Raises
    ------
    ValueError
        As in :func:`repeat_standard_deviation`, and for a value not above 0.

    Notes
    -----
    .. math:: CV_r = \sqrt{e^{s_r^2} - 1}

    Source: ISO 5725-2; a log-normal error of this relative standard deviation has s as that of its logarithm.

    Examples
    --------
    >>> print(relative_repeat_sd(value=[10.0, 11.0, 20.0, 20.0], sample=["a", "a", "b", "b"]))
    0.04768216
    """
    logarithm = np.log(value)
    return float(np.sqrt(np.expm1(repeat_standard_deviation(value=logarithm, sample=sample) ** 2)))


@equation(
    "mollisol:relative-batches",
    "CV_b",
    "fraction",
    Locator("Searle, Casella and McCulloch, Variance Components", "1992", "3.6, of logarithms"),
)
def relative_batch_sd(*, value: Positives, sample: Labels, batch: Labels) -> Value:
    r"""Return the relative standard deviation of what a batch shares, from samples measured in several batches.

    Parameters
    ----------
    value
        Measurements, shape (n,). [any unit]
    sample, batch
        Ids of the sample and the batch of each, shape (n,). A sample of one batch alone adds nothing.

    Returns
    -------
    float
        sqrt(exp(s^2) - 1), s^2 between batches of the logarithms; 0 where nothing is left of it. [fraction]

    Raises
    ------
    ValueError
        As in :func:`batch_variance`, for a value not above 0, or where no sample was measured in two batches.

    Notes
    -----
    .. math:: CV_b = \sqrt{e^{s_b^2} - 1}

    Source: Searle and others, on logarithms less the mean of their sample.

    Examples
    --------
    >>> result = relative_batch_sd(
    ...     value=[1.0, 1.0, 7.38905609893065, 7.38905609893065], sample=["m", "m", "m", "m"],
    ...     batch=["1", "1", "2", "2"]
    ... )
    >>> print(result)
    2.527658
    """
    logarithm = np.log(value)
    place, size = places("sample", sample, logarithm)
    rest = logarithm - (np.bincount(place, weights=logarithm) / size)[place]
    of_batch, _ = places("batch", batch, logarithm)
    spans = np.array([np.unique(of_batch[place == number]).size > 1 for number in range(size.size)])
    kept = spans[place]
    if not kept.any():
        raise ValueError("sample must name at least one sample that was measured in two batches")
    return float(np.sqrt(np.expm1(batch_variance(value=rest[kept], batch=of_batch[kept]))))


@equation(
    "mollisol:batch-lever",
    "V_batch",
    "squared unit of the value",
    ours("batches shared by points, times and scenarios"),
)
def batch_variance_of_mean(*, batch_variance: Amount, lever: Numbers) -> Value:
    r"""Return the variance that batches add to a mean or to a change.

    Parameters
    ----------
    batch_variance
        Variance between batches. [squared unit of the value]
    lever
        What a unit of error of each batch adds to the result, shape (B,): for a mean the share of its weight that
        the batch measured; for a change the share at the end less the share at the start; for project less
        control that of the project less that of the control.

    Returns
    -------
    float or array
        Shape of the variance; 0 where every batch has its share on both sides. [squared unit of the value]

    Raises
    ------
    ValueError
        For a negative variance or a lever that is not finite.

    Notes
    -----
    .. math:: V = s_b^2 \sum_b L_b^2

    Here :math:`s_b^2` is ``batch_variance`` and :math:`L_b` is ``lever``.

    Source: variance of a sum of independent errors. It does not fall with the number of samples in a batch.

    Examples
    --------
    >>> print(batch_variance_of_mean(batch_variance=4.0, lever=[1.0]))
    4.0
    """
    return batch_variance * float((lever**2).sum())


@equation(
    "mollisol:composite-variance",
    "V",
    "squared unit of the value",
    Locator("Spertus, Open Journal of Soil Science 11", "2021", page="93-121"),
)
def composite_variance(
    *,
    within_variance: Amount,
    laboratory_variance: Amount,
    cores_per_composite: Count,
    composites: Count,
    repeats: Count = 1,
) -> Value:
    r"""Return the variance of a field's mean from composites.

    Parameters
    ----------
    within_variance
        Between cores of the field. [squared unit of the value]
    laboratory_variance
        Of one measurement of one composite. [squared unit of the value]
    cores_per_composite, composites, repeats
        Cores mixed into each composite, composites of the field, measurements of each. [whole numbers]

    Returns
    -------
    float or array
        Shape of the arguments combined. [squared unit of the value]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: V = \frac{s_w^2}{c \, n} + \frac{s_l^2}{n \, r}

    Here :math:`s_w^2` is ``within_variance``, :math:`s_l^2` is ``laboratory_variance``, :math:`c` is
    ``cores_per_composite``, :math:`n` is ``composites`` and :math:`r` is ``repeats``.

    Source: Spertus (2021), cores of equal mass. Mixing hides the spread between cores: one composite alone has no
    estimate of either variance.

    Examples
    --------
    >>> result = composite_variance(
    ...     within_variance=36.0, laboratory_variance=4.0, cores_per_composite=9.0, composites=2.0
    ... )
    >>> print(result)
    4.0
    """
    return within_variance / (cores_per_composite * composites) + laboratory_variance / (composites * repeats)
