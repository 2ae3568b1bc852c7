"""Leads: planted ones are found with a small honest share, honest projects show few, and effects are those of a run."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom
from typer.testing import CliRunner

from mollisol.audit.leads.credit import Credit, Replicates
from mollisol.audit.leads.honest import ANY, SHARES, Measured, measured
from mollisol.audit.leads.kinds import KINDS
from mollisol.audit.leads.ranked import RARE, Leads, leads_of
from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import assess_project, run_project
from mollisol.output import write_folder
from tests.broken.conftest import write_skeleton
from tests.honest import planting
from tests.honest.generator import FAMILIES, write_honest

EXAMPLES = Path(__file__).parents[3] / "examples"
SCRIPT = Path(__file__).parents[3] / "scripts" / "release" / "honest_leads.py"
PLANTS = {
    "last-digits": planting.digits_of_five,
    "digits-too-many": planting.digits_too_many,
    "contents-even": planting.contents_even,
    "densities-even": planting.densities_even,
    "depth-ratios": planting.one_depth_ratio,
    "changes-even": planting.changes_even,
    "profiles-alike": planting.nearly_a_copy,
    "drift": planting.drifting,
    "batches": planting.batch_apart,
    "rows-shifted": planting.column_shifted,
    "repeats-shifted": planting.repeats_shifted,
    "swapped": planting.samples_swapped,
    "numbering-gaps": planting.units_left_out,
    "unit-outlying": planting.one_unit_raised,
    "control-outlying": planting.one_control_lowered,
}
NOT_BY_ITSELF = {"unit-carries", "control-carries"}
"""Told with what lies apart: honest projects whose gain is small show as much."""


def planted(folder: Path, plant: Callable[[Path, np.random.Generator], None], seed: int = 8000) -> Leads:
    project = write_honest(folder, "temperate-loam", seed)
    plant(project, np.random.default_rng(1))
    return leads_of(project)


@pytest.mark.parametrize("kind", PLANTS)
def test_what_is_planted_is_told_in_full(kind: str, tmp_path: Path) -> None:
    found = planted(tmp_path / "project", PLANTS[kind])
    lead = next(lead for lead in found.leads if lead.kind == kind)
    assert lead.honest_share <= RARE, lead
    assert lead in found.in_full
    assert lead.places
    assert lead.looks > 0
    assert lead.innocent


def test_each_kind_is_planted() -> None:
    assert {kind.id for kind in KINDS} - NOT_BY_ITSELF == set(PLANTS)
    assert {kind.id for kind in KINDS} | {ANY} == set(measured())


def test_honest_projects_show_few_leads_in_full(tmp_path: Path) -> None:
    """The share of honest projects with any look this rare was measured on others; here it is held to it."""
    shown, looked = 0, 0
    for family in FAMILIES:
        for seed in (9000, 9001, 9002):
            project = write_honest(tmp_path / f"{family}-{seed}", family, seed)
            if not assess_project(project).blocked:
                looked += 1
                shown += bool(leads_of(project).in_full)
    assert shown <= binom.ppf(0.999, looked, measured()[ANY].thresholds[RARE])


def test_the_units_that_were_left_out_and_the_effect_are_named(tmp_path: Path) -> None:
    found = planted(tmp_path / "project", planting.units_left_out)
    points = (tmp_path / "project" / "sample_points.csv").read_text(encoding="utf-8")
    lead = next(lead for lead in found.leads if lead.kind == "numbering-gaps")
    assert not [name for name in lead.places if name in points]
    assert lead.effect_t_co2e is not None
    assert lead.effect_t_co2e > 0


def test_the_swapped_points_are_named_and_exchanging_them_inside_a_stratum_moves_no_mean(
    tmp_path: Path,
) -> None:
    write_honest(tmp_path / "before", "temperate-loam", 8000)
    found = planted(tmp_path / "project", planting.samples_swapped)
    rows = [planting.rows_of(tmp_path / name / "core_increments.csv") for name in ("before", "project")]
    moved = {one["point"] for one, other in zip(*rows, strict=True) if one["point"] != other["point"]}
    lead = next(lead for lead in found.leads if lead.kind == "swapped")
    assert set(lead.places) == moved


@pytest.mark.parametrize("example", ["woburn-ley", "mixed-farm"])
def test_the_credit_is_that_of_a_run_also_without_a_control_site(example: str, tmp_path: Path) -> None:
    """Held against the engine, of which it shares the quantile and the degrees of freedom alone."""
    run = run_project(EXAMPLES / example, route="analytic")
    assessed = assess_project(EXAMPLES / example)
    context, samples = assessed.passed()
    whole = Credit(context, samples.stocks).whole
    assert whole is not None
    quantities = run.trace.quantities
    total = sum(
        float(quantities[f"credited_mean.corrected@{period.name}"].value)
        * float(quantities[f"area_ha@{period.name}"].value.sum())
        for period in run.results.periods
    )
    assert whole.credited_t == pytest.approx(total, rel=1e-12)


def test_the_effect_of_a_site_is_that_of_a_run_without_it(tmp_path: Path) -> None:
    project = write_honest(tmp_path / "project", "smallholders", 8001)

    def credited(folder: Path) -> float:
        context, samples = assess_project(folder).passed()
        whole = Credit(context, samples.stocks).whole
        assert whole is not None
        return whole.credited_t

    context, samples = assess_project(project).passed()
    credit = Credit(context, samples.stocks)
    out = np.array([number for number, home in enumerate(credit.home) if home == credit.home[-1]])
    effect = credit.effect_t(out=out)
    before = credited(project)
    for name in ("sample_points", "control_sites", "control_links"):
        rows = planting.rows_of(project / f"{name}.csv")
        kept = [row for row in rows if row["control_site"] != credit.home[-1]]
        planting.write_rows(project / f"{name}.csv", kept)
    names = {row["point"] for row in planting.rows_of(project / "sample_points.csv")}
    cores = [row for row in planting.rows_of(project / "core_increments.csv") if row["point"] in names]
    planting.write_rows(project / "core_increments.csv", cores)
    assert effect == pytest.approx(before - credited(project), rel=1e-9)


def test_the_fall_without_a_replicate_by_hand() -> None:
    """10 ha and changes of 1, 2 and 6: the mean falls from 3 to 1.5 without the last; the other group is alone."""
    one = Replicates(
        np.array([1.0, 2.0, 6.0, 4.0]), np.array([10.0, 10, 10, -5]), np.array([0, 0, 0, 1]), tuple("abcd")
    )
    assert one.fall_without()[:3] == pytest.approx([-10.0, -5.0, 15.0])
    assert math.isnan(one.fall_without()[3])


def test_shares_count_the_project_itself_among_the_honest_ones() -> None:
    """Of 99 honest strengths 1 to 99: above all of them is 1 of 100, above 98 of them 2 of 100."""
    spec = importlib.util.spec_from_file_location("honest_leads", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    row = Measured(99, script.thresholds_of([float(n) for n in range(1, 100)]))
    assert row.share(99.5) == 0.01
    assert row.share(98.5) == 0.02
    assert row.share(95.5) == 0.05
    assert row.share(0.0) == 1.0
    assert row.thresholds[0.001] == math.inf


def test_the_table_says_what_it_was_measured_on() -> None:
    for kind, row in measured().items():
        assert row.projects >= 400, kind
        steps = [row.thresholds[share] for share in SHARES]
        assert steps == sorted(steps, reverse=kind == ANY), kind


def test_the_command_prints_leads_of_a_bundle(tmp_path: Path) -> None:
    project = write_honest(tmp_path / "project", "temperate-loam", 8000)
    planting.one_depth_ratio(project, np.random.default_rng(1))
    write_folder(tmp_path / "bundle", bundle_files(run_project(project, route="analytic")))
    shown = CliRunner().invoke(app, ["audit", "leads", str(tmp_path / "bundle")])
    assert shown.exit_code == 0
    assert "One ratio between depths holds at all points" in shown.output
    assert "made-up honest projects" in shown.output
    printed = CliRunner().invoke(app, ["audit", "leads", str(tmp_path / "bundle"), "--json"])
    data = json.loads(printed.stdout)
    first = data["leads"][0]
    assert first["honest_share"] <= RARE
    assert {lead["kind"] for lead in data["leads"]} <= {kind.id for kind in KINDS}
    assert data == json.loads(CliRunner().invoke(app, ["audit", "leads", str(project), "--json"]).stdout)


def test_what_blocks_is_told_and_nothing_else(tmp_path: Path) -> None:
    folder = write_skeleton(tmp_path / "project")
    (folder / "strata.csv").unlink()
    done = CliRunner().invoke(app, ["audit", "leads", str(folder)])
    assert done.exit_code == 2
    assert "file-missing" in done.output
    assert CliRunner().invoke(app, ["audit", "leads", str(tmp_path / "nothing")]).exit_code == 2
