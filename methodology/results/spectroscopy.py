"""What spectroscopic calibrations add to a period, as a result."""

from __future__ import annotations

from mollisol.methodology.base import DomainObject, Items


class CalibrationResult(DomainObject):
    """What the samples measured both ways say of one calibration.

    Bias is predicted less reference; slope is of reference on predicted. The shared errors hold their distance from 0
    and 1 and what is not known of it; the sample error is of one sample by itself. Equation 73 is of one time in one
    scenario, in (t CO2e)^2: printed in every stratum, corrected once.
    """

    id: str
    samples: int
    used_at: Items[str]
    bias_g_per_kg: float
    bias_p_value: float
    slope: float
    slope_p_value: float
    offset_error_g_per_kg: float
    slope_error: float
    sample_error_g_per_kg: float
    equation_73_printed_t2: float
    equation_73_corrected_t2: float


class SpectroscopyResult(DomainObject):
    """The calibration part of a period's variance.

    ``carried`` is what it adds to the variance of the mean of project minus baseline: exact, with what cancels taken
    out. ``printed`` is what Eqs. 70 and 73 add in print: every stratum, both times, both scenarios. Equation 72 is of
    the project side, sampling and calibration part together, from draws, in (t CO2e)^2.
    """

    calibrations: Items[CalibrationResult]
    draws: int
    carried_t_co2e_per_ha_2: float
    printed_t_co2e_per_ha_2: float
    equation_72_printed_t2: float
    equation_72_corrected_t2: float
