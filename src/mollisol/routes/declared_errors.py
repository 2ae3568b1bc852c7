"""What declared laboratory errors do to the changes of a period: of each point, and what a campaign shares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.spectroscopy import calibration_by_method
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.results.budget import ErrorSourceName
from mollisol.methodology.trace import Quantity
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import FloatArray
from mollisol.routes.budget import ErrorNames
from mollisol.routes.laboratory_repeats import LaboratoryErrors
from mollisol.routes.spectroscopy import CalibrationsOfPeriod, calibrations_of_period, shared_effects
from mollisol.stocks.profiles import Profiles
from mollisol.stocks.samples import Samples
from mollisol.uncertainty.measurement.increments import (
    IncrementErrors,
    class_error_t_co2e_per_ha,
    profile_error_t_per_ha,
)
from mollisol.uncertainty.measurement.increments import Profiles as DrawnProfiles
from mollisol.uncertainty.posterior.declaration import MOST_CLASSES, SharedEffect
from mollisol.uncertainty.posterior.measured import MeasurementErrors

_GRAMS_PER_KG = 1000.0
LABORATORY: ErrorSourceName = "laboratory"
SOIL_MASS: ErrorSourceName = "soil mass"
_REPEAT_KEYS: dict[ErrorSourceName, str] = {
    LABORATORY: "repeat_relative_sd",
    SOIL_MASS: "soil_mass_repeat_relative_sd",
}

type _Sds = Mapping[tuple[str, str], Quantity]


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredErrors:
    """Declared errors of the increments of a period's two campaigns.

    Parameters
    ----------
    increments
        What is drawn; places are the points at the start, then the points at the end.
    points
        In the order of the period's stocks.
    batches
        Campaign and method of each batch.
    own_error
        Error of each profile by carbon and by soil mass, as they stand in the trace. [t C/ha]
    sd
        Standard deviations behind it, as they stand in the trace.
    calibrations
        Errors of the calibrations that contents were predicted by; None where there are none.
    """

    increments: IncrementErrors
    points: tuple[str, ...]
    batches: tuple[tuple[str, str], ...]
    own_error: dict[ErrorSourceName, tuple[Quantity, ...]]
    sd: tuple[Quantity, ...]
    calibrations: CalibrationsOfPeriod | None = None

    @property
    def any(self) -> bool:
        """Return whether any error is above 0."""
        return self.increments.any or self.calibrations is not None

    def added(self, context: PeriodContext) -> DeclaredErrors:
        """Return what is added to the spread between points: by the rule, what they share alone.

        An error that a point has to itself is in that spread as it was measured; added again it counts twice.
        """
        if context.trace.rule("mollisol.errors.of-points").value == "again":
            return self
        calibrations = self.calibrations
        return replace(
            self,
            increments=self.increments.shared(),
            calibrations=calibrations and replace(calibrations, errors=calibrations.errors.shared()),
        )

    def of_change(self, effect: FloatArray) -> FloatArray:
        """Turn what a batch does to stocks, (batches, places), into what it does to changes. [t CO2e/ha]."""
        count = len(self.points)
        change: FloatArray = CO2E_PER_C * (effect[:, count:] - effect[:, :count])
        return change

    def weights(self, of_point: FloatArray) -> FloatArray:
        """Turn the weight of each point's change into one of each place's stock in t C/ha."""
        # the start counts against the change: an error that both campaigns share cancels here
        return CO2E_PER_C * np.concatenate([-of_point, of_point])


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Profiles of the period that share a reference mass and a number of increments, and how they are drawn."""

    place: str
    samples: tuple[str, ...]
    profiles: Profiles
    reference: Quantity
    drawn: DrawnProfiles


