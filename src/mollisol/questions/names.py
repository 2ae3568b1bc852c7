"""Names that no reader can tell apart: letters of other scripts, case, and digits that look like letters.

The letters are the plainest of those that Unicode Technical Standard 39 calls confusable (Cyrillic, Greek and Armenian
ones that look like a single Latin letter), written from memory and not its whole list. Composed and decomposed forms
are one name already when a file is read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.look_alikes import LATIN, letter_names, letters, plain
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.project import Project

_ALIKE: Final = str.maketrans("I1|0", "lllO")
"""Latin letters and digits that many typefaces draw alike."""


def check_names(project: Project) -> list[Finding]:
    """Return names of one kind that look alike, and names that hide letters of another script."""
    columns: tuple[tuple[Columns[Any], str], ...] = (
        (project.quantification_units, "quantification_unit"),
        (project.strata, "stratum"),
        (project.control_sites, "control_site"),
        (project.sample_points, "point"),
        (project.sample_points, "sampling_unit"),
        (project.core_increments, "sample"),
        (project.fertilizers, "product"),
        (project.fixing_species, "species"),
        (project.residue_diversions, "residue"),
    )
    findings = [item for table, column in columns for item in _of_column(table, column)]
    head = Place(file="project.toml")
    findings += _alike((campaign.name for campaign in project.head.campaigns), head, "campaigns")
    findings += _alike((method.id for method in project.head.laboratory_methods), head, "laboratory methods")
    return gathered(findings)


def _of_column(table: Columns[Any], column: str) -> Iterator[Finding]:
    names = [*filter(None, table.column(column).labels)]
    yield from _alike(
        names, Place(file=table.file, column=column), column.replace("_", " ").removesuffix("s") + "s"
    )


def _alike(names: Iterable[str], where: Place, kind: str) -> Iterator[Finding]:
    """Yield names with the same looks, each with what sets it apart, and single names of mixed scripts."""
    names = list(names)
    if _all_differ(names):
        return
    told: set[str] = set()
    looks = {name: plain(name) for name in names}
    for look in (lambda text: text.translate(_ALIKE), str.casefold):
        groups: dict[str, list[str]] = {}
        for name, text in looks.items():
            groups.setdefault(look(text), []).append(name)
        for group in groups.values():
            if len(group) > 1 and not told.issuperset(group):
                told |= {*group}
                which = " and ".join(f"{name} ({letters(name)})" for name in group[:4])
                yield finding("names-look-alike", where, f"{kind} that look alike: {which}")
    for name in sorted(looks.keys() - told):
        if mixed := _hidden(name):
            yield finding("name-mixes-scripts", where, f"{name}: {mixed} among Latin letters")


def _all_differ(names: list[str]) -> bool:
    """Return whether names of plain letters and signs differ in any looks: the usual case, asked of all at once.

    Names that differ look different where no two of their letters look the same: only where some do are they compared.
    """
    text = "\n".join(names)
    if not text.isascii() or text.count("\n") != len(names) - 1 or any(space in text for space in _SPACES):
        return False
    there = np.bincount(np.frombuffer(text.encode(), dtype=np.uint8), minlength=len(_LOOKS))
    if np.bincount(_LOOKS[np.flatnonzero(there)], minlength=1).max() <= 1:
        return True
    return all(
        len(set(looks.split("\n"))) == len(names) for looks in (text.translate(_ALIKE), text.casefold())
    )


_SPACES: Final = " \t\r\x0b\x0c\x1c\x1d\x1e\x1f"
_LOOKS: Final = np.array(
    [*map(ord, bytes(range(128)).decode().translate(_ALIKE).casefold().replace("i", "l"))]
)
"""For each plain letter or sign the number of the one that stands for all that may look like it."""


def _hidden(name: str) -> str:
    """Return the letters that look Latin and are not, in a name that has Latin letters beside them in a word."""
    if name.isascii():
        return ""
    for word in "".join(letter if letter.isalpha() else " " for letter in name).split():
        posing = [letter for letter in word if letter.translate(LATIN) != letter]
        if posing and any("LATIN" in unicodedata.name(letter, "") for letter in word):
            return letter_names(posing)
    return ""
