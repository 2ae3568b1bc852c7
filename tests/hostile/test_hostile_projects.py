"""A project from somebody else: refused in words under a reason code, or shown inert."""

from __future__ import annotations

import os
import socket
import ssl  # noqa: F401  what derives from a socket is loaded before sockets are refused
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import assess_project, run_project
from mollisol.equations import all_equations
from mollisol.methodology.findings import FindingsError, Severity
from mollisol.methodology.rules_in_force.proposal import lay_over, read_proposal
from mollisol.methodology.rules_in_force.rule import RuleError
from mollisol.methodology.rules_in_force.rule_set import load_rule_set

GEOMETRY = '\ngeometry_file = "units.geojson"\n\n[project.design]'


def head(project: Path, old: str, new: str) -> None:
    path = project / "project.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def cell(project: Path, file: str, old: str, new: str) -> None:
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def polygons(project: Path, content: bytes) -> None:
    text = (project / "project.toml").read_text(encoding="utf-8")
    if "\ngeometry_file" not in text:
        head(project, "\n[project.design]", GEOMETRY)
    (project / "units.geojson").write_bytes(content)


def instead(file: str, make: Callable[[Path], Any]) -> Callable[[Path], None]:
    def spoil(project: Path) -> None:
        (project / file).unlink(missing_ok=True)
        make(project / file)

    return spoil


def long_row(project: Path) -> None:
    with (project / "strata.csv").open("a", encoding="utf-8") as stream:
        stream.write("," * 2_000_000)


def gigabyte(project: Path) -> None:
    with (project / "strata.csv").open("r+b") as stream:
        stream.truncate(1_000_000_000)


