"""The rooms of the house: what a room may import, no circle, no room too full."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTER = ("methodology", "quantification", "uncertainty", "templates")
WAY: tuple[tuple[str, ...], ...] = (
    ("equations", "extensions", "output", "workers"),
    ("soil_models",),
    ("reading",),
    ("importing",),
    ("stocks",),
    ("run",),
    ("emissions",),
    ("routes",),
    ("checks",),
    ("questions",),
    ("changes",),
    ("programmes",),
    ("crediting",),
    ("computing",),
    ("engine",),
    ("origins",),
    ("bundle",),
    ("audit", "rule_catalogue", "sampling_plan", "trials"),
    ("laboratory", "portfolio"),
    ("verify",),
    ("findings_log", "true_up"),
    ("rounds",),
    ("api",),
    ("cli",),
)
"""Rooms and modules of ``src/mollisol`` from left to right; what stands together does not import each other."""
DOUBT: tuple[tuple[str, ...], ...] = (
    ("groups", "student"),
    ("degrees_of_freedom", "integration"),
    ("measurement",),
    ("scaling", "model"),
    ("audit", "comparison", "deduction", "monte_carlo", "planning", "posterior"),
    ("calibration", "validation"),
    ("simulation",),
)
"""The same for ``uncertainty``."""
MOST_MODULES = 20
MOST_OF_ITS_OWN = 8
ENDINGS = ("_step", "_run", "_cli", "_types", "_files")


def modules(folder: Path, package: str) -> dict[str, Path]:
    """Return every module below a folder by its dotted name; what a link leads to is another package's."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if parts[0] not in OUTER:
            found[".".join([package, *parts]).removesuffix(".__init__")] = path
    return found


