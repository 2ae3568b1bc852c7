"""A number of the results that knows the quantities which it is, or is made of.

Steps hand quantities on; where a step writes a result it takes the figure of a quantity in place of its bare value.
Sums, differences and multiples of figures keep their terms, so that the results and the trace cannot tell two stories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import WrapValidator

from mollisol.methodology.base import DomainObject
from mollisol.methodology.trace import Quantity

BESIDE = "comes out of the same computing"


class Term(NamedTuple):
    """A quantity of the trace, or one labelled entry of it, with its factor."""

    quantity: str
    factor: float = 1.0
    label: str = ""

    def times(self, factor: float) -> Term:
        """Return the term with its factor multiplied."""
        return Term(self.quantity, factor * self.factor, self.label)


class Origin(NamedTuple):
    """Where a figure comes from.

    Parameters
    ----------
    words
        How, in a few words; empty where the figure is the one quantity.
    terms
        The quantities.
    plus
        Added to their sum.
    adds_up
        Whether the figure is that sum; otherwise it came out of the computing of the terms, beside them.
    declared
        Where it was declared, for what was not computed.
    """

    words: str = ""
    terms: tuple[Term, ...] = ()
    plus: float = 0.0
    adds_up: bool = True
    declared: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the origin as plain data, without what is empty."""
        data: dict[str, Any] = {"words": self.words} if self.words else {}
        if self.terms:
            data["terms"] = [list(term) for term in self.terms]
        data |= {"plus": self.plus} if self.plus else {}
        data |= {} if self.adds_up else {"adds_up": False}
        return data | ({"declared": self.declared} if self.declared else {})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Origin:
        """Return the origin that :meth:`as_json` wrote."""
        return cls(**{**data, "terms": tuple(Term(*term) for term in data.get("terms", ()))})


class Figure(float):
    """A number with its origin; sums, differences and multiples keep the terms."""

    __slots__ = ("origin",)
    origin: Origin

    def __new__(cls, value: float, origin: Origin) -> Self:
        """Return the number with its origin."""
        made = super().__new__(cls, value)
        made.origin = origin
        return made

    def said(self, words: str) -> Figure:
        """Return the same figure with words on how it was made."""
        return Figure(self, self.origin._replace(words=words))

    def _with(self, other: float, sign: float) -> Figure:
        mine, theirs = self.origin, other.origin if isinstance(other, Figure) else Origin(plus=float(other))
        return Figure(
            float(self) + sign * float(other),
            Origin(
                mine.words,
                (*mine.terms, *(term.times(sign) for term in theirs.terms)),
                mine.plus + sign * theirs.plus,
                mine.adds_up and theirs.adds_up,
            ),
        )

    def __add__(self, other: float) -> Figure:
        return self._with(other, 1.0)

    __radd__ = __add__

    def __sub__(self, other: float) -> Figure:
        return self._with(other, -1.0)

    def __rsub__(self, other: float) -> Figure:
        return (-self)._with(other, 1.0)

    def __neg__(self) -> Figure:
        return self * -1.0

    def __mul__(self, factor: float) -> Figure:
        terms = tuple(term.times(factor) for term in self.origin.terms)
        origin = self.origin._replace(terms=terms, plus=factor * self.origin.plus)
        if isinstance(factor, Figure):  # a product is no sum of terms
            terms = (*self.origin.terms, *factor.origin.terms)
            origin = self.origin._replace(terms=terms, adds_up=False)
        return Figure(float(self) * float(factor), origin)

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> Figure:
        origin = (self * (divisor if isinstance(divisor, Figure) else 1.0 / divisor)).origin
        # the number itself is divided, so that it is to the last bit what bare numbers give
        return Figure(float(self) / float(divisor), origin)


class Count(int):
    """A whole number with its origin."""

    origin: Origin

    def __new__(cls, value: int, origin: Origin) -> Self:
        """Return the number with its origin."""
        made = super().__new__(cls, value)
        made.origin = origin
        return made


def figure(quantity: Quantity) -> Figure:
    """Return the one value of a quantity as a figure."""
    return Figure(float(quantity.value), Origin(terms=(Term(quantity.name),)))


def entries(quantity: Quantity) -> list[Figure]:
    """Return the entries of a quantity as figures: by their labels, by their places where a label is none or twice."""
    terms = terms_of_entries(quantity)
    return [
        Figure(value, Origin("", (term,))) for value, term in zip(quantity.value.tolist(), terms, strict=True)
    ]


def terms_of_entries(quantity: Quantity, factor: float = 1.0) -> list[Term]:
    """Return each entry of a quantity as a term."""
    name, labels = quantity.name, quantity.index or ("",) * len(quantity.value)
    if len(set(labels)) < len(labels) or "" in labels:
        times = Counter(labels)
        labels = tuple(
            label if label and times[label] == 1 else f"#{place}" for place, label in enumerate(labels)
        )
    return [Term(name, factor, label) for label in labels]


def total(quantity: Quantity, words: str = "sum of its entries") -> Figure:
    """Return the sum of the entries of a quantity as a figure."""
    return Figure(float(quantity.value.sum()), Origin(words, (Term(quantity.name),)))


def beside(value: float, words: str, *quantities: Quantity) -> Figure:
    """Return a number that came out of the computing of quantities, and is no sum of them."""
    return Figure(value, Origin(words, tuple(Term(each.name) for each in quantities), adds_up=False))


def whole(number: Figure) -> Count:
    """Return a figure that is a whole number as one."""
    return Count(int(number), number.origin)


def count(value: int, words: str, *quantities: Quantity) -> Count:
    """Return a whole number that was counted from quantities."""
    return Count(value, Origin(words, tuple(Term(each.name) for each in quantities), adds_up=False))


def declared(value: float, where: str) -> Figure:
    """Return a number that was declared, with the place."""
    return Figure(value, Origin(declared=where))


def _keep(value: Any, handler: Callable[[Any], Any]) -> Any:
    """Return a figure as it is; pydantic would make a bare number of it."""
    return value if isinstance(value, Figure | Count) else handler(value)


type Number = Annotated[float, WrapValidator(_keep)]
"""A number of the results, with its origin where it was computed here."""

type Whole = Annotated[int, WrapValidator(_keep)]
"""A whole number of the results."""


class Result(DomainObject):
    """A part of the results: its numbers lead to their quantities."""

    given: ClassVar[Mapping[str, str]] = {}
    """Where numbers were declared that nothing computes, by the name of their field."""

    def beside(self, *quantities: Quantity, words: str = BESIDE) -> Self:
        """Return the same part; its numbers without an origin of their own came out of computing these quantities."""
        made: Self = _filled(
            self, Origin(words, tuple(Term(each.name) for each in quantities), adds_up=False)
        )
        return made


def _filled(value: Any, origin: Origin) -> Any:
    match value:
        case Figure() | Count() | bool():
            return value
        case float():
            return Figure(value, origin)
        case int():
            return Count(value, origin)
        case tuple():
            return tuple(_filled(item, origin) for item in value)
        case Result():
            return value.model_copy(
                update={name: _filled(item, origin) for name, item in value if name not in value.given}
            )
    return value
