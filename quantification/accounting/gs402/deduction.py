"""The uncertainty of a change, and what is deducted for it (GS 402 v1.0, section 9)."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Fraction, Number, equation
from mollisol.quantification.checks import Form, Value, form_of, ratio

_gs = partial(Locator, "Gold Standard 402", "1.0")


@equation("gs402:10", "UNC", "fraction", _gs("9", "10"), switch=("switch.gs402-unc-sign",))
def relative_uncertainty(*, half_width_t_c: Number, change_t_c: Number, form: Form) -> Value:
    r"""Return the uncertainty of a change as a share of it.

    Parameters
    ----------
    half_width_t_c
        Half of U - L, Eq. 9. [t C]
    change_t_c
        Change of the stock before any deduction. [t C]
    form
        ``"printed"`` divides by the change with its sign; ``"corrected"`` by its size.

    Returns
    -------
    float or array
        Shape of the arguments combined; 0 for a change of nothing in the corrected form, of which nothing is
        deducted. [fraction]

    Raises
    ------
    ValueError
        For an argument outside its range, or a change of nothing in the printed form.

    Notes
    -----
    .. math:: UNC = \frac{|U - L|}{2 \, |\Delta C|}

    Here :math:`(U - L) / 2` is ``half_width_t_c`` and :math:`\Delta C` is ``change_t_c``.

    Source: Eq. 10; the corrected form is ours.

    Examples
    --------
    >>> result = relative_uncertainty(
    ...     half_width_t_c=34.67861238154026, change_t_c=118.66666666666674, form="corrected"
    ... )
    >>> print(result)
    0.2922354976
    """
    size = change_t_c if form_of(form) else np.abs(change_t_c)
    still = (size == 0) & (not form_of(form))
    share: Value = np.where(
        still, 0.0, ratio("change_t_c", np.abs(half_width_t_c), np.where(still, 1.0, size))
    )[()]
    return share


@equation(
    "gs402:11", "UD", "fraction", _gs("9", "11"), switch=("switch.gs402-ud-cap", "switch.gs402-unc-sign")
)
def deduction_fraction(
    *, unc_fraction: Number, change_t_c: Number, free_fraction: Fraction, form: Form, sign: Form
) -> Value:
    r"""Return what is deducted for uncertainty.

    Parameters
    ----------
    unc_fraction
        Eq. 10, or with the safety discount of a model. [fraction]
    change_t_c
        Change of the stock before any deduction. [t C]
    free_fraction
        What is free of a deduction. [fraction]
    form
        ``"printed"`` has no upper end; ``"corrected"`` takes no more than all.
    sign
        ``"printed"`` deducts of a loss too; ``"corrected"`` nothing of it.

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
    .. math:: UD = \max(0, UNC - f)

    Here :math:`UNC` is ``unc_fraction`` and :math:`f` is ``free_fraction``; the corrected form is at most 1,
    and 0 where :math:`\Delta C`, ``change_t_c``, is not above 0 unless ``sign`` is printed.

    Source: Eq. 11; the bounds are ours.

    Examples
    --------
    >>> result = deduction_fraction(
    ...     unc_fraction=[0.2, 0.35, 1.3], change_t_c=10.0, free_fraction=0.2, form="corrected",
    ...     sign="corrected"
    ... )
    >>> print(result)
    [0.   0.15 1.  ]
    """
    taken = np.maximum(0.0, unc_fraction - free_fraction)
    taken = taken if form_of(form) else np.minimum(1.0, taken)
    return taken if form_of(sign) else np.where(change_t_c > 0, taken, 0.0)[()]
