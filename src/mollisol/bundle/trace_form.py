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


class KindForm(TypedDict):
    """What quantities of ``values.parquet`` have in common: the form of their value, and of their other lists."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    name: str
    unit: str
    equation: str
    inputs: list[str]
    rules: list[str]
    value: str
    count: int
    index_form: NotRequired[str]
    rows_form: NotRequired[str]
    places_form: NotRequired[str]
    value_shape: NotRequired[list[int]]
    places_shape: NotRequired[list[int]]


class OriginForm(TypedDict):
    """What numbers of the results have in common, of how they were made."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    count: int
    words: NotRequired[str]
    adds_up: NotRequired[bool]
    declared: NotRequired[str]
    whole: NotRequired[bool]
    known: NotRequired[bool]


class StructureForm(TypedDict):
    """``trace.json``: what is structure; values stand in ``values.parquet``."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    kinds: list[KindForm]
    origins: list[OriginForm]
    rules: list[RuleForm]
    switches: list[SwitchForm]
    equations: list[EquationForm]


class TraceForm(TypedDict):
    """``trace.json`` of the first edition, with all values; bundles of release 0.1.0 have no figures in it."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    quantities: list[QuantityForm]
    rules: list[RuleForm]
    switches: list[SwitchForm]
    equations: list[EquationForm]
    figures: NotRequired[dict[str, FigureForm]]
