"""Baselines as one union: which are accounted, which issue, hybrid vectors through the step, and blended phases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from mollisol.engine import assess_project, run_project
from mollisol.methodology.baseline import APPROACH_OF, Baseline, HybridBaseline
from mollisol.methodology.context import Context
from mollisol.methodology.findings import FindingsError, Severity
from mollisol.methodology.results.run import BaselineResult, PeriodResult
from mollisol.methodology.rules_in_force.overlay import Overlay
from mollisol.methodology.rules_in_force.proposal import load_proposal
from mollisol.methodology.soil_models.inputs import ActivityRow
from mollisol.quantification.models.rotation import phase_of_rotation
from tests.support.baselines import Make
from tests.support.declarations import declare
from tests.support.lives import Life, Part, write_life

KINDS = ("modelled_schedule", "blended", "hybrid", "measured_controls")


def by_kind(period: PeriodResult) -> dict[str, BaselineResult]:
    return {row.kind: row for row in period.baselines}


def test_the_union_is_told_apart_by_its_kind() -> None:
    read = TypeAdapter[Baseline](Baseline).validate_python
    more = {"blended": {"rotation_years": 3}}
    assert {read({"kind": kind, **more.get(kind, {})}).kind for kind in APPROACH_OF} == set(APPROACH_OF)
    with pytest.raises(ValidationError, match="rotation_years"):
        read({"kind": "blended"})
    with pytest.raises(ValidationError, match="kind"):
        read({"kind": "guessed"})


def test_every_declared_baseline_is_accounted_and_the_credited_one_issues(modelled: Make) -> None:
    run = run_project(modelled(*KINDS))
    rows = by_kind(run.results.periods[0])
    assert set(rows) == set(KINDS)
    assert [kind for kind, row in rows.items() if row.issues] == ["modelled_schedule"]
    assert {kind: row.project_side for kind, row in rows.items()} == {
        "modelled_schedule": "modelled",
        "blended": "modelled",
        "hybrid": "measured",
        "measured_controls": "measured",
    }
    assert "issues from" in rows["hybrid"].why_not
    assert "measure and model" in rows["measured_controls"].why_not
    alone = run_project(modelled(name="alone")).results.periods[0]
    assert alone.units_to_issue_t == run.results.periods[0].units_to_issue_t


def test_the_order_of_declaring_does_not_move_the_units(modelled: Make) -> None:
    one = run_project(modelled(*KINDS, name="one"), route="analytic").results.periods[0]
    other = run_project(modelled(*reversed(KINDS), name="other"), route="analytic").results.periods[0]
    assert one.units_to_issue_t == other.units_to_issue_t
    assert {k: r.difference_t_co2e_per_ha for k, r in by_kind(one).items()} == pytest.approx(
        {k: r.difference_t_co2e_per_ha for k, r in by_kind(other).items()}
    )


def test_a_hybrid_alone_is_computed_and_refused(modelled: Make) -> None:
    period = run_project(
        modelled("hybrid", approach="measure_and_remeasure"), route="analytic"
    ).results.periods[0]
    assert period.issuance == "refused"
    assert period.units_to_issue_t == 0
    assert period.verified_total_t_co2e > 0
    assert not by_kind(period)["hybrid"].issues


def test_a_proposal_that_credits_hybrids_issues_from_one(modelled: Make) -> None:
    entry = {
        "id": "vm0042.baseline.credited-kinds",
        "from": __import__("datetime").date(2020, 1, 1),
        "value": "modelled_schedule, measured_controls, hybrid",
        "reason": "a test",
    }
    overlay = Overlay.model_validate({"label": "hybrids", "set": [entry]})
    folder = declare(modelled("hybrid", approach="measure_and_remeasure"))
    period = run_project(folder, overlays=[overlay]).results.periods[0]
    assert period.state == "proposed"
    assert period.units_to_issue_t == 0
    assert period.units_if_eligible_t is not None
    assert period.units_if_eligible_t > 0
    assert by_kind(period)["hybrid"].issues


def test_the_blended_baseline_of_the_coming_edition_issues_as_a_proposal(modelled: Make) -> None:
    folder = declare(modelled("blended"))
    run = run_project(folder, overlays=[load_proposal("blended-baseline")], route="analytic")
    (period, *_) = run.results.periods
    assert period.units_to_issue_t == 0
    assert by_kind(period)["blended"].issues, "it would be credited from"
    assert not by_kind(run_project(folder, route="analytic").results.periods[0])["blended"].credited


def test_measured_controls_are_the_same_beside_a_model_and_alone(modelled: Make) -> None:
    beside = by_kind(run_project(modelled(*KINDS, name="beside"), route="analytic").results.periods[0])[
        "measured_controls"
    ]
    alone = run_project(
        modelled(approach="measure_and_remeasure", name="alone"), route="analytic"
    ).results.periods[0]
    assert beside.difference_t_co2e_per_ha == alone.deduction.mean_t_co2e_per_ha
    assert beside.credited_t_co2e_per_ha == min(row.credited_t_co2e_per_ha for row in alone.routes)


def test_blended_draws_are_joint_over_phases(modelled: Make) -> None:
    """The spread of the mean over three phases is that of one phase, not a third of its variance."""
    from mollisol.stocks.modelled import run_model

    held = assess_project(modelled("modelled_schedule", "blended"))
    context, samples = held.passed()
    runs = run_model(context, samples.stocks)
    spread = {
        name: runs.between(name, 2015, 2020).mean(axis=0).std(ddof=1) for name in ("baseline", "blended")
    }
    assert spread["blended"] == pytest.approx(spread["baseline"], rel=0.1)
    assert not np.allclose(
        runs.between("blended", 2015, 2020).mean(), runs.between("baseline", 2015, 2020).mean(), rtol=1e-3
    )


def test_phases_shift_the_rotation_and_keep_the_cover() -> None:
    """Hand-made: a rotation of a, b, c over four years; phase 1 begins with b, phase 2 with c."""
    rows = [
        ActivityRow(
            scenario="baseline", site="p", year=2000 + t, month=8, activity="plant-input", what="abc"[t % 3]
        )
        for t in range(4)
    ]
    rows.append(ActivityRow(scenario="baseline", site="p", year=2000, month=1, activity="cover", amount=0.0))

    def crops(phase: int) -> str:
        shifted = phase_of_rotation(
            rows, scenario="x", first_year=2000, last_year=2003, length=3, phase=phase
        )
        cover = [row for row in shifted if row.activity == "cover"]
        assert (cover[0].year, cover[0].month, cover[0].amount) == (2000, 1, 0.0)
        own = sorted((r.year, r.what) for r in shifted if r.activity == "plant-input")
        return "".join(what for _, what in own)

    assert [crops(phase) for phase in range(3)] == ["abca", "bcab", "cabc"]


class _Project:
    """Numbers of TV-6 and TV-6b as a project: what a stock must be so that changes, errors and model come out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, point: str, start: float, change: float) -> None:
        path = self.folder / "core_increments.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        out = []
        for line in lines:
            cells = line.split(",")
            if cells[1] == point and cells[4] == "0":
                co2e = start + (change if cells[0] == "2020" else 0.0)
                cells[6] = repr(float(co2e / (44 / 12) / (0.1 * 1.35 * 30)))
            out.append(",".join(cells))
        path.write_text("\n".join(out) + "\n", encoding="utf-8")


