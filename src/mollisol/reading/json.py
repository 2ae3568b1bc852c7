"""Read JSON that somebody else wrote: bounded depth, finite numbers, no key twice."""

from __future__ import annotations

import json
import math
from typing import Any

from mollisol.reading.archive import fault

DEEPEST = 64
LONGEST_WHOLE_NUMBER = 18
"""Digits: what a float and a 64-bit integer both hold in size."""


class _KeyTwiceError(ValueError):
    pass


class _NumberError(ValueError):
    pass


def load_json(content: bytes, name: str) -> Any:
    """Return the data of a JSON file.

    Raises
    ------
    BundleFaultError
        If it is not JSON in UTF-8, nested too deep, has a key twice or a number that is not finite.
    """
    try:
        data = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_finite,
            parse_int=_whole,
        )
        _check(data, name)
    except _KeyTwiceError as error:
        raise fault("json-key-twice", name, f"the key {error}") from None
    except _NumberError as error:
        raise fault("json-number", name, str(error)) from None
    except ValueError as error:  # bytes that are not UTF-8, too
        raise fault("json-syntax", name, str(error)[:120]) from None
    except RecursionError:
        raise _too_deep(name) from None
    return data


def _check(data: Any, name: str) -> None:
    """Walk level by level: no deeper than allowed, and no number that became infinite."""
    level = [data]
    for _ in range(DEEPEST + 1):
        inner: list[Any] = []
        for part in level:
            values = part.values() if isinstance(part, dict) else part if isinstance(part, list) else (part,)
            kinds = set(map(type, values))
            if float in kinds and not all(math.isfinite(value) for value in values if type(value) is float):
                raise _NumberError("a number that is not finite")
            if dict in kinds or list in kinds:
                inner += [value for value in values if type(value) is list or type(value) is dict]
        if not inner:
            return
        level = inner
    raise _too_deep(name)


def _too_deep(name: str) -> Exception:
    return fault("json-too-deep", name, f"over {DEEPEST} levels", deepest=DEEPEST)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _KeyTwiceError(repr(next(name for name in names if names.count(name) > 1))[:60])
    return found


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _NumberError(f"{text[:30]} is not a finite number")
    return value


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > LONGEST_WHOLE_NUMBER:
        raise _NumberError(f"a whole number of {len(text)} digits")
    return int(text)
