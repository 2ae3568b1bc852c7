"""What is found in honest projects, one after the other in one process; the musts of the methodology apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from scipy.special import betaincinv

from mollisol.engine import assess_project
from mollisol.methodology.findings import Finding, Severity
from mollisol.reading.intake import Handed
from tests.honest.generator import FAMILIES, write_honest

FIRST_SEED = 7_310_000
"""Of the seeds that are counted: no project of theirs was made before the count was taken for the first time."""
PER_FAMILY = 136
"""Eight families; the musts stop some 7 in 100, and 1,000 are to be left."""

MUSTS = {"control-not-similar": "VM0042 2.2, section 8.2: not significantly different at the start"}
"""What the methodology demands, and honest sites drawn at random miss now and then; was blocking before."""
NEVER_DECLARED = {
    "clause-undeclared": "VM0042 2.2, sections 4 to 9.3: statements on clauses",
    "eligibility-not-declared": "VM0042 2.2, sections 4, 7 and 8.2, Table 7",
    "laboratory-basis-undeclared": "VM0042 2.2, section 8.2.1.5: fine soil, oven-dry, no coarse matter",
    "plan-missing": "VM0042 2.2, section 8.2.1.2: a sampling plan",
    "production-undeclared": "VM0042 2.2, section 8.4.3",
    "rating-not-shown": "AFOLU Non-Permanence Risk Tool 5.0, section 2.5.3",
    "schedule-incomplete": "VM0042 2.2, section 6, Table 4",
}
"""Musts that the generator's projects have no file for: all of them are provisional, and are asked to the end."""
TOLD_BEFORE = frozenset({"control-spread-unknown"})
"""Warnings that were there before inputs were questioned, in the same words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an honest project was told: codes of musts, refusals and warnings that are new."""

    family: str
    seed: int
    musts: frozenset[str]
    refused: frozenset[str]
    warned: frozenset[str]


def files_of(family: str, seed: int) -> dict[str, bytes]:
    """Return the files of an honest project by name."""
    with TemporaryDirectory() as folder:
        written = write_honest(Path(folder) / "project", family, seed)
        return {path.name: path.read_bytes() for path in sorted(written.iterdir())}


def codes_of(findings: Iterable[Finding], *severities: Severity) -> frozenset[str]:
    """Return the codes of findings of some severities, without what was told before."""
    return frozenset(
        item.code for item in findings if item.severity in severities and item.code not in TOLD_BEFORE
    )


def asked(family: str, seed: int, project: Handed) -> Asked:
    """Return what a project is told by the same function as ``mollisol check``."""
    findings = assess_project(project).findings
    stops = codes_of(findings, Severity.BLOCKING, Severity.REFUSAL)
    return Asked(
        family,
        seed,
        stops & MUSTS.keys(),
        stops - MUSTS.keys() - NEVER_DECLARED.keys(),
        codes_of(findings, Severity.WARNING),
    )


def honest_seeds(per_family: int) -> Iterator[tuple[str, int]]:
    """Yield family and seed of the projects that are counted, the families in turn."""
    for number in range(per_family):
        for family in FAMILIES:
            yield family, FIRST_SEED + number


@cache
def counted(per_family: int) -> tuple[Asked, ...]:
    """Return what so many projects of each family are told."""
    return tuple(asked(family, seed, files_of(family, seed)) for family, seed in honest_seeds(per_family))


def upper_bound(cases: int, number: int, confidence: float = 0.95) -> float:
    """Return the one-sided upper bound of a share by Clopper and Pearson (1934)."""
    return 1.0 if cases >= number else float(betaincinv(cases + 1, number - cases, confidence))


@dataclass(frozen=True, slots=True)
class Count:
    """Projects that a must did not stop, and how many of them were told something new."""

    made: int
    stopped: int
    number: int
    refused: int
    warned: int

    @property
    def refused_at_most(self) -> float:
        """Upper bound of the share with a new refusal."""
        return upper_bound(self.refused, self.number)

    @property
    def warned_at_most(self) -> float:
        """Upper bound of the share with a new warning."""
        return upper_bound(self.warned, self.number)


def count(projects: Sequence[Asked]) -> Count:
    """Return how many were told something; those that a must stops are not asked to the end, and stand apart."""
    left = [item for item in projects if not item.musts]
    return Count(
        len(projects),
        len(projects) - len(left),
        len(left),
        sum(bool(item.refused) for item in left),
        sum(bool(item.warned) for item in left),
    )


def by_code(projects: Sequence[Asked]) -> Counter[tuple[str, str]]:
    """Return in how many projects each code was found, by what it does to them."""
    found: Counter[tuple[str, str]] = Counter()
    for item in projects:
        for what, codes in (("must", item.musts), ("refusal", item.refused), ("warning", item.warned)):
            found.update((code, what) for code in codes)
    return found
