"""What the calibrations of spectroscopic methods do to stocks: an error for each sample, and a line that all share.

A stock at equal soil mass is linear in the contents of its increments, so a calibration's errors are carried to it
exactly: no draw of a profile is needed, and none that is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.quantification.arguments import Amount, Amounts, Numbers, equation, ours, vm0042
from mollisol.quantification.checks import FloatArray, Value, same_shape
from mollisol.quantification.equivalent_soil_mass import carbon_at_equivalent_soil_mass_t_per_ha
from mollisol.uncertainty.measurement.increments import IncrementErrors, Interpolation, Profiles

_KG_PER_T = 1000.0


def increment_levers(group: Profiles, interpolation: Interpolation) -> FloatArray:
    """Return what 1 g/kg more in each increment adds to its profile's stock at the reference mass. [t C/ha]."""
    count = group.soil_mass_t_per_ha.shape[1]
    carbon = np.eye(count)[:, None, :] * group.soil_mass_t_per_ha / _KG_PER_T
    mass = np.broadcast_to(np.cumsum(group.soil_mass_t_per_ha, axis=1), carbon.shape)
    levers: FloatArray = carbon_at_equivalent_soil_mass_t_per_ha(
        cumulative_soil_mass_t_per_ha=mass,
        cumulative_carbon_t_per_ha=np.cumsum(carbon, axis=-1),
        reference_soil_mass_t_per_ha=np.array([group.reference_soil_mass_t_per_ha]),
        interpolation=interpolation,
    )[..., 0].T
    return levers


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationErrors:
    """Errors of the calibrations behind the increments of two campaigns.

    Parameters
    ----------
    increments
        The profiles, their places and batches.
    calibration_of_batch
        Number of the calibration of each batch, -1 where there is none, shape (batches,).
    centre_g_per_kg
        Mean prediction of each calibration's validation samples, shape (c,). [g/kg]
    offset_error_g_per_kg, slope_error, sample_error_g_per_kg
        Of each calibration, shape (c,): shared at the centre, shared per g/kg off it, and of one sample.
    """

    increments: IncrementErrors
    calibration_of_batch: NDArray[np.int64]
    centre_g_per_kg: FloatArray
    offset_error_g_per_kg: FloatArray
    slope_error: FloatArray
    sample_error_g_per_kg: FloatArray

    def effects(self) -> tuple[FloatArray, FloatArray]:
        """Return what 1 g/kg of each calibration's offset, and 1 of its slope, adds to each stock.

        Returns
        -------
        tuple of arrays
            Shape (c, places) each. [t C/ha]
        """
        count = self._count()
        offset, slope = np.zeros((2, self.centre_g_per_kg.size, self.increments.places))
        for group in self.increments.profiles:
            lever, of = increment_levers(group, self.increments.interpolation), self._of(group)
            for number, centre in enumerate(self.centre_g_per_kg):
                own = lever * (of == number) / count[group.place][:, None]
                np.add.at(offset[number], group.place, own.sum(axis=1))
                np.add.at(slope[number], group.place, (own * (group.carbon_g_per_kg - centre)).sum(axis=1))
        return offset, slope

    def profile_errors(self) -> tuple[FloatArray, ...]:
        """Return the error of each profile's stock from the errors of its own samples, by group. [t C/ha]."""
        sample = np.append(self.sample_error_g_per_kg, 0.0)
        return tuple(
            np.sqrt(
                ((increment_levers(group, self.increments.interpolation) * sample[self._of(group)]) ** 2).sum(
                    axis=1
                )
            )
            for group in self.increments.profiles
        )

    def place_errors(self) -> FloatArray:
        """Return the error of each stock from the errors of its own samples, shape (places,). [t C/ha]."""
        count, variance = self._count(), np.zeros(self.increments.places)
        for group, error in zip(self.increments.profiles, self.profile_errors(), strict=True):
            np.add.at(variance, group.place, (error / count[group.place]) ** 2)
        return np.sqrt(variance)

    def draw(self, *, draws: int, generator: np.random.Generator) -> FloatArray:
        """Draw the errors of all stocks, a line of each calibration at all points and times, shape (places, draws)."""
        offset, slope = self.effects()
        shared = (self.offset_error_g_per_kg[:, None] * offset).T, (self.slope_error[:, None] * slope).T
        size = self.centre_g_per_kg.size
        lines = [part @ generator.standard_normal((size, draws)) for part in shared]
        own = self.place_errors()[:, None] * generator.standard_normal((self.increments.places, draws))
        return lines[0] + lines[1] + own

    def draw_weighted(self, *, weight: ArrayLike, draws: int, generator: np.random.Generator) -> FloatArray:
        """Draw a weighted sum of the errors of the stocks, shape (draws,); own errors of all samples as one number."""
        weights = np.asarray(weight, dtype=np.float64)
        offset, slope = (effect @ weights for effect in self.effects())
        size, own = self.centre_g_per_kg.size, float(np.hypot.reduce(weights * self.place_errors()))
        drawn: FloatArray = (
            (offset * self.offset_error_g_per_kg) @ generator.standard_normal((size, draws))
            + (slope * self.slope_error) @ generator.standard_normal((size, draws))
            + own * generator.standard_normal(draws)
        )
        return drawn

    def shared(self) -> CalibrationErrors:
        """Return the same without the errors that samples have to themselves."""
        return replace(self, sample_error_g_per_kg=np.zeros_like(self.sample_error_g_per_kg))

    def _of(self, group: Profiles) -> NDArray[np.int64]:
        of: NDArray[np.int64] = self.calibration_of_batch[group.batch]
        return of

    def _count(self) -> FloatArray:
        held = np.concatenate([group.place for group in self.increments.profiles])
        return np.bincount(held, minlength=self.increments.places).astype(np.float64)


