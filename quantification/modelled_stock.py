"""From a model run to stocks: the density of Eq. 4 from weighed soil, and Eq. 5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import CarbonPerHa, equation, ours, vm0042
from mollisol.quantification.checks import FloatArray, Value, ratio, within
from mollisol.quantification.soil_carbon_stock import T_PER_HA_OF_G_PER_CM2, Centimetres


@equation("mollisol:density-from-soil-mass", "BD_corr", "g/cm3", ours("8.2.1.5 of VM0042 2.2"))
def fine_soil_density_g_per_cm3(
    *,
    fine_soil_mass_t_per_ha: Annotated[Value, Range(0, unit="t/ha", above=True)],
    thickness_cm: Centimetres,
) -> Value:
    r"""Return the density of fine soil over the whole volume of a layer, from its mass per hectare.

    Parameters
    ----------
    fine_soil_mass_t_per_ha
        Dry fine soil of the layer. [t/ha]
    thickness_cm
        [cm]

    Returns
    -------
    float or array
        Shape of the arguments combined. [g/cm3]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: BD_{corr} = \frac{M}{100 \, h}

    Here :math:`M` is ``fine_soil_mass_t_per_ha`` and :math:`h` is ``thickness_cm``.

    Source: units alone; 1 g/cm2 is 100 t/ha.

    Examples
    --------
    >>> print(fine_soil_density_g_per_cm3(fine_soil_mass_t_per_ha=4050.0, thickness_cm=30.0))
    1.35
    """
    return ratio("thickness_cm", fine_soil_mass_t_per_ha, T_PER_HA_OF_G_PER_CM2 * thickness_cm)


@equation("vm0042:5", "SOC_bsl,i,t", "t C/ha", vm0042("8.2.1", "5"))
def modelled_stock_t_c_per_ha(
    *, initial_stock_t_c_per_ha: CarbonPerHa, modelled_change_t_c_per_ha: CarbonPerHa
) -> Value:
    r"""Return the stock that a process model gives for the end of a year.

    Parameters
    ----------
    initial_stock_t_c_per_ha
        Stock that the run starts from, the same in both scenarios. [t C/ha]
    modelled_change_t_c_per_ha
        What the run added since. [t C/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined. [t C/ha]

    Raises
    ------
    ValueError
        For a number that is not finite, shapes that do not fit, or a stock that would be below 0.

    Notes
    -----
    .. math:: SOC_{bsl,i,t} = SOC_{i,0} + \Delta SOC_{i,t}

    Here :math:`SOC_{i,0}` is ``initial_stock_t_c_per_ha`` and :math:`\Delta SOC_{i,t}` is
    ``modelled_change_t_c_per_ha``.

    Source: Eq. 5, a function of the model's inputs; written as its start and what followed, so that both have their
    own source. The tables of section 9.2 call it an emission; it is a stock (E-33).

    Examples
    --------
    >>> result = modelled_stock_t_c_per_ha(
    ...     initial_stock_t_c_per_ha=[50.0, 60.0], modelled_change_t_c_per_ha=[1.5, -2.0]
    ... )
    >>> print(result)
    [51.5 58. ]
    """
    stock = initial_stock_t_c_per_ha + modelled_change_t_c_per_ha
    if np.any(stock < 0):
        raise ValueError("modelled_change_t_c_per_ha must not take away more than initial_stock_t_c_per_ha")
    return stock


@equation("mollisol:layers-summed", "SOC_model", "t C/ha", vm0042("8.2.1", "4, over layers"))
def profile_stock_t_c_per_ha(
    *,
    stock_of_layer_t_c_per_ha: Annotated[FloatArray, Range(0, unit="t C/ha", least=1)],
    group: Sequence[int],
) -> Value:
    r"""Return the stock of each profile from that of its layers.

    Parameters
    ----------
    stock_of_layer_t_c_per_ha
        One value a layer, shape (n,). [t C/ha]
    group
        Number of the profile of each layer, from 0 to the last without a gap, shape (n,).

    Returns
    -------
    array
        Shape (profiles,). [t C/ha]

    Raises
    ------
    ValueError
        For shapes that differ, a profile without layers, or a stock below 0.

    Notes
    -----
    .. math:: SOC_p = \sum_{l \in p} SOC_l

    Here :math:`SOC_l` is ``stock_of_layer_t_c_per_ha`` and :math:`p` is ``group``.

    Source: Eq. 4 gives one layer; layers to the model's depth add up.

    Examples
    --------
    >>> print(profile_stock_t_c_per_ha(stock_of_layer_t_c_per_ha=[30.0, 20.0, 45.0], group=[0, 0, 1]))
    [50. 45.]
    """
    number = within("group", group, Range(0, whole=True))
    if number.shape != stock_of_layer_t_c_per_ha.shape or number.ndim != 1:
        raise ValueError(
            f"group must hold one number a layer, found {number.shape} for {stock_of_layer_t_c_per_ha.shape}"
        )
    if np.unique(number).size != number.max() + 1:
        raise ValueError("group must number the profiles from 0 without a gap")
    return np.bincount(number.astype(np.intp), weights=stock_of_layer_t_c_per_ha)


@equation("mollisol:rotation-mean", "b_l", "t C/ha", ours("docs/measure-and-model.md, blended"))
def rotation_mean_t_c_per_ha(*, change_by_phase_t_c_per_ha: CarbonPerHa) -> Value:
    r"""Return the modelled change of a blended baseline: the mean over the phases of its rotation, draw by draw.

    Parameters
    ----------
    change_by_phase_t_c_per_ha
        Change of each phase, shape (phases, ...); further axes (years, points, draws) are kept. [t C/ha]

    Returns
    -------
    array
        Shape of one phase. [t C/ha]

    Raises
    ------
    ValueError
        For fewer than two phases or a number that is not finite.

    Notes
    -----
    .. math:: \bar{b} = \frac{1}{P} \sum_{p=1}^{P} b_p

    Here :math:`b_p` is ``change_by_phase_t_c_per_ha``.

    Source: our reading of a blended baseline announced for VM0042 3.0, whose formula was not published where we could
    read it. All phases take the same draw, so that what the parameters leave unknown does not average out.

    Examples
    --------
    >>> print(rotation_mean_t_c_per_ha(change_by_phase_t_c_per_ha=[[1.0, 2.0], [3.0, -2.0]]))
    [2. 0.]
    """
    change = np.asarray(change_by_phase_t_c_per_ha)
    if change.ndim < 1 or change.shape[0] < 2:
        raise ValueError("change_by_phase_t_c_per_ha must hold two phases or more on its first axis")
    mean: FloatArray = change.mean(axis=0)
    return mean
