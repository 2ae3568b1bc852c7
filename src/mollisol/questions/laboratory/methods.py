"""Laboratory methods: what their values are, and whether both sides of a difference were measured alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from math import sqrt
from operator import eq
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.laboratory import DENSITY, MATTER, repeats_of
from mollisol.methodology.checks.spectroscopy import methods_used
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.columns import Columns, numbered
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.measurement import CoreIncrement, LaboratoryMethod
from mollisol.methodology.project import Project, VerificationPeriod
from mollisol.questions.laboratory.words import question_words

HEAD, INCREMENTS = "project.toml", "core_increments.csv"
BASIS: Final = ("analyte", "inorganic_carbon", "density_basis", "coarse_fragments", "drying")
SIDES: Final = ("project", "control sites")
_EXCLUDED: Final = frozenset({"removed", "subtracted"})

type Procedure = tuple[str, ...]
type Shares = Mapping[Procedure, float]


def question_methods(context: Context) -> list[Finding]:
    """Return what the methods leave open, and each change of method that does not cancel between the sides."""
    methods = methods_used(context.project)
    findings = [*_undeclared(methods), *heard(_basis, context, methods), *heard(_carbonate, context, methods)]
    findings += [told for method in methods for told in question_words(method, context.rules)]
    findings += heard(_between_sides, context, methods)
    return findings


def _between_sides(context: Context, methods: list[LaboratoryMethod]) -> Iterator[Finding]:
    yield from _conversions(context.project, methods) if context.project.measured_controls else ()
    yield from _by_side(context, methods) if context.project.measured_controls else ()


def _place(method: LaboratoryMethod, key: str = "") -> Place:
    return Place(file=HEAD, thing=f"laboratory method {method.id}" + (f", {key}" if key else ""))


def _undeclared(methods: Iterable[LaboratoryMethod]) -> Iterator[Finding]:
    missing = {
        method.id: [key for key in BASIS if getattr(method, key) == "undeclared"] for method in methods
    }
    silent = [f"{name} without {', '.join(keys)}" for name, keys in missing.items() if keys]
    if silent:
        where = Place(file=HEAD, thing="laboratory methods")
        yield finding("laboratory-basis-undeclared", where, "; ".join(silent))


def _as_given(cores: Columns[CoreIncrement], method: LaboratoryMethod, *names: str) -> NDArray[np.bool_]:
    """Return which increments of a method, by the number of their row, have any of these figures of the laboratory."""
    found = np.zeros(len(cores), dtype=np.bool_)
    for name in names:
        found |= cores.column(name).given()
    return np.asarray(found | ~cores.column("laboratory_method").holds(partial(eq, method.id)))


def _basis(context: Context, methods: Iterable[LaboratoryMethod]) -> Iterator[Finding]:
    """Yield a finding for each method whose values are of another basis and were not converted here, row by row."""
    cores = context.project.core_increments
    for method in methods:
        if method.analyte == "matter" and not _as_given(cores, method, MATTER).all():
            yield finding("analyte-not-carbon", _place(method, "analyte"), "organic matter")
        whole = method.density_basis == "whole soil" and method.coarse_fragments != "none"
        if whole and not _as_given(cores, method, DENSITY[0]).all():
            found = f"density of whole soil, coarse fragments {method.coarse_fragments}"
            yield finding("density-of-whole-soil", _place(method, "density_basis"), found)
        if method.drying == "air-dry" and not _as_given(cores, method, "carbon_dry_matter_fraction").all():
            yield finding("soil-not-oven-dry", _place(method, "drying"), "air-dry")


def _carbonate(context: Context, methods: Iterable[LaboratoryMethod]) -> Iterator[Finding]:
    """Yield a finding for each method whose values may hold carbonate: for sure, or as far as anybody has said."""
    cores = context.project.core_increments
    inorganic, ph = cores.column("inorganic_carbon_g_per_kg").numbers(), cores.column("ph_in_water").numbers()
    limit = context.rules.number("mollisol.carbonate.least-ph") if (~np.isnan(ph)).any() else np.inf
    for method in methods:
        if method.inorganic_carbon in _EXCLUDED:
            continue
        subtracted = _as_given(cores, method, "total_carbon_g_per_kg")
        held = ~subtracted & ((inorganic > 0) | (np.isnan(inorganic) & (ph >= limit)))
        shown = (
            f"{int(held.sum())} increments with inorganic carbon, or pH {limit:g} and more without a value"
        )
        if method.analyte == "total" and held.any():
            yield finding("inorganic-carbon-counted", _place(method), f"total carbon; {shown}")
        elif method.analyte == "total" and method.inorganic_carbon != "none" and not subtracted.all():
            yield finding(
                "inorganic-carbon-unknown",
                _place(method),
                f"total carbon, inorganic carbon {method.inorganic_carbon}",
                severity=Severity.REFUSAL if method.inorganic_carbon == "not excluded" else None,
            )
        elif held.any():
            found = f"analyte {method.analyte}, inorganic carbon {method.inorganic_carbon}; {shown}"
            yield finding("inorganic-carbon-unknown", _place(method), found)


def _conversions(project: Project, methods: Iterable[LaboratoryMethod]) -> Iterator[Finding]:
    """Yield a finding for each conversion onto a method that is not there, or whose error no route would carry."""
    known = {method.id for method in project.head.laboratory_methods}
    for method in methods:
        one = method.conversion
        if one is None:
            continue
        if one.target not in known or one.target == method.id:
            yield finding("conversion-target", _place(method, "conversion"), one.target)
        repeated = repeats_of(project, method.id, "soc_g_per_kg")
        if method.batch_relative_sd < one.relative_sd and not repeated:
            found = f"batch_relative_sd {method.batch_relative_sd:g}, conversion {one.relative_sd:g}"
            yield finding("conversion-error-not-carried", _place(method, "batch_relative_sd"), found)
        else:
            found = f"to {one.target} by {one.samples} samples, standard error {one.relative_sd:.1%}"
            yield finding("method-converted", _place(method, "conversion"), found)


def _by_side(context: Context, methods: Iterable[LaboratoryMethod]) -> Iterator[Finding]:
    known = {method.id: method for method in context.project.head.laboratory_methods}
    read = {method.id: _reads_as(method, known) for method in methods}
    tolerance = context.rules.number("mollisol.laboratory.side-share")
    errors = context.rules.number("mollisol.laboratory.side-errors")
    counts = _counts(context.project, read)
    for period in context.project.head.verification_periods:
        ends = (period.first_campaign, period.last_campaign)
        sides = [[counts.get((side, campaign), Counter()) for campaign in ends] for side in SIDES]
        if not all(count for side in sides for count in side):
            continue
        moved = _moved_apart([[_shares(count) for count in side] for side in sides], sides, tolerance, errors)
        if moved:
            yield _one_side(period, sides)
        else:
            yield from _kept_apart(period, sides, tolerance)


def _reads_as(method: LaboratoryMethod, known: Mapping[str, LaboratoryMethod]) -> Procedure:
    """Return what a method reads like: itself, or the one that its values were converted to."""
    target = known.get(method.conversion.target) if method.conversion else None
    return (target or method).procedure


def _counts(project: Project, read: Mapping[str, Procedure]) -> dict[tuple[str, str], Counter[Procedure]]:
    """Return how many points each side has by campaign and what their values read like."""
    points, cores = project.sample_points, project.core_increments
    point, campaign, method = (cores.column(name) for name in ("point", "campaign", "laboratory_method"))
    size = len(campaign.labels) * len(method.labels)
    kind = campaign.codes.astype(np.int64) * len(method.labels) + method.codes
    once = numbered(point.codes * size + kind)[0]
    of_control = points.column("control_site").given()[points.find("point", point)]
    kinds, _, numbers = numbered(of_control[once // size] * size + once % size)
    counts: dict[tuple[str, str], Counter[Procedure]] = {}
    for each, number in zip(kinds.tolist(), numbers.tolist(), strict=True):
        side, rest = divmod(each, size)
        taken, way = divmod(rest, len(method.labels))
        counts.setdefault((SIDES[side], campaign.labels[taken]), Counter())[read[method.labels[way]]] += (
            number
        )
    return counts


def _shares(count: Counter[Procedure]) -> Shares:
    return {procedure: number / count.total() for procedure, number in count.items()}


def _moved_apart(
    shares: list[list[Shares]], counts: list[list[Counter[Procedure]]], tolerance: float, errors: float
) -> bool:
    """Return whether the sides moved between procedures in a way that chance does not explain.

    A laboratory that reads higher by b adds b times the difference of both moves to the credit. Where only one side
    moved there is no chance in it; where both did, samples may have been sent out at random.
    """
    for procedure in {name for side in shares for campaign in side for name in campaign}:
        moves, variance = [], 0.0
        for side, count in zip(shares, counts, strict=True):
            first, last = (campaign.get(procedure, 0.0) for campaign in side)
            moves.append(last - first)
            variance += sum(
                share * (1 - share) / number.total()
                for share, number in zip((first, last), count, strict=True)
            )
        chance = errors * sqrt(variance) if all(moves) else 0.0
        if abs(moves[0] - moves[1]) > max(tolerance, chance):
            return True
    return False


def _one_side(period: VerificationPeriod, sides: list[list[Counter[Procedure]]]) -> Finding:
    return finding(
        "method-changed-one-side",
        Place(file=INCREMENTS, column="laboratory_method", thing=f"verification period {period.name}"),
        "; ".join(
            f"{name}: {_words(first)} in {period.first_campaign}, {_words(last)} in {period.last_campaign}"
            for name, (first, last) in zip(SIDES, sides, strict=True)
        ),
    )


def _kept_apart(
    period: VerificationPeriod, sides: list[list[Counter[Procedure]]], tolerance: float
) -> Iterator[Finding]:
    """Yield a finding where one side is measured by procedures that the other is not, from first to last."""
    project, controls = (_shares(first + last) for first, last in sides)
    apart = {
        name for name in {*project, *controls} if abs(project.get(name, 0) - controls.get(name, 0)) > 0.5
    }
    if not apart:
        return
    kinds = [{name[0] for name, share in side.items() if share > tolerance} for side in (project, controls)]
    yield finding(
        "method-differs-by-side",
        Place(file=INCREMENTS, column="laboratory_method", thing=f"verification period {period.name}"),
        f"project: {_words(sides[0][1])}; control sites: {_words(sides[1][1])}",
        severity=Severity.WARNING if kinds[0] == kinds[1] else Severity.REFUSAL,
    )


def _words(count: Counter[Procedure]) -> str:
    """Return procedures in words, the most usual first: kind and laboratory, with the points that have them."""
    return ", ".join(
        f"{number} points by {name[0].replace('_', ' ')} at {name[len(BASIS) + 1] or 'no laboratory'}"
        for name, number in count.most_common(3)
    )
