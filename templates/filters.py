"""How values are written: significant figures, thin spaces, a true minus sign, dates; never ``nan``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from mollisol.methodology.base import Interval

THIN: Final = "\u202f"
"""Narrow no-break space between groups of three digits."""
MINUS: Final = "\u2212"
TIMES: Final = "\u00d7"
DASH: Final = "\u2013"
SPACE: Final = "\u00a0"
NOT_DEFINED: Final = "not defined"

_SUPERSCRIPT = str.maketrans(
    "-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)
_SUBSCRIPT = str.maketrans("24", "₂₄")
_COMPONENTS: Final = {
    "s_field": "spread between fields",
    "s_point": "spread within fields",
    "s_control": "spread between control sites",
    "s_theta": "spread between strata",
    "k-hat": "importance weights",
}
"""What the posterior calls its parts and checks, in words."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SMALLEST_PLAIN: Final = 1e-4
_LARGEST_PLAIN: Final = 1e15


def _grouped(digits: str) -> str:
    whole, point, rest = digits.partition(".")
    sign, whole = (MINUS, whole[1:]) if whole.startswith("-") else ("", whole)
    if len(whole) > 3:
        whole = f"{int(whole):,}".replace(",", THIN)
    return sign + whole + point + rest


def _without_finite_value(value: float) -> str:
    if math.isnan(value):
        return NOT_DEFINED
    return "\u221e" if value > 0 else MINUS + "\u221e"


def number(value: float, digits: int = 4) -> str:
    """Write a number with a least count of significant figures; digits before the point are never dropped."""
    if not math.isfinite(value):
        return _without_finite_value(value)
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if abs(value) < _SMALLEST_PLAIN or abs(value) >= _LARGEST_PLAIN:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        return f"{_grouped(mantissa)}{SPACE}{TIMES}{SPACE}10{str(int(power)).translate(_SUPERSCRIPT)}"
    return _grouped(f"{value:.{max(0, digits - 1 - size)}f}")


def plain(value: float) -> str:
    """Write a number that somebody set, such as a limit, with the digits it was given in."""
    if not math.isfinite(value) or (value != 0 and not _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN):
        return number(value)
    text = f"{value:.10f}".rstrip("0").removesuffix(".")
    return _grouped(text) if len(text) <= 10 else number(value, 6)


def fixed(value: float, decimals: int) -> str:
    """Write a number with a fixed count of decimals, so that a column lines up."""
    if not math.isfinite(value):
        return _without_finite_value(value)
    text = f"{value:.{decimals}f}"
    return _grouped(text.removeprefix("-") if float(text) == 0 else text)


def decimals_for(values: Iterable[float | None], digits: int = 4) -> int:
    """Return the decimals that show the largest value of a column with so many significant figures, 1 to 6."""
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value) and value != 0]
    if not sizes:
        return 1
    return min(6, max(1, digits - 1 - math.floor(math.log10(max(sizes)))))


def exact(value: float) -> str:
    """Write a number so that it reads back as the same number, for machines."""
    return repr(float(value) + 0.0).removesuffix(".0") if math.isfinite(value) else ""


def whole(value: float) -> str:
    """Write a whole number."""
    return fixed(value, 0)


def signed(value: float, decimals: int) -> str:
    """Write a number with its sign, plus included; zero has none."""
    text = fixed(value, decimals)
    return text if value <= 0 or not re.search(r"[1-9]", text) else "+" + text


def day(value: date) -> str:
    """Write a date as ``1 Jan 1978``."""
    return f"{value.day}{SPACE}{_MONTHS[value.month - 1]}{SPACE}{value.year}"


def span(value: Interval) -> str:
    """Write an interval of dates; whole calendar years as years."""
    first, last = value.start, value.end
    if (first.month, first.day) == (1, 1) and (last + timedelta(days=1)).timetuple()[1:3] == (1, 1):
        return str(first.year) if first.year == last.year else f"{first.year}{DASH}{last.year}"
    return f"{day(first)} {DASH} {day(last)}"


def unit(text: str) -> str:
    """Write a unit as it is set in print; the unit 1 of a ratio is not written."""
    if text == "1":
        return ""
    text = re.sub(r"(CO|CH|N)([24])(?![0-9])", lambda found: found[1] + found[2].translate(_SUBSCRIPT), text)
    return re.sub(r"(?<=[a-z)])\^?(-?[23])\b", lambda found: found[1].translate(_SUPERSCRIPT), text)


def slug(text: str) -> str:
    """Return a name that can stand as an anchor."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-") or "x"


def css_text(text: str) -> str:
    """Quote any text as a CSS string in which nothing but letters, digits and blanks stands as itself."""
    safe = (c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):06x} " for c in text)
    return '"' + "".join(safe) + '"'


def odds(probability: float) -> str:
    """Return a probability in words."""
    if abs(probability - 2 / 3) < 0.001:
        return "two chances in three"
    return f"a probability of {number(probability, 3)}"


def component(name: str) -> str:
    """Write the name that the code has for a part or a check of the posterior as words of the report."""
    base, bracket, number = name.partition("[")
    words = _COMPONENTS.get(base, base)
    return f"{words}, group {int(number.rstrip(']')) + 1}" if bracket else words


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun."""
    return f"{whole(count)}{SPACE}{one if count == 1 else many or one + 's'}"


def grouped(items: Iterable[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Group items by an attribute; groups and items keep their order."""
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(getattr(item, attribute), []).append(item)
    return list(groups.items())


def largest(items: Sequence[Any], most: int | None, attribute: str) -> list[Any]:
    """Return the items whose attribute is largest, whatever its sign, in the order in which they stand."""
    if most is None or most >= len(items):
        return list(items)
    sizes = [abs(float(getattr(item, attribute) or 0.0)) for item in items]
    return [items[place] for place in sorted(sorted(range(len(items)), key=lambda n: -sizes[n])[:most])]


def grouped_by(items: Iterable[Any], attribute: str) -> dict[Any, list[Any]]:
    """Group items by an attribute, to look groups up."""
    return dict(grouped(items, attribute))


_ALL: Final[tuple[Callable[..., Any], ...]] = (
    component,
    *(number, fixed, plain, exact, whole, signed, day, span, unit, slug, odds),
    *(grouped, grouped_by, largest),
)
FILTERS: Final = {function.__name__: function for function in _ALL}
