"""Rank what the looks found by the share of honest projects that show as much."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mollisol.audit.leads.grounds import Grounds
from mollisol.audit.leads.honest import ANY, SHARES, measured, note
from mollisol.audit.leads.kinds import KINDS
from mollisol.engine import assess_project
from mollisol.methodology.findings import FindingsError
from mollisol.reading.intake import Handed

RARE = 0.01
"""Share of honest projects up to which a lead is told in full."""


@dataclass(frozen=True, slots=True)
class Lead:
    """One kind of look with the strongest of what it found.

    Parameters
    ----------
    honest_share
        Share of honest projects that show as much in this look, at most.
    any_share
        Share of honest projects in which at least one of all looks is as rare as this one.
    honest_projects
        How many honest projects the shares were measured on; 0 where none could be looked at.
    effect_t_co2e
        By how much the credit of the moment form would be smaller if ``effect_of`` held; None where it cannot be
        computed.
    looks
        How many places were looked at for it.
    """

    kind: str
    title: str
    seen: str
    places: tuple[str, ...]
    innocent: str
    effect_t_co2e: float | None
    effect_of: str
    looks: int
    strength: float
    honest_share: float
    any_share: float
    honest_projects: int


@dataclass(frozen=True, slots=True)
class Leads:
    """All looks of a project, the rarest first, and those that it does not allow."""

    project: str
    credited_t_co2e: float | None
    leads: tuple[Lead, ...]
    not_looked_at: tuple[str, ...]
    measured_on: str

    @property
    def in_full(self) -> tuple[Lead, ...]:
        """Return the leads that few honest projects show."""
        return tuple(lead for lead in self.leads if lead.honest_share <= RARE)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def leads_of(place: Handed, *, rules_key: str = "") -> Leads:
    """Return the leads of a project.

    Parameters
    ----------
    place
        Its folder, or its files as a bundle carries them.
    rules_key
        Rule set in place of the project's own.

    Raises
    ------
    FindingsError
        If a finding blocks: what has no stocks cannot be looked at.
    """
    assessment = assess_project(place, rules_key=rules_key)
    context, samples = assessment.passed()
    if not samples.stocks.points_by_campaign:
        raise FindingsError(assessment.findings)
    grounds = Grounds(context, samples.stocks)
    table = measured()
    leads, without = [], []
    for kind in KINDS:
        seen = kind.look(grounds)
        if seen is None:
            without.append(kind.title)
            continue
        row = table.get(kind.id)
        share = row.share(seen.strength) if row else 1.0
        leads.append(
            Lead(
                kind=kind.id,
                title=kind.title,
                seen=seen.words,
                places=seen.places,
                innocent=kind.innocent,
                effect_t_co2e=seen.effect_t,
                effect_of=seen.effect_of if seen.effect_t is not None else "",
                looks=seen.looks,
                strength=seen.strength,
                honest_share=share,
                any_share=table[ANY].thresholds[share] if share in SHARES else 1.0,
                honest_projects=row.projects if row else 0,
            )
        )
    leads.sort(key=lambda lead: (lead.honest_share, -abs(lead.effect_t_co2e or 0.0), lead.kind))
    whole = grounds.credit.whole
    credited = None if whole is None else whole.credited_t
    return Leads(context.project.head.name, credited, tuple(leads), tuple(without), note())
