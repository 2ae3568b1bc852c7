"""Emission reductions of each source over all units (VM0042 section 8.5.1, Eqs. 52 to 59).

The eight equations have one form: baseline less project, times the area, summed over the units. A source that grows
enters below 0 and stays in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

import numpy as np

from mollisol.methodology.units import PERCENT_PER_FRACTION
from mollisol.quantification.arguments import Amount, Percent, Tonnes, equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources.ranges import SOURCE_PER_HA, Area, summed

Source = Annotated[Value, SOURCE_PER_HA]


class SourceReduction(Protocol):
    """The form of Eqs. 52 to 59."""

    def __call__(
        self, *, baseline_t_co2e_per_ha: Source, project_t_co2e_per_ha: Source, area_ha: Area
    ) -> Value:
        """Return the baseline less the project, times area, summed over the units."""
        ...


_DOC = r"""Return baseline less project of {label}, over all units.

    Parameters
    ----------
    baseline_t_co2e_per_ha, project_t_co2e_per_ha
        {inputs}, shape (..., units). [t CO2e/ha]
    area_ha
        Areas of the units. [ha]

    Returns
    -------
    float or array
        Summed over the last axis; above 0 where the project emits less. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: \Delta = \sum_i (E_{{bsl,i}} - E_{{wp,i}}) \, A_i

    Here :math:`E_{{bsl,i}}` is ``baseline_t_co2e_per_ha``, :math:`E_{{wp,i}}` is ``project_t_co2e_per_ha`` and
    :math:`A_i` is ``area_ha``.

    Source: Eq. {number}.

    Examples
    --------
    >>> result = {name}(
    ...     baseline_t_co2e_per_ha=[1.0, 0.5], project_t_co2e_per_ha=[0.4, 0.75], area_ha=[100.0, 200.0]
    ... )
    >>> print(result)
    10.0
    """


def _registered(number: int, symbol: str, name: str, label: str, inputs: str) -> SourceReduction:
    def reduction(*, baseline_t_co2e_per_ha: Source, project_t_co2e_per_ha: Source, area_ha: Area) -> Value:
        return summed((baseline_t_co2e_per_ha - project_t_co2e_per_ha) * area_ha)[()]

    reduction.__name__ = reduction.__qualname__ = name
    reduction.__doc__ = _DOC.format(name=name, label=label, inputs=inputs, number=number)
    register: Callable[[SourceReduction], SourceReduction] = equation(
        f"vm0042:{number}", symbol, "t CO2e", vm0042("8.5.1", str(number))
    )
    return register(reduction)


fossil_fuel_reduction_t_co2e = _registered(
    52, "dCO2_ff,t", "fossil_fuel_reduction_t_co2e", "fossil fuel", "Eq. 6"
)
liming_reduction_t_co2e = _registered(53, "dCO2_lime,t", "liming_reduction_t_co2e", "liming", "Eq. 8")
soil_methane_reduction_t_co2e = _registered(
    54, "dCH4_soil,t", "soil_methane_reduction_t_co2e", "soil methane", "Eq. 10"
)
enteric_methane_reduction_t_co2e = _registered(
    55, "dCH4_ent,t", "enteric_methane_reduction_t_co2e", "enteric methane", "Eq. 11"
)
manure_methane_reduction_t_co2e = _registered(
    56, "dCH4_md,t", "manure_methane_reduction_t_co2e", "manure methane", "Eq. 12"
)
burning_methane_reduction_t_co2e = _registered(
    57, "dCH4_bb,t", "burning_methane_reduction_t_co2e", "methane of burning", "Eq. 14"
)
soil_nitrous_oxide_reduction_t_co2e = _registered(
    58, "dN2O_soil,t", "soil_nitrous_oxide_reduction_t_co2e", "soil nitrous oxide", "Eq. 15 or 16"
)
burning_nitrous_oxide_reduction_t_co2e = _registered(
    59, "dN2O_bb,t", "burning_nitrous_oxide_reduction_t_co2e", "nitrous oxide of burning", "Eq. 32"
)


@equation(
    "mollisol:practice-sampling",
    "deduction of sampled practice data",
    "t CO2e",
    vm0042("8.6.3", "74, of a source"),
)
def practice_sampling_t_co2e(
    *, reduction_t_co2e: Tonnes, standard_error_percent: Percent, t_quantile: Amount
) -> Value:
    r"""Return what is taken off a source whose practice data do not cover all units.

    Parameters
    ----------
    reduction_t_co2e
        Baseline less project of the source, by year. [t CO2e]
    standard_error_percent
        Standard error of that reduction as the sample of units gives it. [per cent]
    t_quantile
        Of the confidence of the deduction, at the units sampled less one. [1]

    Returns
    -------
    float or array
        Shape of the arguments combined; never above 0. [t CO2e]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    .. math:: -t \, \frac{p}{100} \, |R|

    Here :math:`R` is ``reduction_t_co2e``, :math:`p` is ``standard_error_percent`` and :math:`t` is ``t_quantile``.

    Source: section 8.6.3 asks for the sampling error of 8.6.1 (Eq. 62); what is taken off is that of Eq. 74, for each
    source by itself, and the same for a source that rises.

    Examples
    --------
    >>> result = practice_sampling_t_co2e(
    ...     reduction_t_co2e=[200.0, -50.0], standard_error_percent=10.0, t_quantile=0.5
    ... )
    >>> print(result)
    [-10.   -2.5]
    """
    return -t_quantile * standard_error_percent / PERCENT_PER_FRACTION * np.abs(reduction_t_co2e)