def spread_to(mean: float, error: float, n: int) -> np.ndarray:
    """Give n numbers with this mean and this standard error of the mean."""
    raw = np.linspace(-1.0, 1.0, n)
    return np.asarray(mean + raw * error * np.sqrt(n) / raw.std(ddof=1))


@pytest.mark.parametrize(
    ("bias_sd", "modelled_change", "residual", "error", "baseline", "variance"),
    [
        (0.9, -1.8, 0.9, 0.6, -1.1769230769, 0.2492307692),
        (0.6, 2.0, -0.5, 1.5 / np.sqrt(12), 1.6712328767, 0.1232876712),
    ],
    ids=["TV-6", "TV-6b"],
)
def test_hybrid_vectors_through_the_step(
    modelled: Make,
    monkeypatch: pytest.MonkeyPatch,
    bias_sd: float,
    modelled_change: float,
    residual: float,
    error: float,
    baseline: float,
    variance: float,
) -> None:
    """TV-6 and TV-6b of the uncertainty digest: changes and errors measured on cores, the model's change set by hand.

    Values from the digest. TV-6 takes normal quantiles; the step takes Student's t, so that mean and standard error are
    compared and not the credited value.
    """
    import mollisol.changes.baselines as step
    from mollisol.stocks.measured import UnitStocks
    from mollisol.stocks.modelled import ModelledStocks, run_model

    declared = f'\n[[project.baselines]]\nkind = "hybrid"\nmodel_bias_sd_t_co2e_per_ha = {bias_sd}\nsource = "digest"\n'
    folder = modelled(approach="measure_and_remeasure", more=declared)
    head = folder / "project.toml"
    head.write_text(head.read_text(encoding="utf-8"), encoding="utf-8")
    project = _Project(folder)
    loam = spread_to(2.5, 0.5 * 1.5, 4)  # 80 of 120 ha: (2/3)^2 x 0.75^2 = 0.25, and the sand does not vary
    for name, change in zip(("L1", "L2", "L3", "L4"), loam, strict=True):
        project.write(name, 200.0 + change, change)
    for name in ("S1", "S2", "S3"):
        project.write(name, 200.0, 2.5)
    sites = spread_to(modelled_change + residual, error, 4)
    for name, change in zip(("C1-1", "C2-1", "C3-1", "C4-1"), sites, strict=True):
        project.write(name, 201.0 + change, change)

    def constant(context: Context, stocks: UnitStocks, *_: object) -> ModelledStocks:
        runs = run_model(context, stocks)
        shape = runs.change["baseline"][..., :1].shape
        flat = np.linspace(0.0, modelled_change / (44 / 12), shape[0])[:, None, None] * np.ones(shape)
        return ModelledStocks(
            runs.points,
            runs.years,
            runs.initial,
            {"baseline": flat, "project": flat},
            runs.identity,
            runs.source,
            (),
        )

    monkeypatch.setattr(step, "run_model", constant)
    period = run_project(folder, route="analytic").results.periods[0]
    row = by_kind(period)["hybrid"]
    assert row.baseline_change_t_co2e_per_ha == pytest.approx(baseline, abs=1e-8)
    assert row.difference_t_co2e_per_ha == pytest.approx(2.5 - baseline, abs=1e-8)
    assert row.control_weight == pytest.approx(bias_sd**2 / (bias_sd**2 + error**2), rel=1e-9)
    assert period.deduction.standard_error_t_co2e_per_ha**2 == pytest.approx(0.25 + variance, abs=1e-8)


