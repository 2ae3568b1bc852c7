"""PDF of a page: tagged, with bookmarks, the same bytes for the same page."""

from __future__ import annotations

import hashlib
import logging
from typing import Any, NoReturn

from mollisol.templates.documents.extras import load


def write_pdf(page: str) -> bytes:
    """Print a page of ours as PDF, tagged for screen readers (PDF/UA).

    Parameters
    ----------
    page
        HTML that refers to nothing outside itself; print rules stand in its own style sheet.

    Raises
    ------
    MissingExtraError
        If WeasyPrint is not installed.
    """
    weasyprint = load("weasyprint", what="PDF")
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    document = weasyprint.HTML(string=page, url_fetcher=_refuse)
    pdf: bytes = document.write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=hashlib.sha256(page.encode()).digest()[:16], finisher=_timeless
    )
    return pdf


def _refuse(url: str, *_: Any, **__: Any) -> NoReturn:
    raise ValueError(f"the page refers to {url}; a report refers to nothing outside itself")


def _timeless(_: Any, pdf: Any) -> None:
    """Take the times of making out, whatever the clock says."""
    for key in ("CreationDate", "ModDate"):
        pdf.info.pop(key, None)
