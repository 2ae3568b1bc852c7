"""How figures are drawn: one style, one palette that the colour-blind can tell apart, vectors and pictures alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mollisol.methodology.results.run import PeriodResult
from mollisol.templates.filters import span
from mollisol.templates.panel import RULE, TITLE_SIZE, Box, Panel, shapes_of
from mollisol.templates.shapes import INK, POINTS_AN_INCH, Part, Place, Words, png_of, svg_of, width_of

__all__ = ["HALF", "INK", "RULE", "WIDTH", "Figure", "Panel"]

PROJECT: Final = "#0072B2"
CONTROL: Final = "#D55E00"
TOTAL: Final = "#33413C"
SOFT: Final = "#56635D"
LOSS: Final = "#E8A33D"
LAND: Final = "#E4EAE6"

WIDTH: Final = 7.4
"""Inches between the margins of a page."""
HALF: Final = 0.33
"""Half the width of a bar."""
_LONGEST_LABEL: Final = 30
_LEGEND: Final = 13.0
_SAMPLE: Final = 20.0
_GAP: Final = 12.0


@dataclass(slots=True)
class Figure:
    """Panels in rows and columns, so many points high; those of one that is shared have the same axes.

    The legend stands above, each mark of the panels that it is of once.
    """

    panels: Sequence[Panel]
    columns: int
    height: float
    shared: bool = True
    legend: Sequence[Panel] = ()
    legend_columns: int = 2
    turned: bool = False

    @property
    def size(self) -> Place:
        """Its width and height in points."""
        return WIDTH * POINTS_AN_INCH, self.height

    def parts(self) -> Iterator[Part]:
        """Yield its shapes and words."""
        entries = {label: own for panel in self.legend for label, own in panel.legend.items()}
        labels = sorted(entries, reverse=True) if self.turned else list(entries)
        top, left = 2.0, 2.0
        wide = [_SAMPLE + 6 + width_of(label, TITLE_SIZE) + _GAP for label in labels]
        columns = self.legend_columns
        while columns > 1 and sum(max(wide[n::columns], default=0.0) for n in range(columns)) > self.size[0]:
            columns -= 1
        for place, label in enumerate(labels):
            kind, look = entries[label]
            x = left + sum(max(wide[n::columns]) for n in range(place % columns))
            y = top + place // columns * _LEGEND + _LEGEND / 2
            yield from _sample(kind, look, x, y)
            yield Words(label, (x + _SAMPLE + 6, y + 0.34 * TITLE_SIZE), TITLE_SIZE)
        top += -(-len(labels) // columns) * _LEGEND if labels else 0.0
        yield from self._grid(top)

    def _grid(self, top: float) -> Iterator[Part]:
        count, columns = len(self.panels), self.columns
        rows = -(-count // columns)
        limits = [self._limits(panel) for panel in self.panels]
        named = [
            (not self.shared or place + columns >= count, not self.shared or place % columns == 0)
            for place in range(count)
        ]
        rough = Box(0.0, 0.0, self.size[0] / columns, max(30.0, (self.height - top) / rows - 30))
        beside, above, below = [4.0] * columns, [4.0] * rows, [0.0] * rows
        for place, panel in enumerate(self.panels):
            row, column = divmod(place, columns)
            x, y = limits[place]
            beside[column] = max(beside[column], panel.beside(rough, y, named=named[place][1]))
            titles = len(panel.title.splitlines())
            above[row] = max(above[row], 1.25 * TITLE_SIZE * titles + 6)
            below[row] = max(below[row], panel.below(rough, x, named=named[place][0]))
        inside = (self.size[0] - sum(beside) - _GAP * columns) / columns
        high = (self.height - top - sum(above) - sum(below)) / rows
        for place, panel in enumerate(self.panels):
            row, column = divmod(place, columns)
            left = sum(beside[: column + 1]) + column * (inside + _GAP)
            head = top + sum(above[: row + 1]) + sum(below[:row]) + row * high
            box = Box(left, head, left + inside, head + high)
            yield from panel.parts(box, limits[place], named=named[place])

    def _limits(self, panel: Panel) -> tuple[Place, Place]:
        among = self.panels if self.shared else [panel]
        return (
            panel.x.reach([value for one in among for value in one.x.values]),
            panel.y.reach([value for one in among for value in one.y.values]),
        )


def _sample(kind: str, look: Mapping[str, object], x: float, y: float) -> Iterator[Part]:
    middle, end = (x + _SAMPLE / 2, y), (x + _SAMPLE, y)
    if kind == "mark":
        if look.get("through"):
            given = {"colour": look["colour"], "dash": look.get("dash", ())}
            yield from shapes_of("line", [[(x, y), end]], given)
        yield from shapes_of(kind, [[middle]], {**look, "size": 4.5})
    elif kind in ("area", "band"):
        ring = [(x, y - 3.5), (x + _SAMPLE, y - 3.5), (x + _SAMPLE, y + 3.5), (x, y + 3.5)]
        yield from shapes_of(kind, [ring], dict(look))
    else:
        upright = kind == "across x"
        yield from shapes_of(
            "line", [[(middle[0], y - 5), (middle[0], y + 5)] if upright else [(x, y), end]], dict(look)
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure with its name, its title and what it tells in words."""

    figure: Figure
    name: str
    title: str
    told: str

    def svg(self) -> str:
        """Return the figure as an SVG element that may stand in a page: the same bytes each time."""
        own = self.figure
        return svg_of(own.parts(), own.size, name=self.name, title=self.title, description=self.told)

    def png(self) -> bytes:
        """Return the figure as a picture on white: the same bytes each time."""
        return png_of(self.figure.parts(), self.figure.size)


def panels(count: int, columns: int, height: float, *, shared: bool = True) -> tuple[Figure, list[Panel]]:
    """Return a figure with so many panels in so many columns, each so many inches high."""
    columns = min(columns, count)
    own = [Panel() for _ in range(count)]
    return Figure(own, columns, POINTS_AN_INCH * (0.25 + height * -(-count // columns)), shared), own


def name_rows(panel: Panel, labels: Sequence[str]) -> None:
    """Name the rows of a panel, the first on top."""
    panel.y.places, panel.y.labels = range(len(labels)), [short(label) for label in labels]
    panel.y.limits = [len(labels) - 0.4, -0.6]


def mark_zero(panel: Panel) -> None:
    """Draw a line at zero."""
    panel.across("x", 0, colour=INK, width=0.6, order=0.5)


def explain_marks(figure: Figure, shown: Sequence[Panel], columns: int = 2, *, turned: bool = False) -> None:
    """Put one legend for all panels above them; in the order of the words the other way round."""
    figure.legend, figure.legend_columns, figure.turned = shown, columns, turned


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
