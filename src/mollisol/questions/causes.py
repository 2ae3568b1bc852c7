"""What a ratio between two statements of one amount speaks for: other units, named with their arithmetic."""

from __future__ import annotations

from collections.abc import Mapping

_NEAR = 0.01
_FACTORS: Mapping[str, tuple[tuple[float, str], ...]] = {
    "area": (
        (2.471054, "acres: a hectare has 2.471"),
        (1 / 2.471054, "hectares taken for acres: a hectare has 2.471"),
        (10_000.0, "square metres: a hectare has 10,000"),
        (0.01, "square kilometres: one has 100 ha"),
        (100.0, "ares: a hectare has 100"),
        (15.0, "mu: a hectare has 15"),
    ),
}


def cause_of_ratio(kind: str, ratio: float) -> str:
    """Return the likely cause of a ratio, as words to put behind what was found; "" where none is known."""
    for factor, words in _FACTORS[kind]:
        if abs(ratio / factor - 1) <= _NEAR:
            return f"; the ratio {ratio:.4g} is that of {words}"
    return ""
