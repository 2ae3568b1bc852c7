"""One registry of what is found by name: what ships, and what other packages register as entry points."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Literal

from mollisol.methodology.findings import UserError

type Group = Literal["mollisol.programmes", "mollisol.soil_models", "mollisol.importers", "mollisol.exports"]

SHIPPED: Final[Mapping[Group, Mapping[str, str]]] = {
    "mollisol.programmes": {
        "vm0042": "mollisol.programmes.vm0042:VM0042",
        "gs402": "mollisol.programmes.gs402:GS402",
        "crcf": "mollisol.programmes.crcf:CRCF",
    },
    "mollisol.soil_models": {
        name: f"mollisol.quantification.models.scenarios:{name.upper()}"
        for name in ("rothc", "tier2", "amg", "icbm", "external")
    },
    "mollisol.importers": {
        "text": "mollisol.importing.readers.text:read_text",
        "workbook": "mollisol.importing.readers.workbook:read_workbook",
        "vectors": "mollisol.importing.readers.vectors:read_vectors",
        "modus": "mollisol.importing.readers.modus:read_modus",
        "farmos": "mollisol.importing.readers.farmos:read_farmos",
        "tree": "mollisol.importing.readers.tree:read_tree",
    },
    "mollisol.exports": {
        name: f"mollisol.templates.output:{name}"
        for name in ("html", "pdf", "docx", "xlsx", "csv", "json", "kml", "project", "farms")
    }
    | {"datapackage": "mollisol.bundle.data_package:datapackage"},
}
"""The same as the entry points in ``pyproject.toml``: a checkout whose metadata is old or gone finds them too."""


class UnknownExtensionError(UserError):
    """A name that nothing is registered under; the message lists those that there are."""


def extension_names(group: Group) -> tuple[str, ...]:
    """Return every name of a group, those that ship first."""
    return tuple(dict.fromkeys([*SHIPPED[group], *sorted(_registered(group))]))


def extension(group: Group, name: str) -> Any:
    """Return what is registered under a name; what ships goes before what another package calls the same.

    Raises
    ------
    UnknownExtensionError
        If there is nothing of that name, or it cannot be loaded.
    """
    if name in SHIPPED[group]:
        module, _, attribute = SHIPPED[group][name].partition(":")
        return getattr(import_module(module), attribute)
    found = _registered(group)
    if name not in found:
        kind = group.partition(".")[2].replace("_", " ")
        known = ", ".join(extension_names(group))
        raise UnknownExtensionError(f"there is no {name!r} among the {kind}; there are: {known}")
    try:
        return found[name].load()
    except (ImportError, AttributeError) as error:
        raise UnknownExtensionError(f"{name} ({found[name].value}) cannot be loaded: {error}") from error


def _registered(group: Group) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}