def imported(path: Path) -> Iterator[str]:
    """Return the dotted names that a file imports anywhere in it, also what it takes out of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def arrows_to_the_right(folder: Path, package: str, order: Sequence[Sequence[str]]) -> list[str]:
    """Return each import of something that does not stand to the left."""
    place = {name: number for number, group in enumerate(order) for name in group}
    wrong = []
    for name, path in modules(folder, package).items():
        room = name.removeprefix(f"{package}.").split(".")[0]
        if name == package or room == "__main__":
            continue
        assert room in place, f"{room} has no place in the order"
        for target in imported(path):
            other = target.removeprefix(f"{package}.").split(".")[0]
            known = target.startswith(f"{package}.") and other in place
            if known and other != room and place[other] >= place[room]:
                wrong.append(f"{name} imports {target}")
    return wrong


def circles(named: Mapping[str, Path]) -> list[str]:
    """Return each pair of files of which one leads to the other and back, by whatever way."""
    leads = {name: {target for target in imported(path) if target in named} for name, path in named.items()}
    wrong = []
    for name in named:
        seen, edge = set[str](), set(leads[name])
        while edge:
            step = edge.pop()
            if step == name:
                wrong.append(name)
                break
            if step not in seen:
                seen.add(step)
                edge |= leads[step]
    return wrong


def full_rooms(folder: Path, most: int = MOST_MODULES) -> list[str]:
    """Return every folder with more modules than a reader keeps in mind."""
    return [
        str(inner.relative_to(folder))
        for inner in sorted({path.parent for path in folder.rglob("*.py")})
        if sum(path.name != "__init__.py" for path in inner.glob("*.py")) > most
    ]


@pytest.mark.parametrize(
    ("folder", "package", "order"),
    [("src/mollisol", "mollisol", WAY), ("uncertainty", "mollisol.uncertainty", DOUBT)],
)
def test_a_room_imports_only_what_stands_to_its_left(
    folder: str, package: str, order: tuple[tuple[str, ...], ...]
) -> None:
    assert arrows_to_the_right(ROOT / folder, package, order) == []


def test_no_two_files_import_each_other() -> None:
    named = modules(ROOT / "src" / "mollisol", "mollisol")
    for layer in OUTER:
        named |= modules(ROOT / layer, f"mollisol.{layer}")
    assert circles(named) == []


def test_no_room_is_too_full() -> None:
    for folder in ("src/mollisol", *OUTER, "tests", "scripts"):
        assert full_rooms(ROOT / folder) == [], folder
    own = [path.name for path in (ROOT / "src" / "mollisol").glob("*.py") if not path.name.startswith("__")]
    assert len(own) <= MOST_OF_ITS_OWN, own


def test_a_command_reads_arguments_calls_one_function_and_prints() -> None:
    """No module of the command line grows beyond 200 lines, nor opens a file to parse it."""
    for path in sorted((ROOT / "src" / "mollisol" / "cli").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 200, path.name
        assert not {"csv", "json", "tomllib", "io"} & set(imported(path)) or path.name == "printing.py", (
            path.name
        )


def test_the_engine_stays_a_table_of_contents() -> None:
    text = (ROOT / "src" / "mollisol" / "engine.py").read_text(encoding="utf-8")
    functions = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert [name for name in functions if not name.startswith("_")] == ["assess_project", "run_project"]
    assert len(text.splitlines()) < 250


def test_the_folder_says_what_a_name_need_not_say_again() -> None:
    for path in modules(ROOT / "src" / "mollisol", "mollisol").values():
        assert not path.stem.endswith(ENDINGS), path.name


def test_heavy_routes_stay_away_from_check() -> None:
    reached, edge = set[str](), {"mollisol.cli.app"}
    named = modules(ROOT / "src" / "mollisol", "mollisol")
    while edge:
        step = edge.pop()
        if step in named and step not in reached:
            reached.add(step)
            tree = ast.parse(named[step].read_text(encoding="utf-8"))
            for node in tree.body:
                if isinstance(node, ast.ImportFrom) and node.module:
                    edge |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    assert not {name for name in reached if name.startswith(("mollisol.routes", "mollisol.trials.calibrate"))}


def test_check_loads_no_route() -> None:
    """A whole check of an example, in a process of its own: what only a run needs is not imported."""
    code = (
        "import sys; from mollisol.engine import assess_project; "
        f"assert not assess_project({str(ROOT / 'examples' / 'woburn-ley')!r}).blocked; "
        "print(*sorted(sys.modules), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "mollisol.programmes.vm0042" in loaded
    rooms = ("routes", "changes", "crediting", "templates.render")
    assert not [name for name in loaded if name.startswith(tuple(f"mollisol.{room}" for room in rooms))]
    assert not {"jinja2", "pymc", "arviz", "matplotlib"} & set(loaded)


PROGRAMMES_OWN = (
    "programmes/vm0042.py",
    "emissions/",
    "checks/activity.py",
    "checks/activity_livestock.py",
    "checks/eligibility.py",
    "checks/non_permanence.py",
    "verify/second_implementation.py",
    "verify/compare_second.py",
)
"""What VM0042 alone is asked for or asks."""
NAMES_IT: Mapping[str, str] = {
    "extensions.py": "the register of what ships",
    "reading/schema.py": "schema 1 knew one programme and did not name it",
    "cli/app.py": "an example in the help of eq",
    "audit/effects.py": "finds quantities by the id of an equation",
    "audit/explain_leaves.py": "says what arguments of equations are, by the id of the equation",
    "laboratory/kernel.py": "computes the accounting of one programme for many projects at once",
    "laboratory/activity.py": "computes the leakage of that programme for many projects at once",
    "laboratory/terms.py": "asks a rule set of that programme for its values",
    "laboratory/folder.py": "writes the head of a project, which names its programme",
    "trials/comparisons.py": "the validation module is a document of its own",
    "trials/files.py": "the validation module is a document of its own",
    "trials/summary.py": "the validation module is a document of its own",
    "trials/validate.py": "the validation module is a document of its own",
}
"""Shared modules that name a document of a programme, and why."""
NAMED = re.compile(r"vm0042|vmd00\d\d|\bvcs\b", re.IGNORECASE)


def named_in(path: Path) -> list[str]:
    """Return every text and name of the code that names a document of a programme; docstrings and clauses are prose."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        for statement in node.body
        if isinstance(statement, ast.Expr)
    }
    clauses = {
        id(part)
        for node in ast.walk(tree)
        if (isinstance(node, ast.keyword) and node.arg == "clause")
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_CLAUSE")
        for part in ast.walk(node)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings | clauses
    ]
    texts += [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return [text for text in (*texts, *imported(path)) if NAMED.search(text)]


def test_the_shared_rooms_name_no_programme() -> None:
    found = {}
    for path in modules(ROOT / "src" / "mollisol", "mollisol").values():
        name = path.relative_to(ROOT / "src" / "mollisol").as_posix()
        if not name.startswith(PROGRAMMES_OWN) and (texts := named_in(path)):
            found[name] = texts
    assert {name: texts for name, texts in found.items() if name not in NAMES_IT} == {}
    assert set(NAMES_IT) <= set(found), "a reason that is no longer needed"


def test_the_way_asks_nothing_that_is_a_programmes_own() -> None:
    """Engine, routes, changes and crediting import no module of VM0042; what rule authors may hook in is shared."""
    wrong = []
    for name, path in modules(ROOT / "src" / "mollisol", "mollisol").items():
        if name.split(".")[1:2] and name.split(".")[1] in ("engine", "run", "routes", "changes", "crediting"):
            wrong += [
                f"{name} imports {target}"
                for target in imported(path)
                if target.removeprefix("mollisol.").replace(".", "/").startswith(PROGRAMMES_OWN)
                and not target.startswith("mollisol.emissions.hooks")
            ]
    assert wrong == []


def test_a_planted_name_of_a_programme_is_found(tmp_path: Path) -> None:
    plant(tmp_path, stocks__means='"""Means (VM0042)."""\n\nRULE = "vm0042.soc.minimum-depth"\n')
    assert named_in(tmp_path / "stocks" / "means.py") == ["vm0042.soc.minimum-depth"]


def plant(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_planted_arrow_to_the_right_is_found(tmp_path: Path) -> None:
    plant(tmp_path, stocks__means="from mollisol.engine import run_project\n", engine="")
    assert arrows_to_the_right(tmp_path, "mollisol", WAY) == [
        "mollisol.stocks.means imports mollisol.engine",
        "mollisol.stocks.means imports mollisol.engine.run_project",
    ]


def test_a_planted_circle_inside_a_function_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        stocks__means="def mean() -> None:\n    from mollisol.stocks.sums import total\n",
        stocks__sums="from mollisol.stocks.means import mean\n",
    )
    assert circles(modules(tmp_path, "mollisol")) == ["mollisol.stocks.means", "mollisol.stocks.sums"]


def test_a_planted_21st_module_is_found(tmp_path: Path) -> None:
    plant(tmp_path, **{f"routes__route_{number}": "" for number in range(20)})
    assert full_rooms(tmp_path) == []
    plant(tmp_path, routes__one_more="")
    assert full_rooms(tmp_path) == ["routes"]
