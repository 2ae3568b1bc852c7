"""The gate for SVG text that may stand inside the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_FRAME: Final = {"svg", "g", "defs", "use", "clippath", "pattern"}
_SHAPES: Final = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_WORDS: Final = {"text", "tspan", "title", "desc"}
_ELEMENTS: Final = frozenset(_FRAME | _SHAPES | _WORDS)
_NAMES: Final = {
    "xmlns",
    "xmlns:xlink",
    "version",
    "id",
    "class",
    "role",
    "aria-labelledby",
    "href",
    "xlink:href",
}
_PAINT: Final = {"style", "fill", "stroke", "opacity", "clip-path", "clip-rule", "fill-rule"}
_PLACES: Final = {"x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "d", "points", "viewbox"}
_SIZES: Final = {"width", "height", "transform", "text-anchor", "patternunits"}
_ATTRIBUTES: Final = frozenset(_NAMES | _PAINT | _PLACES | _SIZES)
_TAG: Final = re.compile(r"</?([^\s/>]*)")
_OUTSIDE: Final = re.compile(r"url\((?!#)|@import|expression|javascript:", re.IGNORECASE)


class UnsafeSvgError(ValueError):
    """An SVG that holds more than drawing: scripts, outside references, foreign elements."""


class _Gate(HTMLParser):
    def set_cdata_mode(self, elem: str, **_: bool) -> None:
        """Do nothing: in SVG no element holds raw text, and what stands in a title is read as elements too."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            raise UnsafeSvgError(f"a figure may not hold the element <{tag}>")
        for name, value in attrs:
            if name not in _ATTRIBUTES:
                raise UnsafeSvgError(f"a figure may not hold the attribute {name} (on <{tag}>)")
            if name.endswith("href") and not (value or "").startswith("#"):
                raise UnsafeSvgError(f"a figure may not refer to {value}")
            if not name.startswith("xmlns") and _OUTSIDE.search(value or ""):
                raise UnsafeSvgError(f"a figure may not refer outside itself: {value}")

    def handle_decl(self, decl: str) -> None:
        raise UnsafeSvgError(f"a figure may not hold the declaration {decl[:20]!r}")

    def unknown_decl(self, data: str) -> None:
        raise UnsafeSvgError("a figure may not hold a CDATA section")

    def handle_comment(self, data: str) -> None:
        raise UnsafeSvgError("a figure may not hold a comment")

    def handle_pi(self, data: str) -> None:
        raise UnsafeSvgError("a figure may not hold a processing instruction")


def checked(svg: str) -> str:
    """Return the SVG back if it draws and does nothing else.

    Raises
    ------
    UnsafeSvgError
        Naming what it holds besides.
    """
    if not svg.startswith("<svg ") or not svg.rstrip().endswith("</svg>"):
        raise UnsafeSvgError("a figure must be one svg element")
    stray = next((found[1] for found in _TAG.finditer(svg) if found[1].lower() not in _ELEMENTS), None)
    if stray is not None:
        raise UnsafeSvgError(f"a figure may not hold <{stray}")
    gate = _Gate()
    gate.feed(svg)
    gate.close()
    return svg
