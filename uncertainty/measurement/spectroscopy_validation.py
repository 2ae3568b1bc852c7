"""What samples measured both ways say of a calibration: its bias, its slope and the error of one sample.

The line is that of :func:`fit_calibration`, reference on predicted, in g/kg. Contents are credited as predicted, never
moved onto the line; so how far the line lies off counts as error, together with how little is known of it.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from scipy.special import stdtr

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import equation, ours
from mollisol.quantification.checks import FloatArray, Value, same_shape
from mollisol.uncertainty.measurement.spectroscopy_draws import Calibration, fit_calibration

_HERE = ours("docs/spectroscopy.md")


Samples = Annotated[FloatArray, Range(0, 1000, least=2)]
SamplesOfLine = Annotated[FloatArray, Range(0, 1000, least=3)]


def _line(predicted: FloatArray, reference: FloatArray) -> Calibration:
    same_shape(predicted_soc_g_per_kg=predicted, reference_soc_g_per_kg=reference)
    if predicted.min() == predicted.max():
        raise ValueError("predicted_soc_g_per_kg must not be the same in all samples")
    return fit_calibration(predicted_t_co2e_per_ha=predicted, laboratory_t_co2e_per_ha=reference)


def _chance(estimate: float, error: float, degrees_of_freedom: float) -> float:
    """Return the two-sided p-value of Student's t; 1 where nothing was found and nothing is uncertain."""
    if error <= 0:
        return 1.0 if estimate == 0 else 0.0
    return float(2 * stdtr(degrees_of_freedom, -abs(estimate) / error))


@equation("mollisol:calibration-bias", "b", "g/kg", _HERE)
def calibration_bias_g_per_kg(*, predicted_soc_g_per_kg: Samples, reference_soc_g_per_kg: Samples) -> Value:
    r"""Return the mean error of predictions, predicted less reference.

    Parameters
    ----------
    predicted_soc_g_per_kg, reference_soc_g_per_kg
        The same samples both ways, shape (v,), 2 or more. [g/kg]

    Returns
    -------
    float
        Above 0 where predictions are too high. [g/kg]

    Raises
    ------
    ValueError
        For fewer samples, shapes that differ, or a content outside the range.

    Notes
    -----
    .. math:: b = \frac{1}{n} \sum_i (p_i - r_i)

    Here :math:`p_i` is ``predicted_soc_g_per_kg`` and :math:`r_i` is ``reference_soc_g_per_kg``.

    Source: mean error of Eq. 73, of contents.

    Examples
    --------
    >>> result = calibration_bias_g_per_kg(
    ...     predicted_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9], reference_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9]
    ... )
    >>> print(result)
    0.0
    """
    same_shape(predicted_soc_g_per_kg=predicted_soc_g_per_kg, reference_soc_g_per_kg=reference_soc_g_per_kg)
    return float((predicted_soc_g_per_kg - reference_soc_g_per_kg).mean())


@equation("mollisol:calibration-bias-test", "p", "1", _HERE)
def calibration_bias_p_value(*, predicted_soc_g_per_kg: Samples, reference_soc_g_per_kg: Samples) -> Value:
    r"""Return the chance of a mean error this large, if predictions are unbiased.

    Parameters
    ----------
    predicted_soc_g_per_kg, reference_soc_g_per_kg
        The same samples both ways, shape (v,), 2 or more. [g/kg]

    Returns
    -------
    float
        Two-sided. [1]

    Raises
    ------
    ValueError
        For fewer samples, shapes that differ, or a content outside the range.

    Notes
    -----
    .. math::

        P = 2 \, T_{n-1}\left(-\frac{\lvert b \rvert}{s_e / \sqrt{n}}\right), \qquad e_i = p_i - r_i, \; b =
        \bar{e}

    Here :math:`p_i` is ``predicted_soc_g_per_kg`` and :math:`r_i` is ``reference_soc_g_per_kg``. :math:`T` is
    the distribution function of Student's t.

    Source: Student's test of the mean of paired differences, v - 1 degrees of freedom.

    Examples
    --------
    >>> result = calibration_bias_p_value(
    ...     predicted_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9], reference_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9]
    ... )
    >>> print(result)
    1.0
    """
    same_shape(predicted_soc_g_per_kg=predicted_soc_g_per_kg, reference_soc_g_per_kg=reference_soc_g_per_kg)
    error = predicted_soc_g_per_kg - reference_soc_g_per_kg
    return _chance(
        float(error.mean()), float(error.std(ddof=1)) / float(np.sqrt(error.size)), error.size - 1.0
    )


