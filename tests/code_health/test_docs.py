"""Generated pages are fresh, every command is told, and every equation and rule stands in its catalogue."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from typer.main import get_command

from mollisol.cli.app import app

ROOT = Path(__file__).parents[2]


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh() -> None:
    for name, page in _script("pages/catalogues").PAGES.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page(), (
            f"run make docs: docs/{name} is stale"
        )


def test_the_uncertainty_page_is_fresh() -> None:
    page = (ROOT / "docs" / "uncertainty.md").read_text(encoding="utf-8")
    assert page == _script("pages/uncertainty").page(), "run make docs"


def test_every_must_decides_a_state_and_is_shown() -> None:
    """Told alone is what the arithmetic settles, products that offset nothing, and places that are kept back."""
    script = _script("pages/musts")
    assert (ROOT / "docs" / "musts.md").read_text(encoding="utf-8") == script.page(), "run make docs"
    found = script.shown()
    for row in script.musts():
        codes = row["codes"].split()
        assert all(found[code] for code in codes), row
        decided = {script.state_of_code(code, found[code]) for code in codes}
        told_alone = row["must"].startswith(("an introduced product offsets only", "points have a place"))
        assert decided - {"told"} or told_alone, row


def test_every_command_is_in_the_readme_and_has_help() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for name, command in commands.items():
        assert f"mollisol {name}" in readme, name
        assert command.help, name


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_stands_in_the_index_of_the_site() -> None:
    listed = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").splitlines()
    lost = [page.name for page in (ROOT / "docs").glob("*.md") if page.stem not in ("index", *listed)]
    assert not lost, "name them in a toctree of docs/index.md"


def test_the_readme_prints_what_the_demo_prints() -> None:
    from mollisol.engine import run_project

    results = run_project(ROOT / "examples" / "woburn-ley").results
    units = sum(period.units_if_eligible_t or 0 for period in results.periods)
    told = f"{units:,} t CO2e computed, {results.state}: 0 can be requested  {results.project}"
    assert told in (ROOT / "README.md").read_text(encoding="utf-8")
