"""The report of a run: classes, winners and losers, shares of rules, samples, frontier, and a page of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.laboratory import report as reporting
from mollisol.laboratory.report import lab_report, read_folder
from mollisol.laboratory.worlds import world_text
from mollisol.methodology.findings import FindingsError
from mollisol.templates.laboratory_report.render import render_laboratory

FOUR = '{ kind = "fixed", value = 4, source = "a test", status = "assumption" }'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lab") / "run"
    world = out.with_name("world.toml")
    text = world_text("default")
    for name in ("samples", "sites", "points"):  # few designs: what is tested is not the number of them
        text = re.sub(rf"^{name} = .*$", f"{name} = {FOUR}", text, count=1, flags=re.MULTILINE)
    world.write_text(text, encoding="utf-8")
    seen = CliRunner().invoke(
        app,
        ["lab", "run", str(world), "--projects", "4000", "--check", "1", "--out", str(out),
         "--proposal", "no-bar-077", "--proposal", "as-printed"],
    )  # fmt: skip
    assert seen.exit_code == 0, seen.stderr
    return out


def test_the_parts_of_a_report_add_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "AGAIN", 1000)
    found = lab_report(read_folder(folder))
    by_kind = {
        kind: [one for one in found.classes if one.kind == kind] for kind in ("size", "practice", "region")
    }
    for rows in by_kind.values():
        assert sum(row.projects for row in rows) == 4000
        for scenario in found.run.scenarios:
            assert sum(row.issued[scenario.name] for row in rows) == scenario.issued
    for turnover, scenario in zip(found.turnover, found.run.scenarios[1:], strict=True):
        assert 0 < turnover.winners + turnover.losers <= 1, scenario.name
    no_bar, printed = found.attribution
    assert set(no_bar.shares) == {"vcs.eligibility.half-width", "vm0042.deduction.confidence"}
    assert no_bar.shares["vcs.eligibility.half-width"]["verified"] > 0
    assert no_bar.shares["vm0042.deduction.confidence"]["verified"] < 0
    assert printed.shares["switch.eligibility-quantile"]["verified"] > 0
    assert all(row.best in row.samples for row in found.sampling)
    strict = [one for one in found.frontier if one.bar_percent == 100]
    lost = [one.lost.value for one in sorted(strict, key=lambda one: one.confidence)]
    over = [one.over_credited.value for one in sorted(strict, key=lambda one: one.confidence)]
    assert len(lost) > 2
    assert lost == sorted(lost)
    assert over == sorted(over, reverse=True)
    files = render_laboratory(found.model_dump(mode="json"), 2 / 3)
    assert files == render_laboratory(found.model_dump(mode="json"), 2 / 3)
    assert set(files) == {"report.html", "promise.svg", "samples.svg", "frontier.svg"}
    page = files["report.html"].decode()
    assert "not told apart" in page
    assert page.count("<svg") == 3


def test_a_folder_that_was_changed_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as caught:
        read_folder(tmp_path)
    assert [one.code for one in caught.value.findings] == ["lab-folder-not-usable"]
    world = folder / "world.toml"
    text = world.read_text(encoding="utf-8")
    try:
        world.write_text(text + "\n", encoding="utf-8")
        seen = CliRunner().invoke(app, ["lab", "report", str(folder)])
    finally:
        world.write_text(text, encoding="utf-8")
    assert seen.exit_code == 2
    assert "changed after the run: world.toml" in seen.stderr
