"""Leads in words."""

from __future__ import annotations

from collections.abc import Iterator

from mollisol.audit.leads.ranked import Lead, Leads


def leads_in_words(result: Leads) -> list[str]:
    """Return leads as lines of text: the rare ones in full, the others one line each."""
    return [*_lines(result)]


def _lines(result: Leads) -> Iterator[str]:
    full, number = result.in_full, len(result.leads)
    credited = (
        "" if result.credited_t_co2e is None else f"; {result.credited_t_co2e:,.1f} t CO2e by the moment form"
    )
    yield f"{result.project}: {len(full)} of {number} kinds of look found what few honest projects show{credited}"
    yield "A lead is no finding: it says where to look first."
    for place, lead in enumerate(full, start=1):
        yield ""
        yield f"{place}. {lead.title}  ({lead.kind}: {', '.join(lead.places[:5])})"
        yield f"   seen      {lead.seen}"
        yield f"   innocent  {lead.innocent}"
        yield f"   effect    {_effect(lead)}"
        yield f"   honest    {_honest(lead)}"
    rest = result.leads[len(full) :]
    if rest:
        yield ""
        yield "Nothing rare in:"
        yield from (
            f"  {_percent(lead.honest_share):>5} of honest projects  {lead.title}: {lead.seen}"
            for lead in rest
        )
    if result.not_looked_at:
        yield ""
        yield f"Could not be looked at here: {'; '.join(result.not_looked_at)}"
    yield ""
    yield result.measured_on


def _effect(lead: Lead) -> str:
    if lead.effect_t_co2e is None:
        return "cannot be computed from the inputs"
    less = "smaller" if lead.effect_t_co2e >= 0 else "larger"
    return f"{abs(lead.effect_t_co2e):,.1f} t CO2e {less} if {lead.effect_of}"


def _honest(lead: Lead) -> str:
    if not lead.honest_projects:
        return "not measured"
    return (
        f"at most {_percent(lead.honest_share)} of {lead.honest_projects:,} show as much, the strongest of "
        f"{lead.looks} places taken in each; {_percent(lead.any_share)} show something as rare in any kind of look"
    )


def _percent(share: float) -> str:
    return f"{share:.2g}".rstrip("0").rstrip(".") if share > 1 else f"{100 * share:.3g} %"
