"""Compare what a bundle records with what is recomputed: documents leaf by leaf, pages line by line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final, TypeGuard

from mollisol.verify.results import Difference

_NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "periods": ("name",),
    "vintages": ("number",),
    "strata": ("stratum",),
    "variance": ("kind", "label"),
    "sources": ("id",),
    "factors": ("name",),
    "calendar": ("year",),
    "stocks": ("stratum", "scenario", "campaign"),
    "components": ("name",),
    "checks": ("name",),
    "quantities": ("name",),
    "rules": ("rule", "since"),
    "switches": ("id",),
    "equations": ("id",),
    "findings": ("code", "where"),
    "@graph": ("@id",),
}
"""What tells the items of a list apart, by the name of the list; items of other lists go by their place."""

_NO_TONNES: Final = {"components"}
"""Lists whose figures per hectare are of a model, and no part of a credit."""
_TONNES: Final = re.compile(r"_t_co2e$|_units_t$|^units_to_issue_t$")
_PER_HECTARE: Final = "_t_co2e_per_ha"
_NUMBER: Final = re.compile(r"(?<![\w.#])-?\d+\.\d+(?![\w.])")
_LEAST_SCALE: Final = 1e-3
"""Numbers below it are compared as if they were this large: a sum of zero is not zero on every machine."""
_FIGURE_STEP: Final = 1e-5
"""How far a coordinate of a figure may move, in points."""
_MOST_LINES: Final = 20
_LONGEST: Final = 120


@dataclass
class Comparison:
    """Gathers differences, and how far the numbers that count as the same lie apart.

    Parameters
    ----------
    tolerance
        Relative deviation up to which two numbers are the same.
    total_t
        The recorded total that shares are of. [t CO2e]
    threshold_percent
        Share from which a difference is material.
    """

    tolerance: float
    total_t: float = 0.0
    threshold_percent: float = 0.0
    differences: list[Difference] = field(default_factory=list)
    numbers: int = 0
    largest: float = 0.0
    largest_at: str = ""

    def add(
        self, code: str, item: str, recorded: object = "", recomputed: object = "", why: str = ""
    ) -> None:
        """Enter a difference that has no tonnes of its own."""
        self.differences.append(
            Difference(
                code=code,
                item=shown(item),
                recorded=shown(recorded),
                recomputed=shown(recomputed),
                why=why,
            )
        )

    def documents(self, code: str, name: str, recorded: Any, remade: Any, why: str = "") -> None:
        """Compare two JSON documents; the code of what is not there, or in another order, says so."""
        _Walk(self, code, why).into(name, name.removesuffix(".json: "), recorded, remade, None)

    def number(
        self, code: str, item: str, leaf: str, old: float, new: float, area: float | None, why: str
    ) -> None:
        """Compare two numbers."""
        self.numbers += 1
        deviation = abs(old - new) / max(abs(old), abs(new), _LEAST_SCALE)
        if deviation <= self.tolerance:
            if deviation > self.largest:
                self.largest, self.largest_at = deviation, item
            return
        tonnes = 1.0 if _TONNES.search(leaf) else area if leaf.endswith(_PER_HECTARE) else None
        percent = None
        if tonnes is not None and self.total_t:
            percent = 100 * abs(new - old) * tonnes / abs(self.total_t)
        self.differences.append(
            Difference(
                code=code,
                item=shown(item),
                recorded=repr(old),
                recomputed=repr(new),
                difference=new - old,
                percent_of_total=percent,
                material=None if percent is None else percent >= self.threshold_percent,
                why=why,
            )
        )

    def text(self, code: str, name: str, recorded: str, remade: str, why: str = "") -> None:
        """Compare two pages or drawings line by line.

        Where every number of the documents came out to the last bit, so must every line; otherwise numbers within the
        tolerance are the same.
        """
        old, new = recorded.split("\n"), remade.split("\n")
        inside = name.endswith(".svg")
        found = 0
        if len(old) != len(new):
            self.add(code, f"{name}: number of lines", len(old), len(new), why)
            found = 1
        for number, (line, own) in enumerate(zip_longest(old, new), start=1):
            opens = own is not None and "<svg" in own
            if line != own and (
                line is None or own is None or not self._same_line(line, own, inside or opens)
            ):
                found += 1
                if found <= _MOST_LINES:
                    self.add(code, f"{name}: line {number}", *_around(line, own), why)
                if len(old) != len(new):
                    break
            if own is not None and not name.endswith(".svg"):
                inside = own.rfind("<svg") > own.rfind("</svg>") if "svg" in own else inside
        if found > _MOST_LINES:
            self.add(code, f"{name}: {found - _MOST_LINES} more lines", why=why)

    def _same_line(self, old: str, new: str, drawing: bool) -> bool:
        if self.largest == 0 or _NUMBER.sub("0", old) != _NUMBER.sub("0", new):
            return False
        for first, second in zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True):
            one, other = float(first), float(second)
            scale = max(abs(one), abs(other), _LEAST_SCALE)
            if abs(one - other) > (_FIGURE_STEP if drawing else self.tolerance * scale):
                return False
        return True


@dataclass
class _Walk:
    to: Comparison
    code: str
    why: str

    def into(
        self, path: str, leaf: str, old: Any, new: Any, area: float | None, index: Sequence[str] = ()
    ) -> None:
        if isinstance(old, dict) and isinstance(new, dict):
            self._mapping(path, old, new, area)
        elif isinstance(old, list) and isinstance(new, list):
            self._list(path, leaf, old, new, area, index)
        elif _is_number(old) and _is_number(new):
            self.to.number(self.code, path, leaf, float(old), float(new), area, self.why)
        elif isinstance(old, str) and isinstance(new, str):
            if old != new:
                self.to.add(self.code, path, *_around(old, new), self.why)
        elif old != new or type(old) is not type(new):
            self.to.add(self.code, path, old, new, self.why)

    def _mapping(self, path: str, old: dict[str, Any], new: dict[str, Any], area: float | None) -> None:
        size = new.get("area_ha")
        area = float(size) if isinstance(size, int | float) else area
        for name in sorted(old.keys() | new.keys()):
            at = f"{path}.{name}" if path and not path.endswith(": ") else path + name
            if name not in new:
                self.to.add(f"{self.code}-added", at, old[name], "nothing of the kind", self.why)
            elif name not in old:
                self.to.add(f"{self.code}-missing", at, "", new[name], self.why)
            elif name == "value" and "equation" in new:
                self._value(at, old, new)
            else:
                self.into(at, name, old[name], new[name], area)

    def _value(self, position: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Compare the value of a quantity; where it was read, by the rows that it was read from."""
        rows, index = new.get("rows"), new.get("index")
        if new["equation"] or new.get("inputs") or not rows:
            self.into(
                position, "", old["value"], new["value"], None, index if isinstance(index, list) else ()
            )
            return
        read, name = _Walk(self.to, "input", self.why), new["name"]
        first, second = (part if isinstance(part, list) else [part] for part in (old["value"], new["value"]))
        if len(first) != len(second):
            self.to.add("input", f"inputs: number of values of {name}", len(first), len(second), self.why)
        for place, (one, other) in enumerate(zip(first, second, strict=False)):
            row = rows[place] if len(rows) == len(second) else rows[0]
            read.into(f"inputs/{row}: {name}", "", one, other, None)

    def _list(
        self, path: str, leaf: str, old: list[Any], new: list[Any], area: float | None, index: Sequence[str]
    ) -> None:
        if old == new and not any(isinstance(item, dict | list) for item in new):
            self.to.numbers += sum(map(_is_number, new))
            return
        by, area = _NAMED_BY.get(leaf, ()), None if leaf in _NO_TONNES else area
        if by and all(isinstance(item, dict) and by[0] in item for item in [*old, *new]):
            self._named(path, by, old, new, area)
            return
        if len(old) != len(new):
            self.to.add(self.code, f"{path}: length", len(old), len(new), self.why)
        for place, (one, other) in enumerate(zip(old, new, strict=False)):
            label = index[place] if place < len(index) else place
            self.into(f"{path}[{label}]", leaf, one, other, area)

    def _named(
        self,
        path: str,
        by: tuple[str, ...],
        old: list[dict[str, Any]],
        new: list[dict[str, Any]],
        area: float | None,
    ) -> None:
        first, second = _by_name(old, by), _by_name(new, by)
        for name, item in first.items():
            if name not in second:
                self.to.add(
                    f"{self.code}-added", f"{path}[{name}]", _brief(item), "nothing of the kind", self.why
                )
        for name, item in second.items():
            if name not in first:
                self.to.add(f"{self.code}-missing", f"{path}[{name}]", "", _brief(item), self.why)
            else:
                self.into(f"{path}[{name}]", "", first[name], item, area)
        common = [name for name in first if name in second]
        if common != [name for name in second if name in first]:
            self.to.add(f"{self.code}-order", path, "another order", "the order of the run", self.why)


def _by_name(items: list[dict[str, Any]], by: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    seen: Counter[str] = Counter()
    for item in items:
        name = " ".join(_word(item.get(key)) for key in by)
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} #{seen[name]}"] = item
    return found


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return ":".join(str(part) for part in value.values() if part not in ("", None))
    return str(value)


def _brief(item: dict[str, Any]) -> str:
    return ", ".join(f"{key} {_word(value)}" for key, value in item.items() if not isinstance(value, list))


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def count_numbers(document: Any) -> int:
    """Count the numbers of a document."""
    if isinstance(document, dict):
        return sum(map(count_numbers, document.values()))
    if isinstance(document, list):
        return sum(map(count_numbers, document))
    return int(_is_number(document))


def shown(value: object) -> str:
    """Return a value as one short line without control characters."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _around(old: str | None, new: str | None) -> tuple[str, str]:
    """Cut two lines to what differs, with a little before it."""
    if old is None or new is None:
        return shown(old or ""), shown(new or "")
    same = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    start = max(0, same - 40) if max(len(old), len(new)) > _LONGEST else 0
    return shown(old[start : start + _LONGEST]), shown(new[start : start + _LONGEST])
