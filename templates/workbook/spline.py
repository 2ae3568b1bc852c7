"""Equal soil mass in cells: the natural cubic spline of each profile, solved step by step beside its knots."""

from __future__ import annotations

from collections.abc import Sequence

from mollisol.templates.workbook.sheet import Book, Sheet


class SplineSheet:
    """One row per profile, the same row as on the sheet of profiles.

    A straight line needs no solving: one increment, or the linear form, is one formula and takes no sheet.
    """

    def __init__(self, book: Book, deepest: int, interpolation: str) -> None:
        self._cubic = interpolation == "natural_cubic_spline"
        self._deepest = deepest
        self._sheet: Sheet | None = None
        if self._cubic and deepest > 1:
            self._sheet = book.sheet("Spline", (20, 12), freeze=(1, 1))
            labels = ["sample"]
            for name, count in _columns(deepest):
                labels += [name.format(number + 1) for number in range(count)]
            self._sheet.head(0, labels)

    def write(
        self,
        row: int,
        sample: str,
        knots: Sequence[Sequence[str]],
        reference: str,
        values: Sequence[Sequence[float]],
        reference_value: float,
    ) -> str:
        """Write the spline of a profile and give the formula of its stock at the reference.

        Parameters
        ----------
        knots
            Where cumulative soil mass and cumulative carbon stand.
        reference
            Where the reference mass stands.
        values, reference_value
            What the engine found there.
        """
        masses, carbons = knots
        k = len(masses)
        span = f"{masses[0]}:{masses[-1].rpartition('!')[2]}"
        carbon_span = f"{carbons[0]}:{carbons[-1].rpartition('!')[2]}"
        if k == 1:
            return f"{reference}*{carbons[0]}/{masses[0]}"
        piece = f"MIN({k},1+SUMPRODUCT(--({span}<={reference})))"
        if not self._cubic or self._sheet is None:
            left = f"IF({piece}=1,0,INDEX({{}},MAX(1,{piece}-1)))"
            m0, c0 = left.format(span), left.format(carbon_span)
            slope = f"(INDEX({carbon_span},{piece})-{c0})/(INDEX({span},{piece})-{m0})"
            return f"{c0}+({reference}-{m0})*{slope}"
        return self._solve(
            self._sheet, row, sample, (masses, carbons, piece, reference), values, reference_value
        )

    def _solve(
        self,
        sheet: Sheet,
        row: int,
        sample: str,
        given: tuple[Sequence[str], Sequence[str], str, str],
        values: Sequence[Sequence[float]],
        reference_value: float,
    ) -> str:
        masses, carbons, piece_formula, reference = given
        k = len(masses)
        starts = _starts(self._deepest)
        sheet.text(row, 0, sample)
        mass, carbon = [0.0, *values[0]], [0.0, *values[1]]
        width = [mass[i + 1] - mass[i] for i in range(k)]
        slope = [(carbon[i + 1] - carbon[i]) / width[i] for i in range(k)]
        h, s = [], []
        for i in range(k):
            m0, c0 = (masses[i - 1], carbons[i - 1]) if i else ("0", "0")
            h.append(sheet.live(row, starts["h"] + i, f"{masses[i]}-{m0}", width[i]))
            s.append(
                sheet.live(row, starts["s"] + i, f"({carbons[i]}-{c0})/{h[i]}", slope[i], number="0.0E+00")
            )
        bend = self._bends(sheet, row, (h, s), (width, slope), starts)
        at = min(k, 1 + sum(knot <= reference_value for knot in mass[1:]))
        piece = sheet.live(row, starts["piece"], piece_formula, at, number="0")
        known = {
            "left mass": (f"IF({piece}=1,0,{_pick(masses, piece)})", mass[at - 1]),
            "left carbon": (f"IF({piece}=1,0,{_pick(carbons, piece)})", carbon[at - 1]),
            "width": (_choose(h, piece), width[at - 1]),
            "slope": (_choose(s, piece), slope[at - 1]),
            "bend left": (
                _choose(["0", *(b for b, _ in bend)], piece),
                [0.0, *(v for _, v in bend), 0.0][at - 1],
            ),
            "bend right": (
                _choose([*(b for b, _ in bend), "0"], piece),
                [0.0, *(v for _, v in bend), 0.0][at],
            ),
        }
        cell = {}
        for number, (name, (formula, value)) in enumerate(known.items(), start=1):
            number_form = "0.0E+00" if name in {"slope", "bend left", "bend right"} else "0.0000"
            cell[name] = sheet.live(row, starts["piece"] + number, formula, value, number=number_form)
        beyond = f"({reference}-{cell['left mass']})"
        tangent = f"({cell['slope']}-{cell['width']}*(2*{cell['bend left']}+{cell['bend right']})/6)"
        cubic = f"({cell['bend right']}-{cell['bend left']})/(6*{cell['width']})"
        return f"{cell['left carbon']}+{beyond}*({tangent}+{beyond}*({cell['bend left']}/2+{beyond}*{cubic}))"

    def _bends(
        self,
        sheet: Sheet,
        row: int,
        cells: tuple[list[str], list[str]],
        values: tuple[list[float], list[float]],
        starts: dict[str, int],
    ) -> list[tuple[str, float]]:
        """Solve the tridiagonal system: down through ``upper`` and ``pull``, back up to the second derivatives."""
        (h, s), (width, slope) = cells, values
        k = len(h)
        upper: list[tuple[str, float]] = []
        pull: list[tuple[str, float]] = []
        for i in range(1, k):
            u0, p0 = (upper[-1], pull[-1]) if i > 1 else (("0", 0.0), ("0", 0.0))
            pivot = f"(2*({h[i - 1]}+{h[i]})-{h[i - 1]}*{u0[0]})"
            pivot_value = 2 * (width[i - 1] + width[i]) - width[i - 1] * u0[1]
            value = width[i] / pivot_value
            upper.append((sheet.live(row, starts["upper"] + i - 1, f"{h[i]}/{pivot}", value), value))
            value = (6 * (slope[i] - slope[i - 1]) - width[i - 1] * p0[1]) / pivot_value
            formula = f"(6*({s[i]}-{s[i - 1]})-{h[i - 1]}*{p0[0]})/{pivot}"
            pull.append((sheet.live(row, starts["pull"] + i - 1, formula, value, number="0.0E+00"), value))
        bend: list[tuple[str, float]] = [("0", 0.0)]
        for i in range(k - 1, 0, -1):
            below = bend[0]
            value = pull[i - 1][1] - upper[i - 1][1] * below[1]
            formula = f"{pull[i - 1][0]}-{upper[i - 1][0]}*{below[0]}"
            bend.insert(0, (sheet.live(row, starts["bend"] + i - 1, formula, value, number="0.0E+00"), value))
        return bend[:-1]


def _columns(deepest: int) -> list[tuple[str, int]]:
    return [
        ("width {}, t/ha", deepest),
        ("slope {}", deepest),
        ("upper {}", deepest - 1),
        ("pull {}", deepest - 1),
        ("second derivative {}", deepest - 1),
        ("piece of the reference", 1),
        ("its left soil mass, t/ha", 1),
        ("its left carbon, t C/ha", 1),
        ("its width, t/ha", 1),
        ("its slope", 1),
        ("second derivative on its left", 1),
        ("second derivative on its right", 1),
    ]


def _starts(deepest: int) -> dict[str, int]:
    keys = ("h", "s", "upper", "pull", "bend", "piece")
    found, column = {}, 1
    for key, (_, count) in zip(keys, _columns(deepest), strict=False):
        found[key] = column
        column += count
    return found


def _choose(cells: Sequence[str], piece: str) -> str:
    return f"CHOOSE({piece},{','.join(cells)})"


def _pick(cells: Sequence[str], piece: str) -> str:
    """Return the cell before the piece; the first piece has none."""
    return f"CHOOSE(MAX(1,{piece}-1),{','.join(cells)})"
