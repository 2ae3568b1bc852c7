"""Declared sampling designs from tables to credit: drawn fields of landowners (Appendix 6), and grids."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from scipy import stats

from mollisol.engine import assess_project, run_project
from mollisol.importing.perform import imported
from mollisol.methodology.findings import Severity
from mollisol.methodology.land.design import FieldPart, SamplingDesign
from mollisol.methodology.measurement import PlannedPoint
from mollisol.methodology.results.run import PeriodResult
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.run import Run
from tests.support.declarations import declare
from tests.support.designs import AREAS, CONTROL, GRID, PARTS, design, grid, landowners
from tests.support.lives import Life, Part, write_life
from tests.support.modelled_project import LATER, POINTS, write_modelled_project
from tests.support.projects import write_rows

SHARED = 'kind = "dry_combustion"\nbatch_relative_sd = 0.03'


def only(run: Run) -> PeriodResult:
    (period,) = run.results.periods
    return period


def told(folder: Path) -> dict[str, str]:
    return {item.code: item.found for item in assess_project(folder).findings}


def test_appendix_6_from_tables_to_credit(tmp_path: Path) -> None:
    """The test vector of Appendix 6: 4 and 36 (t CO2e)^2, mean 1.0875; the deduction by Student's t."""
    run = run_project(landowners(tmp_path / "project"))
    period = only(run)
    assert [item.project_variance_t2 for item in period.strata] == pytest.approx([4.0, 36.0], rel=1e-9)
    assert [item.project_change_t_co2e_per_ha for item in period.strata] == pytest.approx([1.02, 1.2])
    assert run.trace.quantities["project_variance.west@1"].equation == "vm0042:A6.9"
    moment = period.deduction
    assert moment.mean_t_co2e_per_ha == pytest.approx(1.0875)
    variance = 40 / 160**2 + 0.01
    freedom = variance**2 / ((4**2 / 1 + 36**2 / 1) / 160**4 + 0.01**2 / 2)
    assert moment.standard_error_t_co2e_per_ha == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert moment.degrees_of_freedom == pytest.approx(freedom, rel=1e-9)
    credited = 1.0875 - stats.t.ppf(2 / 3, freedom) * np.sqrt(variance)
    assert moment.credited_t_co2e_per_ha == pytest.approx(credited, rel=1e-9)
    forms = {row.form for row in period.routes}
    assert forms == {"moment", "sharp", "montecarlo", "posterior"}
    for row in period.routes:
        assert row.mean_t_co2e_per_ha == pytest.approx(1.0875, abs=0.02)


def test_drawn_fields_are_no_deviation(tmp_path: Path) -> None:
    assert "design-not-stratified-random" not in told(landowners(tmp_path / "project"))


PLAN = """made_on = 2021-08-15
depth_cm = 30.0
seed = 17
strata = [{ stratum = "west", area_ha = 100.0 }, { stratum = "east", area_ha = 60.0 }]
"""


def test_the_plan_reconciles_with_the_parts_that_points_were_drawn_in(tmp_path: Path) -> None:
    folder = landowners(tmp_path / "project")
    with (folder / "sample_points.csv").open(encoding="utf-8") as stream:
        rows = [{"use": "sample", **row} for row in csv.DictReader(stream) if row["stratum"]]
    names = [name for name in PlannedPoint.model_fields if name in rows[0]]
    (folder / "plan").mkdir()
    (folder / "plan" / "plan.toml").write_text(PLAN, encoding="utf-8")
    write_rows(folder / "plan" / "points.csv", names, [[row[name] for name in names] for row in rows])
    assert not {code for code in told(folder) if code.startswith("plan-point")}
    edit(folder, "sample_points.csv", "W1rise0,west,,W1,,rise", "W1rise0,west,,W1,,foot")
    assert told(folder)["plan-point-restratified"] == "west / W1 / foot; drawn in west / W1 / rise"


def test_a_point_that_is_lost_leaves_its_part_to_the_others(tmp_path: Path) -> None:
    """Without W1rise0 the mean of W1 is (12 x 1.4 + 8 x 0.8) / 20 = 1.16: totals 116 and 100, variance 8^2 = 64."""
    folder = landowners(tmp_path / "project")
    write_rows(
        folder / "point_status.csv",
        ["point", "status", "campaign", "reason"],
        [["W1rise0", "lost", "2026", "a ditch"]],
    )
    path = folder / "core_increments.csv"
    kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("2026,W1rise0,")]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    west, east = only(run_project(folder, route="analytic")).strata
    assert (west.project_change_t_co2e_per_ha, west.project_variance_t2) == pytest.approx((1.08, 64.0))
    assert east.project_variance_t2 == pytest.approx(36.0)
    # as the worst of its land, 0.6: W1 (12 x 1.0 + 8 x 0.8) / 20 = 0.92, of all (92 + 100) / 2 + 72 = 168
    assert "180.0 t CO2e as it is, 168.0 t" in told(folder)["points-lost-decide"]


