"""Step 2d: what declared laboratory errors do to the changes of a period: of each point, and what a campaign shares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.methodology.checks.spectroscopy import calibration_by_method
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.findings import Finding
from mollisol.methodology.project import Project
from mollisol.methodology.results.budget import ErrorSourceName
from mollisol.methodology.trace import Quantity, Trace
from mollisol.methodology.units import CO2E_PER_C
from mollisol.routes.budget import ErrorNames
from mollisol.routes.laboratory_repeats import laboratory_errors
from mollisol.routes.spectroscopy import CalibrationsOfPeriod, calibrations_of_period, shared_effects
from mollisol.stocks.measured import Profiles, UnitStocks
from mollisol.uncertainty.measurement.increments import (
    IncrementErrors,
    class_error_t_co2e_per_ha,
    profile_error_t_per_ha,
)
from mollisol.uncertainty.measurement.increments import Profiles as DrawnProfiles
from mollisol.uncertainty.posterior.declaration import MOST_CLASSES, SharedEffect
from mollisol.uncertainty.posterior.measured import MeasurementErrors

type FloatArray = NDArray[np.float64]

_GRAMS_PER_KG = 1000.0
_KEYS = (
    "repeat_relative_sd",
    "soil_mass_repeat_relative_sd",
    "batch_relative_sd",
    "soil_mass_batch_relative_sd",
)
LABORATORY: ErrorSourceName = "laboratory"
SOIL_MASS: ErrorSourceName = "soil mass"


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

    def of_change(self, effect: FloatArray) -> FloatArray:
        """Turn what a batch does to stocks, (batches, places), into what it does to changes. [t CO2e/ha]."""
        count = len(self.points)
        change: FloatArray = CO2E_PER_C * (effect[:, count:] - effect[:, :count])
        return change

    def weights(self, of_point: FloatArray) -> FloatArray:
        """Turn the weight of each point's change into one of each place's stock in t C/ha."""
        return CO2E_PER_C * np.concatenate([-of_point, of_point])


def declared_errors(
    context: PeriodContext, stocks: UnitStocks
) -> tuple[DeclaredErrors | None, list[Finding]]:
    """Gather the declared errors of a period, those of calibrations too; None where no method that it used has any."""
    project, period, trace = context.project, context.period, context.trace
    sd, findings = laboratory_errors(context)
    campaigns = (period.first_campaign, period.last_campaign)
    increments: dict[str, list[tuple[float, str]]] = defaultdict(list)
    home: dict[str, tuple[str, str]] = {}
    for item in project.core_increments:
        if item.campaign in campaigns:
            increments[item.sample].append((item.upper_cm, item.laboratory_method))
            home[item.sample] = (item.campaign, item.point)
    methods = {method for rows in increments.values() for _, method in rows}
    used = {key: quantity for key, quantity in sd.items() if key[0] in methods}
    if not used and not methods & set(calibration_by_method(project)):
        return None, findings
    batches = tuple((campaign, method) for campaign in campaigns for method in sorted(methods))
    points = stocks.points_by_campaign[period.first_campaign].index
    place_of = {
        (campaign, point): t * len(points) + n
        for t, campaign in enumerate(campaigns)
        for n, point in enumerate(points)
    }
    groups, sources = [], []
    for number, (profiles, reference) in enumerate(stocks.profiles):
        kept = [n for n, sample in enumerate(profiles.samples) if sample in home]
        if not kept:
            continue
        samples = [profiles.samples[n] for n in kept]
        method_of = [[method for _, method in sorted(increments[sample])] for sample in samples]

        def cv(key: str, method_of: list[list[str]] = method_of) -> FloatArray:
            return np.array(
                [[float(used[m, key].value) if (m, key) in used else 0.0 for m in row] for row in method_of]
            )

        mass, carbon = _increments(profiles, kept)
        groups.append(
            DrawnProfiles(
                soil_mass_t_per_ha=mass,
                carbon_g_per_kg=carbon,
                reference_soil_mass_t_per_ha=float(reference.value),
                place=np.array([place_of[home[sample]] for sample in samples], dtype=np.int64),
                batch=np.array(
                    [
                        [batches.index((home[s][0], m)) for m in row]
                        for s, row in zip(samples, method_of, strict=True)
                    ],
                    dtype=np.int64,
                ),
                carbon_cv=cv(_KEYS[0]),
                soil_mass_cv=cv(_KEYS[1]),
            )
        )
        sources.append((number, profiles, reference, samples))
    carbon_batch, soil_mass_batch = (
        np.array([float(used[m, key].value) if (m, key) in used else 0.0 for _, m in batches])
        for key in _KEYS[2:]
    )
    drawn = IncrementErrors(
        tuple(groups),
        2 * len(points),
        carbon_batch,
        soil_mass_batch,
        project.head.interpolation,
    )
    calibrations = calibrations_of_period(context, drawn, batches)
    if not used and calibrations is None:
        return None, findings
    predicted = calibrations.errors.profile_errors() if calibrations else (None,) * len(groups)
    behind = {quantity.name: quantity for quantity in calibrations.sd} if calibrations else {}
    own: dict[ErrorSourceName, list[Quantity]] = {LABORATORY: [], SOIL_MASS: []}
    for group, calibrated, (number, profiles, reference, samples) in zip(
        groups, predicted, sources, strict=True
    ):
        at = f"{number}@{period.name}"
        for kind in own:
            own[kind].append(
                _own_error(
                    kind,
                    at,
                    group,
                    profiles,
                    reference,
                    samples,
                    project,
                    used,
                    trace,
                    predicted=calibrated if kind == LABORATORY else None,
                    calibrated=behind if kind == LABORATORY else None,
                )
            )
    return DeclaredErrors(
        increments=drawn,
        points=points,
        batches=batches,
        own_error={kind: tuple(parts) for kind, parts in own.items()},
        sd=(*used.values(), *(calibrations.sd if calibrations else ())),
        calibrations=calibrations,
    ), findings


def _increments(profiles: Profiles, kept: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Give soil mass in t/ha and carbon in g/kg of each increment of some samples."""
    mass, carbon = (np.diff(of.value[kept], axis=1, prepend=0.0) for of in (profiles.mass, profiles.carbon))
    return mass, _GRAMS_PER_KG * carbon / mass


