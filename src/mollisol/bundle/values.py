"""Write ``values.parquet``: every quantity and figure with its entries, labels, rows and places, in fixed bytes.

One table holds five parts, each in the order of its ``spot``: quantities by name, figures by path, numbers, and the
whole numbers and texts of lists that quantities point into. A list that several quantities share stands there once, and
so does a number: what has one, or a list of them, holds its spot.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.results.figure import Origin
from mollisol.output import BundleError

VALUES: Final = "values.parquet"
LISTS: Final = ("value", "index", "rows", "places")
"""Lists of a quantity: each has a column for its first spot, and one for how many entries it has."""
COLUMNS: Final = {
    "part": "UTINYINT",
    "spot": "INTEGER",
    "text": "VARCHAR",
    "number": "DOUBLE",
    "whole": "BIGINT",
    "kind": "INTEGER",
    "turn": "INTEGER",
    "given": "VARCHAR",
    **{f"{name}_{end}": "INTEGER" for name in LISTS for end in ("at", "count")},
}
QUANTITY, FIGURE, NUMBER, WHOLE, TEXT = range(5)
INFINITE: Final = "infinite"
"""The word for a number that is not finite."""
SINGLE: Final = "number"
"""The form of the value of a quantity that is one number."""
JSON: Final = "json"
"""The form of what is no list of numbers or of texts: one text."""
NUMBERS: Final = "numbers"
"""The form of a list of spots of numbers; in one of whole numbers these stand themselves."""
FORMS: Final = {NUMBERS: WHOLE, "whole numbers": WHOLE, "texts": TEXT, JSON: TEXT}
ENTRIES: Final = "@"
"""The key of an argument that stands in a part of the table: form, first spot, number of entries, inner shape."""

_ROWS_OF_A_GROUP: Final = 122_880
_LEVEL: Final = 9
_LARGEST_WHOLE: Final = 2.0**53

type Held = tuple[str, int, int, list[int]]
"""Form, first spot, number of entries, and the shape of each along the axes after the first."""


def stored(
    quantities: Iterable[Mapping[str, Any]], figures: Iterable[tuple[str, float, Origin | None]]
) -> tuple[dict[str, Any], bytes]:
    """Return the structure that quantities and figures share, as plain data, and ``values.parquet``.

    Parameters
    ----------
    quantities
        In the order of computing, with the keys of :class:`mollisol.bundle.trace_form.QuantityForm`; arrays may be
        NumPy's.
    figures
        Numbers of the results by path, with their origins.
    """
    pool, kinds, origins = _Pool(), _Numbers(), _Numbers()
    rows: dict[str, list[Any]] = {name: [] for name in COLUMNS if name not in ("part", "spot", "number")}
    for turn, item in sorted(enumerate(quantities), key=lambda one: (_shape_of(one[1]), one[0])):
        _add(rows, turn, item, pool, kinds)
    own: dict[str, list[Any]] = {name: [] for name in ("text", "whole", "kind", "given")}
    written: dict[int, str] = {}
    for path, value, origin in sorted(figures, key=lambda one: one[0]):
        bare = origin._replace(terms=(), plus=0.0) if origin else None
        data = bare.as_json() if bare else {"known": False}
        data |= {"whole": True} if isinstance(value, int) else {}
        own["text"].append(path)
        own["whole"].append(pool.single(value))
        own["kind"].append(origins.number(data, (bare, isinstance(value, int))))
        own["given"].append(_given(origin, written) if origin else None)
    parts, spots = pool.parts()
    for table in (rows, own):
        table["whole"] = [None if place is None else spots[place] for place in table["whole"]]
    content = _parquet({QUANTITY: rows, FIGURE: own, **parts})
    return {"kinds": kinds.counted(), "origins": origins.counted()}, content


class _Numbers:
    """Numbers structures in the order in which they are met, and counts what is of each."""

    def __init__(self) -> None:
        self._found: dict[Any, int] = {}
        self._structures: list[dict[str, Any]] = []

    def number(self, structure: dict[str, Any], key: object = None) -> int:
        number = self._found.setdefault(key or _line(structure), len(self._structures))
        if number == len(self._structures):
            self._structures.append(structure | {"count": 0})
        self._structures[number]["count"] += 1
        return number

    def counted(self) -> list[dict[str, Any]]:
        return self._structures


def _given(origin: Origin, written: dict[int, str]) -> str | None:
    """Return the terms of a figure in one line; figures made of the same ones share them, and so the line."""
    if not origin.terms and not origin.plus:
        return None
    if origin.plus or id(origin.terms) not in written:
        data = origin.as_json()
        line = _line({name: data[name] for name in ("terms", "plus") if name in data})
        if origin.plus:
            return line
        written[id(origin.terms)] = line
    return written[id(origin.terms)]


def stem_of(name: str) -> str:
    """Return the name of a quantity before its place and time."""
    return re.split(r"[.@]", name, maxsplit=1)[0] or name


def _shape_of(item: Mapping[str, Any]) -> tuple[str, str, int]:
    return stem_of(item["name"]), item["equation"], len(item["inputs"])


def _add(
    rows: dict[str, list[Any]], turn: int, item: Mapping[str, Any], pool: _Pool, kinds: _Numbers
) -> None:
    value, places = item["value"], item.get("places") or ()
    single = isinstance(value, float)
    held: dict[str, Held] = {} if single else {"value": pool.held(value)}
    held |= {name: pool.held(tuple(item[name])) for name in ("index", "rows") if len(item[name])}
    held |= {"places": pool.held(np.asarray(places))} if len(places) else {}
    structure = {
        "name": item["name"] if item["rules"] and not item["equation"] else stem_of(item["name"]),
        "unit": item["unit"],
        "equation": item["equation"],
        "rules": list(item["rules"]),
        "inputs": sorted(item["inputs"]),
        "value": SINGLE if single else held["value"][0],
    }
    structure |= {f"{name}_shape": at[3] for name, at in held.items() if at[3]}
    structure |= {f"{name}_form": at[0] for name, at in held.items() if name != "value" and at[0] != "texts"}
    rows["text"].append(item["name"])
    rows["whole"].append(pool.single(value) if single else None)
    rows["kind"].append(kinds.number(structure))
    rows["turn"].append(turn)
    given = {name: _argument(one, pool) for name, one in item["inputs"].items()}
    rows["given"].append(_line(given) if given else None)
    for name in LISTS:
        rows[f"{name}_at"].append(held[name][1] if name in held else None)
        rows[f"{name}_count"].append(held[name][2] if name in held else None)


def _argument(value: Any, pool: _Pool) -> Any:
    return value if isinstance(value, str | float | bool) else {ENTRIES: list(pool.held(value))}


_LINE: Final = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False
)


def _line(data: Any) -> str:
    return _LINE.encode(data)


class _Pool:
    """Entries by part, each list once."""

    def __init__(self) -> None:
        self._singles: list[float] = []
        self._lists: dict[int, list[Any]] = {WHOLE: [], TEXT: []}
        self._length = {WHOLE: 0, TEXT: 0}
        self._found: dict[Any, tuple[str, int, int]] = {}

    def single(self, value: float) -> int:
        """Take a number, and return which of those taken it is."""
        self._singles.append(value)
        return len(self._singles) - 1

    def held(self, value: Any) -> Held:
        """Return where a list stands; one that is no array of numbers or texts stands as JSON in one text."""
        array = _array(value)
        if array is not None:
            flat = np.ascontiguousarray(array).ravel()
            whole = flat.astype(np.int64) if np.abs(flat).max() < _LARGEST_WHOLE else None
            bits = flat.tobytes()
            same = whole is not None and whole.astype(np.float64).tobytes() == bits
            at = self._entered("whole numbers" if same else NUMBERS, bits, whole if same else flat)
            return (*at[:2], len(array), list(array.shape[1:]))
        if isinstance(value, list | tuple) and value and set(map(type, value)) == {str}:
            texts = tuple(value)
            return (*self._entered("texts", texts, texts), [])
        text = (_line(value),)
        return (*self._entered(JSON, (JSON, text), text), [])

    def _entered(self, form: str, key: Any, entries: Any) -> tuple[str, int, int]:
        if key not in self._found:
            part = FORMS[form]
            self._found[key] = (form, self._length[part], len(entries))
            self._lists[part].append(entries)
            self._length[part] += len(entries)
        return self._found[key]

    def parts(self) -> tuple[dict[int, dict[str, Any]], list[int]]:
        """Return the columns of each part, and the spot of the number of each single one."""
        lists = self._lists[WHOLE]
        numbers = [entries for entries in lists if entries.dtype.kind == "f"]
        bits = np.concatenate([np.array(self._singles, np.float64), *numbers]).view(np.int64)
        _, first, of = np.unique(bits, return_index=True, return_inverse=True)
        order = np.argsort(first)
        spots = np.empty(order.size, np.int64)
        spots[order] = np.arange(order.size)
        spots_of = spots[of]
        ends = np.cumsum([len(self._singles), *map(len, numbers)])
        parts = iter(np.split(spots_of, ends)[1:])
        whole = [next(parts) if entries.dtype.kind == "f" else entries for entries in lists]
        columns: dict[int, dict[str, Any]] = {
            NUMBER: {"number": bits[first[order]].view(np.float64)},
            WHOLE: {"whole": np.concatenate([*whole, np.empty(0, np.int64)])},
            TEXT: {"text": [one for texts in self._lists[TEXT] for one in texts]},
        }
        singles: list[int] = spots_of[: len(self._singles)].tolist()
        return columns, singles


def _array(value: Any) -> NDArray[np.float64] | None:
    """Return numbers, or lists of as many, as an array, with infinity for what is not finite; else None."""
    if isinstance(value, list | tuple):
        try:
            value = np.asarray(_with_infinity(value))
        except ValueError:  # lists of another length each
            return None
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu" or not value.size or not value.ndim:
        return None
    found: NDArray[np.float64] = value.astype(np.float64)
    found[~np.isfinite(found)] = np.inf
    return found


def _with_infinity(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return value if set(map(type, value)) == {float} else [_with_infinity(item) for item in value]
    return np.inf if value == INFINITE else value


def _parquet(parts: Mapping[int, Mapping[str, Any]]) -> bytes:
    """Write the parts one behind the other: one thread, fixed groups of rows, codec and version of the format."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1}) as database:
        selects = []
        for part, columns in sorted(parts.items()):
            kept = {name: _column(name, values) for name, values in columns.items()}
            length = len(next(iter(kept.values())))
            database.register(f"part_{part}", kept | {"spot": np.arange(length, dtype=np.int32)})
            own = {"part": f"CAST({part} AS UTINYINT)"}
            own |= {name: name for name in (*kept, "spot")}
            cells = (f"CAST({own.get(name, 'NULL')} AS {kind}) AS {name}" for name, kind in COLUMNS.items())
            selects.append(f"SELECT {', '.join(cells)} FROM part_{part}")  # noqa: S608
        file = Path(folder, VALUES)
        try:
            database.execute(
                f"COPY ({' UNION ALL '.join(selects)}) TO '{file}' (FORMAT parquet, PARQUET_VERSION V2, "
                f"COMPRESSION zstd, COMPRESSION_LEVEL {_LEVEL}, ROW_GROUP_SIZE {_ROWS_OF_A_GROUP}, "
                "DICTIONARY_SIZE_LIMIT 1)"
            )
        except duckdb.IOException as error:
            raise BundleError(f"{file} cannot be written: {error}") from error
        return file.read_bytes()


def _column(name: str, values: Any) -> Any:
    """Return a column as NumPy has it; None is what is masked."""
    if isinstance(values, np.ndarray):
        return values
    if COLUMNS[name] == "VARCHAR":
        return np.array(values, dtype=object)
    missing = np.array([value is None for value in values], dtype=bool)
    kind = np.float64 if COLUMNS[name] == "DOUBLE" else np.int64
    return np.ma.masked_array(np.array([value or 0 for value in values], dtype=kind), missing)
