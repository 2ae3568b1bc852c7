"""From any number of a bundle down to rows of its input files and to clauses: one tree of plain values."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mollisol.audit.explain_leaves import DECLARED, MIXES_ITS_ENTRIES
from mollisol.audit.explain_tree import (
    MOST_CHILDREN,
    MOST_ENTRIES,
    Node,
    entries_at,
    first_nodes,
    first_places,
    flat,
    is_list,
    length_of,
    place_of,
    rows_at,
    unit_of,
)
from mollisol.bundle.read import Bundle
from mollisol.bundle.table import Picks
from mollisol.methodology.findings import UserError
from mollisol.methodology.results.figure import Origin, Term
from mollisol.origins.sums import figures_of
from mollisol.reading.archive import fault

NEAR_NAMES = 8
DEEPEST_TREE = 150
MOST_NEAR = 50_000
"""Names among which near ones are looked for letter by letter."""
TOLERANCE = 1e-9


class UnknownNameError(UserError):
    """A name that neither the trace nor the results know; the message offers near ones."""


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
        self._quantities = bundle.quantities
        self._equations = {item["id"]: item for item in trace["equations"]}
        self._rules: dict[str, list[Mapping[str, Any]]] = {}
        for item in sorted(trace["rules"], key=lambda rule: rule["since"]):
            self._rules.setdefault(item["rule"], []).append(item)
        self._switches = {item["id"]: item for item in trace["switches"]}
        self._figures = bundle.figures
        if origins:
            found = figures_of(bundle.results.model_dump(mode="json"), origins)
            self._figures = {path: (value, origin) for path, value, origin in found}
        self._seen: set[tuple[str, Picks]] = set()
        self._depth = 0
        self._limit = DEEPEST_TREE
        self._most = MOST_CHILDREN

    @property
    def names(self) -> tuple[str, ...]:
        """Every name: quantities, numbers of the results by path, rules and switches."""
        return (*self._quantities, *self._figures, *self._rules, *self._switches)

    def explain(self, name: str, depth: int = 0, most: int = MOST_CHILDREN) -> Node:
        """Return the tree under a name.

        Parameters
        ----------
        name
            A number of ``results.json`` by its path, a quantity with or without a label (``NAME[@unit][.year]``), a
            rule or a switch.
        depth
            How many levels to give; 0 for all.
        most
            How many numbers to give below each; 0 for all.

        Raises
        ------
        UnknownNameError
            If nothing is called that; the message offers near names.
        BundleFaultError
            If the quantities of the trace do not lead on to each other.
        """
        self._seen, self._depth, self._limit, self._most = set(), 0, depth or DEEPEST_TREE, most
        try:
            return self._found(name)
        except (IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
            found = f"{type(error).__name__} at {name}"
            raise fault("bundle-trace-broken", "trace.json", found) from None

    def _found(self, name: str) -> Node:
        if name in self._figures:
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
        for name in self._stem(stem):
            if not at:
                found.append((name, None))
                continue
            _, _, time = name.partition("@")
            index = self._quantities[name]["index"]
            written = (rest, rest.removeprefix(f"{time}@"), rest.removesuffix(f".{time}"))
            places = (place for label in written if (place := place_of(index, label)) is not None)
            found += [(name, place) for place in places][:1]
        return found

    def _stem(self, stem: str) -> list[str]:
        stored = self._bundle.stored
        names = self._quantities if stored is None else stored.names(stem=stem)
        return [name for name in names if name.partition("@")[0] == stem]

    def _unknown(self, name: str, several: Sequence[str]) -> str:
        if several:
            return f"{name} can be {len(several)} things: {', '.join(several[:NEAR_NAMES])}"
        known = (
            self.names if len(self._quantities) + len(self._figures) <= MOST_NEAR else self._few_names(name)
        )
        near = difflib.get_close_matches(name, known, n=NEAR_NAMES, cutoff=0.5)
        inside = [one for one in known if name.lower() in one.lower()][:NEAR_NAMES]
        offered = list(dict.fromkeys([*inside, *near]))[:NEAR_NAMES]
        ask = f"; near are: {', '.join(offered)}" if offered else ""
        return f"there is no number, quantity or rule called {name}{ask} (mollisol explain DIR lists all)"

    def _few_names(self, name: str) -> tuple[str, ...]:
        """Return names that hold this one, and what quantities have in common, where there are too many names."""
        stored = self._bundle.stored
        held = stored.names_with(name, NEAR_NAMES) if stored else []
        kinds = {kind["name"]: None for kind in stored.kinds} if stored else {}
        return (*held, *kinds, *self._rules, *self._switches)

    def _figure(self, path: str) -> Node:
        value, origin = self._figures[path]
        last = path.rpartition(".")[2]
        if origin is None:
            return Node(
                path, "figure", value, words="not in the trace: this version does not know where it is from"
            )
        if origin.declared:
            kind = "seed" if path == "seed" else "declared"
            return Node(path, kind, value, words=origin.declared)
        if self._limit == 1:
            return Node(path, "figure", value, unit_of(last), words=origin.words or "(more below)")
        self._depth += 1
        children = first_nodes(origin.terms, lambda term: self._term(origin, term), self._most)
        words = [origin.words] if origin.words else []
        if origin.plus:
            words.append(f"plus {origin.plus:g}")
        few = origin.terms[:MOST_ENTRIES]
        missing = [term.quantity for term in few if term.quantity not in self._quantities]
        if missing:
            words.append(f"not in the trace: {', '.join(missing)}")
        elif len(few) < len(origin.terms):
            words.append(f"{len(origin.terms):,} terms, which mollisol verify adds up")
        elif origin.adds_up and not self._adds_up(origin, value):
            words.append("DOES NOT FOLLOW from the trace of this bundle")
        unit = children[0].unit if len(children) == 1 and origin.adds_up else unit_of(last)
        return Node(path, "figure", value, unit, words="; ".join(words), children=children)

    def _adds_up(self, origin: Origin, value: float) -> bool:
        parts = [
            term.factor * number
            for term in origin.terms
            for number in flat(
                entries_at(self._quantities[term.quantity]["value"], self._picks(term), whole=True)
            )
        ]
        total = math.fsum(parts) + origin.plus
        scale = max([abs(value), *(abs(part) for part in parts)], default=0.0)
        return abs(total - value) <= TOLERANCE * scale

    def _picks(self, term: Term) -> Picks:
        if not term.label:
            return None
        if term.label.startswith("#"):
            return (int(term.label[1:]),)
        place = place_of(self._quantities[term.quantity]["index"], term.label)
        return None if place is None else (place,)

    def _term(self, origin: Origin, term: Term) -> Node:
        if term.quantity not in self._quantities:
            return Node(term.quantity, "declared", words="not in the trace")
        argument = f"{term.factor:.6g} x" if origin.adds_up and term.factor not in {0.0, 1.0} else ""
        return self._quantity(term.quantity, self._picks(term), argument)

    def _quantity(self, name: str, picks: Picks, argument: str = "") -> Node:
        quantity = self._quantities[name]
        if not quantity["equation"] and not quantity["inputs"] and quantity["rules"]:
            return self._rule(name, argument)
        index, value = quantity["index"], quantity["value"]
        entries = length_of(value) if picks is None else len(picks)
        given: dict[str, Any] = {
            "name": name,
            "value": entries_at(value, picks),
            "unit": quantity["unit"],
            "argument": argument,
            "label": ", ".join(str(index[i]) for i in picks) if picks and len(picks) <= 3 and index else "",
            "count": entries if entries > MOST_ENTRIES else 0,
        }
        if not quantity["equation"] and not quantity["inputs"]:
            rows = quantity["rows"]
            kept = rows_at(rows, len(index), picks)
            more = len(rows) if picks is None or not index else len(rows) // len(index) * len(picks)
            return Node(kind="read", rows=kept, row_count=more if more > len(kept) else 0, **given)
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
        children = tuple(self._computed(quantity, picks)) if equation else self._picked(quantity, picks)
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
                if picks is not None and entry is not None and len(entry) == length_of(part["value"]):
                    chosen = set(picks)
                    own = first_places(place for place, number in enumerate(entry) if int(number) in chosen)
                elif picks is not None and part["index"] == quantity["index"]:
                    own = None if quantity["equation"] in MIXES_ITS_ENTRIES else picks
                yield self._quantity(given, own, argument)
            else:
                yield self._bare(quantity["equation"], argument, given)

    def _picked(self, quantity: Mapping[str, Any], picks: Picks) -> tuple[Node, ...]:
        """Follow each entry to its place in the quantities that it was picked from."""
        parts = sorted(quantity["inputs"].items(), key=lambda item: int(item[0][3:] or 0))
        places, value = quantity.get("places") or [], quantity["value"]
        if not places and picks is None:
            return first_nodes(parts, lambda part: self._quantity(part[1], None), self._most)
        if not places and is_list(value) and len(value) == len(parts):
            return first_nodes(picks or (), lambda place: self._quantity(parts[place][1], None), self._most)
        lengths = [length_of(self._quantities[name]["value"]) for _, name in parts]
        wanted = picks
        if places:
            chosen = (
                places[: MOST_ENTRIES if self._most else None] if picks is None else entries_at(places, picks)
            )
            wanted = tuple(int(place) for place in flat(chosen))
        elif not is_list(value) or len(value) != sum(lengths):
            wanted = None
        start, found = 0, list[tuple[str, Picks]]()
        for (_, name), length in zip(parts, lengths, strict=True):
            own = None if wanted is None else tuple(p - start for p in wanted if start <= p < start + length)
            start += length
            if own is None or len(own) == length or not is_list(self._quantities[name]["value"]):
                own = own and None
            if own != ():
                found.append((name, own))
        return first_nodes(found, lambda part: self._quantity(*part), self._most)

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
        count = length_of(value)
        more = count if count > MOST_ENTRIES else 0
        return Node(argument, "declared", entries_at(value, None), argument=argument, words=words, count=more)

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
