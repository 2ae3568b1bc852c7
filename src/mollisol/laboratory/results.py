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
    price
        Mean credit over that of a judge who knows the standard error, over all campaigns.
    differences
        From the first scenario, on the same draws.
    samples, sites, cost
        Means for each project. [1], [1], [money]
    earned
        Price of the units less the cost, for each project. [money]
    check
        Against the full engine, without rules that it has no equations of; None where none was asked for.
    beside_kernel
        Rules that differ from the first scenario and that the kernel does not ask: the engine's check covers them.
    """

    name: str
    rule_set: str
    rule_set_hash: str
    changes: Items[str]
    states: dict[str, int]
    figures: dict[str, Figure]
    price: Figure
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


class ClassRow(DomainObject):
    """The projects of one class under each scenario.

    ``kind`` is size, practice, texture, region or strata; ``figures`` and ``differences`` are by the scenario's name.
    """

    kind: str
    name: str
    projects: int
    issued: dict[str, int]
    figures: dict[str, dict[str, Figure]]
    differences: dict[str, dict[str, Difference]]


class Turnover(DomainObject):
    """Who wins and who loses under a scenario, against the first: shares of projects, and tonnes of units."""

    scenario: str
    winners: float
    losers: float
    won_t_per_ha: float
    lost_t_per_ha: float


class Attribution(DomainObject):
    """Which difference in rules moves what: Shapley shares of sums over all projects, for each enrolled ha.

    ``shares`` is by rule: verified, over-credited and lost. [t CO2e/ha]
    """

    scenario: str
    method: str
    shares: dict[str, dict[str, float]]


class Sampling(DomainObject):
    """What a number of samples in each stratum earns under a scenario.

    Parameters
    ----------
    samples, earned, verified
        Money and units for each project, by number of samples. [money], [t CO2e]
    best
        Number of samples that earns most; None where nothing issues at any.
    same_samples, same_cost
        Samples that verify as much as the first scenario does, and what they cost more for each project; None where
        none of those tried does.
    """

    scenario: str
    samples: Items[int]
    earned: Items[float]
    verified: Items[float]
    best: int | None
    same_samples: int | None
    same_cost: float | None


class FrontierPoint(DomainObject):
    """Over-credited and lost tonnes for each enrolled ha, under the first scenario with another confidence and bar."""

    confidence: float
    bar_percent: float
    over_credited: Figure
    lost: Figure


class LabReport(DomainObject):
    """What a run says, class by class and rule by rule."""

    run: LabResult
    classes: Items[ClassRow]
    turnover: Items[Turnover]
    attribution: Items[Attribution]
    sampling: Items[Sampling]
    frontier: Items[FrontierPoint]


class GameRow(DomainObject):
    """A game under a rule set, beside the honest way on the same draws.

    Parameters
    ----------
    game, scenario
        What is played, under which rule set.
    honest, played
        Figures without and with it; empty where fewer than 400 issued. ``p_whole`` and ``ratio_whole`` are against the
        truth of all land that was enrolled, ``land_kept`` is the share of it that is credited where a project issues.
    gain
        More credit for each enrolled ha. [t CO2e/ha]
    """

    game: str
    scenario: str
    honest: dict[str, Figure]
    played: dict[str, Figure]
    gain: Difference | None


class Backtested(DomainObject):
    """A real project under one rule set; without amounts where ``state`` is the codes of what blocks it.

    ``verified_t`` is what would be verified were the rules in force, ``units`` the whole units of it. [t CO2e]
    """

    project: str
    scenario: str
    state: str
    verified_t: float | None = None
    units: int | None = None
