"""Real projects of a folder under several rule sets: each is read once. No truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mollisol.engine import run_project
from mollisol.laboratory.results import Backtested
from mollisol.laboratory.scenarios import Scenario
from mollisol.methodology.findings import FindingsError, Place, blocking, finding
from mollisol.methodology.rules_in_force.rule_set import trust
from mollisol.reading.project import read_project
from mollisol.reading.schema import HEAD_FILE
from mollisol.run import Tell


def backtest(folder: Path, scenarios: Sequence[Scenario], *, tell: Tell) -> Iterator[Backtested]:
    """Yield every project of a folder under every rule set.

    Raises
    ------
    FindingsError
        If there is no project in the folder.
    """
    projects = sorted(file.parent for file in folder.glob(f"*/{HEAD_FILE}"))
    if not projects:
        where = Place(file=folder.name)
        raise FindingsError([finding("world-unreadable", where, "no project folder in it", worlds="")])
    for project in projects:
        tell(f"reading {project}")
        reading = read_project(project)
        for scenario in scenarios:
            try:
                run = run_project(reading, rule_set=trust(scenario.rule_set), route="analytic")
            except FindingsError as error:
                codes = ", ".join(sorted({one.code for one in blocking(error.findings)}))
                yield Backtested(project=project.name, scenario=scenario.name, state=f"blocked: {codes}")
                continue
            periods = run.results.periods
            yield Backtested(
                project=project.name,
                scenario=scenario.name,
                state=str(run.results.state),
                verified_t=float(sum(period.verified_total_t_co2e for period in periods)),
                units=sum(period.units_if_eligible_t or 0 for period in periods),
            )
