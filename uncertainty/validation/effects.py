"""Effects at trials from stocks: the treated site's change less that of its reference, and the error of both."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.arguments import Amounts, Number, TonnesPerHa, equation
from mollisol.quantification.checks import FloatArray, Value


@equation(
    "mollisol:trial-effect", "O, P", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.4", "1, what enters it")
)
def trial_effect(
    *,
    treated_start_t_c_per_ha: Number,
    treated_end_t_c_per_ha: Number,
    reference_start_t_c_per_ha: Number,
    reference_end_t_c_per_ha: Number,
) -> Value:
    """Effect of a practice at a trial: the change under it less the change without it.

    Parameters
    ----------
    treated_start_t_c_per_ha, treated_end_t_c_per_ha
        Stocks of the site with the practice. [t C/ha]
    reference_start_t_c_per_ha, reference_end_t_c_per_ha
        Stocks of the site without; 0 at both times where there is none, and the effect is a change. [t C/ha]

    Returns
    -------
    float or array
        Shape of the arguments combined: comparisons, or comparisons and draws. [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that do not fit, or a number that is not finite.

    Notes
    -----
    Source: section 5.2.4: modelled and observed are practice effects, project less baseline of the trial.
    """
    given = {
        "treated_start_t_c_per_ha": treated_start_t_c_per_ha,
        "treated_end_t_c_per_ha": treated_end_t_c_per_ha,
        "reference_start_t_c_per_ha": reference_start_t_c_per_ha,
        "reference_end_t_c_per_ha": reference_end_t_c_per_ha,
    }
    treated = given["treated_end_t_c_per_ha"] - given["treated_start_t_c_per_ha"]
    reference = given["reference_end_t_c_per_ha"] - given["reference_start_t_c_per_ha"]
    return (treated - reference) * CO2E_PER_C


@equation(
    "mollisol:trial-effect-error", "SE", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.4", "2, what enters it")
)
def trial_effect_error(*, standard_error_t_c_per_ha: Amounts) -> Value:
    """Give the standard error of an effect from those of its stocks, which count as independent.

    Parameters
    ----------
    standard_error_t_c_per_ha
        Of the stocks that enter an effect, shape (..., m); 0 for one that does not. [t C/ha, 0 or more]

    Returns
    -------
    float or array
        Without the last axis. [t CO2e/ha]

    Raises
    ------
    ValueError
        For no stock, or a number out of range.

    Notes
    -----
    Source: variance of a sum. Plots that are measured again share errors, which this does not know; then it is too
    large.
    """
    squares: FloatArray = (standard_error_t_c_per_ha**2).sum(axis=-1)
    return np.sqrt(squares)[()] * CO2E_PER_C


@equation(
    "mollisol:replicate-error", "SE", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.4", "2, what enters it")
)
def replicate_error(*, effect_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)]) -> float:
    """Give the standard error of the mean of an effect over its replicates.

    Parameters
    ----------
    effect_t_co2e_per_ha
        Effect in each replicate, shape (n,), two or more. [t CO2e/ha]

    Returns
    -------
    float
        sd / sqrt(n). [t CO2e/ha]

    Raises
    ------
    ValueError
        For one replicate, or a number that is not finite.

    Notes
    -----
    Source: standard error of a mean; replicates are blocks of a trial, not cores.
    """
    if effect_t_co2e_per_ha.ndim != 1:
        raise ValueError(f"effect_t_co2e_per_ha must be a row, found shape {effect_t_co2e_per_ha.shape}")
    return float(effect_t_co2e_per_ha.std(ddof=1) / np.sqrt(effect_t_co2e_per_ha.size))


@equation("mollisol:prediction-error", "e", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.5"))
def prediction_error(*, modelled_t_co2e_per_ha: TonnesPerHa, observed_t_co2e_per_ha: TonnesPerHa) -> Value:
    """Error of a modelled effect.

    Parameters
    ----------
    modelled_t_co2e_per_ha, observed_t_co2e_per_ha
        Effects. [t CO2e/ha]

    Returns
    -------
    float or array
        Modelled less observed, shape of the arguments combined: above 0 the model promises too much. [t CO2e/ha]

    Raises
    ------
    ValueError
        For shapes that do not fit, or a number that is not finite.

    Notes
    -----
    Source: section 5.2.5, after a secondary source.
    """
    return modelled_t_co2e_per_ha - observed_t_co2e_per_ha
