"""Periods that follow each other: what the ledger carries, what eligibility asks, what a herd may not fall below."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.crediting.ledger import LedgerError, as_toml, entries_of_bundle
from mollisol.engine import run_project
from mollisol.methodology.findings import FindingsError, blocking
from mollisol.methodology.ledger import Ledger
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.output import write_folder

FARM = Path(__file__).parents[3] / "examples" / "mixed-farm"
DAY = date(2024, 3, 1)
type Farm = Callable[..., Path]


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    """Give a function that copies the farm and replaces texts in its files."""

    def copy(**edits: tuple[str, str]) -> Path:
        folder = tmp_path / f"farm-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(FARM, folder)
        for name, (old, new) in edits.items():
            file = folder / name.replace("__", ".")
            text = file.read_text(encoding="utf-8")
            assert old in text, (name, old)
            file.write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return copy


def keep_period(folder: Path, name: str) -> None:
    """Leave one verification period in project.toml."""
    file = folder / "project.toml"
    head, *blocks = file.read_text(encoding="utf-8").split("[[project.verification_periods]]")
    last, tail = blocks[-1].split("\n[project.boundary]")
    blocks[-1] = last
    text = head
    for block in blocks:
        period, _, monitoring = block.partition("[[project.monitoring_periods]]")
        if f'name = "{name}"' in period:
            text += "[[project.verification_periods]]" + period
        if monitoring:
            text += "[[project.monitoring_periods]]" + monitoring
    file.write_text(text + "\n[project.boundary]" + tail, encoding="utf-8")
    if name == "1":
        drop_years(folder, ("2023", "2024", "2025"))


def drop_years(folder: Path, years: tuple[str, ...]) -> None:
    """Take out the rows of project years that are not there yet."""
    for file in folder.glob("*.csv"):
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        columns = head.split(",")
        if "year" in columns:
            place = columns.index("year")
            kept = [row for row in rows if row.split(",")[place] not in years]
            file.write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")


def test_a_period_after_a_ledger_is_the_period_of_the_whole_run(farm: Farm, tmp_path: Path) -> None:
    """Close period 1, sign it off, and compute period 2 alone: every figure is that of the run over both."""
    whole = run_project(FARM).results.periods
    first = farm()
    keep_period(first, "1")
    run = run_project(first)
    write_folder(tmp_path / "bundle", bundle_files(run))
    entries = entries_of_bundle(tmp_path / "bundle", signed_off_by="a verifier", signed_off_on=DAY)
    second = farm()
    keep_period(second, "2")
    shown = {"manifest_file": "bundle-1/manifest.json", "results_file": "bundle-1/results.json"}
    shutil.copytree(tmp_path / "bundle", second / "bundle-1")
    named = tuple(entry.model_copy(update=shown) for entry in entries)
    (second / "ledger.toml").write_text(as_toml(named), encoding="utf-8")
    (period,) = run_project(second).results.periods
    assert period.model_dump(exclude={"stocks"}) == whole[1].model_dump(exclude={"stocks"})
    assert (
        entries[0].issued_reduction_units_t + entries[0].issued_removal_units_t == whole[0].units_to_issue_t
    )


def test_without_the_ledger_displaced_production_is_taken_off_again(farm: Farm) -> None:
    """What the first period took off is forgotten, so that Eq. 36 takes the cumulative amount once more."""
    whole = run_project(FARM, route="analytic").results.periods
    second = farm()
    keep_period(second, "2")
    with pytest.raises(FindingsError) as error:
        run_project(second, route="analytic")
    assert "ledger-missing" in {finding.code for finding in error.value.findings}
    assert whole[0].leakage is not None


def test_the_copy_of_the_manifest_is_held_against_its_hash(farm: Farm, tmp_path: Path) -> None:
    first = farm()
    keep_period(first, "1")
    files = bundle_files(run_project(first))
    write_folder(tmp_path / "bundle", files)
    (entry,) = entries_of_bundle(tmp_path / "bundle", signed_off_by="a verifier", signed_off_on=DAY)
    second = farm()
    keep_period(second, "2")
    (second / "manifest-1.json").write_bytes(files["manifest.json"])
    named = entry.model_copy(update={"manifest_file": "manifest-1.json"})
    (second / "ledger.toml").write_text(as_toml((named,)), encoding="utf-8")
    assert run_project(second, route="analytic").results.periods
    (second / "manifest-1.json").write_bytes(files["manifest.json"] + b" ")
    with pytest.raises(FindingsError) as error:
        run_project(second, route="analytic")
    assert {"ledger-hash-differs"} <= {finding.code for finding in error.value.findings}


def test_no_entry_is_made_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="holds no bundle"):
        entries_of_bundle(tmp_path, signed_off_by="a verifier", signed_off_on=DAY)


def enteric(folder: Path) -> float:
    (source,) = [
        source
        for source in run_project(folder, route="analytic").results.periods[0].sources
        if source.id == "enteric_fermentation_ch4"
    ]
    return source.project_t_co2e


def test_a_smaller_herd_emits_as_the_look_back_did(farm: Farm) -> None:
    """50 cattle after 60: option a computes 60; option b, shown, computes 50 (section 8.3)."""
    fewer = ("project,2021,other cattle,all,60", "project,2021,other cattle,all,50")
    by_floor = farm(
        livestock__csv=fewer,
        eligibility__toml=(
            "[[adjustments]]",
            '[[herd_reductions]]\nanimal = "other cattle"\noption = "a"\n\n[[adjustments]]',
        ),
    )
    shown = farm(
        livestock__csv=fewer,
        eligibility__toml=(
            "[[adjustments]]",
            '[[herd_reductions]]\nanimal = "other cattle"\noption = "b"\noutput_did_not_fall = true\n'
            "slaughtered_not_moved = true\n\n[[adjustments]]",
        ),
    )
    whole = enteric(FARM)
    assert enteric(by_floor) == pytest.approx(whole, rel=1e-12)
    assert enteric(shown) < whole
    findings = {finding.code for finding in run_project(by_floor, route="analytic").findings}
    assert "livestock-floor" in findings


def test_a_smaller_herd_without_a_choice_is_refused(farm: Farm) -> None:
    folder = farm(livestock__csv=("project,2021,other cattle,all,60", "project,2021,other cattle,all,50"))
    with pytest.raises(FindingsError) as error:
        run_project(folder)
    assert "livestock-option-missing" in {finding.code for finding in error.value.findings}


def left_out(id: str) -> tuple[str, str]:
    return f'id = "{id}", included = true', f'id = "{id}", included = false'


def test_a_source_that_must_be_in_and_is_not_is_refused(farm: Farm) -> None:
    with pytest.raises(FindingsError) as error:
        run_project(farm(project__toml=left_out("nitrogen_fertilizer_n2o")), route="analytic")
    assert {finding.code for finding in error.value.findings} >= {"source-must-be-included"}


def test_trees_that_the_project_fells_must_be_in(farm: Farm) -> None:
    edits = {"project__toml": left_out("aboveground_woody_biomass")}
    assert run_project(farm(**edits), route="analytic").results.periods[0].woody is None
    folder = farm(
        **edits, woody_stocks__csv=("mixed,project,2026-10-01,tree,17.5", "mixed,project,2026-10-01,tree,1")
    )
    with pytest.raises(FindingsError) as error:
        run_project(folder, route="analytic")
    (finding,) = blocking(error.value.findings)
    assert finding.code == "source-must-be-included"
    assert "Aboveground woody biomass" in finding.found


def test_a_small_source_may_be_left_out_as_de_minimis(farm: Farm) -> None:
    """Clover adds some 50 t in five years, between 1 and 5 % of the net benefit; a proposal of 1 % refuses it."""
    edits = {
        "project__toml": left_out("nitrogen_fixing_species_n2o"),
        "eligibility__toml": (
            'omitted_as_de_minimis = ["belowground_woody_biomass"]',
            'omitted_as_de_minimis = ["nitrogen_fixing_species_n2o"]',
        ),
    }
    run = run_project(farm(**edits), route="analytic")
    share = float(run.trace.quantities["omitted_share"].value)
    rise = sum(-s.reduction_t_co2e for p in run.results.periods for s in p.sources if "fixing" in s.id)
    benefit = sum(
        v.net_reductions_t_co2e + v.net_removals_t_co2e for p in run.results.periods for v in p.vintages
    )
    assert share == pytest.approx(rise / benefit, rel=1e-12)
    assert 0.01 < share < 0.05
    stricter = Overlay.model_validate(
        {
            "label": "stricter",
            "set": [
                {
                    "id": "vm0042.boundary.de-minimis-share",
                    "from": date(2025, 10, 21),
                    "value": 0.01,
                    "reason": "to see it",
                }
            ],
        }
    )
    with pytest.raises(FindingsError) as error:
        run_project(farm(**edits), overlays=[stricter], route="analytic")
    assert "omissions-not-de-minimis" in {finding.code for finding in error.value.findings}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("precipitation_mm = 765.0", "precipitation_mm = 600.0", "control-precipitation"),
        ("adoption_share = 0.12", "adoption_share = 0.31", "common-practice"),
        ("years_before_start = 300.0", "years_before_start = 4.0", "native"),
        ("relative_change = -0.01", "relative_change = -0.2", "productivity"),
        ("new_value = 12.0", "new_value = 17.9", "adjustment"),
        ("on_wetland = false", "on_wetland = true", "wetland"),
        ("years = 3\n", "years = 6\n", "look-back"),
        ("required_by_law = false", "required_by_law = true", "required-by-law"),
    ],
)
def test_a_declaration_that_does_not_hold_blocks(farm: Farm, old: str, new: str, code: str) -> None:
    with pytest.raises(FindingsError) as error:
        run_project(farm(eligibility__toml=(old, new)), route="analytic")
    codes = {finding.code for finding in error.value.findings if finding.severity.value == "blocking"}
    assert any(code in found for found in codes), codes


def test_what_is_not_declared_is_named(farm: Farm) -> None:
    folder = farm(eligibility__toml=('[[barriers]]\nregion = "the county"', '[[barriers]]\nregion = "x"'))
    (folder / "eligibility.toml").write_text("omitted_as_de_minimis = []\n", encoding="utf-8")
    findings = run_project(folder, route="analytic").findings
    silent = {finding.where.thing for finding in findings if finding.code == "eligibility-incomplete"}
    assert silent == {
        "land_use", "native_clearing", "wetlands", "regulatory_surplus", "barriers", "adoption", "productivity",
        "sites", "rotations", "evidence", "adjustments",
    }  # fmt: skip


def test_what_was_not_seen_in_an_edition_is_no_threshold() -> None:
    with pytest.raises(FindingsError) as error:
        run_project(FARM, rules_key="vm0042-2.1", route="analytic")
    missing = {finding.clause for finding in error.value.findings if finding.code == "rule-missing"}
    assert {
        "vm0042.additionality.common-practice",
        "vmd0054.production.edition",
        "vmd0054.response.whole",
    } <= missing


def test_the_command_prints_what_the_project_reads(farm: Farm, tmp_path: Path) -> None:
    first = farm()
    keep_period(first, "1")
    write_folder(tmp_path / "bundle", bundle_files(run_project(first)))
    arguments = [
        "ledger",
        "close",
        str(tmp_path / "bundle"),
        "--dry-run",
        "--by",
        "a verifier",
        "--on",
        "2024-03-01",
    ]
    result = CliRunner().invoke(app, arguments)
    entries = entries_of_bundle(tmp_path / "bundle", signed_off_by="a verifier", signed_off_on=DAY)
    assert result.stdout == as_toml(entries)
    assert Ledger.model_validate(tomllib.loads(result.stdout)).entry == entries
    assert CliRunner().invoke(app, [*arguments[:-1], "1 March"]).exit_code == 2


def own_factor(
    value: str, *, level: int = 1, unit: str = "kg CH4/head/yr", name: str = "sheep / all / Western Europe"
) -> str:
    return f"""
