"""Which leakage is taken off (VM0042 section 8.5, the bracket of Eqs. 39 and 42)."""

from __future__ import annotations

from typing import Annotated

from mollisol.methodology.provenance import Range
from mollisol.quantification.arguments import Switch, equation, vm0042
from mollisol.quantification.checks import Form, Value, form_of

Leak = Annotated[Value, Range(0, unit="t CO2e")]


@equation(
    "vm0042:39-leakage",
    "LE_OA + LK_disp + LE_BR",
    "t CO2e",
    vm0042("8.5", "39 and 42, bracket"),
    switch=("switch.displaced-production",),
)
def leakage_t_co2e(
    *,
    amendments_t_co2e: Leak,
    displaced_production_t_co2e: Leak,
    residues_t_co2e: Leak,
    displaced_in_print: Switch = 0.0,
    form: Form = "corrected",
) -> Value:
    """Return the leakage of a year that reductions and removals share.

    Parameters
    ----------
    amendments_t_co2e, displaced_production_t_co2e, residues_t_co2e
        Eq. 33, Eq. 36 and the diversion of residues. [t CO2e]
    displaced_in_print
        1 where the edition prints displaced production in the bracket (corrections of June 2026), else 0.
    form
        ``corrected`` takes displaced production in under every edition; ``printed`` as the edition prints it (E-13).

    Returns
    -------
    float or array
        Shape of the arguments combined. [t CO2e]

    Raises
    ------
    ValueError
        For an argument below 0 or not finite, or shapes that do not fit.

    Notes
    -----
    .. math:: LK_t = LE_{OA,t} + LK_{disp,t} + LE_{BR,t}

    Here :math:`LE_{OA,t}` is ``amendments_t_co2e``, :math:`LK_{disp,t}` is ``displaced_production_t_co2e`` and
    :math:`LE_{BR,t}` is ``residues_t_co2e``. The printed form multiplies :math:`LK_{disp,t}` by
    ``displaced_in_print``.

    Source: Eqs. 39 and 42, and correction 3 of 11 June 2026.

    Examples
    --------
    >>> result = leakage_t_co2e(
    ...     amendments_t_co2e=13.2, displaced_production_t_co2e=[500.0, 0.0], residues_t_co2e=1.0,
    ...     displaced_in_print=[0.0, 1.0]
    ... )
    >>> print(result)
    [514.2  14.2]
    """
    counted = displaced_in_print if form_of(form) else 1.0
    return amendments_t_co2e + residues_t_co2e + displaced_production_t_co2e * counted
