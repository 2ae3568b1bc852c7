"""The trace: every quantity with its unit, its equation, its inputs and the rules that were chosen for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mollisol.methodology.columns import one_behind_the_other
from mollisol.methodology.factors.factor import Factor
from mollisol.methodology.findings import FindingsError, finding
from mollisol.methodology.provenance import passport_of, registered_equations
from mollisol.methodology.rules_in_force.rule import ChosenValue
from mollisol.methodology.rules_in_force.rule_set import RulesInForce


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named value with what stands behind it.

    Parameters
    ----------
    name
        Unique in the run: ``quantity@place.time``.
    value
        A number, or an array whose first axis is labelled by ``index``.
    unit
        As in the equation's passport, or of the column it was read from.
    equation
        Id of the equation; empty for what was measured or declared.
    inputs
        Argument name to the name of the quantity that was given, or the bare value.
    rules
        Values that were looked up for it.
    rows
        Where it was read: ``file:row``; one per entry of ``index`` where there is one.
    places
        Of what was only put in order: the places that its entries have along the first axes of its inputs, one after
        the other; empty where all were taken as they come.
    """

    name: str
    value: Any
    unit: str
    equation: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    rules: tuple[ChosenValue, ...] = ()
    rows: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    places: tuple[Any, ...] = ()


class Trace:
    """The record of a run; quantities enter in the order in which they were computed."""

    def __init__(self, rules: RulesInForce) -> None:
        self._rules = rules
        self._quantities: dict[str, Quantity] = {}
        self._kept: dict[str, object] = {}

    @property
    def quantities(self) -> dict[str, Quantity]:
        """All quantities by name."""
        return dict(self._quantities)

    def rule(self, id: str, emission_date: date | None = None) -> Quantity:
        """Look a rule up and enter its value as a quantity of the same name; with the day where it hangs on one."""
        chosen = self._rules.value(id, emission_date)
        name = chosen.rule if emission_date is None else f"{chosen.rule}@{emission_date}"
        return self._enter(Quantity(name, chosen.value, chosen.unit, rules=(chosen,)), again=True)

    def factor(self, factor: Factor) -> Factor:
        """Return a default factor as it is in force."""
        return self._rules.factor(factor)

    def given(
        self, name: str, value: Any, unit: str, rows: Sequence[str] = (), index: Sequence[str] = ()
    ) -> Quantity:
        """Enter what was measured or declared."""
        return self._enter(Quantity(name, value, unit, rows=tuple(rows), index=tuple(index)))

    def arrange(
        self,
        name: str,
        value: Any,
        parts: Sequence[Quantity],
        *,
        index: Sequence[str] = (),
        places: Sequence[Any] = (),
    ) -> Quantity:
        """Enter values of other quantities in another order or selection; nothing is computed."""
        inputs = {f"of_{number}" if number else "of": part.name for number, part in enumerate(parts)}
        return self._enter(
            Quantity(name, value, parts[0].unit, inputs=inputs, index=tuple(index), places=tuple(places))
        )

    def join(self, name: str, parts: Sequence[Quantity], index: Sequence[str] = ()) -> Quantity:
        """Enter the values of quantities one behind the other."""
        return self.arrange(name, one_behind_the_other(part.value for part in parts), parts, index=index)

    def pick(self, name: str, whole: Quantity, places: Sequence[int]) -> Quantity:
        """Enter some values of a quantity with their index."""
        index = [whole.index[place] for place in places]
        return self.arrange(name, whole.value[list(places)], [whole], index=index, places=places)

    def compute(
        self,
        name: str,
        function: Callable[..., Any],
        /,
        *,
        index: Sequence[str] = (),
        unit: str = "",
        **inputs: Any,
    ) -> Quantity:
        """Run a registered equation on quantities and bare values, and enter what it gives.

        ``unit`` stands in for the passport's where the equation keeps the unit of its input. Where a proposal swapped
        the equation, the other one runs and is named: this is the one place where that is looked up.
        """
        swap = self._rules.rule_set.equations
        if swap and (other := swap.get(passport_of(function).id)):
            function = registered_equations()[other].function
        value = function(
            **{key: given.value if isinstance(given, Quantity) else given for key, given in inputs.items()}
        )
        return self._record(name, value, function, index, unit, inputs)

    def record(
        self,
        name: str,
        value: Any,
        function: Callable[..., Any],
        /,
        *,
        index: Sequence[str] = (),
        unit: str = "",
        **inputs: Any,
    ) -> Quantity:
        """Enter a value that a registered equation gave elsewhere, with the inputs that it was given.

        Raises
        ------
        FindingsError
            If a proposal swapped the equation: what ran elsewhere was not the other one.
        """
        id = passport_of(function).id
        if id in self._rules.rule_set.equations:
            found = "a run of this project has its value from another step, which cannot be swapped"
            raise FindingsError([finding("equation-runs-elsewhere", f"equation {id}", found, equation=id)])
        return self._record(name, value, function, index, unit, inputs)

    def _record(
        self,
        name: str,
        value: Any,
        function: Callable[..., Any],
        index: Sequence[str],
        unit: str,
        inputs: dict[str, Any],
    ) -> Quantity:
        passport = passport_of(function)
        names = dict(inputs)
        rules: tuple[ChosenValue, ...] = ()
        for key, part in inputs.items():
            if isinstance(part, Quantity):
                names[key] = part.name
                rules = rules if part.equation else (*rules, *part.rules)
        unit = unit or passport.unit
        return self._enter(Quantity(name, value, unit, passport.id, names, rules, index=tuple(index)))

    def keep(self, name: str, value: object) -> None:
        """Keep what a quantity was read from, for a step that comes after the run; it is not written."""
        self._kept[name] = value

    def kept[Kind](self, kind: type[Kind]) -> dict[str, Kind]:
        """Return what was kept of a kind, in the order of computing."""
        return {name: value for name, value in self._kept.items() if isinstance(value, kind)}

    def _enter(self, quantity: Quantity, *, again: bool = False) -> Quantity:
        if quantity.name in self._quantities and not again:
            raise ValueError(f"the quantity {quantity.name} is already in the trace")
        self._quantities[quantity.name] = quantity
        return quantity
