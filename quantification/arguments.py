"""What an equation accepts, declared once in its annotations, and the decorator that holds arguments against it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import partial, wraps
from typing import Annotated, Any, cast

import numpy as np

from mollisol.methodology import provenance
from mollisol.methodology.provenance import Locator, Range, ranges_of
from mollisol.quantification.checks import FloatArray, Value, hold, within

vm0042 = partial(Locator, "VM0042", "2.2")
"""A place in VM0042 v2.2: section and equation as printed."""
ours = partial(Locator, "mollisol", "0.1")
"""A place that this project sets where the documents are silent."""

Number = Annotated[Value, Range()]
Amount = Annotated[Value, Range(0)]
AboveZero = Annotated[Value, Range(0, above=True)]
Switch = Annotated[Value, Range(0, 1, whole=True)]
Percent = Annotated[Value, Range(0, 100)]
Fraction = Annotated[Value, Range(0, 1)]
Correlation = Annotated[Value, Range(-1, 1)]
Count = Annotated[Value, Range(1, whole=True)]
Freedom = Annotated[Value, Range(0, math.inf, above=True)]
"""Degrees of freedom: infinitely many stand for a variance that is known."""
Probability = Annotated[Value, Range(0, 1, above=True, below=True)]
Confidence = Annotated[Value, Range(0.5, 1, below=True)]
Carbon = Annotated[Value, Range(0, 1000)]
"""Concentration of organic carbon in g/kg of soil."""
Numbers = Annotated[FloatArray, Range(least=1)]
Amounts = Annotated[FloatArray, Range(0, least=1)]
Positives = Annotated[FloatArray, Range(0, above=True, least=1)]
Places = Annotated[FloatArray, Range(0, whole=True, least=1)]
"""Numbers of members, groups or points, counted from 0."""

Tonnes = Annotated[Value, Range(unit="t CO2e")]
TonnesPerHa = Annotated[Value, Range(unit="t CO2e/ha")]
CarbonPerHa = Annotated[Value, Range(unit="t C/ha")]
Years = Annotated[Value, Range(0, unit="years", above=True)]
Hectares = Annotated[Value, Range(0, unit="ha", above=True)]


def equation[**P, R](
    id: str, symbol: str, unit: str, locator: Locator, *, switch: tuple[str, ...] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that registers a function as an equation and checks its arguments at each call."""
    register = provenance.equation(id, symbol, unit, locator, switch=switch)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        registered: Callable[P, R] = register(checked(function))
        return registered

    return decorate


def checked[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the function with each argument held against its declared range and handed on as floats.

    A number, an array over units and years and an array of draws all go the same way. A ``ValueError`` names the
    argument, what it must be and what was found, or the shapes that do not fit together.
    """
    declared = ranges_of(function)
    defaults: dict[str, Any] = getattr(function, "__kwdefaults__", None) or {}
    optional = [name for name, default in defaults.items() if default is None]

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        arguments = cast("dict[str, Any]", kwargs)
        for name, limits in declared.items():
            if name in arguments and not (arguments[name] is None and name in optional):
                arguments[name] = within(name, arguments[name], Range() if limits[0].divisor else limits[0])
        try:
            for name, limits in declared.items():
                if name in arguments and limits[-1].divisor in arguments:
                    _hold_ratio(name, arguments, limits[-1], first=len(limits) == 1)
            return function(*args, **kwargs)
        except ValueError as error:
            # NumPy names the shapes, and not the arguments that have them.
            if "broadcast" not in str(error):
                raise
            shapes = ", ".join(
                f"{name} {np.shape(arguments[name])}" for name in declared if name in arguments
            )
            raise ValueError(f"shapes do not fit together: {shapes}") from None

    return call


def takes[F: Callable[..., Any]](pattern: Callable[..., Any]) -> Callable[[F], F]:
    """Return a decorator for a function that hands its arguments on: to what it names itself come the pattern's own."""

    def decorate(function: F) -> F:
        own = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
        given = [*inspect.signature(pattern).parameters.values(), *own]
        given.sort(key=lambda parameter: parameter.default is not parameter.empty)
        function.__signature__ = inspect.Signature(given)  # type: ignore[attr-defined]
        return function

    return decorate


def _hold_ratio(name: str, arguments: dict[str, Any], limits: Range, first: bool) -> None:
    divisor = arguments[limits.divisor]
    ratio = np.asarray(arguments[name] / (divisor[..., np.newaxis] if limits.categories else divisor))
    hold(
        name if first else f"{name} / {limits.divisor}",
        ratio,
        limits,
        f" over {limits.divisor}" if first else "",
    )