@equation("mollisol:calibration-slope", "beta", "1", _HERE)
def calibration_slope(
    *, predicted_soc_g_per_kg: SamplesOfLine, reference_soc_g_per_kg: SamplesOfLine
) -> Value:
    r"""Return the slope of reference on predicted.

    Parameters
    ----------
    predicted_soc_g_per_kg, reference_soc_g_per_kg
        The same samples both ways, shape (v,), 3 or more. [g/kg]

    Returns
    -------
    float
        1 where a predicted change is a change of that size. [1]

    Raises
    ------
    ValueError
        For fewer samples, predictions that are all the same, shapes that differ, or a content outside the range.

    Notes
    -----
    .. math:: \beta = \frac{\sum_i (p_i - \bar{p})(r_i - \bar{r})}{\sum_i (p_i - \bar{p})^2}

    Here :math:`p_i` is ``predicted_soc_g_per_kg`` and :math:`r_i` is ``reference_soc_g_per_kg``.

    Source: least squares.

    Examples
    --------
    >>> result = calibration_slope(
    ...     predicted_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9], reference_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9]
    ... )
    >>> print(result)
    1.0
    """
    return _line(predicted_soc_g_per_kg, reference_soc_g_per_kg).slope


@equation("mollisol:calibration-slope-test", "p", "1", _HERE)
def calibration_slope_p_value(
    *, predicted_soc_g_per_kg: SamplesOfLine, reference_soc_g_per_kg: SamplesOfLine
) -> Value:
    r"""Return the chance of a slope this far from 1, if it is 1.

    Parameters
    ----------
    predicted_soc_g_per_kg, reference_soc_g_per_kg
        The same samples both ways, shape (v,), 3 or more. [g/kg]

    Returns
    -------
    float
        Two-sided. [1]

    Raises
    ------
    ValueError
        For fewer samples, predictions that are all the same, shapes that differ, or a content outside the range.

    Notes
    -----
    .. math:: P = 2 \, T_{n-2}\left(-\frac{\lvert \beta - 1 \rvert}{s_\beta}\right)

    Source: Student's test of a regression slope, v - 2 degrees of freedom.

    Examples
    --------
    >>> result = calibration_slope_p_value(
    ...     predicted_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9], reference_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9]
    ... )
    >>> print(result)
    1.0
    """
    line = _line(predicted_soc_g_per_kg, reference_soc_g_per_kg)
    return _chance(line.slope - 1, line.slope_sd, line.degrees_of_freedom)


@equation("mollisol:calibration-offset-error", "u(alpha)", "g/kg", _HERE)
def calibration_offset_error_g_per_kg(
    *, predicted_soc_g_per_kg: SamplesOfLine, reference_soc_g_per_kg: SamplesOfLine
) -> Value:
    r"""Return the error at the mean prediction that all samples of a calibration share.

    Parameters
    ----------
    predicted_soc_g_per_kg, reference_soc_g_per_kg
        The same samples both ways, shape (v,), 3 or more. [g/kg]

    Returns
    -------
    float
        [g/kg]

    Raises
    ------
    ValueError
        For fewer samples, predictions that are all the same, shapes that differ, or a content outside the range.

    Notes
    -----
    .. math:: u(\alpha) = \sqrt{(\bar{r} - \bar{p})^2 + s_\alpha^2}

    Here :math:`p` is ``predicted_soc_g_per_kg`` and :math:`r` is ``reference_soc_g_per_kg``. :math:`s_\alpha`
    is the standard error of the line at the mean prediction.

    Source: squared mean error plus its sampling variance (residual variance over v), as in the corrected Eq. 73; the
    mean error is not taken off the predictions.

    Examples
    --------
    >>> result = calibration_offset_error_g_per_kg(
    ...     predicted_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9], reference_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9]
    ... )
    >>> print(result)
    0.0
    """
    line = _line(predicted_soc_g_per_kg, reference_soc_g_per_kg)
    return float(np.hypot(line.offset - line.centre, line.offset_sd))


