"""Project boundary: carbon pools and greenhouse gas sources with their inclusion rule (VM0042 v2.2 section 5)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Literal

from mollisol.methodology.base import DomainObject, Items, Text
from mollisol.methodology.findings import Finding, Place, finding

type Inclusion = Literal["required", "conditional", "optional", "excluded"]


class PoolOrGas(DomainObject):
    """One row of Table 2 or Table 3."""

    id: str
    label: str
    gas: Literal["CO2", "CH4", "N2O", "C stock"]
    inclusion: Inclusion
    condition: str
    clause: str


def _read_tables() -> tuple[PoolOrGas, ...]:
    text = (
        files("mollisol.methodology").joinpath("tables", "pools_and_gases.toml").read_text(encoding="utf-8")
    )
    return tuple(PoolOrGas.model_validate(row) for row in tomllib.loads(text)["row"])


POOLS_AND_GASES: tuple[PoolOrGas, ...] = _read_tables()


class BoundaryEntry(DomainObject):
    """What the project says of one pool or gas: in or out, and why."""

    id: str
    included: bool
    reason: Text = ""


class ProjectBoundary(DomainObject):
    """Pools and gases of the project; what is not named is out, and the report says so."""

    entries: Items[BoundaryEntry] = ()

    def entry(self, id: str) -> BoundaryEntry | None:
        """Return the project's word on one pool or gas."""
        return next((entry for entry in self.entries if entry.id == id), None)

    def includes(self, id: str) -> bool:
        """Return whether a pool or gas is accounted."""
        entry = self.entry(id)
        return entry is not None and entry.included


def check_boundary(boundary: ProjectBoundary, file: str) -> Iterator[Finding]:
    """Return the findings on the boundary, held against Tables 2 and 3."""
    known = {row.id: row for row in POOLS_AND_GASES}
    yield from (
        finding(
            "boundary-unknown",
            Place(file=file, thing=f"boundary {entry.id}"),
            f"a pool or gas called {entry.id}",
            names=", ".join(known),
        )
        for entry in boundary.entries
        if entry.id not in known
    )
    for row in POOLS_AND_GASES:
        yield from _check_row(row, boundary.entry(row.id), file)


def _check_row(row: PoolOrGas, entry: BoundaryEntry | None, file: str) -> Sequence[Finding]:
    where = Place(file=file, thing=f"boundary {row.id}")
    included = entry is not None and entry.included
    if row.inclusion == "required" and not included:
        return [finding("boundary-required", where, f"{row.label} is not included", clause=row.clause)]
    if row.inclusion == "excluded" and included:
        return [
            finding("boundary-excluded", where, f"{row.label} ({row.gas}) is included", clause=row.clause)
        ]
    if row.inclusion == "conditional" and not included and (entry is None or not entry.reason):
        return [
            finding(
                "boundary-no-reason",
                where,
                f"{row.label} ({row.gas}) is left out without a reason",
                clause=row.clause,
                condition=row.condition,
            )
        ]
    return []
