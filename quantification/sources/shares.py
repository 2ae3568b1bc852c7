"""Shares that eligibility checks compare with a rule: what is left out, who already does it, what changes."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from mollisol.methodology.provenance import Locator, Range
from mollisol.quantification.arguments import AboveZero, Amount, Hectares, equation, vm0042
from mollisol.quantification.checks import Value
from mollisol.quantification.sources.ranges import summed


@equation("vm0042:5-omitted-share", "share left out", "1", vm0042("5", "joint de minimis test"))
def omitted_share(
    *,
    omitted_t_co2e: Annotated[Value, Range(0, 1e9, "t CO2e")],
    benefit_t_co2e: Annotated[Value, Range(0, unit="t CO2e", above=True)],
) -> Value:
    r"""Return the share of the benefit that all omitted pools, sources and leaks take.

    Parameters
    ----------
    omitted_t_co2e
        Stock decreases and emission increases of everything that is left out, leakage too, shape (..., omitted).
        [t CO2e]
    benefit_t_co2e
        Total reductions and removals of the project. [t CO2e]

    Returns
    -------
    float or array
        Summed over the last axis. [1]

    Raises
    ------
    ValueError
        For an argument outside its range: without a benefit there is no share.

    Notes
    -----
    .. math:: s = \frac{\sum_o E_o}{B}

    Here :math:`E_o` is ``omitted_t_co2e`` and :math:`B` is ``benefit_t_co2e``.

    Source: section 5, de minimis. Not the inclusion trigger, which looks at one source and its own baseline.

    Examples
    --------
    >>> print(omitted_share(omitted_t_co2e=[10.0, 25.0], benefit_t_co2e=1000.0))
    0.035
    """
    return (summed(omitted_t_co2e) / benefit_t_co2e)[()]


@equation("vm0042:5-increase", "increase", "1", vm0042("5", "inclusion trigger of Table 3"))
def relative_increase(*, project: Amount, baseline: AboveZero) -> Value:
    r"""Return the change of one quantity from the baseline to the project, as a share of the baseline.

    Parameters
    ----------
    project, baseline
        The same quantity in the same unit. [any unit; baseline above 0, project 0 or above]

    Returns
    -------
    float or array
        Above 0 where the project has more. [1]

    Raises
    ------
    ValueError
        For a baseline of 0: any increase over nothing is significant, and is no number.

    Notes
    -----
    .. math:: r = \frac{x_{wp} - x_{bsl}}{x_{bsl}}

    Here :math:`x_{wp}` is ``project`` and :math:`x_{bsl}` is ``baseline``.

    Source: the 5 % of Table 3 (S*), of applicability condition 2 and of condition 6.

    Examples
    --------
    >>> print(relative_increase(project=106.0, baseline=100.0))
    0.06
    """
    return (project - baseline) / baseline


@equation("vt0008:4c", "F", "1", Locator("VT0008", "1.0", "Step 4c, as VM0042 2.2 section 7 uses it"))
def common_practice_factor(
    *, adopted_area_ha: Hectares, different_area_ha: Annotated[Value, Range(0, unit="ha")]
) -> Value:
    r"""Return the share of the land with the practice that has it without help such as a subsidy.

    Parameters
    ----------
    adopted_area_ha
        N_all: land in the region where the practice is in use. [ha]
    different_area_ha
        N_diff: the part of it whose circumstances differ, such as subsidised land. [ha, 0 to adopted_area_ha]

    Returns
    -------
    float or array
        ``(N_all - N_diff) / N_all``. [1]

    Raises
    ------
    ValueError
        For an argument outside its range.

    Notes
    -----
    .. math:: F = \frac{N_{all} - N_{diff}}{N_{all}}

    Here :math:`N_{all}` is ``adopted_area_ha`` and :math:`N_{diff}` is ``different_area_ha``.

    Source: VT0008 Step 4c on land area. The requirement that the difference be above 3 is not applied.

    Examples
    --------
    >>> print(common_practice_factor(adopted_area_ha=2000000.0, different_area_ha=1700000.0))
    0.15
    """
    if np.any(different_area_ha > adopted_area_ha):
        raise ValueError("different_area_ha must not be above adopted_area_ha")
    return (adopted_area_ha - different_area_ha) / adopted_area_ha
