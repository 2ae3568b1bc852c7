"""The site builds without a warning and asks nothing of a network; every link in it leads somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import mollisol

ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """What a page links to, what it loads, and the places in it that a link can name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.places: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places.add(given.get("id", ""))
        if tag == "a":
            self.links.add(given.get("href", ""))
        elif tag in ("script", "img", "link"):
            self.loads.add(given.get("src", given.get("href", "")))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(out / "trees")]
    done = subprocess.run(
        [*command, str(ROOT / "docs"), str(out / "html")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return out / "html"


@pytest.mark.slow
def test_every_link_inside_leads_to_a_place_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    lost = []
    for path, page in pages.items():
        outside = [one for one in page.loads if urlsplit(one).netloc]
        assert not outside, (path.name, outside)
        for link in page.links:
            to = urlsplit(link)
            if to.scheme or to.netloc:
                continue
            target = (path.parent / unquote(to.path)).resolve() if to.path else path
            there = pages[target].places if target in pages else {""}
            if not target.exists() or unquote(to.fragment) not in there:
                lost.append((path.name, link))
    assert not lost


@pytest.mark.slow
def test_what_is_public_stands_in_the_reference_and_words_can_be_searched(site: Path) -> None:
    places = Page((site / "reference.html").read_text(encoding="utf-8")).places
    assert {f"mollisol.{name}" for name in mollisol.__all__} <= places
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert re.search(r'"?buffer"?:', index)
    assert "stratum" in (site / "glossary.html").read_text(encoding="utf-8")
