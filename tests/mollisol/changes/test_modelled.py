"""Measure and model end to end: both scenarios from measured stocks, the three routes, and what the trace says."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import FindingsError
from mollisol.run import Run
from mollisol.uncertainty.deduction.moment import credited_mean
from mollisol.uncertainty.degrees_of_freedom import satterthwaite
from tests.support.baselines import Make
from tests.support.declarations import declare
from tests.support.modelled_project import DRAWS, ERRORS, POINTS
from tests.support.monte_carlo_credit import credit_modelled_draws

CO2E = 44 / 12
AREAS = {"loam": 80.0, "sand": 40.0}


def by_stratum(run: Run, name: str) -> list[np.ndarray]:
    quantity = run.trace.quantities[name]
    return [
        np.array([v for unit, v in zip(quantity.index, quantity.value, strict=True) if unit.startswith(s)])
        for s in AREAS
    ]


def test_initial_stocks_are_equation_4_and_the_same_in_both_scenarios(modelled: Make) -> None:
    """Hand arithmetic: 0.1 x density x depth x content, 0.1 x 1.35 x 30 x 15.2 = 61.56 t C/ha at L1."""
    quantities = run_project(modelled()).trace.quantities
    initial = quantities["initial_stock_of_point"]
    assert dict(zip(initial.index, initial.value, strict=True))["L1"] == pytest.approx(61.56, abs=1e-9)
    assert initial.value == pytest.approx([0.1 * 1.35 * 30 * POINTS[name][3] for name in initial.index])
    start = [quantities[f"{scenario}_stock_first@1"].value for scenario in ("baseline", "project")]
    np.testing.assert_array_equal(*start)


def test_moment_form_is_equations_62_to_64_by_hand(modelled: Make) -> None:
    """The formulas of the document written out here, on the effects that the run recorded."""
    run = run_project(modelled())
    effects, areas = by_stratum(run, "effect_of_unit@1"), np.array(list(AREAS.values()))
    total = areas.sum()
    sampling = np.array([a**2 * e.var(ddof=1) / e.size for a, e in zip(areas, effects, strict=True)])
    model = np.var(ERRORS, ddof=1)
    variance = sampling.sum() / total**2 + model
    nu = variance**2 / (
        sum((s / total**2) ** 2 / (e.size - 1) for s, e in zip(sampling, effects, strict=True)) + model**2 / 3
    )
    period = run.results.periods[0]
    assert period.deduction.standard_error_t_co2e_per_ha == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert period.deduction.degrees_of_freedom == pytest.approx(nu, rel=1e-12)
    mean = sum(a * e.mean() for a, e in zip(areas, effects, strict=True)) / total
    assert period.deduction.mean_t_co2e_per_ha == pytest.approx(mean, rel=1e-12)
    printed = sampling.sum() / total**2 + model * (areas**2).sum() / total**2
    assert period.deduction_printed.standard_error_t_co2e_per_ha == pytest.approx(np.sqrt(printed), rel=1e-12)
    assert (
        period.deduction_printed.standard_error_t_co2e_per_ha < period.deduction.standard_error_t_co2e_per_ha
    )


def test_effect_is_project_less_baseline_stock_change(modelled: Make) -> None:
    """Eqs. 46, 47 and 65 agree: the same effect from stocks and from emissions."""
    quantities = run_project(modelled()).trace.quantities
    change = {
        s: CO2E * (quantities[f"{s}_stock_last@1"].value - quantities[f"{s}_stock_first@1"].value)
        for s in ("project", "baseline")
    }
    effect = dict(
        zip(quantities["effect_of_unit@1"].index, quantities["effect_of_unit@1"].value, strict=True)
    )
    for name, value in zip(
        quantities["project_stock_last@1"].index, change["project"] - change["baseline"], strict=True
    ):
        assert effect[f"{POINTS[name][0]}/{name}"] == pytest.approx(value, rel=1e-12)


def test_the_moment_form_is_the_ceiling_of_the_posterior_and_each_route_is_there(modelled: Make) -> None:
    """No control site was measured: the posterior issues, and where it credits more, the moment form does."""
    period = run_project(declare(modelled())).results.periods[0]
    credited = {row.form: row.credited_t_co2e_per_ha for row in period.routes}
    assert set(credited) == {"moment", "montecarlo", "posterior"}
    assert credited["posterior"] > credited["moment"]
    assert period.credited_form == "moment"
    assert period.issuance == "issued"
    assert period.units_to_issue_t > 0
    assert period.after_deduction_t_co2e == pytest.approx(120 * credited["moment"], rel=1e-9)


def test_one_draw_for_all_points_and_both_scenarios(modelled: Make) -> None:
    """Drawn anew at each point or scenario, the parameters' error would average out or swell; here it does neither.

    The joint spread of the project's mean is compared with the spread of draws that are shuffled by point (too small)
    and by scenario (too large): both wrong ways are seen.
    """
    from mollisol.engine import assess_project
    from mollisol.stocks.modelled import run_model

    held = assess_project(modelled())
    context, samples = held.passed()
    runs = run_model(context, samples.stocks)
    assert runs.draws == DRAWS
    project_change = CO2E * runs.between("project", 2015, 2020)
    baseline_change = CO2E * runs.between("baseline", 2015, 2020)
    effect = project_change - baseline_change
    random = np.random.default_rng(3)
    per_point = np.stack([random.permutation(row) for row in effect])
    order = random.permutation(DRAWS)
    per_scenario = project_change - baseline_change[:, order]
    spread = {
        name: float(drawn.mean(axis=0).std(ddof=1))
        for name, drawn in (("joint", effect), ("per point", per_point), ("per scenario", per_scenario))
    }
    single = float(np.mean(effect.std(axis=1, ddof=1)))
    assert spread["joint"] == pytest.approx(single, rel=0.1), (
        "the parameters' error does not average out over points"
    )
    assert spread["per point"] < 0.6 * spread["joint"]
    assert spread["per scenario"] > 3 * spread["joint"]


def test_montecarlo_is_the_layer_on_the_same_draws(modelled: Make) -> None:
    """The route against ``credit_modelled_draws`` on draws made here, with the model's shared error."""
    from mollisol.engine import assess_project
    from mollisol.stocks.modelled import run_model

    folder = modelled()
    held = assess_project(folder)
    context, samples = held.passed()
    runs = run_model(context, samples.stocks)
    effect = CO2E * (runs.between("project", 2015, 2020) - runs.between("baseline", 2015, 2020))
    shared = np.random.default_rng(0).standard_normal((DRAWS,))
    drawn = effect + np.sqrt(np.var(ERRORS, ddof=1)) * (shared - shared.mean())
    strata = [POINTS[name][0] for name in runs.points]
    groups = [drawn[[s == name for s in strata]] for name in AREAS]
    credit = credit_modelled_draws(
        area_ha=list(AREAS.values()),
        reduction_t_co2e_per_ha=groups,
        model_degrees_of_freedom=3.0,
        effective_draws=45.0,
    )
    route = run_project(folder).results.periods[0].montecarlo
    assert route is not None
    assert route.standard_error_t_co2e_per_ha == pytest.approx(credit.standard_error_t_co2e_per_ha, rel=1e-12)
    assert route.degrees_of_freedom == pytest.approx(credit.degrees_of_freedom, rel=1e-12)
    assert route.credited_t_co2e_per_ha == pytest.approx(credit.credited_t_co2e_per_ha, rel=1e-9)
    assert route.model_variance_t_co2e_per_ha_2 == pytest.approx(credit.drawn_variance, rel=1e-12)


