"""How figures are drawn: one style, one palette that the colour-blind can tell apart, vectors and pictures alike."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from mollisol.methodology.results.run import PeriodResult
from mollisol.templates.filters import span
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
        if layout := self.figure.get_layout_engine():
            with style():
                layout.execute(self.figure)
        self.figure.set_layout_engine("none")

    def svg(self) -> str:
        """Return the figure as an SVG element that may stand in a page: the same bytes each time."""
        buffer = io.StringIO()
        with style():
            self.figure.savefig(
                buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
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


def blank(height: float) -> Figure:
    """Return a figure as wide as a page, so many inches high."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def panels(count: int, columns: int, height: float, *, shared: bool = True) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels in so many columns, each so many inches high."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = blank(0.25 + height * rows)
    axes = list(figure.subplots(rows, columns, sharex=shared, sharey=shared, squeeze=False).flat)
    for unused in axes[count:]:
        unused.set_visible(False)
    return figure, axes[:count]


def name_rows(ax: Axes, labels: Sequence[str]) -> None:
    """Name the rows of a panel, the first on top."""
    ax.set_yticks(range(len(labels)), [short(label) for label in labels])
    ax.set_ylim(len(labels) - 0.4, -0.6)


def rule(ax: Axes, axis: Literal["x", "y"]) -> None:
    """Draw the lines of a grid across one axis, in the place of the frame on the left."""
    ax.grid(True, axis=axis, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)


def mark_zero(ax: Axes) -> None:
    """Draw a line at zero."""
    ax.axvline(0, color=INK, linewidth=0.6, zorder=0.5)


def note(ax: Axes, text: str, place: tuple[float, float], shift: tuple[float, float], **look: Any) -> None:
    """Write a few words beside a point, shifted by so many points of type."""
    ax.annotate(text, place, xytext=shift, textcoords="offset points", **{"fontsize": 7.5, **look})


def mark(
    ax: Axes, x: Sequence[float], y: Sequence[float], marker: str, size: float, colour: str, **look: Any
) -> None:
    """Put marks at points."""
    ax.plot(x, y, linestyle="", marker=marker, markersize=size, color=colour, **look)


def explain_marks(figure: Figure, axes: Sequence[Axes], columns: int = 2, *, turned: bool = False) -> None:
    """Put one legend for all panels above them, each mark once; in the order of the words the other way round."""
    found = {
        label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    labels = sorted(found, reverse=True) if turned else list(found)
    handles = [found[label] for label in labels]
    figure.legend(handles, labels, loc="outside upper left", ncols=columns, frameon=False, fontsize=8)


def panel_title(period: PeriodResult) -> str:
    """Return what stands above the panel of a period."""
    return f"{short(period.name)} · {span(period.during)}"


def largest(labels: Iterable[str], size: Mapping[str, float], most: int) -> list[str]:
    """Return the labels with the largest sizes, in the order in which they stand."""
    order = list(labels)
    return sorted(sorted(order, key=lambda label: -size.get(label, 0.0))[:most], key=order.index)


def left_out(shown: int, known: int, noun: str = "") -> str:
    """Return what a title says of things that are not drawn."""
    return f" ({shown} largest of {known}{noun})" if shown < known else ""


def short(text: str) -> str:
    """Shorten a label."""
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"
