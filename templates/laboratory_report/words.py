"""The figures of a laboratory in plain words, by the code that JSON and docs/selection.md have for them."""

from __future__ import annotations

from typing import Final

FIGURES: Final = {
    "share_issued": "projects that issue",
    "p_all": "truth at least the credit, all campaigns",
    "p_issued": "truth at least the credit, among the issued",
    "p_tonne": "the same for a unit drawn at random",
    "ratio_issued": "credited over true, the issued together",
    "ratio_all": "credited over true of all enrolled",
    "unbacked": "units without a tonne of their own project",
    "no_effect": "issued to projects without effect",
    "refused_tonnes": "true tonnes refused",
    "register_20": "registers of twenty that are covered",
    "credit_per_ha": "credited, t CO2e/ha enrolled",
    "over_credited": "over-credited, t CO2e/ha enrolled",
    "lost": "true but not credited, t CO2e/ha enrolled",
    "p_kept": "truth of the land kept at least the credit, among the issued",
    "p_whole": "truth of all land at least the credit, among the issued",
    "ratio_kept": "credited over true of the land kept, the issued together",
    "ratio_whole": "credited over true of all land, the issued together",
    "land_kept": "land kept, of the issued",
    "price": "credit over that of a judge who knows the error",
}
"""Plain name of each figure."""

STATES: Final = {
    "issued": "issued",
    "debt": "a credit below zero, booked",
    "bar": "refused by the bar",
    "nothing": "nothing left to credit",
}
"""What became of a project; any other is the reason code of what blocks it."""


def name_of(code: str) -> str:
    """Return the plain name of a figure with its code behind it."""
    return f"{FIGURES[code]} [{code}]"
