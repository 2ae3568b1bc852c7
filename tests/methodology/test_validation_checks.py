"""Every reason code of a validation, by a case that gives it and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from mollisol.methodology.checks.validation import (
    check_clay,
    check_gates,
    check_independence,
    check_project_domain,
    check_resolution,
    check_words,
)
from mollisol.methodology.findings import Finding, Severity
from mollisol.methodology.rules_in_force.rule import Clocks
from mollisol.methodology.rules_in_force.rule_set import RulesInForce, load_rule_set
from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.methodology.soil_models.trials import StudyRow
from mollisol.methodology.validation import ProjectPoint, Study, ValidationResult
from tests.mollisol.trials.conftest import calibrated_on, validated

COMBINATION = ("organic amendments", "non-fixing annual C3 herbaceous upland", "SOC")


@pytest.fixture
def rules() -> RulesInForce:
    rule_set = load_rule_set("vm0042-2.2")
    return RulesInForce(rule_set, Clocks(registered_on=rule_set.head.documents["VMD0053"].dated))


@pytest.fixture(scope="module")
def result() -> ValidationResult:
    return validated().result


def point(**changes: Any) -> ProjectPoint:
    given = {
        "point": "p1",
        "climate_zone": "cool-temperate-moist",
        "texture_class": "loam",
        "clay_percent": 20.0,
        "area_ha": 10.0,
    }
    return ProjectPoint.model_validate(given | changes)


def with_verdict(result: ValidationResult, **changes: Any) -> ValidationResult:
    (one,) = result.combinations
    return result.model_copy(update={"combinations": (one.model_copy(update=changes),)})


def project(
    result: ValidationResult,
    rules: RulesInForce,
    *points: ProjectPoint,
    combination: tuple[str, str, str] = COMBINATION,
    years: float = 5.0,
) -> list[Finding]:
    passing = with_verdict(result, verdict="pass") if result.combinations[0].practice_effect else result
    return check_project_domain(
        passing, combinations=[combination], points=points or (point(),), years=years, rules=rules
    )


def codes(findings: Iterable[Finding]) -> list[str]:
    found = list(findings)
    for finding in found:
        assert finding.found
        assert finding.allowed
        assert finding.do
        assert finding.clause
    return [finding.code for finding in found]


def test_a_project_inside_is_clean(result: ValidationResult, rules: RulesInForce) -> None:
    assert project(result, rules) == []


def test_a_combination_that_was_not_validated(result: ValidationResult, rules: RulesInForce) -> None:
    findings = project(result, rules, combination=("grazing", COMBINATION[1], "SOC"))
    assert codes(findings) == ["validation-combination-missing"]
    assert findings[0].severity is Severity.REFUSAL


def test_single_sites_do_not_isolate_a_practice(result: ValidationResult, rules: RulesInForce) -> None:
    assert codes(project(with_verdict(result, practice_effect=False), rules)) == [
        "validation-practice-not-isolated"
    ]


def test_too_few_studies(result: ValidationResult, rules: RulesInForce) -> None:
    assert codes(project(with_verdict(result, studies=()), rules)) == ["validation-too-few-studies"]


@pytest.mark.parametrize(
    ("verdict", "code"), [("fail", "validation-gate-failed"), ("not judged", "validation-not-judged")]
)
def test_a_gate_that_did_not_pass(
    result: ValidationResult, rules: RulesInForce, verdict: str, code: str
) -> None:
    changed = with_verdict(result, verdict=verdict)
    assert codes(check_gates(changed.combinations)) == [code]
    findings = check_project_domain(
        changed, combinations=[COMBINATION], points=(point(),), years=5.0, rules=rules
    )
    assert codes(findings) == [code]
    assert findings[0].severity is Severity.REFUSAL


def test_a_period_longer_than_the_median_trial(result: ValidationResult, rules: RulesInForce) -> None:
    """Durations 4 and 8 years in each of three studies: the median is 6."""
    assert project(result, rules, years=6.0) == []
    findings = project(result, rules, years=6.5)
    assert codes(findings) == ["validation-horizon-too-long"]
    assert findings[0].allowed.startswith("6 years")


def test_a_climate_zone_that_was_not_validated(result: ValidationResult, rules: RulesInForce) -> None:
    findings = project(result, rules, point(climate_zone="tropical-dry"))
    assert codes(findings) == ["validation-climate-zone-missing"]


def test_one_of_the_three_predominant_textures(result: ValidationResult, rules: RulesInForce) -> None:
    many = [
        point(point=f"p{n}", texture_class=name, area_ha=area)
        for n, (name, area) in enumerate([("silt", 9.0), ("loam", 8.0), ("clay", 7.0), ("peat", 1.0)])
    ]
    findings = project(result, rules, *many)
    assert codes(findings) == ["validation-texture-missing"], "the fourth one is not asked for"
    assert "silt" in str(findings[0].where)


def test_a_point_outside_the_clay_that_was_validated(result: ValidationResult, rules: RulesInForce) -> None:
    findings = project(result, rules, point(), point(point="p2", clay_percent=31.0))
    assert codes(findings) == ["validation-point-outside"]
    assert "p2" in str(findings[0].where)
    assert "12 to 30" in findings[0].allowed


def test_clay_that_spans_too_little(result: ValidationResult, rules: RulesInForce) -> None:
    assert list(check_clay(result.comparisons, rules)) == []
    narrow = [item for item in result.comparisons if item.clay_percent < 25]
    assert codes(check_clay(narrow, rules)) == ["validation-clay-span"]


def study(**changes: Any) -> StudyRow:
    given = {
        "study": "s",
        "experiment": "e",
        "practice_category": COMBINATION[0],
        "crop_group": COMBINATION[1],
        "source": "SOC",
        "climate_zone": "cool-temperate-moist",
        "texture_class": "loam",
        "clay_percent": 20.0,
        "latitude_deg": 50.0,
        "longitude_deg": 0.0,
        "use": "validation",
        "citation": "c",
        "licence": "CC0",
    }
    return StudyRow.model_validate(given | changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"practice_category": "prayer"}, "practice-category-unknown"),
        ({"crop_group": "wheat"}, "crop-group-unknown"),
        ({"crop_group": "annual non-fixing C3 herbaceous upland"}, "crop-group-unknown"),
        ({"crop_group": "non-fixing annual C3 herbaceous"}, "crop-group-unknown"),
    ],
)
def test_words_that_the_module_does_not_know(rules: RulesInForce, changes: dict[str, str], code: str) -> None:
    findings = check_words([study(**changes)], rules)
    assert codes(findings) == [code]
    assert findings[0].severity is Severity.WARNING


@pytest.mark.parametrize("group", [COMBINATION[1], "fixing perennial C4 tree flooded", "bare", "mixed"])
def test_words_that_it_knows(rules: RulesInForce, group: str) -> None:
    assert check_words([study(crop_group=group)], rules) == []


def of_set(calibrated: CalibratedSet, rules: RulesInForce, *, crossed: bool = False) -> list[str]:
    studies = [
        Study.model_validate(study(study=name, experiment=place).model_dump(exclude={"file", "row"}))
        for name, place in (("a1", "a"), ("a2", "a"), ("b1", "b"))
    ]
    return codes(
        check_independence(calibrated, studies=studies, validated={"a1", "b1"}, crossed=crossed, rules=rules)
    )


def test_a_study_that_the_set_was_calibrated_on(rules: RulesInForce) -> None:
    assert of_set(calibrated_on("a1"), rules) == ["validation-not-independent"]


def test_another_study_of_an_experiment_that_the_set_was_calibrated_on(rules: RulesInForce) -> None:
    assert of_set(calibrated_on("a2"), rules) == ["validation-not-independent"]


def test_other_experiments_and_cross_validation_are_independent(rules: RulesInForce) -> None:
    assert of_set(calibrated_on("elsewhere"), rules) == []
    assert of_set(calibrated_on("a1"), rules, crossed=True) == []


def test_a_number_of_the_model_for_one_field(rules: RulesInForce) -> None:
    sound = calibrated_on("a1")
    assert check_resolution(sound, rules) == []
    prior = sound.priors[0].model_copy(update={"name": "k_hum_per_yr of north field"})
    fine = sound.model_copy(update={"priors": (prior, *sound.priors[1:])})
    findings = check_resolution(fine, rules)
    assert codes(findings) == ["parameters-too-fine"]
    assert "climate zone" in findings[0].allowed
