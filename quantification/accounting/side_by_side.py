"""What other programmes take off an estimate, to be set beside those that are computed here."""

from __future__ import annotations

from functools import partial

import numpy as np

from mollisol.methodology.provenance import Locator
from mollisol.quantification.arguments import Amount, Fraction, Number, Switch, Tonnes, equation
from mollisol.quantification.checks import Value

_accu = partial(Locator, "Australian soil carbon method", "2021")


@equation("side:deducted", "credited", "as the mean", Locator("Deductions side by side", "2026"))
def less_errors(*, mean: Number, standard_error: Amount, errors: Amount) -> Value:
    r"""Return an estimate less a multiple of its standard error; more than all is never taken of a gain.

    Parameters
    ----------
    mean
        Estimated change, any unit.
    standard_error
        Of it, in the same unit.
    errors
        How many standard errors are taken. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined.

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: C = \bar x - k \, SE

    Here :math:`\bar x` is ``mean``, :math:`SE` is ``standard_error`` and :math:`k` is ``errors``.

    Source: k is 0.4307 in VCS Methodology Requirements 5.0, 2.4, for many samples, 0.5244 in ART TREES,
    t(0.60) in the Australian method and 1.0278 as a public note infers it of CAR SEP 1.1.

    Examples
    --------
    >>> print(less_errors(mean=10.0, standard_error=3.0, errors=[0.4307, 0.524417]))
    [8.7079   8.426749]
    """
    return np.where(mean > 0, np.maximum(0.0, mean - errors * standard_error), mean)[()]


@equation("accu:credited", "credited now", "t CO2e", _accu("withholding"))
def credited_of_first_round_t_co2e(
    *,
    after_deduction_t_co2e: Amount,
    first_round: Switch,
    withheld_fraction: Fraction,
    risk_fraction: Fraction,
    short_fraction: Fraction,
) -> Value:
    r"""Return what a round credits now.

    Parameters
    ----------
    after_deduction_t_co2e
        After the fortieth percentile. [t CO2e]
    first_round
        1 after the first round beyond the start. [0 or 1]
    withheld_fraction
        Then. [fraction]
    risk_fraction
        Of reversal. [fraction]
    short_fraction
        Where carbon is kept for 25 years; 0 for 100. [fraction]

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
    .. math:: C = D (1 - f w)(1 - r)(1 - s)

    Here :math:`D` is ``after_deduction_t_co2e``, :math:`f` is ``first_round``, :math:`w` is
    ``withheld_fraction``, :math:`r` is ``risk_fraction`` and :math:`s` is ``short_fraction``.

    Source: the regulator's news of June 2023, seen at second hand.

    Examples
    --------
    >>> result = credited_of_first_round_t_co2e(
    ...     after_deduction_t_co2e=3614.8858692182466, first_round=1, withheld_fraction=0.25,
    ...     risk_fraction=0.05, short_fraction=0.2
    ... )
    >>> print(result)
    2060.484945
    """
    return (
        after_deduction_t_co2e
        * (1 - first_round * withheld_fraction)
        * (1 - risk_fraction)
        * (1 - short_fraction)
    )


@equation("regen:balance", "balance", "t CO2e", Locator("A public report of a Regen soil project", "2023"))
def balance_t_co2e(
    *, change_t_c: Number, factor: Amount, emissions_t_co2e: Tonnes, leakage_t_co2e: Tonnes
) -> Value:
    r"""Return the balance of a report.

    Parameters
    ----------
    change_t_c
        Of soil carbon. [t C]
    factor
        Of carbon dioxide to carbon; the report has 3.67. [1]
    emissions_t_co2e
        That rose. [t CO2e]
    leakage_t_co2e
        Beside them. [t CO2e]

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
    .. math:: B = k \, \Delta C - E - L

    Here :math:`\Delta C` is ``change_t_c``, :math:`k` is ``factor``, :math:`E` is ``emissions_t_co2e`` and
    :math:`L` is ``leakage_t_co2e``.

    Source: read off the printed report of 2023.

    Examples
    --------
    >>> print(balance_t_co2e(change_t_c=198.48, factor=3.67, emissions_t_co2e=121.9, leakage_t_co2e=9.9))
    596.6216
    """
    return change_t_c * factor - emissions_t_co2e - leakage_t_co2e


@equation(
    "regen:buffer", "buffer units", "whole t CO2e", Locator("A public report of a Regen soil project", "2023")
)
def buffer_units_t(*, units_t: Amount, buffer_fraction: Fraction) -> Value:
    r"""Return the units that go to the buffer, rounded up.

    Parameters
    ----------
    units_t
        Whole units. [t CO2e]
    buffer_fraction
        Share of the buffer. [fraction]

    Returns
    -------
    float or array
        Shape of the arguments combined. [whole t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: B = \lceil b \, N \rceil

    Here :math:`N` is ``units_t`` and :math:`b` is ``buffer_fraction``.

    Source: read off the printed report of 2023.

    Examples
    --------
    >>> print(buffer_units_t(units_t=596.0, buffer_fraction=0.2))
    120.0
    """
    return np.ceil(units_t * buffer_fraction)
