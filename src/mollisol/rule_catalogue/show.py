"""One rule or switch: what it may be, its values, and the equations, checks and examples that use it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files
from typing import Any

from mollisol.engine import run_project
from mollisol.equations import all_equations
from mollisol.methodology.base import DomainObject, Items
from mollisol.methodology.findings import FindingsError
from mollisol.methodology.rules_in_force.rule import Rule, RuleError
from mollisol.methodology.rules_in_force.rule_set import RuleSet
from mollisol.programmes.registry import programme, programme_names
from mollisol.rule_catalogue.audit import modules_of_the_engine
from mollisol.run import Run


def document_of(id: str, rule_set: RuleSet) -> dict[str, Any]:
    """Return everything that is known of a rule or switch as plain data.

    Raises
    ------
    RuleError
        If the rule set has none of that id.
    """
    entry = rule_set.rules.get(id) or rule_set.switches.get(id)
    if entry is None:
        raise RuleError(
            f"there is no rule or switch {id} in {rule_set.key}; see mollisol rules list --rules {rule_set.key}"
        )
    allowed = entry.allowed_in_words if isinstance(entry, Rule) else "'printed' or 'corrected'"
    return entry.model_dump(mode="json", by_alias=True) | {
        "allowed_in_words": allowed,
        "use": use_of(id).model_dump(mode="json"),
    }


def lines_of_document(document: dict[str, Any]) -> Iterator[str]:
    """Return the lines of what :func:`document_of` gives."""
    for name, value in document.items():
        if name not in ("value", "use", "allowed", "allowed_in_words") and value:
            yield f"{name:14} {value}"
    yield f"{'allowed':14} {document['allowed_in_words']}"
    for value in document.get("value", []):
        source = ", ".join(f"{key} {text}" for key, text in value["source"].items() if text)
        yield f"from {value['from']}: {value['value']} ({value['status']})"
        yield from (f"  {line}" for line in (source, value["note"]) if line)
    for name, used in document["use"].items():
        yield f"used, {name:8} {', '.join(used) or 'none'}"


class RuleUse(DomainObject):
    """Where a rule or switch is used.

    ``checks`` are the modules that name it and hold something against it; ``modules`` the others. ``equations`` are
    those that an example gave its value to, ``examples`` those that looked it up.
    """

    checks: Items[str]
    modules: Items[str]
    equations: Items[str]
    examples: Items[str]


def use_of(id: str) -> RuleUse:
    """Return where a rule or switch is used; the examples are run, by the analytic route alone."""
    names = _names(id)
    named = [
        name for name, text in modules_of_the_engine().items() if any(f'"{own}"' in text for own in names)
    ]
    checks = [name for name in named if {"checks", "eligibility"} & set(name.split("."))]
    runs = dict(_runs())
    return RuleUse(
        checks=tuple(checks),
        modules=tuple(name for name in named if name not in checks),
        equations=tuple(sorted(_declared(id) | {eq for run in runs.values() for eq in _equations(id, run)})),
        examples=tuple(name for name, run in runs.items() if _uses(id, run)),
    )


def _names(id: str) -> set[str]:
    """Return what the code calls a rule or switch: shared rooms say ``programme.NAME``, some leave ``switch.`` out."""
    shared = {
        f"programme.{name}"
        for key in programme_names()
        for name, rule in programme(key).rule_names.items()
        if rule == id
    }
    return {id, id.removeprefix("switch."), *shared}


def _declared(id: str) -> set[str]:
    """Return the equations whose passport names the switch."""
    return {passport.id for passport in all_equations().values() if id in passport.switch}


def _runs() -> Iterator[tuple[str, Run]]:
    with as_file(files("mollisol").joinpath("examples")) as folder:
        for project in sorted(folder.iterdir()):
            if (project / "project.toml").is_file():
                try:
                    yield project.name, run_project(project, route="analytic")
                except FindingsError:
                    continue


def _equations(id: str, run: Run) -> set[str]:
    """Return the equations that the value went into, also by way of a quantity that only put it in order."""
    carries = {id} | {name for name in run.trace.quantities if name.startswith(f"{id}@")}
    found = set()
    for quantity in run.trace.quantities.values():
        if carries.isdisjoint(str(value) for value in quantity.inputs.values()):
            continue
        if quantity.equation:
            found.add(quantity.equation)
        else:
            carries.add(quantity.name)
    return found


def _uses(id: str, run: Run) -> bool:
    if id.startswith("switch."):
        return not _declared(id).isdisjoint(quantity.equation for quantity in run.trace.quantities.values())
    return any(chosen.rule == id for chosen in run.rules.chosen)
