"""A validation from the trial folder to its result: figures by hand, folds, refusals, the same bytes each time."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mollisol.methodology.findings import Finding, FindingsError, Place, Severity
from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.methodology.soil_models.trials import Trials
from mollisol.methodology.validation import Comparison, ValidationResult
from mollisol.trials.files import validation_files
from mollisol.trials.folds import FoldPlan
from mollisol.trials.predictions import Group, Prediction, contrast_of, published
from mollisol.trials.validate import validate
from tests.mollisol.trials.conftest import SETTINGS, calibrated_on, trials, validated


def of(study: str, year: int) -> Comparison:
    (found,) = [c for c in validated().result.comparisons if (c.study, c.to_year) == (study, year)]
    return found


def test_observed_effects_and_their_errors_by_hand() -> None:
    """Light farm: 3.1 t C/ha gained from 2002 to 2006 against none, all four stocks with a standard error of 0.9."""
    one = of("light", 2006)
    assert one.observed_t_co2e_per_ha == pytest.approx(3.1 * 44 / 12)
    assert one.standard_error_t_co2e_per_ha == pytest.approx(2 * 0.9 * 44 / 12)
    assert (one.replicates, one.duration_years, one.practice_effect) == (3, 4.0, True)


def test_figures_of_the_combination_by_hand_from_its_comparisons() -> None:
    result = validated().result
    (one,) = result.combinations
    error = np.array([c.modelled_t_co2e_per_ha - c.observed_t_co2e_per_ha for c in result.comparisons])
    by_study = error.reshape(3, 2).mean(axis=1)
    assert one.bias.mean_bias_t_co2e_per_ha == pytest.approx(by_study.mean())
    assert one.model_variance == pytest.approx(((error - error.mean()) ** 2).sum() / 5)
    assert one.mean_square_error == pytest.approx((error**2).sum() / 6)
    margin = np.sqrt(sum(n * (2 * s * 44 / 12) ** 2 for n, s in ((2, 0.9), (3, 1.1), (4, 1.3))) / 9)
    assert one.bias.pooled_measurement_uncertainty_t_co2e_per_ha == pytest.approx(margin)
    inside = (np.abs(error) <= 1.64 * np.sqrt(one.model_variance or 0)).sum()
    assert one.coverage[0].inside == inside == 5
    assert (one.bias.verdict, one.coverage_verdict, one.verdict) == ("pass", "fail", "fail")
    assert one.chance_right_model_passes == pytest.approx(0.9**6), "six of six are needed"
    assert (one.horizon_years, result.horizon_years) == (6.0, 6.0)
    assert not result.passed


def test_the_modelled_effect_is_what_the_model_gives_by_itself() -> None:
    """The scenarios of the folder by the runner of `mollisol model run`, from the same start at the end of 2001."""
    from mollisol.quantification.models.run_inputs import run_inputs

    read = trials()
    later = {"weather": tuple(row for row in read.inputs.weather if row.year > 2001)}
    trial = [
        row.model_copy(update={"year": max(row.year, 2002)})
        for row in read.inputs.schedule
        if row.scenario == "trial"
    ]
    before = [
        row.model_copy(update={"scenario": "before"}) for row in trial if row.activity != "manure-carbon"
    ]
    runs = run_inputs(
        read.inputs.model_copy(update={**later, "schedule": (*trial, *before), "baseline": "before"})
    )
    site = {name: place for place, name in enumerate(runs.sites)}
    stock = runs.stock_t_ha["trial"][:, :, 0]
    for name in ("light", "heavy"):
        change = {
            k: stock[9, site[f"{name}-{k}"]] - stock[1, site[f"{name}-{k}"]] for k in ("with", "without")
        }
        effect = (change["with"] - change["without"]) * 44 / 12
        assert of(name, 2010).modelled_t_co2e_per_ha == pytest.approx(effect, rel=0.06), (
            "starts differ a little"
        )


def test_json_comes_back_and_says_so_when_it_was_changed() -> None:
    result = validated().result
    text = result.to_json()
    assert ValidationResult.from_json(text) == result
    document = json.loads(text)
    document["horizon_years"] = 60.0
    with pytest.raises(ValueError, match="changed by hand"):
        ValidationResult.from_json(json.dumps(document))
    with pytest.raises(ValueError, match="one object"):
        ValidationResult.from_json("[]")


def test_the_folder_is_the_same_each_time_and_holds_what_it_says() -> None:
    once, again = (validation_files(validated(), None, ("html",)) for _ in range(2))
    assert once == again
    names = set(json.loads(once["manifest.json"])["files"])
    assert names == set(once) - {"manifest.json"}
    assert {"validation.json", "comparisons.csv", "trace.json", "report.html", "figures/bias.svg"} <= names


def test_the_trace_leads_from_the_bias_to_the_rows_that_were_measured() -> None:
    quantities = validated().trace.quantities
    (bias,) = [q for name, q in quantities.items() if name.startswith("mean_bias@")]
    assert bias.equation == "vmd0053:5.2.4-mean"
    rows = quantities["stock.treated_end"].rows
    assert all(row.startswith("observations.csv:") for row in rows)
    result = validated().result.combinations[0]
    for name, value in (
        ("between_study_variance", result.between_study_variance),
        ("within_study_variance", result.within_study_variance),
    ):
        told = [q.value for at, q in quantities.items() if at.startswith(f"{name}@")]
        assert told == ([] if value is None else [value])


def drawn(
    read: Trials, groups: list[Group], calibrated: CalibratedSet | None, told: Trials | None
) -> Prediction:
    """Stand in for a calibrated model: the published effect, shifted by what the set has seen."""
    base = published(read, groups, None, None).effect_t_co2e_per_ha
    draws = np.concatenate([base - 1.0, base + 1.0], axis=1)
    return Prediction(draws, np.full_like(draws, 3.0))


def fitted(plan: FoldPlan) -> tuple[CalibratedSet, list[Finding]]:
    """Stand in for the calibration of a fold; the one without heavy did not converge."""
    refused = Finding(
        code="calibration-not-converged",
        severity=Severity.REFUSAL,
        where=Place(thing="parameter k_hum_per_yr"),
        found="r-hat 1.2",
        allowed="1.01",
        do="resume",
    )
    return _set(plan), [refused] if plan.name == "heavy" else []


def _set(plan: FoldPlan) -> CalibratedSet:
    return calibrated_on(plan.fitted.studies[0].study).model_copy(update={"left_out": plan.names})


def crossed(unit: str, read: Trials | None = None) -> ValidationResult:
    read = read or trials()
    both = [row.model_copy(update={"use": "cross-validation"}) for row in read.studies]
    return validate(
        read.model_copy(update={"studies": tuple(both)}),
        settings=SETTINGS,
        predict=drawn,  # type: ignore[arg-type]
        calibrated=calibrated_on("light").model_copy(update={"base_sha256": read.inputs.parameters.sha256}),
        cross=unit,  # type: ignore[arg-type]
        fit=fitted,
    ).result


@pytest.mark.parametrize("unit", ["study", "experiment"])
def test_cross_validation_leaves_each_out_once_and_never_fits_on_it(unit: str) -> None:
    result = crossed(unit)
    assert [fold.left_out for fold in result.folds] == [("heavy",), ("light",), ("middle",)]
    for fold in result.folds:
        assert not set(fold.left_out) & set(fold.fitted_on)
        assert fold.parameter_set.startswith("made-up@")
    by_fold = {c.fold for c in result.comparisons}
    assert by_fold == {fold.fold for fold in result.folds}
    told = [str(finding.where) for finding in result.findings if finding.code == "calibration-not-converged"]
    assert told == (["parameter k_hum_per_yr without heavy"] if unit == "study" else [])
    assert result.calibrated
    assert all(c.interval_low_t_co2e_per_ha is not None for c in result.comparisons)
    assert {one.form for one in result.combinations[0].coverage} == {
        "printed",
        "new observation",
        "posterior predictive",
    }


def test_the_interval_holds_the_measurement_error_of_its_own_observation() -> None:
    """Draws at -1 and +1 with sd 3 and a standard error of 6.6: by symmetry the ends are where each half has 5 %."""
    from scipy.special import ndtr

    one = next(c for c in crossed("study").comparisons if c.study == "light")
    half = (one.interval_high_t_co2e_per_ha or 0) - one.modelled_t_co2e_per_ha
    sd = float(np.hypot(3.0, 6.6))
    below = (ndtr((half - 1) / sd) + ndtr((half + 1) / sd)) / 2
    assert below == pytest.approx(0.95, abs=1e-9)


def test_blocks_must_be_named_and_a_comparison_must_not_cross_them() -> None:
    with pytest.raises(FindingsError, match=r"validation-folds.*a site without a block"):
        crossed("block")
    read = trials()
    sides = [
        row.model_copy(update={"block": "east" if row.site.endswith("-with") else "west"})
        for row in read.trial_sites
    ]
    with pytest.raises(FindingsError, match=r"validation-folds.*sites in .*-east and .*-west"):
        crossed("block", read.model_copy(update={"trial_sites": tuple(sides)}))


def test_one_fold_is_none() -> None:
    read = trials()
    one = [row.model_copy(update={"experiment": "all"}) for row in read.studies]
    with pytest.raises(FindingsError, match="one experiment only"):
        crossed("experiment", read.model_copy(update={"studies": tuple(one)}))


def test_a_set_calibrated_under_other_settings_is_refused() -> None:
    read = trials()
    other = calibrated_on("elsewhere").model_copy(
        update={"settings": (("start", "measured fractions"),), "base_sha256": read.inputs.parameters.sha256}
    )
    with pytest.raises(FindingsError, match="model-identity-differs") as refused:
        validate(read, settings=SETTINGS, predict=drawn, calibrated=other)  # type: ignore[arg-type]
    assert "measured fractions" in refused.value.findings[0].allowed


def test_a_set_calibrated_on_what_it_is_validated_on_is_refused() -> None:
    read = trials()
    same = calibrated_on("light").model_copy(update={"base_sha256": read.inputs.parameters.sha256})
    with pytest.raises(FindingsError, match="validation-not-independent"):
        validate(read, settings=SETTINGS, predict=drawn, calibrated=same)  # type: ignore[arg-type]


def test_nothing_to_compare() -> None:
    read = trials()
    other = [row.model_copy(update={"use": "calibration"}) for row in read.studies]
    with pytest.raises(FindingsError, match="validation-nothing-to-compare"):
        validate(read.model_copy(update={"studies": tuple(other)}), settings=SETTINGS, predict=published)


def test_names_with_markup_are_refused_with_their_row() -> None:
    read = trials()
    bad = [read.studies[0].model_copy(update={"texture_class": "<b>loam"}), *read.studies[1:]]
    with pytest.raises(FindingsError, match="validation-name") as refused:
        validate(read.model_copy(update={"studies": tuple(bad)}), settings=SETTINGS, predict=published)
    assert refused.value.findings[0].where.column == "texture_class"


def test_single_sites_are_told_and_not_judged() -> None:
    read = trials()
    alone = [row.model_copy(update={"reference_site": ""}) for row in read.comparisons]
    result = validate(
        read.model_copy(update={"comparisons": tuple(alone)}), settings=SETTINGS, predict=published
    ).result
    (one,) = result.combinations
    assert (one.practice_effect, one.verdict) == (False, "not judged")
    assert result.of(one.practice_category, one.crop_group, one.source) is None
    assert "validation-not-judged" in [finding.code for finding in result.findings]
    assert not result.passed


def test_blocks_of_a_trial_are_replicates_of_one_observation() -> None:
    """The stocks lose their standard errors; the three farms become blocks of one study under one name."""
    read = trials()
    stocks = [row.model_copy(update={"standard_error_t_ha": None}) for row in read.observations]
    sites = [row.model_copy(update={"study": "light", "block": row.study}) for row in read.trial_sites]
    pairs = [row.model_copy(update={"study": "light"}) for row in read.comparisons]
    merged = read.model_copy(
        update={
            "observations": tuple(stocks),
            "trial_sites": tuple(sites),
            "comparisons": tuple(pairs),
            "studies": read.studies[:1],
        }
    )
    result = validate(merged, settings=SETTINGS, predict=published).result
    assert [c.comparison for c in result.comparisons] == ["light-2006+2", "light-2010+2"]
    first = result.comparisons[0]
    effects = np.array([3.1, 1.6, 4.4]) * 44 / 12
    assert first.observed_t_co2e_per_ha == pytest.approx(effects.mean())
    assert first.standard_error_t_co2e_per_ha == pytest.approx(effects.std(ddof=1) / np.sqrt(3))
    assert first.replicates == 3
    each = [c.modelled_t_co2e_per_ha for c in validated().result.comparisons if c.to_year == 2006]
    assert first.modelled_t_co2e_per_ha == pytest.approx(np.mean(each))


def test_an_effect_is_four_weights_that_sum_to_none() -> None:
    (row, *_) = trials().comparisons
    weights = contrast_of(Group("one", (row, row), ""))
    assert sum(weight for _, _, weight in weights) == 0
    assert {(site, year): 2 * weight for site, year, weight in weights} == {
        ("light-with", 2006): 1.0,
        ("light-with", 2002): -1.0,
        ("light-without", 2006): -1.0,
        ("light-without", 2002): 1.0,
    }


def test_a_declared_error_of_a_stock_stands_in_where_no_trial_tells_one() -> None:
    """Four stocks with a standard error of 3 t C/ha: an effect has 6 t C/ha, which is 22 t CO2e/ha."""
    from mollisol.trials.validate import Words

    read = trials()
    stocks = [
        row.model_copy(update={"standard_error_t_ha": None, "replicates": 1}) for row in read.observations
    ]
    bare = read.model_copy(update={"observations": tuple(stocks)})
    (without,) = validate(bare, settings=SETTINGS, predict=published).result.combinations
    assert (without.bias.verdict, without.verdict) == ("not judged", "fail")
    words = Words(stock_error_t_c_per_ha=3.0, stock_error_source="made up")
    result = validate(bare, settings=SETTINGS, predict=published, words=words).result
    gate = result.combinations[0].bias
    assert gate.pooled_measurement_uncertainty_t_co2e_per_ha == pytest.approx(22.0)
    assert (gate.by_default, gate.verdict) == (True, "pass")
    assert "made up" in result.limits[0]
