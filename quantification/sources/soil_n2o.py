"""Sums of the soil nitrous oxide terms under default factors (VM0042 8.2.9, 8.2.10; Eqs. 16, 17, 21, 26, 29).

Each of these is one line of the document; they stand apart so that a trace shows every sum.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Value, together
from mollisol.quantification.sources.ranges import Span, area_of, per_ha, total, within

_N2O_PER_HA = Span(0, 150, "t CO2e/ha")


def _sum(**terms: ArrayLike) -> Value:
    arrays = {name: within(name, value, _N2O_PER_HA) for name, value in terms.items()}
    together(**arrays)
    first, *others = arrays.values()
    for other in others:
        first = first + other
    return first[()]


def _areal(area_ha: ArrayLike, **terms: ArrayLike) -> Value:
    area = area_of(area_ha)
    first, second = (total(name, value, area, _N2O_PER_HA) for name, value in terms.items())
    together(volatilised=first, leached=second)
    return per_ha(first + second, area)


@equation(
    "vm0042:16",
    symbol="N2O_soil",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.9", equation="16"),
)
def soil_nitrous_oxide_t_co2e_per_ha(
    *,
    fertilizer_t_co2e_per_ha: ArrayLike,
    manure_t_co2e_per_ha: ArrayLike,
    fixing_species_t_co2e_per_ha: ArrayLike,
) -> Value:
    """Soil nitrous oxide under default factors.

    Parameters
    ----------
    fertilizer_t_co2e_per_ha, manure_t_co2e_per_ha, fixing_species_t_co2e_per_ha
        Eqs. 17, 26 and 24. [t CO2e/ha, 0 to 150]

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
    Source: Eq. 16. Not to be added to Eq. 15 for the same unit.
    """
    return _sum(
        fertilizer_t_co2e_per_ha=fertilizer_t_co2e_per_ha,
        manure_t_co2e_per_ha=manure_t_co2e_per_ha,
        fixing_species_t_co2e_per_ha=fixing_species_t_co2e_per_ha,
    )


@equation(
    "vm0042:17",
    symbol="N2O_fert",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.9", equation="17"),
)
def fertilizer_t_co2e_per_ha(*, direct_t_co2e_per_ha: ArrayLike, indirect_t_co2e_per_ha: ArrayLike) -> Value:
    """Nitrous oxide of fertilizer.

    Parameters
    ----------
    direct_t_co2e_per_ha, indirect_t_co2e_per_ha
        Eqs. 18 and 21. [t CO2e/ha, 0 to 150]

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
    Source: Eq. 17.
    """
    return _sum(direct_t_co2e_per_ha=direct_t_co2e_per_ha, indirect_t_co2e_per_ha=indirect_t_co2e_per_ha)


@equation(
    "vm0042:21",
    symbol="N2O_fert,indirect",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.9", equation="21"),
)
def fertilizer_indirect_t_co2e_per_ha(
    *, volatilised_t_co2e: ArrayLike, leached_t_co2e: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Indirect nitrous oxide of fertilizer, areal mean.

    Parameters
    ----------
    volatilised_t_co2e, leached_t_co2e
        Eqs. 22 and 23, shape (...). [t CO2e, 0 to 150 per ha]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...). [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 21.
    """
    return _areal(area_ha, volatilised_t_co2e=volatilised_t_co2e, leached_t_co2e=leached_t_co2e)


@equation(
    "vm0042:26",
    symbol="N2O_md",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.10", equation="26"),
)
def manure_t_co2e_per_ha(*, direct_t_co2e_per_ha: ArrayLike, indirect_t_co2e_per_ha: ArrayLike) -> Value:
    """Nitrous oxide of manure.

    Parameters
    ----------
    direct_t_co2e_per_ha, indirect_t_co2e_per_ha
        Eqs. 27 and 29. [t CO2e/ha, 0 to 150]

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
    Source: Eq. 26.
    """
    return _sum(direct_t_co2e_per_ha=direct_t_co2e_per_ha, indirect_t_co2e_per_ha=indirect_t_co2e_per_ha)


@equation(
    "vm0042:29",
    symbol="N2O_md,indirect",
    unit="t CO2e/ha",
    locator=Locator("VM0042", "2.2", section="8.2.10", equation="29"),
)
def manure_indirect_t_co2e_per_ha(
    *, volatilised_t_co2e: ArrayLike, leached_t_co2e: ArrayLike, area_ha: ArrayLike
) -> Value:
    """Indirect nitrous oxide of manure, areal mean.

    Parameters
    ----------
    volatilised_t_co2e, leached_t_co2e
        Eqs. 30 and 31, shape (...). [t CO2e, 0 to 150 per ha]
    area_ha
        Area of the unit, shape (...). [ha]

    Returns
    -------
    float or array
        Shape (...). [t CO2e/ha]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that do not fit.

    Notes
    -----
    Source: Eq. 29.
    """
    return _areal(area_ha, volatilised_t_co2e=volatilised_t_co2e, leached_t_co2e=leached_t_co2e)
