"""What each rule that is not as it ships does to the credit: the bundle run again with that one rule as it ships."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mollisol.methodology.findings import FindingsError, UserError, blocking
from mollisol.methodology.results.run import RunResult
from mollisol.methodology.rules_in_force.rule_set import RuleFolders, RuleSet, load_rule_set, rule_set_keys
from mollisol.programmes.registry import programme_of
from mollisol.rule_catalogue.differences import Difference, compare, mixed
from mollisol.run import Run
from mollisol.verify.results import RuleMove

type Perform = Callable[[RuleSet], Run]
"""Runs the bundle's inputs under a rule set, as if it were in force."""

MOST_RUNS: Final = 12
"""Rules that are put back one by one; of more, only all together are computed."""
_UNUSED: Final = "nothing in this project looks it up"
_ALL: Final = "all of them"


def rule_moves(rules: RuleSet, run: Run, folders: RuleFolders, perform: Perform) -> tuple[RuleMove, ...]:
    """Return what each rule that differs from the shipped set moves, and what all of them do together.

    Parameters
    ----------
    rules
        The bundle's own, with proposals.
    run
        The bundle run again under them.
    folders
        Where the rules of its programme stand.
    perform
        Runs it under others.
    """
    shipped = _shipped(run, folders)
    try:
        differences = [item for item in compare(rules, shipped).differences if not _same(item)]
    except UserError:  # a switch that one of the two does not have; it is named among the differences
        return ()
    used = {chosen.rule for chosen in run.rules.chosen}
    with_own = _credit(run.results)
    known = [item for item in differences if item.kind != "rule" or item.id in shipped.rules]
    looked_up = [item for item in known if item.kind != "rule" or item.id in used]
    moves = []
    for item in differences:
        move = RuleMove(rule=item.id, recorded=item.a, shipped=item.b)
        if item not in known:
            move = move.model_copy(update={"note": "no such rule ships"})
        elif item not in looked_up:
            move = move.model_copy(update={"tonnes_t_co2e": 0.0, "units_t": 0, "note": _UNUSED})
        elif len(looked_up) > MOST_RUNS:
            note = f"more than {MOST_RUNS} differ: mollisol rules diff shares the whole out"
            move = move.model_copy(update={"note": note})
        else:
            move = _moved(move, with_own, mixed(rules, shipped, [item.id]), perform)
        moves.append(move)
    if len(looked_up) > 1:
        together = mixed(rules, shipped, [item.id for item in looked_up])
        moves.append(_moved(RuleMove(rule=_ALL), with_own, together, perform))
    return tuple(moves)


def _same(item: Difference) -> bool:
    return item.a == item.b


def _shipped(run: Run, folders: RuleFolders) -> RuleSet:
    """Return the shipped set of the same key, else the one that the project names, else the most complete one."""
    own = (run.rules.rule_set.head.key, run.project.head.rules)
    keys = rule_set_keys(folders)
    key = next((key for key in own if key in keys), programme_of(run.project.head).complete_rules)
    return load_rule_set(key, folders)


def _credit(results: RunResult) -> tuple[float, int]:
    """Return the verified total, and the units to request if the rules were trusted."""
    units = [
        period.units_if_eligible_t or 0
        for period in results.periods
        if period.state in ("eligible", "proposed")
    ]
    return sum(period.verified_total_t_co2e for period in results.periods), sum(units)


def _moved(move: RuleMove, with_own: tuple[float, int], rules: RuleSet, perform: Perform) -> RuleMove:
    try:
        tonnes, units = _credit(perform(rules).results)
    except FindingsError as error:
        codes = sorted({finding.code for finding in blocking(error.findings)})
        return move.model_copy(update={"note": f"as it ships, the project is stopped by {', '.join(codes)}"})
    except (UserError, ArithmeticError, LookupError, ValueError) as error:
        return move.model_copy(update={"note": f"as it ships, it cannot be run: {error}"[:200]})
    return move.model_copy(update={"tonnes_t_co2e": with_own[0] - tonnes, "units_t": with_own[1] - units})
