"""Which end of a factor's range to take (VM0042 v2.2 section 8.6.3).

The direction is that of the source's total, project against baseline: where the project emits less, the lowest value;
where it emits more, the highest; the same value in both scenarios. It is applied to every factor of the source that
has a range. Central values are taken only where a rule says so, or where there is no range.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mollisol.methodology.base import DomainObject
from mollisol.methodology.factors.factor import End, Factor, FactorError, Number
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.rules_in_force.rule import WARNING_STATUSES

type Direction = Literal["decrease", "increase", "unchanged"]
type Selection = Literal["conservative_end", "central"]

CLAUSE = "VM0042 2.2, section 8.6.3"
_END: dict[Direction, End] = {"decrease": "low", "increase": "high", "unchanged": "central"}


class ChosenFactor(DomainObject):
    """A factor with the value that both scenarios take, and why.

    ``name`` is the argument or symbol that the source knows it by.
    """

    name: str
    factor: Factor
    end: End
    value: Number
    reason: str


class SourceFactors(DomainObject):
    """The factors of one source, chosen once for both scenarios, and the findings that the choice made."""

    source: str
    direction: Direction
    selection: Selection
    chosen: tuple[ChosenFactor, ...]
    findings: tuple[Finding, ...]

    def value(self, name: str, unit: str) -> float:
        """Return the chosen value of one factor, on saying its unit.

        Raises
        ------
        FactorError
            For a name that is not there, or another unit.
        """
        for chosen in self.chosen:
            if chosen.name == name:
                return chosen.factor.number(chosen.end, unit)
        raise FactorError(
            f"{self.source} has no factor {name!r}; it has: {', '.join(c.name for c in self.chosen)}"
        )


def direction_of(*, baseline_t_co2e: float, project_t_co2e: float) -> Direction:
    """Return which way a source's total goes from the baseline to the project."""
    if project_t_co2e < baseline_t_co2e:
        return "decrease"
    return "increase" if project_t_co2e > baseline_t_co2e else "unchanged"


def choose_ends(
    *,
    source: str,
    factors: Mapping[str, Factor],
    baseline_t_co2e: float,
    project_t_co2e: float,
    selection: Selection = "conservative_end",
    rule: str = CLAUSE,
) -> SourceFactors:
    """Choose the end of every factor of a source, the same for both scenarios.

    Parameters
    ----------
    source
        Name of the source, as in the boundary.
    factors
        Every factor that enters the source, by name.
    baseline_t_co2e, project_t_co2e
        The source's totals with central factors.
    selection
        ``central`` where a rule set says so, and only then.
    rule
        Id or clause of what says so.

    Returns
    -------
    SourceFactors
        With a finding for each factor without a range, with a range from a general statement, or weakly sourced. A
        factor of 0 without a range (dry land does not leach) is a rule and no finding.
    """
    direction = direction_of(baseline_t_co2e=baseline_t_co2e, project_t_co2e=project_t_co2e)
    chosen = tuple(
        _choose(name, factor, direction, selection, rule) for name, factor in sorted(factors.items())
    )
    findings = [finding for one in chosen for finding in _findings(source, one, selection, rule)]
    if direction == "unchanged" and any(one.factor.has_choice for one in chosen):
        findings.append(
            finding(
                "factor-no-direction",
                f"source {source}",
                f"{source}: the same total in both scenarios",
                rule=rule,
            )
        )
    return SourceFactors(
        source=source,
        direction=direction,
        selection=selection,
        chosen=chosen,
        findings=tuple(findings),
    )


def _choose(name: str, factor: Factor, direction: Direction, selection: Selection, rule: str) -> ChosenFactor:
    end: End = "central"
    if selection == "central":
        reason = f"{rule} takes central values"
    elif factor.low is None:
        reason = "no range is published"
    elif not factor.has_choice:
        reason = "both ends are the same"
    else:
        end = _END[direction]
        reason = {
            "decrease": f"the source decreases in the project: lowest value, {rule}",
            "increase": f"the source increases in the project: highest value, {rule}",
            "unchanged": "the source does not change: central value",
        }[direction]
    return ChosenFactor(
        name=name, factor=factor, end=end, value=factor.number(end, factor.unit), reason=reason
    )


def _findings(source: str, chosen: ChosenFactor, selection: Selection, rule: str) -> list[Finding]:
    factor = chosen.factor
    where = Place(thing=f"{source}: {chosen.name}")
    found = f"{factor.id}: {chosen.value:g} {factor.unit} ({chosen.end})"
    made = []
    if selection == "conservative_end" and factor.low is None and factor.central != 0:
        made.append(finding("factor-no-range", where, found + ", no range is published", rule=rule))
    if selection == "conservative_end" and factor.has_choice and factor.range_kind == "statement":
        made.append(
            finding(
                "factor-range-not-printed",
                where,
                found + ", its range comes from a general statement",
                citation=factor.citation,
            )
        )
    if factor.status in WARNING_STATUSES:
        made.append(
            finding(
                "factor-weakly-sourced", where, f"{found}, status {factor.status}", citation=factor.citation
            )
        )
    return made


def check_direction_kept(
    factors: SourceFactors, *, baseline_t_co2e: float, project_t_co2e: float
) -> list[Finding]:
    """Compare the direction after the ends were chosen with the one that chose them.

    Several factors of one source can turn it, for example where synthetic nitrogen is replaced by organic.

    Parameters
    ----------
    factors
        What :func:`choose_ends` gave.
    baseline_t_co2e, project_t_co2e
        The source's totals with the chosen values.
    """
    now = direction_of(baseline_t_co2e=baseline_t_co2e, project_t_co2e=project_t_co2e)
    if factors.selection == "central" or now == factors.direction:
        return []
    return [
        finding(
            "factor-direction-turned",
            f"source {factors.source}",
            f"{factors.direction} with central values, {now} with the chosen ends",
        )
    ]


def less_credit(*, reduction_with_low_t_co2e: float, reduction_with_high_t_co2e: float) -> End:
    """Return the end that credits less, for a source whose direction turns with its factors."""
    return "low" if reduction_with_low_t_co2e <= reduction_with_high_t_co2e else "high"