@equation("mollisol:calibration-variance", "s2_calibration", "(t CO2e/ha)^2", ours("docs/spectroscopy.md"))
def calibration_variance_of_mean(
    *,
    offset_error_g_per_kg: Amounts,
    offset_lever: Numbers,
    slope_error: Amounts,
    slope_lever: Numbers,
    sample_error_t_c_per_ha: Amounts,
    weight_of_stock: Numbers,
) -> Value:
    r"""Return the variance that calibrations add to the mean of project minus baseline.

    Parameters
    ----------
    offset_error_g_per_kg, slope_error
        Shared errors of each calibration, shape (c,). [g/kg; 1; 0 or more]
    offset_lever, slope_lever
        What 1 g/kg of offset, and 1 of slope, adds to the mean, shape (c,). [t CO2e/ha]
    sample_error_t_c_per_ha
        Error of each stock from the errors of its own samples, shape (p,). [t C/ha]
    weight_of_stock
        What 1 t C/ha of each stock adds to the mean, shape (p,). [t CO2e per t C]

    Returns
    -------
    float
        [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range, or shapes that differ.

    Notes
    -----
    .. math::

        V = \sum_c \left((u_{\alpha,c} \, L_{\alpha,c})^2 + (u_{\beta,c} \, L_{\beta,c})^2\right) + \sum_i (u_i
        \, w_i)^2

    Here :math:`u_{\alpha,c}` is ``offset_error_g_per_kg``, :math:`L_{\alpha,c}` is ``offset_lever``,
    :math:`u_{\beta,c}` is ``slope_error``, :math:`L_{\beta,c}` is ``slope_lever``, :math:`u_i` is
    ``sample_error_t_c_per_ha`` and :math:`w_i` is ``weight_of_stock``.

    Source: law of propagation, exact as the mean is linear in all of them. Where one calibration measured both times
    the offset's lever is 0 and the slope's is the change: what is left is (slope - 1) x change.

    Examples
    --------
    >>> result = calibration_variance_of_mean(
    ...     offset_error_g_per_kg=[0.0], offset_lever=[11.0], slope_error=[0.0], slope_lever=[6.0],
    ...     sample_error_t_c_per_ha=[0.0], weight_of_stock=[2.0]
    ... )
    >>> print(result)
    0.0
    """
    levers = [offset_lever]
    levers.append(slope_lever)
    same_shape(
        offset_error_g_per_kg=offset_error_g_per_kg,
        slope_error=slope_error,
        offset_lever=levers[0],
        slope_lever=levers[1],
    )
    same_shape(sample_error_t_c_per_ha=sample_error_t_c_per_ha, weight_of_stock=weight_of_stock)
    shared = ((offset_error_g_per_kg * levers[0]) ** 2 + (slope_error * levers[1]) ** 2).sum()
    return float(shared + ((sample_error_t_c_per_ha * weight_of_stock) ** 2).sum())


@equation("mollisol:with-calibration", "s2_d", "(t CO2e/ha)^2", vm0042("8.6.2", "72"))
def variance_with_calibration(*, sampling_variance: Amount, calibration_variance: Amount) -> Value:
    """Return the variance of the mean: the sampling part of Eqs. 70 to 72, and the calibration part.

    Parameters
    ----------
    sampling_variance, calibration_variance
        Of the mean. [(t CO2e/ha)^2]

    Returns
    -------
    float or array
        The sum. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument below 0.

    Notes
    -----
    .. math:: s_d^2 = s_{sampling}^2 + s_{calibration}^2

    Here :math:`s_{sampling}^2` is ``sampling_variance`` and :math:`s_{calibration}^2` is
    ``calibration_variance``.

    Source: Eq. 72. Errors of single samples are in the sampling part too: added again they count twice.

    Examples
    --------
    >>> print(variance_with_calibration(sampling_variance=1.0, calibration_variance=8.5))
    9.5
    """
    return sampling_variance + calibration_variance


@equation("mollisol:calibration-printed", "s2_model", "(t CO2e/ha)^2", vm0042("8.6.2", "73"))
def calibration_variance_printed(*, variance_of_time_t2: Amounts, area_ha: Amounts) -> Value:
    r"""Return the calibration part of the variance of the mean as Eqs. 70, 72 and 73 are printed.

    Parameters
    ----------
    variance_of_time_t2
        Eq. 73 at each time that was predicted, all strata, shape (1,) or (2,). [(t CO2e)^2]
    area_ha
        Of the strata, shape (H,). [ha, 0 or more, above 0 in sum]

    Returns
    -------
    float
        Both times, project and baseline alike. [(t CO2e/ha)^2]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: s^2 = \frac{2 \sum_t s_t^2}{A^2}

    Here :math:`s_t^2` is ``variance_of_time_t2`` and :math:`A` is ``area_ha``.

    Source: Eq. 73 is "the same across all strata and both scenarios"; Eq. 70 divides by the square of the area.

    Examples
    --------
    >>> print(calibration_variance_printed(variance_of_time_t2=[800.0], area_ha=[6.0, 4.0]))
    16.0
    """
    area = float(area_ha.sum())
    if area <= 0:
        raise ValueError(f"area_ha must be above 0 in sum, found {area:g}")
    return 2 * float(variance_of_time_t2.sum()) / area**2
