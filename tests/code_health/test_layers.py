"""The layers hold, heavy packages stay where they belong, and the layout is as the architecture page says."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.split("\0")[:-1]
LAYERS = ("methodology", "quantification", "uncertainty", "templates")
SOURCES = [(layer, path) for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """Give the names of all modules that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize(("layer", "path"), SOURCES, ids=lambda value: str(value).removeprefix(str(ROOT)))
def test_a_layer_imports_only_what_is_to_its_left(layer: str, path: Path) -> None:
    allowed = {f"mollisol.{name}" for name in LAYERS[: LAYERS.index(layer) + 1]}
    for name in imports(path):
        if name == "mollisol" or name.startswith("mollisol."):
            assert ".".join(name.split(".")[:2]) in allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize(("layer", "path"), SOURCES, ids=lambda value: str(value).removeprefix(str(ROOT)))
def test_heavy_packages_stay_in_their_layer(layer: str, path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(path)}
    if layer != "uncertainty":
        assert not roots & {"pymc", "arviz", "pytensor"}
    if layer != "templates":
        assert "jinja2" not in roots
    if layer == "methodology" and path.name != "columns.py":  # it holds arrays and computes nothing
        assert not roots & {"numpy", "scipy", "pandas", "numba"}
    if (
        layer == "quantification" and path.name != "compiled.py"
    ):  # its pathlib names the compiler's cache folder
        assert not roots & {"pathlib", "datetime", "io", "csv"}, "equations open no file and ask no date"


def test_help_and_import_load_nothing_heavy() -> None:
    heavy = ["numpy", "scipy", "pandas", "numba", "matplotlib", "jinja2", "pymc", "arviz", "shapely"]
    code = (
        "import sys, mollisol, mollisol.cli.app\n"
        "from typer.main import get_command\n"
        "get_command(mollisol.cli.app.app).get_help\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_links_are_links_to_the_root_folders() -> None:
    for name in (*LAYERS, "examples"):
        link = ROOT / "src" / "mollisol" / name
        assert link.is_symlink()
        assert link.resolve() == (ROOT / name).resolve()


def test_the_wheel_holds_one_package_with_everything_in_it(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"mollisol"}
    for folder in (*LAYERS, "examples"):
        files = {
            str(path.relative_to(ROOT))
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and not {"__pycache__", "simulation"} & set(path.parts)
        }
        inside = {name.removeprefix("mollisol/") for name in names}
        assert files <= inside, sorted(files - inside)[:5]
        assert not [name for name in inside if name.startswith("uncertainty/simulation")]
    for needed in ("mollisol/cli/app.py", "mollisol/py.typed", "mollisol/skeleton/project.toml"):
        assert needed in names


def test_the_architecture_page_names_every_folder_and_no_other() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {match.rstrip("/") for match in re.findall(r"^\| `([a-z_/]+/)` \|", page, flags=re.MULTILINE)}
    for folder in named:
        assert (ROOT / folder).is_dir(), folder
    parts = [path.split("/") for path in TRACKED if not path.startswith(".")]
    top = {path[0] for path in parts if len(path) > 1} - {"src"} | {"src/mollisol"}
    inside = {"/".join(path[:2]) for path in parts if len(path) > 2 and path[0] in LAYERS[:3]}
    assert (top | inside) - named == set()


BANNED = [
    re.compile(text)
    for text in (r"p[y]pi\.org", r"files\.p[y]thonhosted", r"/(?:ro[o]t|ho[m]e)/\w", r"/wo[r]k/")
]
TEXT = {".py", ".md", ".toml", ".txt", ".lock", ".cff", ".html", ".j2", ".json", ".csv", ""}


def test_no_file_names_a_package_host_or_a_path_of_a_machine() -> None:
    for path in (ROOT / name for name in TRACKED):
        if path.suffix in TEXT and path.is_file():
            text = path.read_text(encoding="utf-8", errors="ignore")
            for pattern in BANNED:
                assert not pattern.search(text), f"{path.relative_to(ROOT)} holds {pattern.pattern}"


def test_the_lock_has_a_hash_for_every_package() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[a-zA-Z0-9])", lock.strip())
    assert len(packages) > 50
    for package in packages:
        assert "==" in package
        assert "--hash=sha256:" in package
    assert "index-url" not in lock
    assert "://" not in lock


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    for requirement in wanted:
        name = re.split(r"[\[<>=~! ]", requirement)[0].lower()
        assert f"\n{name}==" in "\n" + lock, name


def test_modules_stay_small() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in (*LAYERS, "src/mollisol")
        for path in (ROOT / folder).rglob("*.py")
    }
    large = {name: lines for name, lines in sizes.items() if lines > 450}
    assert not large, large
