"""Horizons of a soil survey to the texture of ``model/sites.csv``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from mollisol.importing.context import Context, Row
from mollisol.importing.mapping import FileMapping
from mollisol.importing.meanings import Type
from mollisol.importing.outputs import Origin
from mollisol.importing.units import SHARE

FIELDS: Final[Mapping[str, Type]] = {
    "stratum": Type(required=True, words_needed=True),
    "component": Type(),
    "share": Type("number"),
    "horizon": Type(),
    "upper": Type("depth", required=True),
    "lower": Type("depth", required=True),
    "clay": Type("number", SHARE),
    "sand": Type("number", SHARE),
    "cell": Type(required=True),
    "status": Type(words_needed=True),
}
_COMPONENTS: Final = ("the largest", "all by share")
_SITES: Final = ("each point of the stratum", "the stratum")
_ZERO: Final = ("mineral surface", "top of the litter")


def import_sites(mapping: FileMapping, context: Context) -> None:
    """Add the sites of a mapping: clay and sand, weighted by thickness, of the mineral soil to a depth."""
    share = mapping.fields.get("share", [{}])[0].get("column", "component")
    complete = [
        context.needs(
            mapping,
            "component",
            (str(share), "component", "several components", "which component counts"),
            _COMPONENTS,
        ),
        context.needs(
            mapping, "depth_cm", (f"{share}, depth", "depth", "", "to what depth of mineral soil, in cm")
        ),
        context.needs(mapping, "sites", ("sites", "role", "", "what a site is"), _SITES),
        context.needs(mapping, "zero", ("depth", "depth-convention", "", "where depth 0 is"), _ZERO),
    ]
    for sheet in context.sheets(mapping):
        strata: dict[str, dict[str, list[Row]]] = {}
        for row in context.rows(mapping, sheet, FIELDS):
            strata.setdefault(str(row["stratum"]), {}).setdefault(str(row["component"] or ""), []).append(row)
        if all(complete):
            for stratum, components in strata.items():
                _stratum(stratum, components, mapping, context)


def _stratum(
    stratum: str, components: Mapping[str, list[Row]], mapping: FileMapping, context: Context
) -> None:
    shares = {name: float(rows[0]["share"] or 1.0) for name, rows in components.items()}
    if mapping.decide["component"] == _COMPONENTS[0]:
        largest = max(shares, key=lambda name: shares[name])
        shares = {largest: 1.0}
    depth = float(mapping.decide["depth_cm"])
    means = {name: _means(components[name], depth, mapping) for name in shares}
    if None in means.values():
        name = next(name for name, mean in means.items() if mean is None)
        row = components[name][0]
        words = ("missing", name, f"horizons with clay and sand do not reach {depth:g} cm")
        row.ask("upper", words, "decide.depth_cm")
        return
    total = sum(shares.values())
    clay = sum(shares[name] * mean[0] for name, mean in means.items() if mean) / total
    sand = sum(shares[name] * mean[1] for name, mean in means.items() if mean) / total
    first = components[next(iter(shares))][0]
    names = [stratum]
    if mapping.decide["sites"] == _SITES[0]:
        names = [point for point, inside in context.strata_of_points.items() if inside == stratum]
    places = [row.place for name in shares for row in components[name]]
    for name in names:
        cells = {
            "site": name,
            "cell": first["cell"],
            "depth_cm": depth,
            "clay_percent": clay * 100,
            "sand_fraction": sand,
        }
        origin = Origin(first.file, places, f"mean by thickness of 0-{depth:g} cm of mineral soil")
        context.outputs.add("model/sites.csv", cells, origin, mapping=mapping.name)


def _means(rows: Sequence[Row], depth: float, mapping: FileMapping) -> tuple[float, float] | None:
    """Return clay and sand of the mineral soil to a depth; None where its horizons do not reach it."""
    litter = [
        row for row in rows if str(row["horizon"] or "").strip()[:1] == "O" or row["upper"] > row["lower"]
    ]
    top = (
        max((float(row["lower"]) for row in litter), default=0.0)
        if mapping.decide["zero"] == _ZERO[1]
        else 0.0
    )
    thickness = clay = sand = 0.0
    for row in rows:
        if row in litter or row["clay"] is None or row["sand"] is None:
            continue
        part = min(float(row["lower"]) - top, depth) - max(float(row["upper"]) - top, 0.0)
        if part > 0:
            thickness, clay, sand = thickness + part, clay + part * row["clay"], sand + part * row["sand"]
    return (clay / thickness, sand / thickness) if thickness >= depth - 1e-6 else None
