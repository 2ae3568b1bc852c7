"""What a model says of comparisons: with a published set, or under the joint draws of a calibrated one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.methodology.soil_models.calibration_plan import CalibrationPlan
from mollisol.methodology.soil_models.trials import ComparisonRow, Trials, scenario_of_trials
from mollisol.methodology.units import CO2E_PER_C
from mollisol.quantification.checks import FloatArray


@dataclass(frozen=True, slots=True)
class Group:
    """Comparisons that are replicates of one another, under one label, in one fold."""

    label: str
    rows: tuple[ComparisonRow, ...]
    fold: str


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Modelled effects of comparisons under joint draws.

    Parameters
    ----------
    effect_t_co2e_per_ha
        Shape (k, L); one column for a published set. [t CO2e/ha]
    sd_t_co2e_per_ha
        What the model leaves over, without the error of the measurement, same shape; None for a published set.
    """

    effect_t_co2e_per_ha: FloatArray
    sd_t_co2e_per_ha: FloatArray | None


type Predict = Callable[[Trials, Sequence[Group], CalibratedSet | None, Trials | None], Prediction]
"""Models groups of the trials with a set; the last are the trials of a fold, whose stocks the prediction may use."""
type Contrast = tuple[tuple[str, int, float], ...]


def contrast_of(group: Group) -> Contrast:
    """Return an effect as weights of stocks, the mean over replicates: by site, year and weight."""
    share = 1.0 / len(group.rows)
    return tuple(
        (site, year, sign * share)
        for row in group.rows
        for site, side in ((row.treated_site, 1.0), (row.reference_site, -1.0))
        if site
        for year, sign in ((row.to_year, side), (row.from_year, -side))
    )


def published(
    trials: Trials, groups: Sequence[Group], _: CalibratedSet | None, __: Trials | None
) -> Prediction:
    """Model comparisons with the published set of the folder, from the stock that was measured at the start."""
    from mollisol.uncertainty.calibration.layout import lay_out
    from mollisol.uncertainty.calibration.responses import Places, Responses

    contrasts = [contrast_of(group) for group in groups]
    sites = [site.site for site in trials.inputs.sites]
    start = {site.site: site.soc_t_ha for site in trials.inputs.sites}
    pairs = sorted({(site, year) for one in contrasts for site, year, _ in one})
    terms, inert = Responses(trials, lay_out(trials)).at(Places.of(sites, pairs), {})
    began = np.array([start[site] for site, _ in pairs])
    stock = inert * (1 - terms[0]) + terms[0] * began + terms[1:-1].sum(axis=0)
    at = {pair: place for place, pair in enumerate(pairs)}
    weights = np.zeros((len(contrasts), len(pairs)))
    for place, one in enumerate(contrasts):
        for site, year, weight in one:
            weights[place, at[site, year]] += weight
    return Prediction(weights @ stock.T * CO2E_PER_C, None)


def ran_elsewhere(
    trials: Trials, groups: Sequence[Group], _: CalibratedSet | None, __: Trials | None
) -> Prediction:
    """Take what a model that ran elsewhere gave for the sites; a column for each of its draws."""
    from mollisol.quantification.models.external import december_stocks

    inputs = trials.inputs
    if inputs.external is None:
        raise ValueError("the model of the trials ran here")
    contrasts = [contrast_of(group) for group in groups]
    scenario = scenario_of_trials(inputs)
    pairs = {(site, year) for one in contrasts for site, year, _ in one}
    stock = {
        (site, year): december_stocks(inputs.external.rows, [site], (year, year))[scenario][0, 0]
        for site, year in pairs
    }
    effect = np.stack([sum(weight * stock[site, year] for site, year, weight in one) for one in contrasts])
    return Prediction(effect * CO2E_PER_C, None)


def under_draws(plan: CalibrationPlan) -> Predict:
    """Return the function that models comparisons with a calibrated set.

    What sites of the folder share with those that the set was calibrated on, as inputs that were not measured, is taken
    as the stocks of the latter tell it; never from the stocks that are predicted.

    Parameters
    ----------
    plan
        The plan that the set was fitted by; it names the deviations of sites.
    """
    from mollisol.uncertainty.calibration.predict import predict

    def model(
        trials: Trials, groups: Sequence[Group], calibrated: CalibratedSet | None, known: Trials | None
    ) -> Prediction:
        if calibrated is None:
            return published(trials, groups, None, None)
        if known is not None:
            trials = trials.model_copy(update={"observations": known.observations})
        found = predict(trials, plan, calibrated, [contrast_of(group) for group in groups])
        return Prediction(found.mean_t_ha * CO2E_PER_C, found.sd_t_ha * CO2E_PER_C)

    return model
