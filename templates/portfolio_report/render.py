"""From what a portfolio holds to one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, Final

from mollisol.templates import drawing as draw
from mollisol.templates.monitoring_report.bases import Basis
from mollisol.templates.monitoring_report.report import table_basis
from mollisol.templates.render import page_of

_PAGE: Final = "portfolio_report/page.html.j2"
_BASES: Final = {
    "sum": Basis(("mollisol:variance-of-shared-errors", "mollisol:chance-below-issued")),
    "shared": Basis(("mollisol:variance-of-shared-errors", "mollisol:relative-error-of-range")),
    "credits": Basis(clause="results.json of each bundle: calendar"),
    "overlaps": Basis(clause="the same as mollisol audit overlap"),
    "projects": Basis(clause="results.json and findings.json of each bundle"),
}
_POINTS: Final = 121
_WIDE: Final = 4.0


def render_portfolio(report: Mapping[str, Any]) -> str:
    """Render the page of a portfolio.

    Parameters
    ----------
    report
        What it shows, as plain data.
    """
    eligible, found = report["sums"]["eligible"], report["sums"]["computed"]
    if eligible and eligible["projects"] > 1:
        found = eligible
    figures: dict[str, str] = {}
    if found and found["independent"]["standard_error_t"]:
        figures["sum"] = _sum(found).svg()
    bases = {name: table_basis(basis) for name, basis in _BASES.items()}
    return page_of(_PAGE, figures, report=report, shown=found, bases=bases, mollisol=report["mollisol"])


def _sum(total: Mapping[str, Any]) -> draw.Drawing:
    """Draw the true sum with errors shared and as if they were independent, and what is credited."""
    figure, (ax,) = draw.panels(1, 1, 2.2)
    mean, credited = total["true_t"], total["credited_t"]
    widest = max(total[name]["standard_error_t"] for name in ("shared", "independent"))
    places = [mean + _WIDE * widest * (2 * n / (_POINTS - 1) - 1) for n in range(_POINTS)]
    for name, label, colour, dash in (
        ("independent", "each project by itself", draw.CONTROL, (5.5, 2.4)),
        ("shared", "errors shared as they are", draw.PROJECT, ()),
    ):
        curve = NormalDist(mean, total[name]["standard_error_t"])
        own = [(place, curve.pdf(place)) for place in places]
        ax.lines([own], colour=colour, width=1.5, dash=dash, label=label)
    ax.across("x", credited, colour=draw.INK, width=0.8, label="credited, before the buffer")
    ax.y.limits[0], ax.y.places = 0.0, ()
    ax.x.title, ax.grid = "true sum, t CO₂e", "x"
    draw.explain_marks(figure, [ax], columns=3)
    told = "; ".join(
        f"{name}: standard error {total[name]['standard_error_t']:,.0f} t, credited reached with probability "
        f"{total[name]['chance_reached']:.3f}"
        for name in ("shared", "independent")
    )
    return draw.Drawing(figure, "sum", "The true sum against what is credited", told)
