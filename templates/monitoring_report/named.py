"""Results as the page reads them: each number knows the name by which ``mollisol explain`` finds it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from mollisol.methodology.result_paths import key_of


class NamedFloat(float):
    """A number with its path in ``results.json``; what is computed from it has none."""

    path: str


class NamedInt(int):
    """A whole number with its path in ``results.json``."""

    path: str


class Named:
    """An object of the results whose numbers carry their path."""

    def __init__(self, source: BaseModel, path: str) -> None:
        self._of = source
        self._path = path

    def __getattr__(self, name: str) -> Any:
        return named(getattr(self._of, name), f"{self._path}.{name}" if self._path else name)


def named(value: Any, path: str = "") -> Any:
    """Return a value of the results with the paths of its numbers."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        number = NamedInt(value) if isinstance(value, int) else NamedFloat(value)
        number.path = path
        return number
    if isinstance(value, BaseModel):
        return Named(value, path)
    if isinstance(value, tuple):
        return tuple(named(item, f"{path}.{_key(item, place)}") for place, item in enumerate(value))
    return value


def path_of(value: Any) -> str:
    """Return the path that a number carries."""
    return value.path if isinstance(value, NamedInt | NamedFloat) else ""


def _key(item: Any, place: int) -> str:
    if not isinstance(item, BaseModel):
        return str(place)
    return key_of({name: getattr(item, name) for name in type(item).model_fields}, place)
