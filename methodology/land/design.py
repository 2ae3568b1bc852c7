"""The sampling design that a project declares, and the tables that hold it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Text
from mollisol.methodology.measurement import SamplePoint

DRAWN_FIELDS_FILE: Final = "drawn_fields.csv"

type Node = tuple[int, int]
"""Row and column of a point in its grid."""


class StratumDesign(DomainObject):
    """How the points of a stratum were drawn; it decides the estimator of the variance.

    Section 8.2.1.2 asks for stratified random sampling, in a multi-stage design as the stage before the point. Anything
    else is a deviation.

    Parameters
    ----------
    kind
        ``multi_stage`` (Appendix 6): a row of ``strata.csv`` is the land of one landowner, a sampling unit is a field
        of it that was drawn with probability proportional to its area, with replacement.
    random_start
        Of a systematic grid: its origin was drawn at random.
    """

    kind: Literal["stratified_random", "multi_stage", "systematic", "fixed_plots"]
    random_start: bool = False

    @property
    def has_grid(self) -> bool:
        """Return whether there is an estimator for the grid: one without a random start is no random sample."""
        return self.kind == "systematic" and self.random_start


class SamplingDesign(StratumDesign):
    """How the points of a project were drawn.

    Parameters
    ----------
    of_strata
        By stratum, the design of those whose points were drawn another way.
    """

    description: Text = ""
    of_strata: Mapping[Identifier, StratumDesign] = Field(default_factory=dict)

    def of(self, stratum: str | None) -> StratumDesign:
        """Return the design of a stratum; that of the project for a control site."""
        return self.of_strata.get(stratum or "", self)


class FieldPart(DomainObject):
    """A stratum within a field that was drawn (Appendix 6).

    A field without rows is one stratum. A field that was drawn twice is two sampling units, each with its own points.

    Parameters
    ----------
    stratum
        The landowner's land, as in ``strata.csv``, or the control site.
    sampling_unit
        The field.
    part
        The stratum within it, that ``part`` of ``sample_points.csv`` names.
    """

    stratum: Identifier
    sampling_unit: Identifier
    part: Identifier
    area_ha: Annotated[float, Field(gt=0, le=1e8, allow_inf_nan=False)]


def shares_in_unit(points: Iterable[SamplePoint], parts: Iterable[FieldPart]) -> dict[str, float]:
    """Return the share of each point in the mean of its sampling unit.

    Points of a part share its area alike; parts without a point are stood for by the others.
    """
    area = {(item.stratum, item.sampling_unit, item.part): item.area_ha for item in parts}
    key = {
        point.point: (point.stratum or point.control_site or "", point.sampling_unit, point.part or "")
        for point in points
    }
    members: dict[tuple[str, str, str], int] = defaultdict(int)
    for part in key.values():
        members[part] += 1
    whole: dict[tuple[str, str], float] = defaultdict(float)
    for part in members:
        whole[part[:2]] += area.get(part, 1.0)
    return {name: area.get(part, 1.0) / whole[part[:2]] / members[part] for name, part in key.items()}


def grid_of_units(points: Iterable[SamplePoint]) -> dict[str, Node]:
    """Return the node of each sampling unit of a stratum; none at all where one has none, or two share one."""
    nodes: dict[str, set[Node | None]] = defaultdict(set)
    for point in points:
        given = point.grid_row is not None and point.grid_column is not None
        nodes[point.sampling_unit].add((point.grid_row or 0, point.grid_column or 0) if given else None)
    found = {unit: own.pop() for unit, own in nodes.items() if len(own) == 1}
    grid = {unit: node for unit, node in found.items() if node is not None}
    return grid if len(set(grid.values())) == len(nodes) else {}


def neighbours(grid: Mapping[str, Node]) -> list[tuple[str, str]]:
    """Return the pairs of units whose nodes lie side by side in a row or a column."""
    at = {node: unit for unit, node in grid.items()}
    return [
        (unit, at[beside])
        for unit, (row, column) in sorted(grid.items())
        for beside in ((row, column + 1), (row + 1, column))
        if beside in at
    ]