FEATURE: bytes = (
    b'{"type": "FeatureCollection", "features": [{"properties": {"stratum": "a"}, '
    b'"geometry": {"type": "Polygon", "coordinates": %s}}]}'
)
_INNER = b'{"type": "GeometryCollection", "geometries": ['
COLLECTION = (
    b'{"features": [{"properties": {"stratum": "a"}, "geometry": ' + _INNER * 400 + b"]}" * 400 + b"}]}"
)
DEEP = b"[" * 10_000 + b"]" * 10_000
TRICKS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "script in a name": (
        "markup-in-text",
        lambda p: head(p, 'name = "', 'name = "<script>alert(1)</script>'),
    ),
    "script in a cell": ("markup-in-text", lambda p: cell(p, "strata.csv", "PLACEHOLDER", "<img src=x>")),
    "formula in a cell": (
        "formula-in-cell",
        lambda p: cell(p, "strata.csv", "PLACEHOLDER", "=HYPERLINK(1)"),
    ),
    "characters that act on a terminal": (
        "bad-name",
        lambda p: head(p, 'name = "', 'name = "\\u001b[2J'),
    ),
    "text that turns the direction of writing": (
        "bad-name",
        lambda p: head(p, 'name = "', 'name = "\\u202e'),
    ),
    "a path that leaves the folder": (
        "path-leaves-folder",
        lambda p: head(p, "\n[project.design]", GEOMETRY.replace("units.geojson", "../../etc/passwd")),
    ),
    "an absolute path": (
        "path-leaves-folder",
        lambda p: head(p, "\n[project.design]", GEOMETRY.replace("units.geojson", "/etc/passwd")),
    ),
    "a path of another system": (
        "path-leaves-folder",
        lambda p: head(p, "\n[project.design]", GEOMETRY.replace("units.geojson", "..\\\\..\\\\up")),
    ),
    "a stream of a file": (
        "path-leaves-folder",
        lambda p: head(p, "\n[project.design]", GEOMETRY.replace("units.geojson", "strata.csv:hidden")),
    ),
    "a link out": ("path-leaves-folder", instead("strata.csv", lambda path: path.symlink_to("/etc/passwd"))),
    "a device": ("path-leaves-folder", instead("strata.csv", lambda path: path.symlink_to("/dev/zero"))),
    "a pipe": ("not-a-plain-file", instead("strata.csv", os.mkfifo)),
    "an optional table that is a pipe": ("not-a-plain-file", instead("biochar.csv", os.mkfifo)),
    "a folder for a table": ("not-a-plain-file", instead("biochar.csv", lambda path: path.mkdir())),
    "a link to nothing": ("not-a-plain-file", instead("biochar.csv", lambda path: path.symlink_to("none"))),
    "a row without end": ("row-too-long", long_row),
    "a row of 1 GB": ("file-too-large", gigabyte),
    "NUL bytes": ("not-text", lambda p: cell(p, "strata.csv", "PLACEHOLDER", "PLACE\x00HOLDER")),
    "two encodings": (
        "not-utf8",
        lambda p: (p / "strata.csv").write_bytes("ü".encode() + "ü".encode("latin-1")),
    ),
    "arrays in arrays": ("toml-syntax", lambda p: (p / "project.toml").write_bytes(b"a = " + DEEP)),
    "tables in tables": (
        "wrong-type",
        lambda p: head(
            p, "[project.design]\n", "[project.attribution" + ".a" * 3000 + "]\nx = 1\n[project.design]\n"
        ),
    ),
    "tables in tables under a name": (
        "key-unknown",
        lambda p: head(p, "[project.design]\n", "[project.x" + ".a" * 3000 + "]\nx = 1\n[project.design]\n"),
    ),
    "a whole number of 5,000 digits": (
        "toml-syntax",
        lambda p: head(p, "reporting_depth_cm = ", f"reporting_depth_cm = {'9' * 5000} # "),
    ),
    "a whole number of 400 digits": (
        "wrong-type",
        lambda p: head(p, "reporting_depth_cm = ", f"reporting_depth_cm = {'9' * 400} # "),
    ),
    "a key twice": ("toml-syntax", lambda p: head(p, 'name = "', 'name = "a"\nname = "')),
    "nan": ("not-a-finite-number", lambda p: head(p, "reporting_depth_cm = ", "reporting_depth_cm = nan # ")),
    "polygons of 10,000 levels": ("geometry-unreadable", lambda p: polygons(p, DEEP)),
    "coordinates of 60 levels": (
        "geometry-unreadable",
        lambda p: polygons(p, FEATURE % (b"[" * 50 + b"1" + b"]" * 50)),
    ),
    "collections in collections": ("geometry-unreadable", lambda p: polygons(p, COLLECTION)),
    "polygons with NaN": (
        "geometry-unreadable",
        lambda p: polygons(p, FEATURE % b"[[[NaN, 1], [2, 2], [3, 1]]]"),
    ),
    "polygons with a huge whole number": (
        "geometry-unreadable",
        lambda p: polygons(p, FEATURE % (b"[[[" + b"9" * 400 + b", 1], [2, 2], [3, 1]]]")),
    ),
    "polygons with a key twice": (
        "geometry-unreadable",
        lambda p: polygons(p, b'{"type": "FeatureCollection", "features": [], "features": []}'),
    ),
    "a coordinate system that is a list": (
        "wrong-crs",
        lambda p: polygons(p, b'{"features": [], "crs": {"properties": {"name": [[], {}]}}}'),
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_trick(project: Path, trick: str) -> None:
    code, spoil = TRICKS[trick]
    spoil(project)
    found = [f for f in assess_project(project).findings if f.severity is Severity.BLOCKING]
    assert code in {finding.code for finding in found}
    for finding in found:
        assert str(finding.where).isprintable()
        assert len(finding.found) < 2500
        assert "\x1b" not in finding.found


def test_a_script_that_comes_through_is_shown_inert(project: Path) -> None:
    """What the reader lets through is escaped by the page all the same: here through a quote and an ampersand."""
    head(project, 'description = "', 'description = "{{ 7 * 7 }} {% raw %} & \\" onload=alert(1) ')
    page = bundle_files(run_project(project, route="analytic"))["report.html"].decode()
    assert "{{ 7 * 7 }}" in page
    assert "&#34; onload=alert(1)" in page
    assert '" onload=' not in page


def test_an_overlay_is_data(tmp_path: Path) -> None:
    """Code in it is a name of a rule that there is none of; what cannot be read is refused in words."""
    path = tmp_path / "overlay.toml"
    for text in ("a = " + "[" * 10_000, "[" + "a." * 3000 + "b]\n", f"label = {'9' * 5000}", "label = 1"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RuleError):
            read_proposal(path)
    code = "__import__('os').system('touch {tmp_path}/ran')"
    entry = f'id = "{code}"\nfrom = 2020-01-01\nvalue = "{{{{ 7 * 7 }}}}"\nreason = "a test"\n'
    path.write_text(f'label = "x"\n[[set]]\n{entry}', encoding="utf-8")
    with pytest.raises(FindingsError, match="__import__"):
        lay_over(load_rule_set("vm0042-2.2+2026-06-11"), [read_proposal(path)], all_equations)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["overlay.toml"]


def test_an_overlay_of_a_gigabyte(tmp_path: Path) -> None:
    path = tmp_path / "overlay.toml"
    with path.open("wb") as stream:
        stream.truncate(1_000_000_000)
    with pytest.raises(RuleError, match="no proposal"):
        read_proposal(path)


def test_the_demo_makes_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a socket nor a look-up of a name, with polygons, posterior, report and figures."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a network call")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    done = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "demo")], catch_exceptions=False)
    assert done.exit_code == 0


def test_a_project_that_is_blocked_writes_nothing(project: Path) -> None:
    long_row(project)
    with pytest.raises(FindingsError):
        run_project(project)
