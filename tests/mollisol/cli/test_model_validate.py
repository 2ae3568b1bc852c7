"""The command and its report: exit codes, one JSON document, whole folders only, and a page that says what it must."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.cli.model import model_app
from mollisol.methodology.validation import ValidationResult
from mollisol.templates.documents.from_html import document_of
from mollisol.templates.validation_report.model import validation_report
from mollisol.templates.validation_report.render import render_html, report_files
from mollisol.trials.files import validation_files
from tests.mollisol.cli.conftest import Mollisol
from tests.mollisol.trials.conftest import FOLDER, calibrated_on, validated
from tests.mollisol.trials.test_run import crossed

RUN = CliRunner()


def folder(tmp_path: Path, **edits: tuple[str, str]) -> Path:
    """Copy the trials with edits: file name without ending to what stands there and what shall."""
    copy = tmp_path / "trials"
    shutil.copytree(FOLDER, copy)
    for name, (old, new) in edits.items():
        path = copy / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    return copy


def test_a_failed_gate_writes_the_report_and_leaves_with_3(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = RUN.invoke(model_app, ["validate", str(FOLDER), "--out", str(out)])
    assert done.exit_code == 3
    assert "PMU 8.47: pass" in done.stdout
    assert "coverage 5 of 6: fail" in done.stdout
    assert (out / "report.html").is_file()
    read = ValidationResult.from_json((out / "validation.json").read_text())
    assert read.comparisons == validated().result.comparisons


def test_gates_that_pass_leave_with_0(tmp_path: Path) -> None:
    """The stock that made heavy-2010 fall outside, 82.7, is measured 4 t C/ha lower."""
    near = folder(tmp_path, observations=("heavy-with,2010,12,82.7", "heavy-with,2010,12,78.7"))
    done = RUN.invoke(model_app, ["validate", str(near), "--out", str(tmp_path / "out"), "--json"])
    document = json.loads(done.stdout)
    assert (done.exit_code, document["ok"]) == (0, True), document["combinations"]
    assert [one["verdict"] for one in document["combinations"]] == ["pass"]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (("validation,", "calibration,"), "validation-nothing-to-compare"),
        (("sand,12", "sand!,12"), "validation-name"),
        (("sand,12", "<i>sand</i>,12"), "markup-in-text"),
        (("SOC,cool", "NOX,cool"), "trial-source-unknown"),
    ],
)
def test_what_blocks_leaves_with_2_and_writes_nothing(
    tmp_path: Path, edit: tuple[str, str], code: str
) -> None:
    out = tmp_path / "out"
    done = RUN.invoke(
        model_app, ["validate", str(folder(tmp_path, studies=edit)), "--out", str(out), "--json"]
    )
    assert done.exit_code == 2
    document = json.loads(done.stdout)
    assert code in [finding["code"] for finding in document["findings"]]
    assert not out.exists()


def test_other_ways_to_go_wrong_tell_what_to_do(tmp_path: Path, mollisol: Mollisol) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("mine")
    cases = {
        ("--out", str(full)): "not empty",
        ("--out", str(tmp_path / "o"), "--cross-validate", "row"): "'study', 'experiment', 'block'",
        ("--out", str(tmp_path / "o"), "--format", "odt"): "html, pdf, docx",
        ("--out", str(tmp_path / "o"), "--parameters", "nowhere"): "calibrated-set-missing",
    }
    for arguments, said in cases.items():
        done = mollisol("model", "validate", FOLDER, *arguments)
        assert done.code == 2, arguments
        assert said in re.sub(r"\s+", " ", done.out + done.err), arguments
    assert [path.name for path in full.iterdir()] == ["letter.txt"]
    missing = mollisol("model", "validate", tmp_path / "none", "--out", tmp_path / "o")
    assert missing.code == 2
    assert "file-missing" in missing.err


def test_a_folder_says_its_title_substitutions_and_limits(tmp_path: Path) -> None:
    copy, out = folder(tmp_path), tmp_path / "out"
    (copy / "validation.toml").write_text(
        'title = "Three farms"\nsubstitutions = ["rye stands in for spelt"]\nlimits = ["made up"]\n'
    )
    RUN.invoke(model_app, ["validate", str(copy), "--out", str(out)])
    page = (out / "report.html").read_text()
    for text in ("<h1>Three farms</h1>", "rye stands in for spelt", "made up"):
        assert text in page
    (copy / "validation.toml").write_text('subtitle = "Three farms"\n')
    done = RUN.invoke(model_app, ["validate", str(copy), "--out", str(out)])
    assert done.exit_code == 2
    assert "validation-words-malformed" in done.stderr


def test_a_report_is_rendered_again_from_the_folder_alone(tmp_path: Path, mollisol: Mollisol) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    RUN.invoke(model_app, ["validate", str(FOLDER), "--out", str(first)])
    done = RUN.invoke(model_app, ["report", str(first), "--out", str(again)])
    assert done.exit_code == 0
    assert (again / "report.html").read_bytes() == (first / "report.html").read_bytes()
    path = first / "validation.json"
    path.write_text(path.read_text().replace('"horizon_years": 6.0', '"horizon_years": 60.0'))
    refused = mollisol("model", "report", first, "--out", tmp_path / "third")
    assert refused.code == 2
    assert "changed by hand" in refused.err
    assert not (tmp_path / "third").exists()


def page() -> str:
    return validation_files(validated(), None, ("html",))["report.html"].decode()


def test_the_page_has_what_the_module_asks_for_and_says_what_it_is_worth() -> None:
    text = page()
    assert "It validates no project elsewhere." in text
    asked = (  # section 5.2.6 of VMD0053 2.1, after a public course
        "model version and calibration",
        "parameter sets with climate zone",
        "citations of calibration and validation data",
        "bias by study, ranked, and mean bias",
        "pooled measurement uncertainty by combination",
        "measured against modelled with 90 % intervals",
        "residuals",
        "mean square error by combination",
        "substitutions",
    )
    for word in asked:
        assert f'<th scope="row">{word}</th>' in text
    anchors = set(re.findall(r'id="([^"]+)"', text))
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert links <= anchors | {link for link in links if link.startswith(("bias-", "residuals-"))}
    assert not re.search(r">\s*(nan|None|undefined)\s*<", text)
    assert text.count("<svg ") == 4
    assert text.count("<desc ") == 4
    assert "http" not in text.replace("http://www.w3.org", "")


def test_the_printed_and_the_honest_stand_beside_each_other() -> None:
    blocks = [
        block for block in document_of(page()).blocks if getattr(block, "title", "").startswith("Printed")
    ]
    (table,) = blocks
    words = " ".join(cell.text for row in table.body for cell in row)  # type: ignore[union-attr]
    assert "pass mean −4.05, allowed ± 8.47" in words
    assert "not shown p = 0.11" in words
    assert "5 of 6 inside, 6 needed" in words
    assert "a right model passes with probability 0.53" in words
    assert "on studies left out: 6 of 6" in words


def test_a_cross_validated_set_tells_its_folds_parameters_and_data() -> None:
    result, calibrated = crossed("study"), calibrated_on("light")
    report = validation_report(result, calibrated=calibrated, chances=[(2, 0.81), (6, 0.53)])
    text = render_html(report, {})
    for said in ("Cross-validation", "k_hum_per_yr", "lognormal(median 0.02", "folds/01", "left out: heavy"):
        assert said in text


def test_a_hostile_name_stands_as_text() -> None:
    result = validated().result
    study = result.studies[0].model_copy(update={"citation": "<script>alert(1)</script>"})
    hostile = result.model_copy(update={"studies": (study,), "title": "<img src=x>"})
    text = render_html(validation_report(hostile, calibrated=None, chances=[(2, 0.81)]), {})
    assert "<script>" not in text
    assert "<img" not in text


@pytest.mark.slow
def test_paper_says_what_the_page_says() -> None:
    pytest.importorskip("weasyprint")
    pytest.importorskip("docxtpl")
    report = validation_report(validated().result, calibrated=None, chances=[(2, 0.81), (6, 0.53)])
    once, again = (report_files(report, ("html", "pdf", "docx")) for _ in range(2))
    assert once == again
    assert once["report.pdf"].startswith(b"%PDF")
    assert once["report.docx"].startswith(b"PK")