@pytest.mark.parametrize(("bias_sd", "near"), [(1e-3, "model"), (1e4, "controls")])
def test_hybrid_shrinks_between_its_two_ends(modelled: Make, bias_sd: float, near: str) -> None:
    """A model that is believed leaves the controls out; one that is not leaves itself out (with one published draw)."""
    declared = f'\n[[project.baselines]]\nkind = "hybrid"\nmodel_bias_sd_t_co2e_per_ha = {bias_sd}\nsource = "a test"\n'
    run = run_project(
        modelled("measured_controls", approach="measure_and_remeasure", more=declared), route="analytic"
    )
    row = by_kind(run.results.periods[0])["hybrid"]
    known = run.trace.quantities
    at = "@1:hybrid"
    draws = (
        float(known[f"draws_control_variance_t2{at}"].value),
        float(known[f"draws_covariance_t2{at}"].value),
    )
    error = float(known[f"mean_residual_error{at}"].value)
    if near == "model":
        assert row.control_weight == pytest.approx(draws[1] / (draws[0] + error**2), rel=1e-3)
    else:
        assert row.control_weight == pytest.approx(1.0, abs=1e-3)
        residual = float(known[f"mean_residual{at}"].value)
        assert row.correction_t_co2e_per_ha == pytest.approx(residual, rel=1e-3)


