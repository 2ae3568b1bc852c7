"""From sample points to sampling units: plain means, or by area where a unit has parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mollisol.methodology.columns import Columns
from mollisol.methodology.land.design import DRAWN_FIELDS_FILE, FieldPart
from mollisol.methodology.measurement import SamplePoint
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import mean_over_parts
from mollisol.stocks.groups import Book, group_means
from mollisol.stocks.profiles import home_of_point


def unit_label(point: SamplePoint) -> str:
    """Return what the sampling unit of a point is called in a run."""
    return f"{home_of_point(point)}/{point.sampling_unit}"


def unit_means(
    book: Book,
    name: str,
    of_point: Quantity,
    points: Mapping[str, SamplePoint],
    parts: Columns[FieldPart],
    units: Sequence[str] = (),
) -> Quantity:
    """Compute the means of the sampling units of some points, in the order of ``units``, else of their labels."""
    unit_of = [unit_label(points[id]) for id in of_point.index]
    units = units or sorted(set(unit_of))
    if not len(parts):
        return group_means(book, name, of_point, unit_of, units)
    rows = {
        (f"{item.stratum}/{item.sampling_unit}", item.part): (item.area_ha, int(row))
        for item, row in zip(parts, parts.row_numbers, strict=True)
    }
    part_of = [(unit, points[id].part or "") for unit, id in zip(unit_of, of_point.index, strict=True)]
    keys = sorted(set(part_of))
    # a field without rows is one part, whose area does not matter
    known = [rows.get(key, (1.0, 0)) for key in keys]
    area = book.given(
        f"area_of_parts.{name}",
        np.array([hectares for hectares, _ in known]),
        "ha",
        [
            f"{DRAWN_FIELDS_FILE}:{row}" if row else "sample_points.csv: a unit of one part"
            for _, row in known
        ],
        ["/".join(filter(None, key)) for key in keys],
    )
    number = {key: place for place, key in enumerate(keys)}
    place_of = {unit: place for place, unit in enumerate(units)}
    return book.compute(
        name,
        mean_over_parts,
        index=units,
        unit=of_point.unit,
        values=of_point,
        part=[number[key] for key in part_of],
        unit_of_part=[place_of[unit] for unit, _ in keys],
        area_ha=area,
    )