[[project.factors]]
name = "{name}"
source = "enteric_fermentation_ch4"
level = {level}
applies_because = "sheep of this breed on these pastures"
science_citation_index = true
checked_on = 2026-01-10

[project.factors.factor]
id = "measured sheep"
central = {value}
low = 7.0
high = 8.5
unit = "{unit}"
status = "secondary"
range_kind = "published"
citation = "constructed"

[project.new_land]"""


def test_a_factor_of_the_project_takes_the_place_of_the_default(farm: Farm) -> None:
    """Sheep at 8.5, the high end of 8 (7 to 8.5), since the source rises; cattle at 52 x 1.5 as before (hand)."""
    folder = farm(project__toml=("\n[project.new_land]", own_factor("8.0")))
    assert enteric(folder) == pytest.approx(2 * 28 * (60 * 52 * 1.5 + 200 * 8.5) / 1000, rel=1e-12)


@pytest.mark.parametrize(
    ("factor", "code"),
    [
        (own_factor("8.0", unit="g CH4/head/yr"), "activity-not-computable"),
        (own_factor("8.0", name="sheep"), "activity-not-computable"),
        (own_factor("8.0", level=4), "factor-better-level-not-searched"),
        (own_factor("8.0").replace("[project.new_land]", "") + own_factor("8.0"), "own-factor-twice"),
    ],
)
def test_a_factor_that_does_not_fit_is_refused(farm: Farm, factor: str, code: str) -> None:
    with pytest.raises(FindingsError) as error:
        run_project(farm(project__toml=("\n[project.new_land]", factor)), route="analytic")
    assert code in {finding.code for finding in error.value.findings}