def test_fields_drawn_anew_are_two_samples_of_the_land(tmp_path: Path) -> None:
    """Means of fields at the start 150.2, 151.0 and anew 152, 154 by hand: 60^2 (0.32 + 2) / 2 with other fields."""
    stocks = {"A": (150.2, None), "B": (151.0, None), "C": (None, 152.0), "D": (None, 154.0)}
    points = {
        name: {year: value for year, value in zip(("2021", "2026"), ends, strict=True) if value is not None}
        for name, ends in stocks.items()
    }
    life = Life(
        {"east": Part(points, 60.0, "alpha")},
        {"site": replace(CONTROL, strata=["east"])},
        [("1", 2021, 2026, ())],
        anew={"2026": ["east"]},
    )
    write_life(tmp_path / "project", life)
    folder = design(tmp_path / "project", 'kind = "multi_stage"', {})
    (east,) = only(run_project(folder, route="analytic")).strata
    assert east.project_variance_t2 == pytest.approx(60.0**2 * (0.32 + 2) / 2)
    assert east.project_change_t_co2e_per_ha == pytest.approx(153 - 150.6)


def test_modelled_effects_of_drawn_fields(tmp_path: Path) -> None:
    """Eq. A6.1 of the effects of two fields, each the mean of its parts by their areas, as the run recorded points."""
    folder = write_modelled_project(tmp_path / "project")
    unit = {"L1": "F1", "L2": "F1", "L3": "F2", "L4": "F3"}
    design(folder, 'kind = "multi_stage"', {"sampling_unit": unit, "part": {"L1": "top", "L2": "foot"}})
    names = ["stratum", "sampling_unit", "part", "area_ha"]
    write_rows(folder / "drawn_fields.csv", names, [["loam", "F1", "top", 3], ["loam", "F1", "foot", 1]])
    run = run_project(declare(folder))
    points = run.trace.quantities["effect_of_point@1"]
    effect = dict(zip(points.index, points.value.tolist(), strict=True))
    fields = [0.75 * effect["L1"] + 0.25 * effect["L2"], effect["L3"], effect["L4"]]
    found = run.trace.quantities["sampling_variance.loam@1"]
    assert found.equation == "vm0042:A6.1"
    assert found.value == pytest.approx(80.0**2 * np.var(fields, ddof=1) / 3, rel=1e-9)
    posterior = only(run).posterior
    assert posterior is not None


@pytest.mark.parametrize("kind", ["multi_stage", "systematic"])
def test_a_hybrid_takes_the_variance_of_the_design(kind: str, tmp_path: Path) -> None:
    """Its project side is measured: the spread between drawn fields (Eq. A6.9), or between neighbours of a grid.

    Stocks by hand: contents on 4,050 t of soil a hectare. Neighbours of a square of four are its sides.
    """
    folder = write_modelled_project(tmp_path / "project")
    change = {name: (LATER[name] - POINTS[name][3]) * 4.05 * 44 / 12 for name in ("L1", "L2", "L3", "L4")}
    if kind == "multi_stage":
        unit = {"L1": "F1", "L2": "F1", "L3": "F2", "L4": "F3"}
        design(folder, 'kind = "multi_stage"', {"sampling_unit": unit, "part": {"L1": "top", "L2": "foot"}})
        names = ["stratum", "sampling_unit", "part", "area_ha"]
        write_rows(folder / "drawn_fields.csv", names, [["loam", "F1", "top", 3], ["loam", "F1", "foot", 1]])
        fields = [0.75 * change["L1"] + 0.25 * change["L2"], change["L3"], change["L4"]]
        variance, freedom = 80.0**2 * float(np.var(fields, ddof=1)) / 3, 2.0
    else:
        nodes = {"L1": (0, 0), "L2": (0, 1), "L3": (1, 0), "L4": (1, 1)}
        text = (
            'kind = "stratified_random"\nof_strata = { loam = { kind = "systematic", random_start = true } }'
        )
        columns = {
            "grid_row": {n: at[0] for n, at in nodes.items()},
            "grid_column": {n: at[1] for n, at in nodes.items()},
        }
        design(folder, text, columns)
        sides = [("L1", "L2"), ("L3", "L4"), ("L1", "L3"), ("L2", "L4")]
        squares = sum((change[one] - change[other]) ** 2 for one, other in sides)
        variance, freedom = 80.0**2 / 4 * squares / (2 * 4), 8**2 / (8 + 4 * 2**2)
    head = folder / "project.toml"
    more = '\n[[project.baselines]]\nkind = "hybrid"\n\n[[project.deviations]]\nid = "d"\nreason = "a grid"\n'
    more += 'code = "design-not-stratified-random"\n'
    head.write_text(head.read_text("utf-8") + more, encoding="utf-8")
    edit(folder, "quantification_units.csv", "measure_and_model", "measure_and_remeasure")
    run = run_project(folder, route="analytic")
    (row,) = [item for item in only(run).baselines if item.kind == "hybrid"]
    assert row.project_side == "measured"
    assert run.trace.quantities["project_variance.loam@1"].value == pytest.approx(variance, rel=1e-6)
    (stratum,) = [item for item in only(run).strata if item.stratum == "loam"]
    assert stratum.project_degrees_of_freedom == pytest.approx(freedom, rel=1e-9)


