"""What the mappings of one import share: names that are known, what was asked and decided, the tables that are made."""

from __future__ import annotations

import csv
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from mollisol.importing.asked import Question, Questions
from mollisol.importing.fields import FieldReader
from mollisol.importing.mapping import RAW, FileMapping, mapping_fault
from mollisol.importing.meanings import CHOICES, KEYS, QUESTIONS, REFERENCE, Got, Type
from mollisol.importing.outputs import Outputs
from mollisol.importing.readers.raw import RawFile, Sheet
from mollisol.importing.sheets import SIDECARS, joined_files, sheet_of
from mollisol.methodology.findings import Finding, FindingsError

_MOST_SHOWN: Final = 3
_NO_CELLS: Final[dict[str, Got]] = {}
_MEASURES: Final = ("number", "depth", "temperature", "degrees")


@dataclass(slots=True)
class Land:
    """A field or control site that a vector file draws."""

    name: str
    stratum: str
    unit: str
    area_ha: float
    shape: Any
    is_control: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A cell about which something was decided, or a row that was left out."""

    mapping: str
    file: str
    at: str
    column: str
    found: str
    decided: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Censored:
    """A content below a limit, and the soil that it stands for."""

    campaign: str
    point: str
    rule: str
    limit_g_per_kg: float
    density: float
    thickness_cm: float


class Names:
    """Names that are known, found again whatever the case, blanks, punctuation and leading zeros."""

    def __init__(self) -> None:
        self.exact: dict[str, str] = {}
        self._loose: dict[tuple[str, ...], set[str]] = {}

    def add(self, name: str, *aliases: str) -> None:
        """Add a name, and how else a file spelt it."""
        self.exact.setdefault(name, name)
        for alias in (name, *aliases):
            self._loose.setdefault(loosened(alias), set()).add(name)

    def find(self, text: str) -> tuple[str, bool]:
        """Return the known name that a text means, and whether it is spelt otherwise; empty where there is none."""
        if text in self.exact:
            return text, False
        found = self._loose.get(loosened(text), set())
        return (next(iter(found)), True) if len(found) == 1 else ("", False)

    def near(self, text: str) -> list[str]:
        """Return the known names that look most like a text."""
        return difflib.get_close_matches(text, list(self.exact)[:5000], n=_MOST_SHOWN, cutoff=0.5)

    def __bool__(self) -> bool:
        return bool(self.exact)


def loosened(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a name, without case, punctuation and leading zeros."""
    parts = re.findall(r"[^\W\d_]+|\d+", text.casefold())
    return tuple(part.lstrip("0") or "0" if part.isdecimal() else part for part in parts)


@dataclass(slots=True)
class Row:
    """One row of a sheet: its place, and what each field of the mapping came to."""

    file: str
    place: str
    got: dict[str, Got]
    mapping: FileMapping
    context: Context

    def __getitem__(self, name: str) -> Any:
        """Return the value of a field; None where the mapping has no such field."""
        return self.got[name].value if name in self.got else None

    def column(self, name: str) -> str:
        """Return the column of a field; the name of the field where the mapping has none."""
        return self.got[name].column if name in self.got else self.mapping.column(name)

    def without_cells(self) -> Row:
        """Return the row with its place alone: what a million of them are kept as."""
        return Row(self.file, self.place, _NO_CELLS, self.mapping, self.context)

    def ask(self, name: str, words: Sequence[str], answer: str, choices: Sequence[str] = ()) -> None:
        """Ask about a field of the row: ``words`` are the kind of question, what was found, and the question."""
        self.context.ask(self.mapping, self.file, self.column(name), words, answer, choices, self.place)

    def source(self, name: str) -> Mapping[str, Any]:
        """Return the alternative of the mapping that gave the value of a field."""
        return (self.got[name].source or {}) if name in self.got else {}


