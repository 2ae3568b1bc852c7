"""Programmes by name: those that ship, and those that other packages register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from mollisol.extensions import UnknownExtensionError, extension, extension_names
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.project import UNDECLARED, ProjectHead
from mollisol.methodology.results.run import PeriodResult, RunResult
from mollisol.methodology.rules_in_force.rule import OF_PROGRAMME, ChosenValue, Clocks, RuleSetHead, Switch
from mollisol.methodology.rules_in_force.rule_set import (
    SHIPPED,
    RuleSet,
    RulesInForce,
    load_rule_set,
    read_toml,
    rule_set_keys,
    rule_set_of,
)
from mollisol.programmes.interface import Programme
from mollisol.run import largest_year_t_co2e

GROUP: Final = "mollisol.programmes"


def programme_names() -> tuple[str, ...]:
    """Return the names of the programmes that are here."""
    return extension_names(GROUP)


def programme(name: str) -> Programme:
    """Return a programme by its name.

    Raises
    ------
    UnknownExtensionError
        If there is none of that name; the message lists those that there are.
    """
    found: Programme = extension(GROUP, name)()
    return found


def rule_sets() -> list[RuleSet]:
    """Return every rule set of every programme."""
    folders = [programme(name).rules for name in programme_names()]
    return [load_rule_set(key, where) for where in folders for key in rule_set_keys(where)]


def every_switch() -> dict[str, Switch]:
    """Return the printed and corrected forms that the rule sets of every programme know, by id."""
    return {id: switch for rule_set in rule_sets() for id, switch in rule_set.switches.items()}


def rule_set_named(name: str) -> RuleSet:
    """Return a rule set of any programme by its key, or a file ending in .toml; the most complete one without a name.

    Raises
    ------
    RuleError
        If there is none of that name.
    """
    key = read_toml(Path(name), RuleSetHead).key if name.endswith(".toml") else name
    folders = [programme(one).rules for one in programme_names()]
    where = next((one for one in folders if key.startswith(one.prefix)), SHIPPED)
    return rule_set_of(name or programme(programme_names()[0]).complete_rules, where)


def programme_of(head: ProjectHead) -> Programme:
    """Return the programme of a project; where none was declared, the one that its rule set is of.

    Raises
    ------
    UnknownExtensionError
        If it is not here.
    """
    name = head.programme
    if name == UNDECLARED:
        name = next((one for one in programme_names() if head.rules.startswith(f"{one}-")), name)
    return programme(name)


def threshold_of(programme: Programme, name: str) -> ChosenValue:
    """Return a value that this version of a programme holds results against, whatever those hold."""
    rule_set = load_rule_set(programme.complete_rules, programme.rules)
    return RulesInForce(rule_set, Clocks(registered_on=date.max), programme.rule_names).value(name)


def material_share(programme: Programme, periods: Sequence[PeriodResult]) -> ChosenValue:
    """Return the share that is material for a project of the size of its periods: less of a large one.

    Its size is what it verified in a year, of periods that lie over each other together.
    """
    limit = "programme.materiality.large-project"
    named = limit.removeprefix(OF_PROGRAMME) in programme.rule_names
    large = named and largest_year_t_co2e(periods) > float(threshold_of(programme, limit).value)
    return threshold_of(
        programme, "programme.materiality.share-large" if large else "programme.materiality.share"
    )


def programme_of_results(results: Mapping[str, Any]) -> Programme:
    """Return the programme of ``results.json``; release 0.1.0 knew one, and did not write it.

    Raises
    ------
    UnknownExtensionError
        If it is not here.
    """
    return programme(str(results.get("programme", RunResult.model_fields["programme"].default)))


def unknown_programme(error: UnknownExtensionError, file: str) -> Finding:
    """Return the finding on a programme that is not here."""
    return finding(
        "programme-unknown",
        Place(file=file, thing="programme"),
        str(error),
        names=", ".join(programme_names()),
    )
