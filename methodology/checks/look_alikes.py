"""Names that look like others: letters of other scripts that pose as Latin ones, and names that are nearly another."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

LATIN: Final = str.maketrans(
    "аеорсухѕіјԁһԛԝѵАВЕКМНОРСТУХЅІЈԚԜѴ" "αιονρΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" "օսհոցզ",
    "aeopcyxsijdhqwvABEKMHOPCTYXSIJQWV" "aiovpABEZHIKMNOPTYX" "ouhngq",
)  # fmt: skip
_FEWEST_ALIKE: Final = 0.6
"""Share of letters, the measure of ``difflib``: its own default."""


_DRAWN: Final = str.maketrans("OoIl|", "00111")
"""Letters that many typefaces draw as digits."""


def plain(name: str) -> str:
    """Return a name in Latin letters where it looks so, with single spaces and nothing invisible."""
    text = name if name.isascii() else unicodedata.normalize("NFKC", name).translate(LATIN)
    return " ".join("".join(letter for letter in text if unicodedata.category(letter) != "Cf").split())


def letters(name: str) -> str:
    """Return in words which letters of a name are not Latin, or that all are."""
    return letter_names(letter for letter in name if not letter.isascii()) or "ASCII"


def letter_names(those: Iterable[str]) -> str:
    """Return the Unicode names of letters, each once."""
    return ", ".join(unicodedata.name(letter, f"U+{ord(letter):04X}") for letter in dict.fromkeys(those))


def _spelt(name: str) -> str:
    """Return a name without what people leave out: zeros before a number, signs between parts, capitals."""
    return " ".join(re.findall(r"[^\W\d_]+|[1-9]\d*|0+(?!\d)", plain(name).casefold()))


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return a question that offers the nearest of the known names, and what sets a look-alike apart; or nothing."""
    alike = sorted(other for other in known if plain(other).casefold() == plain(name).casefold())
    if alike:
        return f"; did you mean {alike[0]}, which looks the same? here {letters(name)}, there {letters(alike[0])}"
    spelt = sorted(
        other
        for other in known
        if _spelt(other) == _spelt(name) or plain(other).translate(_DRAWN) == plain(name).translate(_DRAWN)
    )
    near = spelt[:2] or difflib.get_close_matches(name, sorted(known), n=2, cutoff=_FEWEST_ALIKE)
    return f"; did you mean {' or '.join(near)}?" if near else ""
