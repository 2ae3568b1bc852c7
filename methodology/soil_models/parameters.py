"""Frozen, versioned parameter sets, read from the TOML files beside this module."""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from mollisol.methodology.base import DomainObject
from mollisol.methodology.rules_in_force.rule import WARNING_STATUSES, Status

_FILES = "mollisol.methodology.soil_models"


class Source(DomainObject):
    """Where the numbers of a file come from."""

    title: str
    document: str
    licence: str
    read: datetime.date | None = None


class Parameter(DomainObject):
    """One number of a parameter set, with its published range where there is one."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    sd: float | None = None
    status: Status | None = None
    note: str = ""


class Option(DomainObject):
    """A named reading of a model: values that replace those of the set. Each group has one default."""

    group: str
    name: str
    default: bool
    values: dict[str, float]
    status: Status | None = None
    note: str = ""


class ParameterSet(DomainObject):
    """A parameter set with the options chosen.

    Parameters
    ----------
    id, model, version, vintage, title, status
        What it is. The id and the hash stand with every result.
    source
        Where its numbers come from.
    parameter
        The numbers, before options.
    option
        All options that the file offers.
    chosen
        The option chosen in each group.
    files
        Name and SHA-256 of the files that hold the numbers, of a model that ran elsewhere.
    """

    id: str
    model: str
    version: str
    vintage: str
    title: str
    status: Status
    source: Source
    parameter: tuple[Parameter, ...]
    option: tuple[Option, ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    @property
    def values(self) -> dict[str, float]:
        """The numbers by name, with the chosen options in force."""
        numbers = {p.name: p.value for p in self.parameter}
        for option in self._chosen():
            numbers.update(option.values)
        return numbers

    @property
    def sha256(self) -> str:
        """Hash of model, version and numbers or files: two sets with the same numbers have the same hash."""
        numbers = [sorted(self.values.items()), *([self.files] if self.files else [])]
        text = json.dumps([self.model, self.version, *numbers])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def label(self) -> str:
        """Id, options and the first digits of the hash, as every result carries them."""
        options = "".join(f",{group}={name}" for group, name in self.chosen)
        return f"{self.id}{options}@{self.sha256[:12]}"

    def weak(self) -> list[str]:
        """Return the names of the numbers in force that stand on memory or on sources that disagree."""
        by_option = {name: option.status for option in self._chosen() for name in option.values}
        return [
            p.name
            for p in self.parameter
            if (by_option.get(p.name) if p.name in by_option else (p.status or self.status))
            in WARNING_STATUSES
        ]

    def with_options(self, **choice: str) -> ParameterSet:
        """Return the set with other options.

        Raises
        ------
        KeyError
            If the group or the name is not in the file; the message lists what is.
        """
        known = {(o.group, o.name) for o in self.option}
        for group, name in choice.items():
            if (group, name) not in known:
                offered = ", ".join(sorted(f"{g}={n}" for g, n in known)) or "none"
                raise KeyError(f"{self.id} has no option {group}={name}; it has {offered}")
        chosen = tuple(sorted({**dict(self.chosen), **choice}.items()))
        return self.model_copy(update={"chosen": chosen})

    def _chosen(self) -> list[Option]:
        return [o for o in self.option if (o.group, o.name) in self.chosen]


class Table(DomainObject):
    """A table of factors: column names and rows."""

    id: str
    vintage: str
    title: str
    status: Status
    source: Source
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def _read(name: str) -> dict[str, Any]:
    """Read a data file of this package."""
    path = resources.files(_FILES).joinpath("data", f"{name}.toml")
    if not path.is_file():
        raise KeyError(f"no data file {name}; there are {', '.join(data_files())}")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def frozen(value: Any) -> Any:
    """Return lists as tuples, at every depth."""
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return value


def data_files() -> list[str]:
    """Return the names of all data files."""
    folder = resources.files(_FILES).joinpath("data")
    return sorted(
        entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")
    )


_REGISTERED: dict[str, ParameterSet] = {}


def register_parameter_set(one: ParameterSet) -> None:
    """Add a parameter set that another package brings; one that ships goes before it."""
    if one.id not in data_files():
        _REGISTERED[one.id] = one


@cache
def parameter_set(name: str) -> ParameterSet:
    """Read a parameter set with its default options.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    if name in _REGISTERED:
        return _REGISTERED[name]
    raw = frozen(_read(name))
    if "parameter" not in raw:
        raise KeyError(f"{name} is a table, not a parameter set")
    defaults = tuple(sorted((o["group"], o["name"]) for o in raw.get("option", ()) if o["default"]))
    return ParameterSet(**raw, chosen=defaults)


@cache
def table(name: str) -> Table:
    """Read a table.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    raw = frozen(_read(name))
    return Table(**{**{k: v for k, v in raw.items() if k != "table"}, **raw["table"]})


def parameter_sets() -> list[ParameterSet]:
    """Return all parameter sets of process models."""
    sets = [parameter_set(name) for name in data_files() if "parameter" in _read(name)]
    return [s for s in (*sets, *_REGISTERED.values()) if s.model != "plausibility"]
