"""What a planted fault is: its kind, the honest project that it is planted in, and how it grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.honest.folder import Folder

type Plant = Callable[[Folder, float], None]
type Base = Literal["plain", "plan", "records"]


def unchanged(_folder: Folder, _size: float) -> None:
    """Leave the honest project as it is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a kind.

    Parameters
    ----------
    kind
        As in the cases of the issue: what sort of fault it is.
    words
        What is done, in words.
    plant
        Does it to a folder, at a size.
    base
        The honest project that it is planted in: as generated, with its plan, or with the records of a farm.
    honest
        What of the honest project goes with the size: the lime that is then not entered.
    counted
        Whether sizes are whole numbers, such as points.
    is_share
        Whether the size is the share of the credit by arithmetic, so that nothing has to be looked for.
    largest
        The largest size; half of it is tried first where sizes are no whole numbers.
    """

    kind: str
    words: str
    plant: Plant
    base: Base = "plain"
    honest: Plant = unchanged
    counted: bool = False
    is_share: bool = False
    largest: float = 1.0