def declared_errors(
    context: PeriodContext, samples: Samples, laboratory: LaboratoryErrors
) -> DeclaredErrors | None:
    """Gather the declared errors of a period, those of calibrations too; None where no method that it used has any."""
    project, period = context.project, context.period
    campaigns = (period.first_campaign, period.last_campaign)
    cores = project.core_increments
    used = cores.distinct("campaign", "laboratory_method")
    methods = {method for campaign, method in used if campaign in campaigns}
    sds = {key: quantity for key, quantity in laboratory.sd.items() if key[0] in methods}
    if not sds and not methods & set(calibration_by_method(project)):
        return None
    methods_of: dict[str, list[tuple[float, str]]] = defaultdict(list)
    home: dict[str, tuple[str, str]] = {}
    names = ("campaign", "point", "sample", "upper_cm", "laboratory_method")
    for campaign, point, sample, upper, method in zip(
        *(cores.column(name).values() for name in names), strict=True
    ):
        if campaign in campaigns:
            methods_of[sample].append((upper, method))
            home[sample] = (campaign, point)
    batches = tuple((campaign, method) for campaign in campaigns for method in sorted(methods))
    points = samples.stocks.points_by_campaign[period.first_campaign].index
    place_of = {key: place for place, key in enumerate(product(campaigns, points))}
    groups = []
    for number, (profiles, reference) in enumerate(samples.stocks.profiles):
        kept = [n for n, sample in enumerate(profiles.samples) if home.get(sample) in place_of]
        if kept:
            own = tuple(profiles.samples[n] for n in kept)
            method = [[method for _, method in sorted(methods_of[sample])] for sample in own]
            mass, carbon = (
                np.diff(part.value[kept], axis=1, prepend=0.0) for part in (profiles.mass, profiles.carbon)
            )
            drawn = DrawnProfiles(
                soil_mass_t_per_ha=mass,
                carbon_g_per_kg=_GRAMS_PER_KG * carbon / mass,
                reference_soil_mass_t_per_ha=float(reference.value),
                place=np.array([place_of[home[sample]] for sample in own], dtype=np.int64),
                batch=np.array(
                    [
                        [batches.index((home[sample][0], each)) for each in row]
                        for sample, row in zip(own, method, strict=True)
                    ],
                    dtype=np.int64,
                ),
                carbon_cv=np.array([_relative(sds, row, _REPEAT_KEYS[LABORATORY]) for row in method]),
                soil_mass_cv=np.array([_relative(sds, row, _REPEAT_KEYS[SOIL_MASS]) for row in method]),
            )
            groups.append(_Group(f"{number}{context.place}", own, profiles, reference, drawn))
    method_of_batch = [method for _, method in batches]
    increments = IncrementErrors(
        profiles=tuple(group.drawn for group in groups),
        places=2 * len(points),
        carbon_batch_cv=np.array(_relative(sds, method_of_batch, "batch_relative_sd")),
        soil_mass_batch_cv=np.array(_relative(sds, method_of_batch, "soil_mass_batch_relative_sd")),
        interpolation=project.head.interpolation,
    )
    calibrations = calibrations_of_period(project, samples.calibrations, increments, batches)
    if not sds and calibrations is None:
        return None
    return DeclaredErrors(
        increments=increments,
        points=points,
        batches=batches,
        own_error=_own_errors(context, groups, sds, calibrations),
        sd=(*sds.values(), *(calibrations.sd if calibrations else ())),
        calibrations=calibrations,
    )


def _relative(sds: _Sds, methods: Sequence[str], key: str) -> list[float]:
    """Return a relative standard deviation for each method, 0 where none is declared."""
    return [float(sds[method, key].value) if (method, key) in sds else 0.0 for method in methods]


def _own_errors(
    context: PeriodContext, groups: Sequence[_Group], sds: _Sds, calibrations: CalibrationsOfPeriod | None
) -> dict[ErrorSourceName, tuple[Quantity, ...]]:
    """Compute the error of each profile from its carbon and from its soil mass, to first order."""
    predicted = calibrations.errors.profile_errors() if calibrations else (None,) * len(groups)
    errors: dict[ErrorSourceName, tuple[Quantity, ...]] = {}
    for source, key in _REPEAT_KEYS.items():
        behind: dict[str, Any] = {sd.name: sd for (_, of_key), sd in sds.items() if of_key == key}
        if calibrations and source == LABORATORY:
            behind |= {sd.name: sd for sd in calibrations.sd}
        parts = []
        for group, sample_error in zip(groups, predicted, strict=True):
            drawn, none = group.drawn, np.zeros_like(group.drawn.carbon_cv)
            value = profile_error_t_per_ha(
                increment_soil_mass_t_per_ha=drawn.soil_mass_t_per_ha,
                carbon_g_per_kg=drawn.carbon_g_per_kg,
                reference_soil_mass_t_per_ha=drawn.reference_soil_mass_t_per_ha,
                carbon_cv=drawn.carbon_cv if source == LABORATORY else none,
                soil_mass_cv=drawn.soil_mass_cv if source == SOIL_MASS else none,
                interpolation=context.project.head.interpolation,
            )
            if sample_error is not None and source == LABORATORY:
                value = np.hypot(value, sample_error)
            parts.append(
                context.record(
                    f"{source.replace(' ', '_')}_error_of_profile.",
                    value,
                    profile_error_t_per_ha,
                    index=group.samples,
                    cumulative_soil_mass=group.profiles.mass,
                    cumulative_carbon=group.profiles.carbon,
                    reference_soil_mass_t_per_ha=group.reference,
                    **behind,
                )
            )
        errors[source] = tuple(parts)
    return errors


