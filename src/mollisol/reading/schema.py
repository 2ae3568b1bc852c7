"""The schema of ``project.toml``: what each number means, and how an older file is brought to the present one.

Schema 1 is a file without the key ``schema``. It knew one programme, and two keys that were left out had a meaning.
Schema 2 names its programme, and a choice that nobody made is :data:`UNDECLARED`.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mollisol.methodology.findings import Finding, Place, Severity, UserError, finding
from mollisol.methodology.project import UNDECLARED, ProjectHead

HEAD_FILE: Final = "project.toml"
SCHEMA: Final = 2
"""What this version writes."""

TOP_KEYS: Final = frozenset({"schema", "programme", "project"})

_PROGRAMME_OF_1: Final = "vm0042"
_MEANT_BY_1: Final = {"kind": "project", "equivalent_soil_mass_interpolation": "natural_cubic_spline"}
"""What schema 1 computed with where a key was left out. Old bundles are re-performed with it."""
_PROJECT_LINE: Final = re.compile(r"^[ \t]*\[[ \t]*project[ \t]*\][ \t]*(#.*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A ``project.toml`` brought to the present schema: the new text, and the keys that are undeclared in it."""

    file: Path
    old: str
    new: str
    undeclared: tuple[str, ...]

    @property
    def changes(self) -> str:
        """The change line by line; empty where the file is of the present schema."""
        old, new = (text.splitlines(keepends=True) for text in (self.old, self.new))
        return "".join(difflib.unified_diff(old, new, HEAD_FILE, f"{HEAD_FILE} (schema {SCHEMA})", n=1))


def check_schema(number: object) -> Finding | None:
    """Return what is wrong with the schema that a file names; None where it is the present one."""
    if number == SCHEMA and type(number) is int:
        return None
    if number == 1 and type(number) is int:
        return finding(
            "schema-old", Place(file=HEAD_FILE, thing="schema"), "schema 1, or no key schema", schema=SCHEMA
        )
    return finding("schema-unknown", Place(file=HEAD_FILE, thing="schema"), repr(number)[:80], schema=SCHEMA)


def head_values(data: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the head: the table [project] and the programme, with what schema 1 meant filled in."""
    project = data["project"] if isinstance(data["project"], dict) else {}
    if data.get("schema", 1) == 1:
        return {"programme": _PROGRAMME_OF_1, **_MEANT_BY_1, **project}
    return {"programme": data.get("programme", UNDECLARED), **project}


def head_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``project.toml``, for editors that a line ``#:schema`` leads to it."""
    schema = ProjectHead.model_json_schema()
    definitions = schema.pop("$defs", {})
    programme = schema["properties"].pop("programme")
    schema["required"] = [name for name in schema["required"] if name != "programme"]
    top = {"schema": {"const": SCHEMA}, "programme": programme, "project": schema}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": HEAD_FILE,
        "type": "object",
        "properties": top,
        "required": list(top),
        "additionalProperties": False,
        "$defs": definitions,
    }


def upgrade_project(folder: Path) -> Upgrade:
    """Return the upgrade of a project folder; nothing is written.

    Raises
    ------
    UserError
        If there is no ``project.toml`` that can be read, its schema is not known, or it is written in a way that lines
        cannot be put into; the message has the lines to write by hand.
    """
    file = folder / HEAD_FILE
    try:
        old = file.read_bytes().decode("utf-8")
        data = tomllib.loads(old.removeprefix("\ufeff"))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file} is no TOML: {str(error)[:200]}") from None
    fault = check_schema(data.get("schema", 1))
    if fault is not None and fault.severity is Severity.BLOCKING:
        raise UserError(f"{file}: schema {fault.found}; allowed: {fault.allowed}; {fault.do}")
    if fault is None:
        return Upgrade(file, old, old, ())
    project = data.get("project")
    if not isinstance(project, dict) or set(data) - {"project", "schema"}:
        raise UserError(f"{file} has no table [project], or others beside it; mollisol check says more")
    programme = _PROGRAMME_OF_1 if str(project.get("rules")).startswith(_PROGRAMME_OF_1) else UNDECLARED
    undeclared = [key for key in _MEANT_BY_1 if key not in project]
    top = [f"schema = {SCHEMA}", f'programme = "{programme}"']
    own = [f'{key} = "{UNDECLARED}"' for key in undeclared]
    mark = "\ufeff" if old.startswith("\ufeff") else ""
    new = mark + _with_lines(old.removeprefix(mark), top, own)
    expected = {
        "schema": SCHEMA,
        "programme": programme,
        "project": {**project, **dict.fromkeys(undeclared, UNDECLARED)},
    }
    # Lines were put in without knowing TOML: that they say what was meant, and nothing else moved, is read back.
    if _read(new) != expected:
        raise UserError(
            f"{file} is written in a way that upgrade does not change by itself; write at its top: "
            f"{'; '.join(top)}" + (f"; and in [project]: {'; '.join(own)}" if own else "")
        )
    if programme == UNDECLARED:
        undeclared.append("programme")
    return Upgrade(file, old, new, tuple(undeclared))


def _with_lines(text: str, top: list[str], inside: list[str]) -> str:
    """Put lines before the first table of a file, and lines behind the header of [project]."""
    end = "\r\n" if "\r\n" in text else "\n"
    if inside:
        text = _PROJECT_LINE.sub(
            lambda line: end.join([line[0].rstrip(), *inside, ""])[: -len("\n")], text, count=1
        )
    comments = re.match(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*", text)
    place = comments.end() if comments else 0
    kept = re.sub(r"^[ \t]*schema[ \t]*=[ \t]*1[ \t]*\r?\n", "", text[place:])
    return text[:place] + end.join([*top, "", ""]) + kept


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return None
