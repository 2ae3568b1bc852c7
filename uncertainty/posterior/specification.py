"""One declaration of every error source; the exact engine, the PyMC model and the simulator are made from it.

A declaration is checked when it is made: what does not fit is a ``ValueError`` in words, which the engine turns into
a finding.
"""

from __future__ import annotations

from dataclasses import dataclass

from mollisol.uncertainty.posterior.declaration import Declaration
from mollisol.uncertainty.posterior.declaration_checks import check


@dataclass(frozen=True, slots=True, eq=False)
class Specification(Declaration):
    """A declaration whose parts fit together and whose data can carry the model."""

    def __post_init__(self) -> None:
        """Check the parts, and that they fit together."""
        Declaration.__post_init__(self)
        check(self)
