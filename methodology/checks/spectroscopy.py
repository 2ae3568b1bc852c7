"""Methods that predict carbon by a calibration: described, validated, and the same in all campaigns (Appendix 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.checks.unread import UnreadError, heard
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.measurement import PROXIMAL, LaboratoryMethod, ValidationSample
from mollisol.methodology.project import Project
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

VALIDATION: Final = "spectroscopy_validation.csv"
_CLAUSE: Final = "VM0042 2.2, section 8.6.2"
_DESCRIBED: Final = ("calibration_model", "instrument", "sample_matrix")


def calibration_by_method(project: Project) -> dict[str, str]:
    """Return the calibration of each method that predicts: the first method with its model, device and matrix."""
    first: dict[tuple[str, ...], str] = {}
    return {
        method.id: first.setdefault(tuple(getattr(method, key) for key in _DESCRIBED), method.id)
        for method in project.head.laboratory_methods
        if method.kind in PROXIMAL
    }


def validation_rows(project: Project, calibration: str) -> list[tuple[int, ValidationSample]]:
    """Return the validation samples of a calibration, with their row numbers in the file."""
    of = calibration_by_method(project)
    return [
        (row, item)
        for row, item in enumerate(project.spectroscopy_validation, start=2)
        if of.get(item.laboratory_method) == calibration
    ]


def methods_used(project: Project) -> list[LaboratoryMethod]:
    """Return the laboratory methods that cores are of; all of them where the cores cannot be read."""
    methods = project.head.laboratory_methods
    try:
        used = project.core_increments.column("laboratory_method").labels
    except UnreadError:
        return [*methods]
    return [method for method in methods if method.id in used]


def check_spectroscopy(project: Project, rules: RulesInForce) -> list[Finding]:
    """Return every finding on methods that predict carbon, as far as nothing has to be computed for it."""
    calibrations = calibration_by_method(project)
    methods = [method for method in methods_used(project) if method.id in calibrations]
    used = {method.id for method in methods}
    findings = heard(_rows, project, calibrations)
    for method in methods:
        findings += _described(method)
    for calibration in sorted({calibrations[method] for method in used}):
        findings += heard(_validated, project, calibration, rules)
    if used:
        findings += [
            *heard(_campaigns, project, calibrations),
            *heard(_with_model, project, methods),
            *heard(_share, project, calibrations, rules),
        ]
    return gathered(findings)


def _rows(project: Project, calibrations: dict[str, str]) -> Iterable[Finding]:
    known = {method.id for method in project.head.laboratory_methods}
    seen: set[tuple[str, str]] = set()
    for row, item in enumerate(project.spectroscopy_validation, start=2):
        if item.laboratory_method in known and item.laboratory_method not in calibrations:
            yield finding(
                "validation-not-spectroscopic",
                Place(file=VALIDATION, row=row, column="laboratory_method"),
                item.laboratory_method,
                proximal=", ".join(sorted(PROXIMAL)),
            )
        pair = (calibrations.get(item.laboratory_method, ""), item.sample)
        if pair[0] and pair in seen:
            yield finding(
                "duplicate-id",
                Place(file=VALIDATION, row=row, column="sample"),
                f"{item.sample} a second time",
                allowed="each sample once for a calibration",
                do="take one out; scans of one sample are not samples",
            )
        seen.add(pair)


def _described(method: LaboratoryMethod) -> Iterable[Finding]:
    missing = [key for key in _DESCRIBED if not getattr(method, key).strip()]
    if missing:
        yield finding(
            "calibration-not-described",
            Place(file="project.toml", thing=f"laboratory method {method.id}"),
            f"no {', '.join(missing)}",
        )


def _validated(project: Project, calibration: str, rules: RulesInForce) -> Iterable[Finding]:
    rows = validation_rows(project, calibration)
    least = rules.number("mollisol.calibration.least-samples")
    where = Place(file=VALIDATION, thing=f"laboratory method {calibration}")
    if not rows:
        yield finding(
            "calibration-not-validated",
            where,
            "no sample that was predicted and measured by dry combustion",
            least=least,
        )
    elif len(rows) < least:
        yield finding("validation-samples-too-few", where, f"{len(rows)} samples", least=least)
    elif len({item.predicted_soc_g_per_kg for _, item in rows}) == 1:
        yield finding(
            "validation-without-spread",
            where,
            f"{rows[0][1].predicted_soc_g_per_kg:g} g/kg for all {len(rows)} samples",
        )


def _campaigns(project: Project, calibrations: dict[str, str]) -> Iterable[Finding]:
    used: dict[str, set[str]] = defaultdict(set)
    for campaign, method in project.core_increments.distinct("campaign", "laboratory_method"):
        used[campaign].add(calibrations.get(method) or method)
    for period in project.head.verification_periods:
        first, last = (used.get(name, set()) for name in (period.first_campaign, period.last_campaign))
        if first and last and first != last and (first | last) & set(calibrations.values()):
            yield finding(
                "calibration-changed",
                Place(file="core_increments.csv", thing=f"verification period {period.name}"),
                f"{', '.join(sorted(first))} at the start, {', '.join(sorted(last))} at the end",
            )


def _with_model(project: Project, methods: Iterable[LaboratoryMethod]) -> Iterable[Finding]:
    for method in methods if project.head.model is not None else ():
        yield finding(
            "measurement-error-not-carried",
            Place(file="project.toml", thing=f"laboratory method {method.id}"),
            f"{method.kind} under a process model",
        )


def _share(project: Project, calibrations: dict[str, str], rules: RulesInForce) -> Iterable[Finding]:
    least = rules.number("vm0042.spectroscopy.least-share")
    both = {
        (calibrations.get(item.laboratory_method), item.sample) for item in project.spectroscopy_validation
    }
    samples: dict[str, set[tuple[str | None, str]]] = defaultdict(set)
    for campaign, method, sample in project.core_increments.distinct(
        "campaign", "laboratory_method", "sample"
    ):
        if method in calibrations:
            samples[campaign].add((calibrations[method], sample))
    for campaign, predicted in samples.items():
        again = predicted & both
        if len(again) < least * len(predicted):
            yield finding(
                "validation-share-small",
                Place(file=VALIDATION, thing=f"campaign {campaign}"),
                f"{len(again)} of {len(predicted)} predicted samples",
                least=least,
            )
