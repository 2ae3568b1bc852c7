"""JSON and XML as nested tables, and a list in them as records: for formats that have no reader of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.parsers import expat

from mollisol.importing.readers.raw import RawFile, Sheet, refused

_DEEPEST: Final = 60
_BLANKS: Final = b"\xef\xbb\xbf \r\n\t"


def read_tree(raw: RawFile, options: Mapping[str, Any]) -> Sheet:
    """Return one record for each item of the list that ``records`` leads to, such as ``Day.Cropland.CropYear``.

    What stands above an item stands in each record. A column is the way to a value from the item (``Crop.CropName``),
    or from the top where it stands above (``Day.date``). A list inside an item is joined by ``; ``.
    """
    data = json_of(raw) if raw.begin(50).lstrip(_BLANKS)[:1] in (b"{", b"[") else xml_of(raw)
    way = [part for part in str(options.get("records", "")).split(".") if part]
    records = list(_records(data, way, (), {}, ""))
    if not records:
        known = ", ".join(sorted(dict.fromkeys(_ways(data, ()))))[:500]
        raise refused(
            raw.name, f"nothing under read.records = {'.'.join(way)!r}", do=f"lists that there are: {known}"
        )
    columns = list(dict.fromkeys(name for _, record in records for name in record))

    def rows() -> Iterator[tuple[str, list[Any]]]:
        for place, record in records:
            yield place, [record.get(name) for name in columns]

    return Sheet(raw.name, columns, ".".join(way) or "top", rows)


def deepest_list(raw: RawFile) -> str:
    """Return the way to the list that lies deepest, as a guess at the records; empty where there is none."""
    data = json_of(raw) if raw.begin(50).lstrip(_BLANKS)[:1] in (b"{", b"[") else xml_of(raw)
    return max(_ways(data, ()), key=lambda way: way.count("."), default="")


def json_of(raw: RawFile) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    FindingsError
        If it is none.
    """
    try:
        return json.loads(raw.content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise refused(raw.name, f"no JSON: {error}") from None


def xml_of(raw: RawFile) -> dict[str, Any]:
    """Return an XML document as nested tables: a repeated element is a list, an attribute a key; no entities.

    Raises
    ------
    FindingsError
        If it is none, or names a document type or an entity.
    """
    parser = expat.ParserCreate(namespace_separator=None)
    stack: list[tuple[str, dict[str, Any], list[str]]] = [("", {}, [])]

    def forbidden(*_: Any) -> None:
        raise refused(raw.name, "a document type or an entity in XML", do="take it out")

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > _DEEPEST:
            raise refused(raw.name, f"elements deeper than {_DEEPEST}")
        nil = any(key.endswith(":nil") and value == "true" for key, value in attributes.items())
        stack.append((name.rpartition(":")[2], {} if nil else dict(attributes), []))

    def end(_: str) -> None:
        name, inner, words = stack.pop()
        text = "".join(words).strip()
        value: Any = {**inner, **({"text": text} if text else {})} if inner else text or None
        above = stack[-1][1]
        if name not in above:
            above[name] = value
        elif isinstance(above[name], list):
            above[name].append(value)
        else:
            above[name] = [above[name], value]

    parser.StartDoctypeDeclHandler = forbidden
    parser.EntityDeclHandler = forbidden
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: stack[-1][2].append(text)
    try:
        parser.Parse(raw.content, True)
    except expat.ExpatError as error:
        raise refused(raw.name, f"no XML: {error}") from None
    return stack[0][1]


def _records(
    data: Any, way: list[str], inside: tuple[str, ...], above: Mapping[str, Any], place: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the items at the end of a way, with what stands above them."""
    if isinstance(data, list):
        for number, item in enumerate(data):
            yield from _records(item, way, inside, above, f"{place}[{number}]")
    elif not isinstance(data, dict):
        return
    elif not way:
        yield place, {**above, **_flat(data, ())}
    else:
        kept = {**above, **_flat({key: value for key, value in data.items() if key != way[0]}, inside)}
        inner = data.get(way[0])
        named = f"{place}.{way[0]}".lstrip(".")
        if (
            isinstance(inner, dict)
            and len(way) == 1
            and inner
            and all(isinstance(one, dict) for one in inner.values())
        ):
            for name, item in inner.items():  # items by their names, as {"samples": {"A": {...}}}
                yield f"{named}.{name}", {**kept, "key": name, **_flat(item, ())}
        else:
            yield from _records(inner, way[1:], (*inside, way[0]), kept, named)


def _flat(data: Mapping[str, Any], inside: tuple[str, ...]) -> dict[str, Any]:
    """Return the plain values of nested tables by the way to them."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        name = ".".join((*inside, key))
        if isinstance(value, dict):
            found |= _flat(value, (*inside, key))
        elif isinstance(value, list):
            texts = [str(item) for item in value if not isinstance(item, dict | list)]
            if texts:
                found[name] = "; ".join(texts)
        elif value is not None:
            found[name] = (
                float(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
            )
    return found


def _ways(data: Any, inside: tuple[str, ...]) -> Iterator[str]:
    """Yield the ways to all lists."""
    if isinstance(data, list):
        yield ".".join(inside)
        for item in data[:3]:
            yield from _ways(item, inside)
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _ways(value, (*inside, key))