def test_a_baseline_that_cannot_be_computed_says_so(modelled: Make) -> None:
    """Residuals of the control sites that agree exactly have no standard error; with one baseline it blocks."""
    folder = modelled("hybrid", approach="measure_and_remeasure")
    links = folder / "control_links.csv"
    links.write_text("control_site,stratum\nC1,loam\nC1,sand\n", encoding="utf-8")
    with pytest.raises(FindingsError) as raised:
        run_project(folder)
    codes = {finding.code for finding in raised.value.findings}
    assert codes & {"baseline-not-computed", "control-variance-not-estimable"}


@pytest.mark.parametrize("kinds", [("hybrid", "modelled_schedule"), ("modelled_schedule", "hybrid")])
def test_a_baseline_beside_the_issuing_one_that_cannot_be_computed_is_told(
    modelled: Make, monkeypatch: pytest.MonkeyPatch, kinds: tuple[str, ...]
) -> None:
    """Also where it is declared before the one that issues."""
    import mollisol.changes.baselines as step

    def fails(*_: object) -> None:
        raise ValueError("residuals that agree exactly")

    monkeypatch.setattr(step, "hybrid_change", fails)
    run = run_project(modelled(*kinds), route="analytic")
    (told,) = [finding for finding in run.findings if finding.code == "baseline-not-computed"]
    assert (told.severity, told.found) == (Severity.WARNING, "residuals that agree exactly")
    assert set(by_kind(run.results.periods[0])) == {"modelled_schedule"}


def test_hybrid_declares_a_bias_above_zero() -> None:
    with pytest.raises(ValidationError, match="model_bias_sd"):
        HybridBaseline(kind="hybrid", model_bias_sd_t_co2e_per_ha=0.0)


def test_a_static_baseline_is_shown_and_never_credited(tmp_path: Path) -> None:
    """Changes of 10, 12 and 11 at points, controls that lost 5: by hand 11, and 11 - t(2/3, 2) / sqrt(3) credited."""
    points = {
        name: {"2021": 100.0, "2026": end} for name, end in (("A1", 110.0), ("A2", 112.0), ("A3", 111.0))
    }
    controls = {
        name: Part({f"{name}-1": {"2021": 100.0, "2026": 95.0}}, strata=["a"]) for name in ("x", "y", "z")
    }
    both = '\n[[project.baselines]]\nkind = "measured_controls"\n\n[[project.baselines]]\nkind = "static"\n'
    folder = write_life(
        tmp_path / "static", Life({"a": Part(points, 10.0, "alpha")}, controls, [("1", 2021, 2026, ())])
    )
    head = folder / "project.toml"
    head.write_text(head.read_text(encoding="utf-8") + both, encoding="utf-8")
    (period,) = run_project(folder, route="analytic").results.periods
    found = by_kind(period)
    static, measured = found["static"], found["measured_controls"]
    assert (static.credited, static.issues, measured.issues) == (False, False, True)
    assert static.difference_t_co2e_per_ha == pytest.approx(11, rel=1e-9)
    assert static.baseline_change_t_co2e_per_ha == 0
    assert measured.difference_t_co2e_per_ha == pytest.approx(16, rel=1e-9)
    by_hand = 11 - float(stats.t(2).ppf(2 / 3)) / 3**0.5
    assert static.credited_t_co2e_per_ha == pytest.approx(by_hand, rel=1e-9)
