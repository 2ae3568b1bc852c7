"""Make a world: written from one that ships, checked where it is there, or drawn around a project."""

from __future__ import annotations

from pathlib import Path

from mollisol.laboratory.world import World, load_world, world_of, world_text
from mollisol.output import write_beside


def make_world(path: Path, like: str, around: Path | None) -> tuple[World, bool]:
    """Return the world of a file, and whether it was written.

    Parameters
    ----------
    path
        Checked where it is there, else written.
    like
        The world that is written.
    around
        A project folder whose design and spreads take the place of those of the world.

    Raises
    ------
    FindingsError
        With every fault of the world.
    """
    if path.exists():
        return load_world(str(path)), False
    text = world_text(like)
    world = world_of(text, like)
    write_beside(path, text.encode())
    return world, True
