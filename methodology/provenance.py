"""Where an equation or a value comes from, and the register of equations.

An equation is a plain function. The :func:`equation` decorator gives it a passport and never changes it. What an
argument may be is declared once, in its annotation: ``Annotated[float | array, Range(low, high, unit)]``.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints


@dataclass(frozen=True, slots=True)
class Locator:
    """A place in a document.

    Parameters
    ----------
    document, edition
        For example ``"VM0042"`` and ``"2.2"``.
    section, equation, table, page
        As printed in that edition; empty where it does not apply.
    """

    document: str
    edition: str
    section: str = ""
    equation: str = ""
    table: str = ""
    page: str = ""

    def __str__(self) -> str:
        """Return the locator as one line for tables and messages."""
        parts = [
            f"{self.document} {self.edition}".strip(),
            f"section {self.section}" if self.section else "",
            f"Eq. {self.equation}" if self.equation else "",
            f"Table {self.table}" if self.table else "",
            f"p. {self.page}" if self.page else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Range:
    """What an argument of an equation may be; it stands in the annotation of the argument.

    Parameters
    ----------
    low, high
        Both ends belong to it. No physical input is larger than 1e30, and squares and products of inputs stay
        finite below it.
    unit
        As messages and tables write it; empty for a plain number.
    above, below
        Whether ``low``, ``high`` themselves are not allowed.
    zero
        Whether 0 is allowed although it lies below ``low``: the thing is absent.
    whole
        Whether only whole numbers are allowed.
    divisor
        Another argument by which this one is divided before it is held against the range, such as ``area_ha``.
    categories
        Whether the argument has a last axis of categories that the divisor does not have.
    least
        Smallest number of values on the last axis; 0 where a single number may stand for all.
    """

    low: float = -1e30
    high: float = 1e30
    unit: str = ""
    above: bool = False
    below: bool = False
    zero: bool = False
    whole: bool = False
    divisor: str = ""
    categories: bool = False
    least: int = 0

    @property
    def bounded(self) -> bool:
        """Whether both ends are bounds and not only the size that is finite."""
        return self.low > -1e30 and self.high < 1e30

    def __str__(self) -> str:
        """Return the range as messages and tables write it."""
        if self.bounded and self.whole:
            text = (
                f"{self.low:g} or {self.high:g}"
                if self.high - self.low == 1
                else f"whole, {self.low:g} to {self.high:g}"
            )
        elif self.below:
            text = f"a fraction {'above' if self.above else 'from'} {self.low:g} to below {self.high:g}"
        elif self.bounded:
            text = (
                f"{'0 or ' if self.zero else ''}in {'(' if self.above else '['}{self.low:g}, {self.high:g}]"
            )
        elif self.whole:
            text = f"a whole number of at least {self.low:g}"
        elif self.low > -1e30:
            infinite = " (infinity allowed)" if self.high == math.inf else ""
            text = f"{'above' if self.above else 'at least'} {self.low:g}{infinite}"
        else:
            text = "finite" if self.high == 1e30 else f"at most {self.high:g}"
        return f"{text} {self.unit}".rstrip()


def ranges_of(function: Callable[..., Any]) -> Mapping[str, tuple[Range, ...]]:
    """Return the declared ranges of each argument that has any, by name."""
    found = {}
    for name, annotation in get_type_hints(function, include_extras=True).items():
        parts = (annotation, *get_args(annotation))
        ranges = tuple(
            item for part in parts for item in getattr(part, "__metadata__", ()) if isinstance(item, Range)
        )
        if ranges and name != "return":
            found[name] = ranges
    return found


@dataclass(frozen=True, slots=True)
class Passport:
    """What an equation says about itself.

    Parameters
    ----------
    id
        ``document:number``, for example ``vm0042:74``.
    symbol, unit
        The result as the document writes it.
    locator
        Where it is printed.
    switch
        Ids of the printed/corrected switches that change its form.
    function
        The equation itself.
    """

    id: str
    symbol: str
    unit: str
    locator: Locator
    switch: tuple[str, ...]
    function: Callable[..., Any]

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.function) or "").split("\n", 1)[0]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the keyword arguments, units included."""
        return tuple(inspect.signature(self.function).parameters)

    @property
    def formula(self) -> str:
        """The formula of the docstring, in the notation of TeX; empty where none is shown."""
        found = re.search(r"\.\. math::\s+(.+?)(\n\n|\Z)", inspect.getdoc(self.function) or "", re.DOTALL)
        return " ".join(found[1].split()) if found else ""

    @property
    def ranges(self) -> dict[str, str]:
        """What each argument may be, in words, by name."""
        declared = ranges_of(self.function)
        return {
            name: "; ".join(
                f"{limits} over {limits.divisor}" if limits.divisor else str(limits)
                for limits in declared[name]
            )
            for name in self.parameters
            if name in declared
        }


_REGISTER: dict[str, Passport] = {}
_PASSPORT_OF: dict[Callable[..., Any], Passport] = {}


def equation[**P, R](
    id: str, symbol: str, unit: str, locator: Locator, *, switch: tuple[str, ...] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register a function as an equation; the function itself is returned unchanged.

    Raises
    ------
    ValueError
        If the id is already taken by another function.
    """

    def register(function: Callable[P, R]) -> Callable[P, R]:
        known = _REGISTER.get(id)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"equation id {id} is taken by {known.function.__qualname__}")
        passport = Passport(id, symbol, unit, locator, switch, function)
        _REGISTER[id] = passport
        _PASSPORT_OF[function] = passport
        return function

    return register


def passport_of(function: Callable[..., Any]) -> Passport:
    """Return the passport of a registered equation.

    Raises
    ------
    KeyError
        If the function is not registered.
    """
    return _PASSPORT_OF[function]


def registered_equations() -> dict[str, Passport]:
    """Return all passports that the imported modules have registered, by id."""
    return dict(sorted(_REGISTER.items()))
