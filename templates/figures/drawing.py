"""How figures are drawn: one style, one palette that the colour-blind can tell apart, vectors and pictures alike."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mollisol.templates.svg import self_contained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PROJECT: Final = "#0072B2"
CONTROL: Final = "#D55E00"
TOTAL: Final = "#33413C"
INK: Final = "#22302B"
SOFT: Final = "#56635D"
RULE: Final = "#C9D1CC"
LOSS: Final = "#E8A33D"
LAND: Final = "#E4EAE6"

WIDTH: Final = 7.4
"""Inches between the margins of a page."""
HALF: Final = 0.33
"""Half the width of a bar."""
_LONGEST_LABEL: Final = 30
_DPI: Final = 200
_SETTINGS: Final[Any] = {
    "svg.hashsalt": "mollisol",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "ytick.major.size": 0,
    "hatch.linewidth": 0.5,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw and write inside: settings of the machine do not matter."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure with its name, its title and what it tells in words."""

    figure: Figure
    name: str
    title: str
    told: str

    def __post_init__(self) -> None:
        """Lay out once: a second writing of the same figure would move it."""
        with style():
            self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")

    def svg(self) -> str:
        """Return the figure as an SVG element that may stand in a page: the same bytes each time."""
        buffer = io.StringIO()
        with style():
            self.figure.savefig(
                buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
            )
        return self_contained(buffer.getvalue(), name=self.name, title=self.title, description=self.told)

    def png(self) -> bytes:
        """Return the figure as a picture on white: the same bytes each time."""
        buffer = io.BytesIO()
        with style():
            self.figure.savefig(
                buffer, format="png", dpi=_DPI, facecolor="white", metadata={"Software": None}
            )
        return buffer.getvalue()


def panels(count: int, columns: int, height: float, *, shared: bool = True) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels in so many columns, each so many inches high."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(columns, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(WIDTH, 0.25 + height * rows), layout="constrained")
    FigureCanvasAgg(figure)
    axes = list(figure.subplots(rows, columns, sharex=shared, sharey=shared, squeeze=False).flat)
    for unused in axes[count:]:
        unused.set_visible(False)
    return figure, axes[:count]


def short(text: str) -> str:
    """Shorten a label."""
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"
