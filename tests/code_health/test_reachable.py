"""Every public function and class of the package is reached from a command, exported, or a registered equation."""

from __future__ import annotations

import ast
import textwrap
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.support.source import ROOT, sources

ROOTS = ("mollisol.cli.app", "mollisol.__main__", "mollisol")
"""What runs by itself: the command line, and the module that gives out the exported names."""
APART = ("mollisol.uncertainty.simulation", "mollisol.skeleton", "mollisol.examples")
"""What only tests and pages use; it is left out of the wheel."""

WAITING: dict[str, str] = {
    "mollisol.methodology.soil_models.tables:Tier1Factor": "questions put to a modelled change: Tier 1 beside it",
    "mollisol.methodology.soil_models.tables:tier1_factor": "questions put to a modelled change: Tier 1 beside it",
    "mollisol.quantification.models.tier1": "questions put to a modelled change: Tier 1 beside it",
}
"""Code that waits in place, by module or by name, each with the feature that will use it."""

type Sources = Mapping[str, ast.Module]


def wheel() -> Sources:
    """Return the modules that go into the wheel."""
    return {name: tree for name, tree in sources().items() if not name.startswith(APART)}


class Package:
    """What each definition of a package refers to."""

    def __init__(self, modules: Sources) -> None:
        self.modules = modules
        self.names: dict[str, dict[str, str]] = {}
        self.refers: dict[str, set[str]] = defaultdict(set)
        self.public: set[str] = set()
        self.equations: set[str] = set()
        self.methods: dict[str, str] = {}
        self.attributes: set[str] = set()
        for module, tree in modules.items():
            self.names[module] = dict(self._names(module, tree))
        for module, tree in modules.items():
            self._definitions(module, tree)

    def _names(self, module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
        """Yield what a name of a module stands for: ``module:name`` of a definition, or a module."""
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    target = inner if inner in self.modules else f"{node.module}:{alias.name}"
                    yield alias.asname or alias.name, target
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.asname or alias.name, alias.name
        for statement in tree.body:
            for name in _defined(statement):
                yield name, f"{module}:{name}"

    def _definitions(self, module: str, tree: ast.Module) -> None:
        for statement in tree.body:
            own = list(_defined(statement))
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                own_key = f"{module}:{statement.name}"
                if not statement.name.startswith("_"):
                    self.public.add(own_key)
                if any(_is_equation(decorator) for decorator in statement.decorator_list):
                    self.equations.add(own_key)
                if isinstance(statement, ast.ClassDef) and self._is_own(module, statement):
                    for item in statement.body:
                        if isinstance(item, ast.FunctionDef) and not item.decorator_list:
                            self.methods[f"{own_key}.{item.name}"] = item.name
                for decorator in statement.decorator_list:
                    if not _is_plain(decorator):  # it registers what it decorates
                        self.refers[module].add(own_key)
                keys = [own_key]
            elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.TypeAlias) and own:
                keys = [f"{module}:{name}" for name in own]
                if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(
                    statement.value, ast.Call
                ):
                    keys.append(module)  # a call runs when the module is imported
            else:
                keys = [module]
            for target in self._targets(module, statement):
                for key in keys:
                    self.refers[key].add(target)
            for key in keys:
                self.refers[key].add(module)

    def _is_own(self, module: str, statement: ast.ClassDef) -> bool:
        """Return whether all bases are classes of the package: else a caller elsewhere may name the methods."""
        known = ("BaseModel", "DomainObject", "Protocol", "NamedTuple")
        return all(
            self.names[module].get(ast.unparse(base), "").partition(":")[0] in self.modules
            or ast.unparse(base).partition("[")[0] in known
            for base in statement.bases
        )

    def _targets(self, module: str, statement: ast.stmt) -> Iterator[str]:
        names = self.names[module]
        for node in ast.walk(statement):
            if isinstance(node, ast.ImportFrom | ast.Import):
                yield from self._imported(node)
            elif isinstance(node, ast.Name) and node.id in names:
                yield names[node.id]
            elif isinstance(node, ast.Attribute):
                self.attributes.add(node.attr)
                yield f"{self._dotted(node.value, names)}:{node.attr}"
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value in self.modules:  # a module that is imported by its name
                    yield node.value
                yield from (names[word] for word in node.value.replace("|", " ").split() if word in names)

    def _imported(self, node: ast.ImportFrom | ast.Import) -> Iterator[str]:
        """Yield the modules that an import runs; the names are followed where they are used."""
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from (alias.name for alias in node.names)

    def _dotted(self, node: ast.expr, names: Mapping[str, str]) -> str:
        if isinstance(node, ast.Name):
            return names.get(node.id, "")
        if isinstance(node, ast.Attribute):
            return f"{self._dotted(node.value, names)}.{node.attr}"
        return ""

    def reached(self) -> set[str]:
        """Return everything that is reached from the roots and the registered equations."""
        todo = [*ROOTS, *self.equations, *entry_points(), *exported(self.modules["mollisol"])]
        todo += [key for key in self.refers if key.startswith(tuple(f"{root}:" for root in ROOTS))]
        done: set[str] = set()
        while todo:
            key = todo.pop()
            if key in done:
                continue
            done.add(key)
            todo += self.refers.get(key, ())
            module, _, name = key.partition(":")
            if name and module in self.names and f"{module}:{name}" not in self.refers:
                todo.append(self.names[module].get(name, ""))  # a name that a module hands on
        return done

    def dead(self) -> set[str]:
        """Return the public definitions that nothing reaches, and the methods that nothing names."""
        reached = self.reached()
        given_out = set(exported(self.modules["mollisol"]))
        unnamed = {
            method
            for method, name in self.methods.items()
            if not name.startswith("_")
            and name not in self.attributes
            and method.split(".")[0] in reached
            and method.rpartition(".")[0] not in given_out
        }
        return (self.public - reached) | unnamed


