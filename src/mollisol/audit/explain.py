"""From any number of a bundle down to rows of its input files and to clauses: one tree of plain values."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mollisol.audit.explain_leaves import DECLARED, MIXES_ITS_ENTRIES
from mollisol.bundle.read import Bundle
from mollisol.methodology.findings import UserError
from mollisol.methodology.result_paths import numbers_of
from mollisol.methodology.results.figure import Origin, Term
from mollisol.origins.sums import origin_of_sum, sums_of
from mollisol.reading.archive import fault

type Picks = tuple[int, ...] | None
"""Places along the first axis of a quantity; None for all of it."""

NEAR_NAMES = 8
DEEPEST_TREE = 150
TOLERANCE = 1e-9


class UnknownNameError(UserError):
    """A name that neither the trace nor the results know; the message offers near ones."""


@dataclass(frozen=True, slots=True)
class Node:
    """A number with what stands under it.

    Parameters
    ----------
    name
        Of the quantity, figure, rule or argument.
    kind
        ``figure`` of the results, ``equation``, ``picked`` from other quantities, or a leaf: ``read`` from rows,
        ``rule``, ``switch``, ``declared`` or ``seed``.
    argument
        What the equation above calls it.
    words
        How it was made, or where it was declared.
    equation
        Id, summary, citation, symbol and unit of the equation.
    rule
        Id, value, clock, date, citation and status of the rule.
    rows
        ``file:row`` of each row that was read.
    children
        What it was made of.
    above
        Whether the same quantity stands in the tree already, with what is under it.
    """

    name: str
    kind: str
    value: Any = None
    unit: str = ""
    argument: str = ""
    label: str = ""
    words: str = ""
    equation: Mapping[str, Any] = field(default_factory=dict)
    rule: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()
    above: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the tree as plain data, without what is empty."""
        plain = {
            name: getattr(self, name)
            for name in ("name", "kind", "unit", "argument", "label", "words", "equation", "rule")
        }
        data: dict[str, Any] = {name: value for name, value in plain.items() if value}
        data |= {} if self.value is None else {"value": self.value}
        data |= {"rows": list(self.rows)} if self.rows else {}
        data |= {"above": True} if self.above else {}
        return data | ({"children": [child.as_json() for child in self.children]} if self.children else {})


