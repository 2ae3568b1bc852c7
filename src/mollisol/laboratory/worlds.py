"""Worlds by name: those that ship, the designs of docs/deduction.md as worlds, and those of a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from mollisol.laboratory.world import World
from mollisol.methodology.findings import FindingsError, Place, finding

LARGEST_BYTES: Final = 5_000_000
OF_DESIGN: Final = "design-"
"""Before the name of a design, where it is a world."""
_LIKE: Final = "V1"
"""The world that has what no design says: costs, and the least of a rating."""
_PROJECT: Final = 8.0
_BASELINE: Final = -1.0


def design_rows() -> dict[str, dict[str, Any]]:
    """Return the designs on which the deduction is measured, by name: their kind, and what is drawn."""
    text = files(__package__).joinpath("designs.toml").read_text(encoding="utf-8")
    return {row["name"]: row for row in tomllib.loads(text)["design"]}


def world_of_design(row: Mapping[str, Any]) -> World:
    """Return the world of one design: one project, whose campaigns are drawn again and again.

    The project changes by 8 and the baseline by -1 t CO2e/ha.

    Parameters
    ----------
    row
        ``name`` and ``about``; ``area_ha`` and ``samples`` of the strata, ``points`` of the control sites; ``spread``
        (one number, or one for each stratum), ``spread_of_points``, ``between_sites``; ``links``, ``own`` where site h
        stands for stratum h, else ``all``; and the skewness, tail and levels of a world.
    """
    strata, sites = len(row["area_ha"]), len(row["points"])
    own = row.get("links", "own") == "own" and sites == strata
    spread = row.get("spread", 4.0)
    given: dict[str, Any] = _like().model_dump(mode="json", by_alias=True, exclude_none=True)
    source = "docs/deduction.md, a design"
    given |= {
        name: row[name] for name in ("skewness", "skewness_of_points", "tail", "own_levels") if name in row
    }
    given |= {
        name: fixed(value, source, "assumption")
        for name, value in {
            "baseline_change": _BASELINE,
            "between_sites": row.get("between_sites", 0.0),
            "spread_of_points": row.get("spread_of_points", 4.0),
        }.items()
    }
    change = fixed(_PROJECT - _BASELINE, source, "assumption")
    return World.model_validate(
        given
        | {
            "name": f"{OF_DESIGN}{row['name']}",
            "about": row["about"],
            "practice": [{"name": "as designed", "share": 1.0, "change": change}],
            "design": {
                "project": f"design {row['name']}",
                "area_ha": row["area_ha"],
                "samples": row["samples"],
                "spread": spread if isinstance(spread, list) else [spread] * strata,
                "points": row["points"],
                "link": [[int(not own or h == c) for c in range(sites)] for h in range(strata)],
            },
        }
    )


@cache
def _like() -> World:
    return load_world(_LIKE)


def fixed(value: float, source: str, status: str) -> dict[str, Any]:
    """Return what is the same in every draw, as plain data."""
    return {"kind": "fixed", "value": value, "source": source, "status": status}


def world_names() -> tuple[str, ...]:
    """Return the names of the worlds that ship."""
    folder = files(__package__).joinpath("worlds")
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.is_file()))


def world_text(name: str) -> str:
    """Return the text of a world: of one that ships or of a design by its name, or of a file.

    Raises
    ------
    FindingsError
        If there is neither.
    """
    rows = design_rows() if name.startswith(OF_DESIGN) else {}
    if row := rows.get(name.removeprefix(OF_DESIGN)):
        return toml_text(world_of_design(row).model_dump(mode="json", by_alias=True, exclude_none=True))
    if name in world_names():
        return files(__package__).joinpath("worlds", f"{name}.toml").read_text(encoding="utf-8")
    path = Path(name)
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ValueError(f"over {LARGEST_BYTES / 1e6:g} MB")
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or str(error)
        known = ", ".join(world_names())
        raise FindingsError(
            [finding("world-unreadable", Place(file=path.name or name), told, worlds=known)]
        ) from None


def load_world(name: str) -> World:
    """Return a world that ships, or the one of a file.

    Raises
    ------
    FindingsError
        With every fault of it.
    """
    return world_of(world_text(name), Path(name).name)


def world_of(text: str, file: str) -> World:
    """Return the world of a text; raises as :func:`load_world`."""
    try:
        data: dict[str, Any] = tomllib.loads(text)
        return World.model_validate(data)
    except ValidationError as error:
        faults = [
            (".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, "))
            for one in error.errors()
        ]
    except (ValueError, RecursionError) as error:
        faults = [("", f"not a TOML file: {str(error)[:200]}")]
    raise FindingsError(
        [finding("world-not-usable", Place(file=file, thing=thing), found) for thing, found in faults]
    )


def toml_text(data: Mapping[str, Any]) -> str:
    """Return a world as TOML: inline values first, then the classes."""
    lines = [f"{name} = {_inline(value)}" for name, value in data.items() if not _is_array(value)]
    for name, value in data.items():
        for row in value if _is_array(value) else ():
            lines += ["", f"[[{name}]]", *(f"{key} = {_inline(one)}" for key, one in row.items())]
    return "\n".join(lines) + "\n"


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return repr(value) if isinstance(value, float) else json.dumps(value)
