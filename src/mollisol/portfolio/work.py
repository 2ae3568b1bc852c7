"""Check and run the projects of a portfolio that changed: here or in workers, each taken over whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple

from mollisol.audit.overlap.compare import overlaps_of
from mollisol.audit.overlap.found import Overlaps
from mollisol.audit.overlap.words import pair_in_words
from mollisol.bundle.write import files_to_write
from mollisol.computing import told_by_a_run
from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import Finding, FindingsError, Severity, UserError, blocking
from mollisol.methodology.project import ProjectHead
from mollisol.output import MANIFEST, write_folder
from mollisol.portfolio.inputs import inputs_of
from mollisol.portfolio.rows import rows_of_findings, rows_of_results
from mollisol.portfolio.store import Row, Store
from mollisol.run import Run, Tell
from mollisol.workers import as_done, started

CHECKED: Final = "checked"
BLOCKED: Final = "blocked"
FAILED: Final = "failed"
_TRIES: Final = 3
_SECONDS_BETWEEN_LINES: Final = 5.0
_MOST_CODES_TOLD: Final = 5
_DIED: Final = "the worker that had it died twice, the second time with nothing beside it"


class _Task(NamedTuple):
    name: str
    folder: Path
    bundle: Path


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a project: the columns of its own row, and the rows of other tables."""

    row: Row
    tables: dict[str, list[Row]] = field(default_factory=dict)


type _Job = Callable[[_Task], _Done]


def check_portfolio(store: Store, tell: Tell) -> int:
    """Check each project that changed, and hold all against each other; return how many were checked."""
    return _work(store, _checked, _changed(store, tell, computed=False), 1, tell)


def run_portfolio(store: Store, workers: int, tell: Tell) -> int:
    """Run each project that changed or has no bundle, and hold all against each other; return how many were run.

    Each is written to its bundle, then to the store: what ends in between is run again.
    """
    for left in store.bundle("x").parent.glob(".*.partial-*"):
        shutil.rmtree(left, ignore_errors=True)
    return _work(store, _computed, _changed(store, tell, computed=True), workers, tell)


def _changed(store: Store, tell: Tell, *, computed: bool) -> list[_Task]:
    """Return the projects whose inputs, rules or version are others than when they were checked, or computed."""
    rows = store.rows("select * from project order by name")
    tasks = []
    for row in rows:
        task = _Task(row["name"], Path(row["folder"]), store.bundle(row["name"]))
        try:
            same = all(row[name] == value for name, value in inputs_of(task.folder).key().items())
        except UserError:
            same = False
        if computed:
            same &= row["state"] == BLOCKED or (row["computed"] and (task.bundle / MANIFEST).is_file())
        if not same:
            tasks.append(task)
    tell(f"{len(rows)} projects, {len(rows) - len(tasks)} of them as they were")
    return tasks


def _work(store: Store, job: _Job, tasks: Sequence[_Task], workers: int, tell: Tell) -> int:
    began = told = monotonic()

    def again(lost: Sequence[_Task]) -> None:
        tell(f"a worker died; {', '.join(task.name for task in lost)} run again, each by itself")

    with started(str(workers)):
        for number, (place, result) in enumerate(as_done(job, tasks, again), start=1):
            done = result or _failed(tasks[place], _DIED)
            store.write({"project": [done.row], **done.tables}, project=done.row["name"])
            if done.row["state"] in (BLOCKED, FAILED):
                tell(f"{done.row['name']}: {done.row['state']}, {done.row['why']}")
            if (now := monotonic()) - told > _SECONDS_BETWEEN_LINES or number == len(tasks):
                left = (now - began) / number * (len(tasks) - number)
                tell(f"{number} of {len(tasks)} projects done, {_minutes(left)} left")
                told = now
    _compare(store, tell)
    return len(tasks)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


class _Looked(NamedTuple):
    """What was found in a project, and the files that were read for it."""

    findings: Sequence[Finding]
    head: ProjectHead | None
    read: Mapping[str, bytes]
    run: Run | None = None


