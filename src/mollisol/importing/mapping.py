"""A mapping: how a raw file becomes rows of our tables, as a TOML file that holds every decision."""

from __future__ import annotations

import fnmatch
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from mollisol.methodology.findings import Finding, FindingsError, Place, finding

MARK: Final = "?"
"""A text that begins so is an open mark: a guess that nobody has confirmed, or no guess at all."""
FOLDER: Final = "imports"
RAW: Final = "raw"
TOP: Final = frozenset({"kind", "file", "preset", "note", "read", "fields", "decide", "products", "table"})
READ: Final = frozenset({
    "format", "encoding", "separator", "decimal", "thousands", "header", "data", "sheet", "layer", "crs", "blocks",
    "split", "join", "fill_down", "last", "names", "records",
})  # fmt: skip
FIELD: Final = frozenset({
    "column", "columns", "value", "read", "write", "words", "crosswalk", "unit", "order", "zone", "is", "factor",
    "method", "basis", "by", "particle_density", "begins", "shift", "split",
})  # fmt: skip
NUMBERS: Final = frozenset({
    "header", "data", "last", "shift", "factor", "particle_density", "depth_cm", "months", "latitude", "nitrogen",
    "share", "carbon", "live_weight_kg", "names", "fill_down", "moist", "sum",
})  # fmt: skip
"""Keys whose values are numbers or lists."""
SOURCES: Final = frozenset({"column", "columns", "value"})
KINDS: Final = (
    "laboratory", "points", "places", "schedule", "amounts", "weather", "sites", "model results", "table",
    "tables", "nothing",
)  # fmt: skip
DECIDE: Final[Mapping[str, frozenset[str]]] = {
    "laboratory": frozenset({"role", "zero", "litter", "duplicates", "ids", "moist"}),
    "points": frozenset({"ids", "duplicates", "stratum"}),
    "places": frozenset({"area", "distance"}),
    "schedule": frozenset({"absent"}),
    "amounts": frozenset({"absent", "rate_area"}),
    "weather": frozenset({"gaps", "short_month", "evaporation", "latitude"}),
    "sites": frozenset({"zero", "litter", "component", "depth_cm", "sites"}),
    "model results": frozenset({"months"}),
    "table": frozenset({"sum"}),
    "tables": frozenset(),
    "nothing": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """An open mark: the keys that lead to it and the guess, None where there is none."""

    keys: tuple[str, ...]
    guess: Any


@dataclass(slots=True)
class FileMapping:
    """One mapping, with its marks taken as their guesses.

    Parameters
    ----------
    name
        Of the file, without ``.toml``.
    patterns
        The raw files that it means; a name may hold ``*``.
    """

    name: str
    kind: str
    patterns: tuple[str, ...]
    read: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    decide: dict[str, Any] = field(default_factory=dict)
    products: dict[str, Any] = field(default_factory=dict)
    table: str = ""
    note: str = ""
    of_preset: frozenset[str] = frozenset()
    """Fields that a preset alone says: a file that lacks their columns does not have them."""
    marks: list[Mark] = field(default_factory=list)
    guesses: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of the mapping's file in the project."""
        return f"{FOLDER}/{self.name}.toml"

    def column(self, name: str, number: int = 0) -> str:
        """Return the columns of a field, or of one of its alternatives, for a message; its name where it has none."""
        items = self.fields.get(name, [])
        items = items[number - 1 : number] if number else items
        texts = [str(item.get("column") or " + ".join(item.get("columns", []))) for item in items]
        return ", ".join(filter(None, texts)) or name

    def files(self, names: Sequence[str]) -> list[str]:
        """Return the raw files that the mapping means, in the order of its patterns."""
        return list(
            dict.fromkeys(
                name
                for one in self.patterns
                for name in names
                if name == one or fnmatch.fnmatchcase(name, one)
            )
        )


def load_mappings(folder: Path) -> tuple[list[FileMapping], dict[str, bytes]]:
    """Return every mapping of a project and the bytes of its file.

    Raises
    ------
    FindingsError
        With every fault of form of all mappings.
    """
    made: list[FileMapping] = []
    contents: dict[str, bytes] = {}
    faults: list[Finding] = []
    for path in sorted((folder / FOLDER).glob("*.toml")):
        content = path.read_bytes()
        contents[f"{FOLDER}/{path.name}"] = content
        try:
            made.append(mapping_of(path.stem, content, folder))
        except FindingsError as error:
            faults += error.findings
    if faults:
        raise FindingsError(faults)
    return made, contents


def mapping_of(name: str, content: bytes, folder: Path | None = None) -> FileMapping:
    """Return the mapping of a TOML file.

    Raises
    ------
    FindingsError
        If it is none, or has a key that is not known.
    """
    where = f"{FOLDER}/{name}.toml"
    try:
        data = tomllib.loads(unicodedata.normalize("NFC", content.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise mapping_fault(where, "", str(error)) from None
    preset, of_preset = data.pop("preset", ""), frozenset[str]()
    if preset:
        under = preset_of(preset, where, folder)
        own = data.get("fields", {})
        of_preset = frozenset(under.get("fields", {})) - set(own if isinstance(own, dict) else ())
        data = _laid_over(under, data)
    data, marks = _unmarked(data)
    _typed(data)
    faults = [*_form(data, where)]
    if faults:
        raise FindingsError(faults)
    named = data.get("file", [])
    return FileMapping(
        name=name,
        kind=data["kind"],
        patterns=tuple([named] if isinstance(named, str) else named),
        read=data.get("read", {}),
        fields={key: _alternatives(value) for key, value in data.get("fields", {}).items()},
        decide=data.get("decide", {}),
        products=data.get("products", {}),
        table=data.get("table", ""),
        note=data.get("note", ""),
        of_preset=of_preset,
        marks=marks,
    )


def mapping_schema() -> dict[str, Any]:
    """Return the JSON Schema of a mapping: its keys, for editors. What they may hold is told by an import."""

    def keys(known: Collection[str]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {key: {} for key in sorted(known)},
            "additionalProperties": False,
        }

    texts = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    either = {"anyOf": [{"type": "string"}, keys(FIELD)]}
    field_of_row = {"anyOf": [*either["anyOf"], {"type": "array", "items": either}]}
    named = {
        "kind": {"enum": list(KINDS)},
        "file": texts,
        "read": keys(READ),
        "decide": keys({key for known in DECIDE.values() for key in known}),
        "fields": {"type": "object", "additionalProperties": field_of_row},
    }
    schema = keys(TOP)
    schema["properties"] |= named
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "required": ["file"]}


def preset_of(name: str, where: str, folder: Path | None = None) -> dict[str, Any]:
    """Return what a preset holds: one that ships, or a file of ``imports/presets``.

    Raises
    ------
    FindingsError
        If there is none of that name.
    """
    known = _presets(folder)
    if name not in known:
        raise mapping_fault(where, "preset", repr(name), allowed=", ".join(sorted(known)))
    data = tomllib.loads(known[name])
    data.pop("recognise", None)
    return data


def recognisers(folder: Path | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each preset with what it is recognised by, and what it holds."""
    for name, text in sorted(_presets(folder).items()):
        yield name, tomllib.loads(text)


def _presets(folder: Path | None) -> dict[str, str]:
    shipped = files("mollisol.importing").joinpath("presets")
    known = {
        item.name.removesuffix(".toml"): item.read_text("utf-8")
        for item in shipped.iterdir()
        if item.name.endswith(".toml")
    }
    own = sorted((folder / FOLDER / "presets").glob("*.toml")) if folder else []
    return known | {path.stem: path.read_text("utf-8") for path in own}


def _laid_over(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return one table with another laid over it, key by key; a field with another source loses the first one."""
    made = {key: value for key, value in under.items() if not (key in SOURCES and SOURCES & set(over))}
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(made.get(key), dict):
            made[key] = _laid_over(made[key], value)
        else:
            made[key] = value
    return made


def _unmarked(data: dict[str, Any]) -> tuple[dict[str, Any], list[Mark]]:
    """Return the data with each mark replaced by its guess, and the marks; a mark without a guess is left out."""
    marks: list[Mark] = []

    def walk(value: Any, keys: tuple[str, ...]) -> Any:
        if isinstance(value, dict):
            made = {key: walk(inner, (*keys, key)) for key, inner in value.items()}
            return {key: inner for key, inner in made.items() if inner is not None}
        if isinstance(value, list):
            made_list = [walk(inner, (*keys, str(number))) for number, inner in enumerate(value, start=1)]
            return [inner for inner in made_list if inner is not None]
        if isinstance(value, str) and value.startswith(MARK):
            guess = _guess(value.removeprefix(MARK).strip())
            marks.append(Mark(keys, guess))
            return guess
        return value

    return walk(data, ()), marks


def _typed(data: dict[str, Any]) -> None:
    """Make numbers and lists of the texts that are left where somebody took a mark away."""
    tables = [data.get("read", {}), data.get("decide", {})]
    for entry in data.get("fields", {}).values():
        tables += [item for item in (entry if isinstance(entry, list) else [entry]) if isinstance(item, dict)]
    tables += [entry for entry in data.get("products", {}).values() if isinstance(entry, dict)]
    for table in tables:
        for key in NUMBERS & set(table):
            if isinstance(table[key], str):
                table[key] = _guess(table[key])


def _guess(text: str) -> Any:
    if not text:
        return None
    try:
        return tomllib.loads(f"guess = {text}")["guess"]
    except tomllib.TOMLDecodeError:
        return text


def _alternatives(value: Any) -> list[dict[str, Any]]:
    """Return what a field is taken from: one or several, the first with a value wins."""
    items = value if isinstance(value, list) else [value]
    return [{"column": item} if isinstance(item, str) else dict(item) for item in items]


def _form(data: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """Yield every fault of form: keys that are not known, and a kind that there is not."""
    kind = data.get("kind")
    if kind not in KINDS:
        yield mapping_fault(where, "kind", repr(kind), allowed=", ".join(KINDS)).findings[0]
        return
    if "file" not in data:
        yield mapping_fault(
            where, "file", "no such key", allowed="the name of a file in raw/, or a list"
        ).findings[0]
    yield from _unknown(data, TOP, where, "")
    yield from _unknown(data.get("read", {}), READ, where, "read.")
    yield from _unknown(data.get("decide", {}), DECIDE[kind], where, "decide.")
    for name, value in data.get("fields", {}).items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from _unknown(item, FIELD, where, f"fields.{name}.")
                begins = item.get("begins", "10-01")
                if not re.fullmatch(r"(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])", str(begins)):
                    allowed = "month and day, such as 10-01"
                    yield mapping_fault(where, f"fields.{name}.begins", repr(begins), allowed).findings[0]
            elif not isinstance(item, str):
                found = f"{name} = {item!r}"
                yield mapping_fault(
                    where, f"fields.{name}", found, allowed="a column, or a table of keys"
                ).findings[0]


def _unknown(data: Any, known: frozenset[str], where: str, inside: str) -> Iterator[Finding]:
    if not isinstance(data, Mapping):
        yield mapping_fault(where, inside.rstrip("."), repr(data)[:60], allowed="a table").findings[0]
        return
    for key in sorted(set(data) - known):
        yield mapping_fault(
            where, inside + key, "a key that is not known", allowed=", ".join(sorted(known))
        ).findings[0]


def mapping_fault(where: str, thing: str, state: str, allowed: str | None = None) -> FindingsError:
    """Return the error of a mapping that is not right in its form."""
    place = Place(file=where, thing=thing[:200])
    return FindingsError([finding("import-mapping", place, state[:300], allowed=allowed)])
