"""What a run was asked for, as a typed value: the manifest records it, and ``verify`` asks for the same again."""

from __future__ import annotations

from typing import Any

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.results.run import ReferenceChoice, RouteChoice
from mollisol.methodology.rules_in_force.rule import Overlay


class RunOptions(DomainObject):
    """Options of :func:`mollisol.engine.run_project`.

    A field that names no rules has the name of the keyword that it is handed on as, so that a new option of the engine
    is recorded and asked for again by adding it here.

    Parameters
    ----------
    rules_key
        Rule set instead of the project's own; empty where the project chose.
    overlays
        Proposals laid over it, whole.
    route, seed, reference
        As in ``run_project``.
    """

    rules_key: str = ""
    overlays: Items[Overlay] = ()
    route: RouteChoice = "all"
    seed: int = 0
    reference: ReferenceChoice = "none"

    @property
    def beside_rules(self) -> dict[str, Any]:
        """Give the keywords for ``run_project`` that do not choose rules."""
        return self.model_dump(exclude={"rules_key", "overlays"})
