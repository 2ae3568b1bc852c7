"""Makes a redacted bundle: coordinates, names, free words and ids of people out, commitments in, and run again."""

from __future__ import annotations

import csv
import io
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np

from mollisol.bundle.read import open_bundle
from mollisol.bundle.redacted import (
    REDACTED,
    Commitment,
    Opening,
    Redaction,
    TakenFact,
    run_redacted,
    set_aside,
)
from mollisol.bundle.write import bundle_files
from mollisol.engine import assess_project, run_project
from mollisol.methodology.eligibility.clauses import DECLARATIONS_FILE, clauses
from mollisol.methodology.findings import Finding, FindingsError, UserError, blocking
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RuleSet, trust
from mollisol.output import MANIFEST, canonical_json, toml_text
from mollisol.questions.places.outlines import outlines_drawn
from mollisol.questions.places.overlaps import on_globe
from mollisol.questions.places.points import Points
from mollisol.run import Run, RunOptions, Tell, silent
from mollisol.verify.bundle import TOLERANCE
from mollisol.verify.compare import Comparison
from mollisol.verify.opened import opened

_PLACES: Final = ("longitude_deg", "latitude_deg")
_REGION: Final = "region"
"""A place as a key of the declarations on eligibility; a column of that name has words of a list."""
_SHARED: Final = frozenset(
    {
        "analysed_by",
        "approved_by",
        "dated_by_whom",
        "farm",
        "laboratory",
        "managed_by",
        "region",
        "sampled_by",
    }
)
"""Columns and keys of people and places, in which one value keeps one token: checks ask whether two are the same."""
_WORDS: Final = _SHARED | {
    "attribution",
    "description",
    "note",
    "proponent",
    "reason",
    "reference",
    "signed_off_by",
}
"""Those, and what holds free words."""
_SAME: Final = 1e-12


class _Taken:
    """Takes values out, and keeps what opens them."""

    def __init__(self) -> None:
        self.openings: list[Opening] = []
        self._nonces: dict[str, str] = {}

    def out(self, file: str, row: int, column: str, value: str) -> str:
        """Take a value out, and return the token that stands in its place."""
        nonce = secrets.token_hex(32)
        if column.rpartition(".")[2].partition("[")[0] in _SHARED:
            nonce = self._nonces.setdefault(value, nonce)
        opening = Opening(file, row, column, value, nonce)
        self.openings.append(opening)
        return opening.token


def redact_bundle(place: Path, tell: Tell = silent) -> tuple[dict[str, bytes], list[Opening]]:
    """Return the files of the redacted bundle, and what opens its commitments.

    Raises
    ------
    UserError
        If the bundle does not run here as it was recorded, or not without the values: then nothing may be taken out.
    """
    bundle = open_bundle(place)
    given = opened(bundle, Comparison(TOLERANCE))
    if given.rules is None or REDACTED in bundle.names:
        raise UserError(
            f"{place}: its rules cannot be read, or it is redacted; mollisol verify says what it is"
        )
    proposed = bundle.results.state == "proposed"
    rules = given.rules.rule_set if proposed else trust(given.rules.rule_set)
    options = given.options
    tell("running the bundle as it is")
    full = _run(bundle.input_files, rules, options, None)
    _same(
        bundle.results.model_dump(mode="json"), full.results.model_dump(mode="json"), "recorded and run again"
    )
    taken = _Taken()
    taken.out(MANIFEST, 0, "", sha256(bundle.read(MANIFEST)).hexdigest())
    inputs = _without(bundle.input_files, full.project, taken)
    tell("running it without the values")
    found = assess_project(inputs, rule_set=rules, programme=options.programme).findings
    told = assess_project(bundle.input_files, rule_set=rules, programme=options.programme).findings
    if stops := [item for item in blocking(found) if item.code not in {one.code for one in told}]:
        first = stops[0]
        raise UserError(
            f"nothing is computed without the values: {first.code} at {first.where}; nothing was redacted"
        )
    redaction = Redaction(
        commitments=(),
        facts=tuple(_facts(full.project, bundle.input_files)),
        told=tuple(_told(set_aside(told, found), taken)),
        silenced=tuple(set_aside(found, told)),
    )
    kept = tuple(
        Commitment(file=item.file, row=item.row, column=item.column, sha256=item.sha256)
        for item in taken.openings
    )
    redaction = redaction.model_copy(update={"commitments": kept})
    run = _run(inputs, rules, options, redaction)
    _same(full.results.model_dump(mode="json"), run.results.model_dump(mode="json"), "full and redacted")
    content = canonical_json(redaction.model_dump(mode="json"))
    return bundle_files(run, companions={REDACTED: content}), taken.openings


def _run(
    inputs: Mapping[str, bytes], rules: RuleSet, options: RunOptions, redaction: Redaction | None
) -> Run:
    try:
        if redaction is not None:
            return run_redacted(inputs, rules, options, redaction)
        return run_project(inputs, rule_set=rules, **options.beside_rules)
    except FindingsError as error:
        first = blocking(error.findings)[0]
        raise UserError(f"the bundle does not run: {first.code} at {first.where}: {first.found}") from None


