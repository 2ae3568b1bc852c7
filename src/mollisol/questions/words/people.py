"""People by their ids: their names stand in one file that no bundle has, so that they can be taken out of the world."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.ledger import LEDGER_FILE
from mollisol.methodology.measurement import PLAN_FILE
from mollisol.methodology.project import Person, Project
from mollisol.output import PEOPLE
from mollisol.reading.project import Reading
from mollisol.reading.schema import HEAD_FILE
from mollisol.reading.tables import read_table

_TITLE: Final = re.compile(r"^(?:dr|prof|mr|mrs|ms|herr|frau|sr|sra|ing)\.?\s+", re.IGNORECASE)
_ORGANISATION: Final = re.compile(
    r"\b(?:agency|agriculture|association|authority|board|bureau|carbon|centre|center|certification|climate|college|"
    r"committee|company|consult\w*|co-?op\w*|council|department|desk|estate|family|farms?|foundation|gmbh|group|inc|"
    r"institut\w*|land|lab\w*|llc|ltd|ministry|office|partners|ranch|registry|research|sa|services?|society|soils?|"
    r"standard|station|team|trust|union|universit\w*|verra|works)\b",
    re.IGNORECASE,
)
_WORDS: Final = range(2, 5)
_LARGEST_BYTES: Final = 5_000_000
"""Of files that are looked through for names."""


def check_ids(project: Project) -> Iterator[Finding]:
    """Yield where a name of a person seems to stand in place of an id. Bundles have what is said, so no name is."""
    for place, _ in _named(project, _a_name):
        yield finding("name-for-id", place, "two or more words with capitals, as a name of a person has")


def check_people(reading: Reading) -> list[Finding]:
    """Return what the file of names says beside the project: told to who runs it, and written into no bundle."""
    if reading.project is None or not reading.people:
        return []
    people, faults = read_table(reading.people, PEOPLE, Person)
    findings = [fault.model_copy(update={"severity": Severity.WARNING}) for fault in faults]
    ids = {person.id for person in people}
    missing = {value: place for place, value in _named(reading.project, lambda value: value not in ids)}
    unknown = [finding("person-unknown", place, value[:100]) for value, place in missing.items()]
    return [*findings, *unknown, *_written(people, reading.inputs)]


def _written(people: Iterable[Person], inputs: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield inputs that hold the name of somebody."""
    texts = {
        name: " ".join(content.decode("utf-8", errors="ignore").split()).casefold()
        for name, content in inputs.items()
        if len(content) <= _LARGEST_BYTES
    }
    for number, person in enumerate(people, start=2):
        name = " ".join(person.name.split()).casefold()
        for file, text in texts.items():
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                yield finding(
                    "name-in-inputs", Place(file=file), f"the name of {person.id}, row {number} of {PEOPLE}"
                )


def _named(project: Project, wanted: Callable[[str], bool]) -> Iterator[tuple[Place, str]]:
    """Yield each place where an id of somebody stands that is wanted, and what stands there."""
    for place, value in _in_documents(project):
        if wanted(value):
            yield place, value
    for table in (project.quantification_units, project.control_sites):
        for row, value in table.places("managed_by", lambda value: bool(value) and wanted(value)):
            yield Place(file=table.file, row=row, column="managed_by"), value


def _in_documents(project: Project) -> Iterator[tuple[Place, str]]:
    head = project.head
    for deviation in head.deviations:
        yield Place(file=HEAD_FILE, thing=f"deviation {deviation.id}"), deviation.approved_by
    for campaign in head.campaigns:
        for id in campaign.sampled_by:
            yield Place(file=HEAD_FILE, thing=f"campaign {campaign.name}"), id
    for method in head.laboratory_methods:
        for id in method.analysed_by:
            yield Place(file=HEAD_FILE, thing=f"laboratory method {method.id}"), id
    for entry in project.ledger.entry if project.ledger else ():
        yield Place(file=LEDGER_FILE, thing=f"period {entry.period}"), entry.signed_off_by
    if project.plan is not None and project.plan.head.dated_by_whom:
        yield Place(file=PLAN_FILE, thing="dated_by_whom"), project.plan.head.dated_by_whom


def _a_name(text: str) -> bool:
    """Return whether a text reads as the name of a person: two to four words, each with a capital."""
    without = _TITLE.sub("", text.strip())
    words = without.split()
    if _ORGANISATION.search(text) or len(words) not in _WORDS:
        return False
    return all(word[:1].isupper() and word.replace(".", "").replace("-", "").isalpha() for word in words)
