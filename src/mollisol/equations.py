"""All registered equations: imports the modules that hold them, and runs one by itself."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Collection, Mapping
from inspect import unwrap
from typing import Any, get_args, get_type_hints

from mollisol.methodology.findings import UserError
from mollisol.methodology.provenance import Passport, ranges_of, registered_equations
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


def run_equation(id: str, arguments: Mapping[str, str], of_file: Mapping[str, Any] | None = None) -> Any:
    """Return the result of one equation on arguments as they are typed: numbers, JSON lists, or words.

    Parameters
    ----------
    of_file
        Further arguments as values; a list of one number stands for the number where the equation takes no rows.

    Raises
    ------
    EquationError
        If there is no such equation, an argument is missing, unknown or given twice, or a value is not allowed.
    """
    equation, tables = passport(id), of_file or {}
    unknown = sorted({*arguments, *tables} - set(equation.parameters))
    if unknown:
        raise EquationError(f"{id} takes {', '.join(equation.parameters)}; not {', '.join(unknown)}")
    if twice := sorted(arguments.keys() & tables.keys()):
        raise EquationError(f"{', '.join(twice)}: given in the file and beside it")
    given = {name: _value(text) for name, text in arguments.items()} | dict(tables)
    try:
        built = _built(equation, given, tables.keys())
        result = checked(equation.function)(**built)
    except TypeError as error:
        message = str(error).partition("()")[2].strip() or str(error)
        raise EquationError(f"{id} takes {', '.join(equation.parameters)}: {message}") from None
    except ValueError as error:
        raise EquationError(f"{id}: {error}") from None
    except (ArithmeticError, AttributeError, LookupError, MemoryError) as error:
        raise EquationError(f"{id} cannot be computed of these: {error or type(error).__name__}") from None
    return result.tolist() if hasattr(result, "tolist") else result


def _built(equation: Passport, given: Mapping[str, Any], of_file: Collection[str]) -> dict[str, Any]:
    """Return arguments as the function takes them: structures from plain tables, and a lone cell as a number."""
    hints, limits = get_type_hints(unwrap(equation.function)), ranges_of(equation.function)
    built = dict(given)
    for name, value in given.items():
        item = next(iter(get_args(hints.get(name))), None)
        if build := getattr(item, "from_mapping", None):
            if not isinstance(value, list):
                raise ValueError(f"{name} must be a list of structures, found {str(value)[:80]!r}")
            built[name] = [build(one) for one in value]
        elif name in of_file and isinstance(value, list) and len(value) == 1:
            rows = any(limit.least for limit in limits.get(name, ())) or name not in limits
            built[name] = value if rows or isinstance(value[0], list) else value[0]
    return built


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
