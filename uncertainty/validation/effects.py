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
    r"""Return the effect of a practice at a trial: the change under it less the change without it.

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
    .. math:: e = \frac{44}{12} \left((S_{t,1} - S_{t,0}) - (S_{r,1} - S_{r,0})\right)

    Here :math:`S_{t,0}` is ``treated_start_t_c_per_ha``, :math:`S_{t,1}` is ``treated_end_t_c_per_ha``,
    :math:`S_{r,0}` is ``reference_start_t_c_per_ha`` and :math:`S_{r,1}` is ``reference_end_t_c_per_ha``.

    Source: section 5.2.4: modelled and observed are practice effects, project less baseline of the trial.

    Examples
    --------
    >>> result = trial_effect(
    ...     treated_start_t_c_per_ha=[30.0, 30.0], treated_end_t_c_per_ha=[36.0, 36.0],
    ...     reference_start_t_c_per_ha=[30.0, 0.0], reference_end_t_c_per_ha=[27.0, 0.0]
    ... )
    >>> print(result)
    [33. 22.]
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
    r"""Return the standard error of an effect from those of its stocks, which count as independent.

    Parameters
    ----------
    standard_error_t_c_per_ha
        Of the stocks that enter an effect, shape (..., m); 0 for one that does not. [t C/ha]

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
    .. math:: SE(e) = \frac{44}{12} \sqrt{\sum_i s_i^2}

    Here :math:`s_i` is ``standard_error_t_c_per_ha``.

    Source: variance of a sum. Plots that are measured again share errors, which this does not know; then it is too
    large.

    Examples
    --------
    >>> result = trial_effect_error(
    ...     standard_error_t_c_per_ha=[[1.0, 2.0, 2.0, 0.0], [3.0, 4.0, 0.0, 0.0]]
    ... )
    >>> print(result)
    [11.         18.33333333]
    """
    squares: FloatArray = (standard_error_t_c_per_ha**2).sum(axis=-1)
    return np.sqrt(squares)[()] * CO2E_PER_C


@equation(
    "mollisol:replicate-error", "SE", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.4", "2, what enters it")
)
def replicate_error(*, effect_t_co2e_per_ha: Annotated[FloatArray, Range(least=2)]) -> float:
    r"""Return the standard error of the mean of an effect over its replicates.

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
    .. math:: SE(\bar{e}) = \frac{s_e}{\sqrt{n}}

    Source: standard error of a mean; replicates are blocks of a trial, not cores.

    Examples
    --------
    >>> print(replicate_error(effect_t_co2e_per_ha=[1.0, 3.0, 5.0]))
    1.154701
    """
    if effect_t_co2e_per_ha.ndim != 1:
        raise ValueError(f"effect_t_co2e_per_ha must be a row, found shape {effect_t_co2e_per_ha.shape}")
    return float(effect_t_co2e_per_ha.std(ddof=1) / np.sqrt(effect_t_co2e_per_ha.size))


@equation("mollisol:prediction-error", "e", "t CO2e/ha", Locator("VMD0053", "2.1", "5.2.5"))
def prediction_error(*, modelled_t_co2e_per_ha: TonnesPerHa, observed_t_co2e_per_ha: TonnesPerHa) -> Value:
    """Return the error of a modelled effect.

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
    .. math:: e = P - O

    Here :math:`P` is ``modelled_t_co2e_per_ha`` and :math:`O` is ``observed_t_co2e_per_ha``.

    Source: section 5.2.5, after a secondary source.

    Examples
    --------
    >>> result = prediction_error(
    ...     modelled_t_co2e_per_ha=[1.1, 12.2, 0.6, -3.3, 4.5],
    ...     observed_t_co2e_per_ha=[4.5, 3.1, 1.2, 3.5, 4.0]
    ... )
    >>> print(result)
    [-3.4  9.1 -0.6 -6.8  0.5]
    """
    return modelled_t_co2e_per_ha - observed_t_co2e_per_ha