@dataclass(slots=True)
class Context:
    """One import.

    Parameters
    ----------
    folder
        The project.
    start
        ``start_date`` of ``project.toml``: years before it are of the baseline.
    points, lands, strata
        What points and places mappings made known.
    """

    folder: Path
    start: date | None = None
    asked: Questions = field(default_factory=Questions)
    log: list[Decided] = field(default_factory=list)
    censored: list[Censored] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    outputs: Outputs = field(default_factory=Outputs)
    points: Names = field(default_factory=Names)
    land_names: Names = field(default_factory=Names)
    lands: dict[str, Land] = field(default_factory=dict)
    place_rows: dict[str, list[tuple[FileMapping, Row, str]]] = field(default_factory=dict)
    strata_of_points: dict[str, str] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    _tree: tuple[int, Any, list[Land]] | None = None
    _columns: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Context:
        """Return the context of a project folder, with the points that its table has."""
        made = cls(folder)
        try:
            head = tomllib.loads((folder / "project.toml").read_text("utf-8-sig"))
            made.start = head.get("project", {}).get("start_date")
        except (OSError, ValueError):
            pass
        return made

    def lands_at(self, here: Any) -> list[Land]:
        """Return the fields and control sites that hold a point."""
        import shapely

        if self._tree is None or self._tree[0] != len(self.lands):
            lands = list(self.lands.values())
            self._tree = (len(lands), shapely.STRtree([land.shape for land in lands]), lands)
        _, tree, lands = self._tree
        return [lands[place] for place in sorted(tree.query(here, predicate="intersects").tolist())]

    def known_points(self) -> None:
        """Take the points of a table that no import wrote."""
        path = self.folder / "sample_points.csv"
        if not self.points and path.is_file():
            with path.open(newline="", encoding="utf-8-sig") as stream:
                for row in csv.DictReader(stream):
                    self.points.add(row.get("point", ""))
                    self.strata_of_points[row.get("point", "")] = row.get("stratum") or ""

    def raw_files(self) -> list[str]:
        """Return the names of the files in ``raw/``."""
        folder = self.folder / RAW
        return (
            sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
            if folder.is_dir()
            else []
        )

    def raw(self, name: str) -> RawFile:
        """Return a file of ``raw/``; its digest is kept, and those of the files of a shapefile."""
        made = RawFile(name, self.folder / RAW / name)
        self.digests[name] = made.sha256
        for ending in SIDECARS if name.lower().endswith(".shp") else ():
            if (beside := made.beside(ending)) is not None:
                self.digests[beside.name] = beside.sha256
        return made

    def sheets(self, mapping: FileMapping) -> Iterator[Sheet]:
        """Yield the records of each raw file of a mapping; a file that is refused is a finding."""
        for name in mapping.files(self.raw_files()):
            try:
                for joined in joined_files(mapping.read):
                    if joined in self.raw_files():
                        self.raw(joined)
                yield sheet_of(self.raw(name), mapping.read, self.folder)
            except FindingsError as error:
                self.findings += error.findings

    def ask(
        self,
        mapping: FileMapping,
        file: str,
        column: str,
        words: Sequence[str],
        answer: str,
        choices: Sequence[str] = (),
        place: str = "",
    ) -> None:
        """Ask something: ``words`` are its kind, what was found, and the question."""
        kind, found, question = words
        self.asked.ask(
            Question(file, column, kind, found, question, tuple(choices), f"{mapping.file} {answer}"), place
        )

    def needs(
        self, mapping: FileMapping, key: str, words: Sequence[str], choices: Sequence[str] = ()
    ) -> bool:
        """Return whether a key of ``decide`` is answered with one of the choices; ask for each file where not.

        ``words`` are the column, the kind, what was found, and the question.
        """
        answer = mapping.decide.get(key)
        if answer is not None and (
            not choices or answer in choices or not all(isinstance(one, str) for one in choices)
        ):
            return True
        column, kind, found, question = words
        if answer is not None:
            found = f"{found} {answer!r}".strip()
        for file in mapping.files(self.raw_files()):
            self.ask(mapping, file, column, (kind, found, question), f"decide.{key}", choices)
        return False

    def rows(self, mapping: FileMapping, sheet: Sheet, types: Mapping[str, Type]) -> Iterator[Row]:
        """Yield the rows of a sheet with the fields of a mapping; rows with something open are asked about, not given.

        A row in which nothing is measured is a note, and is logged; one with a word that leaves it out too.
        """
        readers = self.readers(mapping, sheet, types)
        measures = [
            name for name, one in readers.items() if types[name].what in _MEASURES and not one.is_constant
        ]
        missing = [name for name, kind in types.items() if kind.required and name not in readers]
        marked = {mark.keys[1] for mark in mapping.marks if mark.keys[0] == "fields"}
        for name in (name for name in missing if name not in marked):
            words = ("missing", "", f"which column or value is `{name}`")
            self.ask(mapping, sheet.file, name, words, f"fields.{name}")
        counts = self.counts.setdefault(
            f"{mapping.name}: {sheet.file}", {"rows": 0, "notes": 0, "left out": 0}
        )
        for place, cells in sheet.rows():
            got = {name: reader.get(place, cells) for name, reader in readers.items()}
            no_product = "product" not in got or not got["product"].text
            if measures and no_product and not any(got[name].text or got[name].decided for name in measures):
                named = got["point"].value if "point" in got else None
                if not named or not self.points.find(str(named))[0]:
                    counts["notes"] += 1
                    self.note(mapping, sheet.file, place, cells)
                    continue
            dropped = next((one for one in got.values() if one.drop), None)
            if dropped is not None:
                counts["left out"] += 1
                self.log.append(
                    Decided(
                        mapping.name,
                        sheet.file,
                        place,
                        dropped.column,
                        dropped.text,
                        dropped.decided,
                        "(row left out)",
                    )
                )
                continue
            open_ = False
            control = "point" in got and str(got["point"].value).startswith(REFERENCE)
            for name, one in got.items():
                if (
                    one.value is None
                    and not one.odd
                    and not one.decided
                    and types[name].required
                    and not control
                ):
                    one.odd = "missing" if types[name].what != "day" else "no-date"
                    one.text = one.text or "(empty)"
                if one.odd:
                    open_ = True
                    self.ask_cell(mapping, sheet, name, one, place)
                elif one.decided:
                    self.log.append(
                        Decided(
                            mapping.name,
                            sheet.file,
                            place,
                            one.column,
                            one.text,
                            one.decided,
                            shown(one.value),
                        )
                    )
            if not open_ and all(types[name].what == "text" for name in missing):
                counts["rows"] += 1
                # nothing is written; what else is open is found all the same
                got |= {name: Got(value=f"({sheet.file})", column=name) for name in missing}
                yield Row(sheet.file, place, got, mapping, self)

    def readers(
        self, mapping: FileMapping, sheet: Sheet, types: Mapping[str, Type]
    ) -> dict[str, FieldReader]:
        """Return the readers of the fields of a mapping on a sheet."""
        made: dict[str, FieldReader] = {}
        crosswalks = self.crosswalks(mapping)
        for name, alternatives in mapping.fields.items():
            if name not in types:
                raise mapping_fault(
                    mapping.file, f"fields.{name}", "a field that is not known", allowed=", ".join(types)
                )
            if alternatives == [{}]:
                continue
            try:
                made[name] = FieldReader(name, alternatives, types[name], sheet, crosswalks)
            except FindingsError:
                if name not in mapping.of_preset:
                    raise
        return made

    def columns(self, mapping: FileMapping, file: str) -> list[str]:
        """Return the columns of a raw file as its mapping reads it; none where it is refused."""
        if (mapping.name, file) not in self._columns:
            try:
                found = sheet_of(self.raw(file), mapping.read, self.folder).columns
            except FindingsError:
                found = []
            self._columns[mapping.name, file] = found
        return self._columns[mapping.name, file]

    def crosswalks(self, mapping: FileMapping) -> dict[str, dict[str, str]]:
        """Return the crosswalk files that a mapping names: two columns, what is found and what it means."""
        made: dict[str, dict[str, str]] = {}
        for alternatives in mapping.fields.values():
            for item in alternatives:
                name = item.get("crosswalk")
                if name and name not in made:
                    path = self.folder / "imports" / Path(str(name)).name
                    if not path.is_file():
                        raise mapping_fault(mapping.file, "crosswalk", f"no such file: imports/{path.name}")
                    with path.open(newline="", encoding="utf-8-sig") as stream:
                        rows = list(csv.reader(stream))[1:]
                    made[str(name)] = {row[0]: row[1] for row in rows if len(row) > 1}
        return made

    def ask_cell(self, mapping: FileMapping, sheet: Sheet, name: str, got: Got, place: str) -> None:
        """Ask about a cell."""
        key = KEYS.get(got.odd, got.text)
        answer = f'fields.{name}.words."{key}"'
        if got.odd in ("date-order", "time-zone", "unit"):
            answer = (
                f"fields.{name}.{ {'date-order': 'order', 'time-zone': 'zone', 'unit': 'unit'}[got.odd] }"
            )
        found = got.text if got.odd not in ("date-order", "time-zone") else ""
        if got.odd == "unit":
            found = ""
        if got.odd == "date":
            found = "a number"
        kind = {"no-date": "missing", "date-order": "date"}.get(got.odd, got.odd)
        choices = CHOICES[got.odd]
        if got.odd == "no-date" and got.text in ("", "(empty)"):
            choices = ("date of the same core", *choices)
        self.ask(mapping, sheet.file, got.column, (kind, found, QUESTIONS[got.odd]), answer, choices, place)

    def note(self, mapping: FileMapping, file: str, place: str, cells: Sequence[Any]) -> None:
        """Log a row that holds no record."""
        text = " ".join(str(cell) for cell in cells if cell not in (None, ""))[:200]
        self.log.append(Decided(mapping.name, file, place, "", text, "a note, no record", "(row left out)"))

    def scenario(self, row: Row) -> str:
        """Return the scenario of a row: stated, or the baseline before the year in which the project starts."""
        if row["scenario"]:
            return str(row["scenario"])
        if self.start is None:
            question = "which years are of the baseline: project.toml has no start_date"
            row.ask(
                "scenario",
                ("meaning-of-year", "", question),
                "fields.scenario, or start_date of project.toml",
            )
            return ""
        return "baseline" if row["year"] < self.start.year else "project"


def shown(value: Any) -> str:
    """Return a value as the log has it."""
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
