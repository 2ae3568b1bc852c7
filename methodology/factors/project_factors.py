"""Project-specific factors and their place in the hierarchy (VM0042 v2.2 sections 8.1, 8.3): the hook for Tier 2."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import IntEnum
from typing import Annotated

from pydantic import BeforeValidator

from mollisol.methodology.base import DomainObject, Identifier, Items, RequiredText, Text
from mollisol.methodology.factors.factor import Factor
from mollisol.methodology.findings import Finding, finding


class Level(IntEnum):
    """Where a factor comes from, best first."""

    PEER_REVIEWED = 1
    """Project-specific, in a journal of the Web of Science Science Citation Index. Must be used where there is one."""
    ALTERNATIVE = 2
    """Government databases or industry publications shown to be robust and credible."""
    TIER_2 = 3
    """Derived by the 2019 Refinement from activity data of the project."""
    TIER_1 = 4
    """Default of the 2019 Refinement, with a justification."""


type LevelField = Annotated[Level, BeforeValidator(lambda value: Level(value))]


class ProjectFactor(DomainObject):
    """A factor that the project brings in place of a default.

    Parameters
    ----------
    name
        The argument or symbol that the source knows it by, as in :func:`choose_ends`.
    factor
        Value, range, unit and status.
    level
        Its place in the hierarchy, 1 to 4.
    applies_because
        Why it fits the project: region, practice, animals.
    derivation
        For level 3: which equations and which data of the project.
    science_citation_index
        For level 1: whether the journal is in it.
    better_levels_searched
        Levels above its own that were searched without result.
    checked_on
        When its source was last checked for something newer.
    """

    name: Identifier
    source: Identifier
    factor: Factor
    level: LevelField
    applies_because: RequiredText
    derivation: Text = ""
    science_citation_index: bool = False
    better_levels_searched: Items[int] = ()
    checked_on: date


def check_project_factor(
    project_factor: ProjectFactor, *, on: date, recheck_years: float
) -> Iterator[Finding]:
    """Return the findings on a project's factor, held against the hierarchy on a day."""
    where = f"{project_factor.source}: {project_factor.name}"
    level = project_factor.level
    if level is Level.PEER_REVIEWED and not project_factor.science_citation_index:
        text = "level 1 from a journal that is not in the Science Citation Index"
        yield finding("factor-journal-not-indexed", where, text)
    if level is Level.TIER_2 and not project_factor.derivation:
        yield finding("factor-without-derivation", where, "level 3 without a derivation")
    missing = [
        better for better in range(1, int(level)) if better not in project_factor.better_levels_searched
    ]
    if missing:
        text = f"level {int(level)}, levels {', '.join(map(str, missing))} not searched"
        yield finding("factor-better-level-not-searched", where, text)
    checked = project_factor.checked_on
    if (on.year - checked.year, on.month, on.day) > (recheck_years, checked.month, checked.day):
        text = f"source last checked on {checked}"
        yield finding("factor-not-rechecked", where, text, years=recheck_years)