def test_the_error_of_recorded_amounts_is_drawn(modelled: Make) -> None:
    """Manure known to 20 %: RothC is linear in what is applied, so the error of a scenario is 20 % of what it does.

    What it does is read off two runs with all manure of the project's years a tenth larger, by hand from the schedule.
    """
    folder = modelled()
    before = run_project(folder)
    sample = "source,units_sampled,units_all,standard_error_percent,design\nmanure-carbon,9,30,20,at random\n"
    (folder / "practice_samples.csv").write_text(sample, encoding="utf-8")
    after = run_project(folder)
    (folder / "practice_samples.csv").unlink()
    path = folder / "model" / "schedule.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    names = head.split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in lines]
    for row in rows:
        if row["activity"] == "manure-carbon" and row["scenario"] == "project":
            row["amount"] = str(float(row["amount"]) * 1.1)
    path.write_text("\n".join([head, *(",".join(row.values()) for row in rows)]) + "\n", encoding="utf-8")
    more = run_project(folder)
    means = [run.results.periods[0].deduction.mean_t_co2e_per_ha for run in (before, more)]
    added = (0.2 * (means[1] - means[0]) / 0.1) ** 2
    assert added > 0
    errors = [run.results.periods[0].deduction.standard_error_t_co2e_per_ha ** 2 for run in (before, after)]
    assert errors[1] - errors[0] == pytest.approx(added, rel=1e-6)
    drawn = [run.results.periods[0].montecarlo for run in (before, after)]
    assert drawn[0] is not None
    assert drawn[1] is not None
    wider = drawn[1].model_variance_t_co2e_per_ha_2 - drawn[0].model_variance_t_co2e_per_ha_2
    assert wider == pytest.approx(added, rel=0.6), "sixty draws"
    assert after.results.periods[0].after_deduction_t_co2e < before.results.periods[0].after_deduction_t_co2e