def _own_error(
    kind: str,
    at: str,
    group: DrawnProfiles,
    profiles: Profiles,
    reference: Quantity,
    samples: Sequence[str],
    project: Project,
    used: dict[tuple[str, str], Quantity],
    trace: Trace,
    predicted: FloatArray | None = None,
    calibrated: Mapping[str, Quantity] | None = None,
) -> Quantity:
    """Compute the error of each profile from its carbon or from its soil mass, to first order.

    ``predicted`` is what the calibrations' sample errors, ``calibrated``, add.
    """
    none = np.zeros_like(group.carbon_cv)
    value = profile_error_t_per_ha(
        increment_soil_mass_t_per_ha=group.soil_mass_t_per_ha,
        carbon_g_per_kg=group.carbon_g_per_kg,
        reference_soil_mass_t_per_ha=group.reference_soil_mass_t_per_ha,
        carbon_cv=group.carbon_cv if kind == LABORATORY else none,
        soil_mass_cv=group.soil_mass_cv if kind == SOIL_MASS else none,
        interpolation=project.head.interpolation,
    )
    if predicted is not None:
        value = np.hypot(value, predicted)
    key = _KEYS[0] if kind == LABORATORY else _KEYS[1]
    behind: dict[str, Any] = {quantity.name: quantity for (_, of), quantity in used.items() if of == key}
    behind |= calibrated or {}
    return trace.record(
        f"{kind.replace(' ', '_')}_error_of_profile.{at}",
        value,
        profile_error_t_per_ha,
        index=samples,
        cumulative_soil_mass=profiles.mass,
        cumulative_carbon=profiles.carbon,
        reference_soil_mass_t_per_ha=reference,
        **behind,
    )


def posterior_errors(
    errors: DeclaredErrors, own: list[int], control: list[int], at: str, trace: Trace
) -> tuple[MeasurementErrors, ErrorNames]:
    """Compile declared errors for the posterior: a class of points by how it was measured, an effect by batch.

    Parameters
    ----------
    own, control
        Places of the project's and of the controls' points among ``errors.points``.

    Returns
    -------
    tuple
        The errors, and what each class and each shared effect comes from.
    """
    kind = _classes(errors)
    profiles = errors.increments.profiles
    count = len(errors.points)
    place = np.concatenate([group.place for group in profiles])
    share = 1 / np.bincount(place)[place]
    parts = {}
    for source, quantities in errors.own_error.items():
        parts[source] = trace.compute(
            f"{source.replace(' ', '_')}_error_of_class{at}",
            class_error_t_co2e_per_ha,
            profile_error_t_c_per_ha=trace.arrange(
                f"{source.replace(' ', '_')}_error_of_profiles{at}",
                np.concatenate([part.value for part in quantities]),
                quantities,
                index=[sample for part in quantities for sample in part.index],
            ),
            share_of_point=share,
            point=place % count,
            class_of_point=kind,
        )
    effects = [errors.of_change(effect) for effect in errors.increments.batch_effects()]
    shared, of_effect = [], {}
    for source, by_batch, cvs in zip(
        (LABORATORY, SOIL_MASS),
        effects,
        (errors.increments.carbon_batch_cv, errors.increments.soil_mass_batch_cv),
        strict=True,
    ):
        for (campaign, method), effect, cv in zip(errors.batches, by_batch, cvs, strict=True):
            if cv > 0:
                name = f"{source}, {method}, campaign {campaign}"
                of_effect[name] = source
                shared.append(
                    SharedEffect(
                        name, float(cv), effect[own], effect[control], "declared for the laboratory method"
                    )
                )
    if errors.calibrations is not None:
        lines = errors.of_change(np.concatenate(errors.calibrations.errors.effects()))
        of_calibrations = shared_effects(errors.calibrations, lines, own, control)
        of_effect |= dict.fromkeys((effect.name for effect in of_calibrations), LABORATORY)
        shared += of_calibrations
    declared = MeasurementErrors(
        class_sd=np.hypot(*(part.value for part in parts.values())),
        project_class=kind[own].tolist(),
        control_class=kind[control].tolist(),
        shared=tuple(shared),
    )
    return declared, ErrorNames({source: part.value for source, part in parts.items()}, of_effect)


def _classes(errors: DeclaredErrors) -> NDArray[np.int64]:
    """Give each point the number of its class, by how it was measured at both times; no more than a posterior takes."""
    count = len(errors.points)
    seen: list[Counter[tuple[int, ...]]] = [Counter() for _ in range(count)]
    for group in errors.increments.profiles:
        for place, batch in zip(group.place, group.batch, strict=True):
            seen[place % count][tuple(batch.tolist())] += 1
    keys = [tuple(sorted(one.items())) for one in seen]
    number = {key: n for n, key in enumerate(sorted(set(keys)))}
    most = min(MOST_CLASSES, len(number))
    return np.array([number[key] * most // len(number) for key in keys], dtype=np.int64)
