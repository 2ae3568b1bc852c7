"""From a comparison of programmes to one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mollisol.templates.render import page_of


def render_comparison(comparison: Mapping[str, Any], steps: Mapping[str, str], version: str) -> str:
    """Render the page of a comparison, as ``comparing.compare_programmes`` gives it."""
    return page_of("comparison/page.html.j2", {}, comparison=comparison, steps=steps, mollisol=version)
