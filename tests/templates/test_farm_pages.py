"""The page of a farm: its own figures, in the words of a catalogue that can be translated and cannot be misused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from mollisol.bundle.render import render_bundle
from mollisol.bundle.write import files_to_write
from mollisol.engine import run_project
from mollisol.methodology.findings import UserError
from mollisol.output import write_folder

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "templates" / "farm_page" / "messages.toml"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of the mixed farm."""
    place = tmp_path_factory.mktemp("farms") / "bundle"
    write_folder(place, files_to_write(run_project(ROOT / "examples" / "mixed-farm", route="analytic")))
    return place


def test_each_unit_has_its_page_with_its_own_figures(bundle: Path) -> None:
    pages = {name: content.decode() for name, content in render_bundle(bundle, ("farms",)).items()}
    assert list(pages) == ["farms/1-arable.html", "farms/2-grass.html", "farms/3-mixed.html"]
    page = pages["farms/1-arable.html"]
    # strata.csv: 60 of 150 ha; sample_points.csv: 8 points in each stratum
    assert "60.0 ha" in page
    assert "40 % of the land" in page
    assert "at 8 places in 3 rounds" in page
    assert "{" not in re.sub(r"(?s)<style>.*?</style>", "", page)
    for other in ("grass", "control"):
        assert f'<th scope="row">{other}' not in page


def test_translation_takes_the_place_of_english(bundle: Path, tmp_path: Path) -> None:
    own = tmp_path / "messages.toml"
    text = CATALOGUE.read_text(encoding="utf-8")
    own.write_text(
        text.replace('land = "Land"', 'land = "Feld & <b>Flur</b>"').replace('"en"', '"de"'), "utf-8"
    )
    page = render_bundle(bundle, ("farms",), messages=own)["farms/1-arable.html"].decode()
    assert '<html lang="de">' in page
    assert "Feld &amp; &lt;b&gt;Flur&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('land = "Land"', ""),
        ('"{area} ha"', '"{area.__class__} ha"'),
        ('"{area} ha"', '"{area!r} ha"'),
        ('"{area} ha"', '"{area} {units} ha"'),
        ('"{area} ha"', '"{area"'),
        ('land = "Land"', "land = 3"),
        ('land = "Land"', "land"),
    ],
)
def test_catalogue_that_says_other_things_is_refused(
    bundle: Path, tmp_path: Path, old: str, new: str
) -> None:
    own = tmp_path / "messages.toml"
    own.write_text(CATALOGUE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError, match="catalogue"):
        render_bundle(bundle, ("farms",), messages=own)


def test_every_message_is_used() -> None:
    used = "".join(
        (CATALOGUE.parent / name).read_text(encoding="utf-8") for name in ("render.py", "page.html.j2")
    )
    states = {"state_eligible", "state_provisional", "state_refused", "state_proposed"}
    for name in set(tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))) - states:
        assert f'"{name}"' in used, name
