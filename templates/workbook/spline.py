"""Equal soil mass in cells: the natural cubic spline of each profile, solved step by step beside its knots."""

from __future__ import annotations

from collections.abc import Sequence

from mollisol.templates.workbook.sheet import Book, Cell, Sheet, range_of

_NOTHING: Cell = ("0", 0.0)
_SMALL = "0.0E+00"


class SplineSheet:
    """One row per profile, the same row as on the sheet of profiles.

    A straight line needs no solving: one increment, or the linear form, is one formula and takes no sheet.
    """

    def __init__(self, book: Book, deepest: int, interpolation: str) -> None:
        self._sheet: Sheet | None = None
        if interpolation != "natural_cubic_spline" or deepest < 2:
            return
        self._sheet = book.sheet("Spline", (20, 12), freeze=(1, 1))
        labels = ["sample"]
        self._starts: dict[str, int] = {}
        for key, name, count in (
            ("h", "width {}, t/ha", deepest),
            ("s", "slope {}", deepest),
            ("upper", "upper {}", deepest - 1),
            ("pull", "pull {}", deepest - 1),
            ("bend", "second derivative {}", deepest - 1),
        ):
            self._starts[key] = len(labels)
            labels += [name.format(number + 1) for number in range(count)]
        self._starts["piece"] = len(labels)
        labels += ["piece of the reference", "its left soil mass, t/ha", "its left carbon, t C/ha"]
        labels += ["its width, t/ha", "its slope"]
        labels += ["second derivative on its left", "second derivative on its right"]
        self._sheet.head(0, labels)

    def write(self, row: int, sample: str, knots: Sequence[Sequence[Cell]], reference: Cell) -> str:
        """Write the spline of a profile and give the formula of its stock at the reference.

        Parameters
        ----------
        knots
            Cumulative soil mass and cumulative carbon at the ends of the increments.
        reference
            The reference mass.
        """
        masses, carbons = ([cell for cell, _ in column] for column in knots)
        if len(masses) == 1:
            return f"{reference[0]}*{carbons[0]}/{masses[0]}"
        if self._sheet is None:
            return on_straight_lines(range_of(masses), range_of(carbons), len(masses), reference[0])
        return self._solve(self._sheet, row, sample, knots, reference)

    def _solve(
        self, sheet: Sheet, row: int, sample: str, knots: Sequence[Sequence[Cell]], reference: Cell
    ) -> str:
        masses, carbons = ([_NOTHING, *column] for column in knots)
        starts, k = self._starts, len(masses) - 1
        sheet.text(row, 0, sample)
        h: list[Cell] = []
        s: list[Cell] = []
        for i in range(k):
            (m0, m0_value), (m1, m1_value) = masses[i : i + 2]
            (c0, c0_value), (c1, c1_value) = carbons[i : i + 2]
            width = m1_value - m0_value
            slope = (c1_value - c0_value) / width
            h.append((sheet.live(row, starts["h"] + i, f"{m1}-{m0}", width), width))
            formula = f"({c1}-{c0})/{h[i][0]}"
            s.append((sheet.live(row, starts["s"] + i, formula, slope, number=_SMALL), slope))
        bend = [_NOTHING, *self._bends(sheet, row, h, s), _NOTHING]
        at = min(k, 1 + sum(knot <= reference[1] for _, knot in masses[1:]))
        formula = _piece(range_of([cell for cell, _ in masses[1:]]), k, reference[0])
        piece = sheet.live(row, starts["piece"], formula, at, number="0")
        parts = (
            (f"IF({piece}=1,0,{_before(masses, piece)})", masses[at - 1][1], "0.0000"),
            (f"IF({piece}=1,0,{_before(carbons, piece)})", carbons[at - 1][1], "0.0000"),
            (_choose(h, piece), h[at - 1][1], "0.0000"),
            (_choose(s, piece), s[at - 1][1], _SMALL),
            (_choose(bend[:-1], piece), bend[at - 1][1], _SMALL),
            (_choose(bend[1:], piece), bend[at][1], _SMALL),
        )
        mass, carbon, width_at, slope_at, left, right = (
            sheet.live(row, starts["piece"] + number, formula, value, number=form)
            for number, (formula, value, form) in enumerate(parts, start=1)
        )
        beyond = f"({reference[0]}-{mass})"
        tangent = f"({slope_at}-{width_at}*(2*{left}+{right})/6)"
        cubic = f"({right}-{left})/(6*{width_at})"
        return f"{carbon}+{beyond}*({tangent}+{beyond}*({left}/2+{beyond}*{cubic}))"

    def _bends(self, sheet: Sheet, row: int, h: Sequence[Cell], s: Sequence[Cell]) -> list[Cell]:
        """Solve the tridiagonal system: down through ``upper`` and ``pull``, back up to the second derivatives."""
        upper, pull = [_NOTHING], [_NOTHING]
        for i in range(1, len(h)):
            (h0, h0_value), (h1, h1_value) = h[i - 1 : i + 1]
            (u0, u0_value), (p0, p0_value) = upper[-1], pull[-1]
            pivot = f"(2*({h0}+{h1})-{h0}*{u0})"
            pivot_value = 2 * (h0_value + h1_value) - h0_value * u0_value
            value = h1_value / pivot_value
            upper.append((sheet.live(row, self._starts["upper"] + i - 1, f"{h1}/{pivot}", value), value))
            value = (6 * (s[i][1] - s[i - 1][1]) - h0_value * p0_value) / pivot_value
            formula = f"(6*({s[i][0]}-{s[i - 1][0]})-{h0}*{p0})/{pivot}"
            cell = sheet.live(row, self._starts["pull"] + i - 1, formula, value, number=_SMALL)
            pull.append((cell, value))
        bend = [_NOTHING]
        for i in range(len(h) - 1, 0, -1):
            below = bend[0]
            value = pull[i][1] - upper[i][1] * below[1]
            formula = f"{pull[i][0]}-{upper[i][0]}*{below[0]}"
            cell = sheet.live(row, self._starts["bend"] + i - 1, formula, value, number=_SMALL)
            bend.insert(0, (cell, value))
        return bend[:-1]


def on_straight_lines(x: str, y: str, count: int, place: str) -> str:
    """Return the formula of the value at a place on straight lines through zero and the points of two ranges."""
    piece = _piece(x, count, place)
    left = f"IF({piece}=1,0,INDEX({{}},MAX(1,{piece}-1)))"
    x0, y0 = left.format(x), left.format(y)
    return f"{y0}+({place}-{x0})*(INDEX({y},{piece})-{y0})/(INDEX({x},{piece})-{x0})"


def _piece(x: str, count: int, place: str) -> str:
    """Return the formula of the number of the piece between two points that a place lies in."""
    return f"MIN({count},1+SUMPRODUCT(--({x}<={place})))"


def _choose(cells: Sequence[Cell], piece: str) -> str:
    return f"CHOOSE({piece},{','.join(cell for cell, _ in cells)})"


def _before(cells: Sequence[Cell], piece: str) -> str:
    """Return the cell before the piece; the first piece has none."""
    return _choose(cells[1:], f"MAX(1,{piece}-1)")