def test_same_bytes_twice_and_another_seed_moves_the_drawn_route_only(modelled: Make) -> None:
    folder = modelled()
    one, again, other = (run_project(folder, seed=seed).results for seed in (0, 0, 1))
    assert one == again
    first, second = one.periods[0], other.periods[0]
    assert first.deduction == second.deduction
    assert first.montecarlo != second.montecarlo


def test_every_modelled_number_names_model_hash_parameter_set_and_tables(modelled: Make) -> None:
    run = run_project(modelled())
    model = run.results.model
    assert model is not None
    for name in ("baseline_modelled_last@1", "project_modelled_last@1"):
        rows = " ".join(run.trace.quantities[name].rows)
        assert model.model_hash[:12] in rows
        assert model.parameter_set in rows
        assert "model/sites.csv" in rows
        assert "model/schedule.csv" in rows


@pytest.mark.parametrize("shift", [-2, 2])
def test_stocks_measured_at_another_time_are_modelled_to_the_start(modelled: Make, shift: int) -> None:
    """Two years before: run on under the baseline. Two years after: back until the project scenario meets them."""
    folder = modelled()
    year = 2016 + shift
    for name, old, new in (
        (
            "project.toml",
            "{ start = 2015-09-01, end = 2015-11-30 }",
            f"{{ start = {year}-01-01, end = {year}-01-31 }}",
        ),
        ("core_increments.csv", "2015-10-01", f"{year}-01-15"),
    ):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    if shift < 0:
        weather = folder / "model" / "weather.csv"
        lines = weather.read_text(encoding="utf-8").splitlines()
        earlier = [row.replace(",2016,", f",{y},") for y in (2014, 2015) for row in lines if ",2016," in row]
        weather.write_text("\n".join([lines[0], *earlier, *lines[1:]]) + "\n", encoding="utf-8")
        schedule = folder / "model" / "schedule.csv"
        rows = schedule.read_text(encoding="utf-8").splitlines()
        more = [row.replace(",2016,", f",{y},") for y in (2014, 2015) for row in rows if ",2016," in row]
        schedule.write_text("\n".join([rows[0], *more, *rows[1:]]) + "\n", encoding="utf-8")
    run = run_project(folder)
    assert "initial-stock-modelled" in {finding.code for finding in run.findings}
    quantities = run.trace.quantities
    measured = dict(
        zip(
            quantities["initial_stock_of_point"].index,
            quantities["initial_stock_of_point"].value,
            strict=True,
        )
    )
    start = quantities["project_initial_stock@1"]
    np.testing.assert_array_equal(start.value, quantities["baseline_initial_stock@1"].value)
    assert all(
        abs(value - measured[name]) > 0.05 for name, value in zip(start.index, start.value, strict=True)
    )
    if shift > 0:
        from mollisol.engine import assess_project
        from mollisol.stocks.modelled import run_model

        held = assess_project(folder)
        context, samples = held.passed()
        runs = run_model(context, samples.stocks)
        met = np.asarray(runs.initial.value) + runs.between("project", 2015, 2017).mean(axis=1)
        assert met == pytest.approx([measured[name] for name in runs.points], abs=1e-6)


