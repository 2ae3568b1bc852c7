"""One panel of a figure: what is drawn in it in its own units, its axes, and the shapes that come of both."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from mollisol.templates.filters import fixed
from mollisol.templates.shapes import INK, Part, Place, Shape, Words, width_of

RULE: Final = "#C9D1CC"
TICK_SIZE: Final = 7.5
TITLE_SIZE: Final = 8.0
_MARGIN: Final = 0.05
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_WIDER: Final = 1.1
"""Fonts that browsers fall back to are wider than those that widths are told for: words may not be cut at the edge."""
_ROOM: Final = (36.0, 20.0)
"""Points that a tick takes along an axis."""
_CORNERS: Final = {
    "s": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "D": ((0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)),
    "^": ((0, -1.2), (1.2, 1), (-1.2, 1)),
    "v": ((0, 1.2), (1.2, -1), (-1.2, -1)),
}


class Box(NamedTuple):
    """Where the inside of a panel lies, in points."""

    left: float
    top: float
    right: float
    foot: float


type Look = dict[str, Any]
type _Drawn = tuple[float, str, Sequence[Sequence[Place]], Look]


class Axis:
    """One axis: limits that were set, or follow what is drawn, and ticks."""

    def __init__(self) -> None:
        self.limits: list[float | None] = [None, None]
        self.values: list[float] = []
        self.places: Sequence[float] | None = None
        self.labels: Sequence[str] = ()
        self.turned = 0.0
        self.title = ""
        self.written: Callable[[float], str] | None = None
        self.whole = False

    def reach(self, values: Sequence[float]) -> Place:
        """Return the limits around some values, where none were set."""
        low, high = min(values, default=0.0), max(values, default=1.0)
        room = _MARGIN * (high - low) or 0.05 * abs(high) or 0.5
        first, last = self.limits
        return low - room if first is None else float(first), high + room if last is None else float(last)

    def ticks(self, limits: Place, points: float, room: float) -> list[tuple[float, str]]:
        """Return places and labels of ticks on an axis that is so many points long."""
        if self.places is not None:
            return list(zip(self.places, self.labels, strict=True))
        low, high = sorted(limits)
        rough = (high - low) / max(2.0, points / room)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(one for one in _STEPS if one * power >= rough * (1 - 1e-9)) * power
        step = max(1.0, math.ceil(step)) if self.whole else step
        decimals = max(0, -math.floor(math.log10(step) + 1e-9) + (round(step / power, 9) == 2.5))
        places = [step * n for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
        write = self.written or (lambda value: fixed(value, decimals))
        return [(place, write(place)) for place in places]


class Panel:
    """What is drawn in one panel; looks are colour, width, dash, opacity, order and label."""

    def __init__(self) -> None:
        self.x, self.y = Axis(), Axis()
        self.title = ""
        self.grid = ""
        self.legend: dict[str, tuple[str, Look]] = {}
        self._drawn: list[_Drawn] = []
        self._notes: list[tuple[Place, Place, Look]] = []

    def lines(self, lines: Sequence[Sequence[Place]], **look: Any) -> None:
        """Draw a line through each of some rows of places."""
        self._take("line", lines, 2.0, look)

    def segments(self, ends: Sequence[tuple[Place, Place]], **look: Any) -> None:
        """Draw straight lines from place to place."""
        self._take("line", ends, 2.0, look)

    def areas(self, rings: Sequence[Sequence[Place]], **look: Any) -> None:
        """Fill what lies inside of rings; ``edge`` is the colour of their lines."""
        self._take("area", rings, 1.0, look)

    def marks(self, places: Sequence[Place], marker: str = "o", size: float = 4.5, **look: Any) -> None:
        """Put marks at places; ``fill`` is the colour inside, ``width`` that of the line around."""
        self._take("mark", [places], 3.0, {**look, "marker": marker, "size": size})

    def bar(self, place: float, start: float, end: float, half: float, **look: Any) -> None:
        """Draw a bar along a row."""
        top, foot = place - half, place + half
        self.areas([[(start, top), (end, top), (end, foot), (start, foot)]], **look)

    def across(self, axis: str, value: float, **look: Any) -> None:
        """Draw a line across the whole panel at a value of the axis x or y."""
        getattr(self, axis).values.append(float(value))
        self._take(f"across {axis}", [[(value, value)]], 2.0, look, reach=False)

    def band(self, low: float, high: float, **look: Any) -> None:
        """Fill the panel between two values along x."""
        self.x.values += [low, high]
        self._take("band", [[(low, high)]], 0.0, look, reach=False)

    def note(self, text: str, place: Place, shift: Place = (0.0, 0.0), **look: Any) -> None:
        """Write a few words beside a place, shifted by so many points, up and to the right.

        ``side`` is start, middle or end of the words; ``level`` their base, middle or top.
        """
        self._notes.append(((float(place[0]), float(place[1])), shift, {**look, "text": text}))

    def _take(
        self, kind: str, lines: Sequence[Sequence[Place]], order: float, look: Look, *, reach: bool = True
    ) -> None:
        lines = [[(float(x), float(y)) for x, y in line] for line in lines]
        if reach:
            self.x.values += [x for line in lines for x, _ in line]
            self.y.values += [y for line in lines for _, y in line]
        label = look.pop("label", "")
        if label and (label not in self.legend or kind == "mark"):
            self.legend[label] = kind, look
        self._drawn.append((look.pop("order", order), kind, lines, look))

    def parts(self, box: Box, limits: tuple[Place, Place], *, named: tuple[bool, bool]) -> Iterator[Part]:
        """Yield its shapes and words.

        Parameters
        ----------
        box
            Where its inside lies.
        limits
            Of both axes.
        named
            Whether the ticks of each axis are named.
        """
        (left, right), (low, high) = limits

        def at(place: Place) -> Place:
            x = box.left + (place[0] - left) / (right - left) * (box.right - box.left)
            return x, box.foot - (place[1] - low) / (high - low) * (box.foot - box.top)

        yield from self._frame(box, limits, at, named)
        for _, kind, lines, look in sorted(self._drawn, key=lambda one: one[0]):
            if kind.startswith("across") or kind == "band":
                ((start, end),) = lines[0]
                if kind == "across y":
                    lines = [[(left, start), (right, end)]]
                elif kind == "across x":
                    lines = [[(start, low), (end, high)]]
                else:
                    lines = [[(start, low), (end, low), (end, high), (start, high)]]
            yield from shapes_of(kind, [[at(place) for place in line] for line in lines], look)
        for place, (right_by, up_by), look in self._notes:
            x, y = at(place)
            given = dict(look)
            size, level = given.setdefault("size", TICK_SIZE), given.pop("level", "base")
            drop = {"base": 0.0, "middle": 0.34, "top": 0.8}[level] * size
            yield Words(place=(x + right_by, y - up_by + drop), **given)

    def _frame(
        self, box: Box, limits: tuple[Place, Place], point: Callable[[Place], Place], named: tuple[bool, bool]
    ) -> Iterator[Part]:
        for line, text in enumerate(reversed(self.title.splitlines())):
            place = box.left, box.top - 5 - 1.25 * TITLE_SIZE * line
            yield Words(text, place, TITLE_SIZE, bold=True)
        marks = self.x_ticks(box, limits[0])
        if self.grid == "x":
            yield _ruled([[(point((x, 0))[0], box.top), (point((x, 0))[0], box.foot)] for x, _ in marks])
        rows = self.y_ticks(box, limits[1])
        if self.grid == "y":
            yield _ruled([[(box.left, point((0, y))[1]), (box.right, point((0, y))[1])] for y, _ in rows])
        if marks:
            yield _ruled([[(box.left, box.foot), (box.right, box.foot)]])
        for x, text in marks if named[0] else ():
            across = point((x, 0))[0]
            yield Shape([[(across, box.foot), (across, box.foot + 3)]], stroke=INK, width=0.6)
            side = "end" if self.x.turned else "middle"
            shift = 4.0 if self.x.turned else 0.0
            place = across + shift, box.foot + (8 if self.x.turned else 4 + TICK_SIZE)
            yield Words(text, place, TICK_SIZE, side, turned=self.x.turned)
        for up, text in rows if named[1] else ():
            yield Words(text, (box.left - 4, point((0, up))[1] + 0.34 * TICK_SIZE), TICK_SIZE, "end")
        if self.x.title:
            foot = box.foot + self.below(box, limits[0], named=named[0]) - 3
            yield Words(self.x.title, ((box.left + box.right) / 2, foot), TITLE_SIZE, "middle")
        if self.y.title:
            wide = self.beside(box, limits[1], named=named[1]) - 3 - TITLE_SIZE * 0.8
            place = box.left - wide, (box.top + box.foot) / 2
            yield Words(self.y.title, place, TITLE_SIZE, "middle", turned=90)

    def x_ticks(self, box: Box, limits: Place) -> list[tuple[float, str]]:
        """Return the ticks along x."""
        return self.x.ticks(limits, box.right - box.left, _ROOM[0])

    def y_ticks(self, box: Box, limits: Place) -> list[tuple[float, str]]:
        """Return the ticks along y."""
        return self.y.ticks(limits, box.foot - box.top, _ROOM[1])

    def below(self, box: Box, limits: Place, *, named: bool) -> float:
        """Return how many points the words below a panel take."""
        texts = [text for _, text in self.x_ticks(box, limits)] if named else []
        turn = math.radians(self.x.turned)
        longest = max((width_of(text, TICK_SIZE) for text in texts), default=0.0)
        ticks = 6 + TICK_SIZE * math.cos(turn) + longest * math.sin(turn) if texts else 1.0
        return ticks + (TITLE_SIZE + 5 if self.x.title else 0.0)

    def beside(self, box: Box, limits: Place, *, named: bool) -> float:
        """Return how many points the words to the left of a panel take."""
        texts = [text for _, text in self.y_ticks(box, limits)] if named else []
        widest = max((_WIDER * width_of(text, TICK_SIZE) + 5 for text in texts), default=0.0)
        return widest + (TITLE_SIZE + 5 if self.y.title else 0.0)


def shapes_of(kind: str, lines: Sequence[Sequence[Place]], look: Look) -> Iterator[Shape]:
    """Yield the shapes of what was drawn, its places in points already."""
    given = {name: value for name, value in look.items() if name in ("dash", "opacity", "striped")}
    colour = look.get("colour", INK)
    if kind in ("area", "band"):
        yield Shape(
            lines, fill=colour, stroke=look.get("edge", "none"), width=look.get("width", 0.6), **given
        )
    elif kind == "mark":
        given |= {"fill": look.get("fill", colour), "stroke": colour, "width": look.get("width", 0.9)}
        given["dash"] = ()
        half = look["size"] / 2
        if look["marker"] == "o":
            yield Shape(lines, radius=half, **given)
        else:
            corners = _CORNERS[look["marker"]]
            rings = [[(x + half * a, y + half * b) for a, b in corners] for line in lines for x, y in line]
            yield Shape(rings, **given)
    else:
        yield Shape(lines, stroke=colour, width=look.get("width", 1.0), **given)


def _ruled(lines: Sequence[Sequence[Place]]) -> Shape:
    return Shape(lines, stroke=RULE, width=0.5)
