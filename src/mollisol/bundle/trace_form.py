"""The form of ``trace.json``, so that what reads it need not doubt it."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from pydantic import ConfigDict


class QuantityForm(TypedDict):
    """A quantity: what :class:`mollisol.methodology.trace.Quantity` holds."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    name: str
    value: Any
    unit: str
    equation: str
    inputs: dict[str, Any]
    rules: list[str]
    rows: list[str]
    index: list[str]
    places: NotRequired[list[Any]]


class RuleForm(TypedDict):
    """A chosen value of a rule."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    rule: str
    label: str
    value: bool | float | str
    unit: str
    clock: str
    clock_date: str
    since: str
    citation: str
    status: str


class SwitchForm(TypedDict):
    """A printed/corrected switch."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    id: str
    label: str
    printed: str
    corrected: str
    equations: list[str]


class EquationForm(TypedDict):
    """An equation that the run used."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    id: str
    symbol: str
    unit: str
    citation: str
    summary: str


class FigureForm(TypedDict, total=False):
    """What a number of the results is made of; terms are a quantity, a factor and a label each."""

    words: str
    terms: list[tuple[str, float, str]]
    plus: float
    adds_up: bool
    declared: str


class TraceForm(TypedDict):
    """``trace.json``; bundles of release 0.1.0 have no figures in it."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    quantities: list[QuantityForm]
    rules: list[RuleForm]
    switches: list[SwitchForm]
    equations: list[EquationForm]
    figures: NotRequired[dict[str, FigureForm]]
