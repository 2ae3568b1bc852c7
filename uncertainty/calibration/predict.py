"""What a calibrated set predicts: differences of stocks under joint draws, with what the model leaves over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.methodology.soil_models.calibration_plan import RESIDUAL, CalibrationPlan
from mollisol.methodology.soil_models.trials import Trials
from mollisol.quantification.models.arrays import FloatArray
from mollisol.uncertainty.calibration.layout import lay_out
from mollisol.uncertainty.calibration.problem import of_model, stands_at
from mollisol.uncertainty.calibration.responses import Places, Responses
from mollisol.uncertainty.calibration.structure import Structure

type Contrast = Sequence[tuple[str, int, float]]
"""Sites, years and weights: a change is (site, later, 1) and (site, earlier, -1)."""
_AT_ONCE = 50


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Contrasts of stocks under joint draws.

    Parameters
    ----------
    mean_t_ha
        (contrast, draw): of the model under each draw, deviations at their mean.
    sd_t_ha
        (contrast, draw): deviations of the sites and the residual of every stock but that of the start.
    """

    mean_t_ha: FloatArray
    sd_t_ha: FloatArray


def predict(
    trials: Trials,
    plan: CalibrationPlan,
    calibrated: CalibratedSet,
    contrasts: Sequence[Contrast],
) -> Predicted:
    """Predict differences of stocks, each run starting from the stock that was measured.

    Parameters
    ----------
    trials
        The trials with the sites of the contrasts, and the studies that the set was calibrated on where they are at
        hand: their stocks tell of the deviations that their sites share with those predicted, as the input of a
        rotation that no one measured. Where they share none, deviations have their prior.
    plan
        The plan that the set was fitted by: it names the deviations.
    calibrated
        The set.
    contrasts
        What to predict. The stock of a site at its start is the measured one, known.

    Returns
    -------
    Predicted
        Means and sds by draw.
    """
    given = {item.study for item in calibrated.data}
    layout = lay_out(trials, until=_until(contrasts))
    responses = Responses(trials, layout)
    study_of = trials.study_of()
    start_of = {r.site: r.start_year for r in trials.trial_sites}
    told = [
        (row, year)
        for row in trials.observations
        if study_of[row.site] in given and (year := stands_at(row)) > start_of[row.site]
    ]
    wanted = sorted({(site, year) for c in contrasts for site, year, _ in c if year > start_of[site]})
    names = [s.site for s in trials.inputs.sites]
    places = Places.of(names, [(r.site, y) for r, y in told] + wanted)
    structure = Structure(trials, plan, layout, places)
    observed = np.array([r.soc_t_ha for r, _ in told] + [0.0] * len(wanted))
    known = np.array([(r.standard_error_t_ha or 0.0) ** 2 for r, _ in told])
    at = {pair: len(told) + number for number, pair in enumerate(wanted)}
    weights = np.zeros((len(contrasts), len(observed)))
    fixed = np.zeros(len(contrasts))
    measured = {s.site: s.soc_t_ha for s in trials.inputs.sites}
    for number, contrast in enumerate(contrasts):
        for site, year, weight in contrast:
            if year > start_of[site]:
                weights[number, at[site, year]] += weight
            else:
                fixed[number] += weight * measured[site]
    draws = np.array(calibrated.draws)
    means, sds = [], []
    for low in range(0, len(draws), _AT_ONCE):
        part = draws[low : low + _AT_ONCE]
        quantities = {name: part[:, place] for place, name in enumerate(calibrated.names)}
        x, inert = responses.at(places, of_model(quantities, plan.prior))
        mean, variance = _contrasts(structure, x, inert, observed, known, weights, quantities)
        means.append(mean + fixed)
        sds.append(np.sqrt(variance))
    return Predicted(np.concatenate(means).T, np.concatenate(sds).T)


def _until(contrasts: Sequence[Contrast]) -> dict[str, int]:
    """Return the last year that is wanted of each site."""
    last: dict[str, int] = {}
    for contrast in contrasts:
        for site, year, _ in contrast:
            last[site] = max(last.get(site, year), year)
    return last


def _contrasts(
    structure: Structure,
    x: FloatArray,
    inert: FloatArray,
    observed: FloatArray,
    known: FloatArray,
    weights: FloatArray,
    quantities: Mapping[str, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of contrasts, (draw, contrast), deviations given the stocks that are told."""
    sigma = quantities[RESIDUAL]
    told = len(known)
    weight = np.zeros((len(sigma), len(observed)))
    weight[:, :told] = 1.0 / (known + sigma[:, None] ** 2)
    system = structure.system(x, inert, observed, weight, quantities)
    reduced, right = system.reduced()
    expected = structure.expected(x, inert, structure.start_t_ha[structure.site])
    on_deviation, on_start = structure.loads(x, weights)
    root = np.linalg.inv(np.linalg.cholesky(reduced)) if structure.count else reduced
    through = on_deviation - np.matmul(on_start / system.own[:, None, :], system.cross)
    whitened = np.matmul(through, root.transpose(0, 2, 1))
    at_mean = (
        (expected[:, None, :] * weights).sum(axis=2)
        + (on_start * (system.onto_start / system.own)[:, None, :]).sum(axis=2)
        + (whitened * np.matmul(root, right[..., None])[:, None, :, 0]).sum(axis=2)
    )
    variance = (
        (whitened**2).sum(axis=2)
        + (on_start**2 / system.own[:, None, :]).sum(axis=2)
        + sigma[:, None] ** 2 * (weights**2).sum(axis=1)
    )
    return at_mean, variance
