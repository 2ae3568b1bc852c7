"""What an import tells beside its counts: contents by layer and campaign, and what a rule for limits does in tonnes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, stdev
from typing import Final

from mollisol.importing.context import Context
from mollisol.importing.outputs import OutputTable

_INCREMENTS: Final = "core_increments.csv"
_MOST_LAYERS: Final = 12
_RULES: Final[Mapping[str, float]] = {"zero": 0.0, "half the limit": 0.5, "the limit": 1.0}
_T_PER_HA: Final = 0.1
"""1 g/kg in 1 cm of soil of 1 g/cm3 is 0.1 t/ha."""


def summary_lines(context: Context) -> list[str]:
    """Return the lines that an import tells about the increments that it makes."""
    table = context.outputs.tables.get(_INCREMENTS)
    return [] if table is None else [*_layers(table), *_limits(context, table)]


def _layers(table: OutputTable) -> Iterator[str]:
    """Yield mean and spread of carbon and density of each layer, campaign beside campaign."""
    names = ("upper_cm", "lower_cm", "campaign", "soc_g_per_kg", "fine_soil_density_g_per_cm3")
    upper, lower, campaign, carbon, density = (_place(table, name) for name in names)
    layers: dict[tuple[float, float], dict[str, tuple[list[float], list[float]]]] = {}
    for row in table.rows.values():
        cells = row.cells
        key = (float(cells[upper]), float(cells[lower]))
        contents, densities = layers.setdefault(key, {}).setdefault(str(cells[campaign]), ([], []))
        contents.append(float(cells[carbon]))
        if density < len(cells) and cells[density] is not None:
            densities.append(float(cells[density]))
    if len(layers) > _MOST_LAYERS:
        yield f"{len(layers)} layers: contents by layer are not told"
        return
    for (top, bottom), campaigns in sorted(layers.items()):
        for name, (contents, densities) in sorted(campaigns.items()):
            soil = f", fine soil {_of(densities)} g/cm3" if densities else ""
            yield f"{top:g}-{bottom:g} cm, campaign {name}: {len(contents):,} increments, {_of(contents)} g C/kg{soil}"


def _of(values: Sequence[float]) -> str:
    return f"{fmean(values):.4g}" + (f" (sd {stdev(values):.2g})" if len(values) > 1 else "")


def _place(table: OutputTable, name: str) -> int:
    return table.columns.index(name) if name in table.columns else len(table.columns)


def _limits(context: Context, table: OutputTable) -> Iterator[str]:
    """Yield, for each campaign and rule, what another rule for contents below the limit would do to the stock.

    The mean of the points of a stratum is taken for its area; where no areas are imported it is told for a hectare.
    """
    points: dict[str, dict[str, set[str]]] = {}
    campaign, point = _place(table, "campaign"), _place(table, "point")
    for row in table.rows.values():
        name = str(row.cells[point])
        strata = points.setdefault(str(row.cells[campaign]), {})
        strata.setdefault(context.strata_of_points.get(name, ""), set()).add(name)
    areas: dict[str, float] = {}
    for land in context.lands.values():
        if not land.is_control:
            areas[land.stratum] = areas.get(land.stratum, 0.0) + land.area_ha
    found: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for cell in context.censored:
        per_ha = cell.limit_g_per_kg * cell.density * cell.thickness_cm * _T_PER_HA
        found.setdefault((cell.campaign, cell.rule), []).append(
            (context.strata_of_points.get(cell.point, ""), per_ha)
        )
    for (name, rule), cells in sorted(found.items()):
        whole = 0.0
        for stratum, per_ha in cells:
            if stratum:  # points of control sites stand for no area
                whole += per_ha / len(points[name][stratum]) * areas.get(stratum, 1.0)
        unit = "t C" if areas else "t C/ha, summed over strata"
        others = [
            f"{other} {whole * (share - _RULES[rule]):+,.1f} {unit}"
            for other, share in _RULES.items()
            if other != rule
        ]
        yield f"campaign {name}: {len(cells)} contents below a limit count as {rule}; {', '.join(others)}"
