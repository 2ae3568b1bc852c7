"""Which leakage is taken off (VM0042 section 8.5, the bracket of Eqs. 39 and 42)."""

from __future__ import annotations

from numpy.typing import ArrayLike

from mollisol.methodology.provenance import Locator, equation
from mollisol.quantification.checks import Form, Value, at_least, finite, form_of, together


@equation(
    "vm0042:39-leakage",
    symbol="LE_OA + LK_disp + LE_BR",
    unit="t CO2e",
    locator=Locator("VM0042", "2.2", section="8.5", equation="39 and 42, bracket"),
    switch=("switch.displaced-production",),
)
def leakage_t_co2e(
    *,
    amendments_t_co2e: ArrayLike,
    displaced_production_t_co2e: ArrayLike,
    residues_t_co2e: ArrayLike,
    displaced_in_print: ArrayLike = 0.0,
    form: Form = "corrected",
) -> Value:
    """Leakage of a year that reductions and removals share.

    Parameters
    ----------
    amendments_t_co2e, displaced_production_t_co2e, residues_t_co2e
        Eq. 33, Eq. 36 and the diversion of residues. [t CO2e, 0 or above]
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
    Source: Eqs. 39 and 42, and correction 3 of 11 June 2026.
    """
    amendments = at_least("amendments_t_co2e", amendments_t_co2e, 0.0)
    displaced = at_least("displaced_production_t_co2e", displaced_production_t_co2e, 0.0)
    residues = at_least("residues_t_co2e", residues_t_co2e, 0.0)
    printed = finite("displaced_in_print", displaced_in_print)
    if not ((printed == 0) | (printed == 1)).all():
        raise ValueError(f"displaced_in_print must be 0 or 1, found {displaced_in_print!r}")
    together(
        amendments_t_co2e=amendments,
        displaced_production_t_co2e=displaced,
        residues_t_co2e=residues,
        displaced_in_print=printed,
    )
    return amendments + residues + displaced * (printed if form_of(form) else 1.0)
