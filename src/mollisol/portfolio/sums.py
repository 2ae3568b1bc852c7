"""What the projects of a portfolio add up to, with errors that they share carried as shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mollisol.portfolio.rows import CONTROLS, FACTOR
from mollisol.portfolio.store import Row, Store
from mollisol.uncertainty.deduction.shared import variance_of_shared_errors
from mollisol.uncertainty.model.true_up import chance_below_issued

_ISSUED: Final = "units_to_issue_t"
_COMPUTED: Final = "units_if_eligible_t"


@dataclass(frozen=True, slots=True)
class Spread:
    """The error of a sum, and the probability that the true sum is at least what is credited."""

    standard_error_t: float
    chance_reached: float


@dataclass(frozen=True, slots=True)
class Together:
    """An error that several projects have in common, in t CO2e.

    Parameters
    ----------
    source, labels
        What kind it is, and by which names it was found to be the same.
    projects
        How many have it.
    shared_t, independent_t
        Its standard error in the sum as one error, and were it another one in each project.
    """

    source: str
    labels: tuple[str, ...]
    projects: int
    shared_t: float
    independent_t: float


@dataclass(frozen=True, slots=True)
class Sum:
    """Periods that credit, added up, in t CO2e before the buffer.

    Parameters
    ----------
    true_t
        The estimate of the true amount: nothing is deducted from it.
    credited_t
        What is left after the deduction of each project.
    shared, independent
        With errors shared as they are, and were each project by itself.
    together
        Errors that several projects have in common, the largest first.
    """

    projects: int
    periods: int
    true_t: float
    credited_t: float
    shared: Spread
    independent: Spread
    together: tuple[Together, ...]


def sums_of(store: Store) -> dict[str, Sum | None]:
    """Return the sum of what is eligible, and of what would be were every computed project eligible.

    None where no period credits. A period that credits nothing is on neither side.
    """
    return {words: _sum(store, column) for words, column in (("eligible", _ISSUED), ("computed", _COMPUTED))}


def _sum(store: Store, units: str) -> Sum | None:
    periods = [row for row in store.rows("select * from period order by project, period") if row[units] > 0]
    if not periods:
        return None
    credit = {(row["project"], row["period"]) for row in periods}
    errors = store.rows("select * from error order by source, project, period")
    errors = [row for row in errors if (row["project"], row["period"]) in credit]
    true_t = sum(row["gross_t"] + row["other_terms_t"] for row in periods)
    credited_t = true_t - sum(row["deducted_t"] for row in periods)
    group = groups_of(store)
    own = [(row["source"], row["project"]) for row in errors]
    sizes = np.array([row["standard_error_t"] for row in errors])
    return Sum(
        len({row["project"] for row in periods}),
        len(periods),
        true_t,
        credited_t,
        _spread(sizes, [group.get(one, one) for one in own], true_t, credited_t),
        _spread(sizes, own, true_t, credited_t),
        _together(store, errors, group),
    )


def _spread(sizes: np.ndarray, groups: Sequence[tuple[str, str]], true_t: float, credited_t: float) -> Spread:
    if not sizes.any():
        return Spread(0.0, float(true_t >= credited_t))
    names = [f"{source}\n{group}" for source, group in groups]
    error = float(variance_of_shared_errors(standard_error=sizes, group=names)) ** 0.5
    below = chance_below_issued(
        issued=credited_t, mean=true_t, standard_error=error, degrees_of_freedom=np.inf
    )
    return Spread(error, 1.0 - float(below))


def groups_of(store: Store) -> dict[tuple[str, str], tuple[str, str]]:
    """Return for a source of error of a project the group that has it in common, named by its first project.

    Projects are in one group where they have a label in common, or control points at one place, also by way of others.
    """
    links: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in store.rows("select distinct source, project, label from shared"):
        links[row["source"]].append((row["project"], f"\n{row['label']}"))
    for row in store.rows("select one, other from overlap where controls > 0"):
        links[CONTROLS].append((row["one"], row["other"]))
    group: dict[tuple[str, str], tuple[str, str]] = {}
    for source, pairs in links.items():
        names, places = np.unique(np.array(pairs), return_inverse=True)
        one, other = places.reshape(-1, 2).T
        graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(names), len(names)))
        part = connected_components(graph, directed=False)[1]
        first: dict[int, str] = {}
        for name, number in zip(names.tolist(), part.tolist(), strict=True):
            if not name.startswith("\n"):
                group[source, name] = source, first.setdefault(number, name)
    return group


def _together(
    store: Store, errors: Iterable[Row], group: Mapping[tuple[str, str], tuple[str, str]]
) -> tuple[Together, ...]:
    sizes: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in errors:
        key = row["source"], row["project"]
        if key in group:
            sizes[group[key]][row["project"]] += row["standard_error_t"]
    labels: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in store.rows("select distinct source, project, label from shared"):
        labels[group[row["source"], row["project"]]].add(row["label"])
    found = [
        Together(
            "factor" if key[0].startswith(FACTOR) else key[0],
            tuple(sorted(labels.get(key, ("control points at one place",)))),
            len(own),
            abs(sum(own.values())),
            sum(size**2 for size in own.values()) ** 0.5,
        )
        for key, own in sizes.items()
        if len(own) > 1
    ]
    return tuple(sorted(found, key=lambda one: (-one.shared_t, one.source, one.labels)))