def test_a_grid_from_tables_to_credit(tmp_path: Path) -> None:
    """D'Orazio's estimator by hand: half the mean squared difference of the 17 pairs of neighbours, over 12 points."""
    period = only(run_project(grid(tmp_path / "project")))
    (stratum,) = period.strata
    squares = [*np.diff(GRID, axis=0).ravel() ** 2, *np.diff(GRID, axis=1).ravel() ** 2]
    assert len(squares) == 17
    variance = 50.0**2 * np.sum(squares) / 17 / 2 / 12
    assert stratum.project_variance_t2 == pytest.approx(variance, rel=1e-9)
    # 4 corners with 2 neighbours, 6 edges with 3, 2 inside with 4
    freedom = 34**2 / (34 + 4 * 4 + 6 * 9 + 2 * 16)
    assert stratum.project_degrees_of_freedom == pytest.approx(freedom, rel=1e-12)
    assert variance < 50.0**2 * GRID.var(ddof=1) / 12, "the trend over the land is no error of a grid"
    moment, of_mean = period.deduction, variance / 50**2 + 0.01
    assert moment.standard_error_t_co2e_per_ha == pytest.approx(np.sqrt(of_mean), rel=1e-9)
    nu = of_mean**2 / ((variance / 50**2) ** 2 / freedom + 0.01**2 / 2)
    assert moment.degrees_of_freedom == pytest.approx(nu, rel=1e-9)
    assert {row.form for row in period.routes} == {"moment", "sharp", "montecarlo", "posterior"}


def test_a_grid_without_random_start_or_under_the_other_rule_is_a_random_sample(tmp_path: Path) -> None:
    plain = 50.0**2 * GRID.var(ddof=1) / 12
    chosen = grid(tmp_path / "chosen", 'kind = "systematic"')
    assert told(chosen)["design-table-unused"].startswith("systematic without random_start")
    other = {
        "label": "a grid as a random sample",
        "set": [
            {
                "id": "mollisol.systematic.variance",
                "from": date(2026, 11, 21),
                "value": "random sample",
                "reason": "a test",
            }
        ],
    }
    run = run_project(grid(tmp_path / "grid"), overlays=[Overlay.model_validate(other)])
    assert only(run).strata[0].project_variance_t2 == pytest.approx(plain, rel=1e-9)


def test_each_stratum_by_a_design_of_its_own(tmp_path: Path) -> None:
    """A grid beside a random sample: D'Orazio's estimator in one stratum, s^2 / n in the other, by hand."""
    changes = (4.0, 3.0, 5.0)
    loam = Part(
        {f"l{n}": {"2021": 150.0 + n, "2026": 150.0 + n + change} for n, change in enumerate(changes)},
        30.0,
        "alpha",
    )
    text = 'kind = "stratified_random"\nof_strata = { plain = { kind = "systematic", random_start = true } }'
    folder = grid(tmp_path / "project", text, beside={"loam": loam})
    found = told(folder)
    assert "grid-incomplete" not in found
    assert "design-table-unused" not in found
    squares = [*np.diff(GRID, axis=0).ravel() ** 2, *np.diff(GRID, axis=1).ravel() ** 2]
    plain, other = only(run_project(folder, route="analytic")).strata
    assert plain.project_variance_t2 == pytest.approx(50.0**2 * np.sum(squares) / 17 / 2 / 12, rel=1e-9)
    assert other.project_variance_t2 == pytest.approx(30.0**2 * 1 / 3, rel=1e-9)
    assert told(edit(folder, "project.toml", "{ plain =", "{ plane ="))["unknown-reference"].startswith(
        "plane"
    )
    wrong = edit(folder, "project.toml", "{ plane =", "{ loam =")
    assert "column grid_row" in told(wrong)["design-table-unused"]
    assert "grid-incomplete" in told(wrong)