def test_published_set_has_no_draws_and_runs(modelled: Make) -> None:
    from mollisol.methodology.soil_models.calibrated import ModelIdentity, model_settings
    from mollisol.reading.model_folder import read_folder
    from tests.support.modelled_project import validation_of

    folder = modelled()
    head = folder / "project.toml"
    head.write_text(
        head.read_text(encoding="utf-8").replace('parameter_set = "calibrated"\n', ""), encoding="utf-8"
    )
    inputs, _ = read_folder(folder / "model")
    assert inputs is not None
    validation = validation_of(ModelIdentity.of(inputs.parameters, model_settings(inputs)))
    (folder / "model" / "validation.json").write_text(validation.to_json(), encoding="utf-8")
    run = run_project(folder)
    assert run.results.model is not None
    assert run.results.model.draws == 1
    assert {row.form for row in run.results.periods[0].routes} == {"moment", "montecarlo", "posterior"}


def test_a_validation_that_did_not_pass_computes_and_refuses(modelled: Make) -> None:
    from mollisol.methodology.validation import ValidationResult
    from tests.support.modelled_project import validation_of

    folder = modelled()
    path = folder / "model" / "validation.json"
    identity = ValidationResult.from_json(path.read_text(encoding="utf-8")).identity
    path.write_text(validation_of(identity, verdict="fail").to_json(), encoding="utf-8")
    period = run_project(folder).results.periods[0]
    assert period.issuance == "refused"
    assert period.units_to_issue_t == 0
    assert period.verified_total_t_co2e > 0


def test_a_changed_number_in_the_set_is_another_model(modelled: Make) -> None:
    from tests.support.modelled_project import calibrated_set_of

    folder = modelled()
    inputs_settings = dict(calibrated_settings(folder))
    for name, content in calibrated_set_of(inputs_settings, draws=61).files().items():
        (folder / "model" / "calibrated" / name).write_bytes(content)
    with pytest.raises(FindingsError, match="model-identity-differs"):
        run_project(folder)


def calibrated_settings(folder: object) -> tuple[tuple[str, str], ...]:
    from pathlib import Path

    from mollisol.reading.calibrated_sets import read_calibrated

    found, _ = read_calibrated(str(Path(str(folder)) / "model" / "calibrated"))
    assert found is not None
    return found.settings


def test_satterthwaite_and_credit_come_from_the_core(modelled: Make) -> None:
    """The recorded moment form is what the core's equations give for the recorded inputs."""
    run = run_project(modelled())
    known = run.trace.quantities
    nu = satterthwaite(
        variances=known["variance_terms.corrected@1"].value,
        degrees_of_freedom=known["replicates_less_one@1"].value,
    )
    assert known["degrees_of_freedom.corrected@1"].value == nu
    assert known["credited_mean.corrected@1"].value == credited_mean(
        mean_change=known["mean_difference@1"].value,
        variance_of_mean=known["variance_of_mean.corrected@1"].value,
        degrees_of_freedom=nu,
        confidence=2 / 3,
    )


