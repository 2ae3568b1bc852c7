"""The rule sets of a laboratory run: one or more keys, and proposals laid over the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from mollisol.equations import all_equations
from mollisol.laboratory.terms import Terms
from mollisol.methodology.rules_in_force.proposal import lay_over, load_proposal
from mollisol.methodology.rules_in_force.rule_set import RuleSet
from mollisol.programmes.registry import rule_set_named
from mollisol.rule_catalogue.differences import compare, mixed

TOGETHER = "+"
"""Between the names of proposals that are laid over each other."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A rule set by its name in a run, and what the kernel takes from it."""

    name: str
    rule_set: RuleSet
    terms: Terms

    @classmethod
    def of(cls, name: str, rule_set: RuleSet) -> Scenario:
        """Return the scenario of a rule set."""
        return cls(name, rule_set, Terms.of(rule_set, name))

    @property
    def changes(self) -> tuple[str, ...]:
        """Return what its proposals change, in words."""
        return tuple(line for overlay in self.rule_set.overlays for line in overlay.lines)


def scenarios_of(keys: Sequence[str], proposals: Sequence[str]) -> list[Scenario]:
    """Return a scenario for each key, and one for each proposal laid over the first.

    Parameters
    ----------
    keys
        Rule sets; the complete one of the first programme where there is none.
    proposals
        Files or names of those that ship; several with ``+`` between them are one scenario.

    Raises
    ------
    FindingsError
        With every fault of a proposal.
    """
    made = [Scenario.of(one.key, one) for one in map(rule_set_named, keys or [""])]
    first = made[0].rule_set
    for names in proposals:
        parts = [names] if Path(names).is_file() else names.split(TOGETHER)
        laid = lay_over(first, [load_proposal(part) for part in parts], all_equations)
        made.append(Scenario.of(TOGETHER.join(Path(part).stem for part in parts), laid))
    return made


def beside_kernel(first: Scenario, other: Scenario) -> tuple[str, ...]:
    """Return the differences between two scenarios that leave the kernel as it is."""
    parts = [one.id for one in compare(first.rule_set, other.rule_set).differences]
    return tuple(part for part in parts if part not in moving_parts(first, other))


def moving_parts(first: Scenario, other: Scenario) -> list[str]:
    """Return the differences between two scenarios that move the kernel, alone or with all others."""
    parts = [one.id for one in compare(first.rule_set, other.rule_set).differences]
    if len(parts) == 1:
        return parts if _values(first.terms) != _values(other.terms) else []
    found = []
    for part in parts:
        alone = mixed_terms(first, other, [part])
        without = mixed_terms(first, other, [name for name in parts if name != part])
        if _values(alone) != _values(first.terms) or _values(without) != _values(other.terms):
            found.append(part)
    return found


def mixed_terms(first: Scenario, other: Scenario, parts: Sequence[str]) -> Terms:
    """Return the terms of the first rule set with some differences taken from the other."""
    return Terms.of(mixed(first.rule_set, other.rule_set, sorted(parts)), "mixed")


def _values(terms: Terms) -> tuple[object, ...]:
    return tuple(getattr(terms, field.name) for field in fields(terms) if field.name != "name")
