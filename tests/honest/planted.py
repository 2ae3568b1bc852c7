"""Faults planted into honest projects at the size that is worth a share of the credit, and what is said to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from mollisol.engine import run_project
from mollisol.methodology.findings import Finding, FindingsError, Severity
from tests.honest.counting import files_of
from tests.honest.faults.fault import Base, Fault
from tests.honest.folder import POINTS, Folder
from tests.honest.generator import FAMILIES
from tests.honest.records import with_plan, with_records

FIRST_SEED = 8_200_000
LEAST_CREDIT_T = 400
"""Whole tonnes are counted: in smaller projects 2 per cent are lost in them."""
SHARES = (0.02, 0.05, 0.20, 1.0)
"""What a fault is worth: the last doubles the credit."""
WITHIN = 0.15
"""How near a size has to come to its share of the credit, as a part of it; points come as near as they can."""
COUNTED_WITHIN = 0.5
RUNS = 10
NOT_ABOUT_INPUTS = frozenset(
    {"half-width-over-estimate", "loss-event", "routes-left-out", "rule-weakly-sourced", "factor-no-range"}
)
"""What says that a figure is unsure, or what a rule or a factor stands on: no question to the inputs."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a project: its credit by the analytic route, nothing where it is blocked, and the findings."""

    credit_t: int | None
    findings: tuple[Finding, ...]

    def codes(self, *severities: Severity) -> set[str]:
        """Return the codes of some severities that are about inputs."""
        return {item.code for item in self.findings if item.severity in severities} - NOT_ABOUT_INPUTS


def said(folder: Folder) -> Said:
    """Return what a run by the analytic route says to a project."""
    try:
        run = run_project(folder.files, route="analytic")
    except FindingsError as error:
        return Said(None, error.findings)
    return Said(sum(period.units_if_eligible_t or 0 for period in run.results.periods), run.findings)


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault at a size: what it is worth, and what is new among the findings.

    ``moved`` is the share of the credit; nothing where the fault blocks and the size is what smaller ones make of it.
    """

    fault: Fault
    share: float
    size: float
    moved: float | None
    refused: frozenset[str]
    warned: frozenset[str]


STOPS = (Severity.BLOCKING, Severity.REFUSAL)


class Field:
    """An honest project that a fault is planted in, at one size after the other."""

    def __init__(self, fault: Fault, folder: Folder) -> None:
        self.fault, self.folder = fault, folder
        self._moved: dict[float, tuple[Said, Said]] = {}

    def at(self, size: float) -> tuple[Said, Said]:
        """Return what is said to the honest project and to the one with the fault."""
        if size not in self._moved:
            honest, planted = self.folder.copy(), self.folder.copy()
            self.fault.honest(honest, size)
            self.fault.plant(planted, size)
            same = honest.files == self.folder.files
            self._moved[size] = (credit_of(self.folder) if same else said(honest), said(planted))
        return self._moved[size]

    def moved(self, size: float) -> float | None:
        """Return by what share the fault moves the credit; nothing where one of both is blocked."""
        honest, planted = self.at(size)
        if not honest.credit_t or planted.credit_t is None:
            return None
        return planted.credit_t / honest.credit_t - 1

    def planted(self, share: float) -> Planted | None:
        """Return the fault at the size that is worth a share; nothing where no size is."""
        size = self._size(share)
        if size is None:
            return None
        honest, planted = self.at(size)
        if honest.credit_t is None:
            return None
        refused = planted.codes(*STOPS) - honest.codes(*STOPS)
        warned = planted.codes(*STOPS, Severity.WARNING) - honest.codes(*STOPS, Severity.WARNING)
        return Planted(
            self.fault, share, size, self.moved(size), frozenset(refused), frozenset(warned | refused)
        )

    def _size(self, share: float) -> float | None:
        if self.fault.is_share:
            return share
        return self._counted(share) if self.fault.counted else self._scaled(share)

    def _counted(self, share: float) -> float | None:
        """Return the whole number that comes nearest to a share; the least there is counts for the largest share."""
        most = int(self.fault.largest) if self.fault.largest > 1 else len(self.folder.rows(POINTS)) // 2
        size, known = 1, {0: 0.0}
        while size not in known and len(known) < RUNS:
            moved = self.moved(size)
            if moved is None:
                return float(size) if size == 1 else nearest(known, share)
            known[size] = moved
            if size == 1 and moved > share == max(SHARES):
                return 1.0
            size = round(between([(worth, number) for number, worth in known.items()], share))
            size = min(max(size, 1), most)
        return nearest(known, share)

    def _scaled(self, share: float) -> float | None:
        """Return the size of a share, by the straight line through the two nearest sizes so far."""
        known: list[tuple[float, float]] = [(0.0, 0.0)]
        size = self.fault.largest / 20
        for _ in range(RUNS):
            moved = self.moved(size)
            if moved is None:
                # blocked: a fault that small runs of do not move is not worth the share
                smaller = self._slope()
                return smaller and share / smaller
            if abs(moved - share) <= WITHIN * share:
                return size
            known.append((moved, size))
            size = between(known, share)
            if not 0 < size <= self.fault.largest:
                return None
        return None

    def _slope(self) -> float | None:
        """Return by how much of the credit a unit of size moves it where it is too small to be blocked."""
        for part in (1e-2, 2e-3, 5e-4):
            size = self.fault.largest * part
            moved = self.moved(size)
            if moved is not None and moved > 0:
                return moved / size
        return None


def nearest(known: Mapping[int, float], share: float) -> float | None:
    """Return the number that comes nearest to a share, if it comes near."""
    best = min(known, key=lambda number: abs(known[number] - share))
    return float(best) if best and abs(known[best] - share) <= COUNTED_WITHIN * share else None


def between(known: Sequence[tuple[float, float]], share: float) -> float:
    """Return the size of a share by the line through the two points that lie nearest to it."""
    (one, first), (other, second) = sorted(known, key=lambda item: abs(item[0] - share))[:2]
    return second if one == other else first + (share - one) * (second - first) / (other - one)


@cache
def honest_folders(per_family: int, families: tuple[str, ...] = FAMILIES) -> tuple[Folder, ...]:
    """Return honest projects that nothing blocks and that are worth something, the first seeds of each family."""
    made: list[Folder] = []
    for family in families:
        found, seed = 0, FIRST_SEED
        while found < per_family:
            folder = Folder(files_of(family, seed))
            seed += 1
            if (credit_of(folder).credit_t or 0) >= LEAST_CREDIT_T:
                made.append(folder)
                found += 1
    return tuple(made)


_SAID: dict[tuple[bytes, ...], Said] = {}


def credit_of(folder: Folder) -> Said:
    """Return what is said to a folder, once."""
    key = tuple(folder.files.values())
    if key not in _SAID:
        _SAID[key] = said(folder)
    return _SAID[key]


def based(folder: Folder, base: Base, seed: int) -> Folder:
    """Return the honest project that a fault is planted in."""
    if base == "records":
        return with_records(folder, seed)
    return with_plan(folder) if base == "plan" else folder


def planted(faults: Sequence[Fault], per_family: int, shares: Sequence[float] = SHARES) -> Iterator[Planted]:
    """Yield every fault in every project at every size that it has."""
    for fault in faults:
        for seed, folder in enumerate(honest_folders(per_family)):
            field = Field(fault, based(folder, fault.base, seed))
            for share in shares:
                found = field.planted(share)
                if found is not None:
                    yield found