def entry_points() -> list[str]:
    """Return what the package names in ``pyproject.toml`` to be loaded by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [point for group in project["entry-points"].values() for point in group.values()]


def exported(tree: ast.Module) -> Iterator[str]:
    """Yield what ``mollisol.__all__`` gives out."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "_HOME":
            for name, home in ast.literal_eval(statement.value).items():
                yield f"mollisol{home}:{name}"


def _defined(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.TypeAlias):
        yield statement.name.id
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))


def _called(decorator: ast.expr) -> str:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _is_equation(decorator: ast.expr) -> bool:
    return _called(decorator) == "equation"


def _is_plain(decorator: ast.expr) -> bool:
    return _called(decorator).split(".")[-1] in {
        "equation",
        "dataclass",
        "cache",
        "lru_cache",
        "contextmanager",
        "overload",
        "njit",
        "runtime_checkable",
    }


def waits(key: str) -> bool:
    return any(key == entry or key.startswith((f"{entry}:", f"{entry}.")) for entry in WAITING)


def test_every_public_function_and_class_is_reached() -> None:
    dead = Package(wheel()).dead()
    assert sorted(key for key in dead if not waits(key)) == []
    assert [entry for entry in WAITING if not any(key.startswith(entry) for key in dead)] == [], (
        "wired: take them off"
    )


def test_a_planted_dead_function_class_and_method_are_seen() -> None:
    planted = """
        from mollisol.methodology.findings import Finding

        class Alone:
            def told(self) -> Finding: ...

        def nobody_calls_this() -> Alone:
            return Alone()
    """
    found = dict(wheel())
    found["mollisol.methodology.planted"] = ast.parse(textwrap.dedent(planted))
    used = found["mollisol.methodology.deviations"]
    found["mollisol.methodology.deviations"] = ast.parse(
        ast.unparse(used) + "\nclass Half:\n    def unnamed_by_all(self): ...\n"
        "def apply_deviations(findings, deviations): return Half()\n"
    )
    dead = Package(found).dead()
    assert {
        "mollisol.methodology.planted:Alone",
        "mollisol.methodology.planted:nobody_calls_this",
        "mollisol.methodology.deviations:Half.unnamed_by_all",
    } <= dead
