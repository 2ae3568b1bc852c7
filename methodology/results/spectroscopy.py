"""What spectroscopic calibrations add to a period, as a result."""

from __future__ import annotations

from mollisol.methodology.base import Items
from mollisol.methodology.results.figure import Number, Result, Whole


class CalibrationResult(Result):
    """What the samples measured both ways say of one calibration.

    Bias is predicted less reference; slope is of reference on predicted. The shared errors hold their distance from 0
    and 1 and what is not known of it; the sample error is of one sample by itself. Equation 73 is of one time in one
    scenario, in (t CO2e)^2: printed in every stratum, corrected once.
    """

    id: str
    samples: Whole
    used_at: Items[str]
    bias_g_per_kg: Number
    bias_p_value: Number
    slope: Number
    slope_p_value: Number
    offset_error_g_per_kg: Number
    slope_error: Number
    sample_error_g_per_kg: Number
    equation_73_printed_t2: Number
    equation_73_corrected_t2: Number


class SpectroscopyResult(Result):
    """The calibration part of a period's variance.

    ``carried`` is what it adds to the variance of the mean of project minus baseline: exact, with what cancels taken
    out. ``printed`` is what Eqs. 70 and 73 add in print: every stratum, both times, both scenarios. Equation 72 is of
    the project side, sampling and calibration part together, from draws, in (t CO2e)^2.
    """

    calibrations: Items[CalibrationResult]
    draws: Whole
    carried_t_co2e_per_ha_2: Number
    printed_t_co2e_per_ha_2: Number
    equation_72_printed_t2: Number
    equation_72_corrected_t2: Number
