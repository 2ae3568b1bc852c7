"""The rules that a project is held against: its programme's, with proposals laid over them."""

from __future__ import annotations

from collections.abc import Sequence

from mollisol.equations import all_equations
from mollisol.extensions import UnknownExtensionError
from mollisol.methodology.findings import Finding, FindingsError, Place, finding
from mollisol.methodology.project import Project, ProjectHead
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import lay_over, proposed
from mollisol.methodology.rules_in_force.rule import Clocks, RuleError
from mollisol.methodology.rules_in_force.rule_set import (
    RuleSet,
    RulesInForce,
    TrustedRuleSet,
    load_rule_set,
    rule_set_of,
    ships,
    unusable_rules,
)
from mollisol.programmes.interface import Programme
from mollisol.programmes.registry import programme, programme_names, programme_of, unknown_programme
from mollisol.reading.schema import HEAD_FILE


def rules_of_project(
    head: ProjectHead, rules_key: str, overlays: Sequence[Overlay], rule_set: RuleSet | None
) -> tuple[Programme, RulesInForce]:
    """Return the programme of a project and the rules in force: those asked for, or the project's own.

    Raises
    ------
    FindingsError
        If the programme or the rule set is not here, or a proposal does not fit it.
    """
    try:
        own = programme_of(head)
        named = rule_set_of(rules_key, own.rules) if rules_key else None
        chosen = rule_set or named or load_rule_set(head.rules, own.rules)
    except UnknownExtensionError as error:
        raise FindingsError([unknown_programme(error, HEAD_FILE)]) from None
    except RuleError as error:
        raise FindingsError([unusable_rules(str(error))]) from None
    chosen = lay_over(chosen, overlays, all_equations)
    if set(chosen.equations.values()) - set(all_equations() if chosen.equations else ()):
        told = "an equation that this version does not have is swapped in"
        raise FindingsError([unusable_rules(told)])
    return own, RulesInForce(chosen, Clocks(registered_on=head.registered_on), own.rule_names)


def under(project: Project, name: str) -> tuple[Project, list[Finding]]:
    """Return a project as one of another programme, with a refusal: what comes of it never issues."""
    own = project.head.programme
    where = Place(file=HEAD_FILE, thing="programme")
    beside = [finding("programme-beside", where, f"computed under {name}", allowed=own)]
    rules = programme(name).complete_rules if name in programme_names() else project.head.rules
    head = project.head.model_copy(update={"programme": name, "rules": rules})
    return project.model_copy(update={"head": head}), beside


def not_trusted(programme: Programme, rule_set: RuleSet) -> list[Finding]:
    """Return a refusal where a rule set neither comes with the programme nor is trusted by an auditor."""
    if isinstance(rule_set, TrustedRuleSet) or ships(rule_set, programme.rules):
        return []
    return [proposed(rule_set)]
