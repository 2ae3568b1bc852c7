"""IPCC 2019 Tier 1: reference stock times stock-change factors; a plausibility check, not a process model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.methodology.provenance import Locator, equation
from mollisol.methodology.rules_in_force.rule import WARNING_STATUSES
from mollisol.methodology.soil_models.tables import Tier1Factor, tier1_factor
from mollisol.quantification.arguments import AboveZero, Amount
from mollisol.quantification.models.arrays import Numeric

_AT = Locator("IPCC 2019 Refinement, Volume 4, Chapter 2", "2019", equation="2.25")


@equation("ipcc2019-tier1:stock", symbol="SOC", unit="t C/ha", locator=_AT)
def stock(
    *, reference_t_ha: Amount, land_use_factor: Amount, management_factor: Amount, input_factor: Amount
) -> Numeric:
    r"""Return the stock of 0-30 cm under a land use, management and input that have lasted 20 years [t C/ha].

    Parameters
    ----------
    reference_t_ha
        SOC_ref of climate and soil. [t C/ha]
    land_use_factor, management_factor, input_factor
        F_LU, F_MG, F_I. [1]

    Notes
    -----
    .. math:: SOC = SOC_{REF} \, F_{LU} \, F_{MG} \, F_I

    Here :math:`SOC_{REF}` is ``reference_t_ha``, :math:`F_{LU}` is ``land_use_factor``, :math:`F_{MG}` is
    ``management_factor`` and :math:`F_I` is ``input_factor``.

    References
    ----------
    ipcc2019-tier1:stock — IPCC 2019 Refinement, Volume 4, Chapter 2, Eq. 2.25.

    Examples
    --------
    >>> result = stock(
    ...     reference_t_ha=81.0, land_use_factor=0.7, management_factor=1.09, input_factor=1.44
    ... )
    >>> print(result)
    88.99632
    """
    return reference_t_ha * land_use_factor * management_factor * input_factor


@equation("ipcc2019-tier1:change", symbol="dC", unit="t C/ha/yr", locator=_AT)
def yearly_change(*, after_t_ha: Amount, before_t_ha: Amount, years: AboveZero = 20.0) -> Numeric:
    r"""Return the yearly change between two Tier 1 stocks [t C/ha/yr].

    Parameters
    ----------
    after_t_ha, before_t_ha
        The two stocks. [t C/ha]
    years
        Time of the transition, 20. [yr]

    Notes
    -----
    .. math:: \Delta C = \frac{SOC_0 - SOC_{0-T}}{D}

    Here :math:`SOC_0` is ``after_t_ha``, :math:`SOC_{0-T}` is ``before_t_ha`` and :math:`D` is ``years``.

    References
    ----------
    ipcc2019-tier1:change — IPCC 2019 Refinement, Volume 4, Chapter 2, Eq. 2.25.

    Examples
    --------
    >>> print(yearly_change(after_t_ha=64.0, before_t_ha=56.0))
    0.4
    """
    return (after_t_ha - before_t_ha) / years


@equation(
    "ipcc2019-tier1:error",
    symbol="U",
    unit="%",
    locator=Locator("IPCC 2019 Refinement, Volume 1, Chapter 3", "2019", equation="3.1"),
)
def stock_error_percent(
    *,
    reference_percent: Amount,
    land_use_percent: Amount,
    management_percent: Amount,
    input_percent: Amount,
) -> Numeric:
    r"""Return the uncertainty of the product of reference stock and factors, errors apart [%].

    Parameters
    ----------
    reference_percent, land_use_percent, management_percent, input_percent
        The printed uncertainties, 95 % or two standard errors; 0 for a factor that is 1 by definition. [%]

    Notes
    -----
    .. math:: U = \sqrt{U_{REF}^2 + U_{LU}^2 + U_{MG}^2 + U_I^2}

    Here :math:`U_{REF}` is ``reference_percent``, :math:`U_{LU}` is ``land_use_percent``, :math:`U_{MG}` is
    ``management_percent`` and :math:`U_I` is ``input_percent``.

    References
    ----------
    ipcc2019-tier1:error — IPCC 2019 Refinement, Volume 1, Chapter 3, Eq. 3.1.

    Examples
    --------
    >>> result = stock_error_percent(
    ...     reference_percent=3.0, land_use_percent=4.0, management_percent=12.0, input_percent=0.0
    ... )
    >>> print(result)
    13.0
    """
    squares = reference_percent**2 + land_use_percent**2 + management_percent**2 + input_percent**2
    return np.sqrt(np.asarray(squares, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class Tier1Estimate:
    """A stock by default factors: value [t C/ha, 0-30 cm], its printed uncertainty [%], and the numbers behind it."""

    stock_t_ha: float
    error_percent: float
    factors: tuple[Tier1Factor, ...]

    @property
    def weak(self) -> tuple[Tier1Factor, ...]:
        """Return the factors on which sources disagree, or that stand on memory."""
        return tuple(factor for factor in self.factors if factor.status in WARNING_STATUSES)


def tier1_estimate(
    *, climate: str, soil: str, land_use: str, management: str = "none", carbon_input: str = "none"
) -> Tier1Estimate:
    """Return the Tier 1 stock of a soil by names of the 2019 tables.

    Parameters
    ----------
    climate, soil
        For example ``cool-temperate-moist`` and ``high-activity-clay``.
    land_use, management, carbon_input
        Levels of F_LU, F_MG and F_I, for example ``annual``, ``no-tillage``, ``high-without-manure``; ``none`` is 1.

    Raises
    ------
    KeyError
        If the tables have no such number; the message lists the levels that there are.

    References
    ----------
    IPCC 2019 Refinement, Volume 4, Chapter 2, Eq. 2.25, and Tables 2.3, 5.5, 5.10, 6.2.
    """
    levels = (("SOC_ref", soil), ("F_LU", land_use), ("F_MG", management), ("F_I", carbon_input))
    factors = tuple(tier1_factor(kind=kind, level=level, climate=climate) for kind, level in levels)
    reference, use, practice, given = factors
    value = stock(
        reference_t_ha=reference.value,
        land_use_factor=use.value,
        management_factor=practice.value,
        input_factor=given.value,
    )
    error = stock_error_percent(
        reference_percent=reference.error_percent,
        land_use_percent=use.error_percent,
        management_percent=practice.error_percent,
        input_percent=given.error_percent,
    )
    return Tier1Estimate(float(value), float(error), factors)
