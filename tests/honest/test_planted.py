"""Faults worth five per cent of the credit that no honest project has are stopped; some others are seen."""

from __future__ import annotations

import pytest

from mollisol.methodology.findings import Severity
from tests.honest.counting import codes_of
from tests.honest.faults.fault import Fault
from tests.honest.faults.of_cores import OF_CORES
from tests.honest.faults.of_records import OF_RECORDS
from tests.honest.faults.unsized import UNSIZED, checked
from tests.honest.generator import FAMILIES
from tests.honest.planted import WITHIN, Field, based, honest_folders

FAULTS = {fault.words: fault for fault in (*OF_CORES, *OF_RECORDS)}
STOPPED = {
    "lime of the project in the schedule and not in its table": "practice-without-rows",
    "fertilizer of the project without rows, in the schedule": "practice-without-rows",
    "project to another laboratory that reads higher, controls not": "method-changed-one-side",
    "controls that fell, on land of the project": "control-inside-project",
    "points that gained least not sampled again": "coverage-changed",
    "declared areas above the outlines": "area-mismatch",
    "declared areas above the outlines, answered by a sentence": "deviation-not-possible",
}
UNSEEN = (
    "every core of both campaigns, project and controls, richer by a factor",
    "declared areas and outlines too large alike",
)


def field(fault: Fault) -> Field:
    """Return the first honest project for a fault."""
    return Field(fault, based(honest_folders(1, FAMILIES[:1])[0], fault.base, 0))


@pytest.mark.parametrize("words", STOPPED)
def test_what_is_sure_is_stopped_at_five_per_cent(words: str) -> None:
    found = field(FAULTS[words]).planted(0.05)
    assert found is not None
    assert STOPPED[words] in found.refused
    assert found.moved is None or abs(found.moved - 0.05) <= WITHIN * 0.05


@pytest.mark.parametrize("words", UNSEEN)
def test_what_the_page_says_cannot_be_seen_is_not_seen(words: str) -> None:
    found = field(FAULTS[words]).planted(0.05)
    assert found is not None
    assert not found.warned
    assert found.moved == pytest.approx(0.05, rel=WITHIN)


@pytest.mark.parametrize(("kind", "words", "plant"), UNSIZED, ids=[words for _, words, _ in UNSIZED])
def test_faults_without_a_size_are_seen(kind: str, words: str, plant: object) -> None:
    folder = honest_folders(1, FAMILIES[:1])[0]
    severities = (Severity.WARNING, Severity.REFUSAL, Severity.BLOCKING)
    told = codes_of(plant(folder), *severities)  # type: ignore[operator]
    assert told - codes_of(checked(folder), *severities), (kind, words)
