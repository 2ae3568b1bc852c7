"""What is taken for uncertainty (C(2026) 4666, annex 2.5)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Amount, Fraction, Number, Tonnes, equation
from mollisol.quantification.checks import Form, Value, form_of

_act = partial(Locator, "C(2026) 4666", "9 July 2026, seen at second hand")


@equation("crcfa:3", "INC", "fraction", _act("annex 2.5"), switch=("switch.crcfa-inc-cap",))
def uncertainty_fraction_taken(*, estimated_fraction: Amount, least_fraction: Fraction, form: Form) -> Value:
    r"""Return what is taken off for uncertainty.

    Parameters
    ----------
    estimated_fraction
        Estimated uncertainty; how it is defined is open. [fraction]
    least_fraction
        Least that is taken. [fraction]
    form
        ``"printed"`` has no upper end; ``"corrected"`` takes no more than all.

    Returns
    -------
    float or array
        Shape of the arguments combined. [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: INC = \max(INC_0, u)

    Here :math:`u` is ``estimated_fraction`` and :math:`INC_0` is ``least_fraction``.

    Source: annex 2.5, known at second hand; recital 8 says 10 %, the annex 8 %.

    Examples
    --------
    >>> result = uncertainty_fraction_taken(
    ...     estimated_fraction=[0.05, 0.17, 1.4], least_fraction=0.08, form="corrected"
    ... )
    >>> print(result)
    [0.08 0.17 1.  ]
    """
    taken = np.maximum(estimated_fraction, least_fraction)
    return taken if form_of(form) else np.minimum(1.0, taken)


@equation("crcfa:3-estimate", "u", "fraction", _act("annex 2.5"))
def estimated_uncertainty(*, mean: Number, standard_error: Amount, t: Amount) -> Value:
    r"""Return the estimated uncertainty as a share of a benefit.

    Parameters
    ----------
    mean
        Estimated benefit, any unit.
    standard_error
        Of it, in the same unit.
    t
        Of Student, at the probability of the reading. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 of a benefit of nothing. [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: u = \frac{t \, SE}{|\bar x|}

    Here :math:`\bar x` is ``mean``, :math:`SE` is ``standard_error`` and :math:`t` is ``t``.

    Source: a reading: what annex 2.5 calls estimated uncertainty was not seen.

    Examples
    --------
    >>> print(estimated_uncertainty(mean=10.0, standard_error=3.0, t=1.5))
    0.45
    """
    none = mean == 0
    return np.where(none, 0.0, t * standard_error / np.where(none, 1.0, np.abs(mean)))[()]


@equation(
    "crcfa:1-after-inc", "after INC", "t CO2e", _act("annex 2.1", "1, 2.1"), switch=("switch.crcfa-loss",)
)
def benefit_after_uncertainty_t_co2e(*, gross_t_co2e: Tonnes, taken_fraction: Amount, form: Form) -> Value:
    r"""Return a benefit less what is taken for uncertainty.

    Parameters
    ----------
    gross_t_co2e
        A benefit before it. [t CO2e]
    taken_fraction
        INC, or the flat share of nitrous oxide. [fraction]
    form
        ``"printed"`` shrinks a loss too; ``"corrected"`` counts it in full.

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: g = G \, (1 - INC)

    Here :math:`G` is ``gross_t_co2e`` and :math:`INC` is ``taken_fraction``.

    Source: annex Eqs. 1, 2.1 and 2.5, known at second hand; the corrected form is ours.

    Examples
    --------
    >>> result = benefit_after_uncertainty_t_co2e(
    ...     gross_t_co2e=[660.0, -60.0], taken_fraction=0.12, form="corrected"
    ... )
    >>> print(result)
    [580.8 -60. ]
    """
    kept = gross_t_co2e * (1 - taken_fraction)
    return kept if form_of(form) else np.where(gross_t_co2e < 0, gross_t_co2e, kept)[()]