class Explainer:
    """Everything of a bundle that has a name, and the tree under each.

    Parameters
    ----------
    bundle
        As opened.
    origins
        Of its figures, where the bundle itself is of release 0.1.0 and has none.
    """

    def __init__(self, bundle: Bundle, origins: Mapping[str, Origin] | None = None) -> None:
        trace = bundle.trace
        self._bundle = bundle
        self._quantities: dict[str, Mapping[str, Any]] = {q["name"]: q for q in trace["quantities"]}
        self._equations = {item["id"]: item for item in trace["equations"]}
        self._rules: dict[str, list[Mapping[str, Any]]] = {}
        for item in sorted(trace["rules"], key=lambda rule: rule["since"]):
            self._rules.setdefault(item["rule"], []).append(item)
        self._switches = {item["id"]: item for item in trace["switches"]}
        results = bundle.results.model_dump(mode="json")
        self._results = results
        self._numbers = numbers_of(results) | sums_of(results)
        self._origins = origins or bundle.origins
        self._seen: set[tuple[str, Picks]] = set()
        self._depth = 0
        self._limit = DEEPEST_TREE

    @property
    def names(self) -> tuple[str, ...]:
        """Every name: quantities, numbers of the results by path, rules and switches."""
        return (*self._quantities, *self._numbers, *self._rules, *self._switches)

    def explain(self, name: str, depth: int = 0) -> Node:
        """Return the tree under a name.

        Parameters
        ----------
        name
            A number of ``results.json`` by its path, a quantity with or without a label (``NAME[@unit][.year]``), a
            rule or a switch.
        depth
            How many levels to give; 0 for all.

        Raises
        ------
        UnknownNameError
            If nothing is called that; the message offers near names.
        BundleFaultError
            If the quantities of the trace do not lead on to each other.
        """
        self._seen, self._depth, self._limit = set(), 0, depth or DEEPEST_TREE
        try:
            return self._found(name)
        except (IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
            found = f"{type(error).__name__} at {name}"
            raise fault("bundle-trace-broken", "trace.json", found) from None

    def _found(self, name: str) -> Node:
        if name in self._numbers:
            return self._figure(name)
        if name in self._quantities:
            return self._quantity(name, None)
        if name in self._rules:
            return self._rule(name)
        if name in self._switches:
            return self._switch(name)
        if row := self._row(name):
            return row
        found = self._labelled(name)
        if len(found) == 1:
            (quantity, place), *_ = found
            return self._quantity(quantity, None if place is None else (place,))
        raise UnknownNameError(self._unknown(name, [_called(self._quantities[q], i) for q, i in found]))

    def _row(self, name: str) -> Node | None:
        """Return an input file, or one row of it, as it was read."""
        file, colon, row = name.rpartition(":")
        if name in self._bundle.inputs:
            return Node(name, "read", words="an input file of the bundle", rows=(name,))
        if colon and row.isdecimal() and file in self._bundle.inputs:
            lines = self._bundle.input(file).decode("utf-8", "replace").splitlines()
            if 0 < int(row) <= len(lines):
                return Node(name, "read", words=lines[int(row) - 1], rows=(name,))
        return None

    def _labelled(self, text: str) -> list[tuple[str, int | None]]:
        """Find ``NAME@unit.year``: the name before @, the label of an entry, the period or year after it."""
        stem, at, rest = text.partition("@")
        found: list[tuple[str, int | None]] = []
        for name, quantity in self._quantities.items():
            own, _, time = name.partition("@")
            if own != stem or not at:
                continue
            labels = {str(label): place for place, label in enumerate(quantity["index"])}
            written = (rest, rest.removeprefix(f"{time}@"), rest.removesuffix(f".{time}"))
            found += [(name, labels[label]) for label in written if label in labels][:1]
        if not at:
            found += [(name, None) for name in self._stem(text)]
        return found

    def _stem(self, stem: str) -> list[str]:
        return [name for name in self._quantities if name.partition("@")[0] == stem]

    def _unknown(self, name: str, several: Sequence[str]) -> str:
        if several:
            return f"{name} can be {len(several)} things: {', '.join(several[:NEAR_NAMES])}"
        near = difflib.get_close_matches(name, self.names, n=NEAR_NAMES, cutoff=0.5)
        inside = [known for known in self.names if name.lower() in known.lower()][:NEAR_NAMES]
        offered = list(dict.fromkeys([*inside, *near]))[:NEAR_NAMES]
        ask = f"; near are: {', '.join(offered)}" if offered else ""
        return f"there is no number, quantity or rule called {name}{ask} (mollisol explain DIR lists all)"

    def _figure(self, path: str) -> Node:
        steps, value = self._numbers[path]
        origin = origin_of_sum(self._origins, self._results, steps) or self._origins.get(path)
        if origin is None:
            return Node(
                path, "figure", value, words="not in the trace: this version does not know where it is from"
            )
        if origin.declared:
            kind = "seed" if steps == ("seed",) else "declared"
            return Node(path, kind, value, words=origin.declared)
        if self._limit == 1:
            return Node(path, "figure", value, _unit_of(steps[-1]), words=origin.words or "(more below)")
        self._depth += 1
        children = tuple(self._term(origin, term) for term in origin.terms)
        words = [origin.words] if origin.words else []
        if origin.plus:
            words.append(f"plus {origin.plus:g}")
        missing = [term.quantity for term in origin.terms if term.quantity not in self._quantities]
        if missing:
            words.append(f"not in the trace: {', '.join(missing)}")
        elif origin.adds_up and not self._adds_up(origin, value):
            words.append("DOES NOT FOLLOW from the trace of this bundle")
        unit = children[0].unit if len(children) == 1 and origin.adds_up else _unit_of(steps[-1])
        return Node(path, "figure", value, unit, words="; ".join(words), children=children)

    def _adds_up(self, origin: Origin, value: float) -> bool:
        parts = [
            term.factor * number
            for term in origin.terms
            for number in _flat(_at(self._quantities[term.quantity]["value"], self._picks(term)))
        ]
        total = math.fsum(parts) + origin.plus
        scale = max([abs(value), *(abs(part) for part in parts)], default=0.0)
        return abs(total - value) <= TOLERANCE * scale

    def _picks(self, term: Term) -> Picks:
        if not term.label:
            return None
        if term.label.startswith("#"):
            return (int(term.label[1:]),)
        index = [str(label) for label in self._quantities[term.quantity]["index"]]
        return (index.index(term.label),) if term.label in index else None

    def _term(self, origin: Origin, term: Term) -> Node:
        if term.quantity not in self._quantities:
            return Node(term.quantity, "declared", words="not in the trace")
        argument = f"{term.factor:.6g} x" if origin.adds_up and term.factor not in {0.0, 1.0} else ""
        return self._quantity(term.quantity, self._picks(term), argument)

    def _quantity(self, name: str, picks: Picks, argument: str = "") -> Node:
        quantity = self._quantities[name]
        if not quantity["equation"] and not quantity["inputs"] and quantity["rules"]:
            return self._rule(name, argument)
        index = [str(label) for label in quantity["index"]]
        given: dict[str, Any] = {
            "name": name,
            "value": _at(quantity["value"], picks),
            "unit": quantity["unit"],
            "argument": argument,
            "label": ", ".join(index[i] for i in picks) if picks and len(picks) <= 3 and index else "",
        }
        if not quantity["equation"] and not quantity["inputs"]:
            return Node(kind="read", rows=_rows(quantity["rows"], len(index), picks), **given)
        kind = "equation" if quantity["equation"] else "picked"
        equation = self._equations.get(quantity["equation"], {})
        if (name, picks) in self._seen:
            return Node(kind=kind, equation=equation, above=True, **given)
        if self._depth + 2 > self._limit:
            if self._limit == DEEPEST_TREE:
                raise RecursionError
            return Node(kind=kind, equation=equation, words="(more below)", **given)
        self._seen.add((name, picks))
        self._depth += 1
        children = tuple(self._computed(quantity, picks) if equation else self._picked(quantity, picks))
        self._depth -= 1
        return Node(kind=kind, equation=equation, children=children, **given)

    def _computed(self, quantity: Mapping[str, Any], picks: Picks) -> Iterable[Node]:
        inputs = quantity["inputs"]
        for argument, given in sorted(inputs.items()):
            if isinstance(given, str) and given in self._quantities:
                part = self._quantities[given]
                own: Picks = None
                # which entry each value went to: said for the argument, or for all that have as many values
                entry = inputs.get(f"{argument.partition('_')[0]}_entry") or inputs.get("entry")
                entry = inputs.get("group") if argument == "values" else entry
                if picks is not None and entry is not None and len(entry) == _length(part["value"]):
                    own = tuple(place for place, number in enumerate(entry) if int(number) in picks)
                elif picks is not None and part["index"] == quantity["index"]:
                    own = None if quantity["equation"] in MIXES_ITS_ENTRIES else picks
                yield self._quantity(given, own, argument)
            else:
                yield self._bare(quantity["equation"], argument, given)

    def _picked(self, quantity: Mapping[str, Any], picks: Picks) -> Iterable[Node]:
        """Follow each entry to its place in the quantities that it was picked from."""
        parts = sorted(quantity["inputs"].items(), key=lambda item: int(item[0][3:] or 0))
        lengths = [_length(self._quantities[name]["value"]) for _, name in parts]
        places = quantity.get("places") or []
        value = quantity["value"]
        if places:
            chosen = places if picks is None else [places[i] for i in picks]
            wanted: Picks = tuple(int(place) for place in _flat(chosen))
        elif picks is not None and isinstance(value, list) and len(value) == sum(lengths):
            wanted = picks
        elif picks is not None and isinstance(value, list) and len(value) == len(parts):
            for i in picks:
                yield self._quantity(parts[i][1], None)
            return
        else:
            wanted = None
        start = 0
        for (_, name), length in zip(parts, lengths, strict=True):
            own = None if wanted is None else tuple(p - start for p in wanted if start <= p < start + length)
            start += length
            if own is None or len(own) == length or not isinstance(self._quantities[name]["value"], list):
                if own != ():
                    yield self._quantity(name, None)
            elif own:
                yield self._quantity(name, own)

    def _bare(self, equation: str, argument: str, value: Any) -> Node:
        if argument == "form":
            own = [
                s
                for s in self._switches.values()
                if any(equation == id or equation.startswith(f"{id}-") for id in s["equations"])
            ]
            words = "; ".join(f"{s['id']}: {s['label']}" for s in own) or "the printed or the corrected form"
            return Node(argument, "switch", value, argument=argument, words=words)
        if argument == "seed":
            return Node(argument, "seed", value, argument=argument, words="the seed of the run")
        where = DECLARED.get(f"{equation} {argument}") or DECLARED.get(argument, "")
        if where in self._rules:
            return self._rule(where, argument)
        words = where or "not in the trace: this version does not know where it is from"
        return Node(argument, "declared", value, argument=argument, words=words)

    def _rule(self, name: str, argument: str = "") -> Node:
        id, _, day = name.partition("@")
        known = self._rules[id]
        rule = next((rule for rule in reversed(known) if not day or rule["since"] <= day), known[0])
        kept = ("rule", "label", "value", "unit", "clock", "clock_date", "citation", "status")
        chosen = {key: rule[key] for key in kept}
        return Node(name, "rule", rule["value"], rule["unit"], argument, words=rule["label"], rule=chosen)

    def _switch(self, name: str) -> Node:
        switch = self._switches[name]
        return Node(name, "switch", words=f"printed: {switch['printed']}; corrected: {switch['corrected']}")


def _called(quantity: Mapping[str, Any], place: int | None) -> str:
    return str(quantity["name"]) if place is None else f"{quantity['name']}@{quantity['index'][place]}"


def _rows(rows: Sequence[str], entries: int, picks: Picks) -> tuple[str, ...]:
    """Return the rows of the picked entries, where each entry has as many rows as the others."""
    if picks is None or not entries or len(rows) % entries:
        return tuple(rows)
    each = len(rows) // entries
    return tuple(row for i in picks for row in rows[i * each : (i + 1) * each])


def _at(value: Any, picks: Picks) -> Any:
    if picks is None or not isinstance(value, list):
        return value
    chosen = [value[i] for i in picks]
    return chosen[0] if len(chosen) == 1 else chosen


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 1


def _flat(value: Any) -> Iterable[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, int | float):
        yield value
    else:
        yield math.inf  # degrees of freedom without spread are kept as a word


_UNITS = (
    ("_t_co2e_per_ha_2", "(t CO2e/ha)^2"),
    ("_t_co2e_per_ha", "t CO2e/ha"),
    ("_t_co2e_per_year", "t CO2e per year"),
    ("_t_c_per_ha", "t C/ha"),
    ("_t_co2e", "t CO2e"),
    ("_units_t", "t CO2e"),
    ("_percent", "%"),
    ("_t2", "(t CO2e)^2"),
    ("_ha", "ha"),
    ("_cm", "cm"),
    ("_t", "t"),
)


def _unit_of(name: str) -> str:
    return next((unit for ending, unit in _UNITS if name.endswith(ending)), "")
