"""Quantities and figures of a bundle of the second edition, each read from its table when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mollisol.bundle.table import Table, broken, entries_of, other_form, plain
from mollisol.bundle.trace_form import KindForm, OriginForm
from mollisol.bundle.values import ENTRIES, FIGURE, LISTS, QUANTITY, SINGLE, VALUES, WHOLE
from mollisol.methodology.results.figure import Origin
from mollisol.reading.json import load_json

_FEW = 10_000
"""Quantities, or figures, that are all taken at once when the first is asked for."""


class Stored:
    """The quantities and figures of a bundle.

    Parameters
    ----------
    content
        ``values.parquet``, byte for byte.
    structure
        ``trace.json``: what quantities and figures have in common.

    Raises
    ------
    BundleFaultError
        If the two are of another form, or hold more than any run writes; so does every method on what does not lead on.
    """

    def __init__(self, content: bytes, structure: Mapping[str, Any]) -> None:
        if "kinds" not in structure:
            raise other_form("a table beside a trace of the first edition")
        self.kinds: Sequence[KindForm] = structure["kinds"]
        self.origins: Sequence[OriginForm] = structure["origins"]
        self.table = Table(content)
        self._known: dict[str, StoredQuantity | None] = {}

    _ROW = f"SELECT text, whole, kind, turn, given, {', '.join(f'{n}_at, {n}_count' for n in LISTS)} FROM stored "  # noqa: S608

    _FIGURE = "SELECT text, whole, kind, given FROM stored WHERE part = ?"

    @cached_property
    def _all(self) -> dict[str, StoredQuantity] | None:
        few = _counted(self.kinds) <= _FEW
        return {str(item["name"]): item for item in self.quantities()} if few else None

    @cached_property
    def _all_figures(self) -> dict[str, Sequence[Any]] | None:
        few = _counted(self.origins) <= _FEW
        return {str(path): row for path, *row in self.table.streamed(self._FIGURE, [FIGURE])} if few else None

    def quantity(self, name: str) -> StoredQuantity | None:
        """Return a quantity by its name; the last, where it stands there twice."""
        if self._all is not None:
            return self._all.get(name)
        if name not in self._known:
            words = self._ROW + "WHERE part = ? AND text = ? ORDER BY turn"
            found = self.table.asked(words, [QUANTITY, name])
            self._known[name] = StoredQuantity(self, found[-1]) if found else None
        return self._known[name]

    def quantities(self) -> Iterator[StoredQuantity]:
        """Return all, in the order of computing."""
        rows = self.table.streamed(self._ROW + "WHERE part = ? ORDER BY turn", [QUANTITY])
        return (StoredQuantity(self, row) for row in rows)

    def names(self, part: int = QUANTITY, stem: str = "") -> Iterator[str]:
        """Return the names of quantities in the order of computing, or paths of figures, that begin so."""
        words = "SELECT text FROM stored WHERE part = ? AND text >= ? AND starts_with(text, ?) ORDER BY turn, spot"
        return (str(text) for (text,) in self.table.streamed(words, [part, stem, stem]))

    def names_with(self, inside: str, most: int) -> list[str]:
        """Return the first names of quantities and figures that hold a text, in small letters or capitals."""
        words = (
            "SELECT text FROM stored WHERE part <= ? AND contains(lower(text), lower(?)) "
            "ORDER BY part, turn, spot LIMIT ?"
        )
        return [str(text) for (text,) in self.table.asked(words, [FIGURE, inside, most])]

    def figure(self, path: str) -> tuple[float, Origin | None] | None:
        """Return a number of the results and where it comes from, by its path."""
        if self._all_figures is not None:
            row = self._all_figures.get(path)
        else:
            found = self.table.asked(self._FIGURE + " AND text = ?", [FIGURE, path])
            row = found[-1][1:] if found else None
        return None if row is None else self._figure(*row)

    def figures(self) -> Iterator[tuple[str, tuple[float, Origin | None]]]:
        """Return all numbers of the results by path, with where they come from."""
        rows = self.table.streamed(self._FIGURE, [FIGURE])
        return ((str(path), self._figure(*row)) for path, *row in rows)

    def count(self) -> int:
        """Return how many numbers the table holds."""
        ((number,),) = self.table.asked(
            "SELECT count(*) FROM stored WHERE part BETWEEN ? AND ?", [FIGURE, WHOLE]
        )
        return int(number)

    def first_terms(self) -> Iterator[tuple[str, str]]:
        """Return each number of the results by its path, with the first quantity that it is made of."""
        words = "SELECT text, given FROM stored WHERE part = ? AND given IS NOT NULL"
        for path, given in self.table.streamed(words, [FIGURE]):
            terms = _parsed(given).get("terms")
            if terms:
                yield path, str(terms[0][0])

    def _figure(self, whole: Any, kind: Any, given: Any) -> tuple[float, Origin | None]:
        try:
            shared = dict(self.origins[kind])
            value, known = self.table.numbers([whole])[0], shared.pop("known", True)
            value = int(value) if shared.pop("whole", False) else value
            del shared["count"]
            return value, Origin.from_json(shared | (_parsed(given) if given else {})) if known else None
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise broken(f"a figure: {error}") from None


class StoredQuantity(Mapping[str, Any]):
    """A quantity as :class:`mollisol.bundle.trace_form.QuantityForm`, each part read when it is asked for."""

    def __init__(self, stored: Stored, row: tuple[Any, ...]) -> None:
        self._stored, self._row = stored, row
        self._lists: dict[str, Any] = {}
        kind = row[2]
        if not isinstance(kind, int) or not 0 <= kind < len(stored.kinds):
            raise broken(f"a quantity of kind {kind}")
        self._kind: Mapping[str, Any] = stored.kinds[kind]

    @property
    def turn(self) -> int:
        """Its place in the order of computing."""
        return int(self._row[3])

    def __iter__(self) -> Iterator[str]:
        yield from ("name", "value", "unit", "equation", "inputs", "rules", "rows", "index")
        if self._row[5 + 2 * LISTS.index("places")] is not None:
            yield "places"

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, key: str) -> Any:
        match key:
            case "name":
                return self._row[0]
            case "unit" | "equation" | "rules":
                return self._kind[key]
            case "inputs":
                return self._inputs
            case "value" if self._kind["value"] == SINGLE:
                return self._stored.table.numbers([self._row[1]])[0]
            case "value" | "index" | "rows" | "places":
                if key not in self._lists:
                    self._lists[key] = self._list(key)
                return self._lists[key]
        raise KeyError(key)

    def _list(self, name: str) -> Any:
        place = 5 + 2 * LISTS.index(name)
        first, count = self._row[place : place + 2]
        if first is None or count is None:
            if name == "places":
                raise KeyError(name)
            return []
        form = self._kind["value"] if name == "value" else self._kind.get(f"{name}_form", "texts")
        shape = self._kind.get(f"{name}_shape", ())
        return entries_of(self._stored.table, form, first, count, shape, whole=name == "places")

    @cached_property
    def _inputs(self) -> dict[str, Any]:
        found = _parsed(self._row[4]) if self._row[4] else {}
        for name, value in found.items():
            if isinstance(value, dict):
                try:
                    form, first, count, shape = value[ENTRIES]
                except (KeyError, TypeError, ValueError):
                    raise broken(f"argument {name} of {self._row[0]}") from None
                found[name] = entries_of(self._stored.table, form, first, count, shape)
        return found

    def plain(self) -> dict[str, Any]:
        """Return it whole, as plain data."""
        found = {key: plain(self[key]) for key in self}
        return found | {"inputs": {name: plain(value) for name, value in found["inputs"].items()}}


class Quantities(Mapping[str, StoredQuantity]):
    """Quantities by name, in the order of computing."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def __getitem__(self, name: str) -> StoredQuantity:
        found = self._stored.quantity(name) if isinstance(name, str) else None
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return self._stored.names()

    def __len__(self) -> int:
        return _counted(self._stored.kinds)

    def values(self) -> Any:
        """Return all, one behind the other."""
        return self._stored.quantities()


class Figures(Mapping[str, tuple[float, Origin | None]]):
    """Numbers of the results by path, with where they come from."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def __getitem__(self, path: str) -> tuple[float, Origin | None]:
        found = self._stored.figure(path)
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[str]:
        return self._stored.names(FIGURE)

    def __len__(self) -> int:
        return _counted(self._stored.origins)


def _counted(kinds: Sequence[Any]) -> int:
    return sum(int(kind["count"]) for kind in kinds)


def _parsed(text: Any) -> dict[str, Any]:
    data = load_json(str(text).encode(), VALUES)
    if not isinstance(data, dict):
        raise broken("arguments that are no object")
    return data