def _looked_at(folder: Path) -> _Looked:
    assessment = assess_project(folder)
    project = assessment.reading.project or assessment.reading.part
    head = None if project is None else project.head
    return _Looked(told_by_a_run(assessment), head, assessment.reading.inputs)


def _run_of(folder: Path) -> _Looked:
    try:
        run = run_project(folder)
    except FindingsError as error:
        return _Looked(error.findings, None, {})
    return _Looked(run.findings, run.project.head, run.inputs, run)


def _checked(task: _Task) -> _Done:
    """Return what a check finds."""
    return _settled(task, _looked_at)


def _computed(task: _Task) -> _Done:
    """Return what a run comes to, its bundle written."""
    return _settled(task, _run_of)


def _settled(task: _Task, look: Callable[[Path], _Looked]) -> _Done:
    """Return what was found in a project that stood still while it was read; what moved is read again."""
    for _ in range(_TRIES):
        try:
            inputs = inputs_of(task.folder)
            findings, head, read, run = look(task.folder)
        except UserError as error:
            return _failed(task, str(error))
        if not inputs.unchanged(read):
            continue
        state = BLOCKED if blocking(findings) else CHECKED
        worst = Severity.BLOCKING if state == BLOCKED else Severity.REFUSAL
        stops = list(dict.fromkeys(one.code for one in findings if one.severity is worst))
        more = f" and {len(stops) - _MOST_CODES_TOLD} more" if len(stops) > _MOST_CODES_TOLD else ""
        row: Row = {"name": task.name, "state": state, "computed": False}
        row |= {"why": ", ".join(stops[:_MOST_CODES_TOLD]) + more, **inputs.key()}
        if head is not None:
            row |= {"title": head.name, "country": head.country, "rule_set": head.rules}
        tables = {"finding": rows_of_findings(task.name, findings)}
        if run is not None:
            files = files_to_write(run)
            write_folder(task.bundle, files)
            results: dict[str, Any] = run.results.model_dump(mode="json")
            row |= {"state": results["state"], "programme": results["programme"], "computed": True}
            tables |= rows_of_results(task.name, results, run.project.head)
        return _Done(row, tables)
    return _failed(task, "it changed each time while it was read, so nothing of it was taken; run again")


def _failed(task: _Task, why: str) -> _Done:
    nothing = dict.fromkeys(("inputs_sha256", "rule_set_hash", "mollisol"))
    return _Done({"name": task.name, "state": FAILED, "computed": False, "why": why, **nothing})


def _compare(store: Store, tell: Tell) -> None:
    """Look for land, places and core values that projects share, where any of them changed since."""
    rows = store.rows("select * from project where state not in ('new', ?, ?) order by name", BLOCKED, FAILED)
    listed = "".join(f"{row['name']} {row['inputs_sha256']}\n" for row in rows)
    state = hashlib.sha256(listed.encode()).hexdigest()
    if store.rows("select * from compared") == [{"state_sha256": state}]:
        return
    tell(f"comparing {len(rows)} projects with each other")
    bundles = [store.bundle(row["name"]) if row["computed"] else None for row in rows]
    places = [
        place if place and (place / MANIFEST).is_file() else Path(row["folder"])
        for row, place in zip(rows, bundles, strict=True)
    ]
    found = overlaps_of(places) if len(places) > 1 else Overlaps((), (), ())
    overlaps: list[Row] = []
    for pair in found.shared:
        if not pair.found:
            continue
        controls = {point.one for point in pair.near if all(point.of_control)}
        points = {(pair.one, point.one) for point in pair.near if not all(point.of_control)}
        points |= {(point.project, point.point) for point in pair.inside}
        one, other = found.projects[pair.one], found.projects[pair.other]
        overlaps.append(
            {
                "one": rows[pair.one]["name"],
                "other": rows[pair.other]["name"],
                "land_ha": pair.land_ha,
                "controls": len(controls),
                "points": len(points),
                "profiles": len(pair.values.pairs) if pair.values and pair.values.sure else 0,
                "words": "\n".join(line.strip() for line in pair_in_words(pair, one, other)),
            }
        )
    store.write({"overlap": overlaps, "compared": [{"state_sha256": state}]}, anew=("overlap", "compared"))