@equation("mollisol:calibration-slope-error", "u(beta)", "1", _HERE)
def calibration_slope_error(
    *, predicted_soc_g_per_kg: SamplesOfLine, reference_soc_g_per_kg: SamplesOfLine
) -> Value:
    r"""Return the error per g/kg off the mean prediction that all samples of a calibration share.

    Parameters
    ----------
    predicted_soc_g_per_kg, reference_soc_g_per_kg
        The same samples both ways, shape (v,), 3 or more. [g/kg]

    Returns
    -------
    float
        [1]

    Raises
    ------
    ValueError
        For fewer samples, predictions that are all the same, shapes that differ, or a content outside the range.

    Notes
    -----
    .. math:: u(\beta) = \sqrt{(\beta - 1)^2 + s_\beta^2}

    Source: (slope - 1)^2 plus the squared standard error of the slope; predictions are not moved onto the line.

    Examples
    --------
    >>> result = calibration_slope_error(
    ...     predicted_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9], reference_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9]
    ... )
    >>> print(result)
    0.0
    """
    line = _line(predicted_soc_g_per_kg, reference_soc_g_per_kg)
    return float(np.hypot(line.slope - 1, line.slope_sd))


@equation("mollisol:calibration-sample-error", "u(e)", "g/kg", _HERE)
def calibration_sample_error_g_per_kg(
    *, predicted_soc_g_per_kg: SamplesOfLine, reference_soc_g_per_kg: SamplesOfLine
) -> Value:
    r"""Return the error that one sample has to itself.

    Parameters
    ----------
    predicted_soc_g_per_kg, reference_soc_g_per_kg
        The same samples both ways, shape (v,), 3 or more. [g/kg]

    Returns
    -------
    float
        Standard deviation about the line. [g/kg]

    Raises
    ------
    ValueError
        For fewer samples, predictions that are all the same, shapes that differ, or a content outside the range.

    Notes
    -----
    .. math:: u(e) = \sqrt{\frac{1}{n - 2} \sum_i (r_i - \alpha - \beta \, p_i)^2}

    Here :math:`p_i` is ``predicted_soc_g_per_kg`` and :math:`r_i` is ``reference_soc_g_per_kg``.

    Source: residual standard deviation, v - 2 degrees of freedom. The error of the reference itself is in it.

    Examples
    --------
    >>> result = calibration_sample_error_g_per_kg(
    ...     predicted_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9], reference_soc_g_per_kg=[9.3, 12.7, 15.1, 20.9]
    ... )
    >>> print(result)
    0.0
    """
    return _line(predicted_soc_g_per_kg, reference_soc_g_per_kg).residual_sd


@equation("mollisol:calibration-centre", "p_mean", "g/kg", _HERE)
def calibration_centre_g_per_kg(*, predicted_soc_g_per_kg: Samples) -> Value:
    r"""Return the mean prediction of the validation samples, where offset and slope are independent.

    Parameters
    ----------
    predicted_soc_g_per_kg
        Shape (v,), 2 or more. [g/kg]

    Returns
    -------
    float
        [g/kg]

    Raises
    ------
    ValueError
        For fewer samples, or a content outside the range.

    Notes
    -----
    .. math:: \bar{p} = \frac{1}{n} \sum_i p_i

    Here :math:`p_i` is ``predicted_soc_g_per_kg``.

    Source: least squares about the mean.

    Examples
    --------
    >>> print(calibration_centre_g_per_kg(predicted_soc_g_per_kg=[10.0, 13.0, 16.0, 21.0]))
    15.0
    """
    return float(predicted_soc_g_per_kg.mean())
