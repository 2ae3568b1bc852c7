"""Stock change of trees and shrubs over all units (VM0042 section 8.5.1, Eqs. 48 to 51).

The symbols of the document are called changes and used as stocks; stocks at the two ends of the period are taken
(E-12). No deduction is applied to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources.ranges import WOODY_STOCK, Area, summed

Stock = Annotated[Value, WOODY_STOCK]
YearsBetween = Annotated[Value, Range(0.5, 30, "years")]


class WoodyChange(Protocol):
    """The form of Eqs. 48 to 51."""

    def __call__(
        self,
        *,
        stock_end_t_co2e_per_ha: Stock,
        stock_start_t_co2e_per_ha: Stock,
        years: YearsBetween,
        area_ha: Area,
    ) -> Value:
        """Return the yearly change of the stock, times area, summed over the units."""
        ...


_DOC = r"""Return the yearly stock change of {label}, over all units.

    Parameters
    ----------
    stock_end_t_co2e_per_ha, stock_start_t_co2e_per_ha
        Stocks at the two ends, shape (..., units). [t CO2e/ha]
    years
        Time between the two stocks. [year]
    area_ha
        Areas of the units, on one geometry for both ends. [ha]

    Returns
    -------
    float or array
        Summed over the last axis. [t CO2e per year]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \Delta C = \sum_i \frac{{C_{{end,i}} - C_{{start,i}}}}{{T}} \, A_i

    Here :math:`C_{{end,i}}` is ``stock_end_t_co2e_per_ha``, :math:`C_{{start,i}}` is
    ``stock_start_t_co2e_per_ha``, :math:`T` is ``years`` and :math:`A_i` is ``area_ha``.

    Source: Eq. {number}, with stocks (E-12) on one geometry (E-37).

    Examples
    --------
    >>> result = {name}(
    ...     stock_end_t_co2e_per_ha=[30.0, 12.0], stock_start_t_co2e_per_ha=[20.0, 15.0], years=5.0,
    ...     area_ha=[10.0, 40.0]
    ... )
    >>> print(result)
    -4.0
    """


def _registered(number: int, symbol: str, name: str, label: str) -> WoodyChange:
    def change(
        *,
        stock_end_t_co2e_per_ha: Stock,
        stock_start_t_co2e_per_ha: Stock,
        years: YearsBetween,
        area_ha: Area,
    ) -> Value:
        return summed((stock_end_t_co2e_per_ha - stock_start_t_co2e_per_ha) / years * area_ha)[()]

    change.__name__ = change.__qualname__ = name
    change.__doc__ = _DOC.format(name=name, label=label, number=number)
    register: Callable[[WoodyChange], WoodyChange] = equation(
        f"vm0042:{number}", symbol, "t CO2e", vm0042("8.5.1", str(number))
    )
    return register(change)


baseline_tree_change_t_co2e = _registered(
    48, "dC_TREE,bsl,t", "baseline_tree_change_t_co2e", "trees in the baseline"
)
project_tree_change_t_co2e = _registered(
    49, "dC_TREE,wp,t", "project_tree_change_t_co2e", "trees in the project"
)
baseline_shrub_change_t_co2e = _registered(
    50, "dC_SHRUB,bsl,t", "baseline_shrub_change_t_co2e", "shrubs in the baseline"
)
project_shrub_change_t_co2e = _registered(
    51, "dC_SHRUB,wp,t", "project_shrub_change_t_co2e", "shrubs in the project"
)
