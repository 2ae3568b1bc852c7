"""What two projects have in common, as typed values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    """One of the projects: where it was handed in, its name, and what of it could be compared."""

    place: str
    name: str
    outlines: int
    hectares: float
    points: int
    profiles: int


@dataclass(frozen=True, slots=True)
class Land:
    """Land that strata of two projects share, in ha."""

    one: str
    other: str
    area_ha: float


@dataclass(frozen=True, slots=True)
class Near:
    """A point of each project at the same place; ``of_control`` says for each whether it lies in a control site."""

    one: str
    other: str
    of_control: tuple[bool, bool]
    apart_m: float


@dataclass(frozen=True, slots=True)
class Inside:
    """A point of a project inside a stratum of the other one: its project, the point, whose and which stratum."""

    project: int
    point: str
    of_control: bool
    stratum: str


@dataclass(frozen=True, slots=True)
class Values:
    """Samples of two projects that agree in every number.

    Parameters
    ----------
    pairs
        Sample of the one and of the other, by point and campaign.
    expected
        How many pairs chance would give, from the digits written and the least scatter of two determinations.
    sure
        Whether so many are no chance, also among all projects compared.
    """

    pairs: tuple[tuple[str, str], ...]
    expected: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """What two projects have in common; they are numbers in the list of projects."""

    one: int
    other: int
    land: tuple[Land, ...] = ()
    near: tuple[Near, ...] = ()
    inside: tuple[Inside, ...] = ()
    values: Values | None = None

    @property
    def land_ha(self) -> float:
        """Return the land in both, in ha."""
        return sum(part.area_ha for part in self.land)

    @property
    def found(self) -> bool:
        """Return whether anything is shared that is no chance."""
        return bool(self.land or self.near or self.inside or (self.values and self.values.sure))


@dataclass(frozen=True, slots=True)
class Overlaps:
    """All projects that were compared, and each two of them that have something in common."""

    projects: tuple[Member, ...]
    shared: tuple[Shared, ...]
    notes: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Return whether any two projects share land, places or values."""
        return any(pair.found for pair in self.shared)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        pairs = [{**asdict(pair), "land_ha": pair.land_ha, "found": pair.found} for pair in self.shared]
        return {**asdict(self), "shared": pairs, "found": self.found}
