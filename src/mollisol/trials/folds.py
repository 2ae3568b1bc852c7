"""Folds of a cross-validation: by study, experiment or block, never by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mollisol.methodology.findings import Finding, FindingsError, Place, finding
from mollisol.methodology.soil_models.trials import ComparisonRow, Trials
from mollisol.methodology.validation import Unit


@dataclass(frozen=True, slots=True)
class FoldPlan:
    """A fold: what is left out, and the trials that remain to be fitted."""

    name: str
    names: tuple[str, ...]
    left_out: tuple[ComparisonRow, ...]
    fitted: Trials


def folds_of(trials: Trials, chosen: Sequence[ComparisonRow], unit: Unit) -> tuple[FoldPlan, ...]:
    """Lay out the folds; every comparison is left out in one of them.

    Parameters
    ----------
    trials
        All trials.
    chosen
        The comparisons.
    unit
        ``study``, ``experiment`` or ``block``.

    Raises
    ------
    FindingsError
        If there is one fold only, a block is not named, or a comparison lies in two blocks.
    """
    experiment = {row.study: row.experiment for row in trials.studies}
    block = {row.site: f"{experiment[row.study]}-{row.block}" for row in trials.trial_sites if row.block}
    of_site = {row.site: row.study for row in trials.trial_sites}
    groups: dict[str, Callable[[str], str]] = {
        "study": lambda site: of_site[site],
        "experiment": lambda site: experiment[of_site[site]],
        "block": lambda site: block.get(site, ""),
    }
    group = groups[unit]
    findings = [finding for row in chosen for finding in _between(row, group, unit)]
    names = sorted({group(row.treated_site) for row in chosen})
    if len(names) < 2 and not findings:
        findings.append(
            _fault(f"one {unit} only: {', '.join(names)}", "two or more", "leave out a smaller unit", "fold")
        )
    if findings:
        raise FindingsError(findings)
    plans = []
    for name in names:
        left_out = tuple(row for row in chosen if group(row.treated_site) == name)
        parts = {name} if unit == "block" else {of_site[row.treated_site] for row in left_out}
        fitted = trials.at(frozenset(site for site in of_site if group(site) != name))
        plans.append(FoldPlan(name, tuple(sorted(parts)), left_out, fitted))
    return tuple(plans)


def _between(row: ComparisonRow, group: Callable[[str], str], unit: Unit) -> list[Finding]:
    """Look for a comparison that no fold can leave out whole."""
    sites = [site for site in (row.treated_site, row.reference_site) if site]
    found = sorted({group(site) for site in sites})
    where = f"comparison {row.comparison}"
    if "" in found:
        do = "name the blocks in trial_sites.csv, or leave out studies"
        return [_fault("a site without a block", "a block for each site", do, where)]
    if len(found) > 1:
        do = "compare sites of one block, or leave out studies"
        return [_fault(f"sites in {' and '.join(found)}", f"one {unit}", do, where)]
    return []


def _fault(state: str, allowed: str, do: str, thing: str) -> Finding:
    return finding(
        "validation-folds", Place(file="comparisons.csv", thing=thing), state, allowed=allowed, do=do
    )
