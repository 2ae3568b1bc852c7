"""The comparison of two rule sets in words: what its JSON document holds, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mollisol.methodology.findings import Finding
from mollisol.rule_catalogue.differences import Credits, DiffOfProjects, RuleSetDiff

_TOTAL, _UNITS = "verified_total_t_co2e", "units_to_issue_t"
_PARTS = {"reductions": "verified_reductions_t_co2e", "removals": "verified_removals_t_co2e"}


def lines_of(result: RuleSetDiff | DiffOfProjects) -> Iterator[str]:
    """Return the lines of a comparison; of several projects each by itself, one line for each, and the whole."""
    if isinstance(result, RuleSetDiff):
        yield from _lines_of_diff(result)
        return
    for name, item in result.projects.items():
        yield f"folder   {name}"
        yield from _lines_of_diff(item)
        yield ""
    for name, item in result.projects.items():
        yield f"{name}: " + (
            f"not comparable, {item.not_comparable}" if item.not_comparable else moved_in_words(item.change)
        )
    yield f"{result.compared} of {len(result.projects)} projects compared: {moved_in_words(result.change)}"


def _lines_of_diff(result: RuleSetDiff) -> Iterator[str]:
    yield f"A  {result.a}  {result.a_hash[:16]}"
    yield f"B  {result.b}  {result.b_hash[:16]}"
    if result.project:
        yield f"project  {result.project}"
    for edition in result.editions:
        yield f"edition  {edition.document}: {edition.a} -> {edition.b}"
    for difference in result.differences:
        id = difference.id.removeprefix(f"{difference.kind} ")
        yield f"{difference.kind:8} {id}: {difference.a} -> {difference.b}"
        yield f"         {difference.label}; {difference.citation} ({difference.status})"
        if difference.reason:
            yield f"         reason: {difference.reason}"
        if difference.share:
            yield f"         moves {moved_in_words(difference.share)}" + (
                f": {difference.why}" if difference.why else ""
            )
    if not result.differences:
        yield "no rule and no switch differs"
    for name, credits in (("A", result.credits_a), ("B", result.credits_b)):
        if credits is not None:
            yield from _credits(name, credits)
    if result.not_comparable:
        yield f"not comparable: {result.not_comparable}"
    if result.change:
        rest = f"; the parts leave {result.unexplained[_TOTAL]:.1e} t" if result.unexplained else ""
        yield f"change: {moved_in_words(result.change)}{rest}"
    yield from _listed("periods that have no units any more", result.periods_without_units_now)
    yield from _listed("periods that have units now", result.periods_with_units_now)
    yield from _findings("gained", result.findings_gained)
    yield from _findings("lost", result.findings_lost)
    if result.method:
        yield f"{result.method}; {result.runs} runs, seed {result.seed}"


def _credits(name: str, credits: Credits) -> Iterator[str]:
    if credits.blocked:
        yield f"credits under {name}: none, blocked by {', '.join(credits.blocked)}"
        return
    totals = credits.totals
    yield f"credits under {name}: {totals[_TOTAL]:,.6f} t CO2e, {totals[_UNITS]:,.0f} units"
    for period, amount in credits.by_period.items():
        yield f"         period {period}: {amount:,.6f} t CO2e, {credits.units_by_period[period]:,} units"


def moved_in_words(amounts: dict[str, float]) -> str:
    """Return amounts by measure in words."""
    units, parts = amounts[_UNITS], [f"{name} {amounts[field]:+,.6f}" for name, field in _PARTS.items()]
    # A share of units is a mean over orders and need not be whole.
    counted = f"{units:+,.0f}" if units % 1 == 0 else f"{units:+,.4g}"
    return f"{amounts[_TOTAL]:+,.6f} t CO2e ({', '.join(parts)}), {counted} units"


def _listed(label: str, names: Iterable[str]) -> Iterator[str]:
    if names := tuple(names):
        yield f"{label}: {', '.join(names)}"


def _findings(word: str, findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"finding {word}: {finding.severity.value} {finding.code} {finding.where}: {finding.found}"
