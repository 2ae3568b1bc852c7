"""What a run was asked for, as a typed value: the manifest records it, and ``verify`` asks for the same again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, FindingsError, blocking
from mollisol.methodology.project import Project
from mollisol.methodology.results.run import ReferenceChoice, RouteChoice, RunResult
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.trace import Trace
from mollisol.reading.project import Reading
from mollisol.stocks.samples import Samples

type Tell = Callable[[str], None]
"""Takes a line on each step."""


def silent(_: str) -> None:
    """Take a line on a step, and print nothing."""


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
        """Return the keywords for ``run_project`` that do not choose rules."""
        return self.model_dump(exclude={"rules_key", "overlays"})


@dataclass(frozen=True, slots=True)
class Assessment:
    """A project held against its rules: findings, and what was computed on the way where nothing blocked it.

    ``asked`` are the findings before deviations were applied.
    """

    reading: Reading
    findings: tuple[Finding, ...]
    context: Context | None = None
    samples: Samples | None = None
    asked: tuple[Finding, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether anything stops a run."""
        return bool(blocking(self.findings))

    def passed(self) -> tuple[Context, Samples]:
        """Return what a run starts from.

        Raises
        ------
        FindingsError
            If a finding blocks; it carries all findings.
        """
        if self.blocked or self.context is None or self.samples is None:
            raise FindingsError(self.findings)
        return self.context, self.samples


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: results with everything that stands behind them."""

    results: RunResult
    findings: tuple[Finding, ...]
    project: Project
    rules: RulesInForce
    trace: Trace
    inputs: dict[str, bytes]
    options: RunOptions
    draws: dict[str, bytes] = field(default_factory=dict)
    """Files of draws of the reference, by their path in the bundle."""
    people: bytes = b""
    """The file of names, which goes beside a bundle and is no part of it."""
