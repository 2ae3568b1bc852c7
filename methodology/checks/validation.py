"""A validation held against its rules, and a project held against what was validated (VMD0053, VM0042 8.6.1.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.rules_in_force.rule_set import RulesInForce
from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.methodology.soil_models.calibration_plan import FREE
from mollisol.methodology.soil_models.trials import StudyRow
from mollisol.methodology.validation import (
    CombinationResult,
    Comparison,
    ProjectPoint,
    Study,
    ValidationResult,
)

type Combination = tuple[str, str, str]
"""Practice category, crop functional group, emission source."""

NO_GROUP = ("bare", "mixed")
"""Our words for a soil without a crop and for a rotation over groups."""


def words(rules: RulesInForce, id: str) -> tuple[str, ...]:
    """Read a rule that lists words."""
    return tuple(word.strip() for word in str(rules.value(id).value).split(";"))


def check_words(studies: Sequence[StudyRow], rules: RulesInForce) -> list[Finding]:
    """Return the findings on practice categories and crop groups that the module does not know."""
    categories = words(rules, "vmd0053.practice.categories")
    attributes = [
        {word.strip() for word in group.split(",")} for group in words(rules, "vmd0053.crop.group-attributes")
    ]
    found = []
    for row in studies:
        if row.practice_category not in categories:
            where = Place(file=row.file, row=row.row or None, column="practice_category")
            allowed = "; ".join(categories)
            found.append(finding("practice-category-unknown", where, row.practice_category, allowed=allowed))
        named = row.crop_group.split()
        fits = len(named) == len(attributes) and all(
            word in choice for word, choice in zip(named, attributes, strict=False)
        )
        if not fits and row.crop_group not in NO_GROUP:
            where = Place(file=row.file, row=row.row or None, column="crop_group")
            allowed = "; ".join(", ".join(sorted(choice)) for choice in attributes)
            found.append(finding("crop-group-unknown", where, row.crop_group, allowed=allowed))
    once = {(one.code, one.found): one for one in reversed(found)}
    return [one for one in found if once[one.code, one.found] is one]


def check_independence(
    calibrated: CalibratedSet | None,
    *,
    studies: Sequence[Study],
    validated: Collection[str],
    crossed: bool,
    rules: RulesInForce,
) -> list[Finding]:
    """Return the findings on studies that a parameter set was calibrated on and is validated on.

    Parameters
    ----------
    calibrated
        The set; None for a published one.
    studies
        All studies of the folder.
    validated
        Ids of those whose comparisons are used.
    crossed
        Whether each is predicted by a set that did not see it: then there is nothing to find.
    rules
        The rules.
    """
    if calibrated is None or crossed or not rules.value("vmd0053.calibration.independent-data").value:
        return []
    experiment = {study.study: study.experiment for study in studies}
    seen = {item.study for item in calibrated.data}
    places = {experiment[name] for name in seen if name in experiment}
    return [
        finding(
            "validation-not-independent",
            Place(file="studies.csv", thing=f"study {name}"),
            f"{calibrated.label} was calibrated on {'it' if name in seen else 'its experiment'}",
        )
        for name in sorted(validated)
        if name in seen or experiment.get(name) in places
    ]


def check_resolution(calibrated: CalibratedSet, rules: RulesInForce) -> list[Finding]:
    """Return the numbers of the model that hold for less than a climate zone: it has no name for them."""
    region = str(rules.value("vmd0053.calibration.finest-region").value)
    if region == "site":
        return []
    names = FREE[calibrated.model]
    return [
        finding(
            "parameters-too-fine",
            Place(file="set.toml", thing=f"parameter {name}"),
            "a number of the model that holds for a part of the data only",
            region=region,
            names=", ".join(names),
        )
        for name in calibrated.names_of("model")
        if name not in names
    ]


def check_clay(comparisons: Sequence[Comparison], rules: RulesInForce) -> Iterator[Finding]:
    """Return the findings on the span of clay contents of the validation data, held against the rule."""
    least, clay = rules.number("vmd0053.domain.clay-span"), [item.clay_percent for item in comparisons]
    span = max(clay) - min(clay) if clay else 0.0
    if span >= least:
        return
    yield finding(
        "validation-clay-span",
        Place(file="studies.csv", column="clay_percent"),
        f"{span:g} percentage points",
        least=least,
    )


def check_gates(combinations: Iterable[CombinationResult]) -> Iterator[Finding]:
    """Return a finding on each combination that failed a gate or could not be judged."""
    for item in combinations:
        if item.verdict == "pass":
            continue
        failed = item.verdict == "fail"
        gates = {"bias": item.bias.verdict, "coverage": item.coverage_verdict}
        told = ", ".join(f"{name} {verdict}" for name, verdict in gates.items())
        if not item.practice_effect:
            told = "comparisons of single sites, not of a practice with its reference"
        yield finding("validation-gate-failed" if failed else "validation-not-judged", _said(_of(item)), told)


def check_project_domain(
    result: ValidationResult,
    *,
    combinations: Collection[Combination],
    points: Sequence[ProjectPoint],
    years: float,
    rules: RulesInForce,
) -> list[Finding]:
    """Return what a project has that was not validated; every finding refuses issuance, none stops the computing.

    Parameters
    ----------
    result
        The validation.
    combinations
        Practice category, crop functional group and source that the project declares.
    points
        Where the model is run.
    years
        Length of the longest period that the model's error has to serve.
    rules
        The rules.
    """
    return gathered(
        [
            *(fault for one in sorted(combinations) for fault in _combination(result, one, years, rules)),
            *_zones(result, points, rules),
            *_textures(result, points, rules),
            *_outside(result, points),
            *check_clay(result.comparisons, rules),
        ]
    )


def _combination(
    result: ValidationResult, one: Combination, years: float, rules: RulesInForce
) -> Iterable[Finding]:
    """Return the findings on a validated practice effect, its gates, its number of studies and its horizon."""
    where = Place(file="validation.json", thing=_said(one))
    mine = result.of(*one)
    if mine is None:
        there = "; ".join(_said(_of(item)) for item in result.combinations if item.practice_effect) or "none"
        single = any(_of(item) == one for item in result.combinations)
        found = "validated on single sites only" if single else "not validated"
        code = "validation-practice-not-isolated" if single else "validation-combination-missing"
        yield finding(code, where, found, allowed=there)
        return
    least = rules.number("vmd0053.domain.least-studies")
    if len(mine.studies) < least:
        found = f"{len(mine.studies)} studies"
        yield finding("validation-too-few-studies", where, found, least=least)
    for gate in check_gates([mine]):
        yield gate.model_copy(update={"severity": Severity.REFUSAL})
    if years > mine.horizon_years:
        found = f"a period of {years:g} years"
        allowed = f"{mine.horizon_years:g} years, the median duration of the trials"
        yield finding("validation-horizon-too-long", where, found, allowed=allowed)


def _zones(
    result: ValidationResult, points: Sequence[ProjectPoint], rules: RulesInForce
) -> Iterable[Finding]:
    if not rules.value("vmd0053.domain.every-climate-zone").value:
        return
    covered = result.domain.climate_zones
    for zone in sorted({point.climate_zone for point in points} - set(covered)):
        where = Place(file="validation.json", thing=f"climate zone {zone}")
        yield finding(
            "validation-climate-zone-missing", where, "not validated", allowed=", ".join(covered) or "none"
        )


def _textures(
    result: ValidationResult, points: Sequence[ProjectPoint], rules: RulesInForce
) -> Iterable[Finding]:
    most = int(rules.number("vmd0053.domain.predominant-textures"))
    area: dict[str, float] = defaultdict(float)
    for point in points:
        area[point.texture_class] += point.area_ha
    predominant = sorted(area, key=lambda name: (-area[name], name))[:most]
    covered = result.domain.texture_classes
    for name in predominant:
        if name not in covered:
            where = Place(file="validation.json", thing=f"texture class {name}")
            found = f"not validated; {area[name]:g} ha of the project"
            yield finding("validation-texture-missing", where, found, allowed=", ".join(covered) or "none")


def _outside(result: ValidationResult, points: Sequence[ProjectPoint]) -> Iterable[Finding]:
    domain = result.domain
    low, high = domain.lowest_clay_percent, domain.highest_clay_percent
    for point in points:
        if not low <= point.clay_percent <= high:
            where = Place(file="sites.csv", column="clay_percent", thing=f"point {point.point}")
            found, allowed = f"{point.clay_percent:g} % clay", f"{low:g} to {high:g} %, as validated"
            yield finding("validation-point-outside", where, found, allowed=allowed)


def _of(item: CombinationResult) -> Combination:
    return item.practice_category, item.crop_group, item.source


def _said(one: Combination) -> str:
    return " x ".join(one)