def _same(old: Any, new: Any, sides: str, path: str = "results") -> None:
    """Refuse where a number or a state differs; words may."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old.keys() == new.keys():
        for name, value in old.items():
            _same(value, new[name], sides, f"{path}.{name}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            _same(one, other, sides, f"{path}[{number}]")
    elif isinstance(old, str) and isinstance(new, str) and not path.endswith(".state"):
        return
    elif old != new and not (
        isinstance(old, float)
        and isinstance(new, float)
        and abs(old - new) <= _SAME * max(abs(old), abs(new))
    ):
        raise UserError(f"{sides} differ at {path}: {old} and {new}; nothing was redacted")


def _without(inputs: Mapping[str, bytes], counted: Project, taken: _Taken) -> dict[str, bytes]:
    """Return the inputs without the values; areas are those that count."""
    made: dict[str, bytes] = {}
    for name, content in inputs.items():
        match PurePosixPath(name).suffix:
            case ".csv":
                table = _table(name, content.decode("utf-8-sig"), counted, taken)
                made |= {name: table} if table else {}
            case ".toml":
                data = tomllib.loads(content.decode("utf-8-sig"))
                made[name] = toml_text(_head(name, data, "", taken)).encode()
            case _:
                taken.out(name, 0, "", sha256(content).hexdigest())
    return made


def _table(file: str, text: str, counted: Project, taken: _Taken) -> bytes:
    """Return a table without its places and words; nothing where each row is a place."""
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = {name.strip(): number for number, name in enumerate(header)}
    areas = _areas(file, counted)
    free = {clause.id for clause in clauses() if clause.kind == "text"}
    for at, row in enumerate(rows, start=2):
        for name, number in columns.items():
            if number >= len(row) or not (value := row[number]):
                continue
            if name in _PLACES:
                taken.out(file, at, name, value)
                row[number] = ""
            elif name in _WORDS - {_REGION} or (
                file == DECLARATIONS_FILE and name == "answer" and row[columns["clause"]] in free
            ):
                row[number] = taken.out(file, at, name, value)
            elif name == "area_ha" and float(value) != areas.get(row[0], float(value)):
                taken.out(file, at, name, value)
                row[number] = repr(areas[row[0]])
    if file == "core_places.csv":
        return b""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode()


def _head(file: str, value: Any, path: str, taken: _Taken) -> Any:
    """Return what a TOML file holds without its words; outlines are named no more."""
    key = path.rpartition(".")[2].partition("[")[0]
    if isinstance(value, Mapping):
        found = {name: _head(file, one, f"{path}.{name}".lstrip("."), taken) for name, one in value.items()}
        return {name: one for name, one in found.items() if name != "geometry_file"}
    if isinstance(value, list):
        return [_head(file, one, f"{path}[{number}]", taken) for number, one in enumerate(value)]
    if (
        isinstance(value, str)
        and value
        and (key in _WORDS or path in ("project.name", "project.geometry_file"))
    ):
        return taken.out(file, 0, path, value)
    return value


def _areas(file: str, counted: Project) -> dict[str, float]:
    """Return the areas of a table as they count, by the id in its first column."""
    names = {
        "strata.csv": "stratum",
        "quantification_units.csv": "quantification_unit",
        "fields.csv": "field",
    }
    if file not in names:
        return {}
    table = getattr(counted, file.removesuffix(".csv"))
    return {str(getattr(row, names[file])): row.area_ha for row in table}


def _told(findings: Sequence[Finding], taken: _Taken) -> list[Finding]:
    """Return findings without the words of what was found, which may hold places and names."""
    made = []
    for number, item in enumerate(findings):
        found = taken.out("findings.json", number, "found", item.found)
        where = item.where
        removed = {one.value for one in taken.openings if one.value}
        file = where.file if PurePosixPath(where.file).suffix in ("", ".csv", ".toml") else "outlines"
        thing = "" if any(word in where.thing for word in removed) else where.thing
        made.append(
            item.model_copy(
                update={"found": found, "where": where.model_copy(update={"file": file, "thing": thing})}
            )
        )
    return made


def _facts(project: Project, inputs: Mapping[str, bytes]) -> list[TakenFact]:
    """Return areas of outlines, points inside them, and how far control sites lie from the nearest project point."""
    from scipy.spatial import cKDTree

    outlines, points = outlines_drawn(project, inputs), Points(project)
    facts = [
        TakenFact(fact="area drawn", of=name, value=area, unit="ha") for name, area in outlines.areas.items()
    ]
    home, inside = points.home(outlines.valid), points.inside(outlines.valid, points.x, points.y)
    facts += [
        TakenFact(
            fact=f"points inside, of {int((home == number).sum())}",
            of=name,
            value=float(inside[home == number].sum()),
            unit="points",
        )
        for number, name in enumerate(outlines.valid)
    ]
    globe = on_globe(points.x, points.y)
    own, sites = globe[~points.of_control], points.control
    for site in dict.fromkeys(sites[points.of_control]) if own.size else ():
        near = np.min(cKDTree(own).query(globe[np.flatnonzero(points.of_control & (sites == site))])[0])
        facts.append(
            TakenFact(
                fact="distance to the nearest point of the project",
                of=str(site),
                value=float(near) / 1000,
                unit="km",
            )
        )
    return facts