@dataclass(frozen=True, slots=True, eq=False)
class ErrorsOfPosterior:
    """Declared errors as the posterior takes them, what each comes from, and the errors of the classes by argument."""

    declared: MeasurementErrors
    names: ErrorNames
    of_class: dict[str, Quantity]


def posterior_errors(
    context: PeriodContext,
    errors: DeclaredErrors,
    project: list[int],
    control: list[int],
    replicates: tuple[int, int],
) -> ErrorsOfPosterior:
    """Compile declared errors for the posterior: a class of points by how it was measured, an effect by batch.

    By the rule the errors of a class are in the spread between points, and told in the budget alone.

    Parameters
    ----------
    project, control
        Places of the project's and of the controls' points among ``errors.points``.
    replicates
        How many there are on each side: points, or the units and sites whose means the prior stands on.
    """
    classes = _classes(errors)
    place = np.concatenate([group.place for group in errors.increments.profiles])
    parts: dict[ErrorSourceName, Quantity] = {}
    for source, quantities in errors.own_error.items():
        name = f"{source.replace(' ', '_')}_error"
        parts[source] = context.compute(
            f"{name}_of_class",
            class_error_t_co2e_per_ha,
            profile_error_t_c_per_ha=context.join(
                f"{name}_of_profiles", quantities, [sample for part in quantities for sample in part.index]
            ),
            share_of_point=1 / np.bincount(place)[place],
            point=place % len(errors.points),
            class_of_point=classes,
        )
    # what a batch shares does not average out over its cores: it is an effect of its own, not part of their spread
    shared, of_effect = [], {}
    for source, effects, cvs in zip(
        (LABORATORY, SOIL_MASS),
        errors.increments.batch_effects(),
        (errors.increments.carbon_batch_cv, errors.increments.soil_mass_batch_cv),
        strict=True,
    ):
        for (campaign, method), effect, cv in zip(
            errors.batches, errors.of_change(effects), cvs, strict=True
        ):
            if cv > 0:
                name = f"{source}, {method}, campaign {campaign}"
                of_effect[name] = source
                rows = "declared for the laboratory method"
                shared.append(SharedEffect(name, float(cv), effect[project], effect[control], rows))
    if errors.calibrations is not None:
        lines = errors.of_change(np.concatenate(errors.calibrations.errors.effects()))
        of_calibrations = shared_effects(errors.calibrations, lines, project, control)
        of_effect |= dict.fromkeys((effect.name for effect in of_calibrations), LABORATORY)
        shared += of_calibrations
    of_class: dict[ErrorSourceName, FloatArray] = {
        source: np.asarray(part.value) for source, part in parts.items()
    }
    again = context.trace.rule("mollisol.errors.of-points").value == "again"
    declared = MeasurementErrors(
        class_sd=np.hypot(*of_class.values()) * float(again),
        project_class=classes[project].tolist(),
        control_class=classes[control].tolist(),
        shared=tuple(shared),
    )
    inside: dict[str, dict[ErrorSourceName, float]] = {
        side: {
            source: float((sd[classes[places]] ** 2).mean()) * count / len(places)
            for source, sd in of_class.items()
        }
        for side, places, count in zip(("project", "control"), (project, control), replicates, strict=True)
        if places and not again
    }
    return ErrorsOfPosterior(
        declared,
        ErrorNames(of_class, of_effect, inside),
        {f"{source.replace(' ', '_')}_error": part for source, part in parts.items()} if again else {},
    )


def _classes(errors: DeclaredErrors) -> NDArray[np.int64]:
    """Return the class of each point, by how it was measured at both times; no more classes than a posterior takes."""
    count = len(errors.points)
    seen: list[Counter[tuple[int, ...]]] = [Counter() for _ in range(count)]
    for group in errors.increments.profiles:
        for place, batch in zip(group.place, group.batch, strict=True):
            seen[place % count][tuple(batch.tolist())] += 1
    keys = [tuple(sorted(one.items())) for one in seen]
    number = {key: n for n, key in enumerate(sorted(set(keys)))}
    most = min(MOST_CLASSES, len(number))
    return np.array([number[key] * most // len(number) for key in keys], dtype=np.int64)
