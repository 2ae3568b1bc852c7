"""What a figure is made of, in points from its upper left corner, and how that is written: as SVG, or as a picture."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

INK: Final = "#22302B"
FONTS: Final = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
POINTS_AN_INCH: Final = 72
_DPI: Final = 200
_NARROW: Final = frozenset("iljtfrI.,:;'|!()[] /-·")
_BROAD: Final = frozenset("mwMW%@—…")
_EM: Final = (0.33, 0.95, 0.72, 0.58)

type Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """Lines through places, or areas inside them; with a radius, circles around them."""

    lines: Sequence[Sequence[Place]]
    fill: str = "none"
    stroke: str = "none"
    width: float = 1.0
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    radius: float = 0.0
    striped: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text at a place on its base line; ``side`` says which part of it: start, middle or end."""

    text: str
    place: Place
    size: float
    side: str = "start"
    colour: str = INK
    bold: bool = False
    turned: float = 0.0
    paper: bool = False


type Part = Shape | Words


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how many points wide a line of text is: whatever the fonts of a reader, it is not much more."""
    narrow, broad, capital, other = _EM
    wide = sum(
        narrow if sign in _NARROW else broad if sign in _BROAD else capital if sign.isupper() else other
        for sign in text
    )
    return wide * size * (1.07 if bold else 1.0)


def backed(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield parts, white paper behind the words that ask for it."""
    for part in parts:
        if isinstance(part, Words) and part.paper:
            wide = width_of(part.text, part.size, bold=part.bold)
            left = part.place[0] - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[part.side]
            top, foot = part.place[1] - 0.85 * part.size, part.place[1] + 0.25 * part.size
            yield Shape([[(left, top), (left + wide, top), (left + wide, foot), (left, foot)]], fill="#fff")
        yield part


def svg_of(parts: Iterable[Part], size: Place, *, name: str, title: str, description: str) -> str:
    """Return parts as one SVG element that may stand in a page beside others, with alternative text."""
    wide, high = map(_short, size)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'width="{wide}pt" height="{high}pt" viewBox="0 0 {wide} {high}" '
        f'style="stroke-linejoin: round; stroke-linecap: butt; font-family: {FONTS}">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-desc">{escape(description)}</desc>',
    ]
    for part in backed(parts):
        lines += _words(part) if isinstance(part, Words) else _shape(part, f"{name}-stripes-{len(lines)}")
    return "\n".join([*lines, "</svg>", ""])


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _words(part: Words) -> Iterator[str]:
    x, y = map(_short, part.place)
    turn = f' transform="rotate({-part.turned:g} {x} {y})"' if part.turned else ""
    look = f"font-size: {part.size:g}px" + ("; font-weight: bold" if part.bold else "")
    yield (
        f'<text x="{x}" y="{y}" fill="{part.colour}" text-anchor="{part.side}"{turn} style="{look}">'
        f"{escape(part.text)}</text>"
    )


def _shape(part: Shape, stripes: str) -> Iterator[str]:
    look = "" if part.stroke == "none" else f"; stroke-width: {part.width:g}"
    look += f"; stroke-dasharray: {', '.join(f'{one:g}' for one in part.dash)}" if part.dash else ""
    look += f"; opacity: {part.opacity:g}" if part.opacity < 1 else ""
    style = f'fill="{part.fill}" stroke="{part.stroke}" style="{look.removeprefix("; ")}"'
    if part.radius:
        for line in part.lines:
            for x, y in line:
                yield f'<circle cx="{_short(x)}" cy="{_short(y)}" r="{part.radius:g}" {style}/>'
        return
    drawn = "".join(
        f"M{'L'.join(f'{_short(x)} {_short(y)}' for x, y in line)}{'' if part.fill == 'none' else 'z'}"
        for line in part.lines
    )
    yield f'<path d="{drawn}" {style}/>'
    if part.striped:
        yield f'<defs><pattern id="{stripes}" patternUnits="userSpaceOnUse" x="0" y="0" width="4" height="4">'
        yield '<path d="M0 4L4 0" fill="none" stroke="#fff" style="stroke-width: 0.6"/></pattern></defs>'
        yield f'<path d="{drawn}" fill="url(#{stripes})" stroke="none"/>'


def png_of(parts: Iterable[Part], size: Place) -> bytes:
    """Return parts as a picture on white: the same bytes each time, whatever the settings of the machine."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams["hatch.linewidth"] = 0.5
        figure = Figure(figsize=(size[0] / POINTS_AN_INCH, size[1] / POINTS_AN_INCH))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, size[0]), ylim=(size[1], 0))
        axes.set_axis_off()
        for order, part in enumerate(backed(parts)):
            if isinstance(part, Words):
                side = {"start": "left", "middle": "center", "end": "right"}[part.side]
                look: dict[str, Any] = {"ha": side, "va": "baseline", "rotation_mode": "anchor"}
                look |= {"fontsize": 0.93 * part.size, "fontweight": "bold" if part.bold else "normal"}
                look |= {"color": part.colour, "rotation": part.turned, "parse_math": False}
                axes.text(*part.place, part.text, family="DejaVu Sans", zorder=order, **look)
            else:
                for artist in _artists(part):
                    artist.set(zorder=order, clip_on=False)
                    axes.add_patch(artist)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=_DPI, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def _artists(part: Shape) -> Iterator[Any]:
    from matplotlib.patches import Circle, Polygon

    look: dict[str, Any] = {"facecolor": part.fill, "edgecolor": part.stroke, "alpha": part.opacity}
    look["linewidth"] = 0 if part.stroke == "none" else part.width
    if part.striped:
        look |= {"edgecolor": "white", "hatch": "////", "linewidth": 0}
    if part.dash:
        look["linestyle"] = (0, [one / part.width for one in part.dash])
    for line in part.lines:
        if part.radius:
            yield from (Circle(place, part.radius, **look) for place in line)
        else:
            yield Polygon(list(line), closed=part.fill != "none", **look)
