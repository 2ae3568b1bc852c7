"""Bias of a model against experiments, the uncertainty it is held against, and a test that it is small (VMD0053)."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from scipy.special import stdtr

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import AboveZero, Numbers, Probability, equation, ours
from mollisol.quantification.checks import (
    FloatArray,
    ratio,
    same_shape,
)
from mollisol.uncertainty.groups import Labels, places
from mollisol.uncertainty.student import t_quantile

Studies = Annotated[FloatArray, Range(least=2)]
Row = Annotated[FloatArray, Range(unit="t CO2e/ha")]


@equation("vmd0053:1", "bias_s", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.4", "1"))
def study_bias(*, modelled_t_co2e_per_ha: Row, observed_t_co2e_per_ha: Row, study: Labels) -> FloatArray:
    r"""Return the mean error of the modelled effects of each study.

    Parameters
    ----------
    modelled_t_co2e_per_ha, observed_t_co2e_per_ha
        Effect of each comparison, shape (k,). [t CO2e/ha]
    study
        Id of the study of each, shape (k,).

    Returns
    -------
    array
        One for each study, in the order of their ids. [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that differ, or a number that is not finite.

    Notes
    -----
    .. math:: bias_s = \frac{1}{n_s} \sum_i (P_i - O_i)

    Here :math:`P_i` is ``modelled_t_co2e_per_ha``, :math:`O_i` is ``observed_t_co2e_per_ha`` and :math:`s` is
    ``study``.

    Source: Eq. 1, after two secondary sources. A study with many comparisons counts once in what follows.

    Examples
    --------
    >>> result = study_bias(
    ...     modelled_t_co2e_per_ha=[1.1, 12.2, 0.6, -3.3, 4.5],
    ...     observed_t_co2e_per_ha=[4.5, 3.1, 1.2, 3.5, 4.0], study=["1", "1", "2", "3", "3"]
    ... )
    >>> print(result)
    [ 2.85 -0.6  -3.15]
    """
    same_shape(modelled_t_co2e_per_ha=modelled_t_co2e_per_ha, observed_t_co2e_per_ha=observed_t_co2e_per_ha)
    place, size = places("study", study, modelled_t_co2e_per_ha)
    mean: FloatArray = np.bincount(place, weights=modelled_t_co2e_per_ha - observed_t_co2e_per_ha) / size
    return mean


@equation("vmd0053:5.2.4-mean", "bias", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.4"))
def mean_bias(*, bias_t_co2e_per_ha: Numbers) -> float:
    r"""Return the mean bias over studies, each counting alike.

    Parameters
    ----------
    bias_t_co2e_per_ha
        Of each study, shape (S,). [t CO2e/ha]

    Returns
    -------
    float
        [t CO2e/ha]

    Raises
    ------
    ValueError
        For no study, or a number that is not finite.

    Notes
    -----
    .. math:: \overline{bias} = \frac{1}{k} \sum_s bias_s

    Here :math:`bias_s` is ``bias_t_co2e_per_ha``.

    Source: section 5.2.4, after two secondary sources.

    Examples
    --------
    >>> print(mean_bias(bias_t_co2e_per_ha=[2.85, -0.6, -3.15]))
    -0.3
    """
    return float(_studies(bias_t_co2e_per_ha).mean())


@equation("vmd0053:2", "PMU", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.4", "2"))
def pooled_measurement_uncertainty(
    *,
    standard_error_t_co2e_per_ha: Annotated[FloatArray, Range(0)],
    replicates: Annotated[FloatArray, Range(1, whole=True)],
) -> float:
    r"""Return the pooled measurement uncertainty of the observations that bias is held against.

    Parameters
    ----------
    standard_error_t_co2e_per_ha
        Of each observed effect, shape (k,). [t CO2e/ha]
    replicates
        Behind each, same shape, two or more for at least one of them. [whole number]

    Returns
    -------
    float
        [t CO2e/ha]

    Raises
    ------
    ValueError
        For observations that are all of one replicate, shapes that differ, or an argument outside its range.

    Notes
    -----
    .. math:: PMU = \sqrt{\frac{\sum_i (n_i - 1) \, s_i^2}{\sum_i (n_i - 1)}}

    Here :math:`s_i` is ``standard_error_t_co2e_per_ha`` and :math:`n_i` is ``replicates``.

    Source: Eq. 2, after two secondary sources: weights n - 1, so that one replicate says nothing.

    Examples
    --------
    >>> result = pooled_measurement_uncertainty(
    ...     standard_error_t_co2e_per_ha=[2.0, 9.0], replicates=[3, 1]
    ... )
    >>> print(result)
    2.0
    """
    weight = replicates - 1
    same_shape(standard_error_t_co2e_per_ha=standard_error_t_co2e_per_ha, replicates=weight)
    if standard_error_t_co2e_per_ha.ndim != 1:
        raise ValueError(
            f"standard_error_t_co2e_per_ha must be a row, found shape {standard_error_t_co2e_per_ha.shape}"
        )
    if not weight.any():
        raise ValueError("replicates must be two or more for at least one observation")
    return float(np.sqrt(ratio("replicates", (standard_error_t_co2e_per_ha**2 * weight).sum(), weight.sum())))


@equation("mollisol:bias-half-width", "h", "t CO2e/ha", ours("interval of the bias over studies"))
def bias_half_width(*, bias_t_co2e_per_ha: Studies, coverage: Probability) -> float:
    r"""Return half of the width of the two-sided interval of the mean bias, studies being what repeats.

    Parameters
    ----------
    bias_t_co2e_per_ha
        Of each study, shape (S,), two or more. [t CO2e/ha]
    coverage
        [fraction]

    Returns
    -------
    float
        [t CO2e/ha]

    Raises
    ------
    ValueError
        For one study, or an argument outside its range.

    Notes
    -----
    .. math:: h = t_{(1+c)/2,\,k-1} \, \frac{s_b}{\sqrt{k}}

    Here :math:`c` is ``coverage``. :math:`s_b` is the standard deviation of ``bias_t_co2e_per_ha`` over
    :math:`k` studies.

    Source: Student's interval of a mean, with one degree of freedom fewer than studies.

    Examples
    --------
    >>> print(bias_half_width(bias_t_co2e_per_ha=[1.0, 3.0], coverage=0.5))
    1.0
    """
    error, freedom = _standard_error(bias_t_co2e_per_ha)
    return float(t_quantile(probability=(1 + coverage) / 2, degrees_of_freedom=freedom) * error)


@equation("mollisol:bias-equivalence", "p", "1", ours("two one-sided tests of the bias"))
def equivalence_p_value(*, bias_t_co2e_per_ha: Studies, margin_t_co2e_per_ha: AboveZero) -> float:
    r"""Return the p-value of two one-sided t tests that the mean bias lies within a margin.

    Parameters
    ----------
    bias_t_co2e_per_ha
        Of each study, shape (S,), two or more. [t CO2e/ha]
    margin_t_co2e_per_ha
        Largest bias that does not matter, one number. [t CO2e/ha]

    Returns
    -------
    float
        Small where the studies show that the bias is within the margin; a few noisy ones cannot. [0 to 1]

    Raises
    ------
    ValueError
        For one study, or an argument outside its range.

    Notes
    -----
    .. math:: p = T_{k-1}\left(-\frac{\Delta - \lvert \bar{b} \rvert}{s_b / \sqrt{k}}\right)

    Here :math:`b` is ``bias_t_co2e_per_ha`` and :math:`\Delta` is ``margin_t_co2e_per_ha``. :math:`T` is the
    distribution function of Student's t over :math:`k` studies.

    Source: D. J. Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15:657-680. The larger of both.

    Examples
    --------
    >>> print(equivalence_p_value(bias_t_co2e_per_ha=[1.0, 3.0], margin_t_co2e_per_ha=2.0))
    0.5
    """
    error, freedom = _standard_error(bias_t_co2e_per_ha)
    margin = float(margin_t_co2e_per_ha)
    left = margin - abs(float(bias_t_co2e_per_ha.mean()))
    if error == 0:
        return 0.0 if left > 0 else 1.0
    return float(stdtr(freedom, -left / error))


def _standard_error(bias_t_co2e_per_ha: FloatArray) -> tuple[float, float]:
    """Return the standard error of the mean over studies, and its degrees of freedom."""
    bias = _studies(bias_t_co2e_per_ha)
    return float(bias.std(ddof=1) / np.sqrt(bias.size)), bias.size - 1.0


def _studies(bias: FloatArray) -> FloatArray:
    if bias.ndim != 1:
        raise ValueError(f"bias_t_co2e_per_ha must be a row, found shape {bias.shape}")
    return bias
