"""Mean numbers of animals of the baseline and the floor of heads that stands behind them."""

from __future__ import annotations

from mollisol.methodology.land.covered import look_back_years
from mollisol.methodology.project import Project


def mean_heads(project: Project) -> dict[tuple[str, str, str], float]:
    """Return the mean heads of the look-back by unit, animal and productivity; a year without the herd counts as 0."""
    sums: dict[tuple[str, str, str], float] = {}
    for row in project.herds:
        if row.scenario == "baseline":
            key = (row.quantification_unit, row.animal, row.productivity)
            sums[key] = sums.get(key, 0.0) + row.head
    years = look_back_years(project) if sums else {}
    return {key: total / max(1, years[key[0]]) for key, total in sums.items()}


def floors_of(project: Project) -> dict[tuple[str, str, str], float]:
    """Return the heads below which the project's emission is not computed, but for option b shown (section 8.3)."""
    shown = {
        item.animal
        for item in (project.eligibility.herd_reductions if project.eligibility else ())
        if item.option == "b" and item.output_did_not_fall and item.slaughtered_not_moved
    }
    return {key: head for key, head in mean_heads(project).items() if key[1] not in shown}
