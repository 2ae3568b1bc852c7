"""The kernel held against the full engine, on some projects of a run."""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time
from typing import Final

from mollisol.computing import credited
from mollisol.engine import assess_project
from mollisol.laboratory.draws import Block
from mollisol.laboratory.folder import project_files
from mollisol.laboratory.kernel import credits_of, plan_of
from mollisol.laboratory.results import EngineCheck
from mollisol.laboratory.scenarios import Scenario
from mollisol.laboratory.terms import KERNEL_ALONE
from mollisol.laboratory.world import World
from mollisol.methodology.findings import Finding, FindingsError, Place, blocking, finding
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.rules_in_force.rule_set import RuleSet, trust
from mollisol.programmes.registry import rule_set_named
from mollisol.reading.project import Reading, read_project
from mollisol.run import RunOptions, Tell

SAMPLE: Final = 20
"""Projects of a run that the full engine computes too."""
ALIKE: Final = 1e-9


def check_engine(world: World, scenario: Scenario, seed: int, sample: int, tell: Tell) -> EngineCheck | None:
    """Return how the kernel and the full engine agree on the first projects of a run; None where none is asked for.

    Raises
    ------
    FindingsError
        If an amount differs by more than 1e-9, or one blocks what the other does not.
    """
    if not sample:
        return None
    if not scenario.terms.engine_knows:
        tell(f"{scenario.name}: the full engine has no equations of all of it; held without those rules")
        scenario = _of_the_engine(scenario)
    block = Block(world, seed, 0, sample)
    plan, rule_set = plan_of(block, scenario.terms), trust(scenario.rule_set)
    made = credits_of(block, scenario.terms, plan)
    key = scenario.rule_set.head.key
    readings = [read_project(project_files(block, place, plan, key)) for place in range(sample)]
    begun, largest, blocked = process_time(), 0.0, 0
    for place, reading in enumerate(readings):
        state = str(made.state[place])
        try:
            period = credited_periods(reading, rule_set)[0]
        except FindingsError as error:
            codes = sorted({one.code for one in blocking(error.findings)})
            if state not in codes:
                raise FindingsError(
                    [_apart(scenario, place, state, f"blocked by {', '.join(codes)}")]
                ) from None
            blocked += 1
            continue
        moment = period.deduction
        pairs = {
            "estimate": moment.mean_t_co2e_per_ha,
            "error": moment.standard_error_t_co2e_per_ha,
            "half_width": moment.half_width_percent,
            "deduction": period.issuing_uncertainty_percent,
            "verified": period.verified_total_t_co2e,
        }
        for name, value in pairs.items():
            own = float(getattr(made, name)[place])
            apart = abs(own - value) / max(1.0, abs(value))
            largest = max(largest, apart)
            if apart > ALIKE:
                raise FindingsError([_apart(scenario, place, f"{name} {own!r}", repr(float(value)))])
        if state not in ("issued", "bar", "nothing") or (state == "bar") == moment.eligible:
            raise FindingsError([_apart(scenario, place, state, f"eligible: {moment.eligible}")])
    taken = process_time() - begun
    tell(
        f"{scenario.name}: {sample} projects in the full engine, {taken / sample * 1000:.0f} ms each; "
        f"largest deviation {largest:.1e}"
    )
    return EngineCheck(projects=sample, blocked=blocked, largest=largest)


def _of_the_engine(scenario: Scenario) -> Scenario:
    """Return a scenario with the methodology's value of each rule that the full engine has no equations of."""
    rules, base = scenario.rule_set.rules, rule_set_named(scenario.rule_set.head.key).rules
    alike = rules | {name: base[name] for name in KERNEL_ALONE}
    return Scenario.of(scenario.name, scenario.rule_set.model_copy(update={"rules": alike}))


def credited_periods(reading: Reading, rule_set: RuleSet) -> Sequence[PeriodResult]:
    """Return the periods of a project as a run of the analytic route credits them, without what it only tells.

    No question is put, no diagnostics are made, and no effect of a deviation is computed.

    Raises
    ------
    FindingsError
        If a finding blocks.
    """
    assessment = assess_project(reading, rule_set=rule_set, questions=False)
    return credited(assessment, RunOptions(route="analytic"))[0]


def _apart(scenario: Scenario, place: int, kernel: str, engine: str) -> Finding:
    where = Place(thing=f"project {place} under {scenario.name}")
    return finding("kernel-and-engine-differ", where, f"kernel: {kernel}; full engine: {engine}")
