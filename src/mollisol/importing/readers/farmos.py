"""Logs of farmOS: what the JSON:API gives, in the columns that the CSV export has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mollisol.importing.readers.raw import RawFile, Sheet, refused
from mollisol.importing.readers.text import read_text
from mollisol.importing.readers.tree import json_of

_COLUMNS: Final = [
    "id",
    "name",
    "what",
    "timestamp",
    "type",
    "status",
    "asset",
    "location",
    "category",
    "quantity",
    "notes",
]


def read_farmos(raw: RawFile, options: Mapping[str, Any]) -> Sheet:
    """Return one record a log and quantity; quantities are ``number unit``, resources that are included are joined.

    ``what`` is the name without the place at its end.
    """
    if raw.begin(100).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in (b"{", b"["):
        return _csv(raw, options)
    data = json_of(raw)
    logs = data.get("data") if isinstance(data, dict) else data
    if not isinstance(logs, list):
        raise refused(raw.name, "no list `data`: no logs of farmOS")
    included = {
        (item.get("type"), item.get("id")): item
        for item in (data.get("included") or [] if isinstance(data, dict) else [])
        if isinstance(item, dict)
    }

    def rows() -> Iterator[tuple[str, list[Any]]]:
        for number, log in enumerate(logs):
            if not isinstance(log, dict):
                raise refused(raw.name, "an entry that is no log", thing=f"data[{number}]")
            attributes = log.get("attributes") or {}
            notes = attributes.get("notes")
            quantities = _related(log, "quantity", included) or [{}]
            for quantity in quantities:
                record = {
                    "id": attributes.get("drupal_internal__id") or log.get("id"),
                    "name": attributes.get("name"),
                    "timestamp": attributes.get("timestamp"),
                    "type": str(log.get("type", "")).removeprefix("log--"),
                    "status": attributes.get("status"),
                    "notes": notes.get("value") if isinstance(notes, dict) else notes,
                    "quantity": _quantity(quantity),
                }  # fmt: skip
                for name in ("asset", "location", "category"):
                    record[name] = ", ".join(_label(item) for item in _related(log, name, included))
                record["what"] = _what(str(record["name"] or ""), str(record["location"]))
                yield (
                    f"data[{number}]",
                    [None if record[name] in (None, "") else str(record[name]) for name in _COLUMNS],
                )

    return Sheet(raw.name, list(_COLUMNS), "data", rows)


def _csv(raw: RawFile, options: Mapping[str, Any]) -> Sheet:
    """Return the rows of a CSV export."""
    grid = read_text(raw, options)
    lines = grid.rows()
    _, head = next(lines, (0, []))
    columns = [str(cell).strip() for cell in head]
    if not {"name", "timestamp"} <= set(columns):
        raise refused(raw.name, f"columns {', '.join(columns)[:100]}: no logs of farmOS")

    def rows() -> Iterator[tuple[str, list[Any]]]:
        for number, cells in grid.rows():
            if number > 1 and any(cells):
                record = dict(zip(columns, cells, strict=False))
                what = _what(str(record.get("name") or ""), str(record.get("location") or ""))
                yield f"line {number}", [*(record.get(name) or None for name in columns), what]

    return Sheet(raw.name, [*columns, "what"], "line 1", rows)


def _what(name: str, place: str) -> str:
    return name.removesuffix(place).strip() if place else name


def _related(log: Mapping[str, Any], name: str, included: Mapping[Any, Any]) -> list[dict[str, Any]]:
    data = ((log.get("relationships") or {}).get(name) or {}).get("data") or []
    items = data if isinstance(data, list) else [data]
    return [
        {**included.get((item.get("type"), item.get("id")), {}), **item}
        for item in items
        if isinstance(item, dict)
    ]


def _label(item: Mapping[str, Any]) -> str:
    meta, attributes = item.get("meta") or {}, item.get("attributes") or {}
    return str(meta.get("label") or attributes.get("name") or item.get("id") or "")


def _quantity(item: Mapping[str, Any]) -> str:
    facts = {**(item.get("attributes") or {}), **(item.get("meta") or {})}
    value = facts.get("value")
    if isinstance(value, dict):
        number = value.get("decimal")
        if number in (None, "") and value.get("denominator"):
            number = f"{float(value['numerator']) / float(value['denominator']):.12g}"
        value = number
    units = facts.get("units") or ""
    return f"{'' if value is None else value} {units}".strip()
