"""All questions that are put to the tables of a project before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mollisol.methodology.checks.unread import heard
from mollisol.methodology.findings import Finding
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.questions.amounts import check_amounts
from mollisol.questions.copies import check_copies
from mollisol.questions.missing import check_placeholders, check_zeros
from mollisol.questions.names import check_names
from mollisol.questions.places.checks import check_places
from mollisol.questions.places.outlines import Outlines
from mollisol.questions.words.crops import check_legumes, check_rice
from mollisol.questions.words.evidence import check_register
from mollisol.questions.words.people import check_ids
from mollisol.questions.words.redrawn import check_redrawn


def question_tables(project: Project, outlines: Outlines, rules: RulesInForce) -> list[Finding]:
    """Return what the tables, the outlines and the tables among themselves leave open."""
    asked: tuple[Callable[[], Iterable[Finding]], ...] = (
        lambda: check_places(project, outlines, rules),
        lambda: check_copies(project, rules),
        lambda: check_amounts(project, rules),
        lambda: check_zeros(project),
        lambda: check_placeholders(project),
        lambda: check_legumes(project),
        lambda: check_rice(project),
        lambda: check_names(project),
        lambda: check_ids(project),
        lambda: check_register(project),
        lambda: check_redrawn(project, outlines),
    )
    return [found for check in asked for found in heard(check)]
