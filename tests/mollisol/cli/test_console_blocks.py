"""Pages print what the commands print: each block is run again; ``...`` in it stands for what is not shown."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from glob import glob
from pathlib import Path

import pytest

from mollisol.bundle.write import bundle_files
from mollisol.engine import run_project
from mollisol.output import write_folder
from tests.mollisol.cli.conftest import Mollisol
from tests.mollisol.portfolio.demos import farms
from tests.support.bundles import Taken

ROOT = Path(__file__).parents[3]


def blocks(page: str, of: str) -> list[str]:
    """Return the blocks of a page that run a command."""
    found = re.findall(r"```console\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)
    return [block for block in found if f"$ {of}" in block]


def agree(shown: str, told: str) -> bool:
    """Return whether a page shows what was told; a line of dots stands for lines, dots in a line for words."""
    pattern = ""
    for line in shown.splitlines():
        words = re.sub(r"(\\\.){3}|…", ".*?", re.escape(line))
        pattern += r"(?:.*\n)*?" if line == "..." else f"{words}\n"
    return re.fullmatch(pattern, re.sub(r"[ \t]+\n", "\n", told)) is not None


def held(block: str, mollisol: Mollisol) -> None:
    """Run the commands of a block one after the other in this folder."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        name, *words = shlex.split(command)
        words = [file for word in words for file in sorted(glob(word)) or [word]]
        if name == "mollisol":
            done = mollisol(*words)
            told = done.err + done.out if "portfolio" in words else done.out
            assert not shown or agree(shown, told), f"$ {command}\n{told}"


def test_the_page_on_sampling(mollisol: Mollisol, skeleton: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(skeleton.parent)
    skeleton.rename("PROJECT")
    for block in blocks("sampling.md", "mollisol sample plan PROJECT --detect"):
        held(block, mollisol)


@pytest.mark.slow
def test_the_page_on_verify(mollisol: Mollisol, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo as it is, with the carbon of a control core lowered, with a rule lowered, and signed."""
    monkeypatch.chdir(tmp_path)
    for name in ("demo/bundle", "changed", "rules"):
        write_folder(tmp_path / name, bundle_files(run_project(ROOT / "examples" / "woburn-ley")))
    changed, rules = Taken(tmp_path / "changed"), Taken(tmp_path / "rules")
    changed.replace("inputs/core_increments.csv", "0,25,7.8,tinsley", "0,25,7.2,tinsley")
    changed.hash_again()

    def lower(data: dict[str, dict[str, dict[str, list[dict[str, float]]]]]) -> None:
        for value in data["rules"]["vm0042.deduction.confidence"]["value"]:
            value["value"] = 0.6

    rules.json("rules.json", lower)
    rules.hash_again()
    independent, of_changed, of_earlier, signed = blocks("verify.md", "mollisol")
    assert "tests/issued" in of_earlier, "run by tests/issued"
    for block in (independent, of_changed, signed):
        held(block, mollisol)
    page = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(rules: .*?)```", page, re.DOTALL)
    told = mollisol("verify", "rules").out
    assert agree(f"...\n{shown}...\n", told), told


@pytest.mark.slow
def test_the_page_on_portfolios(mollisol: Mollisol, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight farms and the mixed farm; between the two blocks the word in a table of farm 4 is mended."""
    monkeypatch.chdir(tmp_path)
    table = farms(tmp_path / "farms")[3] / "core_increments.csv"
    shutil.copytree(ROOT / "examples" / "mixed-farm", tmp_path / "farms" / "mixed-farm")
    first, again = blocks("portfolio.md", "mollisol portfolio")
    held(first, mollisol)
    table.write_text(table.read_text(encoding="utf-8").replace("many", "1.5"), encoding="utf-8")
    held(again, mollisol)
    mollisol("portfolio", "export", "carbon", "--out", "tables")
    page = (ROOT / "docs" / "portfolio.md").read_text(encoding="utf-8")
    sums = json.loads((tmp_path / "tables" / "sums.json").read_text(encoding="utf-8"))
    for item in sums["computed"]["together"]:
        cells = item["projects"], f"{item['shared_t']:,.1f}", f"{item['independent_t']:,.1f}"
        assert re.search(r"{} +{} +{}\b".format(*cells), page), item
