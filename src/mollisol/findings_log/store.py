"""The file of a findings log: JSON lines that only grow, written whole under a lock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError

from mollisol.findings_log.events import Event, requests_of
from mollisol.methodology.findings import UserError
from mollisol.output import locked, write_beside

LARGEST_BYTES = 50_000_000


def read_log(path: Path) -> tuple[Event, ...]:
    """Return the events of a log; none where there is no file yet.

    Raises
    ------
    UserError
        With every line that is no event, does not follow the line before, or cannot come where it stands.
    """
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else None
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    if content is None:
        raise UserError(f"{path} is larger than {LARGEST_BYTES / 1e6:,.0f} MB")
    events = events_of(content, str(path))
    try:
        requests_of(events)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    return events


def events_of(content: bytes, name: str) -> tuple[Event, ...]:
    """Return the events of the lines of a log.

    Raises
    ------
    UserError
        With every line that is no event, or does not follow the line before.
    """
    events, faults, before = list[Event](), list[str](), ""
    for place, line in enumerate(content.splitlines(), start=1):
        try:
            event = Event.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            at = ".".join(map(str, first["loc"])) or "the line"
            faults.append(f"line {place}: {at}: {first['msg'].lower()}")
        else:
            if event.previous != before:
                faults.append(f"line {place}: the line before is not the one that it was written after")
            events.append(event)
        before = hashlib.sha256(line).hexdigest()
    if faults:
        raise UserError(f"{name}: {'; '.join(faults)}")
    return tuple(events)


def append(path: Path, make: Callable[[tuple[Event, ...]], Sequence[Event]]) -> tuple[Event, ...]:
    """Append events to a log, and return them as they were written.

    Parameters
    ----------
    path
        The file; it is made where there is none.
    make
        Given the events that are there when nobody else writes, returns those to append.

    Raises
    ------
    UserError
        If the log cannot be read or written, or an event cannot follow; then nothing was written.
    """
    if not path.parent.is_dir():
        raise UserError(f"{path.parent}: no such folder")
    with locked(path):
        there = read_log(path)
        content = path.read_bytes() if there else b""
        made: list[Event] = []
        for event in make(there):
            before = hashlib.sha256(content.splitlines()[-1]).hexdigest() if content else ""
            made.append(event.model_copy(update={"previous": before}))
            content += line_of(made[-1])
        requests_of((*there, *made))
        if made:
            write_beside(path, content)
    return tuple(made)


def line_of(event: Event) -> bytes:
    """Return an event as its line."""
    data = event.model_dump(mode="json", exclude_defaults=True)
    return (json.dumps(data, sort_keys=True, ensure_ascii=False) + "\n").encode()
