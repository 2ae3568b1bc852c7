"""What a laboratory found, as typed values: JSON of these is written, printed and drawn."""

from __future__ import annotations

from mollisol.laboratory.figures import Difference, Figure
from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.findings import Finding


class EngineCheck(DomainObject):
    """The kernel held against the full engine on some projects of a run.

    ``largest`` is the largest deviation of any amount, as a share of it or in its own unit, whichever is less;
    ``blocked`` is how many the engine blocked, and the kernel with the same code.
    """

    projects: int
    blocked: int
    largest: float


class ScenarioResult(DomainObject):
    """Projects under one rule set.

    Parameters
    ----------
    name, rule_set, rule_set_hash, changes
        Of the rule set, and what its proposals change.
    states
        Number of projects by state: issued, refused by the bar (``bar``), nothing to issue, or the code that blocks.
    figures
        With Monte Carlo errors; empty where fewer than 400 issued.
    differences
        From the first scenario, on the same draws.
    samples, sites, cost
        Means for each project. [1], [1], [money]
    earned
        Price of the units less the cost, for each project. [money]
    check
        Against the full engine; None where the engine has no equations of a rule.
    beside_kernel
        Rules that differ from the first scenario and that the kernel does not ask: the engine's check covers them.
    """

    name: str
    rule_set: str
    rule_set_hash: str
    changes: Items[str]
    states: dict[str, int]
    figures: dict[str, Figure]
    differences: dict[str, Difference]
    samples: float
    sites: float
    cost: float
    earned: float
    check: EngineCheck | None = None
    beside_kernel: Items[str] = ()

    @property
    def issued(self) -> int:
        """Return how many issued."""
        return self.states.get("issued", 0)


class LabResult(DomainObject):
    """A run of the laboratory."""

    world: str
    about: str
    world_sha256: str
    seed: int
    projects: int
    scenarios: Items[ScenarioResult]
    findings: Items[Finding]
