"""Where an equation or a value comes from, and the register of equations.

An equation is a plain function. The :func:`equation` decorator gives it a passport and never changes it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


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
        """Give the locator as one line for tables and messages."""
        parts = [
            f"{self.document} {self.edition}".strip(),
            f"section {self.section}" if self.section else "",
            f"Eq. {self.equation}" if self.equation else "",
            f"Table {self.table}" if self.table else "",
            f"p. {self.page}" if self.page else "",
        ]
        return ", ".join(part for part in parts if part)


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


_REGISTER: dict[str, Passport] = {}
_PASSPORT_OF: dict[Callable[..., Any], Passport] = {}


def equation[**P, R](
    id: str,
    *,
    symbol: str,
    unit: str,
    locator: Locator,
    switch: tuple[str, ...] = (),
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
    """Give the passport of a registered equation.

    Raises
    ------
    KeyError
        If the function is not registered.
    """
    return _PASSPORT_OF[function]


def registered_equations() -> dict[str, Passport]:
    """Give all passports that the imported modules have registered, by id."""
    return dict(sorted(_REGISTER.items()))
