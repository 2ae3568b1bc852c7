"""All registered equations: imports the modules that hold them, and runs one by itself."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping
from typing import Any

from mollisol.methodology.findings import UserError
from mollisol.methodology.provenance import Passport, registered_equations
from mollisol.quantification.arguments import checked


def all_equations() -> dict[str, Passport]:
    """Return the passports of every equation of the engine, by id."""
    for name in ("mollisol.quantification", "mollisol.uncertainty"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, name + "."):
            importlib.import_module(module.name)
    return registered_equations()


class EquationError(UserError):
    """An equation that is not there or cannot take its arguments; the message says what it takes."""


def passport(id: str) -> Passport:
    """Return one passport.

    Raises
    ------
    EquationError
        If there is no such equation; the message names those of the same document.
    """
    known = all_equations()
    if id not in known:
        near = [other for other in known if other.partition(":")[0] == id.partition(":")[0]] or list(known)
        raise EquationError(f"there is no equation {id}; there are: {', '.join(near)}")
    return known[id]


def run_equation(id: str, arguments: Mapping[str, str]) -> Any:
    """Return the result of one equation on arguments as they are typed: numbers, JSON lists, or words.

    Raises
    ------
    EquationError
        If there is no such equation, an argument is missing or unknown, or a value is not allowed.
    """
    equation = passport(id)
    unknown = sorted(set(arguments) - set(equation.parameters))
    if unknown:
        raise EquationError(f"{id} takes {', '.join(equation.parameters)}; not {', '.join(unknown)}")
    try:
        result = checked(equation.function)(**{name: _value(text) for name, text in arguments.items()})
    except TypeError as error:
        message = str(error).partition("()")[2].strip() or str(error)
        raise EquationError(f"{id} takes {', '.join(equation.parameters)}: {message}") from None
    except ValueError as error:
        raise EquationError(f"{id}: {error}") from None
    except AttributeError:
        takes = ", ".join(equation.parameters)
        message = (
            f"{id} takes {takes}, which are structures of several fields: numbers and lists cannot carry them"
        )
        raise EquationError(message) from None
    except (ArithmeticError, LookupError, MemoryError) as error:
        raise EquationError(f"{id} cannot be computed of these: {error or type(error).__name__}") from None
    return result.tolist() if hasattr(result, "tolist") else result


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
