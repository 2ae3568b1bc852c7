"""The rooms of the house: what a room may import, no circle, no room too full."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTER = ("methodology", "quantification", "uncertainty", "templates")
WAY: tuple[tuple[str, ...], ...] = (
    ("equations", "extensions", "output"),
    ("reading",),
    ("stocks",),
    ("run",),
    ("emissions",),
    ("routes",),
    ("checks",),
    ("changes",),
    ("programmes",),
    ("crediting",),
    ("engine",),
    ("origins",),
    ("bundle",),
    ("audit", "rule_catalogue", "sampling_plan", "trials", "verify"),
    ("true_up",),
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
