"""From the difference of two rounds to one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from mollisol.templates.monitoring_report.bases import Basis
from mollisol.templates.monitoring_report.report import table_basis
from mollisol.templates.render import page_of

_PAGE: Final = "rounds_report/page.html.j2"
_BASES: Final = {
    "change": Basis(clause="results.json of both bundles, and runs of mixtures of the two"),
    "inputs": Basis(clause="inputs/ of both bundles"),
    "rules": Basis(clause="rules.json and manifest.json of both bundles"),
    "findings": Basis(clause="findings.json of both bundles"),
    "requests": Basis(clause="the findings log"),
}


def render_rounds(diff: Mapping[str, Any]) -> str:
    """Render the page of two rounds.

    Parameters
    ----------
    diff
        What changed and what it moved, as plain data.
    """
    bases = {name: table_basis(basis) for name, basis in _BASES.items()}
    return page_of(_PAGE, {}, diff=diff, bases=bases, mollisol=version("mollisol"))
