"""From a findings log to one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from mollisol.templates.monitoring_report.bases import Basis
from mollisol.templates.monitoring_report.report import table_basis
from mollisol.templates.render import page_of

_PAGE: Final = "findings_log/page.html.j2"
_WORDS: Final = {
    "clarification": "Clarification request",
    "corrective": "Corrective action request",
    "forward": "Forward action request",
    "open": "Opened",
    "respond": "Answered",
    "assess": "Assessed",
    "close": "Closed",
}


def render_findings_log(log: Mapping[str, Any]) -> str:
    """Render the page of a findings log.

    Parameters
    ----------
    log
        Its bundles and requests, as plain data.
    """
    return page_of(
        _PAGE,
        {},
        log=log,
        words=_WORDS,
        waiting=sum(request["state"] != "closed" for request in log["requests"]),
        basis=table_basis(Basis(clause="findings-log.jsonl")),
        mollisol=version("mollisol"),
    )