def edit(folder: Path, name: str, old: str, new: str) -> Path:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("make", "file", "old", "new", "code", "found"),
    [
        (
            landowners,
            "project.toml",
            '"multi_stage"',
            '"stratified_random"',
            "design-table-unused",
            "drawn_fields",
        ),
        (landowners, "drawn_fields.csv", "W1,rise", "W1,ridge", "field-part-unknown", "rise"),
        (
            landowners,
            "drawn_fields.csv",
            "8.0\n",
            "8.0\nwest,W1,foot,3.0\n",
            "field-part-unknown",
            "second time",
        ),
        (landowners, "drawn_fields.csv", "rise,12.0", "rise,120.0", "area-mismatch", "W1 has 128 ha"),
        (landowners, "drawn_fields.csv", "8.0\n", "8.0\nwest,W1,top,3.0\n", "field-part-not-sampled", "top"),
        (grid, "sample_points.csv", "g00,plain,,g00,,0,0", "g00,plain,,g00,,0,1", "grid-incomplete", "node"),
        (grid, "sample_points.csv", ",10.001,", ",10.004,", "grid-place-differs", "lie"),
        (grid, "sample_points.csv", "10.003,0.002", ",", "grid-not-shown", "11 of 12"),
    ],
)
def test_what_a_design_lacks_is_told(
    tmp_path: Path, make: Callable[[Path], Path], file: str, old: str, new: str, code: str, found: str
) -> None:
    assert found in told(edit(make(tmp_path / "project"), file, old, new))[code]


def test_an_honest_design_is_left_in_peace(tmp_path: Path) -> None:
    for make in (landowners, grid):
        folder = make(tmp_path / make.__name__)
        codes = {f.code for f in assess_project(folder).findings if f.severity is Severity.BLOCKING}
        assert not codes


def test_the_page_has_every_kind_the_columns_and_the_project_of_the_test_vector() -> None:
    page = (Path(__file__).parents[2] / "docs" / "designs.md").read_text("utf-8")
    assert all(f"`{kind}`" in page for kind in get_args(SamplingDesign.model_fields["kind"].annotation))
    assert ",".join(FieldPart.model_fields) in page
    assert all(f"{owner},alpha,{area:g}" in page for owner, area in AREAS.items())
    assert all(
        ",".join(f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row) in page
        for row in PARTS
    )


@pytest.mark.parametrize("make", [landowners, grid])
def test_declared_errors_are_carried_and_the_sharp_form_issues(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    """What all samples of a campaign share comes on top of what the design gives, in the sharp and the drawn form."""
    plain = only(run_project(make(tmp_path / "plain")))
    folder = edit(make(tmp_path / "errors"), "project.toml", 'kind = "dry_combustion"', SHARED)
    period = only(run_project(folder))
    assert period.credited_form == "sharp"
    assert period.deduction.standard_error_t_co2e_per_ha == pytest.approx(
        plain.deduction.standard_error_t_co2e_per_ha, rel=1e-12
    )
    for form in ("sharp", "montecarlo"):
        more, less = getattr(period, form), getattr(plain, form)
        assert more.standard_error_t_co2e_per_ha > 1.05 * less.standard_error_t_co2e_per_ha
    assert (period.posterior is None) == (make is landowners), "areas of parts have no place in its model"


def test_raw_points_bring_their_part_and_their_node(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "imports").mkdir()
    raw = "id,owner,field,soil,r,c\nW1-1,west,W1,rise,,\nG1,plain,G1,,0,2\n"
    (tmp_path / "raw" / "gps.csv").write_text(raw, encoding="utf-8")
    mapping = """kind = "points"
file = "gps.csv"
[fields]
point = "id"
stratum = { column = "owner", words = { "west" = "west", "plain" = "plain" } }
sampling_unit = "field"
part = "soil"
grid_row = "r"
grid_column = "c"
"""
    (tmp_path / "imports" / "gps.toml").write_text(mapping, encoding="utf-8")
    made = imported(tmp_path)
    assert not made.is_open, made.questions
    assert made.tables["sample_points.csv"].decode().splitlines() == [
        "point,stratum,control_site,sampling_unit,part,grid_row,grid_column",
        "W1-1,west,,W1,rise,,",
        "G1,plain,,G1,,0,2",
    ]