@pytest.mark.parametrize("zones", [("cool-moist",), ("cool-moist", "cool-dry")])
def test_comparisons_of_several_climate_zones_have_a_bias_of_each(
    modelled: Make, zones: tuple[str, ...]
) -> None:
    """The model promises 3 too much in the first zone, 3 too little in the second; the project lies in the first.

    Together the two cancel: only a bias of the zones can lower the credit.
    """
    from mollisol.methodology.validation import ValidationResult

    folder = modelled()
    path = folder / "model" / "validation.json"
    told = ValidationResult.from_json(path.read_text(encoding="utf-8"))
    rows = tuple(
        row.model_copy(
            update={
                "climate_zone": zones[place // 4 % len(zones)],
                "modelled_t_co2e_per_ha": row.modelled_t_co2e_per_ha + (3.0 if place < 4 else -3.0),
            }
        )
        for place, row in enumerate(told.comparisons)
    )
    gate = told.combinations[0].bias.model_copy(update={"pooled_measurement_uncertainty_t_co2e_per_ha": 4.0})
    combinations = (told.combinations[0].model_copy(update={"bias": gate}),)
    changed = told.model_copy(update={"comparisons": rows, "combinations": combinations})
    path.write_text(changed.to_json(), encoding="utf-8")
    run = run_project(folder, route="posterior")
    found = run.results.periods[0].posterior
    assert found is not None
    names = {component.name for component in found.components}
    difference = float(run.trace.quantities["mean_difference@1"].value)
    assert ("s_climate" in names) == (len(zones) == 2)
    if len(zones) == 2:
        assert found.mean_t_co2e_per_ha < difference - 1.5
    else:
        assert found.mean_t_co2e_per_ha == pytest.approx(difference, abs=1.0)


def test_a_batch_error_of_the_initial_stocks_enters_each_route_once(modelled: Make) -> None:
    """2 % of all initial stocks together: what 1.02 times the stocks do to the effect, from a project that has them.

    Without a change of cover nothing would be left: both scenarios start alike, and a linear model forgets alike.

    The contents of the initial campaign are raised by 2 % in a second project; the mean effect then moves by what the
    batch error is worth. That square is added to the variance of the moment form, and to that of the posterior.
    """
    plain = modelled()
    # bare soil in the project alone: the decay of what was there differs, so that its error does not cancel
    with (plain / "model" / "schedule.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"project,{name},2016,1,cover,,0,returned\n" for name in POINTS if POINTS[name][0])
    folder = plain.parent / "batch"
    shutil.copytree(plain, folder)
    head = (folder / "project.toml").read_text(encoding="utf-8")
    marker = 'proficiency_test = "NAPT"\n'
    (folder / "project.toml").write_text(
        head.replace(marker, marker + "batch_relative_sd = 0.02\n"), encoding="utf-8"
    )
    before, after = (run_project(each).results.periods[0] for each in (plain, folder))
    raised = plain.parent / "raised"
    shutil.copytree(plain, raised)
    rows = (raised / "core_increments.csv").read_text(encoding="utf-8").splitlines()
    names = rows[0].split(",")
    content, campaign = names.index("soc_g_per_kg"), names.index("campaign")
    for place, row in enumerate(rows[1:], start=1):
        cells = row.split(",")
        if cells[campaign] == "2015":
            cells[content] = repr(float(cells[content]) * 1.02)
        rows[place] = ",".join(cells)
    (raised / "core_increments.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    moved = run_project(raised).results.periods[0]
    worth = moved.deduction.mean_t_co2e_per_ha - before.deduction.mean_t_co2e_per_ha
    assert abs(worth) > 0.01
    assert after.deduction.mean_t_co2e_per_ha == before.deduction.mean_t_co2e_per_ha
    added = after.deduction.standard_error_t_co2e_per_ha**2 - before.deduction.standard_error_t_co2e_per_ha**2
    assert added == pytest.approx(worth**2, rel=0.03)
    assert after.deduction_printed == before.deduction_printed
    assert before.posterior is not None
    assert after.posterior is not None
    wider = (
        after.posterior.standard_deviation_t_co2e_per_ha**2
        - before.posterior.standard_deviation_t_co2e_per_ha**2
    )
    assert wider > 0.3 * worth**2
